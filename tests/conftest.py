"""Fixtures that every room uses: the shipped project, and copies of it to break."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from communique.corpus.build import build
from communique.corpus.manifest import read_manifest
from communique.project import Project
from communique.schema import Schema, load_schema

# A busy machine is no fault of the code: no time limit for one example. What CI tries is the same each time, so that
# a change is judged by itself; everybody else tries other examples at each run.
settings.register_profile("communique", deadline=None, derandomize="COMMUNIQUE_CI" in os.environ)
settings.load_profile("communique")

ROOT = Path(__file__).resolve().parent.parent
FIRST = "guardian-20211207-joe-biden-vladimir-putin-virtual"


#: The modules that take longest, longest first: each is one worker's from its beginning to its end.
_LONGEST = (
    "test_push_server_kill.py", "test_sealed.py", "test_pages.py", "test_pull_kill.py", "test_push_kill.py",
    "test_unlisted_faults.py", "test_lossless_in_the_page.py", "rounds/test_importer.py", "corpus/test_bad_input.py",
    "rounds/test_bad_input.py", "validation/test_tables.py", "rounds/test_server.py", "test_serve_browser.py",
    "test_screen.py", "test_many.py", "test_whole_round.py", "test_journey.py", "test_annotators_job.py",
    "test_adjudication_project.py", "test_client.py", "test_coefficients.py", "test_engines.py", "test_faults.py",
    "validation/test_fuzz.py", "validation/test_bad_input.py", "test_public_bytes.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long modules first, so that none is begun when the other worker has nothing left to do."""

    def place(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((at for at, name in enumerate(_LONGEST) if path.endswith(f"/{name}")), len(_LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def shipped() -> Project:
    """The project in this repository. Read only."""
    return Project(ROOT)


@pytest.fixture(scope="session")
def schema(shipped: Project) -> Schema:
    return load_schema(shipped.schema)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A running Chromium, one for all tests of a process; open tabs with `browser.opened(chromium)`."""
    import browser

    with browser.launched() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, shipped: Project) -> Project:
    """A copy of the shipped project that a test may change, without its released versions."""
    return copy_of(shipped, tmp_path / "project")


def copy_of(shipped: Project, root: Path) -> Project:
    """A copy in the new folder `root`, built anew where what it says depends on released versions."""
    shutil.copytree(
        shipped.root / "annotations", root / "annotations", ignore=shutil.ignore_patterns("rounds")
    )
    # The card quotes the agreement of the newest round.
    for report in sorted(shipped.rounds.glob("*/agreement.json")):
        target = root / "annotations" / "rounds" / report.parent.name
        target.mkdir(parents=True)
        shutil.copy(report, target)
    shutil.copytree(shipped.corpus, root / "corpus", ignore=shutil.ignore_patterns("versions"))
    copy = Project(root)
    if read_manifest(copy.corpus)["version"].endswith("+changed"):
        # Said in relation to the released versions, which are left out.
        build(copy)
    return copy
