"""Records and Parquet rows as the same Polars frames, so that every check of rows is written once."""

from __future__ import annotations

import datetime
import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from communique.schema import Schema, Table
from communique.schema.arrow import arrow_type
from communique.validation.losses import Losses

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]
Kind = str | list[Any]

_INT64 = 2**63

#: Stands for the provenance of records whose file states none that is valid; provenance checks pass over it.
NO_ROUND = "__unstated__"


@dataclass
class Shard:
    """All tables of some articles, ready for checking.

    `frames` hold the sound records only (those that passed level 1), stored columns in schema order.
    `broken` counts, for each table, the records left out by article, `broken_keys` are their keys, and `named`
    holds every short string in them: what a broken record may refer to is never called unused.
    `gated` are articles of which nothing higher is checked. `origin` gives the places of records in JSON
    files, `places` the Parquet files of a table in order: rows, name,
    split and shard number. `digests` are the article_id and
    text_sha256 that annotation files state; `registry` the registry actors when they lie in another shard.
    """

    name: str
    schema: Schema
    frames: dict[str, pl.DataFrame]
    index: int = 0
    broken: dict[str, dict[str, int]] = field(default_factory=dict)
    broken_keys: dict[str, set[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    gated: set[str] = field(default_factory=set)
    origin: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    places: dict[str, list[tuple[int, str, str, int]]] = field(default_factory=dict)
    digests: pl.DataFrame | None = None
    registry: pl.DataFrame | None = None
    registry_known: bool = True
    #: Whether a whole file could not be read: then nothing is known to be unused.
    lost_file: bool = False
    #: Whether the corpus is the public form, which has no text that must not be redistributed.
    public: bool = False
    #: Tables of which a file is missing: a reference into them may be sound.
    absent: set[str] = field(default_factory=set)
    #: What a restored corpus lacks.
    losses: Losses = field(default_factory=Losses)
    #: Whether it is known that no value of a column with a pattern ends with a line break.
    unbroken: bool = False
    #: Version of the project's guidelines, where it is known.
    guidelines: str | None = None

    def lose(self, table: str, article_id: str | None, key: str | None, strings: set[str]) -> None:
        """Take note of a record that is left out."""
        by_article = self.broken.setdefault(table, {})
        by_article[article_id or ""] = by_article.get(article_id or "", 0) + 1
        if key:
            self.broken_keys.setdefault(table, set()).add(key)
        if len(self.named) < 1_000_000:
            self.named |= strings

    def file_of(self, table: str, row: int) -> str | None:
        """The Parquet file that holds a row of a table's frame."""
        for rows, name, *_ in self.places.get(table, []):
            if row < rows:
                return name
            row -= rows
        return None


def polars_type(kind: Kind) -> Any:
    """The Polars type of a type as `arrow_type` gives it."""
    import polars as pl

    if isinstance(kind, str):
        return {
            "string": pl.String, "bool": pl.Boolean, "int32": pl.Int32, "int64": pl.Int64,
            "float64": pl.Float64, "date32": pl.Date,
        }[kind]  # fmt: skip
    if kind[0] == "list":
        return pl.List(polars_type(kind[1]))
    return pl.Struct({name: polars_type(inner) for name, inner in kind[1]})


def table_types(table: Table, *, derived: bool = False) -> dict[str, Any]:
    """Column name to Polars type of the stored columns, or of all."""
    return {
        column.name: polars_type(arrow_type(column.json))
        for column in (table.columns if derived else table.stored)
    }


def frame_of(records: list[Record], table: Table) -> pl.DataFrame:
    """Records that are valid against `table.stored_schema` as a frame."""
    import polars as pl

    kinds = {column.name: arrow_type(column.json) for column in table.stored}
    as_text = {column.name for column in table.stored if column.json.get("x-arrow") == "json"}
    columns = {}
    for name, kind in kinds.items():
        if name in as_text:
            values = [None if r[name] is None else json.dumps(r[name], ensure_ascii=False) for r in records]
        elif isinstance(kind, list) and kind[0] == "struct":
            columns[name] = _shared([record[name] for record in records], kind).alias(name)
            continue
        else:
            values = [_stored(record[name], kind) for record in records]
        columns[name] = pl.Series(name, values, dtype=polars_type(kind), strict=True)
    return pl.DataFrame(columns)


def _shared(values: list[Any], kind: Kind) -> pl.Series:
    """Objects as a column, each made once: the records of a file share one provenance."""
    import polars as pl

    index: dict[int, int] = {}
    rows = [index.setdefault(id(value), len(index)) for value in values]
    first = dict(zip(rows, values, strict=True))
    made = pl.Series([_stored(value, kind) for value in first.values()], dtype=polars_type(kind), strict=True)
    return made.gather(rows)


def _stored(value: Any, kind: Kind) -> Any:
    """A JSON value as Polars takes it: whole floats as integers, ISO dates as dates."""
    if value is None or kind in ("string", "bool"):
        return value
    if isinstance(kind, list):
        if kind[0] == "list":
            return [_stored(item, kind[1]) for item in value]
        return {name: _stored(value.get(name), inner) for name, inner in kind[1]}
    if kind == "date32":
        return datetime.date.fromisoformat(value)
    return float(value) if kind == "float64" else int(value)


def unstorable(value: Any, path: tuple[str | int, ...] = ()) -> tuple[tuple[str | int, ...], str] | None:
    """Where and why a JSON value cannot be held by any column: a lone surrogate, a number beyond 64 bits, NaN."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            return path, f"a lone surrogate at code point {error.start}"
    elif isinstance(value, bool) or value is None:
        return None
    elif isinstance(value, int):
        if not -_INT64 <= value < _INT64:
            return path, f"the number {str(value)[:24]}… does not fit 64 bits"
    elif isinstance(value, float):
        if not math.isfinite(value):
            return path, f"{value} is no number of JSON"
        if value.is_integer() and not -_INT64 <= value < _INT64:
            return path, f"the number {value} does not fit 64 bits"
    elif isinstance(value, dict):
        for name, inner in value.items():
            if bad := unstorable(name, path) or unstorable(inner, (*path, name)):
                return bad
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if bad := unstorable(inner, (*path, index)):
                return bad
    return None


def key_expr(table: Table) -> pl.Expr:
    """The key of a row as one string."""
    import polars as pl

    if len(table.key) == 1:
        return pl.col(table.key[0])
    return pl.concat_str(list(table.key), separator=" ")


def key_of(table: Table, record: Record) -> str | None:
    """The key of a record as one string, or None when it has none that can be named."""
    parts = [record.get(column) for column in table.key]
    return " ".join(parts) if all(isinstance(part, str) for part in parts) else None  # type: ignore[arg-type]


def strings_in(value: Any) -> set[str]:
    """All short strings of a JSON value."""
    if isinstance(value, str):
        return {value} if len(value) <= 200 and value.isprintable() else set()
    if isinstance(value, dict):
        value = list(value.values())
    return set().union(*map(strings_in, value)) if isinstance(value, list) else set()
