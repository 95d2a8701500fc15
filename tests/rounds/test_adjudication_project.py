"""Adjudication in a real Label Studio: annotators unnamed, answers become decisions, once."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import load_actors, load_annotation
from communique.rounds import accounts, client
from communique.rounds.adjudication import Adjudication, adjudication, place
from communique.rounds.adjudication_project import (
    Pulled,
    candidates,
    project_tasks,
    pull_adjudication,
    push_adjudication,
    read_answers,
)
from communique.rounds.decisions import Decision, load_decisions
from communique.rounds.merge import merge
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
        "the answer has no reason",
    ]
    done = read_answers(
        [answered(group, verdict=["nothing"], reason=["not_a_unit"])], FRESH, "0.2.0"
    ).decisions
    assert done[0].nothing
    again = read_answers([changed], state(done), "0.2.0")
    assert (again.decisions, again.problems) == ([], []), "what is decided is passed over"


def choose(tab: Any, words: str) -> None:
    """Take a choice of the form; Label Studio writes the key that chooses it behind its words."""
    choice = re.compile(rf"^{words}(\W|$)")
    tab.page.get_by_role("radio", name=choice).or_(tab.page.get_by_label(choice)).first.check()


def by(email: str, number: int, task_: dict[str, Any], **given: list[str]) -> dict[str, Any]:
    """The task with one more answer, by this person."""
    result = [{"from_name": name, "value": {"choices": value}} for name, value in given.items()]
    answer = {
        "id": number,
        "result": result,
        "completed_by": {"email": email},
        "updated_at": f"2026-01-0{number}",
    }
    return {**task_, "annotations": [*task_["annotations"], answer]}


def test_two_people_who_differ_are_reported_and_not_applied() -> None:
    group = next(one for one in FRESH.open if len(candidates(one)) == 2)
    task_ = answered(group, verdict=["A"], reason=["oversight"]) | {"annotations": []}
    eve = by("eve@localhost", 1, task_, verdict=["A"], reason=["oversight"])
    pulled = read_answers(
        [by("adam@localhost", 2, eve, verdict=["nothing"], reason=["not_a_unit"])], FRESH, "0.2.0"
    )
    assert pulled.decisions == []
    assert [why for _, why in pulled.problems] == ["in conflict: adam, eve decide differently"]
    # the same person may think again, and two may agree for different reasons
    again = by("eve@localhost", 2, eve, verdict=["B"], reason=["oversight"])
    assert [one.take for one in read_answers([again], FRESH, "0.2.0").decisions] == [candidates(group)[1][0]]
    alike = by("adam@localhost", 2, eve, verdict=["A"], reason=["wrong_label"])
    assert [one.by for one in read_answers([alike], FRESH, "0.2.0").decisions] == ["adam"]


def test_an_answer_against_what_was_decided_meanwhile_is_reported() -> None:
    group = next(one for one in FRESH.open if len(candidates(one)) == 2)
    first = answered(group, verdict=["A"], reason=["oversight"])
    (decided,) = read_answers([first], FRESH, "0.2.0").decisions
    after = state([replace(decided, line=7)])
    assert read_answers([first], after, "0.2.0") == Pulled()
    other = read_answers([answered(group, verdict=["B"], reason=["oversight"])], after, "0.2.0")
    assert other.decisions == []
    assert [why for _, why in other.problems] == [
        "in conflict: line 7 of decisions.jsonl decides differently"
    ]


def test_a_skipped_task_is_no_answer() -> None:
    task_ = answered(FRESH.open[0], verdict=["A"], reason=["oversight"])
    task_["annotations"][0]["was_cancelled"] = True
    assert read_answers([task_], FRESH, "0.2.0") == Pulled()


@pytest.mark.slow
def test_each_kind_of_decision_from_the_browser_into_gold(
    ls: client.LabelStudio, ls_server: Any, chromium: Any, texts: dict[str, str], shipped: Any
) -> None:
    """Round r01 with three decisions taken back: one unit accepted, one mended, one rejected by a person."""
    import browser

    decided = load_decisions(ROOT / "annotations" / "rounds" / "r01" / "decisions.jsonl")
    plain = [one for one in decided if one.take and not one.fields and not one.set and all(one.seen.values())]
    accept = next(one for one in plain if one.table == "statements")
    mend = next(one for one in plain if one.table == "statements" and one is not accept)
    reject = next(one for one in decided if one.nothing and one.table == "mentions")
    before = state([one for one in decided if one not in (accept, mend, reject)], "kinds")
    assert {place(one) for one in before.open} == {accept.place, mend.place, reject.place}
    number, sent = push_adjudication(ls, before, texts)
    assert sent == 3
    tasks = {one["data"]["unit"].split(" ", 1)[1]: one["id"] for one in ls.tasks(number)}
    letters = {
        one.group_id: {
            name: letter for letter, names in zip("AB", candidates(one), strict=False) for name in names
        }
        for one in before.open
    }
    (account,) = accounts.ensure_accounts(ls, ["arbiter"])
    assert account.password is not None
    with browser.opened(chromium) as tab:
        page = browser.LabelStudioTab(tab, ls_server.url)
        page.log_in(account.email, account.password.reveal())

        def answer(unit: str, verdict: str, reason: str, mended: str | None = None) -> None:
            tab.page.goto(f"{ls_server.url}/projects/{number}/data?task={tasks[unit]}")
            tab.page.get_by_text("Candidate A", exact=True).first.wait_for(timeout=60_000)
            choose(tab, verdict)
            if mended is not None:
                field = tab.page.locator("textarea").first
                field.click()
                tab.page.keyboard.insert_text(mended)
                tab.page.keyboard.press("Shift+Enter")
                tab.page.wait_for_timeout(300)
            choose(tab, reason)
            page.submit()

        assert accept.take is not None
        assert mend.take is not None
        answer(accept.unit, f"Candidate {letters[accept.unit][accept.take]}", "oversight")
        answer(
            mend.unit, f"Candidate {letters[mend.unit][mend.take]}", "wrong label", '{"medium": "broadcast"}'
        )
        answer(reject.unit, "Nothing here", "not a unit")
        assert tab.blocked == []
    pulled = pull_adjudication(ls, before, "0.2.0")
    assert pulled.problems == []
    found = {one.unit: one for one in pulled.decisions}
    assert {(unit, one.reason, one.nothing) for unit, one in found.items()} == {
        (accept.unit, "oversight", False), (mend.unit, "wrong_label", False), (reject.unit, "not_a_unit", True)
    }  # fmt: skip
    assert found[mend.unit].set == {"medium": "broadcast"}
    assert {(one.by, one.by_kind) for one in pulled.decisions} == {("arbiter", "person")}
    after = state(
        [*(one for one in decided if one not in (accept, mend, reject)), *pulled.decisions], "kinds"
    )
    assert (after.open, after.refused) == ([], [])
    known = [one["actor_id"] for one in load_actors(shipped.actors, SCHEMA)]
    gold = merge(after, SCHEMA, texts, known).annotations[ARTICLE]
    rows = {row["statement_id"]: row for row in gold["statements"]}
    assert rows[mend.unit]["medium"] == "broadcast"
    assert rows[accept.unit]["provenance"]["decision"] == "adjudicated"
    assert rows[accept.unit]["provenance"]["reviewed_by_person"] is True
    assert reject.unit not in {row["mention_id"] for row in gold["mentions"]}


@pytest.mark.slow
def test_a_third_annotator_gets_a_column_and_nothing_is_asked_twice(
    ls: client.LabelStudio, ls_server: Any, chromium: Any, texts: dict[str, str]
) -> None:
    """The form of two candidates stays for the tasks sent before; what is open for three has three columns."""
    import browser

    two = state([], "grown")
    two.open = two.open[:3]
    number, _ = push_adjudication(ls, two, texts)
    third = copy.deepcopy(R01["model-a"])
    for row in third["statements"]:
        row["speech_act"] = "question"
    all_three = {**R01, "model-c": third}
    plan = replace(
        two.plan,
        annotators=[*two.plan.annotators, Annotator("model-c")],
        assignments={**two.plan.assignments, "model-c": [ARTICLE]},
    )
    three = adjudication(plan, {ARTICLE: all_three}, [], SCHEMA)
    three.open = [one for one in three.open if len(candidates(one)) == 3][:2]
    wider, sent = push_adjudication(ls, three, texts)
    assert wider != number
    assert sent == 2
    task_ = ls.tasks(wider)[0]
    with browser.opened(chromium) as tab:
        page = browser.LabelStudioTab(tab, ls_server.url)
        (account,) = accounts.ensure_accounts(ls, ["umpire"])
        assert account.password is not None
        page.log_in(account.email, account.password.reveal())
        tab.page.goto(f"{ls_server.url}/projects/{wider}/data?task={task_['id']}")
        tab.page.get_by_text("Candidate C", exact=True).first.wait_for(timeout=60_000)
        choose(tab, "Candidate C")
        choose(tab, "wrong label")
        page.submit()
    pulled = pull_adjudication(ls, three, "0.2.0")
    assert pulled.problems == []
    (decision,) = pulled.decisions
    group = next(one for one in three.open if place(one) == decision.place)
    assert decision.take == candidates(group)[2][0]
    assert set(decision.seen) == {"model-a", "model-b", "model-c"}


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
