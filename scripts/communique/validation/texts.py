"""Slices of the articles' texts, millions at a time and without copying.

Offsets are code points, texts are UTF-8. The byte at which a code point starts is the code point itself in
an ASCII text; for the others it is read from one array of the starts of all code points. A slice of bytes
is then a view into the text.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


class Texts:
    """The texts of the articles of a shard; `row` below is an article's row in the shard. A text may be withheld."""

    def __init__(self, articles: pl.DataFrame) -> None:
        import polars as pl

        self.text = articles["text"]
        sizes = articles.select(chars=pl.col("text").str.len_chars(), bytes=pl.col("text").str.len_bytes())
        # A text that is withheld still has its length.
        self.chars = sizes["chars"].fill_null(articles["char_count"].cast(pl.UInt32, strict=False))
        self.bytes = sizes["bytes"]

    @cached_property
    def binary(self) -> pl.Series:
        import polars as pl

        return self.text.cast(pl.Binary)

    @cached_property
    def buffer(self) -> tuple[Any, Any]:
        """All texts end to end as bytes, and where each begins (one offset more than texts)."""
        import numpy as np

        whole = self.text.to_arrow()
        offsets = np.frombuffer(whole.buffers()[1], dtype=np.int64, count=len(whole) + whole.offset + 1)[
            whole.offset :
        ]
        data = whole.buffers()[2]
        return np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(
            0, dtype=np.uint8
        ), offsets

    def digests(self) -> list[str | None]:
        """SHA-256 of every text, None for a text that is null."""
        buffer, offsets = self.buffer
        view, places = memoryview(buffer), offsets.tolist()
        missing = self.text.is_null()
        found = [hashlib.sha256(view[start:end]).hexdigest() for start, end in pairwise(places)]
        return (
            [None if gone else one for one, gone in zip(found, missing, strict=True)]
            if missing.any()
            else list(found)
        )

    def has_controls(self) -> bool:
        """Whether any text may hold a control character or begin with a byte order mark: a quick look at all bytes."""
        import numpy as np

        buffer, offsets = self.buffer
        allowed = np.count_nonzero(buffer == 9) + np.count_nonzero(buffer == 10)
        if np.count_nonzero(buffer < 32) > allowed or (buffer == 127).any():
            return True
        starts = buffer[offsets[:-1][offsets[:-1] < len(buffer)]]
        if (starts == 0xEF).any():
            return True
        later = self._later
        return bool(((buffer[later - 1] == 0xC2) & (buffer[later] < 0xA0)).any())

    @cached_property
    def _later(self) -> Any:
        """The bytes that go on with a code point."""
        import numpy as np

        # As signed bytes 0x80 to 0xBF are those below -64.
        return np.flatnonzero(self.buffer[0].view(np.int8) < -64)

    @cached_property
    def _wide(self) -> tuple[Any, Any, Any] | None:
        """For each byte that goes on with a code point, how many code points end before that one.

        By article, how many code points begin before its text; and how many such bytes stand before it, and before
        its end. None when all texts are ASCII. Code points are counted through all texts end to end.
        """
        import numpy as np

        later, offsets = self._later, self.buffer[1]
        if not len(later):
            return None
        before = later - np.arange(len(later)) - 1
        counts = np.searchsorted(later, offsets)
        return before, offsets[:-1] - counts[:-1], counts

    def byte_offsets(self, rows: Any, points: Any) -> Any:
        """Byte offsets of code points `points` in the texts of the articles `rows` (numpy arrays, all within bounds)."""
        import numpy as np

        if self._wide is None:
            return points
        before, starts, counts = self._wide
        result = points.astype(np.int64)
        some = np.flatnonzero((counts[1:] > counts[:-1])[rows])
        if len(some):
            art = rows[some]
            result[some] += np.searchsorted(before, starts[art] + result[some]) - counts[art]
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
        found = self.cut(rows, part["start"].to_numpy(), part["end"].to_numpy())
        if whole:
            return found
        index = within.cum_sum().cast(pl.Int64) - 1
        picked = pl.DataFrame({"i": index, "ok": within}).select(pl.when("ok").then("i")).to_series()
        return found.gather(picked)

    def cut(self, rows: Any, starts: Any, ends: Any) -> pl.Series:
        """The bytes between the code points `starts` and `ends` of the texts `rows` (numpy arrays, all within bounds)."""
        import polars as pl

        first, last = self.byte_offsets(rows, starts), self.byte_offsets(rows, ends)
        spans = pl.DataFrame({"text": self.binary.gather(rows), "first": first, "size": last - first})
        return spans.select(pl.col("text").bin.slice(pl.col("first"), pl.col("size"))).to_series()
