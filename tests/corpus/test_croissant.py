"""What the corpus says of itself: croissant.json, validated and loaded by mlcroissant, and the card."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from communique.corpus.build import build
from communique.corpus.cardlint import lint_card, typed_figures
from communique.corpus.croissant import CROISSANT, croissant, croissant_json
from communique.corpus.hydrate import hydrate
from communique.corpus.hydrate_texts import Copy
from communique.corpus.load import load_arrow
from communique.corpus.manifest import read_manifest
from communique.corpus.public import publish
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again


def _loaded(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, Any]]]:
    import mlcroissant

    logging.disable(logging.WARNING)
    try:
        made = mlcroissant.Dataset(jsonld=str(corpus / CROISSANT), mapping={"repo": str(corpus)})
        assert not made.metadata.ctx.issues.errors
        return {one.id: list(made.records(one.id)) for one in made.metadata.record_sets}
    finally:
        logging.disable(logging.NOTSET)


def _plain(value: Any, prefix: str = "") -> Any:
    """A record of mlcroissant as our own: bytes are text, names are without the record set."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {name.removeprefix(prefix): _plain(child, f"{name}/") for name, child in value.items()}
    if isinstance(value, list):
        return [_plain(child, prefix) for child in value]
    return value


@pytest.mark.parametrize("form", ["whole", "public", "restored"])
def test_every_table_loads_with_mlcroissant(
    project: Project, schema: Schema, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = project.corpus
    manifest = read_manifest(corpus)
    if form == "whole":
        facts = json.loads(project.facts.read_text(encoding="utf-8"))
        (corpus / CROISSANT).write_text(croissant_json(schema, manifest, facts), encoding="utf-8")
    else:
        publish(project, tmp_path / "public")
        corpus = tmp_path / "public" / "corpus"
    if form == "restored":
        texts = [
            json.loads(path.read_text(encoding="utf-8"))["text"] for path in project.articles.glob("*.json")
        ]
        hydrate(tmp_path / "public", [Copy(text, str(at)) for at, text in enumerate(texts)], tmp_path / "out")
        corpus = tmp_path / "out" / "corpus"
    found = _loaded(corpus, monkeypatch)
    assert found.keys() == {name for name, entry in manifest["tables"].items() if entry["rows"]}
    for name, rows in found.items():
        ours = load_arrow(name, path=corpus.parent)[1].to_pylist()
        assert len(rows) == len(ours), name
        first = _plain(rows[0], f"{name}/")
        assert first.keys() == ours[0].keys()
        key = schema.table(name).key
        assert {tuple(_plain(row[f"{name}/{one}"]) for one in key) for row in rows} == {
            tuple(row[one] for one in key) for row in ours
        }
    if form != "public":
        ours = {
            row["statement_id"]: row for row in load_arrow("statements", path=corpus.parent)[1].to_pylist()
        }
        for row in found["statements"]:
            mine = _plain(row, "statements/")
            theirs = ours[mine["statement_id"]]
            for column in ("cue_spans", "content_spans", "provenance", "source_actor_ids"):
                assert mine[column] == theirs[column]


def test_keys_references_and_responsible_ai_fields_are_there(project: Project, schema: Schema) -> None:
    manifest = read_manifest(project.corpus)
    made = croissant(schema, manifest, {"name": "x", "title": "X", "rai": {"dataBiases": "Ours."}})
    sets = {one["@id"]: one for one in made["recordSet"]}
    assert sets["claims"]["key"] == [{"@id": f"claims/{one}"} for one in schema.table("claims").key]
    fields = {one["@id"]: one for one in sets["actions"]["field"]}
    assert fields["actions/event_id"]["references"] == {"field": {"@id": "events/event_id"}}
    assert made["rai:dataBiases"] == "Ours."
    assert "1.1" in made["conformsTo"][0]


def test_the_card_of_the_shipped_corpus_passes_the_lint(shipped: Project) -> None:
    assert lint_card(shipped.corpus) == []
    assert typed_figures(shipped.card_text.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("## Citation", "## Cite", "no section 'citation'"),
        ("license: cc-by-4.0", "license: mine", "no license 'mine'"),
        ("pretty_name:", "name:", "lacks pretty_name"),
        ("default: true", "default: false", "exactly one configuration"),
        ("description: sha256-", "description: sha256-0", "another digest"),
        ("data/claims/train", "data/claims/test", "other files"),
        ("config_name: claims", "config_name: claim", "don't match"),
        ("## Load", "## Load\n\n{{ left }}", "not filled in"),
        ("---\npretty_name", "pretty_name", "no front matter"),
        ("configs:", "configs: [", "no YAML"),
    ],
)
def test_the_lint_finds(project: Project, before: str, after: str, word: str) -> None:
    path = project.corpus / "README.md"
    build(project)
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert any(word in one for one in lint_card(project.corpus)), lint_card(project.corpus)


def test_typed_figures_are_found_and_code_is_not() -> None:
    assert typed_figures("There are 42 articles.\n`0-based` {{ rows }} CC-BY-4.0 x1\n1,200 rows") == [
        "line 1: 42", "line 3: 1,200",
    ]  # fmt: skip


def test_figures_follow_the_data_and_unknown_places_are_refused(project: Project) -> None:
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["provenance"].update(annotators=["somebody-new"], reviewed_by_person=True, decision="adjudicated")
    path.write_text(json.dumps(data), encoding="utf-8")
    build(project)
    text = (project.corpus / "README.md").read_text(encoding="utf-8")
    assert "| somebody-new |" in text
    project.card_text.write_text("{{ nothing.such }}", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"unknown figure 'nothing.such'"):
        build(project)


def test_agreement_comes_from_the_rounds_report(project: Project) -> None:
    folder = project.rounds / "r07"
    folder.mkdir(parents=True)
    figure = {
        "layer": "statements",
        "measure": "alpha",
        "pair": ["a", "b"],
        "label": None,
        "value": 0.71234,
        "units": 1200,
        "matched": 900,
        "low": 0.6,
        "high": 0.8,
        "interval_reason": None,
    }
    bare = {**figure, "measure": "agreement", "low": None, "high": None, "interval_reason": "1 document"}
    (folder / "agreement.json").write_text(
        json.dumps({"round": "r07", "figures": [figure, bare]}), encoding="utf-8"
    )
    build(project)
    text = (project.corpus / "README.md").read_text(encoding="utf-8")
    assert "| statements | a and b | 1,200 | 900 | alpha 0.712 [0.60, 0.80] · agreement 0.712 |" in text
    assert "Where no 95 % interval stands: 1 document." in text
