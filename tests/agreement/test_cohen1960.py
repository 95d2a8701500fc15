"""Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20(1), 37-46. The standard error is that of Fleiss, Cohen and Everitt (1969). Large sample
standard errors of kappa and weighted kappa. Psychological Bulletin 72(5), 323-327."""

from __future__ import annotations

from statsmodels.stats.inter_rater import cohens_kappa

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.kappa import cohen_kappa
from communique.agreement.ratings import Ratings

P37 = [[25, 12, 3], [13, 2, 15], [12, 16, 2]]
P45 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def test_p37() -> None:
    """p. 37, table 1: agreement below chance."""
    ratings = Ratings.from_table(P37)
    kappa, alpha = cohen_kappa(ratings), krippendorff_alpha(ratings)
    assert f"{kappa.observed:.2f} {kappa.expected:.2f} {kappa.value:.4f}" == "0.29 0.35 -0.0923"
    assert f"{alpha.value:.4f}" == "-0.0953"


def test_p45() -> None:
    """p. 45, table 3."""
    ratings = Ratings.from_table(P45)
    kappa, alpha = cohen_kappa(ratings), krippendorff_alpha(ratings)
    assert f"{kappa.observed:.2f} {kappa.expected:.2f} {kappa.value:.4f}" == "0.70 0.41 0.4915"
    assert f"{alpha.value:.4f}" == "0.4885"


def test_p45_standard_error() -> None:
    """The error .051 and the 95 % interval of statsmodels: .3916-.5915, three decimals .392-.591 (the .592
    sometimes quoted rounds .5915 once more)."""
    kappa = cohen_kappa(Ratings.from_table(P45))
    low, high = (kappa.value + sign * 1.959964 * kappa.standard_error for sign in (-1, 1))
    assert f"{kappa.standard_error:.3f} {low:.3f} {high:.3f}" == "0.051 0.392 0.591"
    oracle = cohens_kappa(P45)
    assert f"{oracle.std_kappa:.12f}" == f"{kappa.standard_error:.12f}"
    assert f"{oracle.kappa_low:.6f} {oracle.kappa_upp:.6f}" == f"{low:.6f} {high:.6f}"
