"""One version of the corpus, wherever it lies: a number, a path, `current`, a git revision, the Hub."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from communique.corpus.checksums import verify_small
from communique.corpus.manifest import NAME, Record, read_manifest
from communique.corpus.versions import is_number, version_folder
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema, load_schema

SCHEMA = "schema"


@dataclass(frozen=True)
class Flat(Project):
    """A corpus folder that carries its own schema: a released version, or a download from the Hub."""

    @property
    def schema(self) -> Path:
        return self.corpus / SCHEMA


@dataclass(frozen=True)
class Snapshot:
    """One version ready to be read. `label` is what the user called it."""

    label: str
    project: Project

    @property
    def corpus(self) -> Path:
        return self.project.corpus

    @property
    def manifest(self) -> Record:
        return read_manifest(self.corpus)

    def read_schema(self) -> Schema:
        """The schema that the version was built with."""
        return load_schema(self.project.schema)


def flat(folder: Path) -> Project | None:
    """The folder as a corpus with its own schema, or None when it is none. Its small files are verified."""
    if (folder / NAME).exists() and (folder / SCHEMA).is_dir():
        verify_small(folder)
        return Flat(folder, corpus_at=folder)
    return None


def at_version(project: Project, version: str) -> Project:
    """A released version of a project, or its present build when that is the version asked for.

    Raises ProjectError when there is no such version.
    """
    wanted = version.removeprefix("v")
    if (project.corpus / "versions").is_dir():
        folder = version_folder(project.corpus, wanted)
        return Flat(folder, corpus_at=folder)
    present = read_manifest(project.corpus)["version"]
    if present != wanted:
        raise ProjectError(
            f"There is no version {wanted} here.",
            file=project.corpus,
            expected=f"{present}, the only version in this folder",
            found=version,
            mend="name a checkout, or the Hub: communique.load(..., path='ORG/NAME', version=…)",
        )
    return project


@contextmanager
def open_snapshot(spec: str, project: Project | None) -> Iterator[Snapshot]:
    """The version that `spec` names: `current`, x.y.z, a folder, `ORG/NAME@REVISION` on the Hub, or a git
    revision of the project's repository, in this order. What was fetched is removed at the end.

    Raises ProjectError when it names nothing, or what it names isn't a corpus.
    """
    from communique.corpus.load import locate

    if spec == "current" or is_number(spec):
        if project is None:
            raise ProjectError(f"'{spec}' names a version of a project, and there is none here.", found=spec)
        yield Snapshot(spec, project if spec == "current" else at_version(project, spec))
        return
    if Path(spec).exists():
        yield Snapshot(spec, locate(spec))
        return
    with tempfile.TemporaryDirectory(prefix="communique-") as folder:
        if "@" in spec and spec.count("/") == 1:
            repository, _, wanted = spec.partition("@")
            yield Snapshot(spec, fetch(repository, wanted or None, Path(folder)))
        elif project is not None and (revision := _commit(project.root, spec)):
            yield Snapshot(spec, _from_git(project.root, revision, Path(folder), spec))
        else:
            raise ProjectError(
                f"'{spec}' names no version of the corpus.",
                found=spec,
                expected="current, a version x.y.z, a folder, a git revision, or ORG/NAME@REVISION on the Hub",
                mend="see the spelling; corpus/versions/versions.json lists what was released",
            )


def fetch(repository: str, revision: str | None, folder: Path) -> Project:
    """Download a corpus from the Hub into `folder`. Raises ProjectError when that fails or it is none."""
    from huggingface_hub import snapshot_download

    try:
        found = Path(
            snapshot_download(
                repository,
                revision=revision,
                repo_type="dataset",
                local_dir=str(folder),
                endpoint=os.environ.get("HF_ENDPOINT"),
            )
        )
    except Exception as error:
        raise ProjectError(
            f"The Hub doesn't give {repository} at {revision or 'its head'}: {type(error).__name__}.",
            found=str(error).splitlines()[0][:200] if str(error) else None,
            mend="check name, revision and network; HF_TOKEN opens private repositories",
        ) from None
    shutil.rmtree(found / ".cache", ignore_errors=True)
    opened = flat(found)
    if opened is None:
        raise ProjectError(
            f"{repository} holds no Communiqué corpus.", expected=f"{NAME} and {SCHEMA}/ in it"
        )
    return opened


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)


def _commit(root: Path, spec: str) -> str | None:
    if spec.startswith("-") or shutil.which("git") is None:
        return None
    found = _git(root, "rev-parse", "--verify", "--quiet", f"{spec}^{{commit}}")
    return found.stdout.decode().strip() or None


def _from_git(root: Path, commit: str, folder: Path, spec: str) -> Project:
    """The corpus and schema of a project as they were at a commit."""
    import io
    import tarfile

    top = Path(_git(root, "rev-parse", "--show-toplevel").stdout.decode().strip())
    prefix = root.resolve().relative_to(top.resolve()).as_posix()
    parts = [f"{prefix}/{one}".removeprefix("./") for one in ("annotations/schema", "corpus")]
    archive = _git(top, "archive", "--format=tar", commit, "--", *parts)
    if archive.returncode:
        raise ProjectError(
            f"There is no corpus at the revision {spec}.",
            found=archive.stderr.decode(errors="replace").strip()[:200],
            mend="name a revision that holds corpus/ and annotations/schema; a shallow clone has few",
        )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    opened = Project(folder / prefix)
    read_manifest(opened.corpus)
    return opened
