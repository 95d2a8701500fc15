"""Faults of kinds that no list names: each is found once at its place, in JSON and in tables; what is legal gives none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faults_unlisted_facts  # noqa: F401
import faults_unlisted_files  # noqa: F401
import faults_unlisted_records  # noqa: F401
import pytest
from faults_unlisted import LEGAL, UNLISTED, Plant, Unlisted
from sound import make_project
from tables import write_tables

from communique.validation import validate

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

_NAMES = [fault.plant.__name__ for fault in UNLISTED]


def test_there_are_many_kinds() -> None:
    assert len(UNLISTED) >= 100
    assert len(_NAMES) == len(set(_NAMES))


@pytest.mark.parametrize("fault", UNLISTED, ids=_NAMES)
def test_an_unlisted_fault_is_found_once_at_its_place(fault: Unlisted, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    fault.plant(project)
    report = validate(project.root)
    found = [(one.id, one.table, one.key, one.field) for one in report.findings]
    assert found == [(fault.id, fault.table, fault.key, fault.field)]
    if fault.file:
        assert report.findings[0].file == fault.file
    assert report.exit_code == {"error": 1, "warning": 2, "note": 0}[report.findings[0].severity]


@pytest.mark.parametrize(("why", "plant"), LEGAL, ids=[plant.__name__ for _, plant in LEGAL])
def test_what_is_legal_gives_no_finding(why: str, plant: Plant, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    plant(project)
    assert [(one.id, one.place) for one in validate(project.root).findings] == [], why


#: In tables an article without annotations is one without rows, and nothing else refers to them here.
OF_ROWS = [fault for fault in UNLISTED if fault.of_rows and fault.plant.__name__ != "article_without_gold"]


@pytest.mark.parametrize("fault", OF_ROWS, ids=[fault.plant.__name__ for fault in OF_ROWS])
def test_an_unlisted_fault_is_the_same_in_parquet(fault: Unlisted, tmp_path: Path, sound_rows: Any) -> None:
    project = make_project(tmp_path)
    fault.plant(project)
    write_tables(project, sound_rows)
    # The derived columns are those of the sound rows, so a name that was changed differs from its copies.
    report = validate(project.corpus, skip=["L4/derived-differs"])
    found = [(one.id, one.table, one.key, one.field) for one in report.findings]
    assert found == [(fault.id, fault.table, fault.key, fault.field)]
