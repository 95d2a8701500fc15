"""Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological Bulletin
76(5), 378-381."""

from __future__ import annotations

import pytest
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from communique.agreement.kappa import fleiss_by_category, fleiss_kappa
from communique.agreement.ratings import Ratings

# p. 379, table 1: thirty patients, six psychiatrists, five diagnoses
PATIENTS = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555
144444 124444 222333 144444 224445 333335 111455 111112 224444 133555
555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""
RATINGS = Ratings.from_rows([[int(mark) for mark in patient] for patient in PATIENTS.split()])


def test_p380_overall() -> None:
    """p. 380: P-bar .5556, P-bar_e .2201, kappa .430.

    The paper rounds the shares of categories to three decimals, which gives P-bar_e .2201 where the
    unrounded shares give .2199.
    """
    kappa = fleiss_kappa(RATINGS)
    shares = [round(category.expected, 3) for category in fleiss_by_category(RATINGS).values()]
    assert f"{sum(share**2 for share in shares):.4f}" == "0.2201"
    assert f"{kappa.observed:.4f} {kappa.expected:.4f} {kappa.value:.3f}" == "0.5556 0.2199 0.430"
    assert (kappa.units, kappa.ratings, kappa.annotators) == (30, 180, 6)


def test_p381_standard_error() -> None:
    """p. 381: SE .028."""
    assert f"{fleiss_kappa(RATINGS).standard_error:.3f}" == "0.028"


def test_p381_by_category() -> None:
    """p. 381: .248 .248 .517 .470 .565, from shares p_j and agreements P-bar_j rounded to three decimals;
    unrounded figures differ by up to .003."""
    printed = {1: "0.248", 2: "0.248", 3: "0.517", 4: "0.470", 5: "0.565"}
    for diagnosis, category in fleiss_by_category(RATINGS).items():
        given = category.expected * category.ratings
        squares = given * (1 + 5 * category.observed)
        share = round(category.expected, 3)
        again = round((squares / (category.ratings * share) - 1) / 5, 3)
        assert f"{(again - share) / (1 - share):.3f}" == printed[diagnosis]
        assert category.value == pytest.approx(float(printed[diagnosis]), abs=0.0035)


def test_statsmodels_agrees() -> None:
    table = [[patient.count(mark) for mark in "12345"] for patient in PATIENTS.split()]
    assert fleiss_kappa(RATINGS).value == pytest.approx(statsmodels_fleiss(table), abs=1e-12)


def test_unequal_numbers_of_ratings_are_refused() -> None:
    rows = [[1, 2, 1], [1, 1, None], [2, 2, 2]]
    refused = fleiss_kappa(Ratings.from_rows(rows))
    assert refused.value is None
    assert "same number of ratings" in refused.reason
