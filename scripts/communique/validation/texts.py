"""Slices of the articles' texts, millions at a time and without copying.

Offsets are code points, texts are UTF-8. The byte at which a code point starts is the code point itself in
an ASCII text; for the others it is read from one array of the starts of all code points. A slice of bytes
is then a view into the text.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


class Texts:
    """The texts of the articles of a shard; `row` below is an article's row in the shard. A text may be null."""

    def __init__(self, articles: pl.DataFrame) -> None:
        import polars as pl

        self.text = articles["text"]
        sizes = articles.select(chars=pl.col("text").str.len_chars(), bytes=pl.col("text").str.len_bytes())
        self.chars = sizes["chars"]
        self.bytes = sizes["bytes"]

    @cached_property
    def binary(self) -> pl.Series:
        import polars as pl

        return self.text.cast(pl.Binary)

    @cached_property
    def _starts(self) -> tuple[Any, Any, Any]:
        """Start byte of every code point of the texts that are not ASCII; by article, where its own begin; is it ASCII."""
        import numpy as np

        ascii_ = (self.chars == self.bytes).fill_null(True)
        wide = self.text.filter(~ascii_)
        chars = np.zeros(len(self.text), dtype=np.int64)
        sizes = np.zeros(len(self.text), dtype=np.int64)
        mask = ~ascii_.to_numpy()
        chars[mask] = self.chars.filter(~ascii_).to_numpy()
        sizes[mask] = self.bytes.filter(~ascii_).to_numpy()
        buffer = np.frombuffer("".join(wide.to_list()).encode(), dtype=np.uint8)
        starts = np.flatnonzero((buffer & 0xC0) != 0x80)
        starts = np.append(starts, len(buffer))
        return starts, np.stack([np.cumsum(chars) - chars, np.cumsum(sizes) - sizes]), mask

    def byte_offsets(self, rows: Any, points: Any) -> Any:
        """Byte offsets of code points `points` in the texts of the articles `rows` (numpy arrays, all within bounds)."""
        import numpy as np

        starts, bases, wide = self._starts
        if not wide.any():
            return points
        result = points.astype(np.int64)
        some = wide[rows]
        if some.any():
            at = rows[some]
            result[some] = starts[bases[0][at] + result[some]] - bases[1][at]
        return result

    def slices(self, frame: pl.DataFrame) -> pl.Series:
        """The text between `start` and `end` in the article `art`, as bytes; null where they are not within bounds.

        `frame` has the columns art (row of the article or null), start, end, size (code points or null).
        """
        import numpy as np
        import polars as pl

        within = frame.select(
            (
                (pl.col("start") >= 0) & (pl.col("start") < pl.col("end")) & (pl.col("end") <= pl.col("size"))
            ).fill_null(False)
        ).to_series()
        whole = within.all()
        part = (
            frame.select("art", "start", "end")
            if whole
            else frame.select("art", "start", "end").filter(within)
        )
        rows = part["art"].to_numpy().astype(np.int64)
        first = self.byte_offsets(rows, part["start"].to_numpy())
        last = self.byte_offsets(rows, part["end"].to_numpy())
        spans = pl.DataFrame({"text": self.binary.gather(part["art"]), "first": first, "size": last - first})
        found = spans.select(pl.col("text").bin.slice(pl.col("first"), pl.col("size"))).to_series()
        if whole:
            return found
        index = within.cum_sum().cast(pl.Int64) - 1
        picked = pl.DataFrame({"i": index, "ok": within}).select(pl.when("ok").then("i")).to_series()
        return found.gather(picked)
