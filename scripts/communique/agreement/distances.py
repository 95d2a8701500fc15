"""How far two labels are apart. Each distance states its formula; `name` ends the measure's name.

Krippendorff writes the difference function as delta squared; here `at` gives that function's value,
whatever its formula. A fitted distance also sums itself over all pairs of labels, because expected
disagreement needs that sum for many labels and, in resampling, for many draws.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from communique.agreement.coefficient import Floats
from communique.agreement.ratings import Codes
from communique.errors import CommuniqueError


class Fitted(ABC):
    """A distance over a fixed list of labels; `margins` are label frequencies of shape (..., labels)."""

    @abstractmethod
    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        """The distances of label pairs, shape (pairs,), or (..., pairs) if margins matter."""

    @abstractmethod
    def total(self, margins: Floats) -> Floats:
        """The sum over all label pairs of margin x margin x distance, shape (...)."""


@dataclass(frozen=True)
class Distance(ABC):
    """A distance between labels. `by_margins`: it depends on how often the labels were used."""

    name: ClassVar[str]
    formula: ClassVar[str]
    by_margins: ClassVar[bool] = False

    @abstractmethod
    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        """The distance over these labels."""

    def matrix(self, labels: Sequence[Hashable], margins: Floats | None = None) -> Floats:
        """(labels, labels), for tables of a few labels."""
        rows, columns = np.indices((len(labels), len(labels))).reshape(2, -1)
        frequencies = np.ones(len(labels)) if margins is None else margins
        return self.fit(labels).at(rows, columns, frequencies).reshape(len(labels), len(labels))


class _Nominal(Fitted):
    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        return (rows != columns).astype(float)

    def total(self, margins: Floats) -> Floats:
        return margins.sum(-1) ** 2 - (margins**2).sum(-1)


class _Squares(Fitted):
    """Squared differences of points, which may depend on the margins."""

    def __init__(self, points: Callable[[Floats], Floats]) -> None:
        self.points = points

    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        points = self.points(margins)
        return (points[..., rows] - points[..., columns]) ** 2

    def total(self, margins: Floats) -> Floats:
        # twice the frequency times the sum of squares about the mean: no matrix, no cancellation
        points, number = self.points(margins), margins.sum(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (margins * points).sum(-1) / number
        return 2 * number * (margins * (points - mean[..., None]) ** 2).sum(-1)


class _Matrix(Fitted):
    def __init__(self, distances: Floats) -> None:
        self.distances = distances

    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        return self.distances[rows, columns]

    def total(self, margins: Floats) -> Floats:
        return ((margins @ self.distances) * margins).sum(-1)


class _Similarities(Fitted):
    """One minus a sparse similarity: sets with nothing in common need no entry."""

    def __init__(self, similarities: Any) -> None:
        self.similarities = similarities

    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        return 1 - np.asarray(self.similarities[rows, columns], dtype=float).ravel()

    def total(self, margins: Floats) -> Floats:
        return margins.sum(-1) ** 2 - ((margins @ self.similarities) * margins).sum(-1)


@dataclass(frozen=True)
class Nominal(Distance):
    name = "nominal"
    formula = "0 if a = b else 1"

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        return _Nominal()


@dataclass(frozen=True)
class Interval(Distance):
    name = "interval"
    formula = "(a - b)^2"

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        points = _numbers(labels, self.name)
        return _Squares(lambda margins: points)


@dataclass(frozen=True)
class Ratio(Distance):
    name = "ratio"
    formula = "((a - b) / (a + b))^2"

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        points = _numbers(labels, self.name)
        sums = points[:, None] + points
        differences = points[:, None] - points
        return _Matrix(np.divide(differences, sums, out=np.zeros_like(sums), where=sums != 0) ** 2)


@dataclass(frozen=True)
class Ordinal(Distance):
    """Ordinal distance; `order` lists the labels from lowest to highest, numbers need none."""

    order: tuple[Hashable, ...] | None = None
    name = "ordinal"
    formula = "(n_a/2 + n_(a+1) + ... + n_(b-1) + n_b/2)^2 over label frequencies n (Krippendorff 2004, p. 232)"
    by_margins = True

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        if self.order is None:
            ranks = np.argsort(np.argsort(_numbers(labels, self.name), kind="stable"), kind="stable")
        else:
            place = {label: number for number, label in enumerate(self.order)}
            unknown = [label for label in labels if label not in place]
            if unknown:
                raise CommuniqueError(
                    "a label has no place in the order",
                    found=repr(unknown[0]),
                    expected=f"one of {list(self.order)}",
                    mend="add the label to `order`",
                )
            ranks = np.argsort(np.argsort([place[label] for label in labels]))
        upward = np.argsort(ranks)

        # a label's point is its mid-rank, so that the difference of two points is the sum in `formula`
        def mid_ranks(margins: Floats) -> Floats:
            ascending = margins[..., upward]
            return (np.cumsum(ascending, axis=-1) - ascending / 2)[..., ranks]

        return _Squares(mid_ranks)


class _Sets(Distance):
    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        from scipy.sparse import csr_array

        members, sets, elements = [], [], {}
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
        return _Similarities(csr_array((similarity, (rows, columns)), (len(labels), len(labels))))

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

    @staticmethod
    def _similarity(shared: Floats, left: Floats, right: Floats) -> Floats:
        contained = shared == np.minimum(left, right)
        monotonicity = np.where((left == right) & contained, 1.0, np.where(contained, 2 / 3, 1 / 3))
        return shared / (left + right - shared) * monotonicity


@dataclass(frozen=True)
class Tree(Distance):
    """Distance in a hierarchy given as child -> parent; a label that is no child hangs from the root."""

    parents: Mapping[Hashable, Hashable | None] = field(hash=False)
    name = "tree"
    formula = "(d(a, c) + d(b, c)) / (d(a, root) + d(b, root)), c the lowest common ancestor, d in edges"

    def path(self, label: Hashable) -> tuple[Hashable, ...]:
        """From the label up to, not including, the root.

        Raises:
            CommuniqueError: the hierarchy runs in a circle.
        """
        path: list[Hashable] = [label]
        while (parent := self.parents.get(path[-1])) is not None:
            if parent in path:
                raise CommuniqueError("the hierarchy of labels runs in a circle", found=repr(parent))
            path.append(parent)
        return tuple(path)

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        paths = [self.path(label) for label in labels]
        above = [set(path) for path in paths]
        distances = np.zeros((len(labels), len(labels)))
        for row, path in enumerate(paths):
            for column in range(row):
                shared = len(above[row] & above[column])
                both = len(path) + len(paths[column])
                distances[row, column] = distances[column, row] = (both - 2 * shared) / both
        return _Matrix(distances)


@dataclass(frozen=True)
class Custom(Distance):
    """Any symmetric function of two labels that is 0 for equal ones. Asked for every pair of labels."""

    function: Callable[[Any, Any], float]
    name = "custom"
    formula = "given by the caller"

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        return _Matrix(np.array([[float(self.function(a, b)) for b in labels] for a in labels]))


def _numbers(labels: Sequence[Any], name: str) -> Floats:
    for label in labels:
        if not isinstance(label, (int, float, np.integer, np.floating)):
            raise CommuniqueError(
                f"the {name} distance compares numbers",
                expected="a number",
                found=repr(label),
                mend="use Ordinal(order=...) for named steps, or Nominal()",
            )
    return np.array(labels, dtype=float)
