"""Places inside records, found in the schema: every span, every reference, whatever a user adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from communique.schema import Schema, Table
from communique.schema.model import core

if TYPE_CHECKING:
    import polars as pl

#: Stands for each item of a list in a path.
EACH = "*"


@dataclass(frozen=True)
class Path:
    """A place in the records of a table: column, then field names and EACH. Empty for the record itself."""

    table: str
    parts: tuple[str, ...]

    @property
    def root(self) -> str | None:
        """The column, or None for the record itself."""
        return self.parts[0] if self.parts else None

    @property
    def in_list(self) -> bool:
        return bool(self.parts) and self.parts[-1] == EACH

    def __str__(self) -> str:
        return "/".join(self.parts)


def nodes(table: Table, *, derived: bool = False) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every place of the stored columns (or of all) with its resolved schema, null option kept."""
    for column in table.columns if derived else table.stored:
        yield from _inside(table.name, (column.name,), column.json)


def _inside(
    table: str, parts: tuple[str, ...], node: dict[str, Any]
) -> Iterator[tuple[Path, dict[str, Any]]]:
    yield Path(table, parts), node
    inner = core(node)
    if inner.get("x-arrow") == "json":
        return
    for name, child in inner.get("properties", {}).items():
        yield from _inside(table, (*parts, name), child)
    if "items" in inner:
        yield from _inside(table, (*parts, EACH), inner["items"])


def all_span_paths(schema: Schema) -> list[Path]:
    """`span_paths` of every stored table; looked for once in the life of a schema."""

    def find() -> list[Path]:
        return [path for table in stored_tables(schema) for path in span_paths(table)]

    return once(schema, "_span_paths", find)


def all_reference_paths(schema: Schema) -> list[tuple[Path, str]]:
    """(path, table referred to) of every stored reference of every stored table; looked for once."""

    def find() -> list[tuple[Path, str]]:
        return [
            (path, target) for table in stored_tables(schema) for path, target, _ in reference_paths(table)
        ]

    return once(schema, "_reference_paths", find)


def stored_tables(schema: Schema) -> list[Table]:
    """The tables that are not derived as a whole."""
    return [table for table in schema.tables.values() if not table.is_view]


def once(schema: Schema, name: str, find: Callable[[], Any]) -> Any:
    """Kept with the schema itself, as a cached property is: its fingerprint passes over the annotations read here."""
    if name not in schema.__dict__:
        schema.__dict__[name] = find()
    return schema.__dict__[name]


def span_paths(table: Table) -> list[Path]:
    """Where the table's records hold spans of the article with their text."""
    found = (
        [Path(table.name, ())]
        if "x-span-of" in table.json and {"start", "end", "text"} <= set(table.by_name)
        else []
    )
    for path, node in nodes(table):
        inner = core(node)
        if "x-span-of" in inner and "text" in inner.get("properties", {}):
            found.append(path)
    return found


def reference_paths(table: Table) -> list[tuple[Path, str, str]]:
    """(path, table referred to, column referred to) of every stored reference, also inside lists."""
    found: dict[Path, tuple[str, str]] = {}
    for path, node in nodes(table):
        target = node.get("x-references") or core(node).get("x-references")
        if target is None or core(node).get("type") == "array":
            continue
        table_name, _, column = target.partition(".")
        found[path] = (table_name, column)
    for column in table.stored:
        inner = core(column.json)
        if inner.get("type") == "array" and (target := column.json.get("x-references")):
            table_name, _, name = target.partition(".")
            found[Path(table.name, (column.name, EACH))] = (table_name, name)
    return [(path, *target) for path, target in found.items()]


def flatten(
    frame: pl.DataFrame, path: Path, *, positions: bool = False, rows: str | None = None
) -> pl.DataFrame:
    """The values at `path`, nulls left out: columns `row` (UInt32) and `value`, and `at` with `positions`.

    `row` is the position in `frame`, or the column `rows` of it. `at` is the path with each `*` replaced by
    the item's position in its list.
    """
    import polars as pl

    row = pl.col(rows) if rows else pl.int_range(pl.len(), dtype=pl.UInt32)
    # One lazy query: a call for each step costs more than the steps.
    out = frame.lazy().select(row.alias("row"), pl.col(path.parts[0]).alias("value"))
    if positions:
        out = out.with_columns(at=pl.lit(path.parts[0]))
    for part in path.parts[1:]:
        if part == EACH:
            if positions:
                out = out.with_columns(i=pl.int_ranges(pl.col("value").list.len()))
                out = out.explode("value", "i", empty_as_null=False, keep_nulls=False)
                out = out.with_columns(at=pl.col("at") + "/" + pl.col("i").cast(pl.String)).drop("i")
            else:
                out = out.explode("value", empty_as_null=False, keep_nulls=False)
        else:
            out = out.with_columns(value=pl.col("value").struct.field(part))
            if positions:
                out = out.with_columns(at=pl.col("at") + f"/{part}")
    return out.filter(pl.col("value").is_not_null()).collect()
