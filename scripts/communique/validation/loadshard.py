"""One shard of a built corpus: its files at level 0, its rows at level 1, its sound rows as frames."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from communique.schema import Schema, Table
from communique.validation import level0, level1
from communique.validation.compile import valid
from communique.validation.finding import Finding
from communique.validation.frames import Shard, key_of, strings_in, table_types
from communique.validation.layout import File
from communique.validation.readjson import LFS
from communique.validation.rederived import DERIVED, WHOLE, sample_of
from communique.validation.whole import Whole, unbroken

if TYPE_CHECKING:
    import polars as pl


#: By fingerprint of the schema and table: the compiled verdicts on its columns.
_WHOLE: dict[tuple[str, str], tuple[Whole | None, Whole]] = {}


@dataclass
class Loaded:
    """A shard ready for the rules, or not: `whole` is false when a file of it cannot be read or lacks columns."""

    shard: Shard
    findings: list[Finding]
    counts: dict[str, int]
    whole: bool
    rows: int = 0
    #: All columns of the articles that are derived again, and which these are.
    full: dict[str, pl.DataFrame] = field(default_factory=dict)
    sample: dict[str, int] = field(default_factory=dict)
    #: By shard number the tables that have a file.
    present: dict[int, set[str]] = field(default_factory=dict)


class Loader:
    """Loads shards; the compiled checks of each table are made once in a process."""

    def __init__(self, schema: Schema, wanted: set[str], cap: int | None) -> None:
        self.schema = schema
        self.wanted = wanted
        self.cap = cap
        self._validators: dict[str, Any] = {}

    def load(self, index: int, files: list[File], withheld: bool = False) -> Loaded:
        """Read the files of one shard. Faulty rows are explained and left out."""
        import polars as pl

        loaded = Loaded(Shard(f"shard {index}", self.schema, {}, index=index), [], {}, True)
        loaded.shard.unbroken = 1 in self._levels
        parts: dict[str, list[pl.DataFrame]] = {}
        # Articles first: they say of which articles all columns are kept, to be derived again.
        for file in sorted(files, key=lambda one: (one.table != "articles", one.table, one.split)):
            frame = self._file(file, loaded)
            if frame is None:
                loaded.whole = False
                continue
            loaded.rows += frame.height
            table = self.schema.table(file.table)
            if 1 in self._levels:
                frame = self._sound(frame, table, file, loaded)
            self._keep(frame, table, file.shard, loaded)
            frame = frame[[column.name for column in table.stored]] if not table.is_view else frame
            if not table.is_view:
                loaded.shard.places.setdefault(file.table, []).append(
                    (frame.height, file.name, file.split, file.shard)
                )
                parts.setdefault(file.table, []).append(frame)
        for name, table in self.schema.tables.items():
            if table.is_view:
                continue
            found = parts.get(name)
            loaded.shard.frames[name] = pl.concat(found) if found else _empty(table, self.schema.fingerprint)
        return loaded

    def _keep(self, frame: pl.DataFrame, table: Table, number: int, loaded: Loaded) -> None:
        import polars as pl

        if DERIVED.id not in self.wanted:
            return
        if table.name == "articles":
            loaded.sample |= dict.fromkeys(sample_of(frame["article_id"].to_list()), number)
        loaded.present.setdefault(number, set()).add(table.name)
        if table.name == "actors":
            # The registry has no articles to be sampled by.
            registry = frame.filter(pl.col("article_id").is_null()).head(WHOLE)
            frame = pl.concat([registry, _of_articles(frame, loaded.sample)])
        elif "article_id" in frame.columns:
            frame = _of_articles(frame, loaded.sample)
        loaded.full[table.name] = (
            pl.concat([loaded.full[table.name], frame]) if table.name in loaded.full else frame
        )

    @cached_property
    def _levels(self) -> set[int]:
        return {int(id_[1]) for id_ in self.wanted}

    def _add(self, loaded: Loaded, finding: Finding) -> None:
        loaded.counts[finding.id] = loaded.counts.get(finding.id, 0) + 1
        if self.cap is None or loaded.counts[finding.id] <= self.cap:
            loaded.findings.append(finding)

    def _file(self, file: File, loaded: Loaded) -> pl.DataFrame | None:
        """The rows of a file, or None when it cannot be read or lacks a column."""
        import polars as pl
        from polars.exceptions import PolarsError

        place = {"file": file.name, "table": file.table}
        try:
            data = file.path.read_bytes()
        except OSError as error:
            self._add(loaded, level0.UNREADABLE.finding(f"{error.strerror}.", **place))
            return None
        fault = self._bytes(file, data, place)
        if fault is not None:
            self._add(loaded, fault)
        if not data or data.startswith(LFS):
            return None
        table = self.schema.table(file.table)
        try:
            frame = pl.read_parquet(data)
            stored = frame.schema
        except (PolarsError, OSError, BaseException) as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            # Polars panics on some damaged pages: that too is a file that cannot be read.
            if fault is None or fault.id != level0.TRUNCATED.id:
                why = (str(error) or type(error).__name__).splitlines()[0][:160]
                said = f"The file cannot be read as Parquet: {why}."
                self._add(loaded, level0.NOT_PARQUET.finding(said, **place))
            return None
        if file.entry is not None and fault is None and frame.height != file.entry["rows"]:
            said = f"The file has {frame.height} rows, the manifest says {file.entry['rows']}."
            self._add(
                loaded,
                level0.ROWS.finding(said, found=str(frame.height), expected=str(file.entry["rows"]), **place),
            )
        if frame.height == 0:
            self._add(loaded, level0.NO_ROWS.finding("The file has no rows.", **place))
        if not self._columns(stored, table, place, loaded):
            return None
        names = list(table.by_name)
        return frame if frame.columns == names else frame[names]

    def _bytes(self, file: File, data: bytes, place: dict[str, str]) -> Finding | None:
        if not data:
            return level0.EMPTY.finding("The file holds 0 bytes and no content.", **place)
        if data.startswith(LFS):
            return level0.POINTER.finding("The file is a Git LFS pointer.", **place)
        if file.entry is None:
            return None
        if len(data) != file.entry["bytes"]:
            said = f"The file has {len(data)} bytes, the manifest says {file.entry['bytes']}."
            return level0.TRUNCATED.finding(
                said, found=str(len(data)), expected=str(file.entry["bytes"]), **place
            )
        if level0.CHECKSUM.id in self.wanted:
            digest = hashlib.sha256(data).hexdigest()
            if digest != file.entry["sha256"]:
                said = "The bytes of the file are not those of the build."
                return level0.CHECKSUM.finding(said, found=digest, expected=file.entry["sha256"], **place)
        return None

    def _columns(self, stored: Any, table: Table, place: dict[str, str], loaded: Loaded) -> bool:
        wanted_types = _types(table, self.schema.fingerprint)
        if stored == wanted_types:
            return True
        complete = True
        for name in sorted(set(stored) - set(table.by_name)):
            said = f"The schema has no column {name}."
            self._add(loaded, level1.COLUMN_UNKNOWN.finding(said, field=name, found=name, **place))
        for column in table.columns:
            wanted = wanted_types[column.name]
            if column.name not in stored:
                said = f"The column {column.name} is not there."
                self._add(
                    loaded,
                    level1.COLUMN_ABSENT.finding(said, field=column.name, expected=str(wanted), **place),
                )
                complete = False
            elif stored[column.name] != wanted:
                said = f"The column {column.name} has the type {stored[column.name]}."
                found = level1.COLUMN_TYPE.finding(
                    said, field=column.name, found=str(stored[column.name]), expected=str(wanted), **place
                )
                self._add(loaded, found)
                complete = False
        return complete

    def _sound(self, frame: pl.DataFrame, table: Table, file: File, loaded: Loaded) -> pl.DataFrame:
        """The rows that pass the record schema; the others become findings."""
        import polars as pl

        tight, whole = self._whole(table)
        if tight is not None and not tight.faulty(frame):
            return frame
        loaded.shard.unbroken = False
        bad = whole.faulty(frame)
        if not bad:
            return frame
        verdicts = [valid(table[name].json, pl.col(name)) for name in bad]
        sound = frame.select(pl.all_horizontal(verdicts)).to_series()
        faulty = frame.filter(~sound)
        self._explain(faulty, table, file, loaded, set(bad))
        return frame.filter(sound)

    def _whole(self, table: Table) -> tuple[Whole | None, Whole]:
        """The verdict on whole columns of a table, before it the one that takes no line break at an end."""
        kind = (self.schema.fingerprint, table.name)
        if kind not in _WHOLE:
            columns = {column.name: column.json for column in table.columns}
            tight = {name: unbroken(node) for name, node in columns.items()}
            known = {name: node for name, node in tight.items() if node is not None}
            _WHOLE[kind] = (Whole(known) if len(known) == len(columns) else None, Whole(columns))
        return _WHOLE[kind]

    def _explain(self, faulty: pl.DataFrame, table: Table, file: File, loaded: Loaded, bad: set[str]) -> None:
        if table.name not in self._validators:
            self._validators[table.name] = level1.validator(table.row_schema)
        kinds = {column.name for column in table.columns if column.json.get("x-arrow") == "json"}
        limit = faulty.height if self.cap is None else max(1000, self.cap)
        explained = 0
        for row in faulty.iter_rows(named=True):
            key = key_of(table, row)
            loaded.shard.lose(table.name, row.get("article_id"), key, strings_in(row))
            if explained >= limit:
                continue
            explained += 1
            record = {name: _json_value(value, name in kinds) for name, value in row.items()}
            article = record.get("article_id")
            place = {
                "file": file.name,
                "table": table.name,
                "key": key,
                "article_id": article if isinstance(article, str) else None,
            }
            for finding in level1.explain(self._validators[table.name].iter_errors(record), table, **place):
                self._add(loaded, finding)
        if explained < faulty.height:
            # So many faults of the same columns are counted without being explained one by one.
            last = loaded.findings[-1].id if loaded.findings else level1.TYPE.id
            loaded.counts[last] = loaded.counts.get(last, 0) + faulty.height - explained


def _of_articles(frame: pl.DataFrame, articles: Iterable[str]) -> pl.DataFrame:
    """The rows of some articles. Few of many columns are gathered faster than filtered."""
    ids, wanted = frame["article_id"], sorted(articles)
    return frame[(ids == wanted[0] if len(wanted) == 1 else ids.is_in(wanted)).arg_true()]


#: By fingerprint of the schema and table a frame without rows of all columns.
_EMPTY: dict[tuple[str, str], pl.DataFrame] = {}


def _empty(table: Table, fingerprint: str) -> pl.DataFrame:
    """A frame without rows of the stored columns."""
    _types(table, fingerprint)
    return _EMPTY[fingerprint, table.name][[column.name for column in table.stored]]


def _types(table: Table, fingerprint: str) -> Mapping[str, Any]:
    """Column name to Polars type of all columns."""
    import polars as pl

    if (fingerprint, table.name) not in _EMPTY:
        _EMPTY[fingerprint, table.name] = pl.DataFrame(schema=table_types(table, derived=True))
    return _EMPTY[fingerprint, table.name].schema


def _json_value(value: Any, is_text: bool) -> Any:
    import datetime

    if is_text and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def read_registry(files: list[File]) -> pl.DataFrame | None:
    """The registry actors of a built corpus (they lie in shard 0), or None when they cannot be read."""
    import polars as pl
    from polars.exceptions import PolarsError

    columns = ["actor_id", "article_id", "actor_kind", "resolution", "canonical_name"]
    parts: list[pl.DataFrame] = []
    for file in files:
        if file.table != "actors" or file.shard != 0:
            continue
        try:
            parts.append(pl.read_parquet(file.path, columns=columns))
        except (PolarsError, OSError):
            return None
    if not parts:
        return None
    whole = pl.concat(parts).filter(pl.col("article_id").is_null())
    return whole.drop("article_id")
