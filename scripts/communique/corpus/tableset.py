"""The tables of a corpus written to disk: every file named by the digest of its content."""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.corpus.digest import combined, row_digest
from communique.corpus.parquet import to_arrow, write_parquet
from communique.corpus.shards import shard_name
from communique.corpus.tables import Part
from communique.files import write_atomically
from communique.schema import Schema, Table

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Any]

#: Tables that may wait for the disk while the next ones are made.
_AHEAD = 2


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
    with ThreadPoolExecutor(1) as disk:
        under_way: deque[Future[None]] = deque()
        for split, shard, name, rows in parts:
            if progress:
                progress(f"{name} {shard + 1}/{shards}")
            table = schema.table(name)
            found = row_digests(table, rows)
            digests[name] += found
            path = f"data/{name}/{shard_name(split, shard, shards, combined(found))}"
            entry = {"path": path, "split": split, "shard": shard, "rows": len(rows)}
            tables[name]["files"].append(entry)
            tables[name]["rows"] += len(rows)
            if path in old:
                entry |= {"bytes": (corpus / path).stat().st_size, "sha256": old[path]}
                continue
            written.append(path)
            under_way.append(disk.submit(_write, corpus / path, table, to_arrow(rows, table), entry))
            if len(under_way) > _AHEAD:
                under_way.popleft().result()
        for one in under_way:
            one.result()
    for name, whole in tables.items():
        whole["digest"] = combined(digests[name])
        whole["files"].sort(key=lambda file: (file["split"], file["shard"]))
    return tables, written


def _write(path: Path, table: Table, data: pa.Table, entry: Record) -> None:
    sink = io.BytesIO()
    write_parquet(table, data, sink)
    written = sink.getbuffer()
    write_atomically(path, written)
    entry |= {"bytes": len(written), "sha256": hashlib.sha256(written).hexdigest()}


def row_digests(table: Table, rows: list[Record]) -> list[bytes]:
    """The digest of each row, columns that the table hasn't got left out."""
    names = [column.name for column in table.columns]
    whole = set(names)
    return [row_digest(row if row.keys() == whole else {name: row[name] for name in names}) for row in rows]


def content_digest(tables: Mapping[str, Record]) -> str:
    """The digest over all tables that a manifest carries."""
    return combined(bytes.fromhex(table["digest"]) for table in tables.values())
