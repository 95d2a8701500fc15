"""Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of high
agreement. British Journal of Mathematical and Statistical Psychology 61(1), 29-48.

Tables and values as computed by Gwet's own R package irrCAC 1.4 (`gwet.ac1.raw`), as recorded by
dkpro-statistics (resources/gwet); irrCAC rounds coefficients to five decimals.
"""

from __future__ import annotations

import pytest

from communique.agreement.distances import Interval, Nominal
from communique.agreement.gwet import gwet_ac1, gwet_ac2
from communique.agreement.kappa import scott_pi
from communique.agreement.ratings import Ratings

COHEN_P37 = [[25, 12, 3], [13, 2, 15], [12, 16, 2]]
COHEN_P45 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
LIKERT_4 = [[20, 5, 1, 0], [4, 15, 6, 1], [0, 5, 18, 4], [0, 1, 3, 12]]
LIKERT_5 = [[15, 4, 1, 0, 0], [3, 12, 4, 1, 0], [1, 3, 14, 3, 1], [0, 1, 3, 10, 2], [0, 0, 1, 2, 8]]


@pytest.mark.parametrize(
    ("table", "observed", "expected", "value"),
    [
        ([[80, 7], [8, 5]], 0.85, 0.21875, "0.80800"),
        (COHEN_P37, 0.29, 0.3225, "-0.04797"),
        (COHEN_P45, 0.7, 0.2925, "0.57597"),
        (LIKERT_4, 0.684210526315789, 0.247294552169898, "0.58046"),
        (LIKERT_5, 0.662921348314607, 0.197497159449564, "0.57997"),
    ],
)
def test_ac1(table, observed, expected, value) -> None:
    ac1 = gwet_ac1(Ratings.from_table(table))
    assert ac1.observed == pytest.approx(observed, abs=1e-12)
    assert ac1.expected == pytest.approx(expected, abs=1e-12)
    assert f"{ac1.value:.5f}" == value
    assert gwet_ac2(Ratings.from_table(table), Nominal()).value == ac1.value


@pytest.mark.parametrize(
    ("table", "observed", "expected", "value"),
    [
        (COHEN_P37, None, None, "0.18310"),
        (COHEN_P45, 0.85, 0.585, "0.63855"),
        (LIKERT_4, 0.95438596491228, 0.714406484046373, "0.84028"),
        (LIKERT_5, 0.966292134831461, 0.740614347935867, "0.87005"),
    ],
)
def test_ac2_quadratic(table, observed, expected, value) -> None:
    ac2 = gwet_ac2(Ratings.from_table(table), Interval())
    if observed is not None:
        assert ac2.observed == pytest.approx(observed, abs=1e-12)
        assert ac2.expected == pytest.approx(expected, abs=1e-12)
    assert f"{ac2.value:.5f}" == value


def test_the_paradox_that_ac1_was_made_for() -> None:
    """8 yes-yes, 1 no-no, 1 yes-no: AC1 stays near the observed agreement, pi does not."""
    ratings = Ratings.from_rows([("y", "y")] * 8 + [("n", "n"), ("y", "n")])
    ac1 = gwet_ac1(ratings)
    assert f"{ac1.observed:.1f} {ac1.expected:.3f} {ac1.value:.4f}" == "0.9 0.255 0.8658"
    assert f"{scott_pi(ratings).value:.4f}" == "0.6078"


def test_categories_that_nobody_used_count() -> None:
    """With q = 4 instead of 2 chance agreement falls to a third."""
    ratings = Ratings.from_rows([("y", "y")] * 8 + [("n", "n"), ("y", "n")])
    assert gwet_ac1(ratings, ["y", "n", "unclear", "mixed"]).expected == pytest.approx(0.255 / 3)
