"""Which actions become event records, as what, and on whose word: rules R6, R8 and R10 of the guidelines.

R8  An action that occurred or is going on, positive and of a class, is an event of its own type.
R6  PLOVER's collapses: planned or offered CONSULT, SUPPORT, COOPERATE, AID is AGREE; planned RETREAT is
    CONCEDE; threatened ASSAULT, COERCE, SANCTION is THREATEN; a conditional one is THREATEN only if its
    agent says so itself. Desired, considered, predicted, hypothetical and the like are no events.
R10 What is denied or did not occur is never exported.

A record says on whose word it stands. What only a source asserts is a claim and is no event for anyone who
did not ask for claims. A promise or threat that its own agent utters is the speech itself: it stands on
the word of whoever reports that speech, the narrator unless the speech is itself inside another's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from communique.annotation.model import AUTHOR
from communique.annotation.scores import is_exportable, scores
from communique.exchange.format import Record
from communique.exchange.items import Item
from communique.schema import Schema

_PROMISED = {"CONSULT": "AGREE", "SUPPORT": "AGREE", "COOPERATE": "AGREE", "AID": "AGREE"}
_THREATENED = ("ASSAULT", "COERCE", "SANCTION")
#: The mode of THREATEN for a threatened act, by type and mode; None stands for any other mode.
_THREAT_MODES: dict[tuple[str, str | None], str] = {
    ("ASSAULT", None): "violence",
    ("COERCE", "arrest"): "arrest",
    ("COERCE", "restrict"): "restrict",
    ("COERCE", "censor"): "restrict",
    ("COERCE", "curfew"): "restrict",
    ("COERCE", "martial-law"): "restrict",
    ("COERCE", "deport"): "expel",
    ("SANCTION", "expel"): "expel",
    ("SANCTION", "discontinue"): "relations",
    ("SANCTION", "withdraw"): "relations",
}


@dataclass
class Event:
    """One event record. `collapsed_from` names the act and status that rule R6 turned into this type."""

    event_id: str
    event_type: str
    mode: str | None
    collapsed_from: str | None
    asserter: str | None
    status: str
    certainty: str | None
    article: Record
    gloss: str
    time: Record | None
    scores: Record
    action_ids: list[str] = field(default_factory=list)
    contexts: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    location: str | None = None
    text: str = ""
    paragraph: int | None = None

    @property
    def is_claim(self) -> bool:
        return self.asserter != AUTHOR


def collapse(action: Record, asserted_by: list[str]) -> tuple[str, str | None, str | None] | None:
    """(type, mode, collapsed_from) of the event that an action is, or None for none."""
    if is_exportable(action):
        return action["event_type"], action["mode"], None
    kind, status = action["event_type"], action["status"]
    if action["polarity"] != "positive" or kind == "OTHER":
        return None
    was = f"{kind} {status}"
    if status in ("planned", "offered") and kind in _PROMISED:
        return _PROMISED[kind], None, was
    if status == "planned" and kind == "RETREAT":
        return "CONCEDE", None, was
    agents = {one["actor_id"] for one in action["agents"]}
    if kind in _THREATENED and (
        status == "threatened" or (status == "conditional" and agents & set(asserted_by))
    ):
        mode = _THREAT_MODES.get((kind, action["mode"])) or _THREAT_MODES.get((kind, None))
        return "THREATEN", mode, was
    return None


def reporters(action: Record, collapsed: bool, statements: dict[str, Record]) -> list[str | None]:
    """On whose word the event stands: its asserters, or for an agent's own promise or threat who reports it."""
    asserted_by: list[str | None] = list(action["asserted_by"]) or [None]
    own = {one["actor_id"] for one in action["agents"]} & set(action["asserted_by"])
    if not collapsed or not own or action["asserted_in"] == AUTHOR:
        return asserted_by
    parent = statements[action["asserted_in"]]["parent_statement_id"]
    while parent is not None:
        above = statements[parent]
        if above["layer"] == "core" and above["statement_status"] == "made":
            return list(above["source_actor_ids"]) or [None]
        parent = above["parent_statement_id"]
    return [AUTHOR]


def events(item: Item, schema: Schema, include_claims: bool, left_out: Counter[str]) -> Iterator[Event]:
    """The event records of one article: one for each event, type and asserter, over all its mentions."""
    statements = {row["statement_id"]: row for row in item.rows.get("statements", ())}
    glosses = {row["event_id"]: row["gloss"] for row in item.rows.get("events", ())}
    found: dict[tuple[Any, ...], Event] = {}
    for action in item.rows.get("actions", ()):
        made = collapse(action, action["asserted_by"])
        if made is None:
            left_out[_reason(action)] += 1
            continue
        kind, mode, was = made
        for asserter in reporters(action, was is not None, statements):
            if asserter != AUTHOR and not include_claims:
                left_out["claim of a source, not asserted by the narrator"] += 1
                continue
            key = (action["event_id"], kind, asserter)
            if key not in found:
                real = {"event_type": kind, "mode": mode, "status": "occurred", "polarity": "positive"}
                found[key] = Event(
                    action["event_id"], kind, mode, was, asserter, action["status"], action["certainty"], item.article,
                    glosses[action["event_id"]], action["time"], scores(real, schema), text=action["trigger_text"],
                    paragraph=_paragraph(item, action),
                )  # fmt: skip
            _add(found[key], action, mode, item.actors)
    yield from found.values()


def _reason(action: Record) -> str:
    if action["status"] is None:
        return "status unknown"
    if action["event_type"] == "OTHER":
        return "type OTHER"
    if action["polarity"] == "negative":
        return "negative"
    return f"status {action['status']}"


def _add(event: Event, action: Record, mode: str | None, actors: dict[str, Record]) -> None:
    event.action_ids.append(action["action_id"])
    event.mode = event.mode or mode
    event.time = event.time or action["time"]
    event.location = event.location or (action["location"] or {}).get("text")
    for listed, role in ((event.agents, "agents"), (event.targets, "targets")):
        for id in expand([one["actor_id"] for one in action[role]], actors):
            if id not in listed:
                listed.append(id)
    event.contexts += [context for context in action["contexts"] if context not in event.contexts]


def expand(ids: list[str], actors: dict[str, Record], seen: frozenset[str] = frozenset()) -> list[str]:
    """Actors with sets replaced by their members; regions and blocs, which PLOVER has no code for, left out."""
    found: list[str] = []
    for id in ids:
        kind = actors[id]["actor_kind"]
        if kind == "set" and actors[id]["set_members"] and id not in seen:
            found += expand(actors[id]["set_members"], actors, seen | {id})
        elif kind != "region_bloc":
            found.append(id)
    return list(dict.fromkeys(found))


def _paragraph(item: Item, action: Record) -> int | None:
    """1-based number of the running paragraph that the trigger begins in."""
    start = min(span["start"] for span in action["trigger_spans"])
    body = [zone for zone in item.article["zones"] if zone["zone"] in ("headline", "standfirst", "body")]
    return next((n for n, zone in enumerate(body, start=1) if zone["start"] <= start < zone["end"]), None)
