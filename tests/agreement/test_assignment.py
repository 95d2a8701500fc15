"""Matching is optimal, and nothing but the units decides it."""

from __future__ import annotations

import time
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import slowness

from communique.agreement.assignment import Match, assign, match, overlaps

spans = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8)), max_size=6, unique=True).map(
    lambda drawn: [(start, start + length) for start, length in drawn]
)
sides = st.lists(st.integers(0, 9), max_size=5, unique=True)
likings = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)), st.sampled_from([0.5, 1.0, 2.0, 3.0]), max_size=40
)


def dice(one, other):
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return 2 * shared / (one[1] - one[0] + other[1] - other[0])


def symmetric(table):
    """A score that never prefers a stranger to a unit's own likeness."""
    return lambda one, other: 5.0 if one == other else table.get((min(one, other), max(one, other)), 0.0)


def best_total(left, right, score):
    small, large = sorted((left, right), key=len)
    scores = score if small is left else lambda one, other: score(other, one)
    return max(sum(map(scores, small, chosen)) for chosen in permutations(large, len(small)))


def content(matched, left, right):
    return {(left[pair.left], right[pair.right]) for pair in matched}


@given(sides, sides, likings)
def test_no_assignment_is_better(left, right, table) -> None:
    score = symmetric(table)
    matched = match(left, right, score)
    assert sum(pair.score for pair in matched) == pytest.approx(best_total(left, right, score))
    assert len({pair.left for pair in matched}) == len({pair.right for pair in matched}) == len(matched)
    assert all(pair.score == score(left[pair.left], right[pair.right]) > 0 for pair in matched)


@given(sides, sides, likings, st.randoms(use_true_random=False))
def test_order_and_side_do_not_matter(left, right, table, random) -> None:
    score = symmetric(table)
    pairs = content(match(left, right, score), left, right)
    other_left, other_right = random.sample(left, len(left)), random.sample(right, len(right))
    assert content(match(other_left, other_right, score), other_left, other_right) == pairs
    swapped = content(match(other_right, other_left, score), other_right, other_left)
    assert {(one, other) for other, one in swapped} == pairs


@given(spans, spans)
def test_candidates_from_overlaps_change_nothing(left, right) -> None:
    rows, columns, _ = overlaps(left, right)
    some = match(left, right, dice, candidates=zip(rows, columns, strict=True))
    assert some == match(left, right, dice)


@given(spans, spans, st.data())
def test_overlaps_are_all_overlaps(left, right, data) -> None:
    groups = [
        data.draw(st.lists(st.integers(-3, 3), min_size=len(s), max_size=len(s))) for s in (left, right)
    ]
    found = list(zip(*map(np.ndarray.tolist, overlaps(left, right, *groups)), strict=True))
    expected = [
        (i, j, min(one[1], other[1]) - max(one[0], other[0]))
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        if groups[0][i] == groups[1][j] and min(one[1], other[1]) > max(one[0], other[0])
    ]
    assert sorted(found) == expected


@given(
    st.lists(st.integers(0, 7), min_size=2, max_size=4, unique=True),
    st.lists(st.integers(0, 7), min_size=2, max_size=4, unique=True),
    st.lists(st.integers(0, 2), min_size=16, max_size=16),
)
def test_of_the_best_the_first_in_reading_order(left, right, drawn) -> None:
    """All ways to match, tried out: the greatest total, then the pairs that are read first."""
    scores = {(a, b): drawn[4 * i + j] for i, a in enumerate(left) for j, b in enumerate(right)}
    reading = sorted(
        (pair for pair in scores if scores[pair]), key=lambda p: (-scores[p], min(p), max(p), p[0], p[1])
    )

    def ways(rest, lefts, rights):
        if not rest:
            yield []
            return
        (one, other), later = rest[0], rest[1:]
        if one in lefts and other in rights:
            for way in ways(later, lefts - {one}, rights - {other}):
                yield [(one, other), *way]
        yield from ways(later, lefts, rights)

    best = max(
        ways(reading, set(left), set(right)),
        key=lambda way: (sum(scores[pair] for pair in way), [pair in way for pair in reading]),
    )
    assert content(match(left, right, lambda a, b: float(scores[a, b])), left, right) == set(best)


def test_tie_goes_to_the_lower_key() -> None:
    """Two right units as good as each other: the one that comes first, wherever it stands in the list."""
    assert match([(0, 4)], [(2, 6), (0, 2)], lambda one, other: 1.0) == [Match(0, 1, 1.0)]
    assert match([(0, 4)], [(0, 2), (2, 6)], lambda one, other: 1.0) == [Match(0, 0, 1.0)]


def test_tie_goes_to_the_greater_single_score() -> None:
    """3 + 1 and 2 + 2 are equal in total: the pair of 3 is read first."""
    scores = {("a", "x"): 3.0, ("b", "y"): 1.0, ("a", "y"): 2.0, ("b", "x"): 2.0}
    matched = match("ab", "xy", lambda one, other: scores[one, other])
    assert matched == [Match(0, 0, 3.0), Match(1, 1, 1.0)]


def test_the_greatest_single_score_may_lose() -> None:
    scores = {("a", "x"): 3.0, ("a", "y"): 2.9, ("b", "x"): 2.9}
    matched = match("ab", "xy", lambda one, other: scores.get((one, other), 0.0))
    assert matched == [Match(0, 1, 2.9), Match(1, 0, 2.9)]


def test_equal_scores_throughout_match_in_order() -> None:
    matched = match(range(30), range(30, 60), lambda one, other: 1.0)
    assert [(pair.left, pair.right) for pair in matched] == [(n, n) for n in range(30)]


def test_nothing_to_match() -> None:
    assert match([], [(0, 1)], dice) == []
    assert match([(0, 1)], [(5, 6)], dice) == []
    assert [len(part) for part in overlaps([], [(0, 1)])] == [0, 0, 0]


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), float("inf")])
def test_scores_that_are_no_scores(wrong) -> None:
    with pytest.raises(ValueError, match="finite number, not negative"):
        match([1], [2], lambda one, other: wrong)


@pytest.mark.slow
def test_a_hundred_thousand_units() -> None:
    """Seconds, not minutes, in a text where every unit overlaps four others."""
    random = np.random.default_rng(7)
    starts = np.sort(random.integers(0, 2_000_000, 100_000))
    left = np.column_stack([starts, starts + random.integers(3, 60, len(starts))])
    right = np.maximum(left + random.integers(-3, 4, left.shape), 0)
    right[:, 1] = np.maximum(right[:, 1], right[:, 0] + 1)
    started = time.process_time()
    rows, columns, shared = overlaps(left, right)
    scores = 2 * shared / (np.diff(left)[rows, 0] + np.diff(right)[columns, 0])
    ranks = np.unique(np.vstack([left, right]), axis=0, return_inverse=True)[1].ravel()
    matched = assign(rows, columns, scores, ranks[: len(left)], ranks[len(left) :])
    assert time.process_time() - started < 10 * slowness()
    assert len(matched) > 99_000
