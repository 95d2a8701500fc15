"""Which unit of one annotator answers to which unit of another: optimal assignment, never greedy.

The pairs chosen have the greatest total score. Of several such choices the rule takes the one that
comes first when pairs are read by falling score, then by the units' keys (the lower key first, from
whichever side); so neither the order of units, nor which annotator is called left, nor the solver's
version decides anything. Scores are compared in steps of 2^-40 of the greatest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from communique.agreement.coefficient import Floats

Left = TypeVar("Left")
Right = TypeVar("Right")
Integers = NDArray[np.int64]


class Match(NamedTuple):
    """A matched pair: positions in the two sequences, and the pair's score."""

    left: int
    right: int
    score: float


def match(
    left: Sequence[Left],
    right: Sequence[Right],
    score: Callable[[Left, Right], float],
    *,
    candidates: Iterable[tuple[int, int]] | None = None,
    key: Callable[[Any], Any] = lambda unit: unit,
) -> list[Match]:
    """Match units so that the total of `score` is greatest, each unit at most once; sorted by position.

    score: finite and not negative; 0 says that the two may not be matched.
    candidates: the pairs (position left, position right) worth scoring, for example from `overlaps`;
    all pairs where not given.
    key: what orders units; it must tell apart all units that `score` treats differently. Units with
    equal keys are interchangeable.
    """
    if candidates is None:
        rows, columns = np.indices((len(left), len(right))).reshape(2, -1)
    else:
        pairs = np.array(list(candidates), dtype=np.int64).reshape(-1, 2)
        rows, columns = pairs[:, 0], pairs[:, 1]
    scores = np.fromiter((score(left[i], right[j]) for i, j in zip(rows, columns, strict=True)), dtype=float)
    keys = sorted({key(unit) for unit in [*left, *right]})
    rank = {value: number for number, value in enumerate(keys)}
    return assign(rows, columns, scores, [rank[key(u)] for u in left], [rank[key(u)] for u in right])


def assign(
    rows: ArrayLike, columns: ArrayLike, scores: ArrayLike, left_ranks: ArrayLike, right_ranks: ArrayLike
) -> list[Match]:
    """`match` for scored candidate pairs: `scores[p]` is that of left unit `rows[p]` and right unit
    `columns[p]`; the ranks are the units' places in one canonical order over both sides."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    scored = np.asarray(scores, dtype=float)
    if not np.isfinite(scored).all() or (scored < 0).any():
        raise ValueError("a score must be a finite number, not negative")
    ranks_left, ranks_right = np.asarray(left_ranks, np.int64), np.asarray(right_ranks, np.int64)
    kept = scored > 0
    row, column, value = np.asarray(rows)[kept], np.asarray(columns)[kept], scored[kept]
    if not len(value):
        return []
    # a power of two as the scale, so that sums that are equal in the scores stay equal
    whole = np.rint(np.ldexp(value, 40 - int(np.frexp(value.max())[1])))
    # positions in canonical order stand for the units from here on
    place_left, place_right = _places(ranks_left), _places(ranks_right)
    low = np.minimum(ranks_left[row], ranks_right[column])
    high = np.maximum(ranks_left[row], ranks_right[column])
    reading = np.lexsort((place_right[column], place_left[row], high, low, -whole))
    row, column, value, whole = row[reading], column[reading], value[reading], whole[reading]

    nodes = len(ranks_left) + len(ranks_right)
    graph = csr_array((np.ones(len(row)), (row, len(ranks_left) + column)), (nodes, nodes))
    block = connected_components(graph, directed=False)[1][row]
    by_block = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.diff(block[by_block], prepend=-1))
    sizes = np.diff(np.append(starts, len(block)))
    chosen = [by_block[starts[sizes == 1]]]
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        pairs = by_block[start : start + size]
        chosen.append(pairs[_best(row[pairs], column[pairs], whole[pairs], place_left, place_right)])
    picked = np.concatenate(chosen)
    picked = picked[np.argsort(row[picked])]
    return [Match(int(row[p]), int(column[p]), float(value[p])) for p in picked]


def overlaps(
    left: ArrayLike,
    right: ArrayLike,
    left_group: ArrayLike | None = None,
    right_group: ArrayLike | None = None,
) -> tuple[Integers, Integers, Integers]:
    """Every pair of overlapping spans: positions left, positions right, shared characters.

    left, right: (spans, 2), start and end, 0-based, end-exclusive. Groups (whole numbers, one a span;
    for example a number for document and role) keep spans of different groups apart.
    """
    spans = [np.asarray(side, dtype=np.int64).reshape(-1, 2) for side in (left, right)]
    if not len(spans[0]) or not len(spans[1]):
        return (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    # groups are laid end to end, so that one sweep serves all
    room = max(int(side.max()) for side in spans) + 1
    groups = [
        np.zeros(len(side), np.int64) if group is None else np.asarray(group, dtype=np.int64)
        for side, group in zip(spans, (left_group, right_group), strict=True)
    ]
    dense = np.unique(np.concatenate(groups), return_inverse=True)[1]
    first = spans[0] + (dense[: len(spans[0])] * room)[:, None]
    second = spans[1] + (dense[len(spans[0]) :] * room)[:, None]
    order = np.argsort(second[:, 0], kind="stable")
    starts, ends = second[order, 0], second[order, 1]
    upto = np.searchsorted(starts, first[:, 1], side="left")
    since = np.searchsorted(np.maximum.accumulate(ends), first[:, 0], side="right")
    number = np.maximum(upto - since, 0)
    rows = np.repeat(np.arange(len(first)), number)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(number) - number, number)
    columns = order[np.repeat(since, number) + within]
    shared = np.minimum(first[rows, 1], second[columns, 1]) - np.maximum(first[rows, 0], second[columns, 0])
    return rows[shared > 0], columns[shared > 0], shared[shared > 0]


def _places(ranks: Integers) -> Integers:
    places = np.empty(len(ranks), dtype=np.int64)
    places[np.argsort(ranks, kind="stable")] = np.arange(len(ranks))
    return places


def _best(
    row: Integers, column: Integers, whole: Floats, place_left: Integers, place_right: Integers
) -> Integers:
    """Positions of the chosen pairs of one connected block whose pairs stand in reading order."""
    if (row == row[0]).all() or (column == column[0]).all():
        return np.zeros(1, dtype=np.int64)
    lines, line = np.unique(place_left[row], return_inverse=True)
    posts, post = np.unique(place_right[column], return_inverse=True)
    side = max(len(lines), len(posts))
    scores = np.zeros((side, side))
    # a total must stay a whole number that a float holds exactly
    np.maximum.at(scores, (line, post), np.floor(whole / 2.0 ** max(0, side.bit_length() - 12)))
    number = np.full((side, side), -1)
    number[line[::-1], post[::-1]] = np.arange(len(line))[::-1]
    chosen = _first_of_the_best(scores, line, post)
    pairs = number[chosen[0], chosen[1]]
    return np.sort(pairs[pairs >= 0])


def _first_of_the_best(
    scores: NDArray[np.float64], line: Integers, post: Integers
) -> tuple[Integers, Integers]:
    """The assignment of a square of whole scores that is greatest, then first in reading order."""
    from scipy.optimize import linear_sum_assignment

    side = len(scores)
    partner = linear_sum_assignment(scores, maximize=True)[1]
    # Prices: the least that make every cell cost at least its score. A cell can belong to some
    # best assignment only if it costs exactly that.
    loss = np.empty_like(scores)
    loss[partner] = scores - scores[np.arange(side), partner][:, None]
    price = np.zeros(side)
    for _ in range(side):
        raised = np.maximum(price, (price[:, None] + loss).max(axis=0))
        if (raised == price).all():
            break
        price = raised
    tight = (price[partner][:, None] + scores - scores[np.arange(side), partner][:, None]) == price
    if tight.sum() == side:
        return np.arange(side), partner
    free_line, free_post = np.ones(side, dtype=bool), np.ones(side, dtype=bool)
    for i, j in zip(line, post, strict=True):
        if not (tight[i, j] and free_line[i] and free_post[j]):
            continue
        if partner[i] != j:
            lines, posts = np.flatnonzero(free_line), np.flatnonzero(free_post)
            lines, posts = lines[lines != i], posts[posts != j]
            rest = tight[np.ix_(lines, posts)]
            found = linear_sum_assignment(rest, maximize=True)[1]
            if not rest[np.arange(len(lines)), found].all():
                continue
            partner[lines], partner[i] = posts[found], j
        free_line[i] = free_post[j] = False
    return np.arange(side), partner
