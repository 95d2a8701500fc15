"""The frames that rules run over: tables, spans of a path, statements with their parents, and so on.

Each view is a frame with the column `row`, the position of a record in its table's frame. A rule names a view;
the views of one name are built for each table or path to which the name applies.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.validation.frames import key_expr
from communique.validation.views_base import View
from communique.validation.views_codebook import CodebookViews
from communique.validation.views_graph import GraphViews
from communique.validation.views_spans import SpanViews
from communique.validation.views_words import WordViews

if TYPE_CHECKING:
    import polars as pl


class Views(SpanViews, CodebookViews, GraphViews, WordViews):
    """Builds the views of a shard, each when it is first asked for."""

    def build(
        self, name: str, faulty: dict[str, pl.Series], places: set[tuple[str, str | None]] | None = None
    ) -> Iterator[View]:
        """The frames of the view `name`. `faulty` holds, by table, the rows found faulty so far.

        `places` are the tables and columns whose spans are asked for; None for all.
        """
        if name in self.shard.frames:
            yield from self._table(name)
            return
        if name == "spans":
            yield from self._spans(faulty, places)
            return
        yield from getattr(self, f"_{name}")(faulty)

    def _table(self, name: str) -> Iterator[View]:
        """The table itself. Its rows are numbered only if one fails."""
        import polars as pl

        frame = self.shard.frames[name]
        if name == "articles":
            frame = frame.with_columns(
                suspect=pl.lit(self.texts.has_controls()),
                chars=self.texts.chars,
                public=pl.lit(self.shard.public),
            )
        yield View(name, name, frame)

    def _keys(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every table: its key and what it says of its article."""
        import polars as pl

        for name, frame in self.shard.frames.items():
            owner = "from_event_id" if name == "event_links" else self.schema.table(name).key[0]
            article = pl.col("article_id") if "article_id" in frame.columns else pl.lit(None, dtype=pl.String)
            view = frame.select(
                pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
                key_expr(self.schema.table(name)).alias("key"),
                pl.col(owner).alias("own"),
                article.alias("article_id"),
                pl.lit(name).alias("table"),
                pl.lit(owner).alias("own_name"),
            )
            distinct = view["key"].n_unique() == view.height
            twice = pl.lit(False) if distinct else ~pl.col("key").is_first_distinct()
            yield View("keys", name, view.with_columns(twice=twice), owner)

    def _parents(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every statement with a parent in the shard: is it in a circle, and is the parent of the same article."""
        import polars as pl

        frame = self.shard.frames["statements"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "statement_id", "parent_statement_id"
        )
        frame = frame.with_columns(cyclic=self.cyclic)
        if self.cyclic.any():
            # A circle is one fault: report it at the first of its statements by id.
            circles = _circles(self.parents.to_list(), self.cyclic.to_list())
            first = {min(circle, key=lambda row: frame["statement_id"][row]): circle for circle in circles}
            ids = frame["statement_id"].to_list()
            chain = [
                " → ".join([ids[row] for row in [*first[i], first[i][0]]]) if i in first else None
                for i in range(len(ids))
            ]
            frame = frame.with_columns(chain=pl.Series(chain, dtype=pl.String))
        else:
            frame = frame.with_columns(chain=pl.lit(None, dtype=pl.String))
        yield View("parents", "statements", frame, "parent_statement_id")


def _circles(parents: list[int | None], cyclic: list[bool]) -> list[list[int]]:
    """The circles among rows whose way up never ends, each from its smallest row."""
    circles, seen = [], set()
    for row, bad in enumerate(cyclic):
        if not bad or row in seen:
            continue
        walk: list[int] = []
        while row not in seen:
            seen.add(row)
            walk.append(row)
            row = parents[row]  # type: ignore[assignment]
        if row in walk:
            circles.append(walk[walk.index(row) :])
    return circles
