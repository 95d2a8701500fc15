"""The annotation form: which label, widget and relation of Label Studio holds which column of the schema.

Everything here is derived from the schema and its `x-label-studio` hints. A table hangs on one kind of
region, its anchor: a mention on its own span, a statement on its cue, an action on its trigger. Further
span columns are roles: regions of their own, or mentions, tied to the anchor by a relation. Every other
stored column is a widget that shows when such a region is selected.

Hints, all optional:
  table   `anchor` span column; `label`, `hotkey`, `color` where the record is itself a span; `main` and
          `more` list columns for the upper and the folded part of the form; `assume` gives columns of an
          actor that an annotator proposes.
  column  `label`, `hotkey`, `color` of its regions; `relation` from the anchor to them (or, of a reference,
          to the record referred to); `actors` the column of actor ids that belongs to a span column and
          `understood` the flag beside it.
  property of a column  `record`: true where its text is a record's id, or a word such as AUTHOR.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from communique.annotation.files import annotation_tables, fill
from communique.annotation.model import Record
from communique.schema import Schema, Table
from communique.schema.model import core

HINTS = "x-label-studio"
PART, SPAN = "part", "span"
PART_LABEL = "Part"
YES, NO = "yes", "no"  # "true" would reach Label Studio as a truth value, which its aliases must not be
NEW_ACTOR, SPAN_ACTORS, REMARKS, RECORDS = "new_actor", "span_actors", "remarks", "records"

Kind = Literal[
    "choice",
    "choices",
    "tags",
    "class",
    "flag",
    "boolean",
    "actor",
    "actors",
    "text",
    "number",
    "integer",
    "json",
]
TAGS: dict[Kind, str] = {
    "choice": "choices",
    "choices": "choices",
    "tags": "taxonomy",
    "class": "taxonomy",
    "flag": "choices",
    "boolean": "choices",
    "actor": "taxonomy",
    "actors": "taxonomy",
    "text": "textarea",
    "number": "number",
    "integer": "number",
    "json": "textarea",
}


@dataclass(frozen=True)
class Field:
    """One widget. `part` names the property of an object column that it holds; `modes` the column of the
    finer class that a taxonomy also holds; `spec` is the JSON Schema of the value."""

    control: str
    table: str
    column: str
    kind: Kind
    title: str
    description: str
    required: bool = False
    main: bool = False
    part: str | None = None
    modes: str | None = None
    spec: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def tag(self) -> str:
        """The type that its results have."""
        return TAGS[self.kind]


@dataclass(frozen=True)
class Role:
    """A span column tied to its anchor by `relation`; its regions have `label` or are mentions.

    participant: a list of {actor_id, span, implicit}. many: a list of spans rather than one. actors,
    implied: the columns of the actors and of the flag that they are understood.
    """

    column: str
    relation: str
    label: str
    participant: bool
    many: bool
    actors: str | None = None
    implied: str | None = None

    @property
    def understood(self) -> str | None:
        """Column whose actors have no words in the text, and are chosen on the anchor."""
        return self.column if self.participant else self.actors


@dataclass(frozen=True)
class Reference:
    """A column that names another record of the article, drawn as a relation between the two anchors."""

    column: str
    relation: str
    target: str


@dataclass(frozen=True)
class Cluster:
    """A table without words of its own: its records are groups of anchors (the events of the actions).

    column: of the anchored table. links: the table that ties two such records, with its columns.
    """

    table: str
    key: str
    column: str
    relation: str
    fields: tuple[Field, ...]
    shared: tuple[str, ...]
    links: str | None
    link_columns: tuple[str, str, str] | None


@dataclass(frozen=True)
class Anchored:
    """A table whose records are regions of `label`. `column`: its anchor, None if the record is the span."""

    table: Table
    label: str
    column: str | None
    fields: tuple[Field, ...]
    roles: tuple[Role, ...]
    references: tuple[Reference, ...]
    cluster: Cluster | None

    @property
    def key(self) -> str:
        return self.table.key[0]

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each field among `fields`, by control."""
        return {one.control: place for place, one in enumerate(self.fields)}

    @cached_property
    def parts(self) -> tuple[Field, ...]:
        """The fields that hold one property each of an object column."""
        return tuple(one for one in self.fields if one.part not in (None, "understood"))

    @property
    def more(self) -> str:
        """Name of the widget for what no other widget of this form can hold."""
        return f"{self.table.name}_more"


@dataclass(frozen=True)
class Label:
    """A span label. `actors` tells whether its regions carry actors."""

    name: str
    hotkey: str | None
    color: str
    description: str
    actors: bool


class Whole:
    """`annotation.files.fill` for many records of one table: the defaults are read from the schema once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.bare = fill(table, {}, {})
        self.said = frozenset(column.name for column in table.stored if column.from_file)
        self._names = tuple(column.name for column in table.stored)

    def __call__(self, record: Record, filled: Record) -> Record:
        """`record` with every stored column that it or a default gives, in schema order."""
        made: Record = {}
        for name in self._names:
            if name in record:
                made[name] = record[name]
            elif name in filled and (name in self.said or name == "article_id"):
                made[name] = filled[name]
            elif name in self.bare:
                default = self.bare[name]
                made[name] = deepcopy(default) if isinstance(default, list | dict) else default
        return made if len(made) >= len(record) else made | record


@dataclass(frozen=True)
class Form:
    """The whole form; `anchored` by label, `proposal` the widgets that describe a proposed actor."""

    schema: Schema
    labels: dict[str, Label]
    anchored: dict[str, Anchored]
    proposal: tuple[Field, ...]
    assumed: dict[str, Any]

    @cached_property
    def relations(self) -> dict[str, str]:
        """Every relation label with its description, in the order in which the form offers them."""
        found = {PART: "From a cue or trigger to a further piece of it."}
        for one in self.anchored.values():
            for role in one.roles:
                found.setdefault(role.relation, one.table[role.column].description)
            for reference in one.references:
                found.setdefault(reference.relation, one.table[reference.column].description)
            if one.cluster:
                found.setdefault(one.cluster.relation, "Both are mentions of one and the same event.")
                for value in self.link_types(one.cluster):
                    found.setdefault(value[0], value[1])
        return found

    def link_types(self, cluster: Cluster) -> list[tuple[str, str]]:
        """The link labels of a cluster with their descriptions."""
        if not cluster.links or not cluster.link_columns:
            return []
        values = self.schema.table(cluster.links)[cluster.link_columns[0]].values
        return [(one.const, one.description) for one in self.schema.values(values).values] if values else []

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by the name of its control."""
        found = {one.control: one for one in self.proposal}
        for anchored in self.anchored.values():
            found |= {one.control: one for one in anchored.fields}
            if anchored.cluster:
                found |= {one.control: one for one in anchored.cluster.fields}
        return found

    @cached_property
    def controls(self) -> dict[str, str]:
        """Type of results by control name."""
        found = {SPAN: "labels", NEW_ACTOR: "textarea", SPAN_ACTORS: "taxonomy"}
        found |= {REMARKS: "textarea", RECORDS: "textarea"}
        found |= {one.more: "textarea" for one in self.anchored.values()}
        return found | {name: one.tag for name, one in self.fields.items()}

    @cached_property
    def allowed(self) -> dict[str, frozenset[str]]:
        """The values that a choice or class may have, by control name; absent where they are open."""
        found = {}
        for name, one in self.fields.items():
            if one.kind in ("flag", "boolean"):
                found[name] = frozenset((YES,) if one.kind == "flag" else (YES, NO))
            elif one.kind in ("choice", "choices", "tags"):
                found[name] = frozenset(value.const for value in self.schema.values(values_of(one)).values)
            elif one.kind == "class":
                types = self.schema.values(values_of(one))
                found[name] = frozenset(
                    [one.const for one in types.values]
                    + [
                        f"{kind.const}/{mode.const}"
                        for kind in types.values
                        for mode in self.modes(kind.const)
                    ]
                )
        return found

    @cached_property
    def whole(self) -> dict[str, Whole]:
        """How a record of each annotation table is made whole, by table name."""
        return {table.name: Whole(table) for table in annotation_tables(self.schema)}

    def modes(self, const: str) -> tuple[Any, ...]:
        """The finer values below one value of a class."""
        listed = self.schema.modes(const)
        return listed.values if listed else ()


def values_of(one: Field) -> str:
    """Name of the value list of a choice."""
    inner = core(one.spec)
    return str(inner.get("x-values") or core(inner.get("items", {})).get("x-values"))
