"""The schema in memory: tables of columns, and value lists."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from communique.errors import SchemaError

#: Annotation that a resolved schema carries where a value list was referred to.
VALUES = "x-values"


@dataclass(frozen=True)
class Value:
    """One value of a value list; `facts` are its `x-` annotations without the prefix."""

    const: str
    title: str
    description: str
    examples: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ValueList:
    """A closed list of values in its documented order (for statuses: order of precedence)."""

    name: str
    title: str
    description: str
    values: tuple[Value, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def by_const(self) -> dict[str, Value]:
        return {value.const: value for value in self.values}

    def __contains__(self, const: object) -> bool:
        return const in self.by_const

    def __getitem__(self, const: str) -> Value:
        return self.by_const[const]


@dataclass(frozen=True)
class Column:
    """One column of a table. `json` is its JSON Schema with every reference resolved."""

    name: str
    json: dict[str, Any]
    required: bool

    @property
    def title(self) -> str:
        return str(self.json.get("title", self.name))

    @property
    def description(self) -> str:
        return str(self.json.get("description", ""))

    @property
    def derived(self) -> bool:
        """Computed at build; never stored in an annotation."""
        return bool(self.json.get("x-derived"))

    @property
    def from_file(self) -> bool:
        """Said once for a whole annotation file, and filled into each record on loading."""
        return bool(self.json.get("x-from-file"))

    @property
    def nullable(self) -> bool:
        return is_nullable(self.json)

    @property
    def default(self) -> Any:
        """The value that a record has when its file leaves the column out."""
        value = self.json.get("default")
        return copy.deepcopy(value) if isinstance(value, list | dict) else value

    @property
    def is_list(self) -> bool:
        return core(self.json).get("type") == "array"

    @property
    def references(self) -> str | None:
        """`table.column` that the value, or each item of a list, must exist in."""
        inner = core(self.json)
        found = self.json.get("x-references") or inner.get("x-references")
        if found is None and "items" in inner:
            found = inner["items"].get("x-references")
        return found

    @property
    def values(self) -> str | None:
        """Name of the value list of the column, or of the items of a list column."""
        inner = core(self.json)
        return inner.get(VALUES) or core(inner.get("items", {})).get(VALUES)


@dataclass(frozen=True)
class Table:
    """One table: `columns` in order, `key` the columns that identify a row."""

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    json: dict[str, Any]

    def __getitem__(self, name: str) -> Column:
        return self.by_name[name]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def is_view(self) -> bool:
        """Made from other tables at build; nothing of it is stored."""
        return bool(self.json.get("x-view"))

    @cached_property
    def stored(self) -> tuple[Column, ...]:
        """The columns that an annotation or article file stores."""
        return tuple(column for column in self.columns if not column.derived)

    @cached_property
    def filling(self) -> tuple[tuple[str, bool, bool, Any], ...]:
        """Of each stored column: name, whether the file says it, whether it is required, default (not to be changed)."""
        return tuple((one.name, one.from_file, one.required, one.default) for one in self.stored)

    @cached_property
    def stored_schema(self) -> dict[str, Any]:
        """JSON Schema of one stored record as it is in memory: no derived columns, all stored ones present."""
        return self._object(self.stored)

    @cached_property
    def row_schema(self) -> dict[str, Any]:
        """JSON Schema of one built row: every column present."""
        return self._object(self.columns)

    def _object(self, columns: tuple[Column, ...]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {column.name: column.json for column in columns},
            "required": [column.name for column in columns],
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Schema:
    """All tables and value lists of one schema folder."""

    folder: Path
    tables: dict[str, Table]
    lists: dict[str, ValueList]
    shared: dict[str, dict[str, Any]]

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise SchemaError(
                f"There is no table '{name}'.", file=self.folder, expected=", ".join(self.tables)
            )
        return self.tables[name]

    def values(self, name: str) -> ValueList:
        if name not in self.lists:
            raise SchemaError(
                f"There is no value list '{name}'.", file=self.folder, expected=", ".join(self.lists)
            )
        return self.lists[name]

    def modes(self, event_type: str) -> ValueList | None:
        """The modes that belong to an event type, or None when it has none."""
        types = self.values("event_type")
        name = types[event_type].facts.get("modes") if event_type in types else None
        return self.values(name) if name else None

    @cached_property
    def fingerprint(self) -> str:
        """Digest of all that decides how records look: equal for equal structure and values, whatever the prose."""
        bare = {name: _bare(table.row_schema) for name, table in self.tables.items()}
        return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()


def is_nullable(node: dict[str, Any]) -> bool:
    """Whether a resolved schema admits null."""
    if "anyOf" in node:
        return any(is_nullable(option) for option in node["anyOf"])
    kind = node.get("type")
    return kind == "null" or (isinstance(kind, list) and "null" in kind)


def core(node: dict[str, Any]) -> dict[str, Any]:
    """The schema without its null option: `anyOf: [X, null]` gives X, a type list loses null."""
    if "anyOf" in node:
        options = [option for option in node["anyOf"] if option.get("type") != "null"]
        if len(options) == 1:
            return core(options[0])
        return {"type": "string", "anyOf": options} if options else {}
    kind = node.get("type")
    if isinstance(kind, list):
        rest = [one for one in kind if one != "null"]
        return {**node, "type": rest[0] if len(rest) == 1 else rest}
    return node


def _bare(node: Any) -> Any:
    """A schema without prose, so that a better definition is no change of structure."""
    prose = {"title", "description", "examples", "$comment"}
    if isinstance(node, dict):
        if "oneOf" in node:
            consts = [option.get("const") for option in node["oneOf"]]
            return {
                "oneOf": consts,
                **{
                    k: _bare(v)
                    for k, v in node.items()
                    if k not in prose | {"oneOf"} and not k.startswith("x-label")
                },
            }
        return {
            key: _bare(value)
            for key, value in node.items()
            if key not in prose and not key.startswith("x-label")
        }
    if isinstance(node, list):
        return [_bare(item) for item in node]
    return node
