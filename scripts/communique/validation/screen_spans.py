"""The rules of spans over all spans of a shard at once: which of them could fail, and in which column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from communique.validation.paths import Path, all_span_paths
from communique.validation.screen_lists import Lists, Rows, _int64

if TYPE_CHECKING:
    import polars as pl

Place = tuple[str, str | None]

#: Lists of more spans than this are left to the views.
_LONG = 64


@dataclass
class Long:
    """All spans of a shard, path after path; numpy arrays of one length, `text` a series, `path` a number."""

    paths: list[Path]
    bounds: list[int]
    path: Any
    row: Rows
    art: Rows
    start: Any
    end: Any
    text: pl.Series

    def of(self, table: str, column: str) -> tuple[Rows, Any, Any]:
        """Record, start and end of the spans of one column of span lists."""
        at = self.paths.index(Path(table, (column, "*")))
        part = slice(self.bounds[at], self.bounds[at + 1])
        return self.row[part], self.start[part], self.end[part]

    def places(self, mask: Any) -> set[Place]:
        """The tables and columns of the spans where `mask` is true."""
        import numpy as np

        return {(self.paths[at].table, self.paths[at].root) for at in np.unique(self.path[mask])}


class SpanScreen:
    """Each method gives the places where a rule could fail; none means that it holds for the whole shard."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.views = lists.views

    @cached_property
    def spans(self) -> Long | None:
        """None where there is no span, or one without a start or end."""
        import numpy as np
        import polars as pl

        paths = all_span_paths(self.views.schema)
        rows, arts, parts = [], [], []
        for path in paths:
            frame = self.lists.frames[path.table]
            if path.parts:
                row, found = self.lists.values(path)
                part = found.struct.unnest().select("start", "end", "text")
            else:
                row, part = np.arange(frame.height), frame.select("start", "end", "text")
            rows.append(row)
            arts.append(self.lists.articles_of(path.table)[row])
            parts.append(part)
        if not sum(map(len, rows)):
            return None
        whole = pl.concat(parts)
        if whole["start"].null_count() or whole["end"].null_count():
            return None
        sizes = [len(row) for row in rows]
        bounds = np.concatenate([[0], np.cumsum(sizes)]).tolist()
        start, end = (whole[name].cast(pl.Int64).to_numpy() for name in ("start", "end"))
        path_of = np.repeat(np.arange(len(paths)), sizes)
        return Long(
            paths, bounds, path_of, np.concatenate(rows), np.concatenate(arts), start, end, whole["text"]
        )

    def judged(self) -> tuple[dict[str, set[Place]], int]:
        """By id of a span rule the places where it could fail; and of how many spans the text is not known."""
        import numpy as np
        import polars as pl

        found, texts = self.spans, self.views.texts
        assert found is not None
        chars = texts.chars.cast(pl.Int64).fill_null(-1).to_numpy()
        there = texts.text.is_not_null().to_numpy()
        has = found.art >= 0
        if len(chars):
            size = np.where(has, chars[found.art], -1)
            readable = has & there[found.art]
        else:
            size, readable = np.full(len(has), -1), has
        start, end = found.start, found.end
        ordered = start < end
        inside = ordered & (end <= size)
        known = inside & (start >= 0) & readable
        size_known = size >= 0
        unknown = int(np.count_nonzero(~size_known | (~known & inside)))
        differs = np.zeros(len(start), dtype=bool)
        whole = bool(known.all())
        rows = np.flatnonzero(known)
        said = found.text if whole else found.text.gather(rows)
        cut = texts.cut(found.art[rows], start[rows], end[rows])
        differs[rows] = (said.cast(pl.Binary) != cut).fill_null(False).to_numpy()
        again = (found.row[1:] == found.row[:-1]) & (found.path[1:] == found.path[:-1])
        in_list = np.array([path.in_list for path in found.paths])
        again = np.concatenate([[False], again & in_list[found.path[1:]]])
        before, after = np.roll(start, 1), np.roll(end, 1)
        text = pl.col("text")
        bare = text.str.strip_chars().str.len_bytes() != text.str.len_bytes()
        seen = pl.DataFrame({"text": found.text}).select(
            space=bare.fill_null(False),
            mark=(text.str.len_bytes() != text.str.len_chars()).fill_null(False),
        )
        marked = seen["mark"].to_numpy().copy()
        wide = np.flatnonzero(marked)
        marked[wide] = found.text.gather(wide).str.contains("^[\\p{M}\u200d\ufe0f]").to_numpy()
        masks = {
            "L3/span-empty": ~ordered,
            "L3/span-beyond-text": ordered & size_known & (end > size),
            "L3/span-text-differs": differs,
            "L3/span-edge-space": seen["space"].to_numpy(),
            "L3/spans-out-of-order": again & (start < before),
            "L3/spans-overlap": again & (start < after) & (start >= before) & ordered,
            "L3/spans-touch": again & (start == after) & ordered,
            "L3/span-splits-character": marked,
        }
        return {id_: found.places(mask) if mask.any() else set() for id_, mask in masks.items()}, unknown

    def _against(self, holder: Rows, table: str, column: str, hit: Any) -> tuple[Any, bool]:
        """For each span whether `hit(low, high, which)` is true of a span in `column` of the record `holder`.

        False as second value where the lists are too long to go through item by item.
        """
        import numpy as np

        assert self.spans is not None
        rows, low, high = self.spans.of(table, column)
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
            row, start, end = self.spans.of("statements", column)
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
        row, start, end = self.spans.of(table, column)

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
        cue, low, high = self.spans.of("statements", "cue_spans")
        firsts = np.flatnonzero(np.append(True, cue[1:] != cue[:-1])) if len(cue) else cue
        lasts = np.append(firsts[1:], len(cue)) - 1 if len(cue) else cue
        which, low, high = cue[firsts], low[firsts], high[lasts]
        row, start, end = self.spans.of("statements", "content_spans")
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
        row, start, end = self.spans.of("actions", "trigger_spans")
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
