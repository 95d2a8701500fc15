"""Spans and span lists as plain dicts.

A span is `{"start": int, "end": int, "text": str}`: Unicode code points, 0-based, end-exclusive, into the
canonical text, with `text == canonical[start:end]`. A span list is ordered and disjoint; more than one
span means a discontinuous unit. Functions that compare spans read `start` and `end` only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

SEPARATOR = " … "


class Span(TypedDict):
    """One stretch of canonical text."""

    start: int
    end: int
    text: str


SpanLike = Mapping[str, Any]
"""A Span, or any mapping with its keys (rows read back from JSON or Arrow)."""


def make_span(text: str, start: int, end: int) -> Span:
    """The span of `text[start:end]`. Raises ValueError when the offsets are not inside the text or empty."""
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no span {start}:{end} in a text of {len(text)} code points")
    return {"start": start, "end": end, "text": text[start:end]}


def joined(spans: Sequence[SpanLike], sep: str = SEPARATOR) -> str:
    """The readable text of a span list."""
    return sep.join(span["text"] for span in spans)


def is_ordered(spans: Sequence[SpanLike]) -> bool:
    """Whether every span is non-empty and starts at or after the end of the one before it."""
    end = 0
    for span in spans:
        if not end <= span["start"] < span["end"]:
            return False
        end = span["end"]
    return True


def hull(spans: Sequence[SpanLike]) -> tuple[int, int]:
    """First start and last end. Raises ValueError on an empty list."""
    if not spans:
        raise ValueError("an empty span list has no hull")
    return min(s["start"] for s in spans), max(s["end"] for s in spans)


def size(spans: Sequence[SpanLike]) -> int:
    """Number of code points in a span list."""
    return sum(s["end"] - s["start"] for s in spans)


def overlap(a: Sequence[SpanLike], b: Sequence[SpanLike]) -> int:
    """Number of code points that two span lists have in common. Both must be ordered and disjoint."""
    total = i = j = 0
    while i < len(a) and j < len(b):
        low = max(a[i]["start"], b[j]["start"])
        high = min(a[i]["end"], b[j]["end"])
        total += max(0, high - low)
        if a[i]["end"] <= b[j]["end"]:
            i += 1
        else:
            j += 1
    return total


def covers(spans: Sequence[SpanLike], inner: Sequence[SpanLike]) -> bool:
    """Whether each fragment of `inner` lies inside one fragment of `spans`. True for an empty `inner`."""
    return all(any(s["start"] <= f["start"] and f["end"] <= s["end"] for s in spans) for f in inner)


def dice(a: Sequence[SpanLike], b: Sequence[SpanLike]) -> float:
    """Dice's coefficient over code points, 2|A∩B| / (|A|+|B|), in [0, 1] (Dice 1945).

    Raises ValueError when both lists are empty: the coefficient is then undefined.
    """
    total = size(a) + size(b)
    if total == 0:
        raise ValueError("Dice's coefficient of two empty span lists is undefined")
    return 2 * overlap(a, b) / total


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets without white space at either edge; an all-blank stretch becomes empty at its start."""
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    if lead == len(piece):
        return start, start
    return start + lead, end - (len(piece) - len(piece.rstrip()))


def edges_on_whitespace(span: SpanLike) -> bool:
    """Whether the span's text starts or ends in white space."""
    return bool(span["text"] != span["text"].strip())


def slices_match(text: str, spans: Sequence[SpanLike]) -> bool:
    """Whether each span's text is the slice of `text` that its offsets name."""
    return all(
        0 <= s["start"] < s["end"] <= len(text) and text[s["start"] : s["end"]] == s["text"] for s in spans
    )
