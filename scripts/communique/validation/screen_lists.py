"""The lists of a shard's records as long columns with the record of each item: made once, read by all of the screen."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from communique.validation.paths import EACH, Path
from communique.validation.views import Views

if TYPE_CHECKING:
    import polars as pl

#: A numpy array of int64 row numbers; -1 stands for none.
Rows = Any


class Lists:
    """Long columns of one shard. Row numbers are positions in the frames of `views.shard`."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.frames = views.shard.frames
        self._lengths: dict[str, pl.DataFrame] = {}
        self._items: dict[tuple[str, str], tuple[Rows, pl.Series]] = {}

    def articles_of(self, table: str) -> Rows:
        """For each record of a table the row of its article."""
        return self._articles[table]

    @cached_property
    def _articles(self) -> dict[str, Rows]:
        return {
            name: found.cast(_int64()).fill_null(-1).to_numpy()
            for name, found in self.views.article_rows.items()
        }

    def items(self, table: str, column: str) -> tuple[Rows, pl.Series]:
        """The items of a column of lists, nulls left out, and the record of each."""
        if (table, column) not in self._items:
            self._items[table, column] = _exploded(self.frames[table][column], self._counts(table)[column])
        return self._items[table, column]

    def _counts(self, table: str) -> pl.DataFrame:
        """The number of items of each list of each record."""
        import polars.selectors as cs

        if table not in self._lengths:
            self._lengths[table] = self.frames[table].select(cs.list().list.len())
        return self._lengths[table]

    def lengths(self, table: str, column: str) -> Any:
        """The number of items of each record."""
        import numpy as np

        rows, _ = self.items(table, column)
        return np.bincount(rows, minlength=self.frames[table].height)

    def values(self, path: Path) -> tuple[Rows, pl.Series]:
        """The values at `path`, nulls left out, and the record of each."""
        import numpy as np

        frame, parts = self.frames[path.table], list(path.parts)
        if len(parts) > 1 and parts[1] == EACH:
            rows, found = self.items(path.table, parts[0])
            parts = parts[2:]
        else:
            rows, found = np.arange(frame.height), frame[parts[0]]
            parts = parts[1:]
        for part in parts:
            if part == EACH:
                rows, found = _dropped(rows, found)
                inner, found = _exploded(found, found.list.len())
                rows = rows[inner]
            else:
                found = found.struct.field(part)
        return _dropped(rows, found)

    def named_actors(self) -> list[pl.DataFrame]:
        """The actors of the shard, and those of the registry that it names."""
        own = self.frames["actors"]
        return [own] if self.views.shard.registry is None else [own, self.views.registry_named]


def _int64() -> Any:
    import polars as pl

    return pl.Int64


def _exploded(lists: pl.Series, lengths: pl.Series) -> tuple[Rows, pl.Series]:
    import numpy as np

    counts = (lengths.fill_null(0) if lengths.null_count() else lengths).to_numpy()
    rows = np.repeat(np.arange(len(lists)), counts)
    return _dropped(rows, lists.explode(empty_as_null=False, keep_nulls=False))


def _dropped(rows: Rows, values: pl.Series) -> tuple[Rows, pl.Series]:
    if not values.null_count():
        return rows, values
    keep = values.is_not_null()
    return rows[keep.to_numpy()], values.filter(keep)


def mixed(*parts: Any) -> Any:
    """One 64-bit number of several: equal parts give equal numbers, different parts nearly always different ones."""
    import numpy as np

    with np.errstate(over="ignore"):
        mix: Any = np.uint64(0)
        for part in parts:
            values = np.asarray(part).astype(np.uint64)
            mix = (mix ^ values) * np.uint64(0x9E3779B97F4A7C15)
            mix = mix ^ (mix >> np.uint64(29))
        return mix
