"""Pushing to the Hub and loading from it, against a local stand-in for its HTTP interface (tests/corpus/hub.py)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.corpus.hub import Hub, running

import communique
from communique.corpus.load import WithheldTextWarning, load_arrow
from communique.corpus.public import publish
from communique.corpus.push import push_public
from communique.corpus.release import plan, release
from communique.corpus.snapshot import open_snapshot
from communique.errors import ProjectError
from communique.project import Project

NAME = "somebody/communique"
pytestmark = pytest.mark.slow


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with running() as made:
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        yield made


@pytest.fixture
def public(project: Project, tmp_path: Path) -> Path:
    release(project, plan(project, "1.0.0"), datetime.date(2026, 1, 1))
    publish(project, tmp_path / "public", "token", "1.0.0")
    return tmp_path / "public"


def test_push_tags_after_the_last_commit_and_can_be_run_again(hub: Hub, public: Path) -> None:
    first = push_public(public, NAME)
    assert hub.tags[NAME] == {"v1.0.0": first["commit"]}
    assert hub.requests.index(next(one for one in hub.requests if "/tag/" in one)) > max(
        at for at, one in enumerate(hub.requests) if "/commit/" in one
    )
    files = hub.commits[first["commit"]]
    assert {"README.md", "manifest.json", "croissant.json", "withheld.jsonl", "SHA256SUMS"} <= files.keys()
    assert not any("gold" in path or "raw" in path or "hf_secret" in path for path in files)
    assert b"hf_secret" not in b"".join(files.values())
    again = push_public(public, NAME)
    assert (again["uploaded"], again["commit"]) == (False, first["commit"])


@pytest.mark.parametrize("moment", ["/commit/", "/tag/", "/preupload/"])
def test_a_push_that_was_cut_off_goes_on(hub: Hub, public: Path, moment: str) -> None:
    hub.fail = [moment] * 100
    with pytest.raises(ProjectError, match="run the command again") as error:
        push_public(public, NAME)
    assert "hf_secret" not in str(error.value)
    assert NAME not in hub.tags
    hub.fail = []
    done = push_public(public, NAME)
    assert hub.tags[NAME]["v1.0.0"] == done["commit"]


def test_a_tagged_version_is_never_overwritten(hub: Hub, public: Path) -> None:
    first = push_public(public, NAME)
    hub.commits[first["commit"]]["SHA256SUMS"] = b"0" * 64 + b"  README.md\n"
    with pytest.raises(ProjectError, match="other content"):
        push_public(public, NAME)


def test_what_was_pushed_loads_by_revision_and_compares(hub: Hub, public: Path, project: Project) -> None:
    push_public(public, NAME)
    with pytest.warns(WithheldTextWarning, match="communique hydrate"):
        _, table = load_arrow("statements", path=NAME, version="1.0.0")
    assert table.num_rows == load_arrow("statements", path=project.root)[1].num_rows
    assert table["cue_text"].null_count == table.num_rows
    with open_snapshot(f"{NAME}@v1.0.0", None) as found:
        assert found.manifest["version"] == "1.0.0"
    with pytest.raises(ProjectError, match="doesn't give"):
        communique.load("statements", path=NAME, version="9.0.0")


def test_only_a_released_version_is_pushed(hub: Hub, project: Project, tmp_path: Path, public: Path) -> None:
    with pytest.raises(ProjectError, match="no name of a repository"):
        push_public(public, "not a name")
    (public / "corpus" / "README.md").write_text("changed", encoding="utf-8")
    with pytest.raises(ProjectError, match="has changed"):
        push_public(public, NAME)
    assert not hub.requests
