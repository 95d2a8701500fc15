"""The manifest: which files make up a version of the corpus, and what they must contain."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from communique.annotation.source import read_json
from communique.errors import CommuniqueError, ProjectError

Record = dict[str, Any]

NAME = "manifest.json"
_ENTRY = {"path", "split", "shard", "rows", "bytes", "sha256"}


def manifest_json(manifest: Record) -> str:
    """The manifest as its file holds it."""
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def read_manifest(corpus: Path) -> Record:
    """The manifest of a built corpus. Raises ProjectError when there is none, or it has another form."""
    path = corpus / NAME
    if not path.exists():
        raise ProjectError("The corpus has not been built.", file=path, mend="run 'communique build'")
    mend = "restore it from git or the Hub, or run 'communique build'"
    try:
        manifest = read_json(path)
    except CommuniqueError as error:
        raise ProjectError(
            "The manifest of the corpus cannot be read.", file=path, found=error.message, mend=mend
        ) from None
    tables = manifest.get("tables") if isinstance(manifest, dict) else None
    if not isinstance(tables, dict):
        raise ProjectError("Not a manifest of a corpus.", file=path, field="tables", mend=mend)
    for name, table in tables.items():
        files = table.get("files") if isinstance(table, dict) else None
        sound = isinstance(files, list) and all(
            isinstance(one, dict) and one.keys() >= _ENTRY for one in files
        )
        if not sound:
            raise ProjectError(
                "Not a manifest of a corpus.",
                file=path,
                field=f"tables/{name}/files",
                expected=f"a list of entries with {', '.join(sorted(_ENTRY))}",
                mend=mend,
            )
    return manifest


def table_files(manifest: Record, table: str, split: str | None = None) -> list[Record]:
    """The entries of a table's files, in shard order: path, sha256, bytes, rows, split, shard."""
    if table not in manifest["tables"]:
        raise ProjectError(
            f"There is no table '{table}'.", expected=", ".join(manifest["tables"]), found=table
        )
    files = manifest["tables"][table]["files"]
    return [file for file in files if split is None or file["split"] == split]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_file(corpus: Path, entry: Record) -> Path:
    """The path of a file of the manifest whose bytes are what the manifest says.

    Raises ProjectError for a missing, truncated or changed file, and for a Git LFS pointer in its place.
    """
    path = corpus / entry["path"]
    rebuild = "restore it from git or the Hub, or run 'communique build'"
    if not path.exists():
        raise ProjectError("A file of the corpus is missing.", file=path, mend=rebuild)
    with path.open("rb") as file:
        if file.read(43) == b"version https://git-lfs.github.com/spec/v1\n":
            raise ProjectError(
                "This is a Git LFS pointer, not the file.", file=path, mend="run 'git lfs pull'"
            )
    if path.stat().st_size != entry["bytes"]:
        raise ProjectError(
            "A file of the corpus has another size than the manifest says.",
            file=path,
            expected=f"{entry['bytes']} bytes",
            found=f"{path.stat().st_size} bytes",
            mend=rebuild,
        )
    found = sha256_of(path)
    if found != entry["sha256"]:
        raise ProjectError(
            "A file of the corpus has changed.",
            file=path,
            expected=entry["sha256"],
            found=found,
            mend=rebuild,
        )
    return path
