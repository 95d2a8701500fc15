"""Bytes that may not change unseen: released versions, public folders, manifest, card, and what a build read."""

from __future__ import annotations

import datetime
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sound import A, make_project

from communique.corpus.build import build
from communique.corpus.buildsums import NAME, changed_since_build
from communique.corpus.checksums import SUMS
from communique.corpus.public import publish
from communique.corpus.release import plan, release
from communique.project import Project
from communique.validation import validate

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

VERSION = "corpus/versions/1.0.0"


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound project with a raw inventory, built, released as 1.0.0, and published without the text of one article."""
    folder = tmp_path_factory.mktemp("released")
    project = make_project(folder / "project")
    path = project.articles / f"{A}.json"
    path.write_text(path.read_text().replace('"text_ok"', '"annotations_only"'))
    build(project)
    release(project, plan(project), datetime.date(2026, 11, 25))
    publish(project, folder / "public")
    return folder


@pytest.fixture
def released(released_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(released_once, tmp_path / "released")
    return tmp_path / "released"


def test_a_released_project_gives_no_finding(released_once: Path) -> None:
    for part in ("project", "project/corpus", f"project/{VERSION}", "public", "public/corpus"):
        report = validate(released_once / part)
        assert [(one.id, one.place, one.message) for one in report.findings] == [], part
    assert changed_since_build(Project(released_once / "project")) == []


Plant = Callable[[Path], Any]
#: id, what is validated, the file of the finding, its field
SEAL_FAULTS: list[tuple[str, str, str, str | None, Plant]] = []


def fault(id: str, target: str, file: str, field: str | None = None) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        SEAL_FAULTS.append((id, target, file, field, plant))
        return plant

    return register


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@fault("L0/sealed-file-changed", "project", f"{VERSION}/schema/values.schema.json")
def version_schema_changed(root: Path) -> None:
    replace(root / "project" / VERSION / "schema" / "values.schema.json", "the", "teh")


@fault("L0/sealed-file-changed", f"project/{VERSION}", "README.md")
def version_card_changed(root: Path) -> None:
    replace(root / "project" / VERSION / "README.md", "the", "teh")


@fault("L6/version-changed", f"project/{VERSION}", "SHA256SUMS")
def version_resealed(root: Path) -> None:
    replace(root / "project" / VERSION / SUMS, "  README.md", "  LIESME.md")
    (root / "project" / VERSION / "README.md").rename(root / "project" / VERSION / "LIESME.md")


@fault("L0/sealed-file-absent", f"project/{VERSION}", "croissant.json")
def version_without_croissant(root: Path) -> None:
    (root / "project" / VERSION / "croissant.json").unlink()


@fault("L0/sealed-file-changed", "public", "annotations/guidelines/guidelines.md")
def public_guidelines_changed(root: Path) -> None:
    replace(root / "public/annotations/guidelines/guidelines.md", "the", "teh")


@fault("L0/sealed-file-added", "public", "annotations/notes.md")
def public_file_added(root: Path) -> None:
    (root / "public" / "annotations" / "notes.md").write_text("by the way")


@fault("L0/sums-form", "public", "SHA256SUMS", "line 1")
def public_sums_cut(root: Path) -> None:
    path = root / "public" / SUMS
    path.write_bytes(path.read_bytes()[10:])


@fault("L0/checksum", "public/corpus", "withheld.jsonl")
def withheld_changed(root: Path) -> None:
    replace(root / "public/corpus/withheld.jsonl", "news.example", "olds.example")


@fault("L0/file-absent", "public", "corpus/withheld.jsonl")
def withheld_absent(root: Path) -> None:
    (root / "public/corpus/withheld.jsonl").unlink()


@fault("L0/manifest-digest", "project", "corpus/manifest.json", "digest")
def manifest_digest(root: Path) -> None:
    path = root / "project/corpus/manifest.json"
    manifest = json.loads(path.read_text())
    digest = manifest["digest"]
    replace(path, f'"digest": "{digest}",\n  "tables"', f'"digest": "{digest[::-1]}",\n  "tables"')


@fault("L0/manifest-other-corpus", "project", "corpus/manifest.json", "name")
def manifest_name(root: Path) -> None:
    replace(root / "project/corpus/manifest.json", '"name": "', '"name": "x')


@fault("L0/manifest-other-corpus", "project", "corpus/manifest.json", "version")
def manifest_version(root: Path) -> None:
    replace(root / "project/corpus/manifest.json", '"version": "1.0.0"', '"version": "1.0.0+chanced"')


@fault("L0/manifest-rewritten", "project", "corpus/manifest.json")
def manifest_reformatted(root: Path) -> None:
    path = root / "project/corpus/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4))


@fault("L0/manifest-form", "project", "corpus/manifest.json", "tables/articles/files/0/split")
def manifest_split(root: Path) -> None:
    replace(root / "project/corpus/manifest.json", '"split": "train"', '"split": "brain"')


@fault("L0/source-changed", "project", f"annotations/gold/{A}.json")
def gold_changed(root: Path) -> None:
    replace(root / f"project/annotations/gold/{A}.json", "drone attack", "drone attach")


@fault("L0/source-changed", "project", "corpus/corpus.json")
def facts_changed(root: Path) -> None:
    replace(root / "project/corpus/corpus.json", "Communiqué", "Communique")


@fault("L0/source-changed", "project", "annotations/schema/values.schema.json")
def schema_white_space(root: Path) -> None:
    replace(root / "project/annotations/schema/values.schema.json", "\n", "\n ")


@fault("L0/source-changed", "project", f"corpus/{NAME}")
def sums_of_the_build(root: Path) -> None:
    replace(root / f"project/corpus/{NAME}", "  corpus/articles", "  corpus/artikles")


@fault("L0/card-changed", "project", "corpus/README.md")
def card_changed(root: Path) -> None:
    replace(root / "project/corpus/README.md", "news", "gnus")


@fault("L0/card-changed", "project", "corpus/croissant.json")
def croissant_changed(root: Path) -> None:
    replace(root / "project/corpus/croissant.json", "article", "particle")


@pytest.mark.parametrize(
    ("id", "target", "file", "field", "plant"), SEAL_FAULTS, ids=[one[4].__name__ for one in SEAL_FAULTS]
)
def test_a_changed_byte_is_found_once_in_its_file(
    id: str, target: str, file: str, field: str | None, plant: Plant, released: Path
) -> None:
    plant(released)
    found = [(one.id, one.file, one.field) for one in validate(released / target).findings]
    assert found == [(id, file, field)]


def test_sources_without_checksums_are_counted_as_not_checked(released: Path) -> None:
    (released / "project/corpus" / NAME).unlink()
    report = validate(released / "project")
    assert [(one.id, one.count) for one in report.not_checked] == [("L0/source-changed", 1)]
    assert report.findings == []


def test_a_build_after_a_change_gives_no_finding(released: Path) -> None:
    project = Project(released / "project")
    gold_changed(released)
    build(project)
    assert [one.id for one in validate(project.root).findings] == []


#: What a person writes freely: nothing need be noticed of a change to its bytes.
_PROSE = ("annotations/guidelines/", "CHANGELOG.md")


def _flips(root: Path, path: Path, times: int) -> list[str]:
    """The flips in one file that neither raised nor were found in the right file."""
    name = path.relative_to(root).as_posix()
    data = path.read_bytes()
    draw = random.Random(f"7 {name}")
    missed = []
    for _ in range(times):
        at, bit = draw.randrange(len(data)), draw.randrange(8)
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :])
        try:
            found = validate(root).findings
            files = {f"{one.file} {one.message}" for one in found}
        except Exception as error:
            files = {str(error)}
        path.write_bytes(data)
        if not any(name in said for said in files):
            missed.append(f"{name} byte {at} bit {bit}: {sorted(files) or 'nothing'}")
    return missed


@pytest.mark.parametrize("part", ["project", "public"])
def test_a_flipped_bit_of_any_file_is_noticed(part: str, released: Path) -> None:
    root = released / part
    covered = [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and (part == "public" or not path.relative_to(root).as_posix().startswith(_PROSE))
    ]
    assert len(covered) > 20
    missed = [one for path in covered for one in _flips(root, path, 3)]
    assert missed == []
