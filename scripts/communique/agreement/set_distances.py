"""Distances between sets of labels, for figures such as "agents of an action".

Two formulas are in use, and two libraries differ over one of them: state the formula with the figure.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from communique.agreement.coefficient import Floats
from communique.agreement.distances import Distance, Fitted, OneMinus
from communique.errors import CommuniqueError

#: Times the square of some ten thousand ratings this is still a whole number that a float holds exactly.
_LARGEST = 10**7


class _Sets(Distance):
    #: Denominator of what the similarity has besides the Jaccard coefficient.
    _thirds: ClassVar[int] = 1

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        from scipy.sparse import csr_array

        members: list[int] = []
        sets: list[int] = []
        elements: dict[Hashable, int] = {}
        for number, label in enumerate(labels):
            if not isinstance(label, frozenset):
                raise CommuniqueError(
                    f"the {self.name} distance compares sets",
                    expected="a frozenset of labels (an empty one for none)",
                    found=repr(label),
                )
            sets += [number] * len(label)
            members += [elements.setdefault(member, len(elements)) for member in label]
        incidence = csr_array((np.ones(len(sets)), (sets, members)), (len(labels), len(elements)))
        common = (incidence @ incidence.T).tocoo()
        rows, columns, shared = common.row, common.col, common.data
        sizes = np.array([len(label) for label in labels if isinstance(label, frozenset)], dtype=float)
        similarity = self._similarity(shared, sizes[rows], sizes[columns])
        empty = np.flatnonzero(sizes == 0)
        rows, columns = np.concatenate([rows, empty]), np.concatenate([columns, empty])
        similarity = np.concatenate([similarity, np.ones(len(empty))])
        # the similarities are fractions of the sizes of unions: a common denominator makes them whole
        unions = np.unique(sizes[rows] + sizes[columns] - np.append(shared, np.zeros(len(empty))))
        scale = math.lcm(*(int(one) for one in unions if one)) * self._thirds
        if scale > _LARGEST:
            return OneMinus(csr_array((similarity, (rows, columns)), (len(labels), len(labels))))
        whole = np.rint(similarity * scale)
        return OneMinus(csr_array((whole, (rows, columns)), (len(labels), len(labels))), float(scale))

    @staticmethod
    def _similarity(shared: Floats, left: Floats, right: Floats) -> Floats:
        raise NotImplementedError


@dataclass(frozen=True)
class Jaccard(_Sets):
    name = "jaccard"
    formula = "1 - |A n B| / |A u B|; 0 for two empty sets"

    @staticmethod
    def _similarity(shared: Floats, left: Floats, right: Floats) -> Floats:
        return shared / (left + right - shared)


@dataclass(frozen=True)
class Masi(_Sets):
    """MASI as published and as in nltk; dkpro multiplies Jaccard *distance* by its own weight and gets
    1/6 for {A}, {A,B} where this gives 2/3. Two empty sets are equal (nltk divides by zero there)."""

    name = "masi"
    formula = (
        "1 - |A n B| / |A u B| x M, with M = 1 if A = B, 2/3 if one contains the other, 1/3 if they "
        "overlap, 0 if disjoint; 0 for two empty sets (Passonneau 2006)"
    )

    _thirds = 3

    @staticmethod
    def _similarity(shared: Floats, left: Floats, right: Floats) -> Floats:
        contained = shared == np.minimum(left, right)
        monotonicity = np.where((left == right) & contained, 1.0, np.where(contained, 2 / 3, 1 / 3))
        return shared / (left + right - shared) * monotonicity
