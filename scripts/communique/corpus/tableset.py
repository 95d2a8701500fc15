"""The tables of a corpus written to disk: every file named by the digest of its content."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from communique.corpus.digest import combined, row_digest
from communique.corpus.manifest import sha256_of
from communique.corpus.parquet import to_arrow, write_parquet
from communique.corpus.shards import shard_name
from communique.corpus.tables import Part
from communique.files import write_atomically
from communique.parallel import Parallel
from communique.schema import Schema, Table

Record = dict[str, Any]


def write_tables(
    corpus: Path,
    schema: Schema,
    parts: Iterable[Part],
    shards: int,
    old: Mapping[str, str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[dict[str, Record], list[str]]:
    """Write every part as one shard below `corpus/data`; the manifest's tables, and the paths written.

    A file of `old` (SHA-256 by path) is left alone. Rows may lack no column of their table.
    """
    old = old or {}
    tables: dict[str, Record] = {name: {"rows": 0, "digest": "", "files": []} for name in schema.tables}
    digests: dict[str, list[bytes]] = {name: [] for name in schema.tables}
    written: list[str] = []
    for split, shard, name, rows in parts:
        if progress:
            progress(f"{name} {shard + 1}/{shards}")
        table = schema.table(name)
        digesting = _digesting(table, rows)
        data = b"" if old else _parquet(table, rows)
        found = digesting.results()
        digests[name] += found
        path = f"data/{name}/{shard_name(split, shard, shards, combined(found))}"
        if path not in old:
            write_atomically(corpus / path, data or _parquet(table, rows))
            written.append(path)
        tables[name]["files"].append(
            {
                "path": path,
                "split": split,
                "shard": shard,
                "rows": len(rows),
                "bytes": (corpus / path).stat().st_size,
                "sha256": old.get(path) or sha256_of(corpus / path),
            }
        )
        tables[name]["rows"] += len(rows)
    for name, entry in tables.items():
        entry["digest"] = combined(digests[name])
        entry["files"].sort(key=lambda file: (file["split"], file["shard"]))
    return tables, written


def _parquet(table: Table, rows: list[Record]) -> bytes:
    sink = io.BytesIO()
    write_parquet(table, to_arrow(rows, table), sink)
    return sink.getvalue()


def row_digests(table: Table, rows: list[Record]) -> list[bytes]:
    """The digest of each row, columns that the table hasn't got left out."""
    return _digesting(table, rows).results()


def _digesting(table: Table, rows: list[Record]) -> Parallel[Record, bytes]:
    names = [column.name for column in table.columns]
    whole = set(names)

    def of(row: Record) -> bytes:
        return row_digest(row if row.keys() == whole else {name: row[name] for name in names})

    return Parallel(of, rows, 20_000)


def content_digest(tables: Mapping[str, Record]) -> str:
    """The digest over all tables that a manifest carries."""
    return combined(bytes.fromhex(table["digest"]) for table in tables.values())
