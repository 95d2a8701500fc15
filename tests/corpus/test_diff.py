"""The diff: complete, symmetric, and told in the terms of the field."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import FIRST

from communique.corpus.build import build
from communique.corpus.diff import apply, compare, diff, joined
from communique.corpus.diff_render import as_dict, as_markdown, as_text
from communique.corpus.diff_schema import schema_changes
from communique.corpus.diff_step import step_of
from communique.corpus.diff_terms import changes
from communique.corpus.load import load_arrow
from communique.corpus.manifest import read_manifest
from communique.corpus.parquet import to_arrow
from communique.corpus.snapshot import Snapshot, open_snapshot
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema, load_schema

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def pair(project: Project, tmp_path: Path) -> tuple[Project, Project]:
    """Two copies of the shipped project: A as it is, B to change."""
    shutil.copytree(project.root, tmp_path / "b")
    return project, Project(tmp_path / "b")


def _edit(project: Project, change: Edit) -> None:
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    build(project)


def _diff(a: Project, b: Project) -> Any:
    return diff(Snapshot("A", a), Snapshot("B", b))


def _kinds(a: Project, b: Project) -> dict[str, int]:
    return {one.kind: one.count for one in changes(_diff(a, b), load_schema(b.schema))}


def _reparent(data: dict[str, Any]) -> None:
    next(row for row in data["statements"] if row.get("parent_statement_id"))["parent_statement_id"] = None


def _merge_actors(data: dict[str, Any]) -> None:
    groups = [row["actor_id"] for row in data["actors"]]
    text = json.dumps(data).replace(f'"{groups[1]}"', f'"{groups[0]}"')
    changed = json.loads(text)
    changed["actors"] = [row for row in changed["actors"] if row["actor_id"] == groups[0]][:1] + changed[
        "actors"
    ][2:]
    data.clear()
    data.update(changed)


def _move_span(data: dict[str, Any]) -> None:
    row = next(row for row in data["mentions"] if len(row["text"]) > 4)
    row.update(start=row["start"] + 1, text=row["text"][1:])


KINDS: dict[str, tuple[Edit, str]] = {
    "statement re-parented": (_reparent, "major"),
    "mention span moved": (_move_span, "major"),
    "actors merged": (_merge_actors, "major"),
    "action status changed": (lambda data: data["actions"][0].update(status="planned"), "major"),
    "action moved to another event": (
        lambda data: data["actions"][0].update(event_id=data["actions"][9]["event_id"]), "major",
    ),
    "statement relabelled: speech act": (lambda data: data["statements"][3].update(speech_act="threaten"), "major"),
    "link between events removed": (lambda data: data["event_links"].pop(), "major"),
    "only remarks or provenance changed": (lambda data: data["events"][0].update(note="See above."), "patch"),
    "event: gloss changed": (lambda data: data["events"][0].update(gloss="Another gloss"), "major"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_change_is_called_by_its_name(pair: tuple[Project, Project], kind: str) -> None:
    a, b = pair
    change, step = KINDS[kind]
    _edit(b, change)
    assert kind in _kinds(a, b)
    made = _diff(a, b)
    assert step_of(made, load_schema(b.schema))[0] == step
    text = as_text(made, load_schema(b.schema))
    told = kind.removeprefix("link between events ").split(" ", 1)[-1]
    assert f" 1  {told}" in text or told == "remarks or provenance changed"
    assert f"{FIRST}." not in text
    assert as_dict(made, load_schema(b.schema))["records"]


def test_articles_added_and_superseded_and_split(pair: tuple[Project, Project]) -> None:
    a, b = pair
    path = b.articles / f"{FIRST}.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    more = {**record, "article_id": "paper-20200101-more"}
    (b.articles / "paper-20200101-more.json").write_text(json.dumps(more), encoding="utf-8")
    build(b)
    assert _kinds(a, b) == {"article added": 1}
    assert _kinds(b, a) == {"article removed": 1}
    assert step_of(_diff(a, b), load_schema(b.schema))[0] == "minor"
    assert step_of(_diff(b, a), load_schema(b.schema))[0] == "major"
    path.write_text(json.dumps({**record, "split": "test"}), encoding="utf-8")
    build(b)
    assert _kinds(a, b)["split changed"] == 1


def test_an_added_article_of_known_actors_is_a_minor_step(pair: tuple[Project, Project]) -> None:
    """Counts and wordings of registry actors follow; nothing old has changed."""
    a, b = pair
    other = "paper-20200101-more"
    for folder in (b.articles, b.gold):
        text = (folder / f"{FIRST}.json").read_text(encoding="utf-8").replace(FIRST, other)
        (folder / f"{other}.json").write_text(text, encoding="utf-8")
    build(b)
    made = _diff(a, b)
    assert made.tables["actors"].counts["changed"] > 0
    assert step_of(made, load_schema(b.schema))[0] == "minor"


def test_applying_the_diff_of_two_builds_gives_the_other(pair: tuple[Project, Project]) -> None:
    a, b = pair
    for change, _ in KINDS.values():
        _edit(b, change)
    made = _diff(a, b)
    for name, table in made.tables.items():
        old, new = (pl.from_arrow(load_arrow(name, path=one.root)[1]) for one in (a, b))
        key = list(table.key)
        assert apply(old, table).sort(key).equals(new.sort(key))
        assert apply(new, table.inverse()).sort(key).equals(old.sort(key))


_rows = st.dictionaries(
    st.sampled_from([f"a.V{n}" for n in range(12)]),
    st.tuples(st.sampled_from(["x", "y", ""]), st.sampled_from(["CONSULT", "COERCE"]), st.sampled_from([None, "n"]),
              st.lists(st.sampled_from(["a.E1", "a.E2"]), max_size=2)),
)  # fmt: skip


def _frame(rows: dict[str, tuple[Any, ...]], schema: Schema) -> pl.DataFrame:
    table = schema.table("events")
    made = [
        {**dict.fromkeys(table.by_name), "event_id": key, "article_id": "a", "gloss": gloss, "event_type": kind,
         "note": note, "action_ids": ids, "statuses": [], "provenance": {"round": gloss, "annotators": ids}}
        for key, (gloss, kind, note, ids) in rows.items()
    ]  # fmt: skip
    return pl.from_arrow(to_arrow(made, table))  # type: ignore[return-value]


@settings(max_examples=150)
@given(before=_rows, after=_rows)
def test_a_diff_is_complete_and_symmetric(schema: Schema, before: Any, after: Any) -> None:
    table = schema.table("events")
    old, new = _frame(before, schema), _frame(after, schema)
    made, back = compare(old, new, table), compare(new, old, table)
    key = list(table.key)
    assert apply(old, made).sort(key).equals(new.sort(key))
    assert apply(new, made.inverse()).sort(key).equals(old.sort(key))
    assert made.inverse().counts == back.counts
    assert made.added.equals(back.removed)
    assert made.before.equals(back.after)
    assert made.columns == back.columns
    assert made.counts["changed"] == sum(before[one] != after[one] for one in before.keys() & after.keys())


@settings(max_examples=100)
@given(before=_rows, after=_rows, shards=st.data())
def test_compared_shard_by_shard_the_diff_is_the_same(
    schema: Schema, before: Any, after: Any, shards: st.DataObject
) -> None:
    """Also when a record lies in another shard than before."""
    table = schema.table("events")
    old, new = _frame(before, schema), _frame(after, schema)

    def dealt(frame: pl.DataFrame) -> list[pl.DataFrame]:
        of = shards.draw(st.lists(st.integers(0, 2), min_size=frame.height, max_size=frame.height))
        return [frame.filter(pl.Series(of, dtype=pl.Int64) == number) for number in range(3)]

    parts = [compare(one, other, table) for one, other in zip(dealt(old), dealt(new), strict=True)]
    whole, made = compare(old, new, table), joined(parts, table)
    assert made.columns == whole.columns
    for name in ("removed", "added", "before", "after"):
        assert getattr(made, name).equals(getattr(whole, name))


def test_rows_with_the_same_key_are_matched_one_by_one(schema: Schema) -> None:
    table = schema.table("claims")
    row = {**dict.fromkeys(table.by_name), "action_id": "a.E1", "asserter_id": None, "asserted_in": "a.S1"}
    old = pl.from_arrow(to_arrow([row, {**row, "status": "claimed"}], table))
    new = pl.from_arrow(to_arrow([row, {**row, "status": "claimed"}, {**row, "status": "denied"}], table))
    made = compare(old, new, table)
    assert made.counts["added"] == 1
    assert sorted(apply(old, made)["status"].to_list(), key=str) == sorted(new["status"].to_list(), key=str)


def test_a_diff_is_not_applied_to_another_version(schema: Schema) -> None:
    table = schema.table("events")
    old, new = _frame({"a.V1": ("x", "CONSULT", None, [])}, schema), _frame({}, schema)
    with pytest.raises(ProjectError, match="does not belong"):
        apply(new, compare(old, new, table))


def _change_schema(project: Project, table: str, change: Edit) -> None:
    path = project.schema / f"{table}.schema.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def test_an_added_column_is_told_apart_from_the_records(pair: tuple[Project, Project]) -> None:
    a, b = pair
    column = {"title": "Mood", "description": "A new one.", "type": ["string", "null"], "default": None}
    _change_schema(b, "events", lambda data: data["properties"].update(mood=column))
    _edit(b, lambda data: data["events"][0].update(mood="dark"))
    made = _diff(a, b)
    assert [str(one) for one in made.schema] == ["column added: events.mood"]
    assert made.tables["events"].counts == {"added": 0, "removed": 0, "changed": 1}
    assert step_of(made, load_schema(b.schema))[0] == "minor"
    new = pl.from_arrow(load_arrow("events", path=b.root)[1])
    old = pl.from_arrow(load_arrow("events", path=a.root)[1])
    assert apply(old, made.tables["events"]).sort("event_id").equals(new.sort("event_id"))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["properties"].pop("note"),
        lambda data: data["properties"].update(
            note={"type": ["integer", "null"], "title": "n", "default": None}
        ),
        lambda data: data.update({"x-key": ["article_id", "event_id"]}),
    ],
)
def test_schemas_that_differ_by_a_major_version_are_refused(
    pair: tuple[Project, Project], change: Edit
) -> None:
    a, b = pair
    _change_schema(b, "events", change)
    assert schema_changes(load_schema(a.schema), load_schema(b.schema))[0].step == "major"
    with pytest.raises(ProjectError, match="differ by a major version") as error:
        _diff(a, b)
    assert "--schema" in str(error.value)


def test_prose_of_the_schema_is_a_patch(pair: tuple[Project, Project]) -> None:
    a, b = pair
    _change_schema(b, "events", lambda data: data["properties"]["gloss"].update(description="Better said."))
    found = schema_changes(load_schema(a.schema), load_schema(b.schema))
    assert [(one.kind, one.step) for one in found] == [("definition changed", "patch")]


def test_versions_are_named_by_path_git_and_current(project: Project, tmp_path: Path) -> None:
    git = ["git", "-C", str(project.root), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git[:3], "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)
    _edit(project, lambda data: data["actions"][0].update(status="planned"))
    with open_snapshot("HEAD", project) as a, open_snapshot("current", project) as b:
        assert diff(a, b).tables["actions"].counts["changed"] == 1
    for spec in ("nothing", "9.9.9", "--help", "nobody"):
        with pytest.raises(ProjectError), open_snapshot(spec, project):
            pass
    with open_snapshot(str(project.corpus), None) as found:
        assert found.manifest == read_manifest(project.corpus)


@pytest.mark.parametrize("how", ["flip", "cut", "pointer"])
def test_a_damaged_side_is_refused(pair: tuple[Project, Project], how: str) -> None:
    a, b = pair
    _edit(b, lambda data: data["events"][0].update(gloss="Another gloss"))
    path = next((b.corpus / "data" / "events").iterdir())
    data = path.read_bytes()
    damaged = {"flip": data[:99] + bytes([data[99] ^ 4]) + data[100:], "cut": data[:-4],
               "pointer": b"version https://git-lfs.github.com/spec/v1\n"}[how]  # fmt: skip
    path.write_bytes(damaged)
    with pytest.raises(ProjectError, match=r"changed|another size|LFS"):
        _diff(a, b)


def test_the_summary_quotes_few_words_only(pair: tuple[Project, Project]) -> None:
    """The changelog is published where the texts may not be."""
    from communique.corpus.runs import Runs

    a, b = pair
    _edit(b, lambda data: [row.update(mode="direct", note=None) for row in data["statements"]])
    _edit(
        b,
        lambda data: [
            row.update(start=row["start"] + 1, text=row["text"][1:])
            for row in data["mentions"]
            if len(row["text"]) > 9
        ],
    )
    runs = Runs()
    runs.add(FIRST, json.loads((a.articles / f"{FIRST}.json").read_text(encoding="utf-8"))["text"])
    text = as_markdown(_diff(a, b), load_schema(b.schema))
    assert "span moved" in text
    assert runs.find(text) == []
