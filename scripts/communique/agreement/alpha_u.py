"""Krippendorff's alpha_U of 1995 in its form of 2004.

It is not the u-alpha of 2016 (`u_alpha`), nor nominal alpha over positions, which is often sold under
its name; the three give different values for the same units.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from communique.agreement.assignment import overlaps
from communique.agreement.coefficient import Coefficient, Floats
from communique.agreement.continuum import Continuum


@dataclass(frozen=True)
class AlphaU:
    """alpha_U over all categories, and for each."""

    overall: Coefficient
    by_category: dict[Hashable, Coefficient]


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
