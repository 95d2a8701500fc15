"""A project taken in parts is the project: every task once, every article judged as from the whole."""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.annotation.source import Source
from communique.rounds import client, exports, importer, partwise
from communique.rounds.accounts import ensure_accounts
from communique.rounds.design import new_round
from communique.rounds.pull import anything_refused, pull_round
from communique.rounds.push import push_round
from communique.rounds.round import Annotator, Round, RoundArticle, annotation_path, pull_path
from communique.rounds.survey import survey

sys.path.insert(0, str(Path(__file__).parent))
import made

IDS = ["a", "b", "c", "d", "e", "f"]
PLAN = Round(
    round="r",
    articles=[RoundArticle(one, made.digest(one)) for one in IDS],
    annotators=[Annotator("ana")],
    overlap="all",
    seed=0,
    guideline_version="0",
    schema="",
    assignments={"ana": ["c", "a", "b", "f"]},
)


def an_annotation(version: int) -> dict[str, Any]:
    who = {"id": 2, "email": "ana@localhost" if version % 4 else "eve@localhost"}
    return {"id": version, "completed_by": who, "updated_at": f"{version}", "was_cancelled": version % 3 == 0}


@st.composite
def tasks(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for number, article in enumerate(draw(st.lists(st.sampled_from([*IDS, None]), max_size=12))):
        work = [an_annotation(one) for one in draw(st.lists(st.integers(0, 9), max_size=2))]
        text = draw(st.sampled_from([article, "another text"]))
        found.append({"id": number, "data": {"article_id": article, "text": text}, "annotations": work})
    return found


@given(tasks(), st.integers(1, 4))
def test_articles_are_judged_as_from_the_whole(found: list[dict[str, Any]], part: int) -> None:
    whole = {one.article_id: one for one in survey(copy.deepcopy(found), PLAN, "ana")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partwise, "PART", part)
        parts = {one.article_id: one for one in partwise.survey_parts(iter(found), PLAN, "ana")}
    assert set(parts) == set(whole)
    for article, one in whole.items():
        other = parts[article]
        assert (one.state, one.why, one.warnings) == (other.state, other.why, other.warnings)
        assert one.annotation == other.annotation


def test_few_tasks_are_held_at_a_time() -> None:
    held: set[int] = set()

    class Task(dict[str, Any]):
        def __del__(self) -> None:
            held.discard(id(self))

    def coming() -> Iterator[dict[str, Any]]:
        for number in range(1000):
            one = Task(id=number, data={"article_id": f"{number}"}, annotations=[])
            held.add(id(one))
            yield one

    most = 0
    for _ in partwise.survey_parts(coming(), PLAN, "ana"):
        most = max(most, len(held))
    assert 0 < most <= 2 * partwise.PART + 1


# ---- a real server


def task(name: str) -> dict[str, Any]:
    return {"data": {"article_id": name, "text": f"{name} \U0001f600 said so."}}


@pytest.fixture
def listed(ls: client.LabelStudio, simple_config: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A project of 23 tasks in parts of at most 5."""
    monkeypatch.setattr(exports, "PART", 5)
    project = ls.get_or_create_project("in parts", simple_config).id
    importer.import_tasks(ls, project, [task(f"p{number}") for number in range(23)], fresh=True)
    yield project
    ls.delete_project(project)


def keys(found: Iterator[dict[str, Any]]) -> list[str]:
    return sorted(one["data"]["article_id"] for one in found)


def left_behind(ls: client.LabelStudio, project: int) -> list[Any]:
    tabs: list[Any] = ls.transport.get("/api/dm/views/", project=project)
    snapshots: list[Any] = ls.transport.get(f"/api/projects/{project}/exports/")
    return tabs + snapshots


@pytest.mark.slow
def test_an_export_in_parts_has_every_task_once_and_leaves_nothing(
    ls: client.LabelStudio, listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[tuple[str, str]] = []
    original = ls.transport.request

    def counted(method: str, path: str, **more: Any) -> Any:
        requests.append((method, path))
        return original(method, path, **more)

    monkeypatch.setattr(ls.transport, "request", counted)
    every = keys(ls.export_tasks(listed))
    assert every == sorted(f"p{number}" for number in range(23))
    assert requests.count(("POST", f"/api/projects/{listed}/exports/")) == 5
    assert left_behind(ls, listed) == []

    # Ids with a hole in them, which makes the parts unequal.
    numbers = {one["data"]["article_id"]: one["id"] for one in ls.tasks(listed)}
    ls.delete_tasks(listed, [numbers[f"p{number}"] for number in range(2, 18)])
    other = ls.get_or_create_project("between", ls.project_config(listed)).id
    importer.import_tasks(ls, other, [task(f"q{number}") for number in range(40)], fresh=True)
    importer.import_tasks(ls, listed, [task(f"p{number}") for number in range(30)], quiet=0)
    assert keys(ls.export_tasks(listed)) == sorted(f"p{number}" for number in range(30))
    assert left_behind(ls, listed) == []

    # One who stops reading leaves nothing either.
    begun = ls.export_tasks(listed)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    assert left_behind(ls, listed) == []


@pytest.mark.slow
def test_a_tab_that_is_deleted_under_way_and_one_that_was_left(ls: client.LabelStudio, listed: int) -> None:
    body = {"project": listed, "data": {"title": "communique export 1000000000"}}
    ls.transport.request("POST", "/api/dm/views/", json=body)
    own = {"project": listed, "data": {"title": "of somebody"}}
    ls.transport.request("POST", "/api/dm/views/", json=own)
    begun = ls.export_tasks(listed)
    got = [next(begun)]
    tabs = ls.transport.get("/api/dm/views/", project=listed)
    titles = [one["data"]["title"] for one in tabs]
    assert "of somebody" in titles
    assert "communique export 1000000000" not in titles
    (mine,) = [one["id"] for one in tabs if one["data"]["title"].startswith("communique export")]
    ls.transport.request("DELETE", f"/api/dm/views/{mine}/")
    # Either the export says that something went wrong, or it has every task once; never less, never twice.
    with pytest.raises(client.LabelStudioError):
        got += list(begun)
    assert len(keys(iter(got))) == len(set(keys(iter(got))))


@pytest.mark.slow
def test_a_task_doubled_on_the_server_is_told_by_the_pull(
    tmp_path: Path, ls: client.LabelStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PART", 4)
    monkeypatch.setattr(partwise, "PART", 3)
    text = "The minister said that \U0001f600 the army attacked."
    source: Source = made.project(tmp_path, {f"a{number}": f"{text} {number}" for number in range(9)})
    plan = new_round(source, "doubled", ["all"], [Annotator("ana")])
    ensure_accounts(ls, ["ana"])
    (pushed,) = push_round(source, plan, {"ana": ls})
    there = {one["data"]["article_id"]: one for one in ls.tasks(pushed.project_id)}
    region = {"id": "m", "from_name": "span", "to_name": "text", "type": "labels"}
    at = made.span(text, "The minister")
    region["value"] = {"start": at["start"], "end": at["end"], "labels": ["Mention"]}  # type: ignore[assignment]
    for one in there.values():
        ls.transport.request("POST", f"/api/tasks/{one['id']}/annotations", json={"result": [region]})
    assert {one["state"] for one in pull_round(source, plan, {"ana": ls})["annotators"]["ana"].values()} == {
        "taken"
    }
    kept = annotation_path(source.project, "doubled", "ana", "a1").read_bytes()

    annotation_path(source.project, "doubled", "ana", "a0").unlink()
    copies = [{"data": there[name]["data"]} for name in ("a0", "a1")]
    ls.transport.request("POST", f"/api/projects/{pushed.project_id}/import", json=copies)
    doubles = importer.find_doubles(ls, pushed.project_id)
    assert set(doubles) == {"a0", "a1"}
    report = pull_round(source, plan, {"ana": ls})
    entries = report["annotators"]["ana"]
    assert {name: entries[name]["state"] for name in entries} == {
        **dict.fromkeys(there, "taken"),
        "a0": "refused",
        "a1": "kept",
    }
    for name, numbers in doubles.items():
        assert all(str(number) in entries[name]["why"] for number in numbers)
    assert anything_refused(report)
    assert '"why"' in pull_path(source.project, "doubled").read_text(encoding="utf-8")
    assert not annotation_path(source.project, "doubled", "ana", "a0").exists()
    assert annotation_path(source.project, "doubled", "ana", "a1").read_bytes() == kept

    # The push deletes the copies, which nobody has worked on; then all is taken again.
    (again,) = push_round(source, plan, {"ana": ls})
    assert (again.sent, again.removed) == (0, 2)
    entries = pull_round(source, plan, {"ana": ls})["annotators"]["ana"]
    assert {one["state"] for one in entries.values()} == {"taken"}
