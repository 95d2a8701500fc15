"""Built corpora for tests: rows to Parquet without the build's own checks, and shards rewritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from communique.annotation.derive import cameo_actor_code
from communique.corpus.digest import combined, row_digest
from communique.corpus.manifest import manifest_json
from communique.corpus.parquet import read_parquet, records, to_arrow, write_parquet
from communique.corpus.shards import shard_name, shard_of
from communique.corpus.tableset import content_digest
from communique.project import Project
from communique.schema import Schema, Table, load_schema
from communique.schema.model import core
from communique.validation.gold import Reader

Record = dict[str, Any]


def read_rows(corpus: Path, schema: Schema) -> dict[str, list[Record]]:
    """All rows of a built corpus."""
    rows: dict[str, list[Record]] = {}
    for name, table in schema.tables.items():
        rows[name] = []
        for path in sorted((corpus / "data" / name).glob("*.parquet")):
            rows[name] += list(records(pq.read_table(path, partitioning=None), table))
    return rows


def write_tables(project: Project, sound: dict[str, list[Record]], shards: int = 2) -> None:
    """Write the project's JSON records as tables; derived columns are those of the sound rows, or made up.

    Unlike the build this takes any record, so that faults of JSON files can be had in Parquet too.
    """
    schema = load_schema(project.schema)
    reader = Reader(schema, project.root)
    for path in sorted(project.articles.glob("*.json")):
        reader.article(path)
    reader.registry(project.actors)
    for path in sorted(project.gold.glob("*.json")):
        reader.annotation(path)
    assert not reader.findings, reader.findings
    rows = {name: list(found) for name, found in reader.records.items()}
    for name, found in rows.items():
        table = schema.table(name)
        by_key = {tuple(row[key] for key in table.key): row for row in sound.get(name, [])}
        for row in found:
            twin = by_key.get(tuple(row[key] for key in table.key), {})
            row.update(
                {
                    column.name: twin.get(column.name, made_up(column.json))
                    for column in table.columns
                    if column.derived
                }
            )
    glosses = {row["event_id"]: row["gloss"] for row in rows["events"]}
    for row in rows["event_links"]:
        row.update(from_gloss=glosses.get(row["from_event_id"], ""))
    for row in rows["actors"]:
        row.update(cameo_actor_code=cameo_actor_code(row))
    rows["claims"] = sound["claims"]
    splits = {row["article_id"]: row["split"] for row in rows["articles"]}
    for old in project.corpus.glob("data/*/*.parquet"):
        old.unlink()
    tables: dict[str, Any] = {}
    for name, found in rows.items():
        files: dict[tuple[str, int], list[Record]] = {}
        for row in found:
            article = row.get("article_id")
            files.setdefault((splits.get(article, "train"), shard_of(article, shards)), []).append(row)
        entries = [
            write_shard(project.corpus, schema.table(name), split, shard, shards, part)
            for (split, shard), part in sorted(files.items())
        ]
        tables[name] = {"rows": len(found), "digest": "", "files": entries}
    manifest = {
        "name": "test",
        "version": "0.1.0",
        "schema": schema.fingerprint,
        "shards": shards,
        "digest": "0" * 64,
        "tables": tables,
    }
    (project.corpus / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    relist(project.corpus, schema)


def write_shard(
    corpus: Path, table: Table, split: str, shard: int, shards: int, rows: list[Record]
) -> Record:
    path = corpus / "data" / table.name / shard_name(split, shard, shards, "0" * 64)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(table, to_arrow(rows, table), path)
    return entry_of(corpus, path, split, shard, len(rows))


def entry_of(corpus: Path, path: Path, split: str, shard: int, rows: int) -> Record:
    data = path.read_bytes()
    return {
        "path": path.relative_to(corpus).as_posix(),
        "split": split,
        "shard": shard,
        "rows": rows,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def made_up(node: Record) -> Any:
    """A value that is valid against a schema of a derived column."""
    if "anyOf" in node or (isinstance(node.get("type"), list) and "null" in node["type"]):
        return None
    inner = core(node)
    if "oneOf" in inner:
        return inner["oneOf"][0]["const"]
    return {
        "array": [],
        "integer": inner.get("minimum", 0),
        "number": 0.0,
        "boolean": False,
        "string": "AUTHOR",
    }[inner["type"]]


def edit_manifest(corpus: Path, change: Callable[[Record], None]) -> None:
    path = corpus / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(manifest_json(manifest), encoding="utf-8")


def relist(corpus: Path, schema: Schema | None = None) -> None:
    """Make the manifest agree with the files that are there: sizes, rows, checksums, and digests of content."""

    def change(manifest: Record) -> None:
        for name, table in manifest["tables"].items():
            if schema is not None:
                spec, paths = schema.table(name), [corpus / entry["path"] for entry in table["files"]]
                rows = records(read_parquet(paths, spec), spec)
                table["digest"] = combined(row_digest(row) for row in rows)
            for entry in table["files"]:
                path = corpus / entry["path"]
                if path.exists():
                    count = pq.read_metadata(path).num_rows
                    entry.update(entry_of(corpus, path, entry["split"], entry["shard"], count))
            table["rows"] = sum(entry["rows"] for entry in table["files"])
        if schema is not None:
            manifest["digest"] = content_digest(manifest["tables"])

    edit_manifest(corpus, change)


def file_of(corpus: Path, table: str, number: int = 0) -> Path:
    return sorted((corpus / "data" / table).glob("*.parquet"))[number]


def edit_rows(
    corpus: Path, schema: Schema, table: str, change: Callable[[list[Record]], Any], number: int = 0
) -> None:
    """Change the rows of one shard and the manifest with it."""
    path = file_of(corpus, table, number)
    rows = list(records(pq.read_table(path, partitioning=None), schema.table(table)))
    change(rows)
    write_parquet(schema.table(table), to_arrow(rows, schema.table(table)), path)
    relist(corpus, schema)
