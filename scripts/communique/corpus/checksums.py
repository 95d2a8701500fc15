"""`SHA256SUMS`: the checksums of every file of a released folder, in the form that `sha256sum -c` reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from communique.corpus.manifest import sha256_of
from communique.errors import ProjectError
from communique.files import write_atomically

SUMS = "SHA256SUMS"


def sums_of(folder: Path) -> str:
    """The content of the file for what lies in `folder` now, sorted by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / SUMS)
    return "".join(f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in paths)


def write_sums(folder: Path) -> None:
    """Write `SHA256SUMS` into `folder`."""
    write_atomically(folder / SUMS, sums_of(folder))


def read_sums(folder: Path) -> dict[str, str]:
    """SHA-256 by path. Raises ProjectError for a line of another form."""
    sums: dict[str, str] = {}
    lines = (folder / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        digest, _, path = line.partition("  ")
        if len(digest) != 64 or not path:
            raise ProjectError(
                "A checksum file is damaged.",
                file=folder / SUMS,
                record=f"line {number}",
                expected="a SHA-256, two spaces, a path",
                found=line[:80],
                mend="fetch the release again",
            )
        sums[path] = digest
    return sums


def verify_sums(folder: Path, wanted: Callable[[str], bool] = lambda path: True) -> None:
    """Check the files whose path is `wanted`, and that no file was added.

    Raises ProjectError for the first file that is missing, changed or not listed.
    """
    sums = read_sums(folder)
    mend = "restore it from git or the Hub: released bytes never change, a correction is a new version"
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS}
    for path in sorted(present - sums.keys()):
        if wanted(path):
            raise ProjectError("A file was added to a release.", file=folder / path, mend="remove it")
    for path, expected in sums.items():
        if not wanted(path):
            continue
        if path not in present:
            raise ProjectError("A file of a release is missing.", file=folder / path, mend=mend)
        found = sha256_of(folder / path)
        if found != expected:
            raise ProjectError(
                "A file of a release has changed.",
                file=folder / path,
                expected=expected,
                found=found,
                mend=mend,
            )


def verify_small(folder: Path) -> None:
    """Check everything but the tables, which are checked one by one as they are read."""
    if (folder / SUMS).exists():
        verify_sums(folder, lambda path: not path.endswith(".parquet"))
