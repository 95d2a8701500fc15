"""`corpus/build.sha256`: the checksums of what a build read, and of the card that it wrote.

The manifest holds the checksums of the tables. With this file beside it no byte of a source can change
without a trace: whoever edits a source builds again, and whoever didn't mean to learns of it. The form is
that of `sha256sum -c`, from the project's root; the first line, a comment to `sha256sum`, is the checksum
of the other lines. Raw files are not in it: articles hold their checksums.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from communique.corpus.manifest import sha256_of
from communique.files import write_atomically
from communique.project import Project

NAME = "build.sha256"
_HEAD = "# sha256 of the lines below: "


@dataclass(frozen=True)
class Change:
    """One file that is not as it was at the build. `path` is relative to the project's root.

    `kind`: changed, gone, new, or damaged (the list of checksums itself).
    """

    path: str
    kind: Literal["changed", "gone", "new", "damaged"]
    expected: str | None = None
    found: str | None = None


def record_build(project: Project, written: list[Path]) -> bool:
    """Write the checksums of the project's sources and of the files `written`; whether they are others than before."""
    sums = {
        path.relative_to(project.root).as_posix(): sha256_of(path) for path in _sources(project) + written
    }
    body = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums.items()))
    content = f"{_HEAD}{hashlib.sha256(body.encode()).hexdigest()}\n{body}"
    path = project.corpus / NAME
    if path.exists() and path.read_bytes() == content.encode():
        return False
    write_atomically(path, content)
    return True


def changed_since_build(project: Project) -> list[Change] | None:
    """What is not as the build found or left it, sorted by path; None when no build kept checksums."""
    path = project.corpus / NAME
    if not path.exists():
        return None
    name = path.relative_to(project.root).as_posix()
    data = path.read_bytes()
    head, _, body = data.partition(b"\n")
    digest = hashlib.sha256(body).hexdigest()
    if head != f"{_HEAD}{digest}".encode():
        stated = head.decode("utf-8", "replace").removeprefix(_HEAD)
        return [Change(name, "damaged", stated[:80], digest)]
    sums = {path: digest for digest, _, path in (one.partition("  ") for one in body.decode().splitlines())}
    present = {one.relative_to(project.root).as_posix(): one for one in _sources(project)}
    changes = [Change(one, "new") for one in present.keys() - sums.keys()]
    for one, expected in sums.items():
        at = project.root / one
        found = sha256_of(at) if at.is_file() else None
        if found != expected:
            changes.append(Change(one, "changed" if found else "gone", expected, found))
    return sorted(changes, key=lambda change: change.path)


def _sources(project: Project) -> list[Path]:
    single = [project.facts, project.card_text, project.sources, project.actors]
    folders = [project.articles, project.gold, project.schema]
    found = [path for path in single if path.is_file()]
    return found + [path for folder in folders for path in sorted(folder.glob("*.json"))]
