"""Intervals from resampling whole documents.

Units of one document share its difficulty, its topic and its annotators' mood, so resampling units
gives intervals that are too narrow; documents are the independent draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from communique.agreement.coefficient import Floats

DRAWS = 2000
LEVEL = 0.95
UNDEFINED_SHARE = 0.05
#: Below that many documents the interval holds the true value far too rarely: of 95 % intervals in
#: tests/benchmarks/interval_coverage.py 50 % do with 2 documents, 73 with 3, 86 with 4, 88 to 92 with 5.
FEWEST = 5


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval, or the reason why there is none.

    `documents` were resampled `draws` times with `seed`; `undefined_draws` gave no value and were
    left out.
    """

    low: float | None
    high: float | None
    level: float
    draws: int
    seed: int
    documents: int
    undefined_draws: int = 0
    reason: str | None = None
    method: str = "BCa document-cluster bootstrap, level widened for few documents"

    def as_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return asdict(self)


def bootstrap(
    documents: ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    seed: int,
    draws: int = DRAWS,
    level: float = LEVEL,
    fewest: int = FEWEST,
) -> Interval:
    """The BCa interval (Efron 1987) of a statistic of sums over documents.

    documents: (documents, columns), a row of additive figures for each document, for example its
        counts (tp, fp, fn), or `Statistic.rows`. Their order does not matter.
    statistic: maps sums of shape (..., columns) to values of shape (...), NaN where undefined; for
        example `f1`, `mean`, or `Statistic.values`.

    The tail probabilities are those of Hesterberg (2015, section 6): a normal quantile z becomes
    sqrt(n / (n - 1)) times Student's with n - 1 degrees of freedom, because resampling n documents
    underestimates the spread by that much. No interval with fewer than `fewest` documents, when more than
    5 % of the draws are undefined, or when all draws give one value.
    """
    rows = np.asarray(documents, dtype=float)
    rows = in_order(rows) if rows.size else rows.reshape(0, 1)
    number = len(rows)

    def none(reason: str, undefined: int = 0) -> Interval:
        return Interval(
            low=None, high=None, level=level, draws=draws, seed=seed, documents=number,
            undefined_draws=undefined, reason=reason,
        )  # fmt: skip

    if number < max(fewest, 2):
        return none(too_few(number))
    rows = _by_weight(rows, statistic)
    value = float(statistic(rows.sum(axis=0)))
    if not np.isfinite(value):
        return none("the figure itself is undefined")
    values = _resampled(rows, statistic, draws, seed)
    defined = np.sort(values[np.isfinite(values)])
    undefined = draws - len(defined)
    if undefined > UNDEFINED_SHARE * draws:
        return none(f"{undefined} of {draws} draws of documents leave the figure undefined", undefined)
    if np.ptp(defined) <= 1e-12:
        return none("every draw of documents gives the same value: its spread is unknown", undefined)
    low, high = np.quantile(defined, _tails(rows, statistic, value, defined, level))
    return Interval(
        low=float(low), high=float(high), level=level, draws=draws, seed=seed, documents=number,
        undefined_draws=undefined,
    )  # fmt: skip


def too_few(documents: int) -> str:
    """Why so few documents give no interval."""
    if documents < 2:
        return f"{documents} document{'' if documents else 's'}: resampling documents needs at least two"
    return f"{documents} documents: an interval from fewer than {FEWEST} holds the true value too rarely"


def in_order(rows: Floats) -> Floats:
    """The rows in an order that follows from their values."""
    return rows[np.lexsort(rows.T[::-1])]


def _by_weight(rows: Floats, statistic: Callable[[Floats], Floats]) -> Floats:
    """The rows in the order of what the figure is without each, then of each alone: columns may stand for
    labels or documents, whose names and order are to decide nothing."""
    return rows[np.lexsort((statistic(rows), statistic(rows.sum(axis=0) - rows)))]


def f1(sums: Floats) -> Floats:
    """F1 of sums of (true positives, false positives, false negatives); NaN where nothing was found."""
    tp, fp, fn = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * tp / (2 * tp + fp + fn)


def mean(sums: Floats) -> Floats:
    """The mean of sums of (total, number): Dice of matched pairs, B3 over mentions, shares."""
    total, number = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / number


def _resampled(rows: Floats, statistic: Callable[[Floats], Floats], draws: int, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    number = len(rows)
    values = []
    # as many draws at a time as keep the tables of counts and of sums near a hundred megabytes
    step = max(1, int(1e7) // max(number, rows.shape[1]))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        drawn = random.integers(0, number, (size, number)) + np.arange(size)[:, None] * number
        times = np.bincount(drawn.ravel(), minlength=size * number).reshape(size, number)
        values.append(statistic(times.astype(float) @ rows))
    return np.concatenate(values)


def _tails(
    rows: Floats, statistic: Callable[[Floats], Floats], value: float, defined: Floats, level: float
) -> Floats:
    """The two probabilities at which to read the sorted draws."""
    from scipy.special import ndtr, ndtri, stdtrit

    number = len(rows)
    below = (np.searchsorted(defined, value - 1e-12) + np.searchsorted(defined, value + 1e-12)) / 2
    bias = ndtri(np.clip(below / len(defined), 1 / len(defined), 1 - 1 / len(defined)))
    left_out = statistic(rows.sum(axis=0) - rows)
    spread = np.nanmean(left_out) - left_out[np.isfinite(left_out)]
    squares = (spread**2).sum()
    skew = (spread**3).sum() / (6 * squares**1.5) if squares > 0 else 0.0
    wide = np.sqrt(number / (number - 1)) * stdtrit(number - 1, np.array([(1 - level) / 2, (1 + level) / 2]))
    shifted = bias + wide
    return np.clip(ndtr(bias + shifted / (1 - skew * shifted)), 0.0, 1.0)
