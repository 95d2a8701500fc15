"""An annotator who joins a round that is annotated and adjudicated already."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from communique.annotation.files import load_actors, load_annotation, save_annotation
from communique.annotation.model import Annotation
from communique.annotation.source import open_source
from communique.commands.app import make_app
from communique.project import Project
from communique.rounds.adjudication import decisions_path, open_round, place, task
from communique.rounds.collected import texts
from communique.rounds.decisions import Decision, load_decisions, parse_decision, save_decisions
from communique.rounds.joining import add_annotator
from communique.rounds.merge import MergeError, merge
from communique.rounds.round import Annotator, RoundError, annotation_path, load_round, round_path
from communique.schema import Schema

sys.path.insert(0, str(Path(__file__).parents[1] / "agreement"))
from perturbed import perturbed

ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
TABLES = ("actors", "mentions", "statements", "actions", "events", "event_links")


@pytest.fixture
def round_project(project: Project, shipped: Project) -> Project:
    """A copy of the project with round r01."""
    shutil.copytree(shipped.rounds / "r01", project.rounds / "r01", dirs_exist_ok=True)
    return project


@pytest.fixture
def third(round_project: Project, schema: Schema, tmp_path: Path) -> Path:
    """What a third annotator could have made of the article."""
    text = texts(round_project, load_round(round_project, "r01"))[ARTICLE]
    first = load_annotation(round_project.rounds / "r01" / "model-a" / f"{ARTICLE}.json", schema)
    path = tmp_path / "third.json"
    save_annotation(perturbed(first, text, schema, seed=7), path, schema)
    return path


def run(project: Project, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(make_app(), ["round", *arguments, "--project", str(project.root)])
    assert result.exit_code == code, result.output
    return result.output


def gold(project: Project, schema: Schema) -> Annotation:
    state = open_round(project, "r01", schema)
    known = [one["actor_id"] for one in load_actors(project.actors, schema)]
    return merge(state, schema, texts(project, state.plan), known).annotations[ARTICLE]


def bare(annotation: Annotation) -> dict[str, list[dict[str, Any]]]:
    return {name: [{**row, "provenance": None} for row in annotation[name]] for name in TABLES}


def as_before(project: Project, schema: Schema, before: Annotation) -> list[Decision]:
    """Decisions on all that is open: what gold had stays, what it had not stays out."""
    state = open_round(project, "r01", schema)
    there = {row[schema.table(name).key[0]] for name in TABLES[:-1] for row in before[name]}
    made = []
    for group in state.open:
        line = task(state, group) | {"reason": "oversight", "by": "lead", "by_kind": "person",
                                     "guideline_version": "0.2.0"}  # fmt: skip
        first = next((name for name in ("model-a", "model-b") if name in group.members), None)
        kept = first and (group.table == "event_links" or group.group_id in there)
        made.append(parse_decision(line | ({"take": first} if kept else {"nothing": True}), "test"))
    return made


@pytest.mark.slow
def test_from_the_file_to_gold_by_commands(round_project: Project, third: Path, schema: Schema) -> None:
    before = gold(round_project, schema)
    old = load_decisions(decisions_path(round_project, "r01"))
    said = run(round_project, "add", "r01", "--annotator", "a3:language_model", "--file", str(third))
    assert "1 annotated already" in said
    report = json.loads(run(round_project, "agreement", "r01", "--json", "--draws", "0"))
    pairs = {tuple(one["pair"]) for one in report["figures"]}
    names = ("a3", "model-a", "model-b")
    assert pairs == {
        ("a3", "model-a"), ("a3", "model-b"), ("model-a", "model-b"), ("*", "*"), *((name, "*") for name in names)
    }  # fmt: skip
    counts = json.loads(run(round_project, "adjudicate", "r01", "--json"))
    assert (counts["decided"], counts["refused_decisions"]) == (len(old), 0)
    assert counts["open"] > 10
    asked = {place(one) for one in open_round(round_project, "r01", schema).open}
    assert not asked & {one.place for one in old}
    with pytest.raises(MergeError, match=f"{counts['open']} disagreements are open"):
        gold(round_project, schema)
    save_decisions([*old, *as_before(round_project, schema, before)], decisions_path(round_project, "r01"))
    after = gold(round_project, schema)
    assert bare(after) == bare(before)
    assert {row["provenance"]["decision"] for row in after["mentions"]} == {"agreed", "adjudicated"}
    assert all(row["provenance"]["annotators"][-1] == "a3" for row in after["actions"])


@pytest.mark.slow
def test_wherever_the_plan_names_the_newcomer_decisions_hold(
    round_project: Project, third: Path, schema: Schema
) -> None:
    """Somebody edits round.json by hand and writes the new annotator first, or turns the order round."""
    before = gold(round_project, schema)
    old = load_decisions(decisions_path(round_project, "r01"))
    run(round_project, "add", "r01", "--annotator", "a3", "--file", str(third))
    path = round_path(round_project, "r01")
    plan = json.loads(path.read_text(encoding="utf-8"))
    last_first = [plan["annotators"][-1], *plan["annotators"][:-1]]
    for annotators in (last_first, plan["annotators"]):
        path.write_text(json.dumps(plan | {"annotators": annotators}), encoding="utf-8")
        state = open_round(round_project, "r01", schema)
        assert state.refused == []
        assert sum(place(one) in state.settled for one in state.groups) == len(old)
    path.write_text(json.dumps(plan | {"annotators": last_first}), encoding="utf-8")
    save_decisions([*old, *as_before(round_project, schema, before)], decisions_path(round_project, "r01"))
    state = open_round(round_project, "r01", schema)
    assert (state.open, state.refused) == ([], [])
    assert bare(gold(round_project, schema)) == bare(before)


@pytest.mark.slow
def test_a_newcomer_without_a_file_changes_nothing_yet(round_project: Project, schema: Schema) -> None:
    before = gold(round_project, schema)
    plan = json.loads(run(round_project, "add", "r01", "--annotator", "dora", "--json"))
    assert plan["annotators"][-1] == {"name": "dora", "kind": "person"}
    assert plan["assignments"]["dora"] == [ARTICLE]
    assert bare(gold(round_project, schema)) == bare(before)
    report = json.loads(run(round_project, "agreement", "r01", "--json", "--draws", "0"))
    assert report["articles"]["dora"] == 0
    apart = [one for one in report["figures"] if "dora" in one["pair"]]
    assert apart
    assert {(one["value"], one["reason"]) for one in apart} == {(None, "no article was annotated by both")}


def test_the_file_becomes_the_annotators_own(round_project: Project, third: Path, schema: Schema) -> None:
    """Who made it and in which round is the plan's to say; who has reviewed it is the file's."""
    data = json.loads(third.read_text(encoding="utf-8"))
    data["provenance"] |= {"annotators": ["somebody"], "round": "r77", "reviewed_by_person": True}
    third.write_text(json.dumps(data), encoding="utf-8")
    source = open_source(round_project)
    add_annotator(source, load_round(round_project, "r01"), Annotator("a3", "program"), ["all"], [third])
    saved = load_annotation(annotation_path(round_project, "r01", "a3", ARTICLE), schema)
    assert saved.provenance == {
        "round": "r01", "annotators": ["a3"], "annotator_kind": "program", "decision": "single",
        "reviewed_by_person": True, "guideline_version": "0.1.0",
    }  # fmt: skip
    assert {json.dumps(row["provenance"]) for row in saved["actions"]} == {json.dumps(saved.provenance)}


def test_what_cannot_be_added_leaves_the_round_as_it_was(round_project: Project, third: Path) -> None:
    source, path = open_source(round_project), round_path(round_project, "r01")
    before = sorted((one, one.read_bytes()) for one in path.parent.rglob("*") if one.is_file())
    other = third.with_name("other.json")
    data = json.loads(third.read_text(encoding="utf-8"))
    other.write_text(json.dumps(data | {"text_sha256": "0" * 64}), encoding="utf-8")
    elsewhere = third.with_name("elsewhere.json")
    elsewhere.write_text(json.dumps(data | {"article_id": "somewhere"}), encoding="utf-8")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"annotator": Annotator("Model-A")}, "has an annotator of this name"),
        ({"annotator": Annotator("../a3")}, "cannot be the name"),
        ({"annotator": Annotator("a3", "robot")}, "Unknown kind"),
        ({"articles": ["nowhere"]}, "no such article in the round"),
        ({"articles": []}, "no such article in the round"),
        ({"files": [other]}, "another text"),
        ({"files": [elsewhere]}, "not the annotator's"),
        ({"files": [third, third]}, "another file is of"),
    ]
    for change, says in refused:
        given = {"annotator": Annotator("a3"), "articles": ["all"], "files": [third], **change}
        with pytest.raises(RoundError, match=says):
            add_annotator(source, load_round(round_project, "r01"), **given)
    (path.parent / "a3").mkdir()
    shutil.copy(third, path.parent / "a3" / f"{ARTICLE}.json")
    with pytest.raises(RoundError, match="an annotation already"):
        add_annotator(source, load_round(round_project, "r01"), Annotator("a3"), ["all"], [third])
    shutil.rmtree(path.parent / "a3")
    assert sorted((one, one.read_bytes()) for one in path.parent.rglob("*") if one.is_file()) == before
