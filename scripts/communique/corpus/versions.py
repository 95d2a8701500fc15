"""Released versions: `corpus/versions/<x.y.z>/`, immutable, and the index that says what they must be.

A version is a corpus folder of its own: tables, manifest, card, Croissant, the schema it was built with, and
`SHA256SUMS` over all of them. The index `versions/versions.json` holds the digest of every `SHA256SUMS`,
each entry chained to the one before it. Nothing here depends on git.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from communique.annotation.source import read_json
from communique.corpus.checksums import SUMS, broken, verify_sums
from communique.corpus.manifest import sha256_of
from communique.errors import ProjectError

Step = Literal["major", "minor", "patch"]
Numbers = tuple[int, int, int]

FOLDER = "versions"
INDEX = "versions.json"
_NUMBER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True)
class Release:
    """One entry of the index. `digest` is the content digest of the tables, `sums` that of `SHA256SUMS`."""

    version: str
    digest: str
    sums: str
    chain: str


def numbers(version: str) -> Numbers:
    """The three numbers of a version. Raises ProjectError for another form; a leading v is allowed."""
    found = _NUMBER.fullmatch(version.removeprefix("v"))
    if found is None:
        raise ProjectError(
            "This is not a version number.",
            expected="x.y.z, for example 1.2.0",
            found=version or "nothing",
            mend="give three numbers; corpus/versions/versions.json lists what was released",
        )
    major, minor, patch = (int(part) for part in found.groups())
    return major, minor, patch


def is_number(version: str) -> bool:
    """Whether `version` has the form x.y.z, with or without a leading v."""
    return _NUMBER.fullmatch(version.removeprefix("v")) is not None


def after(version: str, step: Step) -> str:
    """The next version by one step (Semantic Versioning 2.0.0, items 6 to 8)."""
    major, minor, patch = numbers(version)
    nexts = {
        "major": (major + 1, 0, 0),
        "minor": (major, minor + 1, 0),
        "patch": (major, minor, patch + 1),
    }
    return ".".join(str(number) for number in nexts[step])


def releases(corpus: Path) -> list[Release]:
    """The released versions in their order. Empty when nothing was released.

    Raises ProjectError when the index is damaged or an entry doesn't continue the one before it.
    """
    path = corpus / FOLDER / INDEX
    if not path.exists():
        return []
    data = read_json(path)
    found: list[Release] = []
    try:
        found = [Release(**entry) for entry in data["releases"]]
        sound = index_json(found) == path.read_text(encoding="utf-8")
    except (KeyError, TypeError):
        sound = False
    chain = ""
    for one in found:
        chain = chained(chain, one.version, one.digest, one.sums)
        sound = sound and chain == one.chain
    if not sound:
        raise ProjectError(
            "The index of the released versions was changed.",
            file=path,
            mend="restore it from git or the Hub",
        )
    return found


def chained(before: str, version: str, digest: str, sums: str) -> str:
    """The chain digest of an entry after the entry whose chain digest is `before`."""
    return hashlib.sha256("\n".join((before, version, digest, sums)).encode()).hexdigest()


def index_json(found: list[Release]) -> str:
    """The index as its file holds it."""
    return json.dumps({"releases": [vars(one) for one in found]}, indent=2) + "\n"


def version_folder(corpus: Path, version: str) -> Path:
    """The folder of a released version whose small files were verified; its tables are when they are read.

    Raises ProjectError when there is no such version, or a file of it has changed.
    """
    wanted = version.removeprefix("v")
    known = {one.version: one for one in releases(corpus)}
    if wanted not in known:
        numbers(version)
        raise ProjectError(
            f"There is no version {wanted}.",
            file=corpus / FOLDER,
            expected=", ".join(known) or "a released version; nothing was released yet",
            found=version,
            mend="name one of these, or leave the version out for the present build",
        )
    folder = corpus / FOLDER / wanted
    _verify_entry(folder, known[wanted])
    verify_sums(folder, lambda path: not path.endswith(".parquet"))
    return folder


def verify_version(corpus: Path, version: str) -> None:
    """Check every byte of a released version. Raises ProjectError for the first file that has changed."""
    verify_sums(version_folder(corpus, version))


def verify_versions(corpus: Path, *, strays: bool = True) -> list[ProjectError]:
    """One error for each file of a released version that isn't as it was released, and with `strays` for folders
    that no release made (a release that was cut off leaves one, and replaces it when it is run again)."""
    errors: list[ProjectError] = []
    try:
        known = releases(corpus)
    except ProjectError as error:
        return [error]
    for one in known:
        try:
            _verify_entry(corpus / FOLDER / one.version, one)
        except ProjectError as error:
            errors.append(error)
        else:
            errors += broken(corpus / FOLDER / one.version)
    listed = {one.version for one in known}
    for folder in sorted((corpus / FOLDER).glob("*/")) if strays else ():
        if folder.is_dir() and folder.name not in listed and not folder.name.startswith("."):
            errors.append(
                ProjectError("A folder that no release made.", file=folder, mend="remove it, or release it")
            )
    return errors


def _verify_entry(folder: Path, entry: Release) -> None:
    path = folder / SUMS
    found = sha256_of(path) if path.exists() else None
    if found != entry.sums:
        raise ProjectError(
            f"The version {entry.version} was changed after its release."
            if found
            else f"The files of the version {entry.version} are not here.",
            file=path,
            expected=entry.sums,
            found=found or "no file",
            mend="restore the folder from git or the Hub: released bytes never change",
        )


def version_now(corpus: Path, stated: str, digest: str) -> str:
    """The version of a build with this content digest: `stated`, marked `+changed` when the content isn't
    that of the released version of the same number."""
    known: dict[str, Any] = {one.version: one.digest for one in releases(corpus)}
    return f"{stated}+changed" if known.get(stated, digest) != digest else stated
