"""Krippendorff, K. (1980). Content Analysis: An Introduction to Its Methodology, Sage."""

from __future__ import annotations

import pytest

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.distances import Interval, Nominal, Ratio
from communique.agreement.ratings import Ratings

P139 = [(1, 1, 1), (1, 2, 2), (2, 2, 2), (4, 4, 4), (1, 4, 4), (2, 2, 2), (1, 2, 3), (3, 3, 3), (2, 2, 2)]


def test_p133_dichotomy() -> None:
    """p. 133: ten items, two observers."""
    rows = [(0, 0), (1, 1), (0, 1), (0, 0), (0, 0), (0, 1), (0, 0), (0, 1), (1, 0), (0, 0)]
    alpha = krippendorff_alpha(Ratings.from_rows(rows))
    assert f"{alpha.observed:.3f} {alpha.expected:.3f} {alpha.value:.3f}" == "0.400 0.442 0.095"


@pytest.mark.parametrize(("distance", "value"), [(Nominal(), 0.642), (Interval(), 0.547), (Ratio(), 0.483)])
def test_p139_three_observers(distance, value) -> None:
    """p. 139: nine items, three observers; the book rounds intermediate results."""
    assert krippendorff_alpha(Ratings.from_rows(P139), distance).value == pytest.approx(value, abs=0.001)
