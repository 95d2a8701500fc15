"""Loading: with datasets, with our own loader, from anywhere, and never stale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import communique
from communique.corpus.build import build
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema

FIRST = "guardian-20211207-joe-biden-vladimir-putin-virtual"


def test_every_table_loads_with_datasets(project: Project, tmp_path: Path, schema: Schema) -> None:
    from datasets import load_dataset

    for name, table in schema.tables.items():
        ours = communique.load(name, path=project.root)
        plain = load_dataset(str(project.corpus), name, split="train", cache_dir=str(tmp_path / "cache"))
        assert plain.column_names == [column.name for column in table.columns]
        assert plain.to_list() == ours.to_list()
        assert plain.features == ours.features
        stream = load_dataset(str(project.corpus), name, split="train", streaming=True)
        assert list(stream) == plain.to_list()


def test_a_rebuilt_corpus_is_never_stale(project: Project, tmp_path: Path) -> None:
    from datasets import load_dataset

    def glosses() -> set[str]:
        return set(
            load_dataset(str(project.corpus), "events", split="train", cache_dir=str(tmp_path / "cache"))[
                "gloss"
            ]
        )

    before = glosses()
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["events"][0]["gloss"] = "A new gloss"
    path.write_text(json.dumps(data), encoding="utf-8")
    build(project)
    assert glosses() - before == {"A new gloss"}


def test_loads_from_another_working_directory(project: Project, tmp_path: Path) -> None:
    code = (
        "from datasets import load_dataset; import communique, sys;"
        "d = load_dataset(sys.argv[1] + '/corpus', 'statements', split='train', streaming=True);"
        "rows = [communique.load('statements', path=sys.argv[1]).num_rows, communique.load('statements').num_rows];"
        "print(sum(1 for _ in d), *rows)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(project.root)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(set(run.stdout.split())) == 1


def test_annotations_load_without_the_text(project: Project) -> None:
    """The text can be gone altogether: no other table reads it."""
    for path in (project.corpus / "data" / "articles").glob("*.parquet"):
        path.unlink()
    assert communique.load("statements", path=project.root).num_rows > 0
    assert communique.load("claims", path=project.root).num_rows > 0


def test_columns_frames_and_class_labels(project: Project, schema: Schema) -> None:
    chosen = communique.load("articles", path=project.root, columns=["article_id", "published_on"])
    assert chosen.column_names == ["article_id", "published_on"]
    labelled = communique.load("actions", path=project.root, class_labels=["status"])
    plain = communique.load("actions", path=project.root)
    names = labelled.features["status"].names
    assert [names[code] for code in labelled["status"]] == list(plain["status"])
    assert len(plain.to_pandas()) == plain.num_rows == plain.to_polars().height


def test_wrong_names_say_what_there_is(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="statements"):
        communique.load("statement", path=project.root)
    with pytest.raises(ProjectError, match="cue_text"):
        communique.load("statements", path=project.root, columns=["cue"])
    with pytest.raises(ProjectError, match="train"):
        communique.load("statements", path=project.root, split="test")
    with pytest.raises(ProjectError, match="does not exist"):
        communique.load("statements", path=tmp_path / "nowhere")
    with pytest.raises(ProjectError, match="There is no article"):
        communique.open_corpus(project.root)["nothing"]


def test_rows_can_be_read_without_a_join(project: Project) -> None:
    frame = communique.load("actions", path=project.root).to_pandas()
    row = frame[frame["trigger_text"] == "evacuate"].iloc[0]
    assert (row["status"], list(row["asserted_by_names"])) == ("denied", ["US embassy in Kyiv"])
    assert row["publisher"] == "The Guardian"
    claims = communique.load("claims", path=project.root).to_pandas()
    views = claims[claims["action_id"] == row["action_id"]]
    assert set(zip(views["status"], views["primary"], strict=True)) >= {("denied", True)}
    assert not views["exportable"].any()


def test_articles_as_objects(project: Project) -> None:
    corpus = communique.open_corpus(project.root)
    article = corpus["guardian-20211207"]
    assert isinstance(article, communique.Article)
    assert article.article_id == FIRST
    assert [one.article_id for one in corpus][:1] == [FIRST]
    everything = [one for root in article.statements for one in root.walk()]
    assert len(everything) == communique.load("statements", path=project.root).num_rows
    nested = [one for one in everything if one.record["nesting_depth"] > 0]
    assert nested
    for root in article.statements:
        assert all(child.parent_statement_id == root.statement_id for child in root.children)
    for action in article.actions:
        assert [actor["canonical_name"] for actor in action.agents] == action.agent_names
        assert [actor["canonical_name"] for actor in action.asserters] == action.asserted_by_names
    with pytest.raises(AttributeError, match="no 'nonsense'"):
        _ = article.nonsense


def test_highlight_keeps_every_character_and_escapes_markup(project: Project) -> None:
    import re
    from html import unescape

    article = communique.open_corpus(project.root)[FIRST]
    marked = article.highlight()
    assert "".join(marked.text[run.start : run.end] for run in marked.runs) == article.text
    assert marked.rich(0, len(article.text)).plain == article.text
    assert unescape(re.sub(r"<[^>]+>", "", marked.html())) == article.text
    hostile = communique.Article(
        {**article.record, "text": "<script>alert(1)</script>"},
        {name: [] for name in article.rows},
        article.actors,
        article.status_groups,
    )
    assert "<script>" not in hostile.highlight().html()
