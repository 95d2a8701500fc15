"""Rows to Parquet and back, with settings fixed so that equal rows give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.schema import Table
from communique.schema.arrow import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Any]

_ROW_GROUP = 50_000
#: Batches of fewer rows aren't worth the import of Polars.
_FEW = 2_000


def to_arrow(rows: list[Record], table: Table) -> pa.Table:
    """Rows, sorted by the table's key, with the table's Arrow schema.

    Dates are ISO 8601 strings in records and days in Arrow; an object under `x-arrow: json` becomes
    JSON text. Raises pyarrow.ArrowInvalid when a value does not fit its column.
    """
    import pyarrow as pa

    schema = arrow_schema(table)
    ordered = sorted(rows, key=_sorting(table))
    columns = []
    for column, field in zip(table.columns, schema, strict=True):
        values = [row[column.name] for row in ordered]
        if pa.types.is_date32(field.type):
            columns.append(pa.array(values).cast(field.type))
            continue
        if column.json.get("x-arrow") == "json":
            values = [
                None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
                for value in values
            ]
        columns.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _sorting(table: Table) -> Callable[[Record], Any]:
    """The order of rows: by the table's key, its parts as text."""
    if len(table.key) == 1:
        (only,) = table.key
        return lambda row: str(row[only] or "")
    return lambda row: tuple(str(row[column] or "") for column in table.key)


def write_parquet(table: Table, data: pa.Table, sink: Any) -> None:
    """Write one shard: zstd, page index, page checksums, content-defined chunking, sorted by key."""
    import pyarrow.parquet as pq

    order = [pq.SortingColumn(data.schema.get_field_index(column)) for column in table.key]
    pq.write_table(
        data.combine_chunks(),
        sink,
        row_group_size=_ROW_GROUP,
        compression="zstd",
        compression_level=9,
        write_page_index=True,
        write_page_checksum=True,
        use_content_defined_chunking=True,
        sorting_columns=order,
        store_schema=False,
    )


def read_parquet(paths: list[Path], table: Table, columns: list[str] | None = None) -> pa.Table:
    """The shards of one table as one Arrow table, page checksums verified."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(table)
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns])
    if not paths:
        return schema.empty_table()
    parts = [
        pq.read_table(path, columns=columns, page_checksum_verification=True, partitioning=None)
        for path in paths
    ]
    return pa.concat_tables([part.select(schema.names).cast(schema) for part in parts])


def records(data: pa.Table, table: Table) -> Iterator[Record]:
    """Arrow rows as records: dates as ISO 8601 strings, JSON text parsed."""
    dates = [
        column.name
        for column in table.columns
        if column.json.get("format") == "date" or _is_date(column.json)
    ]
    texts = [column.name for column in table.columns if column.json.get("x-arrow") == "json"]
    names = data.column_names
    for name in dates:
        if name in names:
            data = data.set_column(names.index(name), name, data[name].cast("string"))
    for batch in data.to_batches(max_chunksize=10_000):
        for row in _rows(batch, names):
            for name in texts:
                if row.get(name) is not None:
                    row[name] = json.loads(row[name])
            yield row


def _rows(batch: pa.RecordBatch, names: list[str]) -> Iterator[Record]:
    if batch.num_rows < _FEW:
        yield from batch.to_pylist()
        return
    import polars as pl

    # Nested values in half the time of Arrow's own conversion, which makes a scalar of each first.
    columns = [
        pl.Series(name, pl.from_arrow(column)).to_list()
        for name, column in zip(names, batch.columns, strict=True)
    ]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _is_date(node: dict[str, Any]) -> bool:
    return any(option.get("format") == "date" for option in node.get("anyOf", []))
