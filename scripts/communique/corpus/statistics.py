"""Counts over a built corpus: rows, values, zones, and the derived figures that a reader asks for first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from communique.corpus.load import load_arrow, locate
from communique.corpus.manifest import read_manifest
from communique.corpus.snapshot import at_version
from communique.schema import load_schema

Record = dict[str, Any]


def statistics(path: str | Path | None = None, version: str | None = None) -> Record:
    """Counts of the corpus at `path`, in a released `version` or as it stands (as in `communique.load`).

    `tables`: rows by table. `values`: for each enumerated column, rows by value in the order of the value
    list, values without rows left out. `zones`: rows by zone. `derived`: nesting, spans, assertion.
    """
    project = locate(path)
    if version is not None:
        project = at_version(project, version)
    schema = load_schema(project.schema)
    manifest = read_manifest(project.corpus)
    values: dict[str, dict[str, int]] = {}
    zones: dict[str, dict[str, int]] = {}
    rows: dict[str, list[Record]] = {}
    for name, table in schema.tables.items():
        if table.is_view:
            continue
        columns = [column.name for column in table.columns if column.name != "text" or name != "articles"]
        rows[name] = load_arrow(name, path=path, version=version, columns=columns)[1].to_pylist()
        for column in table.columns:
            if not column.values:
                continue
            counts = Counter(
                value
                for row in rows[name]
                for value in (row[column.name] if column.is_list else [row[column.name]])
                if value is not None
            )
            listed = schema.values(column.values).values
            found = {value.const: counts[value.const] for value in listed if counts[value.const]}
            (zones if column.name == "zone" else values)[f"{name}.{column.name}"] = found
    zones["articles.zones"] = dict(Counter(zone["zone"] for row in rows["articles"] for zone in row["zones"]))
    return {
        "name": manifest["name"],
        "version": manifest["version"],
        "tables": {name: entry["rows"] for name, entry in manifest["tables"].items()},
        "values": values,
        "zones": zones,
        "derived": _derived(rows),
    }


def _derived(rows: dict[str, list[Record]]) -> dict[str, int]:
    statements = {row["statement_id"]: row for row in rows["statements"]}
    inside = [row for row in rows["actions"] if row["in_statement_id"] is not None]
    differs = [
        row for row in inside if row["asserted_by"] != statements[row["in_statement_id"]]["source_actor_ids"]
    ]
    return {
        "statements_nested": sum(row["parent_statement_id"] is not None for row in statements.values()),
        "statements_discontinuous": sum(row["discontinuous"] for row in statements.values()),
        "spans": sum(_spans(row) for table, found in rows.items() if table != "articles" for row in found),
        "actions_inside_statements": len(inside),
        "actions_asserter_differs_from_innermost_source": len(differs),
        "actions_asserter_overridden": sum(row["assertion_overridden"] for row in rows["actions"]),
        "actions_exportable": sum(row["exportable"] for row in rows["actions"]),
        "events_exportable": sum(row["exportable"] for row in rows["events"]),
    }


def _spans(node: Any) -> int:
    """Number of spans in a row: objects with start, end and text, the row of a mention among them."""
    if isinstance(node, dict):
        here = {"start", "end", "text"} <= node.keys()
        return int(here) + sum(_spans(value) for value in node.values())
    return sum(_spans(item) for item in node) if isinstance(node, list) else 0
