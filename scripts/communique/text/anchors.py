"""What re-anchoring says about each span, each text and each discontinuous unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from communique.text.spans import Span

SpanStatus = Literal["exact", "moved", "changed", "lost", "ambiguous"]
TextStatus = Literal["identical", "normalised", "drifted", "unrelated", "differs"]
SPAN_STATUSES: tuple[SpanStatus, ...] = ("exact", "moved", "changed", "lost", "ambiguous")


class Anchored(NamedTuple):
    """What became of one span.

    `exact`: check passed, same offsets. `moved`: check passed, new offsets. Otherwise there are no offsets
    and `reason` says why: `changed` (its surroundings are there, its own words are not the same),
    `ambiguous` (more than one place), `lost`. `near` is where a person should look, as code point offsets
    in the new text; it is a hint and never an anchor.
    """

    status: SpanStatus
    start: int | None = None
    end: int | None = None
    text: str | None = None
    reason: str | None = None
    near: tuple[int, int] | None = None

    @property
    def recovered(self) -> bool:
        """Whether the check passed and there are offsets."""
        return self.start is not None

    def span(self) -> Span:
        """The new span. Raises ValueError when there is none."""
        if self.start is None or self.end is None or self.text is None:
            raise ValueError(f"the span was not recovered: {self.status}, {self.reason}")
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one text and its spans, in the order the spans were given.

    `status`: `identical`; `normalised` (same key); `drifted` (some of it found); `unrelated` (none of it,
    probably another article); `differs` (the fingerprint can't say more). `paragraphs`, `paragraphs_found`:
    of the old text, and how many were found whole. `opened`: whether the token digests could be used, or
    were not needed.
    """

    status: TextStatus
    spans: list[Anchored]
    paragraphs: int
    paragraphs_found: int
    opened: bool

    @property
    def counts(self) -> dict[SpanStatus, int]:
        """Number of spans of each status, zeros included."""
        found = Counter(span.status for span in self.spans)
        return {status: found[status] for status in SPAN_STATUSES}

    @property
    def complete(self) -> bool:
        """Whether every span was recovered."""
        return all(span.recovered for span in self.spans)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, counts included."""
        return {**asdict(self), "spans": [span._asdict() for span in self.spans], "counts": self.counts}


class Unit(NamedTuple):
    """A span list re-anchored as one: all fragments or none. `spans` is empty unless all were recovered."""

    status: SpanStatus
    spans: list[Span]
    reason: str | None = None


def together(fragments: Sequence[Anchored]) -> Unit:
    """The fragments of one discontinuous unit, in their old order: all of them, or a flag.

    Fragments that are all found but no longer ordered and disjoint make the unit `changed`.
    """
    if any(fragment.start is None for fragment in fragments):
        for status in ("lost", "changed", "ambiguous"):
            for fragment in fragments:
                if fragment.status == status:
                    several = f" ({len(fragments)} fragments; none is kept)" if len(fragments) > 1 else ""
                    return Unit(fragment.status, [], f"{fragment.reason}{several}")
    spans = [fragment.span() for fragment in fragments]
    if len(spans) > 1 and any(a["end"] > b["start"] for a, b in pairwise(spans)):
        return Unit("changed", [], "its fragments no longer follow one another in this order")
    return Unit("moved" if any(f.status == "moved" for f in fragments) else "exact", spans)
