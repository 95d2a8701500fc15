"""How the spans of a shard lie to each other, and its zones: which of the rules hold for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from communique.validation.paths import EACH
from communique.validation.screen_lists import Lists, Rows, _int64
from communique.validation.screen_long import Long, all_spans
from communique.validation.texts import SPACE_BYTES, among

if TYPE_CHECKING:
    import polars as pl

#: Lists of more spans than this are left to the views.
_LONG = 64


class SpanScreen:
    """Each method says of a rule whether it holds for the whole shard."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.views = lists.views

    @cached_property
    def spans(self) -> Long | None:
        """None where there is no span, or one without a start or end."""
        return all_spans(self.lists)

    def _against(self, holder: Rows, table: str, column: str, hit: Any) -> tuple[Any, bool]:
        """For each span whether `hit(low, high, which)` is true of a span in `column` of the record `holder`.

        False as second value where the lists are too long to go through item by item.
        """
        import numpy as np

        assert self.spans is not None
        rows, low, high = self.spans.of(table, column, EACH)
        counts = np.bincount(rows, minlength=self.lists.frames[table].height)
        firsts = np.cumsum(counts) - counts
        found = np.zeros(len(holder), dtype=bool)
        most = int(counts.max()) if len(counts) else 0
        if most > _LONG:
            return found, False
        for step in range(most):
            has = np.flatnonzero(counts[holder] > step)
            at = firsts[holder[has]] + step
            found[has] |= hit(low[at], high[at], has)
        return found, True

    def nesting_holds(self, parents: Rows) -> bool:
        """Whether the contents of every parent cover its children's sources, cues and contents."""
        import numpy as np

        if not (parents >= 0).any():
            return True
        if self.spans is None:
            return False
        for column in ("source_spans", "cue_spans", "content_spans"):
            row, start, end = self.spans.of("statements", column, EACH)
            child = np.flatnonzero(parents[row] >= 0)
            start, end = start[child], end[child]

            def covers(low: Any, high: Any, has: Any, start: Any = start, end: Any = end) -> Any:
                return (low <= start[has]) & (end[has] <= high)

            covered, sure = self._against(parents[row[child]], "statements", "content_spans", covers)
            if not sure or not covered.all():
                return False
        return True

    def disjoint(self, table: str, column: str, other: str, modes: pl.Series | None = None) -> bool:
        """Whether no span of `column` overlaps one of `other` in its record (of direct speech, where `modes` are given)."""
        import numpy as np

        if self.spans is None:
            return not self.lists.frames[table].height
        row, start, end = self.spans.of(table, column, EACH)

        def overlaps(low: Any, high: Any, has: Any) -> Any:
            return (start[has] < high) & (low < end[has])

        hit, sure = self._against(row, table, other, overlaps)
        if not sure or not hit.any():
            return sure
        return modes is not None and not (modes.gather(row[np.flatnonzero(hit)]) == "direct").any()

    def innermost(self, parents: Rows) -> bool:
        """Whether no cue stands in the content of another statement that has the same parent, or as well none."""
        import numpy as np

        if self.spans is None:
            return not len(parents)
        # Numbers that order by group and then by place: a group is a parent, or an article.
        group = np.where(parents >= 0, parents, len(parents) + 1 + self.lists.articles_of("statements"))
        base = group.astype(np.int64) << 32
        cue, low, high = self.spans.of("statements", "cue_spans", EACH)
        firsts = np.flatnonzero(np.append(True, cue[1:] != cue[:-1])) if len(cue) else cue
        lasts = np.append(firsts[1:], len(cue)) - 1 if len(cue) else cue
        which, low, high = cue[firsts], low[firsts], high[lasts]
        row, start, end = self.spans.of("statements", "content_spans", EACH)
        if not len(which) or not len(row):
            return True
        order = np.argsort(base[row] + start, kind="stable")
        starts, reach = (base[row] + start)[order], np.maximum.accumulate((base[row] + end)[order])
        at = np.searchsorted(starts, base[which] + low, side="right") - 1
        held = (at >= 0) & (starts[at] >= base[which]) & (reach[at] >= base[which] + high)
        return not held.any()

    def realised_holds(self, statements: Rows) -> bool:
        """Whether a trigger of each action overlaps a cue of the statement (a row, or -1) that it realises."""
        import numpy as np

        linked = statements >= 0
        if not linked.any():
            return True
        if self.spans is None:
            return False
        row, start, end = self.spans.of("actions", "trigger_spans", EACH)
        which = np.flatnonzero(linked[row])
        row, start, end = row[which], start[which], end[which]

        def overlaps(low: Any, high: Any, has: Any) -> Any:
            return (start[has] < high) & (low < end[has])

        hit, sure = self._against(statements[row], "statements", "cue_spans", overlaps)
        meets = np.bincount(row[hit], minlength=len(statements)) > 0
        return sure and bool(meets[linked].all())

    def zones(self) -> set[str]:
        """The rules of zones that hold for all articles."""
        import numpy as np

        texts = self.views.texts
        rows, items = self.lists.items("articles", "zones")
        if not len(rows):
            return set(_ZONES)
        frame = items.struct.unnest()
        if any(frame[name].null_count() for name in ("zone_id", "start", "end")):
            return set()
        start, end = (frame[name].to_numpy().astype(np.int64) for name in ("start", "end"))
        size = texts.chars.cast(_int64()).fill_null(-1).to_numpy()[rows]
        first = np.concatenate([[True], rows[1:] != rows[:-1]])
        last = np.append(first[1:], True)
        before = np.where(first, 0, np.roll(end, 1))
        cleared = set()
        if not ((end <= start) | ((size >= 0) & (end > size))).any():
            cleared.add("L3/zone-beyond-text")
        if not (start < before).any():
            cleared.add("L3/zones-overlap")
        if len(np.unique(rows * 2**32 + frame["zone_id"].to_numpy())) == len(rows):
            cleared.add("L3/zone-id-repeated")
        if frame["duplicate_of"].null_count() == len(rows):
            cleared |= {
                "L3/duplicate-zone-unknown",
                "L3/duplicate-zone-differs",
                "L3/span-in-duplicate-zone",
            }
        there = texts.text.is_not_null().to_numpy()[rows]
        gaps = np.concatenate([rows, rows[last]])
        low, high = np.concatenate([before, end[last]]), np.concatenate([start, size[last]])
        known = np.concatenate([there, there[last]]) & (low >= 0) & (low < high)
        known &= high <= np.concatenate([size, size[last]])
        # Nearly every gap is one line break.
        one = np.flatnonzero(known & (high - low == 1))
        at = texts.byte_offsets(gaps[one], low[one]) + texts.buffer[1][gaps[one]]
        known[one] = ~among(SPACE_BYTES)[texts.buffer[0][at]]
        some = np.flatnonzero(known)
        said = texts.cut(gaps[some], low[some], high[some]).cast(_string(), strict=False)
        if not said.str.strip_chars().str.len_bytes().sum():
            cleared.add("L3/zone-gap")
        return cleared


_ZONES = frozenset(
    {
        "L3/zone-beyond-text",
        "L3/zones-overlap",
        "L3/zone-gap",
        "L3/zone-id-repeated",
        "L3/duplicate-zone-unknown",
        "L3/duplicate-zone-differs",
        "L3/span-in-duplicate-zone",
    }
)


def _string() -> Any:
    import polars as pl

    return pl.String
