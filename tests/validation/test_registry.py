"""The registry as such: every check has a fixture, a page, and an explanation."""

from __future__ import annotations

import faults_codebook  # noqa: F401
import faults_corpus  # noqa: F401
import faults_unlisted_facts  # noqa: F401
import faults_unlisted_files  # noqa: F401
import faults_unlisted_records  # noqa: F401
import pytest
from faults_json import FAULTS
from faults_unlisted import UNLISTED
from sound import REPOSITORY
from test_release import FAULTS as RELEASE_FAULTS
from test_sealed import SEAL_FAULTS
from test_tables import FILE_FAULTS, OTHER_FILE_FAULTS

from communique.validation.document import checks_page
from communique.validation.registry import RETIRED, checks, declare


def test_every_check_has_a_fault_that_it_finds() -> None:
    planted = (
        {fault.id for fault in FAULTS}
        | {id for id, _ in FILE_FAULTS}
        | {id for id, *_ in RELEASE_FAULTS}
        | {id for id, *_ in SEAL_FAULTS}
        | {fault.id for fault in UNLISTED}
        | OTHER_FILE_FAULTS
    )
    assert planted == set(checks())


def test_there_are_checks_of_every_level() -> None:
    assert len(checks()) >= 75
    assert {check.level for check in checks().values()} == set(range(7))
    assert not RETIRED & set(checks())


def test_every_check_explains_itself() -> None:
    for check in checks().values():
        for part in (check.title, check.why, check.bad, check.good, check.mend):
            assert part.strip(), check.id
        assert not check.mend.endswith("."), check.id
        assert check.why.endswith((".", "?")), check.id


def test_the_page_of_checks_is_up_to_date() -> None:
    page = REPOSITORY / "annotations" / "checks.md"
    assert page.read_text(encoding="utf-8") == checks_page(), (
        "python -m communique.validation.document annotations/checks.md"
    )


def test_an_id_cannot_be_declared_twice() -> None:
    facts = {"why": "w.", "bad": "b", "good": "g", "mend": "m"}
    with pytest.raises(ValueError, match="taken"):
        declare("L2/key-repeated", "again", **facts)
    with pytest.raises(ValueError, match="malformed"):
        declare("L9/key", "no such level", **facts)
