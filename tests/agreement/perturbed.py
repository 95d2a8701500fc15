"""Annotations that another annotator could have made, and the same judgements written down another way."""

from __future__ import annotations

import copy
import random
from typing import Any

from communique.annotation.model import Annotation, Record
from communique.schema import Schema

UNITS = ("mentions", "statements", "actions")


def perturbed(annotation: Annotation, text: str, schema: Schema, seed: int, share: float = 0.1) -> Annotation:
    """Another pass over the same text: about `share` of the units left out, of the spans moved by a word or
    a letter, of the labels changed, and some units added. What refers to a unit that is left out is mended,
    so that the file stays valid in itself."""
    chance = random.Random(seed)
    other = copy.deepcopy(annotation)
    for table in UNITS:
        other.tables[table] = [row for row in other[table] if chance.random() >= share]
    _without_dangling(other)
    for row in other["mentions"]:
        if chance.random() < share:
            row.update(_moved(row, text, chance))
        if chance.random() < share:
            row["mention_type"] = _another(row["mention_type"], "mention_type", schema, chance)
    for row in other["statements"]:
        for role in ("source_spans", "cue_spans", "content_spans"):
            if row[role] and chance.random() < share:
                row[role] = [_moved(row[role][0], text, chance), *row[role][1:]]
                row[role] = [
                    row[role][0],
                    *(one for one in row[role][1:] if one["start"] >= row[role][0]["end"]),
                ]
        for column, values in (
            ("speech_act", "speech_act"),
            ("mode", "statement_mode"),
            ("cue_class", "cue_class"),
        ):
            if chance.random() < share:
                row[column] = _another(row[column], values, schema, chance)
    for row in other["actions"]:
        if chance.random() < share:
            row["trigger_spans"] = [_moved(row["trigger_spans"][0], text, chance)]
        if chance.random() < share:
            row["status"] = _another(row["status"], "action_status", schema, chance)
        if chance.random() < share:
            row["event_type"] = _another(row["event_type"], "event_type", schema, chance)
            row["mode"] = None
        if row["agents"] and chance.random() < share:
            row["agents"] = row["agents"][1:]
    _added(other, text, chance, share)
    return other


def _without_dangling(annotation: Annotation) -> None:
    there = {row["statement_id"] for row in annotation["statements"]}
    for row in annotation["statements"]:
        if row["parent_statement_id"] not in there:
            row["parent_statement_id"] = None
    for row in annotation["actions"]:
        if row["realises_statement_id"] not in there:
            row["realises_statement_id"] = None
        row["other_views"] = [one for one in row["other_views"] if one["in_statement_id"] in {None, *there}]
        override = row["assertion_override"]
        if override and override["asserted_in"] not in {"AUTHOR", *there}:
            row["assertion_override"] = None
    used = {row["event_id"] for row in annotation["actions"]}
    annotation.tables["events"] = [row for row in annotation["events"] if row["event_id"] in used]
    annotation.tables["event_links"] = [
        row for row in annotation["event_links"] if {row["from_event_id"], row["to_event_id"]} <= used
    ]


def _moved(span: Record, text: str, chance: random.Random) -> Record:
    start, end = span["start"], span["end"]
    if chance.random() < 0.5 and " " in text[start:end]:
        start = text.index(" ", start) + 1
    elif end < len(text) - 10:
        end = text.find(" ", end + 1) if text.find(" ", end + 1) > 0 else end
    return {"start": start, "end": end, "text": text[start:end]}


def _another(value: str | None, values: str, schema: Schema, chance: random.Random) -> str:
    return chance.choice([one.const for one in schema.values(values).values if one.const != value])


def _added(annotation: Annotation, text: str, chance: random.Random, share: float) -> None:
    words = [number for number, letter in enumerate(text[:-20]) if letter == " "]
    for table, key in (("mentions", "mention_id"), ("actions", "action_id")):
        for number in range(int(share * len(annotation[table]) / 2)):
            row = copy.deepcopy(chance.choice(annotation[table]))
            start = chance.choice(words) + 1
            end = text.index(" ", start + 1)
            row[key] = f"{annotation.article_id}.added-{table}-{number}"
            span = {"start": start, "end": end, "text": text[start:end]}
            row.update(span if table == "mentions" else {"trigger_spans": [span]})
            annotation[table].append(row)


def rewritten(annotation: Annotation, schema: Schema, seed: int) -> Annotation:
    """The same judgements with other ids for everything of the article, in another order of records, and of
    the items of lists whose order says nothing."""
    chance = random.Random(seed)
    names: dict[str, str] = {}
    for table in ("actors", *UNITS, "events"):
        key = schema.table(table).key[0]
        ids = [row[key] for row in annotation[table]]
        numbers = list(range(len(ids)))
        chance.shuffle(numbers)
        names |= {
            one: f"{annotation.article_id}.z{table[0:2]}{n}" for one, n in zip(ids, numbers, strict=True)
        }
    other = copy.deepcopy(annotation)
    for table, rows in other.tables.items():
        rows = [_renamed(row, names) for row in rows]
        for row in rows:
            for column in (
                "agents",
                "targets",
                "contexts",
                "source_actor_ids",
                "addressee_actor_ids",
                "set_members",
            ):
                if isinstance(row.get(column), list):
                    chance.shuffle(row[column])
        chance.shuffle(rows)
        other.tables[table] = rows
    return other


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
