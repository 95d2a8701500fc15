"""What a reader or publisher may hand over by mistake: each is named with file, finding and mend, and nothing is written."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import FIRST, copy_of
from tests.corpus.cli import contents, git, run, said

from communique.project import Project

pytestmark = pytest.mark.slow

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1234\n"
LOAD = ["stats"]  # reads every table through communique.load


@dataclass(frozen=True)
class Place:
    """A project with two released versions in git, its public form, and the reader's own text."""

    root: Path
    public: Path
    mine: Path

    @property
    def corpus(self) -> Path:
        return self.root / "corpus"


def _edit_gold(root: Path, gloss: str) -> None:
    path = root / "annotations" / "gold" / f"{FIRST}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    for row in data["events"]:
        row["gloss"] += gloss
    for table in ("mentions", "actions", "statements"):
        data[table][0]["note"] = gloss
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


@pytest.fixture(scope="module")
def made(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    project = copy_of(shipped, folder / "project")
    root = project.root
    assert run("build", cwd=root).returncode == 0
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    said("release", "--date", "2026-11-24", cwd=root)
    _edit_gold(root, " again")
    assert run("build", cwd=root).returncode == 0
    git(root, "add", ".")
    git(root, "commit", "-qm", "two")
    assert said("release", "--date", "2026-11-25", cwd=root)["version"] == "2.0.0"
    said("release", "2.0.0", "--public", folder / "public", cwd=root)
    source = next(project.raw.glob("*.txt"))
    (folder / "mine").mkdir()
    shutil.copyfile(source, folder / "mine" / source.name)
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Place:
    """A copy to break."""
    shutil.copytree(made, tmp_path / "place")
    return Place(tmp_path / "place" / "project", tmp_path / "place" / "public", tmp_path / "place" / "mine")


def _refused(
    place: Place,
    *arguments: str | Path,
    code: int = 3,
    words: str = "",
    file: Path | None = None,
    mend: str = "mend:",
) -> str:
    """Run a command that must end with `code`, say `words` and the file, and write nothing; what it said."""
    before = contents(place.root.parent)
    done = run(*arguments, cwd=place.root)
    text = done.stdout + done.stderr
    assert done.returncode == code, text
    assert words in text, text
    if file is not None:
        assert file.name in text, text
    assert mend in text or code == 1, text
    assert contents(place.root.parent) == before
    return text


def _cut(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _flip(path: Path, _: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(bytes(data))


def _swap(path: Path, other: Path) -> None:
    shutil.copyfile(other, path)


def _point(path: Path, _: Path) -> None:
    path.write_bytes(POINTER)


def _lose(path: Path, _: Path) -> None:
    path.unlink()


DAMAGES: dict[str, tuple[Callable[[Path, Path], None], tuple[str, ...]]] = {
    "truncated": (_cut, ("another size", "has changed")),
    "bit-flipped": (_flip, ("has changed",)),
    "of another version": (_swap, ("another size", "has changed")),
    "an LFS pointer": (_point, ("Git LFS pointer",)),
    "gone": (_lose, ("is missing",)),
}


def _shard(folder: Path, table: str = "events") -> Path:
    return next((folder / "data" / table).glob("*.parquet"))


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_shard_of_the_build_is_noticed(place: Place, how: str) -> None:
    damage, words = DAMAGES[how]
    path = _shard(place.corpus)
    damage(path, _shard(place.corpus / "versions" / "1.0.0"))
    for command in (LOAD, ["show"], ["diff", "1.0.0", "current"], ["release", "--public", "../out"]):
        done = _refused(place, *command, words="file:", file=path)
        assert any(one in done for one in words), done
    stale = _refused(place, "build", "--check", code=1, words="", file=path)
    assert stale.strip()
    if how == "bit-flipped":
        git(place.root, "add", "-A")
        git(place.root, "commit", "-qm", "damaged")
        _refused(place, "release", file=path)
    found = json.loads(run("validate", ".", "--json", cwd=place.root).stdout)
    assert found["summary"]["errors"] >= 1
    names = (path.name, "table events")
    assert any(name in f"{one['file']} {one['message']}" for one in found["findings"] for name in names), (
        found["findings"]
    )
    if how == "an LFS pointer":
        assert any("lfs" in json.dumps(one).lower() for one in found["findings"])


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_shard_of_a_released_version_is_noticed(place: Place, how: str) -> None:
    damage, words = DAMAGES[how]
    folder = place.corpus / "versions" / "1.0.0"
    path = _shard(folder)
    damage(path, _shard(place.corpus))
    for command in (
        ["stats", "--version", "1.0.0"],
        ["diff", "1.0.0", "current"],
        ["release", "1.0.0", "--public", "../out"],
    ):
        done = _refused(place, *command, file=path)
        assert any(one in done for one in words), done
    for target in (".", folder):
        found = json.loads(run("validate", target, "--json", cwd=place.root).stdout)
        assert any(
            path.name in (one["file"] or "") for one in found["findings"] if one["severity"] == "error"
        ), target
    if how == "truncated":
        _edit_gold(place.root, " more")
        run("build", cwd=place.root)
        git(place.root, "add", "-A")
        git(place.root, "commit", "-qm", "three")
        stopped = run("release", cwd=place.root)
        assert stopped.returncode in (1, 3), stopped.stdout
        assert path.name in stopped.stderr
        assert not (place.corpus / "versions" / "3.0.0").exists()


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_shard_of_the_public_corpus_is_noticed(place: Place, how: str) -> None:
    damage, words = DAMAGES[how]
    path = _shard(place.public / "corpus")
    # Events quote nothing: the public shard has the very bytes of the one that it was made from.
    damage(path, _shard(place.corpus / "versions" / "1.0.0"))
    for command in (
        ["hydrate", place.public, "--texts", place.mine, "--out", "../whole"],
        ["stats", place.public],
        ["diff", "1.0.0", place.public],
    ):
        done = _refused(place, *command, file=path)
        assert any(one in done for one in words), done
    found = json.loads(run("validate", place.public, "--json", cwd=place.root).stdout)
    assert any(path.name in (one["file"] or "") for one in found["findings"] if one["severity"] == "error")


def test_a_manifest_that_does_not_match_its_files(place: Place) -> None:
    path = place.corpus / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["tables"]["events"]["files"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    shard = _shard(place.corpus)
    for command in (LOAD, ["show"], ["release", "--public", "../out"], ["diff", "1.0.0"]):
        assert "expected: " + "0" * 64 in _refused(place, *command, words="has changed", file=shard)
    assert "manifest" in _refused(place, "build", "--check", code=1)
    found = json.loads(run("validate", ".", "--json", cwd=place.root).stdout)
    assert found["summary"]["errors"] >= 1
    for bad, words in (
        ("{", "cannot be read"),
        ("[]", "manifest"),
        ('{"tables": {"events": 1}}', "manifest"),
    ):
        path.write_text(bad, encoding="utf-8")
        for command in (LOAD, ["diff", "1.0.0"], ["release", "--public", "../out"]):
            _refused(place, *command, words=words, file=path)
    path.unlink()
    _refused(place, *LOAD, words="not been built", file=path)


def test_a_version_that_does_not_exist(place: Place) -> None:
    for command in (
        ["stats", "--version", "9.9.9"],
        ["show", "--version", "9.9.9"],
        ["diff", "9.9.9"],
        ["diff", "1.0.0", "9.9.9"],
        ["release", "9.9.9", "--public", "../out"],
        ["validate", "corpus/versions/9.9.9"],
    ):
        done = _refused(place, *command)
        assert "9.9.9" in done
        assert "1.0.0, 2.0.0" in done or command[0] == "validate", done
    text = _refused(place, "hydrate", "corpus/versions/9.9.9", "--texts", place.mine, "--out", "../whole")
    assert "9.9.9" in text
    _refused(place, "stats", "--version", "latest", words="not a version number")
    public = place.public
    assert "2.0.0" in _refused(place, "stats", public, "--version", "1.0.0", words="no version 1.0.0 here")
    _refused(place, "diff", "nothing-like-this", words="names no version")


def test_what_is_hydrated_must_be_a_public_corpus(place: Place) -> None:
    _refused(
        place,
        "hydrate",
        ".",
        "--texts",
        place.mine,
        "--out",
        "../whole",
        words="No text of this corpus is withheld",
    )
    _refused(place, "hydrate", place.mine, "--texts", place.mine, "--out", "../whole")
    _refused(place, "hydrate", place.public, "--texts", "nowhere", "--out", "../whole", words="no texts here")
    (place.mine / "broken.jsonl").write_text('{"text": "x"\n', encoding="utf-8")
    text = _refused(
        place,
        "hydrate",
        place.public,
        "--texts",
        place.mine,
        "--out",
        "../whole",
        words="Not valid JSON",
        mend="",
    )
    assert "line 1" in text


def test_a_public_corpus_is_not_taken_for_one_with_text(place: Place) -> None:
    shown = run("show", "--path", place.public, cwd=place.root)
    assert (shown.returncode, "communique hydrate" in shown.stdout) == (0, True)
    again = place.root.parent / "again"
    shutil.copytree(place.public, again)
    (again / "pyproject.toml").write_text("", encoding="utf-8")
    text = _refused(place, "release", "--public", "../out", "--project", again, words="withheld already")
    assert "share the folder as it is" in text


def test_schemas_that_differ_by_a_major_version(place: Place) -> None:
    path = place.root / "annotations" / "schema" / "events.schema.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["properties"].pop("note")
    path.write_text(json.dumps(data), encoding="utf-8")
    assert run("build", cwd=place.root).returncode == 0
    assert "events.note" in _refused(place, "diff", "1.0.0", words="differ by a major version")
    alone = run("diff", "1.0.0", "--schema", cwd=place.root)
    assert (alone.returncode, "major: column removed: events.note" in alone.stdout) == (0, True)


def test_what_stands_in_the_way_of_a_release(place: Place) -> None:
    root = place.root
    _refused(place, "release", words="Nothing changed since 2.0.0")
    _edit_gold(root, " and again")
    text = _refused(place, "release", words="not committed")
    assert f"{FIRST}.json" in text
    git(root, "add", "-A")
    git(root, "commit", "-qm", "stale")
    _refused(place, "release", words="not up to date")
    assert run("build", cwd=root).returncode == 0
    git(root, "add", "-A")
    git(root, "commit", "-qm", "built")
    for number in ("2.0.1", "2.1.0", "2.0.0", "1.5.0"):
        text = _refused(place, "release", number, words="too small a step after 2.0.0")
        assert "3.0.0 or higher" in text
    _refused(place, "release", "three", words="not a version number")
    assert said("release", "--dry-run", cwd=root)["version"] == "3.0.0"
    tags = subprocess.run(
        ["git", "-C", root, "tag"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert tags == ["v1.0.0", "v2.0.0"]
