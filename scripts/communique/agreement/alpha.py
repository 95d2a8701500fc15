"""Krippendorff's alpha for units that are given (Krippendorff 2004, Content Analysis, ch. 11)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from communique.agreement.coefficient import Coefficient, Floats, Statistic
from communique.agreement.distances import Distance, Nominal, OneMinus
from communique.agreement.ratings import Codes, Ratings, pairable_or_reason

NOMINAL = Nominal()


def krippendorff_alpha(ratings: Ratings, distance: Distance = NOMINAL) -> Coefficient:
    """alpha = 1 - D_o / D_e, with missing ratings allowed.

    D_o = 1/n sum o_ck d(c,k); D_e = 1/(n(n-1)) sum n_c n_k d(c,k), where o_ck counts the pairs of
    labels within units, each weighted by 1/(m_u - 1) for m_u ratings of the unit, and n is the number
    of ratings in units that at least two annotators rated. The measure is named `alpha_<distance>`.
    """
    measure = f"alpha_{distance.name}"
    paired, reason = pairable_or_reason(ratings)
    counts: dict[str, Any] = {"formula": distance.formula, **paired.counts()}
    if reason is not None:
        return Coefficient.undefined(measure, reason, **counts)
    statistic = _statistic(paired, distance, None)
    observed, expected = statistic.evaluate(statistic.rows[0])
    return Coefficient.of(measure, float(observed), float(expected), "disagreement", **counts)


def alpha_statistic(
    ratings: Ratings, document_of: Callable[[Any], Hashable], distance: Distance = NOMINAL
) -> Statistic:
    """Alpha as a function of sums over documents, for `bootstrap`; `document_of` maps a unit's id."""
    return _statistic(ratings.pairable(), distance, document_of)


def _statistic(
    paired: Ratings, distance: Distance, document_of: Callable[[Any], Hashable] | None
) -> Statistic:
    """Columns: disagreement (per pair of labels where the distance depends on margins), then margins.

    With more labels than documents (names of actors, sets of them) the documents themselves stand in
    for the margins: expected disagreement is then a form over how often each document was drawn.
    """
    document, documents = paired.documents(document_of)
    fitted = distance.fit(paired.labels)
    labels, places = len(paired.labels), len(documents)
    found = paired.disagreements(document)
    weight = 2 * found.times / (found.ratings - 1)
    low, high = found.low, found.high
    if distance.by_margins:
        pair, column = np.unique(low * labels + high, return_inverse=True)
        low, high = np.divmod(pair, max(labels, 1))
        disagreement = _table(found.document, column, weight, places, len(pair))
    else:
        apart = weight * fitted.at(low, high, np.ones(labels))
        disagreement = _table(found.document, np.zeros_like(found.document), apart, places, 1)
    if isinstance(fitted, OneMinus) and 1 < places < labels:
        return _over_documents(paired, fitted, document, documents, disagreement)
    margins = _table(document[paired.unit], paired.label, None, places, labels)
    pairs = disagreement.shape[1]

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        between, margins = sums[..., :pairs], sums[..., pairs:]
        number = margins.sum(-1)
        if distance.by_margins:
            between = between * fitted.at(low, high, margins)
        with np.errstate(divide="ignore", invalid="ignore"):
            return (
                between.sum(-1) / (number * fitted.scale),
                fitted.total(margins) / (number * (number - 1) * fitted.scale),
            )

    return Statistic(np.hstack([disagreement, margins]), documents, evaluate, "disagreement")


def _over_documents(
    paired: Ratings, fitted: OneMinus, document: Codes, documents: tuple[Any, ...], disagreement: Floats
) -> Statistic:
    from scipy.sparse import csr_array

    shape = (len(documents), len(paired.labels))
    ones = np.ones(len(paired.unit))
    frequencies = csr_array((ones, (document[paired.unit], paired.label)), shape)
    between = fitted.between(frequencies)
    ratings = np.asarray(frequencies.sum(axis=1)).reshape(-1, 1)

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        number, drawn = sums[..., 1], sums[..., 2:]
        with np.errstate(divide="ignore", invalid="ignore"):
            return (
                sums[..., 0] / (number * fitted.scale),
                ((drawn @ between) * drawn).sum(-1) / (number * (number - 1) * fitted.scale),
            )

    rows = np.hstack([disagreement, ratings, np.eye(len(documents))])
    return Statistic(rows, documents, evaluate, "disagreement")


def _table(rows: Codes, columns: Codes, weights: Floats | None, height: int, width: int) -> Floats:
    flat = np.bincount(rows * width + columns, weights, minlength=height * width)
    return flat.astype(float).reshape(height, width)
