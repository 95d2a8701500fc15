"""Fixtures that every room uses: the shipped project, and copies of it to break."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from communique.corpus.build import build
from communique.corpus.manifest import read_manifest
from communique.project import Project
from communique.schema import Schema, load_schema

# A busy machine is no fault of the code: no time limit for one example.
settings.register_profile("communique", deadline=None)
settings.load_profile("communique")

ROOT = Path(__file__).resolve().parent.parent
FIRST = "guardian-20211207-joe-biden-vladimir-putin-virtual"


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
