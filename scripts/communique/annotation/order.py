"""The canonical order of records, so that a change of annotation is a small change of the file."""

from __future__ import annotations

from typing import Any

from communique.schema import Table

Record = dict[str, Any]

_POSITION = {
    "mentions": lambda r: (r["start"], r["end"]),
    "statements": lambda r: _first(r["source_spans"] + r["cue_spans"] + r["content_spans"]),
    "actions": lambda r: _first(r["trigger_spans"]),
}


def in_order(table: Table, records: list[Record]) -> list[Record]:
    """Records in the order of the text where they have a place in it, then by key."""
    position = _POSITION.get(table.name, lambda record: ())

    def key(record: Record) -> tuple[Any, ...]:
        return (*position(record), *(record[column] for column in table.key))

    try:
        return sorted(records, key=key)
    except (KeyError, TypeError):
        # A faulty record has no place in the order; validation reports it, saving must not lose it.
        return list(records)


def _first(spans: list[Record]) -> tuple[int, int]:
    return min(((span["start"], span["end"]) for span in spans), default=(0, 0))
