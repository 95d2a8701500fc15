"""The difference between two versions, record by record: complete, and the same read from either side.

Shards of equal content have equal names and are skipped unread. In the others rows are joined by key
and compared by a 64-bit hash over all columns, so that a million records take seconds: of 10**9 changed
records one would go unseen with a chance of 1 in 10**10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from communique.corpus.diff_schema import SchemaChange, schema_changes
from communique.corpus.manifest import table_files, verify_file
from communique.corpus.parquet import read_parquet
from communique.corpus.snapshot import Snapshot
from communique.errors import ProjectError
from communique.schema import Schema, Table

if TYPE_CHECKING:
    import polars as pl

#: Column that tells apart rows with the same key; nothing forbids them in a view.
_COPY = "__copy"


@dataclass
class TableDiff:
    """One table. `removed` and `added` hold whole rows; `before` and `after` hold the changed rows of both
    sides in the same order; `columns` which columns changed, to how many rows.
    """

    name: str
    key: tuple[str, ...]
    removed: pl.DataFrame
    added: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Number of rows added, removed, changed."""
        return {"added": self.added.height, "removed": self.removed.height, "changed": self.after.height}

    def changed_in(self, column: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The changed rows, before and after, whose value of `column` differs."""
        mask = differs(self.before, self.after, column)
        return self.before.filter(mask), self.after.filter(mask)

    def inverse(self) -> TableDiff:
        return TableDiff(
            self.name, self.key, self.added, self.removed, self.after, self.before, dict(self.columns)
        )


@dataclass
class Diff:
    """All tables that both versions have, and the changes of the schema. Labels are what the user named."""

    a: str
    b: str
    tables: dict[str, TableDiff]
    schema: list[SchemaChange] = field(default_factory=list)
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether both versions have the same records and the same schema."""
        return not self.schema and not any(sum(one.counts.values()) for one in self.tables.values())

    def inverse(self) -> Diff:
        """The diff from B to A. The list of schema changes isn't turned round."""
        tables = {name: one.inverse() for name, one in self.tables.items()}
        rows = {name: (after, before) for name, (before, after) in self.rows.items()}
        return Diff(self.b, self.a, tables, self.schema, rows)


def diff(a: Snapshot, b: Snapshot) -> Diff:
    """The difference from `a` to `b`.

    Raises ProjectError when the schemas differ by a major step, so that records can't be compared, or a
    file isn't what its manifest says.
    """
    old, new = a.read_schema(), b.read_schema()
    changes = schema_changes(old, new)
    major = [
        one
        for one in changes
        if one.kind in ("key changed", "type changed", "column removed", "table removed")
    ]
    if major:
        shown = "; ".join(str(one) for one in major[:5]) + (f" … ({len(major)})" if len(major) > 5 else "")
        raise ProjectError(
            "The two versions have schemas that differ by a major version: their records cannot be compared.",
            file=b.corpus,
            found=shown,
            expected="the same keys and types, and no column gone",
            mend="see the schema's changes alone: communique diff A B --schema; or compare versions next to each other",
        )
    made = Diff(a.label, b.label, {}, changes)
    for name, table in new.tables.items():
        made.tables[name], made.rows[name] = _table(a, b, old, table)
    return made


def _table(a: Snapshot, b: Snapshot, old: Schema, table: Table) -> tuple[TableDiff, tuple[int, int]]:
    files = [
        table_files(one.manifest, table.name) if table.name in one.manifest["tables"] else []
        for one in (a, b)
    ]
    rows = (sum(file["rows"] for file in files[0]), sum(file["rows"] for file in files[1]))
    known = old.tables.get(table.name, table)
    same = {(file["path"], file["sha256"]) for file in files[0]} & {
        (file["path"], file["sha256"]) for file in files[1]
    }
    if known.by_name.keys() != table.by_name.keys():
        same = set()
    wanted = [[file for file in part if (file["path"], file["sha256"]) not in same] for part in files]
    # A row stays in its shard while their number does, so one shard after another is read and compared.
    aligned = a.manifest.get("shards") == b.manifest.get("shards")
    shards = sorted({file["shard"] if aligned else 0 for part in wanted for file in part}) or [0]
    parts = []
    for shard in shards:
        frames = []
        for one, entries, columns in zip((a, b), wanted, (known, table), strict=True):
            here = [file for file in entries if not aligned or file["shard"] == shard]
            frames.append(_frame([verify_file(one.corpus, file) for file in here], columns))
        parts.append(compare(frames[0], frames[1], table))
    return joined(parts, table), rows


def _frame(paths: list[Path], table: Table) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(read_parquet(paths, table))
    assert isinstance(frame, pl.DataFrame)
    return frame


def joined(parts: list[TableDiff], table: Table) -> TableDiff:
    """The parts as one. A row that one part has lost and another gained has changed its shard."""
    import polars as pl

    if len(parts) == 1:
        return parts[0]
    moved = compare(pl.concat([one.removed for one in parts]), pl.concat([one.added for one in parts]), table)
    before = pl.concat([*(one.before for one in parts), moved.before])
    after = pl.concat([*(one.after for one in parts), moved.after])
    order = after.select(pl.arg_sort_by(list(table.key))).to_series()
    counts = {column: sum(one.columns.get(column, 0) for one in (*parts, moved)) for column in after.columns}
    columns = {column: count for column, count in counts.items() if count}
    return TableDiff(table.name, table.key, moved.removed, moved.added, before[order], after[order], columns)


def compare(before: pl.DataFrame, after: pl.DataFrame, table: Table) -> TableDiff:
    """The difference of two frames of one table, matched by the table's key (null equals null).

    Columns that only `after` has are filled with null on the other side.
    """
    import polars as pl

    for name, kind in after.schema.items():
        if name not in before.columns:
            before = before.with_columns(pl.lit(None, dtype=kind).alias(name))
    before = before.select(after.columns)
    key = list(table.key)
    frames = []
    for frame in (before, after):
        marked = frame.select(
            *key,
            pl.struct(after.columns).hash(1).alias("__hash"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("__row"),
        )
        if not marked.select(pl.struct(key).is_unique().all()).item():
            marked = marked.sort("__hash").with_columns(pl.int_range(pl.len()).over(key).alias(_COPY))
        else:
            marked = marked.with_columns(pl.lit(0, dtype=pl.Int64).alias(_COPY))
        frames.append(marked)
    old, new = frames
    on = [*key, _COPY]
    removed = old.join(new, on=on, how="anti", nulls_equal=True)
    added = new.join(old, on=on, how="anti", nulls_equal=True)
    both = old.join(new, on=on, how="inner", nulls_equal=True, suffix="_b")
    changed = both.filter(pl.col("__hash") != pl.col("__hash_b")).sort(key, nulls_last=False)

    def rows(frame: pl.DataFrame, picked: pl.Series) -> pl.DataFrame:
        return frame[picked] if len(picked) else frame.clear()

    made = TableDiff(
        table.name,
        table.key,
        rows(before, removed.sort(key)["__row"]),
        rows(after, added.sort(key)["__row"]),
        rows(before, changed["__row"]),
        rows(after, changed["__row_b"]),
    )
    for column in after.columns if made.after.height else ():
        count = int(differs(made.before, made.after, column).sum())
        if count:
            made.columns[column] = count
    return made


def differs(before: pl.DataFrame, after: pl.DataFrame, column: str) -> pl.Series:
    """True for each row in which the column differs; null equals null. Rows correspond by position."""
    import polars as pl

    pair = pl.DataFrame({"a": before[column], "b": after[column]})
    return pair.select(pl.col("a").ne_missing(pl.col("b"))).to_series()


def apply(frame: pl.DataFrame, change: TableDiff) -> pl.DataFrame:
    """The rows of `frame` (one whole table of A) after the change: the rows of B, sorted by key.

    Raises ProjectError when a row that the change removes or replaces isn't in `frame` as it was.
    """
    import polars as pl

    for name, kind in change.after.schema.items():
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=kind).alias(name))
    columns = change.after.columns
    frame = frame.select(columns)
    gone = pl.concat([change.removed.select(columns), change.before.select(columns)])
    kept = _without(frame, gone, change)
    return pl.concat([kept, change.added, change.after]).sort(list(change.key))


def _without(frame: pl.DataFrame, gone: pl.DataFrame, change: TableDiff) -> pl.DataFrame:
    """`frame` without the rows of `gone`, each taken away once."""
    import polars as pl

    def marked(rows: pl.DataFrame) -> pl.DataFrame:
        hashed = rows.with_columns(pl.struct(rows.columns).hash(seed).alias(f"__{seed}") for seed in (1, 2))
        return hashed.with_columns(pl.int_range(pl.len()).over("__1", "__2").alias(_COPY))

    on = ["__1", "__2", _COPY]
    left, right = marked(frame), marked(gone)
    kept = left.join(right, on=on, how="anti")
    if left.height - kept.height != right.height:
        raise ProjectError(
            f"The change does not belong to this version of {change.name}.",
            expected=f"{right.height} rows to replace or remove",
            found=f"{left.height - kept.height} of them",
            mend="apply it to the version that it was computed from",
        )
    return kept.select(frame.columns)
