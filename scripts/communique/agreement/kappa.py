"""Chance-corrected agreement by other models of chance than Krippendorff's.

Cohen (1960; weighted 1968), Scott (1955), Fleiss (1971), and Bennett, Alpert and Goldstein (1954, S).
Every function takes `Ratings` and leaves out units that fewer than two annotators rated. A single
label in use is undefined in all of them, even where a model of chance (S) would give 1: with nothing
to tell apart there is no agreement to measure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from communique.agreement.coefficient import Coefficient, Floats, Scale, Statistic
from communique.agreement.distances import Distance, Nominal
from communique.agreement.ratings import Codes, Ratings, pairable_or_reason

NOMINAL = Nominal()


def cohen_kappa(ratings: Ratings, distance: Distance = NOMINAL) -> Coefficient:
    """Cohen's kappa of two annotators; with another distance than nominal, weighted kappa
    1 - sum p_ck d(c,k) / sum p_c. p_.k d(c,k) (`kappa_cohen_weighted`).

    `standard_error` (nominal only) is that of Fleiss, Cohen and Everitt (1969).
    """
    measure = "kappa_cohen" if isinstance(distance, Nominal) else "kappa_cohen_weighted"
    paired, reason = _two(ratings)
    counts: dict[str, Any] = {"formula": distance.formula, **paired.counts()}
    if reason is not None:
        return Coefficient.undefined(measure, reason, **counts)
    statistic = cohen_statistic(paired, None, distance)
    observed, expected = statistic.evaluate(statistic.rows[0])
    if isinstance(distance, Nominal):
        counts["standard_error"] = _cohen_error(paired, float(observed), float(expected))
    return Coefficient.of(measure, float(observed), float(expected), statistic.scale, **counts)


def cohen_statistic(
    ratings: Ratings, document_of: Callable[[Any], Hashable] | None, distance: Distance = NOMINAL
) -> Statistic:
    """Cohen's (weighted) kappa of two annotators as a function of sums over documents.

    Columns: agreement (or distance) summed over units, units, and each annotator's label frequencies.
    An ordinal distance is that of all documents, also when only some are drawn.
    """
    paired = ratings.pairable()
    first, second = _pairs(paired)
    labels, nominal = len(paired.labels), isinstance(distance, Nominal)
    apart = None if nominal else distance.matrix(paired.labels, paired.frequencies())
    judged = (first == second).astype(float) if apart is None else apart[first, second]
    document, documents = paired.documents(document_of)
    places = len(documents)
    rows = np.zeros((places, 2 + 2 * labels))
    rows[:, 0] = np.bincount(document, judged, minlength=places)
    rows[:, 1] = np.bincount(document, minlength=places)
    for start, side in ((2, first), (2 + labels, second)):
        counts = np.bincount(document * labels + side, minlength=places * labels)
        rows[:, start : start + labels] = counts.reshape(places, labels)

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        left, right = sums[..., 2 : 2 + labels], sums[..., 2 + labels :]
        other = right if apart is None else right @ apart
        with np.errstate(divide="ignore", invalid="ignore"):
            return sums[..., 0] / sums[..., 1], (left * other).sum(-1) / sums[..., 1] ** 2

    scale: Scale = "agreement" if nominal else "disagreement"
    return Statistic(rows, documents, evaluate, scale)


def scott_pi(ratings: Ratings) -> Coefficient:
    """Scott's pi of two annotators: chance is the squared mean of their label distributions."""
    paired, reason = _two(ratings)
    if reason is not None:
        return Coefficient.undefined("pi_scott", reason, **paired.counts())
    first, second = _pairs(paired)
    shares = paired.frequencies() / len(paired.unit)
    terms = float((first == second).mean()), float((shares**2).sum())
    return Coefficient.of("pi_scott", *terms, "agreement", **paired.counts())


def bennett_s(ratings: Ratings, categories: Sequence[Hashable] | None = None) -> Coefficient:
    """S of two annotators: chance is 1/k for k categories, all that were on offer, or those in use."""
    paired, reason = _two(ratings)
    if reason is not None:
        return Coefficient.undefined("s_bennett", reason, **paired.counts())
    first, second = _pairs(paired)
    terms = float((first == second).mean()), 1 / len(offered(paired, categories))
    return Coefficient.of("s_bennett", *terms, "agreement", **paired.counts())


def fleiss_kappa(ratings: Ratings) -> Coefficient:
    """Fleiss' kappa (multi-pi) of any number of annotators, the same number for every unit.

    `standard_error` is that of Fleiss (1971, p. 381). Krippendorff's alpha has no need of equal numbers.
    """
    paired, reason = _equal(ratings)
    if reason is not None:
        return Coefficient.undefined("kappa_fleiss", reason, **paired.counts())
    raters = len(paired.unit) // len(paired.units)
    shares = paired.frequencies() / len(paired.unit)
    pairs = len(paired.unit) * (raters - 1)
    observed = 1 - 2 * paired.disagreements().times.sum() / pairs
    chance = (shares**2).sum()
    spread = chance - (2 * raters - 3) * chance**2 + 2 * (raters - 2) * (shares**3).sum()
    error = float(np.sqrt(max(2 * spread / pairs, 0.0)) / (1 - chance))
    counts: dict[str, Any] = {"standard_error": error, **paired.counts()}
    return Coefficient.of("kappa_fleiss", float(observed), float(chance), "agreement", **counts)


def fleiss_by_category(ratings: Ratings) -> dict[Hashable, Coefficient]:
    """Fleiss' kappa of each category against all others (Fleiss 1971, p. 381): how much likelier than
    any rating the second rating of a unit is the category when the first one is."""
    paired, reason = _equal(ratings)
    measure, counts = "kappa_fleiss_category", paired.counts()
    if reason is not None:
        return dict.fromkeys(paired.labels, Coefficient.undefined(measure, reason, **counts))
    raters = len(paired.unit) // len(paired.units)
    given, found = paired.frequencies(), paired.disagreements()
    differing = sum(np.bincount(side, found.times, minlength=len(given)) for side in (found.low, found.high))
    again, shares = 1 - differing / (given * (raters - 1)), given / given.sum()
    return {
        label: Coefficient.of(measure, float(again[number]), float(shares[number]), "agreement", **counts)
        for number, label in enumerate(paired.labels)
    }


def offered(ratings: Ratings, categories: Sequence[Hashable] | None) -> tuple[Hashable, ...]:
    """The labels in use and, after them, the categories that nobody used."""
    extra = [label for label in categories or () if label not in ratings.labels]
    return ratings.labels + tuple(dict.fromkeys(extra))


def _pairs(paired: Ratings) -> tuple[Codes, Codes]:
    if len(paired.annotators) > 2:
        raise ValueError(f"this measure compares two annotators, not {len(paired.annotators)}")
    return paired.label[::2], paired.label[1::2]


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


def _cohen_error(paired: Ratings, observed: float, chance: float) -> float | None:
    if chance >= 1:
        return None
    first, second = _pairs(paired)
    units, labels = len(first), len(paired.labels)
    left = np.bincount(first, minlength=labels) / units
    right = np.bincount(second, minlength=labels) / units
    kappa = (observed - chance) / (1 - chance)
    same = first == second
    agreeing = ((1 - (left[first] + right[first]) * (1 - kappa)) ** 2)[same].sum() / units
    differing = (1 - kappa) ** 2 * ((right[first] + left[second]) ** 2)[~same].sum() / units
    variance = (agreeing + differing - (kappa - chance * (1 - kappa)) ** 2) / units
    return float(np.sqrt(max(variance, 0.0)) / (1 - chance))
