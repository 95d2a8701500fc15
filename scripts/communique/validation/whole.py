"""Whether whole columns are valid, without a verdict on every row.

The same verdict as `compile.valid` on all rows together, at a part of its price: items of lists and fields of structs
are taken apart once and judged as long columns, a null needs no branch, and columns of nothing but nulls are passed over.
"""

from __future__ import annotations

import json
import re
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
        self._shared: dict[str, Whole] = {}
        self._fields: dict[str, Whole] = {}
        for name, node in columns.items():
            kind = arrow_type(node) if kinds is None else kinds[name]
            self._null[name] = null_is_valid(node)
            inner, value = plain(node, kind), pl.col(name)
            if inner is None:
                target = node.get("x-references", "")
                if kind == "string" and (repeat or target.startswith("articles.")):
                    # Equal texts in a row are judged once.
                    value = value.filter(value.ne_missing(value.shift(1)))
                self._checks[name] = not_null(node, value, kind).all().alias(name)
            elif kind[0] == "struct":
                self._fields[name] = Whole(
                    inner.get("properties", {}), dict(_inner(kind)), repeat=kinds is None
                )
            else:
                checks = list_checks(
                    {key: inner[key] for key in ("minItems", "maxItems") if key in inner}, value
                )
                # Only of several items can two be equal.
                checks += list_checks(
                    {"uniqueItems": inner.get("uniqueItems")}, value.filter(value.list.len() > 1)
                )
                if checks:
                    self._checks[name] = pl.all_horizontal([check.all() for check in checks]).alias(name)
                if "items" in inner:
                    # Columns of the same items share one verdict.
                    said = json.dumps(inner["items"], sort_keys=True)
                    if said not in self._shared:
                        self._shared[said] = Whole({_ITEM: inner["items"]}, {_ITEM: _inner(kind)})
                    self._items[name] = self._shared[said]

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
        asked = [self._checks[name] for name in live if name in self._checks]
        if asked:
            bad.update(name for name, good in frame.select(asked).row(0, named=True).items() if not good)
        for name in live:
            if name not in bad and name in self._fields:
                fields = frame[name].drop_nulls() if frame[name].null_count() else frame[name]
                if self._fields[name].faulty(fields.struct.unnest()):
                    bad.add(name)
        for whole in self._shared.values():
            alike = [name for name in live if self._items.get(name) is whole]
            bad.update(_faulty_lists(whole, {name: frame[name] for name in alike}))
        return [name for name in self._null if name in bad]


def _faulty_lists(whole: Whole, lists: dict[str, pl.Series]) -> list[str]:
    """The columns of lists of which an item is invalid: all items together first."""
    import polars as pl

    items = {
        name: column.explode(empty_as_null=False, keep_nulls=False).rename(_ITEM)
        for name, column in lists.items()
    }
    items = {name: found for name, found in items.items() if len(found)}
    if not items or not whole.faulty(pl.concat(list(items.values())).to_frame()):
        return []
    return [name for name, found in items.items() if whole.faulty(found.to_frame())]


def _inner(kind: Kind) -> Any:
    assert isinstance(kind, list)
    return kind[1]


#: Patterns that match nothing with a line break in it: no negated class, no escape but of punctuation.
_ONE_LINE = re.compile(r"\^(?:[^\\\[]|\[(?!\^)|\\[^A-Za-z0-9])*\$")


def unbroken(node: Any) -> Any:
    """A schema that accepts nothing that `node` refuses, and no text for a pattern that ends with a line break.

    None where there is a pattern of which that cannot be said.
    """
    if isinstance(node, dict):
        found = {key: unbroken(part) for key, part in node.items()}
        if isinstance(pattern := node.get("pattern"), str):
            one_line = pattern.isprintable() and _ONE_LINE.fullmatch(pattern) and not pattern.endswith("\\$")
            found["pattern"] = rf"^(?:{pattern[1:-1]})\Z" if one_line else None
        return None if any(part is None and node[key] is not None for key, part in found.items()) else found
    if isinstance(node, list):
        parts = [unbroken(part) for part in node]
        return (
            None
            if any(part is None and old is not None for part, old in zip(parts, node, strict=True))
            else parts
        )
    return node
