"""What every agreement measure returns: a value, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Scale = Literal["agreement", "disagreement"]


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """One agreement coefficient.

    `value` is None exactly when `reason` says why; it is never NaN. `observed` and `expected` are
    agreements or disagreements as `scale` says; the value follows from them as
    `(observed - expected) / (1 - expected)` or `1 - observed / expected`.

    `units` counts the units that entered (rated by at least two annotators, or marked units of a
    continuum), `ratings` the single judgements among them, `annotators` the people who gave them.
    `coverage` is the share of the material the figure rests on where a measure leaves some out.
    `standard_error` is the analytic one of the cited source, for independent units: units of one
    document are not independent, so reports use `bootstrap` instead.
    """

    measure: str
    value: float | None
    reason: str | None = None
    observed: float | None = None
    expected: float | None = None
    scale: Scale | None = None
    units: int = 0
    ratings: int = 0
    annotators: int = 0
    coverage: float | None = None
    standard_error: float | None = None
    formula: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError(f"{self.measure}: give either a value or the reason why there is none")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.measure}: {self.value} is not a value; give a reason instead")

    @classmethod
    def of(cls, measure: str, observed: float, expected: float, scale: Scale, **counts: Any) -> Coefficient:
        """The chance-corrected value of `observed` and `expected`, undefined where chance leaves no room."""
        room = 1 - expected if scale == "agreement" else expected
        gained = observed - expected if scale == "agreement" else expected - observed
        shared = {"observed": float(observed), "expected": float(expected), "scale": scale} | counts
        if not room > 1e-15:
            word = "1" if scale == "agreement" else "0"
            reason = f"expected {scale} is {word}: chance leaves nothing to agree about"
            return cls(measure=measure, value=None, reason=reason, **shared)
        return cls(measure=measure, value=float(gained / room), **shared)

    @classmethod
    def undefined(cls, measure: str, reason: str, **counts: Any) -> Coefficient:
        """No value, and why."""
        return cls(measure=measure, value=None, reason=reason, **counts)

    def as_dict(self) -> dict[str, Any]:
        """All fields, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Statistic:
    """A coefficient as a function of sums over documents, so that resampling is one matrix product.

    rows: (documents, columns), additive: the row of two documents together is the sum of theirs.
    documents: the id of each row. evaluate: sums of shape (..., columns) to (observed, expected).
    """

    rows: Floats
    documents: tuple[Any, ...]
    evaluate: Callable[[Floats], tuple[Floats, Floats]]
    scale: Scale

    def values(self, sums: Floats) -> Floats:
        """The coefficient for sums of shape (..., columns); NaN where it is undefined."""
        observed, expected = self.evaluate(np.asarray(sums, dtype=float))
        room = 1 - expected if self.scale == "agreement" else expected
        gained = observed - expected if self.scale == "agreement" else expected - observed
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(room > 1e-15, gained / room, np.nan)
