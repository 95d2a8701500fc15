"""Two versions of a million records: how long a diff takes. `python tests/benchmarks/diff.py [--rows N]`

The corpus is made of copies of the shipped project's tables under other article ids, so that rows are as wide
as real ones. Every changed shard is read: a share of the records is changed in every shard.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

from communique.corpus.diff import diff
from communique.corpus.diff_render import as_text
from communique.corpus.load import load_arrow
from communique.corpus.manifest import sha256_of
from communique.corpus.parquet import write_parquet
from communique.corpus.snapshot import Snapshot
from communique.project import Project
from communique.schema import Schema, load_schema
from communique.schema.arrow import arrow_schema

ROOT = Path(__file__).resolve().parents[2]
SHARDS = 8


def copies(frame: pl.DataFrame, article_id: str, first: int, last: int) -> pl.DataFrame:
    """The rows once for each number, every id of the article renamed."""
    parts = []
    for number in range(first, last):
        other = f"copy-20200101-{number}"
        # Ids stand in strings, lists and structures alike: rename them in the JSON of each column.
        columns = [
            pl.col(name).str.replace_all(article_id, other, literal=True)
            for name, kind in frame.schema.items()
            if kind == pl.String and name.endswith("_id")
        ]
        parts.append(frame.with_columns(columns))
    return pl.concat(parts)


def write(folder: Path, schema: Schema, tables: dict[str, list[pl.DataFrame]], version: str) -> Project:
    """A corpus folder with one file a shard."""
    manifest: dict[str, Any] = {
        "name": "bench",
        "version": version,
        "schema": "x",
        "shards": SHARDS,
        "tables": {},
    }
    for name, parts in tables.items():
        files = []
        for shard, part in enumerate(parts):
            if part.is_empty():
                continue
            path = (
                folder
                / "data"
                / name
                / f"train-{shard:05d}-of-{SHARDS:05d}-{version.replace('.', '')}.parquet"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            write_parquet(schema.table(name), part.to_arrow().cast(arrow_schema(schema.table(name))), path)
            about = {
                "path": str(path.relative_to(folder)),
                "split": "train",
                "shard": shard,
                "rows": part.height,
            }
            files.append({**about, "bytes": path.stat().st_size, "sha256": sha256_of(path)})
        manifest["tables"][name] = {"rows": sum(part.height for part in parts), "digest": "", "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return Project(ROOT, corpus_at=folder)


def changed(part: pl.DataFrame, name: str, share: int) -> pl.DataFrame:
    """Every `share`-th row changed in one column, every 10 * `share`-th removed."""
    column = {"mentions": "metonymy", "statements": "mode", "actions": "status", "events": "gloss"}.get(name)
    row = pl.int_range(pl.len())
    if column is None:
        return part
    values = part[column].unique().drop_nulls().sort().to_list()
    other = pl.when((row % share) == 0).then(pl.lit(values[0])).otherwise(pl.col(column)).alias(column)
    return part.with_columns(other).filter(row % (10 * share) != 5)


def main() -> int:
    """Run the benchmark; exit code 1 over ten seconds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--share", type=int, default=100, help="one row in so many is changed")
    options = parser.parse_args()
    schema = load_schema(ROOT / "annotations" / "schema")
    frames = {name: pl.from_arrow(load_arrow(name, path=ROOT)[1]) for name in schema.tables}
    article_id = frames["articles"]["article_id"][0]
    per_copy = sum(frame.height for name, frame in frames.items() if name not in ("actors",))
    count = -(-options.rows // per_copy)
    bounds = [count * shard // SHARDS for shard in range(SHARDS + 1)]
    old: dict[str, list[pl.DataFrame]] = {}
    new: dict[str, list[pl.DataFrame]] = {}
    for name, frame in frames.items():
        if name == "actors":
            old[name] = new[name] = [frame]
            continue
        old[name] = [copies(frame, article_id, low, high) for low, high in pairwise(bounds)]
        new[name] = [changed(part, name, options.share) for part in old[name]]
    rows = sum(part.height for parts in old.values() for part in parts)
    with tempfile.TemporaryDirectory() as folder:
        a = Snapshot("1.0.0", write(Path(folder) / "a", schema, old, "1.0.0"))
        b = Snapshot("2.0.0", write(Path(folder) / "b", schema, new, "2.0.0"))
        del old, new
        started = time.perf_counter()
        made = diff(a, b)
        done = time.perf_counter()
        text = as_text(made, schema)
        told = time.perf_counter()
        same = diff(a, a)
        skipped = time.perf_counter()
    print(text)
    print(f"{rows:,} records in {count:,} articles, {SHARDS} shards")
    print(
        f"diff {done - started:.2f} s, summary {told - done:.2f} s, of a version with itself {skipped - told:.2f} s"
    )
    return 0 if done - started < 10 and same.empty else 1


if __name__ == "__main__":
    sys.exit(main())
