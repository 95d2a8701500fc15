"""Agreement on where units are and what they are, each variant under its own name.

`alpha_u` is Krippendorff's alpha_U of 1995 in the form of 2004. `u_alpha_family` is the family of
Krippendorff, Mathet, Bouvry and Widlöcher (2016): u-alpha, |u-alpha, cu-alpha, (k)u-alpha.
`alpha_per_position` is ordinary nominal alpha with every position as a unit: it knows no boundaries
and is often sold as alpha_U, which it is not. The three give different values for the same units.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from communique.agreement.assignment import overlaps
from communique.agreement.coefficient import Coefficient, Floats
from communique.agreement.continuum import Continuum
from communique.agreement.ratings import Codes


@dataclass(frozen=True)
class AlphaU:
    """alpha_U over all categories, and for each."""

    overall: Coefficient
    by_category: dict[Hashable, Coefficient]


@dataclass(frozen=True)
class UAlphaFamily:
    """The family of 2016. `coverage` of cu-alpha is the share of all pairable positions that lie in
    intersections of units; that of (k)u-alpha the same among the positions valued k."""

    u_alpha: Coefficient
    u_alpha_binary: Coefficient
    cu_alpha: Coefficient
    k_u_alpha: dict[Hashable, Coefficient]


def alpha_u(continuum: Continuum) -> AlphaU:
    """Krippendorff's alpha_U (2004, Content Analysis, pp. 251-256): 1 - sum_c D_oc / sum_c D_ec.

    D_oc = sum over ordered pairs of annotators and their segments of d, over m (m - 1) L^2, where d
    is the sum of the squared distances of starts and of ends for two units that overlap, the squared
    length of a unit that meets nothing but a gap, and 0 for the rest.
    D_ec = 2/L sum over units of ((N_c - 1)/3 (2 l^3 - 3 l^2 + l) + l^2 sum over gaps with l' >= l of
    (l' - l + 1)), over m L (m L - 1) - sum over units of l (l - 1); N_c counts units of c.
    Units of one category may not overlap for one annotator. Units without length are left out.
    """
    reason = continuum.why_undefined(within_category=True)
    if reason is not None:
        nothing = Coefficient.undefined("alpha_u", reason, **continuum.counts())
        return AlphaU(nothing, dict.fromkeys(continuum.categories, nothing))
    terms, by_category = [], {}
    for number, name in enumerate(continuum.categories):
        part = continuum.of_category(number)
        terms.append((_observed(part), _expected(part)))
        by_category[name] = Coefficient.of("alpha_u", *terms[-1], "disagreement", **part.counts())
    observed, expected = np.array(terms).sum(axis=0)
    overall = Coefficient.of("alpha_u", observed, expected, "disagreement", **continuum.counts())
    return AlphaU(overall, by_category)


def u_alpha_family(continuum: Continuum) -> UAlphaFamily:
    """The four coefficients of Krippendorff, Mathet, Bouvry and Widlöcher (2016, eqs. 1-13, nominal).

    Observed coincidences are lengths of intersections over m - 1. Expected ones leave out the pairing
    of a unit with itself (its squared length) and of a gap's positions with themselves (its length).
    cu-alpha and (k)u-alpha see only intersections of units. Units of one annotator may not overlap.
    For more than two annotators the self-pairing of eq. 10 is taken over every other annotator and
    divided by m - 1.
    """
    names = ("u_alpha", "u_alpha_binary", "cu_alpha", "k_u_alpha")
    counts = continuum.counts()
    reason = continuum.why_undefined()
    if reason is not None:
        empty = [Coefficient.undefined(name, reason, **counts) for name in names]
        return UAlphaFamily(empty[0], empty[1], empty[2], dict.fromkeys(continuum.categories, empty[3]))
    segments, lengths = _segments(continuum)
    kinds = len(continuum.categories) + 1
    observed = _coincidences(segments, lengths, kinds)
    squares = (continuum.end - continuum.start).astype(float) ** 2
    own = np.bincount(continuum.category + 1, squares, minlength=kinds).astype(float)
    own[0] = (lengths * (segments == 0)).sum()
    expected = _by_chance(observed, own)
    overall = Coefficient.of("u_alpha", *_apart(observed, expected), "disagreement", **counts)
    unit_or_gap = [_two_by_two(table) for table in (observed, expected)]
    binary = Coefficient.of("u_alpha_binary", *_apart(*unit_or_gap), "disagreement", **counts)

    met = observed[1:, 1:]
    covered = met.sum(0) / np.maximum(observed[1:].sum(1), 1)
    if not met.sum():
        nowhere = "no unit of one annotator meets a unit of another"
        coded = Coefficient.undefined("cu_alpha", nowhere, coverage=0.0, **counts)
        alone = Coefficient.undefined("k_u_alpha", nowhere, coverage=0.0, **counts)
        return UAlphaFamily(overall, binary, coded, dict.fromkeys(continuum.categories, alone))
    chance = _by_chance(met, _own_intersections(continuum, segments, lengths))
    share = float(met.sum() / observed.sum())
    coded = Coefficient.of("cu_alpha", *_apart(met, chance), "disagreement", coverage=share, **counts)
    by_value = {}
    for number, name in enumerate(continuum.categories):
        tally = continuum.of_category(number).counts() | {"coverage": float(covered[number])}
        found, guessed = met[number].sum(), chance[number].sum()
        if not found or not guessed:
            reason = "no unit of this category meets a unit of another annotator"
            by_value[name] = Coefficient.undefined("k_u_alpha", reason, **tally)
            continue
        terms = 1 - met[number, number] / found, 1 - chance[number, number] / guessed
        by_value[name] = Coefficient.of("k_u_alpha", *terms, "disagreement", **tally)
    return UAlphaFamily(overall, binary, coded, by_value)


def alpha_per_position(continuum: Continuum) -> Coefficient:
    """Krippendorff's nominal alpha with each position as a unit and "no unit" as a category.

    Boundaries between adjacent units of one category are invisible to it, and every position counts
    as an independent decision. `units` and `ratings` count positions.
    """
    reason = continuum.why_undefined()
    positions = {"units": continuum.length, "annotators": len(continuum.annotators)}
    if reason is not None:
        return Coefficient.undefined("alpha_nominal_per_position", reason, **positions)
    segments, lengths = _segments(continuum)
    observed = _coincidences(segments, lengths, len(continuum.categories) + 1)
    margins = observed.sum(0)
    expected = _by_chance(observed, margins)
    positions["ratings"] = continuum.length * len(continuum.annotators)
    terms = _apart(observed, expected)
    return Coefficient.of("alpha_nominal_per_position", *terms, "disagreement", **positions)


def _observed(part: Continuum) -> float:
    total = 0.0
    sides = [part.annotator == number for number in range(len(part.annotators))]
    spans = [np.column_stack([part.start[side], part.end[side]]) for side in sides]
    for left, right in combinations(spans, 2):
        rows, columns, _ = overlaps(left, right)
        total += ((left[rows] - right[columns]) ** 2.0).sum()
        for side, met in ((left, rows), (right, columns)):
            alone = np.setdiff1d(np.arange(len(side)), met)
            total += ((side[alone, 1] - side[alone, 0]) ** 2.0).sum()
    raters = len(part.annotators)
    return float(2 * total / (raters * (raters - 1) * part.length**2))


def _expected(part: Continuum) -> float:
    units = (part.end - part.start).astype(float)
    gaps = np.sort(np.concatenate([_gaps(part, number) for number in range(len(part.annotators))]))
    # sum over gaps at least as long as the unit, from the totals of the longest gaps
    longer = len(gaps) - np.searchsorted(gaps, units, side="left")
    tails = np.concatenate([[0.0], np.cumsum(gaps[::-1])])
    room = tails[longer] - longer * (units - 1)
    cubes = (len(units) - 1) / 3 * (2 * units**3 - 3 * units**2 + units)
    whole = float(len(part.annotators) * part.length)
    pairs = whole * (whole - 1) - (units * (units - 1)).sum()
    return float(2 / part.length * (cubes + units**2 * room).sum() / pairs) if pairs else 0.0


def _gaps(part: Continuum, annotator: int) -> Floats:
    mine = part.annotator == annotator
    edges = np.concatenate([[0], np.column_stack([part.start[mine], part.end[mine]]).ravel(), [part.length]])
    lengths = (edges[1::2] - edges[::2]).astype(float)
    return lengths[lengths > 0]


def _segments(continuum: Continuum) -> tuple[Codes, Floats]:
    """The finest common segmentation: (annotators, segments), 0 for a gap; and lengths (segments,)."""
    edges = np.unique(np.concatenate([[0, continuum.length], continuum.start, continuum.end]))
    first, last = np.searchsorted(edges, continuum.start), np.searchsorted(edges, continuum.end)
    number = last - first
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    segments = np.zeros((len(continuum.annotators), len(edges) - 1), dtype=np.int64)
    place = np.repeat(first, number) + within
    segments[np.repeat(continuum.annotator, number), place] = np.repeat(continuum.category + 1, number)
    return segments, np.diff(edges).astype(float)


def _coincidences(segments: Codes, lengths: Floats, kinds: int) -> Floats:
    total = np.zeros((kinds, kinds))
    for left, right in combinations(segments, 2):
        pairs = np.bincount(left * kinds + right, lengths, minlength=kinds**2).reshape(kinds, kinds)
        total += pairs + pairs.T
    return total / (len(segments) - 1)


def _by_chance(observed: Floats, own: Floats) -> Floats:
    """Expected coincidences with the self-pairings `own` (by category) left out."""
    margins, whole = observed.sum(0), observed.sum()
    pairs = whole**2 - own.sum()
    table = np.outer(margins, margins) - np.diag(own)
    return table * (whole / pairs) if pairs > 0 else np.zeros_like(observed)


def _own_intersections(continuum: Continuum, segments: Codes, lengths: Floats) -> Floats:
    """For each category, the squared lengths that its units share with units of every other annotator."""
    edges = np.concatenate([[0], np.cumsum(lengths)])
    first, last = np.searchsorted(edges, continuum.start), np.searchsorted(edges, continuum.end)
    own = np.zeros(len(continuum.categories))
    for number, row in enumerate(segments):
        marked = np.concatenate([[0.0], np.cumsum(lengths * (row != 0))])
        shared = (marked[last] - marked[first]) * (continuum.annotator != number)
        own += np.bincount(continuum.category, shared**2, minlength=len(own))
    return own / (len(segments) - 1)


def _apart(observed: Floats, expected: Floats) -> tuple[float, float]:
    whole = observed.sum()
    disagreeing, by_chance = whole - np.trace(observed), expected.sum() - np.trace(expected)
    return float(disagreeing / whole), float(by_chance / whole)


def _two_by_two(table: Floats) -> Floats:
    gaps, mixed = table[0, 0], table[0, 1:].sum()
    return np.array([[gaps, mixed], [mixed, table[1:, 1:].sum()]])
