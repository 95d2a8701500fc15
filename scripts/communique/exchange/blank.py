"""What a source lacks stays null: records whose unsaid columns are empty, and schemas that let them be."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from communique.exchange.format import ExchangeError
from communique.files import write_atomically
from communique.schema import Schema
from communique.schema.files import SUFFIX

Record = dict[str, Any]
#: Columns of actions that views and claims repeat: what may be null in one may be null in all.
_REPEATED = ("status", "polarity", "certainty")
#: Columns that say how a record came about, not what the source says.
_FILE = ("article_id", "provenance")


def blank(schema: Schema, table: str, given: Record) -> Record:
    """A whole stored record: `given`, and for each other column an empty list or null, never a default.

    A default is what an annotator who used our guidelines means by saying nothing; the annotators of
    another corpus did not say it.
    """
    record: Record = {}
    for column in schema.table(table).stored:
        if column.name in given:
            record[column.name] = given[column.name]
        elif column.name not in _FILE:
            record[column.name] = [] if column.is_list else None
    unknown = set(given) - set(record)
    if unknown:
        raise ExchangeError(f"The table '{table}' has no such column.", found=", ".join(sorted(unknown)))
    return record


def lacking(schema: Schema, tables: Iterable[tuple[str, Iterable[Record]]]) -> set[tuple[str, str]]:
    """(table, column) of every null in a column that must not be null."""
    found: set[tuple[str, str]] = set()
    for name, records in tables:
        strict = [c.name for c in schema.table(name).stored if not c.nullable]
        for record in records:
            found.update((name, column) for column in strict if column in record and record[column] is None)
            if "provenance" in record and record["provenance"] is not None:
                found |= lacking_provenance(schema, record["provenance"])
    return found


def lacking_provenance(schema: Schema, provenance: Record) -> set[tuple[str, str]]:
    """As lacking, for the one column of a provenance that a foreign corpus cannot give: our guidelines' version."""
    node = schema.shared["provenance"]["properties"]["guideline_version"]
    nullable = "null" in (node["type"] if isinstance(node["type"], list) else [node["type"]])
    return (
        set()
        if nullable or provenance["guideline_version"] is not None
        else {("provenance", "guideline_version")}
    )


def relax(schema: Schema, columns: Iterable[tuple[str, str]]) -> list[Path]:
    """Let `columns` be null in the schema files of the project, and return the files that were changed.

    The structure of the schema stays; only null is added to what each of the columns admits.
    """
    wanted = set(columns)
    for name in _REPEATED:
        if ("actions", name) in wanted:
            wanted |= {("view", name), ("claims", name)}
    by_table: dict[str, list[str]] = {}
    for table, column in sorted(wanted):
        by_table.setdefault(table, []).append(column)
    changed = []
    for table, names in by_table.items():
        shared = table not in schema.tables
        path = schema.folder / f"{'common' if shared else table}{SUFFIX}"
        if not path.exists():
            continue
        data = json.loads(path.read_text(encoding="utf-8"))
        place = data["$defs"][table]["properties"] if shared else data["properties"]
        for name in names:
            if name in place:
                place[name] = _nullable(place[name], schema, table, name)
        write_atomically(path, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
        changed.append(path)
    return changed


def _nullable(node: Record, schema: Schema, table: str, name: str) -> Record:
    if isinstance(node.get("type"), str):
        return {**node, "type": [node["type"], "null"]}
    if "$ref" not in node:
        return node
    outer = {key: node[key] for key in node if key != "$ref"}
    if table in schema.tables:
        column = schema.table(table)[name]
        outer = {"title": column.title, "description": column.description, **outer}
    return {"anyOf": [{"$ref": node["$ref"]}, {"type": "null"}], **outer}
