"""Whether an annotator's records can be compared at all: their columns, value lists, types and spans.

`communique validate` checks everything, of gold and of the corpus. Here is what agreement and adjudication
rely on, so that a file written by hand or by a program is refused with its place, not with a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables
from communique.annotation.model import Annotation, Record
from communique.rounds.round import RoundError
from communique.schema import Column, Schema, Table

_SPAN = {"start", "end", "text"}


def check_records(annotation: Annotation, schema: Schema, path: Path, text: str | None = None) -> None:
    """Raises RoundError naming file, record and field for the first record that cannot be compared.
    With the article's `text` every span must have its words."""
    for table in annotation_tables(schema):
        values = {
            column.name: set(schema.values(column.values).by_const)
            for column in table.stored
            if column.values
        }
        ids: set[str] = set()
        for number, row in enumerate(annotation[table.name]):
            key = table.key[0] if len(table.key) == 1 else None
            name = str(row.get(key)) if key else f"number {number + 1}"
            for field, message, expected, found in _faults(row, table, values, ids, key, text):
                raise RoundError(
                    message,
                    file=path,
                    record=f"{table.name} {name}",
                    field=field,
                    expected=expected,
                    found=found,
                    mend="complete it in Label Studio and pull again, or mend this file; see annotations/codebook",
                )
            if key:
                ids.add(row[key])


def _faults(
    row: Record,
    table: Table,
    values: dict[str, set[str]],
    ids: set[str],
    key: str | None,
    text: str | None,
) -> Iterator[tuple[str, str, str, str]]:
    for name in row:
        if name not in table.by_name:
            yield name, "There is no such column.", ", ".join(one.name for one in table.stored), name
    for column in table.stored:
        if column.name not in row:
            yield column.name, "The record lacks a column.", "a value", "nothing"
            return
        value = row[column.name]
        wrong = _wrong(column, value, values.get(column.name))
        if wrong is not None:
            yield (column.name, *wrong)
            return
        for span in _spans(value):
            if (fault := _misplaced(span, text)) is not None:
                yield (column.name, *fault)
                return
    if row.keys() >= _SPAN and (fault := _misplaced(row, text)) is not None:
        yield ("start", *fault)
        return
    if key and row[key] in ids:
        yield key, "Two records have one id.", "an id for each record", str(row[key])


def _wrong(column: Column, value: Any, values: set[str] | None) -> tuple[str, str, str] | None:
    if value is None:
        return None if column.nullable else ("The column must have a value.", "a value", "null")
    if isinstance(value, list) != column.is_list:
        return "The column has another form.", "a list" if column.is_list else "one value", repr(value)
    for one in value if column.is_list else [value]:
        if values is not None and one not in values:
            return "The value is not of the column's list.", ", ".join(sorted(values)), repr(one)
        if column.references and not isinstance(one, str):
            return "A reference is an id.", "a string", repr(one)
    return None


def _misplaced(span: Record, text: str | None) -> tuple[str, str, str] | None:
    start, end = span["start"], span["end"]
    if not (_number(start) and _number(end) and 0 <= start < end):
        found = f"{start!r} to {end!r}"
        return "A span has no length, or bounds that are no numbers.", "start < end, both numbers", found
    if text is not None and text[start:end] != span["text"]:
        return (
            "The words of the span are not at its place in the text.",
            repr(text[start:end]),
            repr(span["text"]),
        )
    return None


def _spans(value: Any) -> Iterator[Record]:
    if isinstance(value, dict):
        if value.keys() >= _SPAN:
            yield value
        for part in value.values():
            yield from _spans(part)
    elif isinstance(value, list):
        for part in value:
            yield from _spans(part)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
