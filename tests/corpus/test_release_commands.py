"""release, diff and hydrate as commands: exit codes, output for machines, and that nothing is half-written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import warm
from tests.conftest import FIRST

from communique.corpus.build import build
from communique.project import Project

pytestmark = pytest.mark.slow


def _run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = "from communique.commands import main; main()"
    environment = {**os.environ, "GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@example.org",
                   "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@example.org"}  # fmt: skip
    return warm.run([sys.executable, "-c", code, *arguments], cwd=cwd, env=environment)


def _json(*arguments: str, cwd: Path) -> dict:  # type: ignore[type-arg]
    done = _run(*arguments, "--json", cwd=cwd)
    assert done.returncode in (0, 1), done.stderr
    return dict(json.loads(done.stdout))


def test_the_way_of_a_version_from_publisher_to_reader(project: Project, tmp_path: Path) -> None:
    root = project.root
    text = json.loads((project.articles / f"{FIRST}.json").read_text(encoding="utf-8"))["text"]
    build(project)  # the copy has no rounds, whose agreement the card quotes
    assert _json("release", "--dry-run", cwd=root)["version"] == "1.0.0"
    assert not (project.corpus / "versions").exists()
    made = _json("release", "--date", "2026-11-25", cwd=root)
    assert (made["version"], made["not_tagged"]) == ("1.0.0", "the project is not in a git repository")
    again = _run("release", cwd=root)
    assert (again.returncode, "Nothing changed since 1.0.0" in again.stderr) == (3, True)

    public = _json("release", "1.0.0", "--public", str(tmp_path / "public"), cwd=root)
    assert (public["withheld"], public["shared"], public["version"]) == ([FIRST], [], "1.0.0")
    (tmp_path / "mine.txt").write_text(text, encoding="utf-8")
    whole = _json("hydrate", "public", "--texts", "mine.txt", "--out", "whole", cwd=tmp_path)
    assert whole["identical"]
    assert _run("hydrate", "public", "--texts", "mine.txt", "--out", "whole", cwd=tmp_path).returncode == 3
    lines = text.split("\n")
    (tmp_path / "mine.txt").write_text("\n".join([*lines[8:], *lines[1:7]]), encoding="utf-8")
    part = _run("hydrate", "public", "--texts", "mine.txt", "--out", "part", cwd=tmp_path)
    assert (part.returncode, "partial" in part.stdout) == (1, True)
    (tmp_path / f"{FIRST}.txt").write_text("Something else altogether, in one line of some words.")
    wrong = _run("hydrate", "public", "--texts", f"{FIRST}.txt", "--out", "wrong", cwd=tmp_path)
    assert (wrong.returncode, (tmp_path / "wrong").exists()) == (3, False)
    assert "not the article that its name says" in wrong.stderr
    assert _run("hydrate", "public", "--out", "x", cwd=tmp_path).returncode == 3

    same = _run("diff", "1.0.0", str(tmp_path / "whole"), "--exit-code", cwd=root)
    assert (same.returncode, "same records" in same.stdout) == (0, True)


def test_what_stands_in_the_way_of_a_release(project: Project) -> None:
    root = project.root
    path = project.gold / f"{FIRST}.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["events"][0]["gloss"] = "Another gloss"
    path.write_text(json.dumps(data), encoding="utf-8")
    stale = _run("release", cwd=root)
    assert (stale.returncode, "not up to date" in stale.stderr) == (3, True)
    data["mentions"][0]["text"] = "other words"
    path.write_text(json.dumps(data), encoding="utf-8")
    build(project)
    faulty = _run("release", cwd=root)
    assert (faulty.returncode, "L3/" in faulty.stderr) == (1, True)
    day = _run("release", "--date", "tomorrow", cwd=root)
    assert (day.returncode, "YYYY-MM-DD" in day.stderr) == (3, True)
    assert not (project.corpus / "versions").exists()
    kind = _run("release", "--public", "out", "--fingerprints", "all", cwd=root)
    assert (kind.returncode, "none, paragraph, token" in kind.stderr) == (3, True)
    unknown = _run("diff", "7.0.0", cwd=root)
    assert (unknown.returncode, "There is no version 7.0.0" in unknown.stderr) == (3, True)
    assert "Traceback" not in "".join(one.stderr for one in (stale, faulty, day, kind, unknown))
