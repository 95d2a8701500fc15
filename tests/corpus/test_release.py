"""Releases: the right number, immutable bytes, and nothing written when something is wrong."""

from __future__ import annotations

import datetime
import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FIRST

import communique
from communique.corpus.build import build, check
from communique.corpus.diff import diff
from communique.corpus.load import load_arrow
from communique.corpus.manifest import read_manifest, sha256_of
from communique.corpus.release import (
    cited,
    commit_and_tag,
    dirty,
    plan,
    refuse_unready,
    release,
    with_section,
)
from communique.corpus.snapshot import open_snapshot
from communique.corpus.versions import (
    after,
    numbers,
    releases,
    verify_version,
    verify_versions,
    version_folder,
)
from communique.errors import ProjectError
from communique.project import Project

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

DAY = datetime.date(2026, 11, 25)


def _edit(project: Project, change: Any) -> None:
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    build(project)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def released(project: Project) -> Project:
    (project.root / "CITATION.cff").write_text(
        "cff-version: 1.2.0\nversion: 0.1.0\ntitle: x\n", encoding="utf-8"
    )
    release(project, plan(project), DAY)
    return project


def test_the_first_release_is_whole_and_up_to_date(released: Project) -> None:
    manifest = read_manifest(released.corpus)
    assert manifest["version"] == "1.0.0"
    assert check(released) == []
    assert "version = {1.0.0}" in (released.corpus / "README.md").read_text(encoding="utf-8")
    assert [one.version for one in releases(released.corpus)] == ["1.0.0"]
    assert verify_versions(released.corpus) == []
    folder = version_folder(released.corpus, "v1.0.0")
    assert (folder / "manifest.json").read_bytes() == (released.corpus / "manifest.json").read_bytes()
    for table in manifest["tables"].values():
        for entry in table["files"]:
            assert sha256_of(folder / entry["path"]) == entry["sha256"]
    assert "## [1.0.0] - 2026-11-25" in (released.root / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (released.root / "CITATION.cff").read_text(encoding="utf-8")
    assert "version: 1.0.0\ndate-released: 2026-11-25\n" in citation
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert done.returncode == 0


def test_any_parquet_reader_opens_a_version(released: Project, tmp_path: Path) -> None:
    from datasets import load_dataset

    folder = released.corpus / "versions" / "1.0.0"
    made = load_dataset(str(folder), "events", split="train", cache_dir=str(tmp_path / "cache"))
    assert made.num_rows == read_manifest(folder)["tables"]["events"]["rows"]


@pytest.mark.parametrize(
    ("change", "step", "version"),
    [
        (lambda data: data["actions"][0].update(status="planned"), "major", "2.0.0"),
        (lambda data: data["event_links"].pop(), "major", "2.0.0"),
        (lambda data: data["mentions"].append({**data["mentions"][0], "mention_id": f"{FIRST}.m999"}), "minor", "1.1.0"),
        (lambda data: data["events"][0].update(note="See above."), "patch", "1.0.1"),
    ],
)  # fmt: skip
def test_the_step_is_computed_and_a_smaller_one_refused(
    released: Project, change: Any, step: str, version: str
) -> None:
    _edit(released, change)
    planned = plan(released)
    assert (planned.step, planned.version, planned.last) == (step, version, "1.0.0")
    if step != "patch":
        with pytest.raises(ProjectError, match="too small a step"):
            plan(released, "1.0.1")
    assert plan(released, "3.0.0").version == "3.0.0"
    before = _files(released.corpus / "versions" / "1.0.0")
    release(released, planned, DAY)
    assert _files(released.corpus / "versions" / "1.0.0") == before
    assert [one.version for one in releases(released.corpus)] == ["1.0.0", version]
    assert verify_versions(released.corpus) == []
    assert check(released) == []


def test_a_field_gone_is_a_major_step(released: Project) -> None:
    path = released.schema / "events.schema.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["properties"].pop("note")
    path.write_text(json.dumps(data), encoding="utf-8")
    _edit(released, lambda data: [row.pop("note", None) for row in data["events"]])
    planned = plan(released)
    assert (planned.step, planned.version, planned.diff) == ("major", "2.0.0", None)
    assert planned.reasons == ["column removed: events.note"]
    release(released, planned, DAY)
    # Each version is read with the schema that it was built with.
    assert "note" in load_arrow("events", path=released.root, version="1.0.0")[1].column_names
    assert "note" not in load_arrow("events", path=released.root, version="2.0.0")[1].column_names


def test_prose_alone_is_a_patch_and_nothing_is_no_release(released: Project) -> None:
    with pytest.raises(ProjectError, match=r"Nothing changed since 1.0.0"):
        plan(released)
    released.card_text.write_text(
        released.card_text.read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8"
    )
    build(released)
    assert (plan(released).step, plan(released).version) == ("patch", "1.0.1")


def test_versions_load_by_number_and_are_never_stale(released: Project) -> None:
    before = communique.load("actions", path=released.root, version="1.0.0").to_list()
    _edit(released, lambda data: data["actions"][0].update(status="planned"))
    assert read_manifest(released.corpus)["version"] == "1.0.0+changed"
    assert communique.load("actions", path=released.root, version="1.0.0").to_list() == before
    assert communique.load("actions", path=released.root).to_list() != before
    folder = released.corpus / "versions" / "1.0.0"
    assert communique.load("actions", path=folder).to_list() == before
    assert len(communique.open_corpus(released.root, version="v1.0.0")) == 1
    with pytest.raises(ProjectError, match=r"There is no version 3.1.4") as error:
        communique.load("actions", path=released.root, version="3.1.4")
    assert "1.0.0" in str(error.value)
    with pytest.raises(ProjectError, match="not a version number"):
        communique.load("actions", path=released.root, version="latest")


def test_a_corpus_without_versions_has_its_own_only(project: Project) -> None:
    """The wheel, for one."""
    own = read_manifest(project.corpus)["version"]
    assert communique.load("events", path=project.root, version=own).num_rows
    with pytest.raises(ProjectError, match=r"There is no version 9.9.9 here"):
        communique.load("events", path=project.root, version="9.9.9")


def test_a_shallow_clone_opens_every_version(released: Project, tmp_path: Path) -> None:
    git = ["git", "-C", str(released.root), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    _edit(released, lambda data: data["actions"][0].update(status="planned"))
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "-qm", "two"], check=True)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{released.root}", str(clone)], check=True)
    shutil.copytree(clone, tmp_path / "export", ignore=shutil.ignore_patterns(".git"))
    for copy in (clone, tmp_path / "export"):
        rows = communique.load("actions", path=copy, version="1.0.0").to_list()
        assert rows == communique.load("actions", path=released.root, version="1.0.0").to_list()
        assert rows != communique.load("actions", path=copy).to_list()
        assert verify_versions(Project(copy).corpus) == []
        with open_snapshot("1.0.0", Project(copy)) as a, open_snapshot("current", Project(copy)) as b:
            assert diff(a, b).tables["actions"].counts["changed"] == 1


def test_any_flipped_byte_of_a_version_is_noticed(released: Project) -> None:
    folder = released.corpus / "versions" / "1.0.0"
    rng = random.Random(11)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()] + [folder.parent / "versions.json"]
    for path in files:
        whole = path.read_bytes()
        at = rng.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :])
        assert verify_versions(released.corpus), path
        with pytest.raises(ProjectError):
            verify_version(released.corpus, "1.0.0")
        table = path.parent.name if path.suffix == ".parquet" else "events"
        with pytest.raises(ProjectError):
            communique.load(table, path=released.root, version="1.0.0")
        with pytest.raises(ProjectError):
            plan(released)
        path.write_bytes(whole)
    assert verify_versions(released.corpus) == []


def test_released_bytes_are_not_exchanged(released: Project) -> None:
    """A version rewritten with all its checksums, added files, a folder of no release, a folder gone."""
    folder = released.corpus / "versions" / "1.0.0"
    kept = released.root / "kept"
    shutil.copytree(folder, kept)
    _edit(released, lambda data: data["actions"][0].update(status="planned"))
    release(released, plan(released), DAY)
    shutil.rmtree(folder)
    shutil.copytree(released.corpus / "versions" / "2.0.0", folder)
    assert "was changed after its release" in str(verify_versions(released.corpus)[0])
    shutil.rmtree(folder)
    assert "are not here" in str(verify_versions(released.corpus)[0])
    shutil.copytree(kept, folder)
    (folder / "more.txt").write_text("x")
    assert "was added" in str(verify_versions(released.corpus)[0])
    (folder / "more.txt").unlink()
    shutil.copytree(folder, folder.parent / "1.5.0")
    assert "no release made" in str(verify_versions(released.corpus)[0])
    shutil.rmtree(folder.parent / "1.5.0")
    index = folder.parent / "versions.json"
    data = json.loads(index.read_text())
    data["releases"].reverse()
    index.write_text(json.dumps(data, indent=2) + "\n")
    assert "index of the released versions was changed" in str(verify_versions(released.corpus)[0])


def test_a_stale_build_and_a_dirty_tree_are_refused(project: Project) -> None:
    assert dirty(project.root) == []
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["events"][0]["gloss"] = "Another gloss"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ProjectError, match="not up to date"):
        refuse_unready(project)
    build(project)
    refuse_unready(project)
    subprocess.run(["git", "-C", str(project.root), "init", "-q"], check=True)
    with pytest.raises(ProjectError, match="not committed"):
        refuse_unready(project)


def test_the_tag_is_a_convenience(project: Project) -> None:
    planned = plan(project)
    written = release(project, planned, DAY)
    assert "not in a git repository" in str(commit_and_tag(project, planned, written))
    git = ["git", "-C", str(project.root)]
    subprocess.run([*git, "init", "-q"], check=True)
    for name, value in {"user.name": "x", "user.email": "x@example.org"}.items():
        subprocess.run([*git, "config", name, value], check=True)
    assert commit_and_tag(project, planned, written) is None
    tags = subprocess.run([*git, "tag"], capture_output=True, text=True, check=True).stdout.split()
    assert tags == ["v1.0.0"]


def test_a_release_that_was_cut_off_is_run_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import communique.corpus.release as module

    with monkeypatch.context() as patch:
        patch.setattr(module, "chained", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            release(project, plan(project), DAY)
    assert releases(project.corpus) == []
    assert "no release made" in str(verify_versions(project.corpus)[0])
    release(project, plan(project), DAY)
    assert verify_versions(project.corpus) == []


def test_numbers() -> None:
    assert numbers("v1.20.3") == (1, 20, 3)
    assert [after("1.2.3", step) for step in ("major", "minor", "patch")] == ["2.0.0", "1.3.0", "1.2.4"]
    for bad in ("1.2", "01.2.3", "1.2.3-rc1", "", "1.2.3+x"):
        with pytest.raises(ProjectError, match="not a version number"):
            numbers(bad)


def test_changelog_and_citation_are_edited_in_place(released: Project) -> None:
    _edit(released, lambda data: data["actions"][0].update(status="planned"))
    planned = plan(released)
    text = "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- A fault.\n\n## [1.0.0] - 2020-01-01\n\nOld.\n"
    made = with_section(text, planned, released, DAY)
    assert (
        made.index("[Unreleased]")
        < made.index("## [2.0.0] - 2026-11-25")
        < made.index("- A fault.")
        < made.index("## [1.0.0]")
    )
    assert "**Actions**\n\n- 1 status changed" in made
    assert with_section(made, planned, released, DAY) == made
    assert (
        cited("version: 1.0.0\ndate-released: 2020-01-01\n", "1.1.0", DAY)
        == "version: 1.1.0\ndate-released: 2026-11-25\n"
    )
