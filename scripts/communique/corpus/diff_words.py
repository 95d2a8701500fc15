"""How a diff says a record, its words and its values: short, and never more of a text than a few words."""

from __future__ import annotations

from typing import Any

Record = dict[str, Any]

#: Of a text no more than this many words in a row are quoted: the summary may be published where the text may not.
WORDS = 4


def key_of(row: Record, key: tuple[str, ...]) -> str:
    """The key of a row, its parts joined by an arrow."""
    return " → ".join(str(row[column]) for column in key)


def quote(row: Record) -> str:
    """A record's own words in quotation marks, a space before them; empty without."""
    column = quoted(row)
    return f" “{few(row[column])}”" if column else ""


def quoted(row: Record) -> str | None:
    """The column that says in words what a record is about."""
    names = ("canonical_name", "gloss", "text", "cue_text", "trigger_text")
    return next((name for name in names if isinstance(row.get(name), str)), None)


def few(text: str) -> str:
    """The first few words."""
    words = text.split()
    short = " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")
    return short if len(short) <= 60 else short[:59] + "…"


def local(record_id: str | None) -> str:
    """A record id without its article."""
    return record_id.rpartition(".")[2] if record_id else "no parent"


def places_of(value: Any) -> str:
    """Where the spans in a value lie."""
    spans = [value] if isinstance(value, dict) else list(value or [])
    places = [one.get("span", one) for one in spans]
    return ", ".join(f"{one['start']}–{one['end']}" if one else "implicit" for one in places) or "none"


def became(old: Any, new: Any) -> str:
    """What a value was and is; of structures the parts that differ only."""
    if isinstance(old, dict) and isinstance(new, dict):
        parts = [name for name in new if old.get(name) != new[name]]
        return ", ".join(f"{name} {short(old.get(name))} → {short(new[name])}" for name in parts)
    return f"{short(old)} → {short(new)}"


def short(value: Any) -> str:
    """Any value of a column in a few words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        value = [f"{name} {short(part)}" for name, part in value.items() if part is not None]
    if value is None or value == []:
        return "none"
    if not isinstance(value, list):
        return few(str(value))
    shown = ", ".join(few(str(one)) for one in value[:WORDS])
    return shown + (f" … ({len(value)})" if len(value) > WORDS else "")
