"""Building: deterministic, all or nothing, and equal in content whatever wrote the bytes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from dying import before_step

from communique.corpus.build import build, check
from communique.corpus.digest import combined, row_digest
from communique.corpus.load import load, load_arrow
from communique.corpus.manifest import read_manifest, sha256_of
from communique.corpus.shards import ARTICLES_PER_SHARD, shard_count, shard_of
from communique.errors import CommuniqueError, ProjectError
from communique.project import Project
from communique.schema import load_schema

_BUILD = (
    "import sys; from pathlib import Path; from communique.project import Project;"
    "from communique.corpus.build import build; build(Project(Path(sys.argv[1])))"
)


def _bytes(folder: Path) -> dict[str, bytes]:
    names = [*folder.glob("data/**/*.parquet"), folder / "manifest.json", folder / "README.md"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in names}


def test_the_shipped_corpus_is_up_to_date(shipped: Project) -> None:
    assert check(shipped) == []


def test_same_input_same_bytes(project: Project, tmp_path: Path) -> None:
    build(project, tmp_path / "one")
    build(project, tmp_path / "two")
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_content_and_file_names_are_those_of_the_committed_build(project: Project, tmp_path: Path) -> None:
    """The committed tables may have been written by another pyarrow: names and digests agree all the same."""
    fresh = build(project, tmp_path / "fresh").manifest
    committed = read_manifest(project.corpus)
    for name, table in committed["tables"].items():
        assert table["digest"] == fresh["tables"][name]["digest"]
        assert [file["path"] for file in table["files"]] == [
            file["path"] for file in fresh["tables"][name]["files"]
        ]


def test_a_rebuild_writes_and_removes_nothing(project: Project) -> None:
    again = build(project)
    assert (again.written, again.removed) == ([], [])


def test_digest_of_rows_is_that_of_the_parquet(project: Project) -> None:
    """The digest can be recomputed from the files alone."""
    manifest = read_manifest(project.corpus)
    schema = load_schema(project.schema)
    from communique.corpus.parquet import records

    for name, entry in manifest["tables"].items():
        rows = records(load_arrow(name, path=project.root)[1], schema.table(name))
        assert combined(row_digest(row) for row in rows) == entry["digest"]


def test_parquet_is_written_as_promised(project: Project) -> None:
    import pyarrow.parquet as pq

    for entry in read_manifest(project.corpus)["tables"]["statements"]["files"]:
        group = pq.ParquetFile(project.corpus / entry["path"]).metadata.row_group(0)
        assert group.column(0).compression == "ZSTD"
        assert group.column(0).has_offset_index
        assert group.sorting_columns[0].column_index == 0


def test_every_flipped_byte_is_noticed(project: Project) -> None:
    entry = read_manifest(project.corpus)["tables"]["events"]["files"][0]
    path = project.corpus / entry["path"]
    whole = path.read_bytes()
    for position in random.Random(7).sample(range(len(whole)), 25):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(ProjectError, match="has changed"):
            load("events", path=project.root)
    path.write_bytes(whole[:-10])
    with pytest.raises(ProjectError, match="another size"):
        load("events", path=project.root)
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(ProjectError, match="LFS pointer"):
        load("events", path=project.root)
    path.unlink()
    assert any(entry["path"] in line for line in check(project))
    build(project)
    assert load("events", path=project.root).num_rows == entry["rows"]
    assert check(project) == []


def _edit(project: Project, change: Any) -> None:
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def test_check_notices_a_changed_annotation(project: Project) -> None:
    _edit(project, lambda data: data["events"][0].update(gloss="Something else"))
    found = check(project)
    assert any(line.startswith("events:") for line in found)
    assert not any(line.startswith("mentions:") for line in found)


def test_only_the_changed_table_is_written_again(project: Project) -> None:
    _edit(project, lambda data: data["event_links"][0].update(note="See above."))
    built = build(project)
    assert sorted(path.split("/")[1] for path in built.written if "/" in path) == ["event_links"]
    assert [path.split("/")[1] for path in built.removed] == ["event_links"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.update(text_sha256="0" * 64), "another text"),
        (lambda data: data["actions"][0].update(event_id="nowhere.V99"), "contradicts itself"),
        (lambda data: data["mentions"][0].update(actor_id="NOBODY"), "contradicts itself"),
        (lambda data: data["statements"][0].pop("cue_spans"), "contradicts itself"),
    ],
)
def test_a_faulty_annotation_stops_the_build_and_changes_nothing(
    project: Project, change: Any, words: str
) -> None:
    before = _bytes(project.corpus)
    _edit(project, change)
    with pytest.raises(CommuniqueError, match=words):
        build(project)
    assert _bytes(project.corpus) == before


def test_gold_without_its_article_is_refused(project: Project) -> None:
    path = next(project.gold.glob("*.json"))
    shutil.copy(path, path.with_name("nobody-20200101-none.json"))
    with pytest.raises(ProjectError, match="without its article"):
        build(project)


def test_an_article_without_annotation_and_an_empty_corpus(project: Project, tmp_path: Path) -> None:
    """Tables without rows have no file and no configuration, and still load by our own loader."""
    for path in project.gold.glob("*.json"):
        path.unlink()
    built = build(project, tmp_path / "out")
    assert built.counts()["articles"] >= 1
    assert built.counts()["statements"] == 0
    assert "config_name: statements" not in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert load("statements", path=tmp_path / "out").num_rows == 0
    for path in project.articles.glob("*.json"):
        path.unlink()
    assert build(project).counts()["articles"] == 0
    assert load("articles", path=project.root).num_rows == 0


def test_shards_are_article_aligned_and_stable() -> None:
    assert [shard_count(n) for n in (0, 1, ARTICLES_PER_SHARD, ARTICLES_PER_SHARD + 1)] == [1, 1, 1, 2]
    ids = [f"paper-20200101-{n}" for n in range(2000)]
    for one in ids:
        assert shard_of(one, 8) // 2 == shard_of(one, 4)  # a doubling splits shards, it does not shuffle them
    sizes = [sum(shard_of(one, 4) == shard for one in ids) for shard in range(4)]
    assert min(sizes) > 400
    assert shard_of(None, 8) == 0


def test_many_shards_hold_each_article_together(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import communique.corpus.build as module

    monkeypatch.setattr(module, "shard_count", lambda articles: 4)
    article = next(project.articles.glob("*.json"))
    record = json.loads(article.read_text(encoding="utf-8"))
    for number in range(12):
        copy = {**record, "article_id": f"copy-20200101-{number}"}
        (project.articles / f"{copy['article_id']}.json").write_text(json.dumps(copy), encoding="utf-8")
    manifest = build(project).manifest
    assert manifest["shards"] == 4
    home = {file["shard"] for file in manifest["tables"]["articles"]["files"]}
    assert len(home) > 1
    for name in ("mentions", "statements", "actions"):
        assert [file["shard"] for file in manifest["tables"][name]["files"]] == [
            shard_of(record["article_id"], 4)
        ]
    assert load("articles", path=project.root).num_rows == manifest["tables"]["articles"]["rows"]


@pytest.mark.slow
def test_killed_at_any_moment_the_corpus_still_loads(project: Project) -> None:
    """kill -9 at random moments, twenty times, each time with something to rebuild."""
    rng = random.Random(3)
    killed = 0
    for number in range(20):
        _edit(project, lambda data, n=number: [event.update(gloss=f"Event {n}") for event in data["events"]])
        process = subprocess.Popen([sys.executable, "-c", _BUILD, str(project.root)])
        time.sleep(0.15 + rng.random() * 0.9)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        glosses = set(load("events", path=project.root)["gloss"])
        assert len(glosses) == 1 or number == 0 or all(not gloss.startswith("Event") for gloss in glosses)
        assert _loads_with_datasets(project) == len(load("events", path=project.root))
    assert killed >= 5
    build(project)
    assert check(project) == []
    assert not list(project.corpus.rglob("*.tmp"))


@pytest.mark.slow
def test_killed_while_any_file_is_written_the_next_build_leaves_nothing_behind(project: Project) -> None:
    """Dies between writing and renaming the first file, the second, … until a build writes no more files than that."""
    for number in range(40):
        _edit(project, lambda data, n=number: [event.update(gloss=f"Event {n}") for event in data["events"]])
        # Of the three steps of a file the last puts it in its place.
        ended = subprocess.run(
            [sys.executable, "-c", before_step(3 * number + 3) + _BUILD, str(project.root)]
        )
        died = ended.returncode == -signal.SIGKILL
        assert bool(list(project.corpus.rglob(".*.tmp"))) == died
        assert len(load("events", path=project.root))
        build(project)
        assert not list(project.corpus.rglob(".*.tmp"))
        assert check(project) == []
        if not died:
            assert number > 3
            return
    raise AssertionError("a build of one changed table writes more than 40 files")


def _loads_with_datasets(project: Project) -> int:
    from datasets import load_dataset

    stream = load_dataset(str(project.corpus), "events", split="train", streaming=True)
    return sum(1 for _ in stream)


def test_manifest_names_every_file_and_its_digest(project: Project) -> None:
    manifest = read_manifest(project.corpus)
    entries = [entry for table in manifest["tables"].values() for entry in table["files"]]
    assert {entry["path"] for entry in entries} == {
        path.relative_to(project.corpus).as_posix() for path in project.corpus.glob("data/**/*.parquet")
    }
    assert all(sha256_of(project.corpus / entry["path"]) == entry["sha256"] for entry in entries)
