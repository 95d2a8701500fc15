"""Who gave which label to which unit: the input of every coefficient for units that are given."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from communique.errors import CommuniqueError

Codes = NDArray[np.int64]
Label = Hashable


def canonical_key(label: Any) -> tuple[Any, ...]:
    """A total order over labels of any type that depends on nothing but the label's content."""
    if isinstance(label, Real):
        return (0, label)
    if isinstance(label, str):
        return (1, label)
    if isinstance(label, tuple):
        return (2, tuple(canonical_key(part) for part in label))
    if isinstance(label, frozenset):
        return (3, tuple(sorted(canonical_key(part) for part in label)))
    return (4, type(label).__qualname__, repr(label))


class Disagreements(NamedTuple):
    """Unordered pairs of different labels within units, counted: `times` units of `document` with
    `ratings` ratings hold the labels `low` and `high` (low < high)."""

    document: Codes
    ratings: Codes
    low: Codes
    high: Codes
    times: Codes


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings in sparse form: rating r says that `annotators[annotator[r]]` gave `labels[label[r]]`
    to `units[unit[r]]`. Missing ratings are absent. Sorted by unit, then annotator; `labels` and
    `annotators` hold only those in use, in canonical order.
    """

    unit: Codes
    annotator: Codes
    label: Codes
    units: tuple[Hashable, ...]
    annotators: tuple[Hashable, ...]
    labels: tuple[Label, ...]

    @classmethod
    def of(cls, triples: Iterable[tuple[Hashable, Hashable, Any]]) -> Ratings:
        """From (unit, annotator, label). A label of None or NaN is a missing rating; a `set` is taken
        as a frozenset.

        Raises:
            CommuniqueError: an annotator gave two labels to one unit.
        """
        kept = [
            (unit, annotator, frozenset(label) if isinstance(label, set) else label)
            for unit, annotator, label in triples
            if label is not None and label == label
        ]
        unit, units = _encode([triple[0] for triple in kept])
        annotator, annotators = _encode([triple[1] for triple in kept])
        label, labels = _encode([triple[2] for triple in kept])
        order = np.lexsort((annotator, unit))
        unit, annotator, label = unit[order], annotator[order], label[order]
        twice = np.flatnonzero((np.diff(unit) == 0) & (np.diff(annotator) == 0))
        if twice.size:
            first = twice[0]
            raise CommuniqueError(
                "an annotator gave two labels to one unit",
                record=str(units[unit[first]]),
                field=str(annotators[annotator[first]]),
                expected="one label a unit",
                found=f"{labels[label[first]]!r} and {labels[label[first + 1]]!r}",
                mend="give the set of labels as one frozenset and use a set distance",
            )
        return cls(unit, annotator, label, units, annotators, labels)

    @classmethod
    def from_rows(
        cls, rows: Iterable[Sequence[Any]], annotators: Sequence[Hashable] | None = None
    ) -> Ratings:
        """From a table with a row a unit and a column an annotator; None where one gave nothing."""
        names = (lambda column: column) if annotators is None else annotators.__getitem__
        return cls.of(
            (number, names(column), label)
            for number, row in enumerate(rows)
            for column, label in enumerate(row)
        )

    @classmethod
    def from_table(cls, table: ArrayLike, labels: Sequence[Label] | None = None) -> Ratings:
        """From a contingency table of two annotators: (first's label, second's label) -> units."""
        counts = np.asarray(table)
        names = range(len(counts)) if labels is None else labels
        return cls.from_rows(
            (names[row], names[column])
            for (row, column), number in np.ndenumerate(counts)
            for _ in range(int(number))
        )

    def ratings_per_unit(self) -> Codes:
        """(units,)"""
        return np.bincount(self.unit, minlength=len(self.units))

    def pairable(self) -> Ratings:
        """The ratings of units that at least two annotators rated; units and labels renumbered."""
        return self.where((self.ratings_per_unit() >= 2)[self.unit])

    def where(self, keep: NDArray[np.bool_]) -> Ratings:
        """The ratings selected by a boolean array, without units, annotators and labels left unused."""
        unit, units = _recode(self.unit[keep], self.units)
        annotator, annotators = _recode(self.annotator[keep], self.annotators)
        label, labels = _recode(self.label[keep], self.labels)
        return Ratings(unit, annotator, label, units, annotators, labels)

    def between(self, *annotators: Hashable) -> Ratings:
        """The ratings of the named annotators only."""
        wanted = [number for number, name in enumerate(self.annotators) if name in annotators]
        return self.where(np.isin(self.annotator, wanted))

    def documents(self, document_of: Callable[[Any], Hashable] | None) -> tuple[Codes, tuple[Any, ...]]:
        """The document of each unit: codes (units,) and ids; all in one document without a function."""
        if document_of is None:
            return np.zeros(len(self.units), dtype=np.int64), (None,)
        return _encode([document_of(unit) for unit in self.units])

    def disagreements(self, document: Codes | None = None) -> Disagreements:
        """Who differed from whom, by document (codes, one a unit).

        Whole numbers in a fixed order, so that the order of units and annotators cannot change a
        single bit of what is computed from them.
        """
        place = np.zeros(len(self.units), dtype=np.int64) if document is None else document
        labels, found = max(len(self.labels), 1), [np.zeros(0, dtype=np.int64)]
        per_unit = self.ratings_per_unit()
        most = int(per_unit.max(initial=0)) + 1
        for number in np.unique(per_unit):
            units = per_unit == number
            table = self.label[units[self.unit]].reshape(-1, number)
            for left, right in combinations(range(number), 2):
                low = np.minimum(table[:, left], table[:, right])
                high = np.maximum(table[:, left], table[:, right])
                keys = ((place[units] * most + number) * labels + low) * labels + high
                found.append(keys[low != high])
        keys, times = np.unique(np.concatenate(found), return_counts=True)
        keys, high = np.divmod(keys, labels)
        keys, low = np.divmod(keys, labels)
        return Disagreements(*np.divmod(keys, most), low, high, times)

    def frequencies(self) -> NDArray[np.float64]:
        """(labels,): how often each label was given."""
        return np.bincount(self.label, minlength=len(self.labels)).astype(float)

    def counts(self) -> dict[str, int]:
        """For the result: units, ratings and annotators."""
        return {
            "units": len(self.units),
            "ratings": len(self.unit),
            "annotators": len(self.annotators),
        }

    def why_undefined(self) -> str | None:
        """Why no chance-corrected coefficient can be computed from these (pairable) ratings."""
        if not self.units:
            return "no unit was rated by two annotators"
        if len(self.units) == 1:
            return "only one unit was rated by two annotators"
        if len(self.labels) == 1:
            return f"only one label is in use ({self.labels[0]!r}): agreement by chance is certain"
        return None


def pairable_or_reason(ratings: Ratings) -> tuple[Ratings, str | None]:
    """The pairable ratings, and why they suffice for no coefficient (None when they do)."""
    if not len(ratings.unit):
        return ratings, "no ratings"
    if len(ratings.annotators) == 1:
        return ratings, "only one annotator"
    paired = ratings.pairable()
    return paired, paired.why_undefined()


def _encode(values: list[Any]) -> tuple[Codes, tuple[Any, ...]]:
    first_seen: dict[Any, int] = {}
    codes = np.fromiter(
        (first_seen.setdefault(value, len(first_seen)) for value in values), dtype=np.int64, count=len(values)
    )
    seen = list(first_seen)
    order = sorted(range(len(seen)), key=lambda number: canonical_key(seen[number]))
    rank = np.empty(len(seen), dtype=np.int64)
    rank[order] = np.arange(len(seen))
    return rank[codes], tuple(seen[number] for number in order)


def _recode(codes: Codes, names: tuple[Any, ...]) -> tuple[Codes, tuple[Any, ...]]:
    used = np.zeros(len(names), dtype=bool)
    used[codes] = True
    return (np.cumsum(used) - 1)[codes], tuple(names[number] for number in np.flatnonzero(used))
