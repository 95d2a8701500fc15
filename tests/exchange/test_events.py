"""Rules R6, R8 and R10: what becomes an event, and that a claim is never a fact."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from communique.annotation.source import open_source
from communique.exchange.event_rules import collapse, expand
from communique.exchange.format import WriteOptions
from communique.exchange.formats import get
from communique.project import Project


def action(
    kind: str, status: str, polarity: str = "positive", mode: str | None = None, agent: str = "A"
) -> dict:
    return {
        "event_type": kind,
        "status": status,
        "polarity": polarity,
        "mode": mode,
        "agents": [{"actor_id": agent, "span": None, "implicit": True}],
    }


@pytest.mark.parametrize(
    ("given", "by", "expected"),
    [
        (action("CONSULT", "occurred", mode="visit"), ["AUTHOR"], ("CONSULT", "visit", None)),
        (action("ASSAULT", "ongoing"), ["AUTHOR"], ("ASSAULT", None, None)),
        (action("OTHER", "occurred"), ["AUTHOR"], None),
        (action("CONSULT", "occurred", "negative"), ["AUTHOR"], None),
        *(
            (action(kind, status), ["A"], ("AGREE", None, f"{kind} {status}"))
            for kind in ("CONSULT", "SUPPORT", "COOPERATE", "AID")
            for status in ("planned", "offered")
        ),
        (action("RETREAT", "planned"), ["A"], ("CONCEDE", None, "RETREAT planned")),
        (action("RETREAT", "offered"), ["A"], None),
        (action("ASSAULT", "threatened"), ["B"], ("THREATEN", "violence", "ASSAULT threatened")),
        (action("SANCTION", "threatened", mode="expel"), ["A"], ("THREATEN", "expel", "SANCTION threatened")),
        (action("COERCE", "conditional", mode="arrest"), ["A"], ("THREATEN", "arrest", "COERCE conditional")),
        (action("COERCE", "conditional", mode="arrest"), ["B"], None),
        *(
            (action("AID", status), ["A"], None)
            for status in (
                "desired",
                "hypothetical",
                "predicted",
                "considered",
                "denied",
                "not_occurred",
                "rejected",
                "demanded",
                "attempted",
            )
        ),
    ],
)
def test_collapses(given: dict, by: list[str], expected: object) -> None:
    assert collapse(given, by) == expected


def test_sets_are_expanded_and_blocs_left_out() -> None:
    actors = {
        "S": {"actor_kind": "set", "set_members": ["A", "B"]},
        "A": {"actor_kind": "state"},
        "B": {"actor_kind": "state"},
        "R": {"actor_kind": "region_bloc"},
    }
    assert expand(["A", "S", "R"], actors) == ["A", "B"]


def test_a_claim_is_never_a_fact(shipped: Project, tmp_path: Path) -> None:
    """In the shipped article: without the option only the narrator's word; with it, each row names whose word it is."""
    source = open_source(shipped)
    for claims in (False, True):
        out = tmp_path / str(claims)
        out.mkdir()
        get("events", "write").write(source, out, WriteOptions(include_claims=claims))
    facts = [json.loads(line) for line in (tmp_path / "False" / "events.jsonl").read_text().splitlines()]
    claims = [json.loads(line) for line in (tmp_path / "True" / "events.jsonl").read_text().splitlines()]
    assert facts
    assert {fact["id"] for fact in facts} == {one["id"] for one in claims if not one["isClaim"]}
    assert any(one["isClaim"] for one in claims)
    assert all(one["isClaim"] == (one["assertedBy"] != "AUTHOR") for one in claims)
    assert not {"denied", "not_occurred"} & {one["status"] for one in claims}
    with open(tmp_path / "True" / "dyads.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    assert all(row["Asserter ID"] and row["Status"] for row in rows)
