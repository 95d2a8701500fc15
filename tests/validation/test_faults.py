"""Every check has a fault that it finds, exactly once and at exactly the right place, and nothing else does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import faults_codebook  # noqa: F401
import faults_corpus  # noqa: F401
from faults_json import FAULTS, Fault
from sound import make_project

from communique.validation import validate


def test_a_sound_project_gives_no_finding(tmp_path: Path) -> None:
    report = validate(make_project(tmp_path).root)
    assert [(one.id, one.place) for one in report.findings] == []
    assert report
    assert report.exit_code == 0
    assert report.not_checked == []


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_is_found_once_at_its_place(fault: Fault, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    fault.plant(project)
    report = validate(project.root)
    found = [(one.id, one.table, one.key, one.field) for one in report.findings]
    assert found == [(fault.id, fault.table, fault.key, fault.field)]
    finding = report.findings[0]
    assert finding.file or finding.level == 5
    assert finding.message
    assert finding.mend
    assert report.exit_code == {"error": 1, "warning": 2, "note": 0}[finding.severity]
