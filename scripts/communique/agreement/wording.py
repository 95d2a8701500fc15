"""Values of records in words, for people who read a disagreement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from communique.agreement.groups import Grouping
from communique.annotation.model import Record
from communique.text.spans import joined

NOTHING = "–"
_KEPT = 60


def words_of(grouping: Grouping) -> dict[str, str]:
    """A short description of every unit of an article, by its id."""
    found: dict[str, str] = {}
    for group in grouping.groups:
        record = next(iter(group.members.values()))
        found[group.group_id] = (
            describe(group.table, record) if group.table != "event_links" else group.group_id
        )
    for group in grouping.of("event_links"):
        record = next(iter(group.members.values()))
        ends = [found.get(record[end], record[end]) for end in ("from_event_id", "to_event_id")]
        found[group.group_id] = f"{record['type']}: {ends[0]} → {ends[1]}"
    return found


def describe(table: str, record: Record) -> str:
    """A record in a few words of the text."""
    if table == "mentions":
        return f"“{record['text']}”"
    if table == "statements":
        source = joined(record["source_spans"]) or "(no source)"
        return f"“{source} … {joined(record['cue_spans'])}: {_cut(joined(record['content_spans']))}”"
    if table == "actions":
        return f"“{joined(record['trigger_spans'])}”"
    return str(record.get("canonical_name") or record.get("gloss") or "")


def say(value: Any, names: Mapping[str, str]) -> str:
    """A value of a record in words; `names` from words_of."""
    if value is None or value == [] or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        if all(isinstance(one, dict) and "text" in one for one in value):
            return f"“{joined(value)}”"
        return "; ".join(say(one, names) for one in value)
    if isinstance(value, dict):
        return _structure(value, names)
    return str(value)


def _structure(value: Record, names: Mapping[str, str]) -> str:
    if "implicit" in value:
        span = value["span"]
        return f"{say(value['actor_id'], names)} ({'implicit' if span is None else '“' + span['text'] + '”'})"
    if "basis" in value:
        parts = [
            value["modifier"],
            value["value"],
            f"by {value['basis']}",
            value["expression"] and f"“{value['expression']}”",
        ]
        return " ".join(str(part) for part in parts if part)
    if "text" in value:
        return f"“{value['text']}” {value['start']}–{value['end']}"
    return ", ".join(f"{key} {say(one, names)}" for key, one in value.items() if one is not None)


def _cut(text: str) -> str:
    return text if len(text) <= _KEPT else text[: _KEPT - 1].rstrip() + "…"
