"""What several views need of a shard: texts, the article of each record, parents, actors, places in lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from communique.validation.frames import Shard
from communique.validation.lookup import rows_of
from communique.validation.paths import Path, all_reference_paths, flatten
from communique.validation.texts import Texts

if TYPE_CHECKING:
    import polars as pl


@dataclass
class View:
    """One frame of a view. `root` is the column that all its rows are about; `locate` adds `at` to failing rows."""

    name: str
    table: str
    frame: pl.DataFrame
    root: str | None = None
    locate: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    #: Whether `start` and `end` of a row are a span of the article's text.
    spans: bool = False


def _repeated(lengths: pl.Series) -> pl.Series:
    """The position of each length as often as it says."""
    import numpy as np
    import polars as pl

    return pl.Series(np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths.to_numpy()))


class ViewBase:
    """The shard, and what is computed of it once."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.schema = shard.schema

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.shard.frames["articles"])

    @cached_property
    def whole_words(self) -> pl.Series:
        """For each article whether its names are whole words: English, with its apostrophes."""
        import polars as pl

        english = (pl.col("language") == "en") & (pl.col("apostrophes") == "kept")
        return self.shard.frames["articles"].select(english.fill_null(False)).to_series()

    @cached_property
    def article_rows(self) -> dict[str, pl.Series]:
        """For each table the row of each record's article, null where there is none."""
        import polars as pl

        articles = self.shard.frames["articles"].select(
            "article_id", art=pl.int_range(pl.len(), dtype=pl.UInt32)
        )
        articles = articles.unique("article_id", keep="first", maintain_order=True)
        # Records of one article stand together: join once for each run of them, not for each record.
        runs = {
            table: frame["article_id"].rle().struct.unnest()
            for table, frame in self.shard.frames.items()
            if "article_id" in frame.columns and table != "articles"
        }
        if not runs:
            return {}
        whole = pl.concat(runs.values()).join(
            articles, left_on="value", right_on="article_id", how="left", maintain_order="left"
        )
        found, start = {}, 0
        for table, part in runs.items():
            found[table] = whole["art"].slice(start, part.height).gather(_repeated(part["len"]))
            start += part.height
        return found

    @cached_property
    def statement_rows(self) -> pl.DataFrame:
        """`statement_id` to `at`, the first row that has it."""
        import polars as pl

        frame = self.shard.frames["statements"].select(
            "statement_id", at=pl.int_range(pl.len(), dtype=pl.UInt32)
        )
        return frame.unique("statement_id", keep="first", maintain_order=True)

    @cached_property
    def parents(self) -> pl.Series:
        """For each statement the row of its parent, null where it has none or an unknown one."""
        import polars as pl

        frame = self.shard.frames["statements"].select("parent_statement_id")
        if frame["parent_statement_id"].null_count() == frame.height:
            return pl.Series("at", [None] * frame.height, dtype=pl.UInt32)
        return frame.join(
            self.statement_rows,
            left_on="parent_statement_id",
            right_on="statement_id",
            how="left",
            maintain_order="left",
        )["at"]

    @cached_property
    def cyclic(self) -> pl.Series:
        """For each statement whether going up from it never ends."""
        import numpy as np
        import polars as pl

        up = self.parents.cast(pl.Int64).fill_null(-1).to_numpy().copy()
        for _ in range(max(1, len(up)).bit_length() + 1):
            inside = up >= 0
            if not inside.any():
                break
            up[inside] = up[up[inside]]
        return pl.Series("cyclic", np.asarray(up >= 0))

    @cached_property
    def actors(self) -> pl.DataFrame:
        """Actors of the shard, and those of the registry that it names: actor_id, actor_kind, resolution; each id once."""
        import polars as pl

        own = self.shard.frames["actors"].select("actor_id", "actor_kind", "resolution")
        registry = self.shard.registry
        if registry is None:
            return own.unique("actor_id", keep="first", maintain_order=True)
        both = pl.concat([own, self.registry_named.select(own.columns)])
        return both.unique("actor_id", keep="first", maintain_order=True)

    @cached_property
    def registry_named(self) -> pl.DataFrame:
        """The actors of the registry that a record of the shard refers to; those of the shard itself may be missing."""
        import polars as pl

        registry = self.shard.registry
        assert registry is not None
        paths = [path for path, target in all_reference_paths(self.schema) if target == "actors"]
        parts = [flatten(self.shard.frames[path.table], path)["value"] for path in paths]
        return rows_of(registry, pl.concat([part.rename("value") for part in parts]).unique())

    def _flat(self, name: str, path: Path, positions: bool, only: pl.DataFrame | None = None) -> pl.DataFrame:
        import polars as pl

        frame = self.shard.frames[name]
        if not path.parts:
            return frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "start", "end", "text")
        if only is not None:
            frame = frame.with_columns(_row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(
                pl.col("_row").is_in(only["row"].implode())
            )
            return flatten(frame, path, positions=positions, rows="_row").unnest("value")
        return flatten(frame, path, positions=positions).unnest("value")

    def _locator(self, name: str, path: Path) -> Callable[[pl.DataFrame], pl.DataFrame]:
        import polars as pl

        def locate(failing: pl.DataFrame) -> pl.DataFrame:
            if not path.parts:
                return failing.with_columns(at=pl.lit(None, dtype=pl.String))
            whole = self._flat(name, path, positions=True, only=failing).select(
                "row", "start", "end", "text", "at"
            )
            # Two equal spans in one list: the failing one is the later, since lists are judged from the front.
            whole = whole.unique(["row", "start", "end", "text"], keep="last", maintain_order=True)
            return failing.join(
                whole, on=["row", "start", "end", "text"], how="left", maintain_order="left", nulls_equal=True
            )

        return locate

    def _by_position(
        self, table: str, path: Path, columns: list[str]
    ) -> Callable[[pl.DataFrame], pl.DataFrame]:
        """Adds `at` by the position of the item in its list: rows are numbered as they stand in the flattened list."""

        def locate(failing: pl.DataFrame) -> pl.DataFrame:
            whole = self._flat(table, path, positions=True, only=failing).select("row", *columns, "at")
            whole = whole.unique(["row", *columns], keep="last", maintain_order=True)
            return failing.join(
                whole, on=["row", *columns], how="left", maintain_order="left", nulls_equal=True
            )

        return locate
