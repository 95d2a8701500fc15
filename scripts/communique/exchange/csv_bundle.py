"""A bundle of CSV files for R, Stata and spreadsheets, with a codebook made from the schema."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from communique.annotation.derive import derive_actors
from communique.annotation.source import Source
from communique.exchange.flat import FlatTable, add_rows, flat_tables
from communique.exchange.format import Record, WriteOptions, Written
from communique.exchange.items import Item, items, put
from communique.schema import Schema

#: Beginnings that spreadsheets run as formulas (OWASP, CSV injection).
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def neutralised(cell: str) -> str:
    """Text with an apostrophe before it if a spreadsheet would run it as a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The inverse of `neutralised`."""
    return cell[1:] if _GUARDED.match(cell) else cell


def tables(source: Source, options: WriteOptions, written: Written) -> dict[str, FlatTable]:
    """All rows of the corpus in flat tables; counts go to `written`."""
    flat = flat_tables(source.schema)
    actors = [actor for actor in source.actors.values() if actor["article_id"] is None]
    mentions: list[Record] = []
    for item in items(source, options):
        rows = dict(item.rows)
        actors += rows.pop("actors", [])
        mentions += rows.get("mentions", [])
        add_rows(flat, "articles", [article_row(item)])
        for name, found in rows.items():
            add_rows(flat, name, found)
    add_rows(flat, "actors", derive_actors(actors, mentions))
    written.counts.update(
        {name: len(table.rows) for name, table in flat.items() if table.rows and table.parent is None}
    )
    return flat


def article_row(item: Item) -> Record:
    """The article with what its annotation says of it."""
    version = item.annotation.provenance.get("guideline_version") if item.annotated else None
    return {**item.article, "remarks": item.annotation.remarks, "guideline_version": version}


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """One `.csv` a table, `codebook.csv`, `values.csv`, `codebook.md` and `read.R`.

    UTF-8, comma, quotes doubled, line feeds; null is an empty cell, true and false are 1 and 0. A text cell
    that a spreadsheet would run as a formula has an apostrophe before it.
    """
    written = Written()
    flat = tables(source, options, written)
    for table in flat.values():
        put(out, f"{table.name}.csv", _csv([c.name for c in table.columns], table.rows), written)
    put(out, "codebook.csv", _codebook(flat), written)
    values = [
        [name, value.const, value.title, value.description]
        for name, listed in source.schema.lists.items()
        for value in listed.values
    ]
    put(out, "values.csv", _csv(["list", "value", "title", "description"], values), written)
    put(out, "codebook.md", _markdown(flat, source.schema), written)
    put(out, "read.R", _r(flat), written)
    return written


def _csv(header: list[str], rows: list[list[Any]]) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return sink.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    return neutralised(value) if isinstance(value, str) else value


def _codebook(flat: dict[str, FlatTable]) -> str:
    rows = [
        [
            table.name,
            column.name,
            column.kind,
            int(column.name in table.key),
            column.values,
            column.title,
            column.description,
        ]
        for table in flat.values()
        for column in table.columns
    ]
    return _csv(["table", "column", "type", "key", "value_list", "title", "description"], rows)


def _markdown(flat: dict[str, FlatTable], schema: Schema) -> str:
    lines = [
        "# Codebook",
        "",
        "Made from the schema. Null is an empty cell; offsets count Unicode code points from 0.",
        "",
    ]
    for table in flat.values():
        lines += [
            f"## {table.name}.csv",
            "",
            f"{table.title}. Key: {', '.join(table.key)}.",
            "",
            "| column | type | meaning | values |",
        ]
        lines.append("|---|---|---|---|")
        for column in table.columns:
            meaning = ". ".join(part.rstrip(".") for part in (column.title, column.description) if part)
            lines.append(
                f"| {column.name} | {column.kind} | {meaning.replace('|', '/')} | {column.values or ''} |"
            )
        lines.append("")
    lines += ["## Value lists", ""]
    for name, listed in schema.lists.items():
        lines += [
            f"### {name}",
            "",
            *(f"- `{value.const}` {value.title}: {value.description}" for value in listed.values),
            "",
        ]
    return "\n".join(lines)


def _r(flat: dict[str, FlatTable]) -> str:
    lines = ["# Reads the bundle; run it in this folder.", "options(stringsAsFactors = FALSE)"]
    for table in flat.values():
        kinds = {"text": "character", "integer": "integer", "number": "numeric", "boolean": "integer"}
        classes = ", ".join(f'{column.name} = "{kinds[column.kind]}"' for column in table.columns)
        lines.append(
            f'{table.name} <- read.csv("{table.name}.csv", encoding = "UTF-8", na.strings = "", colClasses = c({classes}))'
        )
    return "\n".join(lines) + "\n"
