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
    """A distance over a fixed list of labels; `margins` are label frequencies of shape (..., labels).

    `scale`: both methods give this multiple of the distance, which makes whole numbers of fractions. Sums of
    whole numbers are exact, so that the order of labels, units and documents changes no bit of a result.
    """

    scale: float = 1.0

    @abstractmethod
    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        """`scale` times the distances of label pairs, shape (pairs,), or (..., pairs) if margins matter."""

    @abstractmethod
    def total(self, margins: Floats) -> Floats:
        """`scale` times the sum over all label pairs of margin x margin x distance, shape (...)."""


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
        fitted = self.fit(labels)
        return fitted.at(rows, columns, frequencies).reshape(len(labels), len(labels)) / fitted.scale


class OneMinus(Fitted):
    """One minus a sparse similarity matrix, given times `scale`; without one, labels are like nothing but
    themselves."""

    def __init__(self, similarity: Any = None, scale: float = 1.0) -> None:
        self.similarity = similarity
        self.scale = scale

    def at(self, rows: Codes, columns: Codes, margins: Floats) -> Floats:
        if self.similarity is None:
            return (rows != columns).astype(float)
        if not len(rows):
            return np.zeros(0)
        return self.scale - np.asarray(self.similarity[rows, columns], dtype=float).ravel()

    def total(self, margins: Floats) -> Floats:
        like = margins if self.similarity is None else margins @ self.similarity
        return self.scale * margins.sum(-1) ** 2 - (like * margins).sum(-1)

    def between(self, frequencies: Any) -> Floats:
        """For a sparse (documents, labels) table: `scale` times the sum of distances between each two
        documents."""
        like = frequencies if self.similarity is None else frequencies @ self.similarity
        sizes = np.asarray(frequencies.sum(axis=1), dtype=float).ravel()
        return self.scale * np.outer(sizes, sizes) - (like @ frequencies.T).toarray()


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


@dataclass(frozen=True)
class Nominal(Distance):
    name = "nominal"
    formula = "0 if a = b else 1"

    def fit(self, labels: Sequence[Hashable]) -> Fitted:
        return OneMinus()


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
    formula = (
        "(n_a/2 + n_(a+1) + ... + n_(b-1) + n_b/2)^2 over label frequencies n (Krippendorff 2004, p. 232)"
    )
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
