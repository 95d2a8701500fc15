"""The text of an article, cut into nested pieces that a template can write out as elements.

Contents of statements are wrappers (they nest); cues, triggers and mentions are leaves. Where two
contents cross, the inner one is closed and opened again: no mark is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from communique.explore.links import short

Record = dict[str, Any]

#: Deeper contents are drawn like the deepest of these.
DEEPEST = 5


@dataclass(frozen=True)
class Mark:
    """One span of one record; `rank` orders contents from the outermost inward."""

    start: int
    end: int
    kind: str
    record_id: str
    rank: int = 0
    look: str = ""


@dataclass(frozen=True)
class Piece:
    """`kind` is open, close or leaf. An open piece has the look of a content, a leaf those of its marks.

    `records` are short ids, the most telling first; `anchors` are ids of mentions that begin here;
    `link` is the id of the record that a leaf leads to, `first` says that it leads there for the first time.
    """

    kind: str
    text: str = ""
    looks: str = ""
    records: str = ""
    link: str | None = None
    first: bool = False
    anchors: tuple[str, ...] = ()


def marks(rows: Mapping[str, Sequence[Record]], groups: Mapping[str, str]) -> list[Mark]:
    """All spans of an article's records that are drawn into its text; `groups` by status of an action."""
    found = []
    for row in rows["mentions"]:
        found.append(Mark(row["start"], row["end"], "mention", row["mention_id"]))
    for row in rows["statements"]:
        key, depth = row["statement_id"], row["nesting_depth"]
        look = " ext" if row["layer"] == "extended" else ""
        look += " unmade" if is_unmade(row) else ""
        found += [Mark(s["start"], s["end"], "content", key, depth, look) for s in row["content_spans"]]
        found += [Mark(s["start"], s["end"], "cue", key) for s in row["cue_spans"]]
    for row in rows["actions"]:
        look = groups.get(row["status"], "")
        found += [
            Mark(s["start"], s["end"], "trigger", row["action_id"], 0, look) for s in row["trigger_spans"]
        ]
    return found


def is_unmade(statement: Record) -> bool:
    """Whether the statement is known not to have been made (yet). Corpora from elsewhere may not say."""
    return statement["statement_status"] not in ("made", "habitual", None)


def pieces(text: str, start: int, end: int, found: Iterable[Mark], article_id: str) -> Iterator[Piece]:
    """The pieces of `text[start:end]` (code points), for marks in any order."""
    here = [mark for mark in found if mark.start < end and mark.end > start]
    edges = sorted({start, end, *(min(max(edge, start), end) for m in here for edge in (m.start, m.end))})
    open_now: list[Mark] = []
    linked: set[str] = set()
    for low, high in pairwise(edges):
        covering = [mark for mark in here if mark.start <= low and high <= mark.end]
        contents = sorted(
            (mark for mark in covering if mark.kind == "content"),
            key=lambda mark: (mark.rank, mark.start, -mark.end, mark.record_id),
        )
        keep = 0
        while keep < min(len(open_now), len(contents)) and open_now[keep] == contents[keep]:
            keep += 1
        for _ in open_now[keep:]:
            yield Piece("close")
        for level, mark in enumerate(contents[keep:], start=keep + 1):
            looks = f"l{min(level, DEEPEST)}{mark.look}"
            yield Piece("open", looks=looks, records=short(mark.record_id, article_id))
        open_now = contents
        yield _leaf(text[low:high], low, [m for m in covering if m.kind != "content"], article_id, linked)
    for _ in open_now:
        yield Piece("close")


def _leaf(text: str, low: int, covering: list[Mark], article_id: str, linked: set[str]) -> Piece:
    order = ("trigger", "cue", "mention")
    told = sorted(covering, key=lambda mark: (order.index(mark.kind), mark.end - mark.start, mark.record_id))
    looks = dict.fromkeys(look for mark in told for look in (mark.kind, mark.look) if look)
    # A link that shows nothing would be a stop for the keyboard without a name.
    target = next((mark.record_id for mark in told if mark.kind != "mention"), None) if text.strip() else None
    first = target is not None and target not in linked
    if target is not None:
        linked.add(target)
    records = dict.fromkeys(short(mark.record_id, article_id) for mark in told)
    anchors = tuple(mark.record_id for mark in told if mark.kind == "mention" and mark.start == low)
    return Piece("leaf", text, " ".join(looks), " ".join(records), target, first, anchors)
