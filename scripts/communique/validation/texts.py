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
    def _buffer(self) -> tuple[Any, Any]:
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
        buffer, offsets = self._buffer
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

        buffer, offsets = self._buffer
        allowed = np.count_nonzero(buffer == 9) + np.count_nonzero(buffer == 10)
        if np.count_nonzero(buffer < 32) > allowed or (buffer == 127).any():
            return True
        starts = buffer[offsets[:-1][offsets[:-1] < len(buffer)]]
        if (starts == 0xEF).any():
            return True
        leads = np.flatnonzero(buffer[:-1] == 0xC2)
        return bool((buffer[leads + 1] < 0xA0).any())

    @cached_property
    def _starts(self) -> tuple[Any, Any, Any]:
        """Start byte of every code point of the texts that are not ASCII; by article, where its own begin; is it wide."""
        import numpy as np

        wide = ((self.chars != self.bytes) & self.text.is_not_null()).fill_null(False).to_numpy()
        chars = np.where(wide, self.chars.fill_null(0).to_numpy(), 0).astype(np.int64)
        sizes = np.where(wide, self.bytes.fill_null(0).to_numpy(), 0).astype(np.int64)
        buffer, offsets = self._buffer
        rows = np.flatnonzero(wide)
        parts = [buffer[offsets[row] : offsets[row + 1]] for row in rows]
        joined = np.concatenate(parts) if parts else buffer[:0]
        starts = np.flatnonzero((joined & 0xC0) != 0x80).astype(
            np.int32 if len(joined) < 2**31 - 1 else np.int64
        )
        starts = np.append(starts, starts.dtype.type(len(joined)))
        return starts, (np.cumsum(chars) - chars, np.cumsum(sizes) - sizes), wide

    def byte_offsets(self, rows: Any, points: Any) -> Any:
        """Byte offsets of code points `points` in the texts of the articles `rows` (numpy arrays, all within bounds)."""
        import numpy as np

        starts, bases, wide = self._starts
        if not wide.any():
            return points
        result = points.astype(np.int64)
        some = np.flatnonzero(wide[rows])
        if len(some):
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
