"""Span arithmetic against sets of code points."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.text import spans as sp

TEXT = "The “Kremlin” said 👩‍👩‍👧 e\u0301  was fine."


@st.composite
def span_lists(draw: st.DrawFn, least: int = 0) -> list[sp.Span]:
    edges = sorted(draw(st.sets(st.integers(0, len(TEXT)), min_size=2 * least)))
    return [sp.make_span(TEXT, a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]


def points(spans: list[sp.Span]) -> set[int]:
    return {at for span in spans for at in range(span["start"], span["end"])}


@given(span_lists(), span_lists())
def test_overlap_size_and_dice_are_those_of_sets(a: list[sp.Span], b: list[sp.Span]) -> None:
    assert sp.overlap(a, b) == sp.overlap(b, a) == len(points(a) & points(b))
    assert sp.size(a) == len(points(a))
    if a or b:
        assert sp.dice(a, b) == pytest.approx(
            2 * len(points(a) & points(b)) / (len(points(a)) + len(points(b)))
        )


@given(span_lists(1))
def test_made_lists_are_ordered_and_match_their_text(a: list[sp.Span]) -> None:
    assert sp.is_ordered(a)
    assert sp.slices_match(TEXT, a)
    assert sp.covers(a, a)
    low, high = sp.hull(a)
    assert (low, high) == (min(points(a)), max(points(a)) + 1)
    assert not sp.is_ordered([*a, a[0]])


@given(span_lists(), span_lists())
def test_covers_needs_one_fragment_around_each(a: list[sp.Span], b: list[sp.Span]) -> None:
    if sp.covers(a, b):
        assert points(b) <= points(a)
    half = [sp.make_span(TEXT, 0, 4), sp.make_span(TEXT, 4, 9)]
    assert not sp.covers(half, [sp.make_span(TEXT, 2, 6)])


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_trim_equals_strip(start: int, end: int) -> None:
    start, end = min(start, end), max(start, end)
    low, high = sp.trim(TEXT, start, end)
    assert TEXT[low:high] == TEXT[start:end].strip()
    assert start <= low <= high <= end


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (4, 2), (0, len(TEXT) + 1)])
def test_no_such_span(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no span"):
        sp.make_span(TEXT, start, end)


def test_undefined_says_so() -> None:
    with pytest.raises(ValueError, match="undefined"):
        sp.dice([], [])
    with pytest.raises(ValueError, match="hull"):
        sp.hull([])


def test_joined_and_edges() -> None:
    assert sp.joined([sp.make_span(TEXT, 0, 3), sp.make_span(TEXT, 5, 12)]) == "The … Kremlin"
    assert sp.edges_on_whitespace(sp.make_span(TEXT, 0, 4))
    assert not sp.edges_on_whitespace(sp.make_span(TEXT, 0, 3))
    wrong: sp.Span = {"start": 0, "end": 3, "text": "the"}
    assert not sp.slices_match(TEXT, [wrong])
