"""Units that annotators marked on a continuum (a text), the input of the unitizing measures."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from communique.agreement.ratings import Codes, canonical_key
from communique.errors import CommuniqueError

UnitLike = tuple[Hashable, int, int, Hashable]


class Unit(NamedTuple):
    """A marked stretch: 0-based start, exclusive end."""

    annotator: Hashable
    start: int
    end: int
    category: Hashable


@dataclass(frozen=True, eq=False)
class Continuum:
    """Units as arrays, sorted by annotator, start and end; names in canonical order.

    `annotators` may hold people who marked nothing: to have looked and marked nothing is a judgement.
    `empty` counts units without length that were left out: they cover nothing one could agree on.
    """

    length: int
    annotators: tuple[Hashable, ...]
    categories: tuple[Hashable, ...]
    annotator: Codes
    category: Codes
    start: Codes
    end: Codes
    empty: int = 0

    @classmethod
    def of(cls, units: Iterable[UnitLike], length: int, annotators: Iterable[Hashable]) -> Continuum:
        """From (annotator, start, end, category) on a continuum of `length` positions.

        Raises:
            CommuniqueError: a unit leaves the continuum, ends before it starts, or is not by one of
                the annotators.
        """
        names = tuple(sorted(set(annotators), key=canonical_key))
        place = {name: number for number, name in enumerate(names)}
        given = [Unit(*unit) for unit in units]
        for unit in given:
            if not 0 <= unit.start <= unit.end <= length or unit.annotator not in place:
                raise CommuniqueError(
                    "a unit does not fit its continuum",
                    record=str(unit.annotator),
                    expected=f"0 <= start <= end <= {length}, by one of {', '.join(map(str, names))}",
                    found=f"{unit.start}-{unit.end} {unit.category}",
                )
        marked = [unit for unit in given if unit.end > unit.start]
        kinds = tuple(sorted({unit.category for unit in marked}, key=canonical_key))
        code = {kind: number for number, kind in enumerate(kinds)}
        table = np.array(
            sorted((place[u.annotator], u.start, u.end, code[u.category]) for u in marked), dtype=np.int64
        ).reshape(-1, 4)
        columns = (table[:, 0], table[:, 3], table[:, 1], table[:, 2])
        return cls(length, names, kinds, *columns, empty=len(given) - len(marked))

    def of_category(self, number: int) -> Continuum:
        """Only the units of one category."""
        return self._where(self.category == number)

    def _where(self, keep: NDArray[np.bool_]) -> Continuum:
        columns = (self.annotator[keep], self.category[keep], self.start[keep], self.end[keep])
        return Continuum(self.length, self.annotators, self.categories, *columns, empty=self.empty)

    def overlap(self) -> str | None:
        """A description of the first two overlapping units of one annotator, None if there are none."""
        same = self.annotator[1:] == self.annotator[:-1]
        clash = np.flatnonzero(same & (self.start[1:] < self.end[:-1]))
        if not clash.size:
            return None
        first, second = clash[0], clash[0] + 1
        return (
            f"{self.annotators[self.annotator[first]]} marked {self.start[first]}-{self.end[first]} "
            f"{self.categories[self.category[first]]} and {self.start[second]}-{self.end[second]} "
            f"{self.categories[self.category[second]]}"
        )

    def why_empty(self) -> str | None:
        """Why there is nothing to compare."""
        if len(self.annotators) < 2:
            return "only one annotator" if self.annotators else "no annotators"
        if not len(self.start):
            return "no units" + (f" ({self.empty} without length left out)" if self.empty else "")
        return None

    def why_undefined(self, within_category: bool = False) -> str | None:
        """Why a measure cannot be computed that needs units of one annotator (and category) disjoint."""
        if (reason := self.why_empty()) is not None:
            return reason
        parts = [self.of_category(n) for n in range(len(self.categories))] if within_category else [self]
        clash = next((found for part in parts if (found := part.overlap())), None)
        return None if clash is None else f"units of one annotator overlap: {clash}; see `trimmed`"

    def counts(self) -> dict[str, int]:
        """For the result."""
        number = len(self.start)
        return {"units": number, "ratings": number, "annotators": len(self.annotators)}


def trimmed(units: Iterable[UnitLike]) -> tuple[list[Unit], int]:
    """Units made disjoint for each annotator, and how many were changed or dropped.

    Read by start (the longer first where two start together), a unit begins where those before it
    end; what is wholly covered is dropped. Measures on trimmed units must be called so.
    """
    kept: list[Unit] = []
    changed = 0
    reached: dict[Hashable, int] = {}
    ordered = sorted(
        (Unit(*unit) for unit in units),
        key=lambda u: (canonical_key(u.annotator), u.start, -u.end, canonical_key(u.category)),
    )
    for unit in ordered:
        start = max(unit.start, reached.get(unit.annotator, 0))
        changed += start != unit.start
        if start < unit.end:
            kept.append(unit._replace(start=start))
            reached[unit.annotator] = unit.end
    return kept, changed


def joined(
    continua: Iterable[tuple[Iterable[UnitLike], int]],
) -> tuple[list[Unit], int]:
    """Several continua (units, length) laid end to end, and their total length."""
    units: list[Unit] = []
    reached = 0
    for part, length in continua:
        units += [Unit(a, start + reached, end + reached, kind) for a, start, end, kind in part]
        reached += length
    return units, reached
