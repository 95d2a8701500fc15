"""Krippendorff's alpha for units that are given (Krippendorff 2004, Content Analysis, ch. 11)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import combinations
from typing import Any

import numpy as np

from communique.agreement.coefficient import Coefficient, Floats, Statistic
from communique.agreement.distances import Distance, Nominal
from communique.agreement.ratings import Codes, Ratings, pairable_or_reason

NOMINAL = Nominal()


def krippendorff_alpha(ratings: Ratings, distance: Distance = NOMINAL) -> Coefficient:
    """alpha = 1 - D_o / D_e, with missing ratings allowed.

    D_o = 1/n sum o_ck d(c,k); D_e = 1/(n(n-1)) sum n_c n_k d(c,k), where o_ck counts the pairs of
    labels within units, each weighted by 1/(m_u - 1) for m_u ratings of the unit, and n is the number
    of ratings in units that at least two annotators rated. The measure is named `alpha_<distance>`.
    """
    measure, formula = f"alpha_{distance.name}", distance.formula
    paired, reason = pairable_or_reason(ratings)
    if reason is not None:
        return Coefficient.undefined(measure, reason, formula=formula, **paired.counts())
    statistic = _statistic(paired, distance, None)
    observed, expected = statistic.evaluate(statistic.rows[0])
    counts: dict[str, Any] = {"formula": formula, **paired.counts()}
    return Coefficient.of(measure, float(observed), float(expected), "disagreement", **counts)


def alpha_statistic(
    ratings: Ratings, document_of: Callable[[Any], Hashable], distance: Distance = NOMINAL
) -> Statistic:
    """Alpha as a function of sums over documents, for `bootstrap`; `document_of` maps a unit's id."""
    return _statistic(ratings.pairable(), distance, document_of)


def _statistic(
    paired: Ratings, distance: Distance, document_of: Callable[[Any], Hashable] | None
) -> Statistic:
    """Columns: disagreement (per pair of labels where the distance depends on margins), then margins."""
    document, documents = paired.documents(document_of)
    labels = len(paired.labels)
    fitted = distance.fit(paired.labels)
    place, first, second, weight = _disagreements(paired, document)
    if distance.by_margins:
        pair, column = np.unique(first * labels + second, return_inverse=True)
        first, second = np.divmod(pair, max(labels, 1))
    else:
        pair, column = np.zeros(1, dtype=np.int64), np.zeros(len(place), dtype=np.int64)
        weight = weight * fitted.at(first, second, np.ones(labels))
    rows = np.concatenate(
        [
            _tabulate(place, column, weight, len(documents), len(pair)),
            _tabulate(document[paired.unit], paired.label, None, len(documents), labels),
        ],
        axis=1,
    )
    disagreeing = len(pair)

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        pairs, margins = sums[..., :disagreeing], sums[..., disagreeing:]
        number = margins.sum(-1)
        if distance.by_margins:
            pairs = pairs * fitted.at(first, second, margins)
        with np.errstate(divide="ignore", invalid="ignore"):
            return pairs.sum(-1) / number, fitted.total(margins) / (number * (number - 1))

    return Statistic(rows, documents, evaluate, "disagreement")


def _disagreements(paired: Ratings, document: Codes) -> tuple[Codes, Codes, Codes, Floats]:
    """Unordered pairs of different labels within units: document, label, higher label, weight.

    Whole numbers are counted before anything is weighted, so that the order of units and annotators
    cannot change a single bit of the result.
    """
    labels, found = len(paired.labels), [np.zeros(0, dtype=np.int64)]
    per_unit = paired.ratings_per_unit()
    most = int(per_unit.max(initial=0)) + 1
    for number in np.unique(per_unit):
        units = per_unit == number
        table = paired.label[units[paired.unit]].reshape(-1, number)
        for left, right in combinations(range(number), 2):
            low = np.minimum(table[:, left], table[:, right])
            high = np.maximum(table[:, left], table[:, right])
            apart = low != high
            found.append((((document[units] * most + number) * labels + low) * labels + high)[apart])
    keys, times = np.unique(np.concatenate(found), return_counts=True)
    keys, high = np.divmod(keys, max(labels, 1))
    keys, low = np.divmod(keys, max(labels, 1))
    place, number = np.divmod(keys, most)
    return place, low, high, 2 * times / (number - 1)


def _tabulate(rows: Codes, columns: Codes, weights: Floats | None, height: int, width: int) -> Floats:
    flat = np.bincount(rows * width + columns, weights, minlength=height * width)
    return flat.astype(float).reshape(height, width)
