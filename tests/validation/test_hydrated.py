"""Corpora whose texts are withheld, restored, or restored in part: what is not there is not checked, and no fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from sound import TEXT_A, TEXT_B, A, B, make_project
from tables import edit_rows, file_of

from communique.corpus.build import build
from communique.corpus.checksums import write_sums
from communique.corpus.hydrate import hydrate
from communique.corpus.hydrate_texts import read_copies
from communique.corpus.public import publish
from communique.schema import load_schema
from communique.validation import validate

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

DRIFTED = TEXT_A.replace("said on Tuesday", "said on Monday").replace("with drones", "with a drone")
CUT = TEXT_A.replace("The two leaders met in Geneva.", "They met.")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound project in public: both texts withheld."""
    folder = tmp_path_factory.mktemp("withheld")
    project = make_project(folder / "project")
    for article_id in (A, B):
        path = project.articles / f"{article_id}.json"
        path.write_text(path.read_text().replace('"text_ok"', '"annotations_only"'))
    build(project)
    publish(project, folder / "public")
    return folder / "public"


def restored(public: Path, folder: Path, texts: dict[str, str]) -> Path:
    (folder / "texts").mkdir()
    for article_id, text in texts.items():
        (folder / "texts" / f"{article_id}.txt").write_text(text, encoding="utf-8")
    hydrate(public, read_copies(folder / "texts"), folder / "restored")
    return folder / "restored"


def test_a_public_corpus_has_no_finding_and_says_what_it_cannot_check(public: Path) -> None:
    for path in (public, public / "corpus"):
        report = validate(path)
        assert [(one.id, one.place) for one in report.findings] == []
        missed = {one.id: one.count for one in report.not_checked}
        assert missed["L2/text-digest"] == 2
        assert missed["L4/derived-differs"] == 2
        assert missed["L3/span-text-differs"] > 50
        assert all("Error" not in one.why for one in report.not_checked)


@pytest.mark.parametrize(
    ("texts", "checked"),
    [
        ({A: TEXT_A, B: TEXT_B}, 2),
        ({A: TEXT_A}, 1),
        ({B: TEXT_B}, 1),
        ({A: DRIFTED, B: TEXT_B}, 1),
        ({A: CUT}, 0),
    ],
    ids=["both", "the first", "the second", "one drifted", "one cut, one missing"],
)
def test_what_was_not_restored_is_not_checked(
    public: Path, tmp_path: Path, texts: dict[str, str], checked: int
) -> None:
    folder = restored(public, tmp_path, texts)
    for path in (folder, folder / "corpus"):
        report = validate(path)
        assert [(one.id, one.place, one.message) for one in report.findings] == []
        missed = {one.id: one.count for one in report.not_checked}
        assert missed.get("L4/derived-differs", 0) == 2 - checked


def test_a_fault_beside_what_was_lost_is_found(public: Path, tmp_path: Path) -> None:
    folder = restored(public, tmp_path, {A: CUT, B: TEXT_B})
    schema = load_schema(folder / "annotations" / "schema")

    def shift(rows: list[dict[str, object]]) -> None:
        row = next(row for row in rows if row["mention_id"] == f"{A}.m2")
        row["text"] = "Poland"

    assert file_of(folder / "corpus", "mentions", 0).exists()
    edit_rows(folder / "corpus", schema, "mentions", shift)
    write_sums(folder)
    found = [(one.id, one.key) for one in validate(folder).findings]
    assert found == [("L3/span-text-differs", f"{A}.m2")]
