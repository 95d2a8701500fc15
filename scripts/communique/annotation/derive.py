"""What follows from an annotation: nesting, asserter, scores, readable columns. Computed here and nowhere else."""

from __future__ import annotations

from typing import Any

from communique.annotation.assertion import asserter, innermost, nesting_depth
from communique.annotation.model import AUTHOR, Annotation, Record
from communique.annotation.order import in_order
from communique.annotation.scores import is_exportable, scores
from communique.schema import Schema
from communique.text.spans import joined

Rows = dict[str, list[Record]]


def derive(annotation: Annotation, article: Record, actors: dict[str, Record], schema: Schema) -> Rows:
    """Complete rows, table by table in canonical order, of one article's annotation.

    `article` is its record in `corpus/articles`; `actors` maps actor id to actor for the registry and
    for the article's own groups. The columns of the result are those of the schema, in its order. The
    counts of actors run over the whole corpus and are added by the build.
    Raises KeyError for a reference to what does not exist: validate first.
    """
    rows = {name: in_order(schema.table(name), records) for name, records in annotation.tables.items()}
    statements = {row["statement_id"]: row for row in rows["statements"]}
    glosses = {row["event_id"]: row["gloss"] for row in rows["events"]}
    zones = article["zones"]
    place = {column: article[column] for column in ("url", "publisher", "published_on")}

    def names(ids: list[str]) -> list[str]:
        return [actors[one]["canonical_name"] for one in ids]

    def located(start: int) -> Record:
        return {**place, "zone": next((z["zone"] for z in zones if z["start"] <= start < z["end"]), None)}

    derived: Rows = {"actors": [dict(row) for row in rows["actors"]]}
    derived["mentions"] = [
        {
            **row,
            "actor_name": actors[row["actor_id"]]["canonical_name"] if row["actor_id"] else None,
            **located(row["start"]),
        }
        for row in rows["mentions"]
    ]
    derived["statements"] = [
        {
            **row,
            "nesting_depth": nesting_depth(row, statements),
            "discontinuous": len(row["content_spans"]) > 1,
            "source_names": names(row["source_actor_ids"]),
            "source_text": joined(row["source_spans"]) or None,
            "cue_text": joined(row["cue_spans"]),
            "content_text": joined(row["content_spans"]),
            "addressee_names": names(row["addressee_actor_ids"]),
            **located(min(span["start"] for span in row["cue_spans"] + row["content_spans"])),
        }
        for row in rows["statements"]
    ]
    derived["actions"] = [
        _action(row, statements, schema, names) | located(_start(row)) for row in rows["actions"]
    ]
    derived["events"] = [_event(row, rows["actions"], schema) | place for row in rows["events"]]
    derived["event_links"] = [
        {**row, "from_gloss": glosses[row["from_event_id"]], "to_gloss": glosses.get(row["to_event_id"])}
        for row in rows["event_links"]
    ]
    for name, found in derived.items():
        derived[name] = [_ordered(row, schema, name) for row in found]
    for name in rows.keys() - derived.keys():
        derived[name] = rows[name]
    return derived


def _action(row: Record, statements: dict[str, Record], schema: Schema, names: Any) -> Record:
    held_in = innermost(row, statements)
    asserted_in, asserted_by, attitude_holder = asserter(row, held_in, statements)
    view = {
        "in_statement_id": None if asserted_in == AUTHOR else asserted_in,
        **{column: row[column] for column in ("status", "polarity", "certainty")},
    }
    return {
        **row,
        "in_statement_id": held_in,
        "asserted_in": asserted_in,
        "asserted_by": asserted_by,
        "attitude_holder": attitude_holder,
        "assertion_overridden": row["assertion_override"] is not None,
        "views": [*({"view_of": one, **view} for one in asserted_by or (None,)), *row["other_views"]],
        **scores(row, schema),
        "exportable": is_exportable(row),
        "trigger_text": joined(row["trigger_spans"]),
        "agent_names": names([one["actor_id"] for one in row["agents"]]),
        "target_names": names([one["actor_id"] for one in row["targets"]]),
        "asserted_by_names": names(asserted_by),
    }


def _start(row: Record) -> int:
    return min(span["start"] for span in row["trigger_spans"])


def _event(row: Record, actions: list[Record], schema: Schema) -> Record:
    mentions = [action for action in actions if action["event_id"] == row["event_id"]]
    found = {action["status"] for action in mentions}
    return {
        **row,
        "action_ids": [action["action_id"] for action in mentions],
        "statuses": [value.const for value in schema.values("action_status").values if value.const in found],
        "exportable": any(is_exportable(action) for action in mentions),
    }


def _ordered(row: Record, schema: Schema, table: str) -> Record:
    return {column.name: row[column.name] for column in schema.table(table).columns if column.name in row}


def derive_actors(actors: list[Record], mentions: list[Record]) -> list[Record]:
    """Actor rows with their CAMEO code, the wordings of their mentions, and counts over the corpus."""
    wordings: dict[str, set[str]] = {}
    places: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for mention in mentions:
        actor = mention["actor_id"]
        if actor is not None:
            wordings.setdefault(actor, set()).add(mention["text"])
            places.setdefault(actor, set()).add(mention["article_id"])
            counts[actor] = counts.get(actor, 0) + 1
    return [
        {
            **actor,
            "cameo_actor_code": cameo_actor_code(actor),
            "aliases": sorted(wordings.get(actor["actor_id"], ())),
            "mention_count": counts.get(actor["actor_id"], 0),
            "article_count": len(places.get(actor["actor_id"], ())),
        }
        for actor in actors
    ]


def cameo_actor_code(actor: Record) -> str | None:
    """Country, else non-state code, followed by the sector codes, for example RUSGOV. The narrator has none."""
    first = actor["country_iso3"] or actor["nonstate_code"]
    codes = [first, actor["sector_code"], *actor["other_sector_codes"]]
    if actor["actor_id"] == AUTHOR:
        return None
    return "".join(code for code in codes if code) or None
