"""Repairs: each mends what its check finds, changes nothing else, and writes only when asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faults_codebook  # noqa: F401
import pytest
from faults_json import FAULTS, gold
from sound import TEXT_A, A, make_project

from communique.errors import CommuniqueError
from communique.project import Project
from communique.validation import validate
from communique.validation.mend import REPAIRS, apply, edits
from communique.validation.registry import checks

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

BY_CHECK: dict[str, Any] = {}
for one in FAULTS:
    BY_CHECK.setdefault(one.id, one)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path)


def test_a_sound_project_needs_no_repair(project: Project) -> None:
    assert list(edits(project)) == []


def test_every_repair_answers_known_checks() -> None:
    assert len(REPAIRS) >= 8
    for repair in REPAIRS.values():
        assert set(repair.answers) <= set(checks())


@pytest.mark.parametrize("id", sorted(set(REPAIRS) - {"refresh-text"}))
def test_a_repair_mends_what_its_check_finds(id: str, project: Project) -> None:
    repair = REPAIRS[id]
    BY_CHECK[repair.answers[0]].plant(project)
    assert [one.id for one in validate(project.root).findings] == [repair.answers[0]]
    before = (project.gold / f"{A}.json").read_text()
    (edit,) = list(edits(project, [id]))
    assert edit.places == 1
    assert edit.diff(project.root).startswith("--- a/annotations/gold/")
    assert (project.gold / f"{A}.json").read_text() == before
    apply(project, [id])
    assert [one.id for one in validate(project.root).findings] == []
    assert list(edits(project, [id])) == []


def test_a_text_is_taken_from_the_offsets(project: Project) -> None:
    with gold(project) as data:
        data["mentions"][0]["text"] = "Rusia"
    apply(project, ["refresh-text"])
    assert validate(project.root)
    assert "Rusia" not in (project.gold / f"{A}.json").read_text()
    assert TEXT_A[:5] == "Naïve"


def test_an_unknown_repair_is_refused(project: Project) -> None:
    with pytest.raises(CommuniqueError, match="no repair"):
        list(edits(project, ["everything"]))


def test_a_file_that_cannot_be_read_is_passed_over(project: Project) -> None:
    (project.gold / f"{A}.json").write_text("{")
    assert list(edits(project)) == []
