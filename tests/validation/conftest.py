"""The sound project and its built corpus, made once and copied for each test."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sound import make_project
from tables import read_rows

from communique.project import Project
from communique.schema import load_schema


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, list[dict[str, Any]]]]:
    """The sound project, built in two shards, and its rows."""
    from communique.corpus import shards
    from communique.corpus.build import build

    project = make_project(tmp_path_factory.mktemp("sound"))
    before, shards.ARTICLES_PER_SHARD = shards.ARTICLES_PER_SHARD, 1
    try:
        build(project)
    finally:
        shards.ARTICLES_PER_SHARD = before
    return project, read_rows(project.corpus, load_schema(project.schema))


@pytest.fixture
def built(built_once: tuple[Project, Any], tmp_path: Path) -> Project:
    """A copy of the built project to spoil."""
    shutil.copytree(built_once[0].root, tmp_path / "built")
    return Project(tmp_path / "built")


@pytest.fixture
def sound_rows(
    built_once: tuple[Project, dict[str, list[dict[str, Any]]]],
) -> dict[str, list[dict[str, Any]]]:
    return {name: [dict(row) for row in rows] for name, rows in built_once[1].items()}
