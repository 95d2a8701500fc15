"""Spans against the texts that they are of: which rule of a span could fail, and in which column."""

from __future__ import annotations

from typing import Any

from communique.validation.paths import Path
from communique.validation.screen_lists import Rows
from communique.validation.screen_long import Long, Place
from communique.validation.texts import SPACE_BYTES, WORD_BYTES, among
from communique.validation.views import Views


class TextScreen:
    """The spans of a shard and its texts."""

    def __init__(self, views: Views, spans: Long) -> None:
        self.views = views
        self.texts = views.texts
        self.spans = spans
        #: Whether it was found, by `judged`, that no mention cuts a word.
        self.whole_words = False

    def judged(self) -> tuple[dict[str, set[Place]], int]:
        """By id of a span rule the places where it could fail; and of how many spans the text is not known."""
        import numpy as np
        import polars as pl

        found, texts = self.spans, self.texts
        art = pl.Series(found.art)
        if len(art) and (found.art < 0).any():
            art = pl.select(pl.when(art >= 0).then(art)).to_series()
        listed = [number for number, path in enumerate(found.paths) if path.in_list]
        frame = found.frame.select(
            "path",
            "start",
            "end",
            row=pl.Series(found.row),
            size=texts.chars.cast(pl.Int32).gather(art),
            there=texts.text.is_not_null().gather(art),
        )
        start, end, size, path, row = map(pl.col, ("start", "end", "size", "path", "row"))
        again = (row == row.shift(1)) & (path == path.shift(1)) & path.is_in(listed)
        inside = ((start < end) & (end <= size)).fill_null(False)
        known = inside & (start >= 0) & pl.col("there").fill_null(False)
        wrong = {
            "L3/span-empty": start >= end,
            "L3/span-beyond-text": (start < end) & (end > size),
            "L3/spans-out-of-order": again & (start < start.shift(1)),
            "L3/spans-overlap": again & (start < end.shift(1)) & (start >= start.shift(1)) & (start < end),
            "L3/spans-touch": again & (start == end.shift(1)) & (start < end),
        }
        unknown = (size.is_null() | (~known & inside)).sum()
        seen = frame.select(
            *(one.any().alias(id_) for id_, one in wrong.items()), unknown=unknown, known=known.all()
        ).row(0, named=True)
        places = {
            id_: found.places(frame.select(one.fill_null(False)).to_series()) if seen[id_] else set()
            for id_, one in wrong.items()
        }
        rows = None if seen["known"] else np.flatnonzero(frame.select(known).to_series().to_numpy())
        return places | self._words(rows), seen["unknown"]

    def _words(self, rows: Rows | None) -> dict[str, set[Place]]:
        """Where spans say other words than the text, or the same words beginning or ending with white space, or beginning
        with a mark. `rows` are the spans that lie within a known text, None for all."""
        import numpy as np
        import polars as pl

        found, texts = self.spans, self.texts
        words = found.frame["text"]
        art, start, end = (one if rows is None else one[rows] for one in (found.art, found.start, found.end))
        at = texts.byte_offsets(art, start)
        said = pl.col("said")
        part = pl.DataFrame({"said": words if rows is None else words.gather(rows)}).with_columns(
            size=said.str.len_bytes(),
            text=texts.binary.gather(art),
            at=pl.Series(at),
            count=pl.Series(end - start),
        )
        # As many bytes as the span has: the slice is equal if these are, and are as many characters as it should have.
        slices = pl.col("text").bin.slice("at", "size")
        part = part.select(
            "said",
            "size",
            other=((said.cast(pl.Binary) != slices) | (said.str.len_chars() != pl.col("count"))).fill_null(
                False
            ),
        )
        same = part.select(((said.str.len_bytes() > 0) & ~pl.col("other")).fill_null(False)).to_series()
        chosen = slice(None) if (alike := same.all()) else np.flatnonzero(same.to_numpy())
        buffer, offsets = texts.buffer
        low = at[chosen] + offsets[art[chosen]]
        high = low + part["size"].to_numpy()[chosen].astype(np.int64) - 1
        first, last = buffer[low], buffer[high]
        blank = among(SPACE_BYTES)
        bare, mark = blank[first] | blank[last], np.zeros(len(low), dtype=bool)
        # What does not begin and end in ASCII is looked at as text.
        wide = np.flatnonzero((first >= 0x80) | (last >= 0x80))
        if len(wide):
            text = part["said"].filter(same).gather(wide)
            bare[wide] |= (text.str.strip_chars().str.len_bytes() != text.str.len_bytes()).to_numpy()
            mark[wide] = text.str.contains("^[\\p{M}\u200d\ufe0f]").to_numpy()
        if rows is None and alike:
            mentions = found.part(Path("mentions", ()))
            self.whole_words = self._uncut(art[mentions], low[mentions], high[mentions])
        return {
            "L3/span-text-differs": self._placed(part["other"].to_numpy(), rows),
            "L3/span-edge-space": self._placed(bare, rows, chosen),
            "L3/span-splits-character": self._placed(mark, rows, chosen),
        }

    def _placed(self, mask: Any, *subsets: Any) -> set[Place]:
        """The tables and columns of spans where `mask` is true: of all, of a subset, of a subset of that (None for all)."""
        import numpy as np
        import polars as pl

        if not mask.any():
            return set()
        numbers = np.arange(self.spans.frame.height)
        for some in subsets:
            numbers = numbers if some is None else numbers[some]
        return self.spans.places(pl.int_range(pl.len()).is_in(pl.Series(numbers[mask]).implode()))

    def _uncut(self, art: Rows, low: Any, high: Any) -> bool:
        """Whether no mention, from the byte `low` to the byte `high`, begins or ends within an English word (ASCII)."""
        import numpy as np

        buffer, offsets = self.texts.buffer
        word = among(WORD_BYTES)
        before, after = buffer.take(low - 1, mode="clip"), buffer.take(high + 1, mode="clip")
        cut = word[before] & word[buffer[low]] & (low > offsets[art])
        cut |= word[after] & word[buffer[high]] & (high + 1 < offsets[art + 1])
        return not self.views.whole_words.to_numpy()[art[np.flatnonzero(cut)]].any()
