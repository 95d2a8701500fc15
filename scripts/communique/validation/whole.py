"""Whether whole columns are valid, without a verdict on every row.

The same verdict as `compile.valid` on all rows together, at a part of its price: items of lists and fields of structs
are taken apart once and judged as long columns, a null needs no branch, and columns of nothing but nulls are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from communique.schema.arrow import arrow_type
from communique.validation.compile import Node, list_checks, not_null, null_is_valid, plain
from communique.validation.frames import Kind

if TYPE_CHECKING:
    import polars as pl

#: Name of the one column that the items of a list make.
_ITEM = "item"


class Whole:
    """The compiled verdict on columns that are described by resolved schemas, by name.

    Raises SchemaError on a keyword that has no compiled form.
    """

    def __init__(
        self, columns: Mapping[str, Node], kinds: Mapping[str, Kind] | None = None, *, repeat: bool = False
    ) -> None:
        """`kinds` are the types of the columns where they do not follow from the schemas alone.

        `repeat` says that texts are likely to be those of the row before, as in a provenance.
        """
        import polars as pl

        self._null: dict[str, bool] = {}
        self._checks: dict[str, pl.Expr] = {}
        self._items: dict[str, Whole] = {}
        self._fields: dict[str, Whole] = {}
        for name, node in columns.items():
            kind = arrow_type(node) if kinds is None else kinds[name]
            self._null[name] = null_is_valid(node)
            inner, value = plain(node, kind), pl.col(name)
            if inner is None:
                often = repeat or node.get("x-references", "").startswith("articles.")
                once = often and kind == "string" and "pattern" in node
                # Equal texts in a row are judged once.
                value = value.filter(value.ne_missing(value.shift(1))) if once else value
                self._checks[name] = not_null(node, value, kind).all()
            elif kind[0] == "struct":
                self._fields[name] = Whole(
                    inner.get("properties", {}), dict(_inner(kind)), repeat=kinds is None
                )
            else:
                checks = list_checks({key: part for key, part in inner.items() if key != "items"}, value)
                if checks:
                    self._checks[name] = pl.all_horizontal([check.all() for check in checks])
                if "items" in inner:
                    self._items[name] = Whole({_ITEM: inner["items"]}, {_ITEM: _inner(kind)})

    def faulty(self, frame: pl.DataFrame) -> list[str]:
        """The columns of `frame` that hold an invalid value."""
        if frame.is_empty():
            return []
        bad, live = set(), []
        for name, may in self._null.items():
            nulls = frame[name].null_count()
            if nulls and not may:
                bad.add(name)
            elif nulls < frame.height:
                live.append(name)
        asked = [self._checks[name].alias(name) for name in live if name in self._checks]
        if asked:
            bad.update(name for name, good in frame.select(asked).row(0, named=True).items() if not good)
        for name in live:
            if name not in bad and self._inside(name, frame[name]):
                bad.add(name)
        return [name for name in self._null if name in bad]

    def _inside(self, name: str, column: pl.Series) -> bool:
        """Whether an item or a field of `column` is invalid."""
        if name in self._items:
            items = column.explode(empty_as_null=False, keep_nulls=False)
            return bool(len(items)) and bool(self._items[name].faulty(items.to_frame(_ITEM)))
        if name not in self._fields:
            return False
        return bool(self._fields[name].faulty(column.drop_nulls().struct.unnest()))


def _inner(kind: Kind) -> Any:
    assert isinstance(kind, list)
    return kind[1]
