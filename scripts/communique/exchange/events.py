"""Event data: records in the manner of PLOVER and POLECAT, and a table of dyads in that of ICEWS."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from communique.annotation.derive import cameo_actor_code
from communique.annotation.source import Source
from communique.exchange.csv_bundle import neutralised
from communique.exchange.event_rules import Event, events
from communique.exchange.format import Record, WriteOptions, Written
from communique.exchange.items import items, put

EVENT_COLUMNS = (
    "Event ID", "Event Date", "Date Basis", "Event Type", "Event Mode", "Collapsed From", "Intensity", "Intensity Table",
    "Quad Code", "CAMEO Code", "Contexts", "Actor Name", "Actor Country", "Actor Sectors", "Actor ID", "Recipient Name",
    "Recipient Country", "Recipient Sectors", "Recipient ID", "Placename", "Event Text", "Gloss", "Mentions", "Action IDs",
    "Publisher", "URL", "Published On", "Article ID",
)  # fmt: skip
DYAD_COLUMNS = (
    "Event ID", "Event Date", "Date Basis", "Source Name", "Source Sectors", "Source Country", "Source CAMEO", "Event Text",
    "CAMEO Code", "Goldstein", "PLOVER Type", "Target Name", "Target Sectors", "Target Country", "Target CAMEO", "Story ID",
    "Sentence Number", "Publisher",
)  # fmt: skip
CLAIM_COLUMNS = ("Is Claim", "Asserter", "Asserter ID", "Status", "Certainty")


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """`events.csv`, `events.jsonl` and `dyads.csv`.

    Without `include_claims` only what the narrator asserts is here. With it, what sources assert is here
    too, and every row says whose word it is and what status it has there. The date of an event is that of
    the text; where the text gives no full date it is the date of publication, and Date Basis says so.
    """
    written = Written()
    rows: list[list[Any]] = []
    dyads: list[list[Any]] = []
    records: list[str] = []
    extra = CLAIM_COLUMNS if options.include_claims else ()
    for item in items(source, options):
        for event in events(item, source.schema, options.include_claims, written.left_out):
            claim = _claim(event, item.actors) if options.include_claims else []
            rows.append(_row(event, item.actors) + claim)
            records.append(json.dumps(_json(event, item.actors, options.include_claims), ensure_ascii=False))
            pairs = _dyads(event, item.actors)
            dyads += [pair + claim for pair in pairs]
            written.counts["events"] += 1
            written.counts["claims"] += event.is_claim
            written.counts["dyads"] += len(pairs)
            if not pairs:
                written.left_out["event without a dyad: no agent or no target"] += 1
    put(out, "events.csv", _csv(EVENT_COLUMNS + extra, rows), written)
    put(out, "dyads.csv", _csv(DYAD_COLUMNS + extra, dyads), written)
    put(out, "events.jsonl", "".join(record + "\n" for record in records), written)
    return written


def _csv(header: tuple[str, ...], rows: list[list[Any]]) -> str:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if v is None else neutralised(v) if isinstance(v, str) else v for v in row])
    return sink.getvalue()


def date_of(event: Event) -> tuple[str | None, str]:
    """The day of an event and where it is from: `expression` and the like, `publication_default`, or `none`."""
    value = (event.time or {}).get("value") or ""
    day = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    if day and event.time:
        return day.group(), str(event.time["basis"])
    published = event.article["published_on"]
    return (published, "publication_default") if published else (None, "none")


def _names(ids: list[str], actors: dict[str, Record]) -> list[str]:
    """Names, countries, sectors and ids of actors, each joined in the same order."""
    countries = [actors[id]["country_iso3"] or actors[id]["nonstate_code"] or "" for id in ids]
    sectors = [
        " ".join(filter(None, [actors[id]["sector_code"], *(actors[id]["other_sector_codes"] or [])]))
        for id in ids
    ]
    return [
        "; ".join(part) for part in ([actors[id]["canonical_name"] for id in ids], countries, sectors, ids)
    ]


def _row(event: Event, actors: dict[str, Record]) -> list[Any]:
    day, basis = date_of(event)
    article, scores = event.article, event.scores
    return [
        event.event_id, day, basis, event.event_type, event.mode, event.collapsed_from, scores["plover_score"],
        scores["plover_table"], scores["quad_class"], scores["cameo_code"], "; ".join(event.contexts),
        *_names(event.agents, actors), *_names(event.targets, actors), event.location, event.text, event.gloss,
        len(event.action_ids), "; ".join(event.action_ids), article["publisher"], article["url"], article["published_on"],
        article["article_id"],
    ]  # fmt: skip


def _claim(event: Event, actors: dict[str, Record]) -> list[Any]:
    known = actors.get(event.asserter or "")
    return [
        int(event.is_claim),
        known["canonical_name"] if known else None,
        event.asserter,
        event.status,
        event.certainty,
    ]


def _dyads(event: Event, actors: dict[str, Record]) -> list[list[Any]]:
    day, basis = date_of(event)
    rows = []
    for agent in event.agents:
        for target in event.targets:
            if agent == target or (agent in event.targets and target in event.agents and agent > target):
                continue  # a reciprocal act is one dyad, not two
            rows.append(
                [
                    event.event_id,
                    day,
                    basis,
                    *_side(agent, actors),
                    event.text,
                    event.scores["cameo_code"],
                    event.scores["goldstein"],
                    event.event_type,
                    *_side(target, actors),
                    event.article["article_id"],
                    event.paragraph,
                    event.article["publisher"],
                ]
            )
    return rows


def _side(id: str, actors: dict[str, Record]) -> list[Any]:
    actor = actors[id]
    names = _names([id], actors)
    return [
        names[0],
        names[2],
        names[1],
        cameo_actor_code({**actor, "other_sector_codes": actor["other_sector_codes"] or []}),
    ]


def _json(event: Event, actors: dict[str, Record], with_claims: bool) -> Record:
    """A record with the field names of PLOVER's JSON."""

    def side(ids: list[str]) -> list[Record]:
        found = []
        for id in ids:
            actor = actors[id]
            entry = {
                "actorText": actor["canonical_name"],
                "code": actor["country_iso3"] or actor["nonstate_code"],
            }
            sectors = [actor["sector_code"], *(actor["other_sector_codes"] or [])]
            found.append({**entry, "sector": "".join(filter(None, sectors)) or None, "actorId": id})
        return found

    day, basis = date_of(event)
    record: Record = {
        "id": event.event_id, "date": day, "dateBasis": basis, "source": side(event.agents), "target": side(event.targets),
        "event": event.event_type, "mode": event.mode, "collapsedFrom": event.collapsed_from,
        "context": ", ".join(event.contexts) or None, "eventText": event.text,
        "eventLoc": {"name": event.location} if event.location else None, "publication": event.article["publisher"],
        "url": event.article["url"], "language": event.article["language"], "actionIds": event.action_ids,
    }  # fmt: skip
    if with_claims:
        record |= {
            "isClaim": event.is_claim,
            "assertedBy": event.asserter,
            "status": event.status,
            "certainty": event.certainty,
        }
    return record
