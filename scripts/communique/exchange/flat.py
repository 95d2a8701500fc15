"""Tables without nesting, for spreadsheets, R, Stata and SQL: what repeats becomes a table of its own.

A column that holds one object becomes one column for each part (`time_value`). A list of plain values is
joined by `; `. A list of objects (spans, participants, zones, views) becomes the table
`<table>_<column>` with the key of its record and the position in the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from communique.exchange.format import Record
from communique.schema import Schema, Table
from communique.schema.model import core

JOIN = "; "
POSITION = "position"


@dataclass(frozen=True)
class FlatColumn:
    """A column: its type (`text`, `integer`, `number`, `boolean`), what it means, and its value list."""

    name: str
    kind: str
    title: str
    description: str
    values: str | None = None
    joined: bool = False
    path: tuple[str, ...] = ()


@dataclass
class FlatTable:
    """A table without nesting. `key` are the columns that name a row; `parent` is the table a child belongs to."""

    name: str
    title: str
    columns: list[FlatColumn]
    key: tuple[str, ...]
    parent: str | None = None
    of: str | None = None
    rows: list[list[Any]] = field(default_factory=list)


def flat_tables(schema: Schema) -> dict[str, FlatTable]:
    """The empty tables that a schema gives, children after their parents."""
    found: dict[str, FlatTable] = {}
    for table in schema.tables.values():
        columns: list[FlatColumn] = []
        children: list[FlatTable] = []
        for column in table.columns:
            node = core(column.json)
            kind = node.get("type")
            if column.json.get("x-arrow") == "json":
                columns.append(
                    FlatColumn(
                        column.name, "text", column.title, column.description + " JSON.", path=(column.name,)
                    )
                )
            elif kind == "array" and core(node["items"]).get("type") == "object":
                parts = _parts(core(node["items"]), ())
                keys = [_key_column(table, name) for name in table.key]
                place = FlatColumn(POSITION, "integer", "Position", "Position in the list, from 0.")
                children.append(
                    FlatTable(
                        f"{table.name}_{column.name}", f"{table.title}: {column.title.lower()}", [*keys, place, *parts],
                        (*table.key, POSITION), table.name, column.name,
                    )
                )  # fmt: skip
            elif kind == "array":
                columns.append(
                    FlatColumn(
                        column.name,
                        "text",
                        column.title,
                        column.description,
                        column.values,
                        True,
                        (column.name,),
                    )
                )
            elif kind == "object":
                columns += _parts(node, (column.name,))
            else:
                columns.append(
                    FlatColumn(
                        column.name,
                        _kind(kind),
                        column.title,
                        column.description,
                        column.values,
                        path=(column.name,),
                    )
                )
        found[table.name] = FlatTable(table.name, table.title, columns, table.key)
        found |= {child.name: child for child in children}
    return found


def _key_column(table: Table, name: str) -> FlatColumn:
    column = table[name]
    return FlatColumn(name, "text", column.title, column.description)


def _parts(node: Record, above: tuple[str, ...]) -> list[FlatColumn]:
    """The columns of an object; objects inside it are taken apart too."""
    columns = []
    for name, child in node.get("properties", {}).items():
        inner, path = core(child), (*above, name)
        if inner.get("type") == "object":
            columns += _parts(inner, path)
            continue
        listed = inner.get("x-values") or core(inner.get("items", {})).get("x-values")
        joined = inner.get("type") == "array"
        kind = "text" if joined else _kind(inner.get("type"))
        title, described = (
            child.get("title", name.replace("_", " ").capitalize()),
            child.get("description", ""),
        )
        columns.append(FlatColumn("_".join(path), kind, title, described, listed, joined, path))
    return columns


def _kind(kind: Any) -> str:
    return kind if kind in ("integer", "number", "boolean") else "text"


def add_rows(tables: dict[str, FlatTable], name: str, rows: Iterable[Record]) -> None:
    """Append built rows of the table `name` and of its children."""
    table = tables[name]
    children = [child for child in tables.values() if child.parent == name]
    for row in rows:
        table.rows.append([_value(row, column) for column in table.columns])
        for child in children:
            key = [row[column] for column in table.key]
            parts = child.columns[len(key) + 1 :]
            for position, item in enumerate(row[str(child.of)] or ()):
                child.rows.append([*key, position, *(_value(item, column) for column in parts)])


def _value(row: Record, column: FlatColumn) -> Any:
    value: Any = row
    for name in column.path:
        value = value.get(name) if isinstance(value, dict) else None
    if column.joined:
        return None if value is None else JOIN.join(map(str, value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value
