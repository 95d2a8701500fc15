"""Level 6: a built corpus against the version released before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from sound import A
from tables import edit_manifest, edit_rows, file_of

from communique.corpus.buildsums import record_build
from communique.corpus.checksums import SUMS, write_sums
from communique.corpus.manifest import sha256_of
from communique.corpus.versions import FOLDER, INDEX, Release, chained, index_json
from communique.project import Project
from communique.schema import load_schema
from communique.validation import validate

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again


@pytest.fixture
def released(built: Project) -> Project:
    """The sound corpus released as 1.0.0, and built again as 1.1.0 with a changelog."""
    edit_manifest(built.corpus, lambda manifest: manifest.update(version="1.0.0"))
    folder = built.corpus / FOLDER / "1.0.0"
    shutil.copytree(built.corpus / "data", folder / "data")
    shutil.copytree(built.schema, folder / "schema")
    shutil.copy(built.corpus / "manifest.json", folder)
    write_sums(folder)
    digest = json.loads((folder / "manifest.json").read_text())["digest"]
    sums = sha256_of(folder / SUMS)
    release = Release("1.0.0", digest, sums, chained("", "1.0.0", digest, sums))
    (built.corpus / FOLDER / INDEX).write_text(index_json([release]), encoding="utf-8")
    edit_manifest(built.corpus, lambda manifest: manifest.update(version="1.1.0"))
    edit_rows(
        built.corpus, load_schema(built.schema), "events", lambda rows: rows[0].update(note="another record")
    )
    set_version(built, "1.1.0")
    (built.root / "CHANGELOG.md").write_text("# Changelog\n\n## [1.1.0]\n\nMore.\n\n## [1.0.0]\n")
    return built


def set_version(project: Project, version: str) -> None:
    """The version in corpus.json, and the sources' checksums as a build leaves them."""
    facts = json.loads(project.facts.read_text())
    project.facts.write_text(json.dumps(facts | {"version": version}))
    record_build(project, [project.corpus / "README.md"])


def test_a_sound_release_gives_no_finding(released: Project) -> None:
    assert [(one.id, one.place, one.message) for one in validate(released.root).findings] == []
    assert validate(released.corpus / FOLDER / "1.0.0")


Plant = Callable[[Project], Any]
FAULTS: list[tuple[str, Plant, tuple[str | None, str | None, str | None]]] = []


def fault(
    id: str, table: str | None = None, key: str | None = None, field: str | None = None
) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        FAULTS.append((id, plant, (table, key, field)))
        return plant

    return register


def edit(project: Project, table: str, change: Callable[[dict[str, Any]], Any], name: str) -> None:
    schema = load_schema(project.schema)
    key = schema.table(table).key[0]
    for number in range(2):
        edit_rows(
            project.corpus,
            schema,
            table,
            lambda rows: [change(row) for row in rows if row[key] == name],
            number,
        )


@fault("L0/sealed-file-changed")
def version_changed(project: Project) -> None:
    path = project.corpus / FOLDER / "1.0.0" / "manifest.json"
    path.write_text(path.read_text() + " ")


@fault("L0/sealed-file-changed")
def table_changed(project: Project) -> None:
    file_of(project.corpus / FOLDER / "1.0.0", "mentions").write_bytes(b"PAR1")


@fault("L0/sealed-file-absent")
def file_removed(project: Project) -> None:
    (project.corpus / FOLDER / "1.0.0" / "schema" / "values.schema.json").unlink()


@fault("L0/sealed-file-added")
def file_added(project: Project) -> None:
    (project.corpus / FOLDER / "1.0.0" / "note.txt").write_text("by the way")


@fault("L6/version-changed")
def sums_changed(project: Project) -> None:
    path = project.corpus / FOLDER / "1.0.0" / SUMS
    path.write_text(path.read_text().replace("a", "b", 1))


@fault("L6/version-changed")
def index_changed(project: Project) -> None:
    path = project.corpus / FOLDER / INDEX
    path.write_text(path.read_text().replace("a", "b", 1))


@fault("L6/version-changed")
def stray_version(project: Project) -> None:
    (project.corpus / FOLDER / "3.0.0").mkdir()


@fault("L6/version-step", field="version")
def version_lower(project: Project) -> None:
    edit_manifest(project.corpus, lambda manifest: manifest.update(version="0.9.0"))
    set_version(project, "0.9.0")
    (project.root / "CHANGELOG.md").write_text("## [0.9.0]\n")


@fault("L6/version-step", field="version")
def version_same(project: Project) -> None:
    edit_manifest(project.corpus, lambda manifest: manifest.update(version="1.0.0"))
    set_version(project, "1.0.0")


@fault("L6/changelog-missing")
def no_changelog(project: Project) -> None:
    (project.root / "CHANGELOG.md").write_text("## [1.0.0]\n")


@fault("L6/schema-step", field="version")
def schema_in_patch(project: Project) -> None:
    edit_manifest(project.corpus, lambda manifest: manifest.update(version="1.0.1"))
    set_version(project, "1.0.1")
    (project.root / "CHANGELOG.md").write_text("## [1.0.1]\n")
    old = project.corpus / FOLDER / "1.0.0"
    edit_manifest(old, lambda manifest: manifest.update(schema="2" * 64))
    reseal(project)


@fault("L6/size-jumped", "mentions", None, "tables/mentions/rows")
def size_jumped(project: Project) -> None:
    edit_manifest(
        project.corpus / FOLDER / "1.0.0", lambda manifest: manifest["tables"]["mentions"].update(rows=5000)
    )
    reseal(project)


@fault("L6/id-gone", "mentions", f"{A}.old", None)
def id_gone(project: Project) -> None:
    old = Project(project.corpus / FOLDER / "1.0.0")
    schema = load_schema(project.schema)
    for number in range(2):
        edit_rows(
            old.root,
            schema,
            "mentions",
            lambda rows: rows.extend(
                [rows[0] | {"mention_id": f"{A}.old"}] if rows[0]["article_id"] == A else []
            ),
            number,
        )
    reseal(project)


@fault("L6/id-reused", "mentions", f"{A}.m1", None)
def id_reused(project: Project) -> None:
    old = Project(project.corpus / FOLDER / "1.0.0")
    schema = load_schema(project.schema)
    change = {"start": 1, "end": 3}
    for number in range(2):
        edit_rows(
            old.root,
            schema,
            "mentions",
            lambda rows: [row.update(change) for row in rows if row["mention_id"] == f"{A}.m1"],
            number,
        )
    reseal(project)


@fault("L6/relabelled-silently", "statements", f"{A}.S1", "speech_act")
def relabelled(project: Project) -> None:
    edit(project, "statements", lambda row: row.update(speech_act="offer"), f"{A}.S1")


@fault("L6/text-changed", "articles", A, "text_sha256")
def text_changed(project: Project) -> None:
    for number in range(2):
        edit_rows(
            project.corpus / FOLDER / "1.0.0",
            load_schema(project.schema),
            "articles",
            lambda rows: [row.update(text_sha256="3" * 64) for row in rows if row["article_id"] == A],
            number,
        )
    reseal(project)


@fault("L6/split-moved", "articles", A, "split")
def split_moved(project: Project) -> None:
    for number in range(2):
        edit_rows(
            project.corpus / FOLDER / "1.0.0",
            load_schema(project.schema),
            "articles",
            lambda rows: [row.update(split="other") for row in rows if row["article_id"] == A],
            number,
        )
    reseal(project)


def reseal(project: Project) -> None:
    """Make the release agree with its files again, as if it had been released so."""
    folder = project.corpus / FOLDER / "1.0.0"
    relisted = json.loads((folder / "manifest.json").read_text())
    write_sums(folder)
    sums = sha256_of(folder / SUMS)
    release = Release("1.0.0", relisted["digest"], sums, chained("", "1.0.0", relisted["digest"], sums))
    (project.corpus / FOLDER / INDEX).write_text(index_json([release]), encoding="utf-8")


@pytest.mark.parametrize(
    ("id", "plant", "place"), FAULTS, ids=[f"{id}:{plant.__name__}" for id, plant, _ in FAULTS]
)
def test_a_fault_against_a_release_is_found_once(
    id: str, plant: Plant, place: Any, released: Project
) -> None:
    plant(released)
    found = [(one.id, (one.table, one.key, one.field)) for one in validate(released.root).findings]
    assert found == [(id, place)]
