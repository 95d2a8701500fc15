"""Adjudication: only disagreements are asked, decisions last, stale and conflicting ones are not applied."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from communique.agreement.groups import group_article
from communique.annotation.files import load_annotation
from communique.annotation.model import Annotation
from communique.rounds.adjudication import Adjudication, adjudication, is_asked, place, task
from communique.rounds.decisions import (
    REASONS,
    Decision,
    DecisionError,
    load_decisions,
    parse_decision,
    save_decisions,
)
from communique.rounds.round import Annotator, Round, RoundArticle
from communique.schema import load_schema

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
R01 = ROOT / "annotations" / "rounds" / "r01"
SCHEMA = load_schema(ROOT / "annotations" / "schema")
DECIDED = load_decisions(R01 / "decisions.jsonl")


def load(name: str) -> Annotation:
    return load_annotation(R01 / name / f"{ARTICLE}.json", SCHEMA)


def plan(*names: str) -> Round:
    digest = load("model-a").text_sha256
    return Round(
        "r01", [RoundArticle(ARTICLE, digest)], [Annotator(name, "language_model") for name in names], "all", 0, "0.1.0",
        SCHEMA.fingerprint, assignments={name: [ARTICLE] for name in names},
    )  # fmt: skip


def state(decisions: list[Decision], **more: Annotation) -> Adjudication:
    collected = {ARTICLE: {"model-a": load("model-a"), "model-b": load("model-b"), **more}}
    return adjudication(plan(*collected[ARTICLE]), collected, decisions, SCHEMA)


def changed(annotation: Annotation, table: str, number: int, **values: Any) -> Annotation:
    other = copy.deepcopy(annotation)
    other[table][number].update(values)
    return other


@pytest.fixture(scope="module")
def fresh() -> Adjudication:
    """Round r01 before anything was decided."""
    return state([])


def test_only_disagreements_are_asked(fresh: Adjudication) -> None:
    assert fresh.open
    assert all(is_asked(one) and not one.agreed for one in fresh.open)
    counts = fresh.counts()
    assert counts["units"] == counts["agreed"] + counts["open"] + counts["follow"]
    assert counts["open"] == 253


def test_round_r01_is_decided_in_full() -> None:
    done = state(DECIDED)
    assert done.open == []
    assert done.refused == []
    assert {one.reason for one in DECIDED} <= set(REASONS)
    assert all(one.note for one in DECIDED), "every decision of r01 says why"


def test_heaviest_first(fresh: Adjudication) -> None:
    weights = [fresh.weights[place(one)] for one in fresh.open]
    assert weights == sorted(weights, reverse=True)


def test_a_task_filled_in_is_a_decision_that_settles_it(fresh: Adjudication, tmp_path: Path) -> None:
    one = task(fresh, fresh.open[0], "x" * 7000)
    line = one | {"take": next(iter(one["candidates"])), "reason": "oversight", "by": "me", "by_kind": "person",
                  "guideline_version": "0.1.0"}  # fmt: skip
    decision = parse_decision(json.loads(json.dumps(line)), "decisions.jsonl", 1)
    after = state([decision])
    assert len(after.open) == len(fresh.open) - 1
    assert place(fresh.open[0]) in after.settled
    save_decisions([decision], tmp_path / "decisions.jsonl")
    assert load_decisions(tmp_path / "decisions.jsonl") == [replace(decision, line=1)]


def test_a_negative_decision_is_kept() -> None:
    nothing = [one for one in DECIDED if one.nothing]
    assert len(nothing) > 10
    assert all(place(group) not in {one.place for one in nothing} for group in state(DECIDED).open)


def test_a_third_annotator_reopens_nothing_that_was_decided() -> None:
    third = load("model-b")
    after = state(DECIDED, carol=third)
    assert after.refused == []
    decided = {one.place for one in DECIDED}
    assert not decided & {place(one) for one in after.open}
    # carol says what model-b says: what those two and model-a agreed on stays agreed
    assert after.open == []


def test_a_third_annotator_who_differs_is_asked_only_about_what_was_agreed_on() -> None:
    third = changed(load("model-a"), "actions", 1, status="planned")  # decided before
    index = next(
        number for number, row in enumerate(third["statements"]) if row["statement_id"].endswith(".S54")
    )  # agreed on before
    third = changed(third, "statements", index, speech_act="denial")
    after = state(DECIDED, carol=third)
    assert [one.group_id for one in after.open] == [f"{ARTICLE}.S54"]
    assert set(after.open[0].members) == {"model-a", "model-b", "carol"}


def test_another_annotator_changes_no_group_of_those_before() -> None:
    two = group_article(
        {"model-a": load("model-a"), "model-b": load("model-b")}, SCHEMA, ["model-a", "model-b"]
    )
    three = group_article(
        {"model-a": load("model-a"), "model-b": load("model-b"), "carol": load("model-a")}, SCHEMA,
        ["model-a", "model-b", "carol"],
    )  # fmt: skip
    before = {(one.table, one.group_id): one.own for one in two.groups}
    for one in three.groups:
        own = {name: number for name, number in one.own.items() if name != "carol"}
        assert not own or before[one.table, one.group_id] == own


def test_a_third_annotator_who_knows_an_actor_from_the_registry_changes_nobodys_record() -> None:
    """Two took an actor for one of the article alone and decided on it; the third found it in the registry."""
    decided = next(one for one in DECIDED if one.table == "actors" and one.take == "model-a")
    third = load("model-a")
    assert decided.unit in {row["actor_id"] for row in third["actors"]}
    renamed = json.dumps(third.tables).replace(f'"{decided.unit}"', '"FRA"')
    third.tables = json.loads(renamed)
    third.tables["actors"] = [row for row in third["actors"] if row["actor_id"] != "FRA"]
    before, after = state(DECIDED), state(DECIDED, carol=third)
    assert after.refused == []
    place_ = (ARTICLE, "actors", decided.unit)
    assert place_ in after.settled
    assert not {one.place for one in DECIDED} & {place(one) for one in after.open}
    old = {place(one): one.members["model-a"] for one in before.groups if "model-a" in one.members}
    assert all(one.members["model-a"] == old[place(one)] for one in after.groups if place(one) in old)
    # what only the two agreed on refers to another actor now, and is asked
    asked = [one for one in after.open if any("FRA" in json.dumps(part.values) for part in one.differences)]
    assert asked


def test_a_changed_record_makes_its_decision_stale(fresh: Adjudication) -> None:
    unit = next(one for one in DECIDED if one.table == "statements" and one.seen["model-b"])
    other = load("model-b")
    number = next(n for n, row in enumerate(other["statements"]) if row["statement_id"] ==
                  fresh_own(fresh, unit))  # fmt: skip
    collected = {
        ARTICLE: {
            "model-a": load("model-a"),
            "model-b": changed(other, "statements", number, note="seen again"),
        }
    }
    after = adjudication(plan("model-a", "model-b"), collected, DECIDED, SCHEMA)
    assert [(one.decision.unit, one.why) for one in after.refused] == [
        (unit.unit, "stale: model-b has another record here now")
    ]
    assert unit.place in {place(one) for one in after.open}


def fresh_own(fresh: Adjudication, decision: Decision) -> str:
    return next(one.own["model-b"] for one in fresh.groups if place(one) == decision.place)


def test_a_changed_text_makes_every_decision_stale() -> None:
    digest = "f" * 64
    annotations = {name: load(name) for name in ("model-a", "model-b")}
    for one in annotations.values():
        one.text_sha256 = digest
    other = replace(plan("model-a", "model-b"), articles=[RoundArticle(ARTICLE, digest)])
    after = adjudication(other, {ARTICLE: annotations}, DECIDED, SCHEMA)
    assert len(after.refused) == len(DECIDED)
    assert {one.why for one in after.refused} == {"stale: the text has changed since"}


def test_decisions_in_conflict_are_reported_and_not_applied() -> None:
    first = next(one for one in DECIDED if one.take == "model-a" and one.seen["model-b"])
    after = state([*DECIDED, replace(first, take="model-b", fields={}, set={}, line=999)])
    assert {one.decision.line for one in after.refused} == {first.line, 999}
    assert all(one.why.startswith("in conflict") for one in after.refused)
    assert first.place in {place(one) for one in after.open}
    twice = state([*DECIDED, replace(first, line=999)])
    assert twice.refused == []
    assert twice.open == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"table": "sentences"}, "table"),
        ({"take": "nobody"}, "take"),
        ({"take": None}, "take"),
        ({"nothing": True}, "nothing"),
        ({"extra": 1}, "extra"),
        ({"seen": []}, "seen"),
        ({"by": None}, "by"),
    ],
)
def test_a_faulty_line_names_file_line_and_field(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    line = next(one for one in DECIDED if one.take and not one.fields).as_dict() | change
    path = tmp_path / "decisions.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(DecisionError) as caught:
        load_decisions(path)
    assert caught.value.file == str(path)
    assert caught.value.record == "line 1"
    assert field in (caught.value.field or "")


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0c"])
def test_only_a_line_feed_ends_a_decision(sign: str, tmp_path: Path) -> None:
    noted = [replace(DECIDED[0], note=f"before{sign}after"), *DECIDED[1:]]
    save_decisions(noted, tmp_path / "decisions.jsonl")
    assert load_decisions(tmp_path / "decisions.jsonl") == noted
