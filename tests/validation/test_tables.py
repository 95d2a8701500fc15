"""Built corpora: faults of rows are found as in JSON files, and faults of files are found as such."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faults_codebook  # noqa: F401
import faults_corpus  # noqa: F401
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faults_json import FAULTS, Fault
from sound import A, B, make_project
from tables import edit_manifest, edit_rows, file_of, relist, write_tables

from communique.project import Project
from communique.schema import load_schema
from communique.validation import validate

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

#: Of these the tables hold nothing: the digest that an annotation file states, and duplicates that shards exclude.
ONLY_IN_JSON = {"L2/annotation-of-another-text"}
OF_ROWS = [fault for fault in FAULTS if fault.id[1] in "234" and fault.id not in ONLY_IN_JSON]


def test_a_sound_corpus_gives_no_finding(built: Project) -> None:
    for path in (built.corpus, built.corpus / "data", built.root):
        report = validate(path)
        assert [(one.id, one.place) for one in report.findings] == []
        assert report.not_checked == []
        assert report.shards == (3 if path == built.root else 2)


@pytest.mark.parametrize("fault", OF_ROWS, ids=[fault.name for fault in OF_ROWS])
def test_a_fault_of_a_row_is_the_same_in_parquet(fault: Fault, tmp_path: Path, sound_rows: Any) -> None:
    project = make_project(tmp_path)
    fault.plant(project)
    write_tables(project, sound_rows)
    report = validate(project.corpus)
    found = [(one.id, one.table, one.key, one.field) for one in report.findings]
    assert found == [(fault.id, fault.table, fault.key, fault.field)]
    assert report.findings[0].file
    assert report.findings[0].file.startswith(f"data/{fault.table}/")


def found_in(built: Project, **options: Any) -> list[tuple[str, str | None, str | None]]:
    return [(one.id, one.file, one.field) for one in validate(built.corpus, **options).findings]


FileFault = tuple[str, Callable[[Path], tuple[str | None, str | None]]]
FILE_FAULTS: list[FileFault] = []


def file_fault(id: str) -> Callable[[Any], Any]:
    def register(plant: Any) -> Any:
        FILE_FAULTS.append((id, plant))
        return plant

    return register


def name(corpus: Path, path: Path) -> str:
    return path.relative_to(corpus).as_posix()


@file_fault("L0/manifest-missing")
def manifest_missing(corpus: Path) -> tuple[str | None, str | None]:
    (corpus / "manifest.json").unlink()
    return "manifest.json", None


@file_fault("L0/not-json")
def manifest_truncated(corpus: Path) -> tuple[str | None, str | None]:
    path = corpus / "manifest.json"
    path.write_bytes(path.read_bytes()[:200])
    return "manifest.json", None


@file_fault("L0/manifest-form")
def manifest_without_version(corpus: Path) -> tuple[str | None, str | None]:
    edit_manifest(corpus, lambda manifest: manifest.pop("version"))
    return "manifest.json", "version"


@file_fault("L0/manifest-form")
def manifest_with_another_sum(corpus: Path) -> tuple[str | None, str | None]:
    edit_manifest(corpus, lambda manifest: manifest["tables"]["mentions"].update(rows=7))
    return "manifest.json", "tables/mentions/rows"


@file_fault("L0/schema-differs")
def other_schema(corpus: Path) -> tuple[str | None, str | None]:
    edit_manifest(corpus, lambda manifest: manifest.update(schema="0" * 64))
    return "manifest.json", "schema"


@file_fault("L0/file-absent")
def file_absent(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "claims")
    path.unlink()
    return name(corpus, path), None


@file_fault("L0/table-absent")
def table_absent(corpus: Path) -> tuple[str | None, str | None]:
    for path in (corpus / "data" / "claims").iterdir():
        path.unlink()
    return "data/claims", None


@file_fault("L0/file-unlisted")
def file_unlisted(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "mentions")
    other = path.with_name(path.name.replace("train", "test"))
    other.write_bytes(path.read_bytes())
    return name(corpus, other), None


@file_fault("L0/file-size")
def truncated(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "mentions")
    path.write_bytes(path.read_bytes()[:-50])
    return name(corpus, path), None


@file_fault("L0/checksum")
def changed(corpus: Path) -> tuple[str | None, str | None]:
    edit_manifest(corpus, lambda manifest: manifest["tables"]["mentions"]["files"][0].update(sha256="0" * 64))
    return name(corpus, file_of(corpus, "mentions")), None


@file_fault("L0/not-parquet")
def not_parquet(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "mentions")
    data = path.read_bytes()
    path.write_bytes(b"X" * len(data))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edit_manifest(corpus, lambda manifest: manifest["tables"]["mentions"]["files"][0].update(sha256=digest))
    return name(corpus, path), None


@file_fault("L0/row-count")
def rows_lost(corpus: Path) -> tuple[str | None, str | None]:
    def change(manifest: dict[str, Any]) -> None:
        manifest["tables"]["mentions"]["files"][0]["rows"] += 1
        manifest["tables"]["mentions"]["rows"] += 1

    edit_manifest(corpus, change)
    return name(corpus, file_of(corpus, "mentions")), None


@file_fault("L0/shard-name")
def stray_file(corpus: Path) -> tuple[str | None, str | None]:
    (corpus / "data" / "mentions" / "notes.txt").write_text("x")
    return "data/mentions/notes.txt", None


@file_fault("L0/shard-count")
def mixed_counts(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "claims")
    other = path.with_name(path.name.replace("-of-00002", "-of-00004"))
    path.rename(other)
    edit_manifest(
        corpus, lambda manifest: manifest["tables"]["claims"]["files"][0].update(path=name(corpus, other))
    )
    return name(corpus, other), None


@file_fault("L0/lfs-pointer")
def pointer(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "mentions")
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")
    return name(corpus, path), None


@file_fault("L0/empty-file")
def empty(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "mentions")
    path.write_bytes(b"")
    return name(corpus, path), None


@file_fault("L0/shard-empty")
def no_rows(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "claims")
    other = path.with_name(path.name.replace("train", "test"))
    pq.write_table(pq.read_table(path, partitioning=None).slice(0, 0), other)
    entry = {"path": name(corpus, other), "split": "test", "shard": 0, "rows": 0, "bytes": 0, "sha256": ""}
    edit_manifest(corpus, lambda manifest: manifest["tables"]["claims"]["files"].append(entry))
    relist(corpus)
    return name(corpus, other), None


@file_fault("L0/content-digest")
def other_rows(corpus: Path) -> tuple[str | None, str | None]:
    edit_manifest(corpus, lambda manifest: manifest["tables"]["mentions"].update(digest="0" * 64))
    return "manifest.json", "tables/mentions/digest"


@file_fault("L1/column-absent")
def column_absent(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "statements")
    pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["cue_spans"]), path)
    relist(corpus)
    return name(corpus, path), "cue_spans"


@file_fault("L1/column-unknown")
def column_unknown(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "statements")
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table.append_column("colour", pa.array(["red"] * table.num_rows)), path)
    relist(corpus)
    return name(corpus, path), "colour"


@file_fault("L1/column-type")
def column_type(corpus: Path) -> tuple[str | None, str | None]:
    path = file_of(corpus, "mentions")
    table = pq.read_table(path, partitioning=None)
    index = table.schema.get_field_index("start")
    pq.write_table(table.set_column(index, "start", table["start"].cast(pa.int64())), path)
    relist(corpus)
    return name(corpus, path), "start"


@pytest.mark.parametrize(
    ("id", "plant"), FILE_FAULTS, ids=[f"{id}:{plant.__name__}" for id, plant in FILE_FAULTS]
)
def test_a_fault_of_a_file_is_found_once(id: str, plant: Any, built: Project) -> None:
    file, field = plant(built.corpus)
    assert found_in(built) == [(id, file, field)]


def test_an_article_in_the_wrong_shard(built: Project) -> None:
    """All files of one shard under the number of the other: each article is reported once a table, nothing else."""
    corpus = built.corpus
    for path in sorted((corpus / "data").rglob("*-00001-of-*.parquet")):
        path.unlink()
    edit_manifest(
        corpus,
        lambda manifest: [
            t.update(files=[f for f in t["files"] if f["shard"] == 0]) for t in manifest["tables"].values()
        ],
    )
    for path in sorted((corpus / "data").rglob("*-00000-of-*.parquet")):
        path.rename(path.with_name(path.name.replace("-00000-", "-00001-")))

    def renumber(manifest: dict[str, Any]) -> None:
        for table in manifest["tables"].values():
            for entry in table["files"]:
                entry.update(shard=1, path=entry["path"].replace("-00000-", "-00001-"))

    edit_manifest(corpus, renumber)
    relist(corpus, load_schema(built.schema))
    report = validate(corpus)
    assert {one.id for one in report.findings} == {"L0/shard-misaligned"}
    assert not report


def test_rows_in_the_files_of_another_split(built: Project) -> None:
    corpus = built.corpus
    path = file_of(corpus, "mentions")
    other = path.with_name(path.name.replace("train", "test"))
    path.rename(other)
    edit_manifest(
        corpus, lambda m: m["tables"]["mentions"]["files"][0].update(path=name(corpus, other), split="test")
    )
    report = validate(corpus)
    assert [(one.id, one.table, one.file) for one in report.findings] == [
        ("L0/split-misplaced", "mentions", name(corpus, other))
    ]


def test_a_faulty_row_is_explained_with_its_place(built: Project) -> None:
    schema = load_schema(built.schema)
    edit_rows(built.corpus, schema, "actions", lambda rows: rows[0].update(status="happened"))
    report = validate(built.corpus)
    (finding,) = report.findings
    assert (finding.id, finding.table, finding.field, finding.found) == (
        "L1/unknown-value",
        "actions",
        "status",
        '"happened"',
    )
    assert finding.key in {f"{A}.E1", f"{B}.E1"}


def test_a_changed_row_is_found_although_the_checksum_is_wrong_too(built: Project) -> None:
    """A fault in a shard whose manifest was not touched is two facts: the file was changed, and how."""
    schema = load_schema(built.schema)
    manifest = (built.corpus / "manifest.json").read_text()
    edit_rows(built.corpus, schema, "mentions", lambda rows: rows[0].update(text="wrong"))
    (built.corpus / "manifest.json").write_text(manifest)
    ids = [one.id for one in validate(built.corpus).findings]
    assert ids in (["L0/file-size", "L3/span-text-differs"], ["L0/checksum", "L3/span-text-differs"])


#: Checks that the tests below plant a fault for.
OTHER_FILE_FAULTS = {"L0/shard-misaligned", "L0/split-misplaced", "L4/derived-differs", "L5/text-not-free"}


def test_a_derived_value_that_was_edited(built: Project) -> None:
    schema = load_schema(built.schema)
    edit_rows(built.corpus, schema, "actions", lambda rows: rows[0].update(asserted_by=["FRA"]))
    (finding,) = validate(built.corpus).findings
    assert (finding.id, finding.table, finding.field) == ("L4/derived-differs", "actions", "asserted_by")
    assert finding.found == '["FRA"]'


def test_a_claim_that_is_missing(built: Project) -> None:
    edit_rows(built.corpus, load_schema(built.schema), "claims", lambda rows: rows.pop())
    (finding,) = validate(built.corpus).findings
    assert (finding.id, finding.table) == ("L4/derived-differs", "claims")


def test_a_text_that_must_not_be_redistributed_in_a_public_corpus(built: Project) -> None:
    schema = load_schema(built.schema)
    edit_rows(
        built.corpus, schema, "articles", lambda rows: rows[0].update(redistribution="annotations_only")
    )
    assert validate(built.corpus)
    edit_manifest(built.corpus, lambda manifest: manifest.update(withheld={"level": "token"}))
    (finding,) = validate(built.corpus).findings
    assert (finding.id, finding.table, finding.field) == ("L5/text-not-free", "articles", "text")


def test_a_public_corpus_is_sound_and_says_what_was_not_checked(tmp_path: Path) -> None:
    from faults_json import article

    from communique.corpus.build import build
    from communique.corpus.public import publish

    project = make_project(tmp_path / "own")
    with article(project) as one:
        one["redistribution"] = "annotations_only"
    (project.root / "LICENSE").write_text("x")
    build(project)
    publish(project, tmp_path / "public")
    report = validate(tmp_path / "public")
    assert [(one.id, one.place) for one in report.findings] == []
    missed = {one.id: one.count for one in report.not_checked}
    assert missed["L2/text-digest"] == 1
    assert missed["L3/span-text-differs"] > 40
    assert missed["L4/time-without-expression"] == 1
    with_fault = tmp_path / "public" / "corpus"
    schema = load_schema(tmp_path / "public" / "annotations" / "schema")
    edit_rows(with_fault, schema, "mentions", lambda rows: rows[0].update(end=99_999))
    assert [one.id for one in validate(with_fault).findings if one.level] == ["L3/span-beyond-text"]
