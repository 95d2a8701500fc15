"""Merging: refuses while anything is open, and gold is exactly what was agreed on and decided."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from communique.annotation.derive import derive
from communique.annotation.files import annotation_json, dump_json, load_actors, load_annotation
from communique.annotation.model import AUTHOR
from communique.project import Project
from communique.rounds.adjudication import adjudication, decisions_path, open_round
from communique.rounds.collected import collect, texts
from communique.rounds.decisions import Decision, load_decisions, save_decisions
from communique.rounds.merge import Merged, MergeError, merge
from communique.rounds.round import RoundError, load_round
from communique.schema import Schema

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"


@pytest.fixture
def round_project(project: Project, shipped: Project) -> Project:
    """A copy of the project with round r01."""
    shutil.copytree(shipped.rounds / "r01", project.rounds / "r01", dirs_exist_ok=True)
    return project


def merged(project: Project, schema: Schema, decisions: list[Decision] | None = None) -> Merged:
    plan = load_round(project, "r01")
    found = load_decisions(decisions_path(project, "r01")) if decisions is None else decisions
    state = adjudication(plan, collect(project, plan, schema), found, schema)
    known = [one["actor_id"] for one in load_actors(project.actors, schema)]
    return merge(state, schema, texts(project, plan), known)


def test_gold_is_the_first_pass_or_what_round_r01_decided(shipped: Project, schema: Schema) -> None:
    """Nothing else may stand in gold: model-a's pass until the round is merged, its decisions afterwards."""
    gold = load_annotation(shipped.gold / f"{ARTICLE}.json", schema)
    if gold.provenance["round"] == "r01":
        wanted = merged(shipped, schema).annotations[ARTICLE]
        assert dump_json(annotation_json(wanted, schema)) == dump_json(annotation_json(gold, schema))
    else:
        first = load_annotation(shipped.rounds / "r01" / "model-a" / f"{ARTICLE}.json", schema)
        for table in ("mentions", "statements", "actions", "events", "event_links"):
            bare = [[{**row, "provenance": None} for row in one[table]] for one in (first, gold)]
            assert bare[0] == bare[1]


def test_what_round_r01_decided_fits_the_schema(shipped: Project, schema: Schema) -> None:
    made = merged(shipped, schema).annotations[ARTICLE]
    for name, rows in made.tables.items():
        validator = Draft202012Validator(schema.table(name).stored_schema)
        assert rows
        assert [error.message for row in rows for error in validator.iter_errors(row)] == []


def test_provenance_of_each_record(shipped: Project, schema: Schema) -> None:
    made = merged(shipped, schema)
    plan = load_round(shipped, "r01")
    decided = {one.unit for one in load_decisions(decisions_path(shipped, "r01"))}
    for table in ("mentions", "statements", "actions"):
        key = schema.table(table).key[0]
        for row in made.annotations[ARTICLE][table]:
            assert row["provenance"]["decision"] == ("adjudicated" if row[key] in decided else "agreed")
            assert row["provenance"]["annotators"] == [one.name for one in plan.annotators]
            assert row["provenance"]["reviewed_by_person"] is False
    assert set(made.counts) == {"agreed", "adjudicated"}


def test_the_denied_evacuation_keeps_its_two_views(shipped: Project, schema: Schema) -> None:
    made = merged(shipped, schema).annotations[ARTICLE]
    actors = {one["actor_id"]: one for one in [*load_actors(shipped.actors, schema), *made["actors"]]}
    article = json.loads((shipped.articles / f"{ARTICLE}.json").read_text(encoding="utf-8"))
    rows = derive(made, article, actors, schema)["actions"]
    found = next(row for row in rows if row["action_id"].endswith(".E30"))
    assert (found["status"], found["asserted_by"]) == ("denied", ["EMB"])
    assert [(one["view_of"], one["status"]) for one in found["views"]] == [
        ("EMB", "denied"),
        (None, "planned"),
    ]
    assert all(row["asserted_in"] == AUTHOR or row["asserted_in"].startswith(ARTICLE) for row in rows)


def test_open_disagreements_refuse(round_project: Project, schema: Schema) -> None:
    decisions = load_decisions(decisions_path(round_project, "r01"))
    with pytest.raises(MergeError, match="1 disagreements are open"):
        merged(round_project, schema, decisions[1:])
    with pytest.raises(MergeError, match="253 disagreements are open"):
        merged(round_project, schema, [])


def test_stale_decisions_refuse(round_project: Project, schema: Schema) -> None:
    decisions = load_decisions(decisions_path(round_project, "r01"))
    save_decisions(
        [replace(decisions[0], text_sha256="0" * 64), *decisions[1:]], decisions_path(round_project, "r01")
    )
    with pytest.raises(MergeError, match="cannot be applied") as caught:
        merged(round_project, schema)
    assert "line 1" in str(caught.value)
    assert "text has changed" in str(caught.value)


def test_a_record_may_not_refer_to_what_was_rejected(round_project: Project, schema: Schema) -> None:
    """S16 is realised by an action: without it that action has nothing to refer to."""
    decisions = load_decisions(decisions_path(round_project, "r01"))
    number = next(n for n, one in enumerate(decisions) if one.unit == f"{ARTICLE}.S16")
    decisions[number] = replace(decisions[number], take=None, fields={}, set={}, nothing=True)
    with pytest.raises(MergeError, match="refers to what is not kept") as caught:
        merged(round_project, schema, decisions)
    assert caught.value.field == "realises_statement_id"


def test_a_mend_must_keep_to_the_schema_and_the_text(round_project: Project, schema: Schema) -> None:
    decisions = load_decisions(decisions_path(round_project, "r01"))
    number = next(n for n, one in enumerate(decisions) if one.unit == f"{ARTICLE}.S16")
    for values, message in (
        ({"speech_act": "shouting"}, "breaks the schema"),
        ({"volume": 11}, "no column"),
        ({"cue_spans": [{"start": 0, "end": 3, "text": "???"}]}, "not in the text"),
    ):
        wrong = [*decisions]
        wrong[number] = replace(wrong[number], set=values)
        with pytest.raises(Exception, match=message):
            merged(round_project, schema, wrong)


def test_a_unit_that_nobody_had_can_be_added(round_project: Project, schema: Schema) -> None:
    decisions = load_decisions(decisions_path(round_project, "r01"))
    text = texts(round_project, load_round(round_project, "r01"))[ARTICLE]
    start = text.index("reporters")
    unit = f"{ARTICLE}.x1"
    added = Decision(
        ARTICLE, "mentions", unit, decisions[0].text_sha256, {}, None, "oversight", "me", "person", "0.2.0",
        set={"start": start, "end": start + 9, "text": "reporters", "mention_type": "NOM", "actor_id": "BIDEN"},
    )  # fmt: skip
    rows = merged(round_project, schema, [*decisions, added]).annotations[ARTICLE]["mentions"]
    row = next(one for one in rows if one["mention_id"] == unit)
    assert row["provenance"]["decision"] == "adjudicated"
    assert row["provenance"]["reviewed_by_person"] is True


def test_one_annotator_alone_is_single(round_project: Project, schema: Schema) -> None:
    (round_project.rounds / "r01" / "model-b" / f"{ARTICLE}.json").unlink()
    made = merged(round_project, schema, [])
    assert set(made.counts) == {"single"}
    first = load_annotation(round_project.rounds / "r01" / "model-a" / f"{ARTICLE}.json", schema)
    assert {row["action_id"] for row in made.annotations[ARTICLE]["actions"]} == {
        row["action_id"] for row in first["actions"]
    }


def test_gold_survives_a_third_annotator_who_says_what_one_said(
    round_project: Project, schema: Schema
) -> None:
    """Nothing is asked again, and no record changes but for the names in its provenance."""
    before = merged(round_project, schema).annotations[ARTICLE]
    path = round_project.rounds / "r01" / "round.json"
    plan = json.loads(path.read_text(encoding="utf-8"))
    plan["annotators"].append({"name": "carol", "kind": "person"})
    plan["assignments"]["carol"] = [ARTICLE]
    path.write_text(json.dumps(plan), encoding="utf-8")
    shutil.copytree(round_project.rounds / "r01" / "model-b", round_project.rounds / "r01" / "carol")
    assert open_round(round_project, "r01", schema).open == []
    after = merged(round_project, schema).annotations[ARTICLE]
    for table, rows in before.tables.items():
        bare = [[{**row, "provenance": None} for row in one] for one in (rows, after[table])]
        assert bare[0] == bare[1], table
    kinds = {row["provenance"]["annotator_kind"] for rows in after.tables.values() for row in rows}
    assert kinds == {"mixed"}


def test_an_annotation_of_another_text_is_refused(round_project: Project, schema: Schema) -> None:
    path = round_project.rounds / "r01" / "model-b" / f"{ARTICLE}.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(load_annotation(path, schema).text_sha256, "0" * 64), encoding="utf-8")
    with pytest.raises(RoundError, match="another text"):
        merged(round_project, schema)
    assert Path(path).exists()
