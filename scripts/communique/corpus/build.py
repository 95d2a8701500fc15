"""Build the tables: a pure function of articles, annotations, schema and version.

Every file carries the digest of its content in its name, so a new build never touches a file of the old
one. The new files are written first, then manifest and card, which name them, and only then the files
that neither names are removed. Whoever is killed at any moment leaves a corpus that loads: the old one
or the new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.annotation.source import Source, open_source
from communique.corpus import buildsums
from communique.corpus.card import card
from communique.corpus.manifest import NAME, manifest_json, read_manifest, sha256_of
from communique.corpus.shards import shard_count
from communique.corpus.tables import parts
from communique.corpus.tableset import content_digest, write_tables
from communique.corpus.versions import version_now
from communique.errors import ProjectError
from communique.files import clear_unfinished, write_atomically
from communique.project import Project

Record = dict[str, Any]
CARD = "README.md"


@dataclass
class Built:
    """The outcome of a build: the manifest, and which files were written and removed."""

    manifest: Record
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {name: table["rows"] for name, table in self.manifest["tables"].items()}


def build(project: Project, out: Path | None = None, progress: Callable[[str], None] | None = None) -> Built:
    """Build `corpus/data`, `manifest.json` and the card of `project`, or of a folder `out` instead.

    A shard whose content is already there in sound bytes is left alone, so that a rebuild with another
    version of pyarrow changes nothing. Raises CommuniqueError on input that cannot be built; nothing of
    the old corpus has changed then.
    """
    source = open_source(project)
    corpus = out or project.corpus
    old = _sound_files(corpus)
    built = Built({})
    shards = shard_count(len(source.articles))
    rows = parts(source, shards)
    tables, built.written = write_tables(corpus, source.schema, rows, shards, old, progress)
    built.manifest = _manifest(source, shards, tables)
    _replace(corpus / NAME, manifest_json(built.manifest), built)
    _replace(corpus / CARD, card(source, built.manifest, corpus), built)
    if out is None and buildsums.record_build(project, [corpus / CARD]):
        built.written.append(buildsums.NAME)
    built.removed = _sweep(corpus, built.manifest)
    return built


def check(project: Project) -> list[str]:
    """What differs between `corpus/` and what would be built now; empty when the corpus is up to date.

    Content is compared, and the bytes of each file with the manifest: a build by another version of
    pyarrow has other bytes and the same content.
    """
    import tempfile

    if not (project.corpus / NAME).exists():
        return [f"{project.corpus / NAME} is missing: the corpus has not been built"]
    present = read_manifest(project.corpus)
    differences = []
    for table in present["tables"].values():
        for entry in table["files"]:
            path = project.corpus / entry["path"]
            if not path.exists() or sha256_of(path) != entry["sha256"]:
                differences.append(f"{entry['path']} is missing or not as the manifest says")
    with tempfile.TemporaryDirectory() as folder:
        fresh = build(project, Path(folder))
        for key in ("version", "schema", "shards"):
            if present.get(key) != fresh.manifest[key]:
                differences.append(f"{key}: built {present.get(key)!r}, now {fresh.manifest[key]!r}")
        for name in sorted(present["tables"].keys() | fresh.manifest["tables"].keys()):
            was, would = (one["tables"].get(name, {}) for one in (present, fresh.manifest))
            if was.get("digest") != would.get("digest"):
                differences.append(
                    f"{name}: {was.get('rows', 0)} rows built, {would.get('rows', 0)} now; content differs"
                )
        written = project.corpus / CARD
        if not written.exists() or written.read_text(encoding="utf-8") != (Path(folder) / CARD).read_text(
            encoding="utf-8"
        ):
            differences.append(f"{CARD} is not the card that would be written")
    return differences


def _manifest(source: Source, shards: int, tables: dict[str, Any]) -> Record:
    digest = content_digest(tables)
    return {
        "name": source.facts["name"],
        "version": version_now(source.project.corpus, source.facts["version"], digest),
        "schema": source.schema.fingerprint,
        "shards": shards,
        "digest": digest,
        "tables": tables,
    }


def _sound_files(corpus: Path) -> dict[str, str]:
    """SHA-256 by path of the present build's files whose bytes are still what its manifest says."""
    try:
        manifest = read_manifest(corpus)
    except ProjectError:
        return {}
    entries = [entry for table in manifest["tables"].values() for entry in table["files"]]
    return {
        entry["path"]: entry["sha256"]
        for entry in entries
        if (corpus / entry["path"]).exists() and sha256_of(corpus / entry["path"]) == entry["sha256"]
    }


def _replace(path: Path, content: str, built: Built) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        write_atomically(path, content)
        built.written.append(path.name)


def _sweep(corpus: Path, manifest: Record) -> list[str]:
    named = {entry["path"] for table in manifest["tables"].values() for entry in table["files"]}
    removed = []
    for path in sorted((corpus / "data").rglob("*.parquet*")):
        relative = path.relative_to(corpus).as_posix()
        if relative not in named:
            path.unlink()
            removed.append(relative)
    left = clear_unfinished(corpus) + clear_unfinished(corpus / "data", "**/.*.tmp")
    return removed + [path.relative_to(corpus).as_posix() for path in left]
