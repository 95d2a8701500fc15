"""The command line as a reader runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import warm

_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "x"), ("EMAIL", "x@example.org"))
}


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`communique` with these arguments in the folder `cwd`; no traceback, whatever happens."""
    done = warm.run(
        [sys.executable, "-c", "from communique.commands import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **_IDENTITY, "COLUMNS": "200"},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def said(*arguments: str | Path, cwd: Path, code: int = 0) -> dict[str, Any]:
    """What a command with --json prints, when it ends with this exit code."""
    done = run(*arguments, "--json", cwd=cwd)
    assert done.returncode == code, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def git(root: Path, *arguments: str) -> None:
    """A git command in `root`."""
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True,
                   env={**os.environ, **_IDENTITY})  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but git's own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
