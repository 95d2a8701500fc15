"""Slices of the articles' texts, millions at a time and without copying.

Offsets are code points, texts are UTF-8. The byte at which a code point starts is the code point itself in
an ASCII text; for the others it is read from one array of the starts of all code points. A slice of bytes
is then a view into the text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


#: The white space of ASCII.
SPACE_BYTES = b"\t\n\v\f\r "
#: The letters and digits of ASCII.
WORD_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@cache
def among(some: bytes) -> Any:
    """For each byte, as a numpy array of 256, whether it is one of `some`."""
    import numpy as np

    found = np.zeros(256, dtype=bool)
    found[[*some]] = True
    return found


@dataclass(frozen=True)
class Wide:
    """Texts with code points of several bytes, end to end. All are numpy arrays.

    `later` are the places of the bytes that go on with a code point; `before` how many code points end before each.
    `index` is by article the number of its text among these, or -1; `starts` how many code points stand before that
    text, and `counts` how many of `later`.
    """

    buffer: Any
    later: Any
    index: Any
    before: Any
    starts: Any
    counts: Any


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
        import polars as pl
        import pyarrow as pa

        buffer, offsets = self.buffer
        # Comparisons that give a bit for each byte are far faster than those that give a byte.
        bits = pl.Series(pa.Array.from_buffers(pa.uint8(), len(buffer), [None, pa.py_buffer(buffer)]))
        if ((bits < 32) & (bits != 9) & (bits != 10)).any() or (bits == 127).any():
            return True
        starts = buffer[offsets[:-1][offsets[:-1] < len(buffer)]]
        if (starts == 0xEF).any():
            return True
        if self._wide is None:
            return False
        wide, later = self._wide.buffer, self._wide.later
        return bool(((wide[later - 1] == 0xC2) & (wide[later] < 0xA0)).any())

    @cached_property
    def _wide(self) -> Wide | None:
        """The texts that are not ASCII, None where all are."""
        import numpy as np

        bytes_, chars = (part.fill_null(0).to_numpy().astype(np.int64) for part in (self.bytes, self.chars))
        rows = np.flatnonzero(bytes_ > chars)
        if not len(rows):
            return None
        buffer, offsets = self.buffer
        parts = zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True)
        joined = np.concatenate([buffer[first:last] for first, last in parts])
        # As signed bytes 0x80 to 0xBF, which go on with a code point, are those below -64.
        later = np.flatnonzero(joined.view(np.int8) < -64)
        ends = np.cumsum(bytes_[rows])
        first = ends - bytes_[rows]
        index = np.full(len(bytes_), -1)
        index[rows] = np.arange(len(rows))
        counts = np.searchsorted(later, first)
        return Wide(joined, later, index, later - np.arange(len(later)) - 1, first - counts, counts)

    def byte_offsets(self, rows: Any, points: Any) -> Any:
        """Byte offsets of code points `points` in the texts of the articles `rows` (numpy arrays, all within bounds)."""
        import numpy as np

        wide = self._wide
        if wide is None:
            return points
        result = points.astype(np.int64)
        index = wide.index[rows]
        some = np.flatnonzero(index >= 0)
        if len(some):
            at = index[some]
            result[some] += np.searchsorted(wide.before, wide.starts[at] + result[some]) - wide.counts[at]
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
        first = self.byte_offsets(rows, starts)
        return self.bytes_at(rows, first, self.byte_offsets(rows, ends) - first)

    def bytes_at(self, rows: Any, first: Any, size: Any) -> pl.Series:
        """`size` bytes from the byte `first` of the texts `rows` (numpy arrays); fewer at the end of a text."""
        import polars as pl

        spans = pl.DataFrame({"text": self.binary.gather(rows), "first": first, "size": size})
        return spans.select(pl.col("text").bin.slice(pl.col("first"), pl.col("size"))).to_series()
