"""Chance-corrected agreement by other models of chance than Krippendorff's.

Cohen (1960; weighted 1968), Scott (1955), Fleiss (1971), Bennett, Alpert and Goldstein (1954, S), and
Gwet's AC1 and AC2 (2008). Every function takes `Ratings` and leaves out units that fewer than two
annotators rated. A single label in use is undefined in all of them, even where a model of chance
(S, AC1) would give 1: with nothing to tell apart there is no agreement to measure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from communique.agreement.coefficient import Coefficient, Floats, Scale, Statistic
from communique.agreement.distances import Distance, Nominal
from communique.agreement.ratings import Ratings, pairable_or_reason

NOMINAL = Nominal()
DocumentOf = Callable[[Any], Hashable]


def cohen_kappa(ratings: Ratings, distance: Distance = NOMINAL) -> Coefficient:
    """Cohen's kappa of two annotators; with another distance than nominal, weighted kappa
    1 - sum p_ck d(c,k) / sum p_c. p_.k d(c,k) (`kappa_cohen_weighted`).

    `standard_error` (nominal only) is that of Fleiss, Cohen and Everitt (1969).
    """
    measure = "kappa_cohen" if isinstance(distance, Nominal) else "kappa_cohen_weighted"
    paired, reason = _two(ratings)
    if reason is not None:
        return Coefficient.undefined(measure, reason, formula=distance.formula, **paired.counts())
    table = contingency(paired)
    counts: dict[str, Any] = {"formula": distance.formula, **paired.counts()}
    if isinstance(distance, Nominal):
        counts["standard_error"] = _cohen_error(table)
    observed, expected, scale = _cohen(table, distance, paired)
    return Coefficient.of(measure, float(observed), float(expected), scale, **counts)


def cohen_statistic(ratings: Ratings, document_of: DocumentOf, distance: Distance = NOMINAL) -> Statistic:
    """Cohen's (weighted) kappa of two annotators as a function of sums over documents."""
    paired = ratings.pairable()
    document, documents = paired.documents(document_of)
    labels = len(paired.labels)
    pairs = _pairs(paired)
    cells = (document * labels + pairs[:, 0]) * labels + pairs[:, 1]
    rows = np.bincount(cells, minlength=len(documents) * labels**2).reshape(len(documents), -1)

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        observed, expected, _ = _cohen(sums.reshape(*sums.shape[:-1], labels, labels), distance, paired)
        return observed, expected

    scale: Scale = "agreement" if isinstance(distance, Nominal) else "disagreement"
    return Statistic(rows.astype(float), documents, evaluate, scale)


def scott_pi(ratings: Ratings) -> Coefficient:
    """Scott's pi of two annotators: chance is the squared mean of their label distributions."""
    paired, reason = _two(ratings)
    if reason is not None:
        return Coefficient.undefined("pi_scott", reason, **paired.counts())
    table = contingency(paired)
    shares = (table.sum(0) + table.sum(1)) / (2 * table.sum())
    observed = np.trace(table) / table.sum()
    return Coefficient.of("pi_scott", observed, (shares**2).sum(), "agreement", **paired.counts())


def bennett_s(ratings: Ratings, categories: Sequence[Hashable] | None = None) -> Coefficient:
    """S of two annotators: chance is 1/k for k categories, all that were on offer, or those in use."""
    paired, reason = _two(ratings)
    if reason is not None:
        return Coefficient.undefined("s_bennett", reason, **paired.counts())
    table = contingency(paired)
    chance = 1 / len(_offered(paired, categories))
    observed = np.trace(table) / table.sum()
    return Coefficient.of("s_bennett", observed, chance, "agreement", **paired.counts())


def fleiss_kappa(ratings: Ratings) -> Coefficient:
    """Fleiss' kappa (multi-pi) of any number of annotators, the same number for every unit.

    `standard_error` is that of Fleiss (1971, p. 381). Krippendorff's alpha has no need of equal numbers.
    """
    paired, reason = _equal(ratings)
    if reason is not None:
        return Coefficient.undefined("kappa_fleiss", reason, **paired.counts())
    table = _distribution(paired)
    units, raters = len(table), table[0].sum()
    shares = table.sum(0) / table.sum()
    observed = ((table**2).sum() - units * raters) / (units * raters * (raters - 1))
    chance = (shares**2).sum()
    spread = chance - (2 * raters - 3) * chance**2 + 2 * (raters - 2) * (shares**3).sum()
    error = np.sqrt(max(2 * spread / (units * raters * (raters - 1)), 0.0)) / (1 - chance)
    return Coefficient.of(
        "kappa_fleiss", observed, chance, "agreement", standard_error=float(error), **paired.counts()
    )


def fleiss_by_category(ratings: Ratings) -> dict[Hashable, Coefficient]:
    """Fleiss' kappa of each category against all others (Fleiss 1971, p. 381)."""
    paired, reason = _equal(ratings)
    if reason is not None:
        undefined = Coefficient.undefined("kappa_fleiss_category", reason, **paired.counts())
        return dict.fromkeys(paired.labels, undefined)
    table = _distribution(paired)
    units, raters = len(table), table[0].sum()
    shares = table.sum(0) / table.sum()
    # of two ratings of a unit, how likely the second is the category when the first is
    again = ((table**2).sum(0) / (units * raters * shares) - 1) / (raters - 1)
    return {
        label: Coefficient.of(
            "kappa_fleiss_category", again[number], shares[number], "agreement", **paired.counts()
        )
        for number, label in enumerate(paired.labels)
    }


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
    document_of: DocumentOf | None = None,
    distance: Distance = NOMINAL,
    categories: Sequence[Hashable] | None = None,
) -> Statistic:
    """AC1 (AC2 with another distance) as a function of sums over documents.

    Columns: agreement summed over units rated twice, their number, then for each category its shares
    summed over units. Units rated once count for the shares (as in irrCAC), not for the agreement.
    """
    labels = _offered(ratings, categories)
    weights = 1 - _scaled(distance, labels)
    place = {label: number for number, label in enumerate(labels)}
    table = np.zeros((len(ratings.units), len(labels)))
    column = np.array([place[label] for label in ratings.labels], dtype=np.int64)
    np.add.at(table, (ratings.unit, column[ratings.label]), 1)
    raters = table.sum(1)
    agreeing = (table * (table @ weights - 1)).sum(1) / np.maximum(raters * (raters - 1), 1)
    columns = np.column_stack([agreeing * (raters > 1), raters > 1, table / raters[:, None]])
    document, documents = ratings.documents(document_of)
    rows = np.zeros((len(documents), columns.shape[1]))
    np.add.at(rows, document, columns)
    spread = weights.sum() / (len(labels) * max(len(labels) - 1, 1))

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = sums[..., 2:] / sums[..., 2:].sum(-1, keepdims=True)
            return sums[..., 0] / sums[..., 1], spread * (shares * (1 - shares)).sum(-1)

    return Statistic(rows, documents, evaluate, "agreement")


def contingency(ratings: Ratings) -> Floats:
    """(labels, labels): how often the first annotator's label met the second's, over units both rated."""
    paired, labels = ratings.pairable(), len(ratings.pairable().labels)
    pairs = _pairs(paired)
    cells = np.bincount(pairs[:, 0] * labels + pairs[:, 1], minlength=labels**2)
    return cells.reshape(labels, labels).astype(float)


def _pairs(paired: Ratings) -> np.ndarray[Any, np.dtype[np.int64]]:
    if len(paired.annotators) > 2:
        raise ValueError(f"this measure compares two annotators, not {len(paired.annotators)}")
    return paired.label.reshape(-1, 2)


def _two(ratings: Ratings) -> tuple[Ratings, str | None]:
    paired, reason = pairable_or_reason(ratings)
    if reason is None and len(paired.annotators) > 2:
        reason = f"defined for two annotators, not {len(paired.annotators)}: compare pairs, or use alpha"
    return paired, reason


def _equal(ratings: Ratings) -> tuple[Ratings, str | None]:
    paired, reason = pairable_or_reason(ratings)
    if reason is None and np.ptp(paired.ratings_per_unit()) > 0:
        reason = "defined only where every unit has the same number of ratings: use alpha"
    return paired, reason


def _distribution(paired: Ratings) -> Floats:
    """(units, labels): how many annotators gave the label."""
    width = len(paired.labels)
    cells = np.bincount(paired.unit * width + paired.label, minlength=len(paired.units) * width)
    return cells.reshape(-1, width).astype(float)


def _cohen(table: Floats, distance: Distance, paired: Ratings) -> tuple[Floats, Floats, Scale]:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = table / table.sum((-2, -1), keepdims=True)
    first, second = shares.sum(-1), shares.sum(-2)
    if isinstance(distance, Nominal):
        return np.trace(shares, axis1=-2, axis2=-1), (first * second).sum(-1), "agreement"
    apart = distance.matrix(paired.labels, table.sum(-1) + table.sum(-2) if distance.by_margins else None)
    return (shares * apart).sum((-2, -1)), (first * (second @ apart)).sum(-1), "disagreement"


def _cohen_error(table: Floats) -> float | None:
    shares = table / table.sum()
    first, second = shares.sum(1), shares.sum(0)
    observed, chance = np.trace(shares), (first * second).sum()
    if chance >= 1:
        return None
    kappa = (observed - chance) / (1 - chance)
    agreeing = (np.diag(shares) * (1 - (first + second) * (1 - kappa)) ** 2).sum()
    apart = shares * (second[:, None] + first[None, :]) ** 2
    differing = (1 - kappa) ** 2 * (apart.sum() - np.trace(apart))
    variance = (agreeing + differing - (kappa - chance * (1 - kappa)) ** 2) / table.sum()
    return float(np.sqrt(max(variance, 0.0)) / (1 - chance))


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


def _offered(ratings: Ratings, categories: Sequence[Hashable] | None) -> tuple[Hashable, ...]:
    extra = [label for label in categories or () if label not in ratings.labels]
    return ratings.labels + tuple(dict.fromkeys(extra))


def _scaled(distance: Distance, labels: Sequence[Hashable]) -> Floats:
    apart = distance.matrix(labels)
    return apart / apart.max() if apart.size and apart.max() > 0 else apart
