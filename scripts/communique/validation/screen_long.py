"""All spans of a shard as long columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from communique.validation.paths import Path, all_span_paths
from communique.validation.screen_lists import Lists, Rows

if TYPE_CHECKING:
    import polars as pl

Place = tuple[str, str | None]


@dataclass
class Long:
    """All spans of a shard, path after path: `frame` has the columns path (a number), start, end and text.

    The others are numpy arrays of its height: the record and the article of each span, where it starts and ends.
    """

    paths: list[Path]
    bounds: list[int]
    frame: pl.DataFrame
    row: Rows
    art: Rows
    start: Any
    end: Any

    def part(self, path: Path) -> slice:
        """Where the spans of a path stand."""
        at = self.paths.index(path)
        return slice(self.bounds[at], self.bounds[at + 1])

    def of(self, table: str, *parts: str) -> tuple[Rows, Any, Any]:
        """Record, start and end of the spans of one path."""
        part = self.part(Path(table, parts))
        return self.row[part], self.start[part], self.end[part]

    def places(self, chosen: pl.Expr | pl.Series) -> set[Place]:
        """The tables and columns of the spans that are chosen."""
        numbers = self.frame.filter(chosen)["path"].unique()
        return {(self.paths[at].table, self.paths[at].root) for at in numbers}


def all_spans(lists: Lists) -> Long | None:
    """The spans of a shard; None where there is no span, or one without a start or end."""
    import numpy as np
    import polars as pl

    paths = all_span_paths(lists.views.schema)
    rows, arts, parts = [], [], []
    for path in paths:
        frame = lists.frames[path.table]
        if path.parts:
            row, found = lists.values(path)
            part = found.struct.unnest().select("start", "end", "text")
        else:
            row, part = np.arange(frame.height), frame.select("start", "end", "text")
        rows.append(row)
        arts.append(lists.articles_of(path.table)[row])
        parts.append(part)
    if not sum(map(len, rows)):
        return None
    whole = pl.concat(parts)
    if whole["start"].null_count() or whole["end"].null_count():
        return None
    sizes = [len(row) for row in rows]
    bounds = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    numbers = np.repeat(np.arange(len(paths), dtype=np.uint16), sizes)
    frame = whole.with_columns(path=pl.Series(numbers))
    start, end = (frame[name].to_numpy() for name in ("start", "end"))
    return Long(paths, bounds, frame, np.concatenate(rows), np.concatenate(arts), start, end)
