"""What a pull takes, leaves and refuses, on exports as Label Studio makes them."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import load_annotation
from communique.annotation.source import Source
from communique.rounds.design import new_round
from communique.rounds.pull import ExportError, anything_refused, pull_file, take
from communique.rounds.round import Annotator, Round, annotation_path, pull_path
from communique.rounds.survey import survey

sys.path.insert(0, str(Path(__file__).parent))
import made

TEXT = "The minister said that \U0001f600 the army attacked."


@pytest.fixture
def planned(tmp_path: Path) -> tuple[Source, Round]:
    source = made.project(tmp_path, {"a1": TEXT, "a2": TEXT + " Again."})
    return source, new_round(source, "r01", ["all"], [Annotator("ana"), Annotator("ben")])


def export(
    article: str = "a1", text: str = TEXT, words: str = "The minister", **changes: Any
) -> dict[str, Any]:
    at = made.span(text, words)
    place = {"start": at["start"], "end": at["end"]}
    result = [
        {
            "id": "m1",
            "from_name": "span",
            "to_name": "text",
            "type": "labels",
            "value": {**place, "text": "no", "labels": ["Mention"]},
        },
        {
            "id": "m1",
            "from_name": "mentions_mention_type",
            "to_name": "text",
            "type": "choices",
            "value": {**place, "choices": ["NOM"]},
        },
    ]
    who = {"id": 2, "email": "ana@localhost"}
    one = {
        "id": 5,
        "completed_by": who,
        "updated_by": 2,
        "was_cancelled": False,
        "updated_at": "2026-01-02T00:00:00Z",
        "lead_time": 61.04,
    }
    annotation = {**one, "result": result, **changes}
    return {
        "id": 1,
        "data": {"article_id": article, "text": text, "actors": []},
        "annotations": [annotation],
        "drafts": [],
    }


def pulled(planned: tuple[Source, Round], *tasks: dict[str, Any]) -> dict[str, Any]:
    source, plan = planned
    report = take(source, plan, {"ana": survey(tasks, plan, "ana")})
    return report["annotators"]["ana"]


def snapshot(planned: tuple[Source, Round]) -> dict[str, tuple[bytes, int]]:
    folder = pull_path(planned[0].project, "r01").parent
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_taken_once_and_unchanged_by_a_second_pull(planned: tuple[Source, Round]) -> None:
    entries = pulled(planned, export())
    assert {name: one["state"] for name, one in entries.items()} == {"a1": "taken", "a2": "open"}
    path = annotation_path(planned[0].project, "r01", "ana", "a1")
    annotation = load_annotation(path, planned[0].schema)
    assert annotation["mentions"][0]["text"] == "The minister"
    assert annotation.provenance == planned[1].provenance("ana", True)
    before = snapshot(planned)
    pulled(planned, export())
    assert snapshot(planned) == before


def test_later_work_is_taken_and_finished_work_never_overwritten_by_less(
    planned: tuple[Source, Round],
) -> None:
    pulled(planned, export())
    path = annotation_path(planned[0].project, "r01", "ana", "a1")
    entries = pulled(planned, export(words="army", updated_at="2026-01-03T00:00:00Z"))
    assert entries["a1"]["state"] == "taken"
    assert "army" in path.read_text()
    good = path.read_bytes()
    deleted = {**export(), "annotations": []}
    for less, why in (
        (export(updated_at="2026-01-01T00:00:00Z"), "older"),
        (export(result=[], updated_at="2026-01-04T00:00:00Z"), "empty"),
        (export(was_cancelled=True, updated_at="2026-01-04T00:00:00Z"), "skipped"),
        (deleted, "open"),
        ({**deleted, "drafts": [{"id": 1}]}, "draft"),
        (export(result=[{"type": "labels"}], updated_at="2026-01-04T00:00:00Z"), "lacks type"),
    ):
        entries = pulled(planned, less)
        assert entries["a1"]["state"] == "kept", why
        assert why in entries["a1"]["why"]
        assert path.read_bytes() == good
    assert pulled(planned)["a1"]["state"] == "kept"
    # The same again after all this is taken as if nothing had been.
    assert pulled(planned, export(words="army", updated_at="2026-01-03T00:00:00Z"))["a1"]["state"] == "taken"


def test_a_file_changed_by_hand_stays(planned: tuple[Source, Round]) -> None:
    pulled(planned, export())
    path = annotation_path(planned[0].project, "r01", "ana", "a1")
    path.write_text(path.read_text().replace("NOM", "NAM"))
    entries = pulled(planned, export(words="army", updated_at="2026-01-05T00:00:00Z"))
    assert (entries["a1"]["state"], "changed since" in entries["a1"]["why"]) == ("kept", True)
    assert "NAM" in path.read_text()


def test_what_is_refused_says_why_and_writes_no_file(planned: tuple[Source, Round]) -> None:
    unknown_label = export()
    unknown_label["annotations"][0]["result"][0]["value"]["labels"] = ["Speaker"]
    cases = [
        (unknown_label, "Speaker"),
        (export(text=TEXT.replace("army", "navy")), "not the round's text"),
        (export(completed_by={"id": 9, "email": "eve@example.org"}), "unknown account eve@example.org"),
        (export(result="nothing"), "not a list"),
    ]
    for task, why in cases:
        entries = pulled(planned, task)
        assert entries["a1"]["state"] == "refused", why
        assert why in entries["a1"]["why"]
    assert pulled(planned, export(), export())["a1"]["why"].startswith("the server holds it 2 times (tasks ")
    assert pulled(planned, export(article="a9"))["a9"]["state"] == "refused"
    assert not list(pull_path(planned[0].project, "r01").parent.glob("ana/*"))
    assert anything_refused({"annotators": {"ana": entries}})


def test_warnings_of_what_is_not_blind(planned: tuple[Source, Round]) -> None:
    edited = export(updated_by=7)
    task = copy.deepcopy(edited)
    task["annotations"].append(
        {**task["annotations"][0], "id": 6, "updated_by": 2, "updated_at": "2026-01-09T00:00:00Z"}
    )
    warnings = pulled(planned, task)["a1"]["warnings"]
    assert any("annotation 5 of ana@localhost was edited by 7" in one for one in warnings)
    assert any("2 annotations where one was planned" in one for one in warnings)
    assert pulled(planned, task)["a1"]["annotation"] == 6


def test_a_hand_made_export(planned: tuple[Source, Round], tmp_path: Path) -> None:
    source, plan = planned
    path = tmp_path / "export.json"
    task = export(completed_by=2, updated_by=2)
    path.write_text(json.dumps([task]))
    report = pull_file(source, plan, path, "ana")
    assert {name: one["state"] for name, one in report["annotators"]["ana"].items()} == {"a1": "taken"}
    other = export("a2", TEXT + " Again.", completed_by=2, updated_by=2)
    path.write_text(json.dumps([other]))
    report = pull_file(source, plan, path, "ana")
    assert [one["state"] for one in report["annotators"]["ana"].values()] == ["taken", "taken"]
    for content, says in (
        ("{", "not JSON"),
        ("{}", "format JSON"),
        ('[{"text": "x"}]', "format JSON"),
        (
            json.dumps([task, {**task, "annotations": [{**task["annotations"][0], "completed_by": 3}]}]),
            "several accounts",
        ),
    ):
        path.write_text(content)
        with pytest.raises(ExportError, match=says):
            pull_file(source, plan, path, "ana")


def test_an_article_id_from_elsewhere_is_no_path(planned: tuple[Source, Round]) -> None:
    entries = pulled(planned, export(article="../../../stray-8d1f"))
    assert entries["../../../stray-8d1f"]["state"] == "refused"
    assert not list(planned[0].project.root.parent.rglob("stray-8d1f*"))
