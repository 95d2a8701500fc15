"""The files of a built corpus: what the manifest promises and what lies in the folder (level 0)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.corpus.manifest import manifest_json, verify_file
from communique.corpus.tableset import content_digest
from communique.errors import ProjectError
from communique.schema import Schema
from communique.validation import level0
from communique.validation.finding import Finding
from communique.validation.readjson import parse, read_text

MANIFEST = "manifest.json"
_SHARD = re.compile(
    r"^(?P<split>[a-z][a-z0-9_]*)-(?P<shard>[0-9]{5})-of-(?P<count>[0-9]{5})(?:-[0-9a-f]+)?\.parquet$"
)


_UNREAD = {
    check.id for check in (level0.FILE_ABSENT, level0.FILE_UNLISTED, level0.TABLE_ABSENT, level0.SHARD_COUNT)
}


@dataclass(frozen=True)
class File:
    """One file of one shard; `entry` is what the manifest says of it, if it names it."""

    path: Path
    name: str
    table: str
    split: str
    shard: int
    entry: dict[str, Any] | None


@dataclass
class Layout:
    """The shards of a built corpus: shard number to its files."""

    root: Path
    shards: dict[int, list[File]] = field(default_factory=dict)
    count: int = 1
    findings: list[Finding] = field(default_factory=list)
    manifest: dict[str, Any] | None = None
    #: Tables of which a file is missing, or is not read: a reference into them may be sound.
    absent: set[str] = field(default_factory=set)

    def files(self) -> list[File]:
        return [file for files in self.shards.values() for file in files]


def read_layout(root: Path, schema: Schema) -> Layout:
    """What lies in `root` (a folder with `data/` and `manifest.json`)."""
    layout = Layout(root)
    manifest = _manifest(layout, schema)
    entries = _entries(layout, manifest)
    present = {
        path.relative_to(root).as_posix(): path
        for path in sorted((root / "data").rglob("*"))
        if not path.is_dir()
    }
    for name, (table, entry) in entries.items():
        if name not in present:
            said = f"{name} is not there."
            layout.findings.append(
                level0.FILE_ABSENT.finding(
                    said, file=name, table=table, found="no file", expected=_rows(entry)
                )
            )
    absent = {table for table, _ in entries.values()} - {
        Path(name).parts[1] for name in present if len(Path(name).parts) > 1
    }
    for table in sorted(absent):
        layout.findings = [
            one for one in layout.findings if not (one.id == level0.FILE_ABSENT.id and one.table == table)
        ]
        said = f"The table {table} has no file."
        layout.findings.append(level0.TABLE_ABSENT.finding(said, table=table, file=f"data/{table}"))
    counts: dict[int, list[str]] = {}
    for name, path in present.items():
        file, count = _file(layout, name, path, schema, entries, listed=manifest is not None)
        if file is None:
            continue
        counts.setdefault(count, []).append(name)
        layout.shards.setdefault(file.shard, []).append(file)
    _counts(layout, counts, manifest)
    layout.absent |= {one.table for one in layout.findings if one.id in _UNREAD and one.table}
    layout.shards = dict(sorted(layout.shards.items()))
    return layout


def _rows(entry: dict[str, Any]) -> str:
    return f"{entry.get('rows', '?')} rows"


def _manifest(layout: Layout, schema: Schema) -> dict[str, Any] | None:
    path = layout.root / MANIFEST
    if not path.exists():
        said = f"There is no {MANIFEST}: sizes, checksums and completeness cannot be checked."
        layout.findings.append(level0.MANIFEST_MISSING.finding(said, file=MANIFEST))
        return None
    text, findings = read_text(path, MANIFEST)
    manifest, more = parse(text, MANIFEST) if text is not None else (None, [])
    layout.findings += findings + more
    if manifest is None:
        return None

    def wrong(what: str, where: str) -> None:
        layout.findings.append(
            level0.MANIFEST_FORM.finding(what, file=MANIFEST, field=where.lstrip("/"), pointer=where)
        )

    if not isinstance(manifest, dict) or not isinstance(manifest.get("tables"), dict):
        wrong("The manifest has no tables.", "/tables")
        return None
    for key, kind in (("version", str), ("schema", str), ("shards", int), ("name", str)):
        if not isinstance(manifest.get(key), kind):
            wrong(f"'{key}' is {json.dumps(manifest.get(key))}.", f"/{key}")
    if isinstance(manifest.get("shards"), int) and manifest["shards"] < 1:
        wrong(f"'shards' is {manifest['shards']}.", "/shards")
    for table in schema.tables:
        if table not in manifest["tables"]:
            wrong(f"The manifest has no table {table}.", f"/tables/{table}")
            layout.absent.add(table)
    if isinstance(manifest.get("schema"), str) and manifest["schema"] != schema.fingerprint:
        layout.findings.append(
            level0.FOREIGN_SCHEMA.finding(
                "The corpus was built under another schema than the one it is checked with.", file=MANIFEST, field="schema",
                pointer="/schema", found=manifest["schema"], expected=schema.fingerprint,
            )
        )  # fmt: skip
    if text != manifest_json(manifest):
        said = "White space, order or spelling are not those of a build."
        layout.findings.append(level0.MANIFEST_EDITED.finding(said, file=MANIFEST))
    layout.findings += _withheld(layout.root, manifest)
    layout.manifest = manifest
    return manifest


def _withheld(root: Path, manifest: dict[str, Any]) -> list[Finding]:
    """What finds withheld texts again is as the manifest says."""
    entry = manifest.get("withheld")
    if not isinstance(entry, dict) or "path" not in entry:
        return []
    try:
        verify_file(root, entry)
    except (ProjectError, KeyError, TypeError, OSError) as error:
        file = str(entry["path"])
        if not (root / file).is_file():
            return [level0.FILE_ABSENT.finding(f"{file} is not there.", file=file, found="no file")]
        if not isinstance(error, ProjectError):
            said = "The entry of the file that finds texts again lacks its size or checksum."
            return [level0.MANIFEST_FORM.finding(said, file=MANIFEST, field="withheld", pointer="/withheld")]
        said = "The bytes of the file are not those of the build."
        return [level0.CHECKSUM.finding(said, file=file, found=error.found, expected=error.expected)]
    return []


def total_digest(layout: Layout) -> list[Finding]:
    """The digest of a manifest follows from those of its tables."""
    if layout.manifest is None or "digest" not in layout.manifest:
        return []
    found = layout.manifest["digest"]
    try:
        expected = content_digest(layout.manifest["tables"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return []
    if found == expected:
        return []
    said = f"The digest is {str(found)[:12]}…, those of the tables give {expected[:12]}…."
    place = {"file": MANIFEST, "field": "digest", "pointer": "/digest"}
    return [level0.MANIFEST_DIGEST.finding(said, found=str(found), expected=expected, **place)]


def _entries(layout: Layout, manifest: dict[str, Any] | None) -> dict[str, tuple[str, dict[str, Any]]]:
    """The files of the manifest by path, each with its table."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for table, part in (manifest or {"tables": {}})["tables"].items():
        files = part.get("files") if isinstance(part, dict) else None
        if not isinstance(files, list):
            said = f"The table {table} lists no files."
            layout.findings.append(
                level0.MANIFEST_FORM.finding(said, file=MANIFEST, table=table, field=f"tables/{table}/files")
            )
            continue
        rows = 0
        for index, entry in enumerate(files):
            place = f"tables/{table}/files/{index}"
            kinds = {"path": str, "sha256": str, "bytes": int, "rows": int}
            bad = [
                key
                for key, kind in kinds.items()
                if not isinstance(entry, dict) or not isinstance(entry.get(key), kind)
            ]
            if bad:
                said = f"'{bad[0]}' of a file is missing or of another type."
                layout.findings.append(
                    level0.MANIFEST_FORM.finding(said, file=MANIFEST, table=table, field=f"{place}/{bad[0]}")
                )
                continue
            rows += entry["rows"]
            if entry["path"] in found:
                said = f"{entry['path']} is listed twice."
                layout.findings.append(
                    level0.MANIFEST_FORM.finding(said, file=MANIFEST, table=table, field=f"{place}/path")
                )
            found[entry["path"]] = (table, entry)
        if isinstance(part.get("rows"), int) and part["rows"] != rows:
            said = f"The table {table} is given {part['rows']} rows, its files {rows}."
            where = f"tables/{table}/rows"
            finding = level0.MANIFEST_FORM.finding(
                said, file=MANIFEST, table=table, field=where, found=str(part["rows"]), expected=str(rows)
            )
            layout.findings.append(finding)
    return found


def _file(
    layout: Layout,
    name: str,
    path: Path,
    schema: Schema,
    entries: dict[str, tuple[str, dict[str, Any]]],
    *,
    listed: bool,
) -> tuple[File | None, int]:
    parts = name.split("/")
    match = _SHARD.match(parts[-1])
    if match is None or len(parts) != 3 or parts[1] not in schema.tables:
        layout.findings.append(
            level0.SHARD_NAME.finding(f"{name} is not a shard of a table.", file=name, found=parts[-1])
        )
        return None, 0
    entry = entries.get(name)
    if entry is None and listed:
        layout.findings.append(
            level0.FILE_UNLISTED.finding(f"{name} is not in the manifest.", file=name, table=parts[1])
        )
        return None, 0
    stated = entry[1] if entry else {}
    listing = (layout.manifest or {}).get("tables", {}).get(parts[1], {}).get("files", [])
    place = next((index for index, one in enumerate(listing) if one is stated), 0)
    for key, value in (("split", match["split"]), ("shard", int(match["shard"]))):
        if stated.get(key, value) != value:
            said = f"The manifest puts {name} into the {key} {stated[key]}."
            layout.findings.append(
                level0.MANIFEST_FORM.finding(
                    said,
                    file=MANIFEST,
                    table=parts[1],
                    field=f"tables/{parts[1]}/files/{place}/{key}",
                    found=str(stated[key]),
                    expected=str(value),
                )
            )
    file = File(path, name, parts[1], match["split"], int(match["shard"]), entry[1] if entry else None)
    return file, int(match["count"])


def _counts(layout: Layout, counts: dict[int, list[str]], manifest: dict[str, Any] | None) -> None:
    stated = manifest.get("shards") if manifest else None
    usual = (
        stated
        if isinstance(stated, int) and stated > 0
        else max(counts, key=lambda one: len(counts[one]), default=1)
    )
    layout.count = usual
    for count, names in sorted(counts.items()):
        if count == usual:
            continue
        for name in names:
            said = f"{name} is one of {count} shards, the corpus has {usual}."
            layout.findings.append(
                level0.SHARD_COUNT.finding(
                    said, file=name, table=name.split("/")[1], found=str(count), expected=str(usual)
                )
            )
        for shard, files in layout.shards.items():
            layout.shards[shard] = [file for file in files if file.name not in names]
    layout.shards = {shard: files for shard, files in layout.shards.items() if files}
