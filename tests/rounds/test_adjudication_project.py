"""Adjudication in a real Label Studio: annotators unnamed, answers become decisions, once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import load_annotation
from communique.rounds import accounts, client
from communique.rounds.adjudication import Adjudication, adjudication, place
from communique.rounds.adjudication_project import (
    candidates,
    project_tasks,
    pull_adjudication,
    push_adjudication,
    read_answers,
)
from communique.rounds.decisions import Decision
from communique.rounds.round import Annotator, Round, RoundArticle
from communique.schema import load_schema

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
SCHEMA = load_schema(ROOT / "annotations" / "schema")
R01 = {
    name: load_annotation(ROOT / "annotations" / "rounds" / "r01" / name / f"{ARTICLE}.json", SCHEMA)
    for name in ("model-a", "model-b")
}


def state(decisions: list[Decision], name: str = "r01") -> Adjudication:
    plan = Round(
        name, [RoundArticle(ARTICLE, R01["model-a"].text_sha256)], [Annotator(one) for one in R01], "all", 0, "0.1.0",
        SCHEMA.fingerprint, assignments={one: [ARTICLE] for one in R01},
    )  # fmt: skip
    return adjudication(plan, {ARTICLE: dict(R01)}, decisions, SCHEMA)


FRESH = state([])


@pytest.fixture(scope="module")
def texts(shipped: Any) -> dict[str, str]:
    return {ARTICLE: json.loads((shipped.articles / f"{ARTICLE}.json").read_text(encoding="utf-8"))["text"]}


def test_no_task_names_an_annotator(texts: dict[str, str]) -> None:
    tasks = project_tasks(FRESH, texts)
    assert len(tasks) == len(FRESH.open)
    said = json.dumps(tasks)
    assert not any(name in said for name in R01)


def test_the_order_of_candidates_tells_nothing_of_who_they_are() -> None:
    first = [candidates(one)[0] for one in FRESH.open if len(candidates(one)) > 1]
    share = sum(one == ("model-a",) for one in first) / len(first)
    assert 0.35 < share < 0.65


def answered(group: Any, **given: list[str]) -> dict[str, Any]:
    """An exported task with one answer."""
    data = next(
        one["data"]
        for one in project_tasks(FRESH, {ARTICLE: "x" * 7000})
        if one["data"]["unit"].endswith(f" {group.group_id}")
    )
    result = [{"from_name": name, "value": {"choices": value}} for name, value in given.items()]
    return {
        "data": data,
        "annotations": [{"id": 1, "result": result, "completed_by": {"email": "eve@localhost"}}],
    }


def test_an_answer_takes_a_candidate_with_single_fields_of_another() -> None:
    group = next(one for one in FRESH.open if len(one.differences) > 1 and not one.absent)
    column = group.differences[0].field
    first, second = (one[0] for one in candidates(group))
    pulled = read_answers(
        [answered(group, verdict=["A"], fields=[f"{column}=B"], reason=["wrong_label"])], FRESH, "0.2.0"
    )
    assert pulled.problems == []
    (decision,) = pulled.decisions
    assert (decision.take, decision.fields, decision.by) == (first, {column: second}, "eve")
    assert place(group) not in {place(one) for one in state(pulled.decisions).open}


def test_answers_to_what_has_changed_or_cannot_be_read_are_problems() -> None:
    group = FRESH.open[0]
    changed = answered(group, verdict=["A"], reason=["boundary"])
    changed["data"] = {**changed["data"], "key": "0" * 24}
    wrong = answered(group, verdict=["A"], set=["[1]"], reason=["boundary"])
    pulled = read_answers([changed, wrong, answered(group, verdict=["A"])], FRESH, "0.2.0")
    assert pulled.decisions == []
    assert [why for _, why in pulled.problems] == [
        "what was shown has changed since",
        "the mend is not a JSON object",
        "'reason'",
    ]
    done = read_answers(
        [answered(group, verdict=["nothing"], reason=["not_a_unit"])], FRESH, "0.2.0"
    ).decisions
    assert done[0].nothing
    again = read_answers([changed], state(done), "0.2.0")
    assert (again.decisions, again.problems) == ([], []), "what is decided is passed over"


@pytest.mark.slow
def test_a_person_decides_in_the_browser(
    ls: client.LabelStudio, ls_server: Any, chromium: Any, texts: dict[str, str]
) -> None:
    """Push, take a candidate with the mouse, pull; a second push sends nothing, a second pull takes nothing."""
    import browser

    before = state([], "adjudged")
    before.open = before.open[:5]
    number, sent = push_adjudication(ls, before, texts)
    assert sent == 5
    assert push_adjudication(ls, before, texts) == (number, 0)
    assert pull_adjudication(ls, before, "0.2.0").decisions == []
    server_task = ls.tasks(number)[0]
    (account,) = accounts.ensure_accounts(ls, ["judge"])
    assert account.password is not None
    with browser.opened(chromium) as tab:
        page = browser.LabelStudioTab(tab, ls_server.url)
        page.log_in(account.email, account.password.reveal())
        tab.page.goto(f"{ls_server.url}/projects/{number}/data?task={server_task['id']}")
        tab.page.get_by_text("Candidate A", exact=True).first.wait_for(timeout=60_000)
        shown = tab.page.inner_text("body")
        assert "model-a" not in shown
        assert "model-b" not in shown
        tab.page.get_by_role("radio", name="Candidate A").or_(
            tab.page.get_by_label("Candidate A")
        ).first.check()
        tab.page.get_by_label("oversight").first.check()
        page.submit()
        assert tab.blocked == []
    pulled = pull_adjudication(ls, before, "0.2.0")
    assert pulled.problems == []
    (decision,) = pulled.decisions
    assert (decision.reason, decision.by, decision.by_kind) == ("oversight", "judge", "person")
    assert f"{decision.table} {decision.unit}" == server_task["data"]["unit"]
    after = state([replace(decision, line=1)], "adjudged")
    assert decision.place in after.settled
    assert pull_adjudication(ls, after, "0.2.0").decisions == []
