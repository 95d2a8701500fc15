"""Bytes that may not change unseen: released versions, public folders, and the sources of a build (level 0)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from communique.annotation.source import read_json
from communique.corpus.buildsums import Change, changed_since_build
from communique.corpus.checksums import SUMS, SealBroken, broken, sealed_folder
from communique.corpus.croissant import CROISSANT
from communique.corpus.manifest import NAME, sha256_of
from communique.corpus.versions import FOLDER, INDEX, releases, verify_versions, version_now
from communique.errors import ProjectError
from communique.project import Project
from communique.validation import level0, level6
from communique.validation.finding import Finding

_SAID = {
    "changed": "The file has changed since the build.",
    "gone": "The file was there at the build and is gone.",
    "new": "The file was not there at the build.",
    "damaged": "The list of checksums is not as the build wrote it.",
}


def seal_findings(corpus: Path, said: Iterable[str | None]) -> list[Finding]:
    """The files of a folder with `SHA256SUMS` in it or beside it that are not as they were released.

    `corpus` is a released version, or the `corpus/` of a public folder. Files of which something is `said`
    already are passed over: one fault is one finding.
    """
    folder = sealed_folder(corpus)
    if folder is None:
        return []
    found = [_finding(error, corpus) for error in broken(folder)]
    index = folder.parent / INDEX
    if folder.parent.name == FOLDER and index.is_file():
        found += _entry(folder)
    known = set(said)
    return [one for one in found if one.file not in known]


def version_findings(project: Project) -> list[Finding]:
    """Every file of every released version that is not as it was released, and what is wrong with their index."""
    if not (project.corpus / FOLDER).is_dir():
        return []
    return [_finding(error, project.root) for error in verify_versions(project.corpus)]


def build_findings(project: Project, said: Iterable[str | None]) -> list[Finding]:
    """Sources, card and manifest that are not as the build found or left them."""
    known = set(said)
    changes = changed_since_build(project) or []
    found = [_change(one, project) for one in changes]
    facts = project.facts.relative_to(project.root).as_posix()
    if facts not in known and not any(one.path == facts for one in changes):
        found += _names(project)
    found += _croissant(project)
    return [one for one in found if one.file not in known]


def _finding(error: ProjectError, root: Path) -> Finding:
    check = level0.SEALED[error.kind] if isinstance(error, SealBroken) else level6.DAMAGED
    path = Path(error.file) if error.file else root / FOLDER / INDEX
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    said = f"{error.message} ({SUMS} says so.)" if isinstance(error, SealBroken) else error.message
    return check.finding(said, file=file, field=error.record, found=error.found, expected=error.expected)


def _entry(folder: Path) -> list[Finding]:
    """The list of checksums of one version against the index beside it."""
    try:
        listed = {one.version: one for one in releases(folder.parent.parent)}
    except ProjectError as error:
        return [_finding(error, folder)]
    entry = listed.get(folder.name)
    found = sha256_of(folder / SUMS)
    if entry is None or entry.sums == found:
        return []
    said = f"The version {entry.version} was changed after its release."
    return [level6.DAMAGED.finding(said, file=SUMS, found=found, expected=entry.sums)]


def _change(change: Change, project: Project) -> Finding:
    card = (project.corpus / "README.md").relative_to(project.root).as_posix()
    check = level0.CARD_CHANGED if change.path == card else level0.SOURCE_CHANGED
    return check.finding(_SAID[change.kind], file=change.path, found=change.found, expected=change.expected)


def _names(project: Project) -> list[Finding]:
    """Name and version of the manifest are what a build of this project writes."""
    try:
        facts, manifest = read_json(project.facts), read_json(project.corpus / NAME)
        version = version_now(project.corpus, str(facts["version"]), str(manifest.get("digest")))
    except (ProjectError, KeyError):
        return []
    file = (project.corpus / NAME).relative_to(project.root).as_posix()
    pairs = (("name", facts.get("name")), ("version", version))
    return [
        level0.MANIFEST_NAMES.finding(
            f"The {key} is {manifest.get(key)}, a build would write {expected}.",
            file=file, field=key, pointer=f"/{key}", found=str(manifest.get(key)), expected=str(expected),
        )
        for key, expected in pairs
        if manifest.get(key) != expected
    ]  # fmt: skip


def _croissant(project: Project) -> list[Finding]:
    """The Croissant file is that of the latest release."""
    path = project.corpus / CROISSANT
    try:
        known = releases(project.corpus)
    except ProjectError:
        return []
    if not known or not path.exists():
        return []
    latest = project.corpus / FOLDER / known[-1].version / CROISSANT
    if not latest.exists() or path.read_bytes() == latest.read_bytes():
        return []
    file = path.relative_to(project.root).as_posix()
    said = f"The file is not that of the release {known[-1].version}."
    return [level0.CARD_CHANGED.finding(said, file=file)]
