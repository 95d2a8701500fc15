"""Krippendorff, K. (2004). Content Analysis: An Introduction to Its Methodology, 2nd ed., Sage."""

from __future__ import annotations

import pytest

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.alpha_u import alpha_u
from communique.agreement.continuum import Continuum, trimmed
from communique.agreement.distances import Interval, Nominal, Ordinal, Ratio
from communique.agreement.kappa import bennett_s, cohen_kappa, scott_pi
from communique.agreement.ratings import Ratings
from communique.agreement.u_alpha import alpha_per_position, u_alpha_family

P230 = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
# observer, start, length, category on the continuum 150-450
P254 = (
    *(("i", *unit) for unit in ((225, 70, "c"), (370, 30, "c"), (180, 60, "k"), (300, 50, "k"))),
    *(
        ("j", *unit)
        for unit in ((220, 80, "c"), (355, 20, "c"), (400, 20, "c"), (180, 60, "k"), (300, 50, "k"))
    ),
)


def units_p254() -> list[tuple[str, int, int, str]]:
    return [(name, start - 150, start - 150 + length, kind) for name, start, length, kind in P254]


def test_p224_dichotomy() -> None:
    """p. 224: ten items, two observers, binary."""
    rows = [(1, 0), (1, 1), (0, 1), (0, 0), (0, 0), (0, 1), (0, 0), (0, 1), (0, 0), (0, 0)]
    alpha = krippendorff_alpha(Ratings.from_rows(rows))
    assert f"{alpha.observed:.3f} {alpha.expected:.3f} {alpha.value:.3f}" == "0.400 0.442 0.095"
    assert (alpha.units, alpha.ratings, alpha.annotators) == (10, 20, 2)


def test_p227_many_categories() -> None:
    """p. 227: twelve items, two observers, three categories. 0.734 is dkpro's check to within 0.001; the
    exact value is 0.73404 and prints as the book has it."""
    rows = [*zip("aabbbbbccccc", "abbbbbcccccc", strict=True)]
    alpha = krippendorff_alpha(Ratings.from_rows(rows))
    assert f"{alpha.observed:.4f} {alpha.expected:.4f} {alpha.value:.3f}" == "0.1667 0.6268 0.734"


@pytest.mark.parametrize(
    ("distance", "value"),
    [(Nominal(), "0.743"), (Ordinal(), "0.815"), (Interval(), "0.849"), (Ratio(), "0.797")],
)
def test_p230_missing_data(distance, value) -> None:
    """p. 230: four observers, twelve units, missing values; one unit cannot be paired."""
    alpha = krippendorff_alpha(Ratings.from_rows(zip(*P230, strict=True)), distance)
    assert f"{alpha.value:.3f}" == value
    assert (alpha.units, alpha.ratings, alpha.annotators) == (11, 40, 4)


def test_p230_disagreements() -> None:
    """p. 230 and 233: D_o and D_e, nominal and interval."""
    ratings = Ratings.from_rows(zip(*P230, strict=True))
    nominal, interval = (krippendorff_alpha(ratings, distance) for distance in (Nominal(), Interval()))
    assert f"{nominal.observed:.3f} {nominal.expected:.3f}" == "0.200 0.779"
    assert f"{interval.observed:.3f} {interval.expected:.3f}" == "0.433 2.872"


def test_p230_named_labels() -> None:
    """The same data with names for symbols: nominal needs no numbers, ordinal takes an order."""
    names = dict(enumerate(("book", "letter", "phone", "computer", "folder"), start=1))
    rows = [[names.get(value) for value in row] for row in zip(*P230, strict=True)]
    ratings = Ratings.from_rows(rows)
    assert f"{krippendorff_alpha(ratings).value:.3f}" == "0.743"
    assert f"{krippendorff_alpha(ratings, Ordinal(tuple(names.values()))).value:.3f}" == "0.815"


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[12, 9, 9], [9, 14, 9], [9, 9, 20]], "0.186"),
        ([[12, 18, 18], [0, 14, 18], [0, 0, 20]], "0.258"),
    ],
)
def test_p246_other_coefficients(table, kappa) -> None:
    """p. 246: S and pi are blind to how the two observers differ, kappa rewards the difference."""
    ratings = Ratings.from_table(table)
    assert f"{cohen_kappa(ratings).value:.3f}" == kappa
    assert f"{scott_pi(ratings).value:.3f} {bennett_s(ratings).value:.3f}" == "0.186 0.190"
    assert f"{scott_pi(ratings).observed:.3f}" == "0.460"


def test_p254_alpha_u() -> None:
    """pp. 254-256: alpha_U by category and overall.

    The printed overall value 0.8591 comes from disagreements rounded to four decimals; unrounded ones
    give 0.8587. Both are asserted.
    """
    alpha = alpha_u(Continuum.of(units_p254(), 300, "ij"))
    c, k = alpha.by_category["c"], alpha.by_category["k"]
    assert f"{c.observed:.4f} {c.expected:.4f} {c.value:.4f}" == "0.0144 0.0532 0.7286"
    assert f"{k.observed:.4f} {k.expected:.4f} {k.value:.4f}" == "0.0000 0.0490 1.0000"
    printed = 1 - (round(c.observed, 4) + round(k.observed, 4)) / (
        round(c.expected, 4) + round(k.expected, 4)
    )
    assert f"{printed:.4f}" == "0.8591"
    assert f"{alpha.overall.value:.4f}" == "0.8587"
    assert alpha.overall.value == pytest.approx(0.8591, abs=0.0005)


def test_p254_other_measures_give_other_values() -> None:
    """The same units, overlaps trimmed: per-position alpha 0.675 and u-alpha of 2016 0.69 are not alpha_U."""
    units, changed = trimmed(units_p254())
    assert changed == 2
    continuum = Continuum.of(units, 300, "ij")
    assert f"{alpha_per_position(continuum).value:.3f}" == "0.675"
    assert f"{u_alpha_family(continuum).u_alpha.value:.2f}" == "0.69"


def test_untrimmed_overlap_is_refused_with_the_units_named() -> None:
    measured = u_alpha_family(Continuum.of(units_p254(), 300, "ij"))
    assert measured.u_alpha.value is None
    assert "i marked 30-90 k and 75-145 c" in measured.u_alpha.reason
