"""`SHA256SUMS`: the checksums of every file of a released folder, in the form that `sha256sum -c` reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from communique.corpus.manifest import sha256_of
from communique.errors import ProjectError
from communique.files import write_atomically

SUMS = "SHA256SUMS"
_SHA256 = re.compile(r"[0-9a-f]{64}")


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
        if not _SHA256.fullmatch(digest) or not path:
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


class SealBroken(ProjectError):
    """A file of a released folder is not as it was released. `kind`: changed, absent, added, or form."""

    kind: Literal["changed", "absent", "added", "form"] = "changed"

    def of(self, kind: Literal["changed", "absent", "added", "form"]) -> SealBroken:
        self.kind = kind
        return self


def broken(folder: Path, wanted: Callable[[str], bool] = lambda path: True) -> Iterator[SealBroken]:
    """Every file of a released folder that is missing, changed or was added, among those `wanted`."""
    mend = "restore it from git or the Hub: released bytes never change, a correction is a new version"
    try:
        sums = read_sums(folder)
    except ProjectError as error:
        yield SealBroken(
            error.message, file=error.file, record=error.record, expected=error.expected, found=error.found, mend=error.mend
        ).of("form")  # fmt: skip
        return
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS}
    for path in sorted(present - sums.keys()):
        if wanted(path):
            said = "A file was added to a release."
            yield SealBroken(said, file=folder / path, mend="remove it").of("added")
    for path, expected in sums.items():
        if not wanted(path):
            continue
        if path not in present:
            said = "A file of a release is missing."
            yield SealBroken(said, file=folder / path, mend=mend).of("absent")
            continue
        found = sha256_of(folder / path)
        if found != expected:
            said = "A file of a release has changed."
            yield SealBroken(said, file=folder / path, expected=expected, found=found, mend=mend)


def verify_sums(folder: Path, wanted: Callable[[str], bool] = lambda path: True) -> None:
    """Check the files whose path is `wanted`, and that no file was added.

    Raises ProjectError for the first file that is missing, changed or not listed.
    """
    for error in broken(folder, wanted):
        raise error


def sealed_folder(corpus: Path) -> Path | None:
    """The released folder that `corpus` is or is the `corpus/` of; None when it is of none."""
    return next((one for one in (corpus, corpus.parent) if (one / SUMS).is_file()), None)


def verify_small(folder: Path) -> None:
    """Check everything but the tables, which are checked one by one as they are read."""
    if (folder / SUMS).exists():
        verify_sums(folder, lambda path: not path.endswith(".parquet"))
