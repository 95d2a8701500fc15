"""What changed between two schemas, and whether records of both can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from communique.corpus.versions import Step
from communique.schema import Schema, Table
from communique.schema.arrow import arrow_type
from communique.schema.model import is_nullable

SchemaChangeKind = Literal[
    "table added", "table removed", "key changed", "column added", "column removed", "type changed",
    "null forbidden", "null allowed", "value added", "value removed", "definition changed", "rule changed",
]  # fmt: skip

_STEP: dict[str, Step] = {
    "table added": "minor",
    "column added": "minor",
    "value added": "minor",
    "null allowed": "minor",
    "definition changed": "patch",
}


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change: `where` is table, table.column or a value list, `what` the name or the two forms."""

    kind: SchemaChangeKind
    where: str
    what: str = ""

    @property
    def step(self) -> Step:
        """Major where records or results can no longer mean the same."""
        return _STEP.get(self.kind, "major")

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}" + (f", {self.what}" if self.what else "")


def schema_changes(a: Schema, b: Schema) -> list[SchemaChange]:
    """All changes from `a` to `b`, most serious first."""
    found: list[SchemaChange] = []
    found += [SchemaChange("table removed", name) for name in a.tables if name not in b.tables]
    found += [SchemaChange("table added", name) for name in b.tables if name not in a.tables]
    for name in [name for name in a.tables if name in b.tables]:
        found += _table_changes(a.tables[name], b.tables[name])
    for name in a.lists.keys() & b.lists.keys():
        old, new = a.lists[name].by_const, b.lists[name].by_const
        found += [SchemaChange("value removed", name, one) for one in old if one not in new]
        found += [SchemaChange("value added", name, one) for one in new if one not in old]
        prose = [one for one in old if one in new and old[one].description != new[one].description]
        found += [SchemaChange("definition changed", name, one) for one in prose]
        facts = [one for one in old if one in new and old[one].facts != new[one].facts]
        found += [SchemaChange("rule changed", name, f"facts of {one}") for one in facts]
    if a.fingerprint != b.fingerprint and not any(one.step != "patch" for one in found):
        found.append(SchemaChange("rule changed", "schema", "patterns, limits or references"))
    order = {"major": 0, "minor": 1, "patch": 2}
    return sorted(found, key=lambda one: (order[one.step], one.kind, one.where, one.what))


def _table_changes(old: Table, new: Table) -> list[SchemaChange]:
    found: list[SchemaChange] = []
    if old.key != new.key:
        found.append(
            SchemaChange("key changed", old.name, f"{', '.join(old.key)} became {', '.join(new.key)}")
        )
    for name in old.by_name.keys() | new.by_name.keys():
        where = f"{old.name}.{name}"
        if name not in new.by_name:
            found.append(SchemaChange("column removed", where))
        elif name not in old.by_name:
            found.append(SchemaChange("column added", where))
        else:
            one, other = old[name].json, new[name].json
            was, now = arrow_type(one), arrow_type(other)
            if was != now:
                found.append(SchemaChange("type changed", where, f"{was} became {now}"))
            if is_nullable(one) != is_nullable(other):
                found.append(SchemaChange("null allowed" if is_nullable(other) else "null forbidden", where))
            if old[name].description != new[name].description:
                found.append(SchemaChange("definition changed", where))
    return found
