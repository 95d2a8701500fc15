"""The report: figures counted by hand, many annotators, skipped articles, intervals and their reasons."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest

from communique.agreement.figures import Sampling
from communique.agreement.report import Report, agreement_report
from communique.annotation.files import fill, load_annotation
from communique.annotation.model import Annotation
from communique.errors import CommuniqueError
from communique.schema import Schema, load_schema

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
SCHEMA = load_schema(ROOT / "annotations" / "schema")
PROVENANCE = {
    "round": "t", "annotators": ["x"], "annotator_kind": "person", "decision": "single",
    "reviewed_by_person": True, "guideline_version": "0.1.0",
}  # fmt: skip
FIRST = {
    name: load_annotation(ROOT / "annotations" / "rounds" / "r01" / name / f"{ARTICLE}.json", SCHEMA)
    for name in ("model-a", "model-b")
}


@pytest.fixture(scope="module")
def first() -> Report:
    """The report of round r01."""
    return agreement_report({ARTICLE: FIRST}, SCHEMA, lengths={ARTICLE: 6170}, round_name="r01")


@pytest.mark.parametrize(
    ("layer", "measure", "value"),
    [
        # The quick count by hand that round r01 must reproduce.
        ("mention.span", "f1_exact", 2 * 168 / (190 + 192)),
        ("statement.source", "f1_exact", 2 * 49 / (52 + 55)),
        ("statement.cue", "f1_exact", 2 * 50 / (55 + 60)),
        ("statement.content", "f1_exact", 2 * 49 / (55 + 60)),
        ("statement.found", "f1_cue_and_content", 2 * 55 / (55 + 60)),
        ("action.trigger", "f1_overlap", 2 * 83 / (85 + 93)),
        ("action.event_type", "agreement", 73 / 83),
        ("action.status", "agreement", 75 / 83),
    ],
)
def test_the_count_by_hand(first: Report, layer: str, measure: str, value: float) -> None:
    assert first.find(layer, measure).value == pytest.approx(value, abs=1e-12)


def test_one_document_has_no_interval_and_says_why(first: Report) -> None:
    for one in first.figures:
        assert one.low is None
        assert one.high is None
        assert one.interval_reason == (
            "1 document: resampling documents needs at least two"
            if one.value is not None
            else "the figure itself is undefined"
        )


def test_every_figure_has_a_value_or_a_reason(first: Report) -> None:
    assert len(first.figures) > 200
    for one in first.figures:
        assert (one.value is None) == (one.reason is not None), one
        assert one.value is None or math.isfinite(one.value)


def test_json_is_plain_and_the_same_every_time(first: Report) -> None:
    again = agreement_report({ARTICLE: FIRST}, SCHEMA, lengths={ARTICLE: 6170}, round_name="r01")
    text = json.dumps(first.as_dict(), allow_nan=False)
    assert text == json.dumps(again.as_dict(), allow_nan=False)
    one = json.loads(text)["figures"][0]
    assert {"layer", "measure", "value", "reason", "units", "matched", "low", "high", "pair"} <= set(one)
    assert one["pair"] == ["model-a", "model-b"]


TEXT = "The minister said that talks failed. Officials denied reports of a plan."


def span(words: str) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def small(
    article: str,
    schema: Schema,
    *,
    content: str = "that talks failed",
    act: str = "assertive",
    second: bool = True,
) -> Annotation:
    """An annotation with one or two statements, two mentions and an action."""
    filled = {"article_id": article, "provenance": PROVENANCE}

    def row(table: str, **values: Any) -> dict[str, Any]:
        return fill(schema.table(table), values, filled)

    def statement(name: str, source: str, cue: str, content: str, act: str) -> dict[str, Any]:
        return row(
            "statements", statement_id=f"{article}.{name}", layer="core", statement_kind="assertion",
            source_actor_ids=["GBR"], source_form="nominal", source_spans=[span(source)], cue_spans=[span(cue)],
            cue_class="neutral", content_spans=[span(content)], mode="indirect", speech_act=act,
        )  # fmt: skip

    statements = [statement("s1", "The minister", "said", content, act)]
    if second:
        statements.append(statement("s2", "Officials", "denied", "reports of a plan", "denial"))
    actor = row(
        "actors", actor_id=f"{article}.OFF", canonical_name="officials", actor_kind="collective_unnamed",
        other_sector_codes=[], qid_status="none", resolution="nominal", affiliated_with=[], set_members=[],
    )  # fmt: skip
    return Annotation(
        article,
        "0" * 64,
        PROVENANCE,
        None,
        {
            "actors": [actor],
            "mentions": [
                row("mentions", mention_id=f"{article}.m1", actor_id="GBR", mention_type="NOM", **span("The minister")),
                row(
                    "mentions",
                    mention_id=f"{article}.m2",
                    actor_id=f"{article}.OFF",
                    mention_type="NOM",
                    **span("Officials"),
                ),
            ],
            "statements": statements,
            "actions": [
                row("actions", action_id=f"{article}.a1", event_id=f"{article}.e1", trigger_spans=[span("talks")],
                    event_type="CONSULT", status="occurred"),
            ],
            "events": [row("events", event_id=f"{article}.e1", gloss="talks", event_type="CONSULT")],
            "event_links": [],
        },
    )  # fmt: skip


def test_a_small_case_by_hand() -> None:
    """One exact and one shortened content, one statement missed: 2 x 1 / (2 + 1), 2 x 1 / 3 found."""
    left = small("art", SCHEMA)
    right = small("art", SCHEMA, content="talks failed", second=False)
    report = agreement_report({"art": {"p": left, "q": right}}, SCHEMA, lengths={"art": len(TEXT)})
    assert report.find("statement.found", "f1_overlap").value == pytest.approx(2 / 3)
    assert report.find("statement.content", "f1_exact").value == 0
    assert report.find("statement.content", "f1_overlap").value == pytest.approx(2 / 3)
    assert report.find("statement.content", "dice").value == pytest.approx(2 * 12 / (17 + 12))
    assert report.find("statement.cue", "f1_exact").value == pytest.approx(2 / 3)
    assert (
        report.find("statement.found", "f1_overlap").units,
        report.find("statement.found", "f1_overlap").matched,
    ) == (2, 1)
    # one matched statement gives no chance-corrected figure
    alpha = report.find("statement.speech_act", "alpha_nominal")
    assert alpha.value is None
    assert alpha.reason == "only one unit was rated by two annotators"
    # 12 positions of 72 marked by both, 5 + 17 by one
    n11, n10, n00 = 12, 5 + 17, 72 - 12 - 22
    marked, empty = 2 * n11 + n10, 2 * n00 + n10
    expected = 2 * marked * empty / (144 * 143)
    assert report.find("statement.content", "alpha_per_position").value == pytest.approx(
        1 - (n10 / 72) / expected
    )


def several(
    number: int, *, acts: tuple[str, ...] = ("assertive", "criticism")
) -> dict[str, dict[str, Annotation]]:
    return {
        f"art{n}": {
            "p": small(f"art{n}", SCHEMA),
            "q": small(f"art{n}", SCHEMA, act=acts[n % len(acts)], second=n % 3 > 0),
        }
        for n in range(number)
    }


def test_intervals_hold_their_value_and_follow_the_seed() -> None:
    collected = several(12)
    report = agreement_report(collected, SCHEMA, sampling=Sampling(5, 300))
    found = report.find("statement.found", "f1_overlap")
    assert found.documents == 12
    assert found.low is not None
    assert found.high is not None
    assert found.value is not None
    assert found.low <= found.value <= found.high
    again = agreement_report(collected, SCHEMA, sampling=Sampling(5, 300))
    assert again.as_dict() == report.as_dict()
    other = agreement_report(collected, SCHEMA, sampling=Sampling(6, 300)).find(
        "statement.found", "f1_overlap"
    )
    assert (other.value, other.low) != (found.value, None)


def test_three_annotators_partial_overlap_and_one_who_skipped() -> None:
    collected = several(6)
    for number in (0, 1):
        collected[f"art{number}"]["r"] = copy.deepcopy(collected[f"art{number}"]["p"])
    collected["art5"] = {"q": collected["art5"]["q"]}
    report = agreement_report(collected, SCHEMA, annotators=["p", "q", "r", "s"], sampling=Sampling(1, 0))
    assert report.articles == {"p": 5, "q": 6, "r": 2, "s": 0}
    assert report.shared[("p", "q")] == 5
    assert report.shared[("p", "r")] == 2
    assert report.shared[("p", "s")] == 0
    assert report.alone == ["art5"]
    assert report.find("statement.found", "f1_overlap", ("p", "r")).value == 1.0
    nothing = report.find("statement.found", "agreement", ("p", "s"))
    assert nothing.value is None
    assert nothing.reason == "no article was annotated by both"
    # pooled: the pairs' counts added up. p-q: 5 articles, 2 of which lack one statement; q-r: 2, one of which
    assert report.find("statement.found", "f1_overlap", ("p", "q")).value == pytest.approx(2 * 8 / (10 + 8))
    assert report.find("statement.found", "f1_overlap", ("*", "*")).value == pytest.approx(
        2 * (8 + 4 + 3) / (18 + 8 + 7)
    )
    assert report.find("statement.found", "f1_overlap", ("r", "*")).value == pytest.approx(
        2 * (4 + 3) / (8 + 7)
    )


def test_annotators_and_articles_in_any_order_give_the_same_report() -> None:
    collected = several(5)
    turned = {article: dict(reversed(one.items())) for article, one in reversed(collected.items())}
    left, right = (agreement_report(one, SCHEMA, sampling=Sampling(1, 200)) for one in (collected, turned))
    assert left.as_dict() == right.as_dict()


def test_nothing_marked_is_undefined_not_perfect() -> None:
    empty = {name: Annotation("art", "0" * 64, PROVENANCE, None, {table: [] for table in (
        "actors", "mentions", "statements", "actions", "events", "event_links")}) for name in "pq"}  # fmt: skip
    report = agreement_report({"art": empty}, SCHEMA, lengths={"art": 10})
    assert report.figures
    assert all(one.value is None and one.reason for one in report.figures)


@pytest.mark.parametrize(
    ("collected", "annotators", "pair", "reason"),
    [
        ({}, ["p", "q"], ("p", "q"), "no article was annotated by both"),
        ({"art": {"p": small("art", SCHEMA)}}, ["p", "q"], ("p", "q"), "no article was annotated by both"),
        (
            {"art": {"p": small("art", SCHEMA)}, "bee": {"q": small("bee", SCHEMA)}},
            ["p", "q"],
            ("p", "q"),
            "no article was annotated by both",
        ),
        ({"art": {"p": small("art", SCHEMA)}}, ["p"], ("p", "*"), "only one annotator"),
        ({}, [], ("*", "*"), "nobody annotated anything"),
    ],
)
def test_where_nobody_met_every_layer_says_why(
    collected: dict[str, dict[str, Annotation]], annotators: list[str], pair: tuple[str, str], reason: str
) -> None:
    report = agreement_report(collected, SCHEMA, annotators=annotators)
    assert {one.layer for one in report.figures} >= {"mention.span", "statement.content", "event.link"}
    assert {(one.value, one.reason, one.pair) for one in report.figures} == {(None, reason, pair)}


def test_annotations_of_different_texts_are_refused() -> None:
    other = small("art", SCHEMA)
    other.text_sha256 = "1" * 64
    with pytest.raises(CommuniqueError, match="different texts"):
        agreement_report({"art": {"p": small("art", SCHEMA), "q": other}}, SCHEMA)


def test_a_reversed_link_end_is_no_agreement() -> None:
    """Links: the same type with the ends exchanged share nothing, and another type shares the ends."""
    sides = {name: small("art", SCHEMA) for name in "pqr"}
    for name, (kind, start, end) in {
        "p": ("response_to", "e1", "e2"),
        "q": ("response_to", "e2", "e1"),
        "r": ("cause_of", "e1", "e2"),
    }.items():
        one = sides[name]
        action = {
            **one["actions"][0],
            "action_id": "art.a2",
            "event_id": "art.e2",
            "trigger_spans": [span("plan")],
        }
        one["actions"].append(action)
        one["events"].append({**one["events"][0], "event_id": "art.e2"})
        link = {"type": kind, "from_event_id": f"art.{start}", "to_event_id": f"art.{end}"}
        one["event_links"].append(
            fill(SCHEMA.table("event_links"), link, {"article_id": "art", "provenance": PROVENANCE})
        )
    report = agreement_report({"art": sides}, SCHEMA, sampling=Sampling(1, 0))
    assert report.find("event.link", "f1_end_to_end", ("p", "q")).value == 0
    assert report.find("event.link", "f1_unlabelled", ("p", "q")).value == 0
    assert report.find("event.link", "f1_unlabelled", ("p", "r")).value == 1
    assert report.find("event.link", "f1_end_to_end", ("p", "r")).value == 0
    assert report.find("event.link.type", "agreement", ("p", "r")).value == 0
