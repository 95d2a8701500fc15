"""Alignment of units: optimal, and blind to ids and to the order of records and of annotators."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.agreement.align import align, align_actions, align_mentions, align_statements
from communique.agreement.layers import observe
from communique.annotation.files import load_annotation
from communique.annotation.model import Annotation
from communique.schema import Schema, load_schema

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
SCHEMA = load_schema(ROOT / "annotations" / "schema")


def load(name: str) -> Annotation:
    return load_annotation(ROOT / "annotations" / "rounds" / "r01" / name / f"{ARTICLE}.json", SCHEMA)


A, B = load("model-a"), load("model-b")


def span(start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "text": "x" * (end - start)}


def mention(name: str, start: int, end: int) -> dict[str, Any]:
    return {
        "mention_id": name,
        **span(start, end),
        "mention_type": "NAM",
        "metonymy": "none",
        "actor_id": None,
    }


def statement(name: str, cue: tuple[int, int], content: tuple[int, int]) -> dict[str, Any]:
    return {
        "statement_id": name, "cue_spans": [span(*cue)], "content_spans": [span(*content)], "source_spans": [],
        "layer": "core", "speech_act": "assertive", "mode": "indirect",
    }  # fmt: skip


def test_identical_spans_come_first_even_where_two_halves_would_add_up_to_more() -> None:
    left = [mention("a1", 0, 10), mention("a2", 4, 14)]
    right = [mention("b1", 0, 10), mention("b2", 0, 6)]
    assert dict(align_mentions(left, right).pairs)["a1"] == "b1"


def test_the_greedy_trap_of_nervaluate() -> None:
    """The first overlapping prediction takes the gold span there; here the identical one does, in any order."""
    gold = [mention("g", 0, 4)]
    predicted = [mention("p1", 0, 1), mention("p2", 0, 4)]
    assert align_mentions(gold, predicted).pairs == (("g", "p2"),)
    assert align_mentions(gold, predicted[::-1]).pairs == (("g", "p2"),)


def test_a_statement_inside_another_is_not_taken_for_it() -> None:
    left = [statement("outer", (0, 4), (5, 100))]
    right = [statement("inner", (50, 54), (55, 100))]
    assert align_statements(left, right).pairs == ()


def test_the_same_content_with_another_cue_is_the_same_statement() -> None:
    left = [statement("a", (0, 4), (20, 100))]
    right = [statement("b", (5, 9), (20, 100))]
    assert align_statements(left, right).pairs == (("a", "b"),)


def test_labels_part_actions_that_share_a_trigger() -> None:
    def action(name: str, kind: str) -> dict[str, Any]:
        return {
            "action_id": name, "trigger_spans": [span(3, 8)], "event_type": kind, "mode": None, "status": "occurred",
            "polarity": "positive", "agents": [], "targets": [],
        }  # fmt: skip

    found = align_actions(
        [action("a1", "AID"), action("a2", "SANCTION")], [action("b1", "SANCTION"), action("b2", "AID")]
    )
    assert set(found.pairs) == {("a1", "b2"), ("a2", "b1")}


def test_the_first_article_by_hand_count() -> None:
    """The quick count by hand: all 55 statements of A found in B's 60, 83 pairs of actions."""
    found = align(A, B)
    assert (len(found.statements.left), len(found.statements.right), len(found.statements.pairs)) == (
        55,
        60,
        55,
    )
    assert len(found.actions.pairs) == 83
    assert len(found.mentions.pairs) == 188
    assert dict(found.actors.pairs)["EMB"] == f"{ARTICLE}.US_EMBASSY"
    assert (f"{ARTICLE}.ANALYSTS1", f"{ARTICLE}.ANALYSTS_18") in found.actors.pairs
    assert (f"{ARTICLE}.ANALYSTS2", f"{ARTICLE}.ANALYSTS_23") in found.actors.pairs


def disguised(annotation: Annotation, seed: int) -> Annotation:
    """The same annotation with records in another order and with other ids for all but the registry's actors."""
    random_ = random.Random(seed)
    keys = {"actors": "actor_id", "mentions": "mention_id", "statements": "statement_id", "actions": "action_id",
            "events": "event_id"}  # fmt: skip
    old = [row[key] for table, key in keys.items() for row in annotation[table]]
    numbers = list(range(len(old)))
    random_.shuffle(numbers)
    names = {one: f"{ARTICLE}.z{number}" for one, number in zip(old, numbers, strict=True)}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: renamed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return names.get(value, value) if isinstance(value, str) else value

    tables = {
        table: [renamed(copy.deepcopy(row)) for row in rows] for table, rows in annotation.tables.items()
    }
    for rows in tables.values():
        random_.shuffle(rows)
    return Annotation(annotation.article_id, annotation.text_sha256, annotation.provenance, None, tables)


def figures(left: Annotation, right: Annotation, schema: Schema) -> dict[str, Any]:
    """What is observed, without the names in labels."""
    found = {}
    for name, layer in observe(left, right, schema, 6170).items():
        pairs = (
            sorted((a == b) for a, b in layer.labels or []),
            sorted(len(a & b) / max(len(a | b), 1) for a, b in layer.sets or []),
        )
        found[name] = (
            layer.counts,
            layer.by_label,
            layer.means,
            layer.units,
            layer.matched,
            pairs,
            layer.ratios,
        )
    return found


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_ids_and_order_decide_nothing(first: int, second: int) -> None:
    assert figures(disguised(A, first), disguised(B, second), SCHEMA) == figures(A, B, SCHEMA)


def test_swapping_the_annotators_swaps_the_pairs() -> None:
    there, back = align(A, B), align(B, A)
    for table in ("mentions", "statements", "actions", "actors", "events"):
        assert {(b, a) for a, b in there[table].pairs} == set(back[table].pairs)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=8, unique=True),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=8, unique=True),
    st.randoms(use_true_random=False),
)
def test_mentions_match_alike_in_any_order(
    left: list[tuple[int, int]], right: list[tuple[int, int]], random_: random.Random
) -> None:
    first = [mention(f"a{start}-{size}", start, start + size) for start, size in left]
    second = [mention(f"b{start}-{size}", start, start + size) for start, size in right]
    found = set(align_mentions(first, second).pairs)
    random_.shuffle(first)
    random_.shuffle(second)
    assert set(align_mentions(first, second).pairs) == found
    same = {(start, size) for start, size in left} & {(start, size) for start, size in right}
    assert {(f"a{start}-{size}", f"b{start}-{size}") for start, size in same} <= found


@pytest.mark.parametrize("annotation", [A, B], ids=["a", "b"])
def test_an_annotation_agrees_with_itself_in_full(annotation: Annotation) -> None:
    other = disguised(annotation, 7)
    for table in ("mentions", "statements", "actions", "actors", "events"):
        pairs = align(annotation, other)[table]
        assert len(pairs.pairs) == len(pairs.left) == len(pairs.right), table
