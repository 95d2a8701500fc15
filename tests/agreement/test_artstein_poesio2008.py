"""Artstein, R. and Poesio, M. (2008). Inter-coder agreement for computational linguistics.
Computational Linguistics 34(4), 555-596."""

from __future__ import annotations

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.distances import Custom
from communique.agreement.kappa import bennett_s, cohen_kappa, scott_pi
from communique.agreement.ratings import Ratings

EXAMPLE_1 = Ratings.from_table([[20, 10], [20, 50]], ["STAT", "IReq"])
EXAMPLE_2 = Ratings.from_table([[46, 0, 0], [6, 32, 6], [0, 0, 10]], ["STAT", "IReq", "Chck"])


def half_for_check(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 0.5 if "Chck" in (one, other) else 1.0


def test_p558_example_1() -> None:
    """p. 558-568, table 1: A_o, S, pi, kappa, and alpha."""
    s, pi, kappa = bennett_s(EXAMPLE_1), scott_pi(EXAMPLE_1), cohen_kappa(EXAMPLE_1)
    assert f"{s.observed:.1f} {s.expected:.1f} {s.value:.1f}" == "0.7 0.5 0.4"
    assert f"{pi.observed:.1f} {pi.expected:.3f} {pi.value:.3f}" == "0.7 0.545 0.341"
    assert f"{kappa.observed:.1f} {kappa.expected:.2f} {kappa.value:.3f}" == "0.7 0.54 0.348"
    alpha = krippendorff_alpha(EXAMPLE_1)
    assert f"{alpha.observed:.1f} {alpha.value:.3f}" == "0.3 0.344"


def test_p568_example_2() -> None:
    """p. 568, table 5."""
    s, pi, kappa = bennett_s(EXAMPLE_2), scott_pi(EXAMPLE_2), cohen_kappa(EXAMPLE_2)
    assert f"{s.observed:.2f} {s.expected:.3f} {s.value:.2f}" == "0.88 0.333 0.82"
    assert f"{pi.observed:.2f} {pi.expected:.4f} {pi.value:.4f}" == "0.88 0.4014 0.7995"
    assert f"{kappa.observed:.2f} {kappa.expected:.3f} {kappa.value:.4f}" == "0.88 0.396 0.8013"
    alpha = krippendorff_alpha(EXAMPLE_2)
    # dkpro asserts 0.601 to within 0.001; 0.60161 rounds up
    assert f"{alpha.observed:.3f} {alpha.expected:.4f} {alpha.value:.4f}" == "0.120 0.6016 0.8005"


def test_p569_weighted() -> None:
    """p. 569, table 6: Chck is half as far from the others as they are from each other."""
    distance = Custom(half_for_check)
    alpha, kappa = krippendorff_alpha(EXAMPLE_2, distance), cohen_kappa(EXAMPLE_2, distance)
    assert f"{alpha.observed:.3f} {alpha.expected:.4f} {alpha.value:.4f}" == "0.090 0.4879 0.8156"
    assert f"{kappa.observed:.3f} {kappa.expected:.3f} {kappa.value:.4f}" == "0.090 0.490 0.8163"
