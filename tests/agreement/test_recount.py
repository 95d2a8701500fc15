"""Round r01 counted again from its files alone: nothing of communique.agreement is used for the recount.

Pairs are found by scipy's assignment over plain overlap; coefficients come from the package krippendorff.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from communique.agreement.report import Report, agreement_report
from communique.annotation.files import load_annotation
from communique.schema import load_schema

ROOT = Path(__file__).resolve().parents[2]
R01 = ROOT / "annotations" / "rounds" / "r01"
ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
NAMES = ("model-a", "model-b")
A, B = (json.loads((R01 / name / f"{ARTICLE}.json").read_text(encoding="utf-8")) for name in NAMES)

Record = dict[str, Any]


def points(spans: list[Record]) -> set[int]:
    return {place for one in spans for place in range(one["start"], one["end"])}


def bounds(spans: list[Record]) -> list[tuple[int, int]]:
    return [(one["start"], one["end"]) for one in spans]


def dice(one: list[Record], other: list[Record]) -> float:
    first, second = points(one), points(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def pairs(table: str, score: Callable[[Record, Record], float]) -> list[tuple[Record, Record]]:
    """One-to-one, greatest total score, nothing that scores 0."""
    scores = np.array([[score(one, other) for other in B[table]] for one in A[table]])
    return [
        (A[table][i], B[table][j])
        for i, j in zip(*linear_sum_assignment(scores, maximize=True), strict=True)
        if scores[i, j] > 0
    ]


def first_same(value: float) -> float:
    return 1000.0 if value == 1.0 else value


@pytest.fixture(scope="module")
def statements() -> list[tuple[Record, Record]]:
    def score(one: Record, other: Record) -> float:
        cue = dice(one["cue_spans"], other["cue_spans"])
        content = dice(one["content_spans"], other["content_spans"])
        return 1000.0 + cue + content if cue and content else 0.0

    return pairs("statements", score)


@pytest.fixture(scope="module")
def actions() -> list[tuple[Record, Record]]:
    def score(one: Record, other: Record) -> float:
        close = dice(one["trigger_spans"], other["trigger_spans"])
        same = (one["event_type"] == other["event_type"]) + (one.get("status") == other.get("status"))
        return first_same(close) + 1e-6 * same if close else 0.0

    return pairs("actions", score)


@pytest.fixture(scope="module")
def report() -> Report:
    schema = load_schema(ROOT / "annotations" / "schema")
    found = {name: load_annotation(R01 / name / f"{ARTICLE}.json", schema) for name in NAMES}
    return agreement_report({ARTICLE: found}, schema, round_name="r01")


def value(report: Report, layer: str, measure: str) -> float:
    found = report.find(layer, measure).value
    assert found is not None
    return found


def test_mentions(report: Report) -> None:
    same = len(
        {(one["start"], one["end"]) for one in A["mentions"]}
        & {(one["start"], one["end"]) for one in B["mentions"]}
    )
    assert same == 168
    assert value(report, "mention.span", "f1_exact") == pytest.approx(
        2 * same / (len(A["mentions"]) + len(B["mentions"]))
    )


@pytest.mark.parametrize("role", ["source", "cue", "content"])
def test_spans_of_statements(report: Report, statements: list[tuple[Record, Record]], role: str) -> None:
    spans = f"{role}_spans"
    marked = [sum(bool(one.get(spans)) for one in side["statements"]) for side in (A, B)]
    both = [(a[spans], b[spans]) for a, b in statements if a.get(spans) and b.get(spans)]
    same = sum(bounds(a) == bounds(b) for a, b in both)
    assert value(report, f"statement.{role}", "f1_exact") == pytest.approx(2 * same / sum(marked))
    assert value(report, f"statement.{role}", "dice") == pytest.approx(
        sum(dice(a, b) for a, b in both) / len(both)
    )


def test_statements_found(report: Report, statements: list[tuple[Record, Record]]) -> None:
    assert len(statements) == len(A["statements"]) == 55
    assert value(report, "statement.found", "f1_cue_and_content") == pytest.approx(
        2 * len(statements) / (len(A["statements"]) + len(B["statements"]))
    )


def test_actions_found(report: Report, actions: list[tuple[Record, Record]]) -> None:
    assert len(actions) == 83
    assert value(report, "action.trigger", "f1_overlap") == pytest.approx(
        2 * len(actions) / (len(A["actions"]) + len(B["actions"]))
    )


@pytest.mark.parametrize(
    ("layer", "column", "agreeing"), [("event_type", "event_type", 73), ("status", "status", 75)]
)
def test_labels_of_actions(
    report: Report, actions: list[tuple[Record, Record]], layer: str, column: str, agreeing: int
) -> None:
    labels = [(one[column], other[column]) for one, other in actions]
    assert sum(a == b for a, b in labels) == agreeing
    assert value(report, f"action.{layer}", "agreement") == pytest.approx(agreeing / len(labels))
    codes = sorted({label for pair in labels for label in pair})
    table = np.array([[codes.index(pair[side]) for pair in labels] for side in (0, 1)], dtype=float)
    theirs = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    assert value(report, f"action.{layer}", "alpha_nominal") == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("column", ["mode", "speech_act", "cue_class"])
def test_labels_of_statements(report: Report, statements: list[tuple[Record, Record]], column: str) -> None:
    labels = [(one[column], other[column]) for one, other in statements]
    codes = sorted({label for pair in labels for label in pair})
    table = np.array([[codes.index(pair[side]) for pair in labels] for side in (0, 1)], dtype=float)
    theirs = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    assert value(report, f"statement.{column}", "alpha_nominal") == pytest.approx(theirs, abs=1e-12)
