"""Gwet's AC1 and AC2 (2008): agreement that does not collapse when one category is nearly all there is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from communique.agreement.coefficient import Coefficient, Floats, Statistic
from communique.agreement.distances import Distance, Nominal
from communique.agreement.kappa import offered
from communique.agreement.ratings import Ratings, pairable_or_reason

NOMINAL = Nominal()


def gwet_ac1(ratings: Ratings, categories: Sequence[Hashable] | None = None) -> Coefficient:
    """Gwet's AC1 (2008) of any number of annotators, with missing ratings.

    p_e = sum pi_k (1 - pi_k) / (q - 1), with pi_k the mean share of category k among a unit's ratings.
    `categories` are all that were on offer (q counts them); those in use where not given.
    """
    return _gwet("ac1_gwet", ratings, NOMINAL, categories)


def gwet_ac2(
    ratings: Ratings, distance: Distance, categories: Sequence[Hashable] | None = None
) -> Coefficient:
    """Gwet's AC2: AC1 with the weights 1 - d / max d; `Interval()` gives quadratic weights."""
    return _gwet("ac2_gwet", ratings, distance, categories)


def gwet_statistic(
    ratings: Ratings,
    document_of: Callable[[Any], Hashable] | None = None,
    distance: Distance = NOMINAL,
    categories: Sequence[Hashable] | None = None,
) -> Statistic:
    """AC1 (AC2 with another distance) as a function of sums over documents.

    Columns: agreement summed over units rated twice, their number, then for each category its shares
    summed over units. Units rated once count for the shares (as in irrCAC), not for the agreement.
    """
    labels = offered(ratings, categories)
    number = max(len(labels), 1)
    document, documents = ratings.documents(document_of)
    raters, found = ratings.ratings_per_unit(), ratings.disagreements(document)
    if isinstance(distance, Nominal):
        apart, spread = 1.0, 1 / max(number - 1, 1)
    else:
        distances = distance.matrix(labels)
        distances = distances / max(distances.max(initial=0), 1e-300)
        apart = distances[found.low, found.high]
        spread = (1 - distances).sum() / (number * max(number - 1, 1))
    places = len(documents)
    lost = 2 * found.times * apart / (found.ratings * (found.ratings - 1))
    twice = np.bincount(document, raters > 1, minlength=places)
    agreeing = np.maximum(twice - np.bincount(found.document, lost, minlength=places), 0.0)
    cells = document[ratings.unit] * number + ratings.label
    shares = np.bincount(cells, 1 / raters[ratings.unit], minlength=places * number)
    rows = np.column_stack([agreeing, twice, shares.reshape(places, number)])

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = sums[..., 2:] / sums[..., 2:].sum(-1, keepdims=True)
            return sums[..., 0] / sums[..., 1], spread * (shares * (1 - shares)).sum(-1)

    return Statistic(rows, documents, evaluate, "agreement")


def _gwet(
    measure: str, ratings: Ratings, distance: Distance, categories: Sequence[Hashable] | None
) -> Coefficient:
    paired, reason = pairable_or_reason(ratings)
    counts: dict[str, Any] = {"formula": distance.formula, **paired.counts()}
    if reason is not None:
        return Coefficient.undefined(measure, reason, **counts)
    statistic = gwet_statistic(ratings, None, distance, categories)
    observed, expected = statistic.evaluate(statistic.rows[0])
    return Coefficient.of(measure, float(observed), float(expected), "agreement", **counts)
