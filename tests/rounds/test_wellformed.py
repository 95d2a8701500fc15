"""A file of a round that cannot be compared is refused with its place, whatever is wrong with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from communique.annotation.files import load_annotation
from communique.project import Project
from communique.rounds.adjudication import open_round
from communique.rounds.collected import collect, texts
from communique.rounds.round import RoundError, load_round
from communique.schema import Schema

ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"

FAULTS: dict[str, tuple[Callable[[dict[str, Any]], object], str, str | None]] = {
    "column missing": (lambda d: d["actions"][3].pop("event_type"), "lacks a column", "event_type"),
    "no such value": (lambda d: d["actions"][3].update(event_type="DANCE"), "not of the column's list", "event_type"),
    "no such item": (lambda d: d["actions"][3].update(contexts=["sport"]), "not of the column's list", "contexts"),
    "null": (lambda d: d["statements"][0].update(layer=None), "must have a value", "layer"),
    "one for a list": (lambda d: d["actions"][3].update(contexts="diplomatic"), "another form", "contexts"),
    "list for one": (lambda d: d["actions"][3].update(status=["occurred"]), "another form", "status"),
    "no such column": (lambda d: d["actions"][3].update(colour="red"), "no such column", "colour"),
    "reference": (lambda d: d["actions"][3].update(event_id=7), "reference is an id", "event_id"),
    "start as text": (lambda d: d["mentions"][0].update(start="12"), "no numbers", "start"),
    "true for a number": (lambda d: d["mentions"][0].update(start=True), "no numbers", "start"),
    "empty span": (lambda d: d["mentions"][0].update(end=d["mentions"][0]["start"]), "no length", "start"),
    "outside": (lambda d: d["mentions"][0].update(start=99_999, end=100_000), "not at its place", "start"),
    "other words": (lambda d: d["statements"][0]["cue_spans"][0].update(text="sung"), "not at its place", "cue_spans"),
    "double id": (lambda d: d["mentions"].append(dict(d["mentions"][0])), "one id", "mention_id"),
    "unknown section": (lambda d: d.update(schema_version="99"), "Unknown section", None),
    "no tables": (lambda d: [d.pop(one) for one in list(d) if one != "article_id"], "lacks 'text_sha256'", "text_sha256"),
    "other article": (lambda d: d.update(article_id="other"), "another text than the round", "text_sha256"),
}  # fmt: skip


@pytest.fixture
def round_project(project: Project, shipped: Project) -> Project:
    """A copy of the project with round r01."""
    shutil.copytree(shipped.rounds / "r01", project.rounds / "r01", dirs_exist_ok=True)
    return project


def test_every_fault_names_file_record_and_field(round_project: Project, schema: Schema) -> None:
    path = round_project.rounds / "r01" / "model-b" / f"{ARTICLE}.json"
    good = path.read_text(encoding="utf-8")
    plan = load_round(round_project, "r01")
    for name, (change, says, field) in FAULTS.items():
        data = json.loads(good)
        change(data)
        path.write_text(json.dumps(data), encoding="utf-8")
        with pytest.raises(Exception, match=says) as caught:
            collect(round_project, plan, schema)
        assert caught.value.file == str(path), name  # type: ignore[attr-defined]
        assert caught.value.field == field, name  # type: ignore[attr-defined]
    for broken in ("", "[1]", "{", "\ufeff{}"):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(Exception, match="JSON"):
            collect(round_project, plan, schema)


def test_a_file_without_units_is_a_judgement(round_project: Project, schema: Schema) -> None:
    """To have looked and marked nothing is no error: every unit of the other is open."""
    path = round_project.rounds / "r01" / "model-b" / f"{ARTICLE}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for table in ("actors", "mentions", "statements", "actions", "events", "event_links"):
        data[table] = []
    path.write_text(json.dumps(data), encoding="utf-8")
    (round_project.rounds / "r01" / "decisions.jsonl").unlink()
    state = open_round(round_project, "r01", schema)
    first = load_annotation(round_project.rounds / "r01" / "model-a" / f"{ARTICLE}.json", schema)
    asked = {
        table: sum(one.table == table for one in state.open)
        for table in ("mentions", "statements", "actions")
    }
    assert asked == {table: len(first[table]) for table in asked}


def test_without_the_text_spans_are_compared_as_they_are(round_project: Project, schema: Schema) -> None:
    """A corpus whose texts may not be given on still has its agreement."""
    (round_project.articles / f"{ARTICLE}.json").unlink()
    found = collect(round_project, load_round(round_project, "r01"), schema)
    with pytest.raises(RoundError, match="cannot be read"):
        texts(round_project, load_round(round_project, "r01"))
    assert set(found[ARTICLE]) == {"model-a", "model-b"}
