"""Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic
annotation. LREC 2006, 831-836.

nltk and dkpro-statistics both call their distance MASI and differ: nltk has 1 - Jaccard x monotonicity,
as published; dkpro multiplies the Jaccard distance. Ours is the published one. dkpro's nine items
(SetAnnotationsTest) are kept here with both: its values are reproduced from its formula, ours are
checked against nltk.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from nltk.metrics import jaccard_distance, masi_distance

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.distances import Custom
from communique.agreement.ratings import Ratings
from communique.agreement.set_distances import Jaccard, Masi

NINE = [("", ""), ("A", ""), ("A", "A"), ("A", "B"), ("AB", "A"), ("AB", "AC"), ("ABC", "ABC"), ("C", "AC")]
NINE_ITEMS = Ratings.from_rows([tuple(map(frozenset, item)) for item in [*NINE, NINE[-1]]])
SETS = [frozenset(letters) for letters in ("", "A", "B", "AB", "BC", "ABC", "CD", "ABCD")]


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """The set distance of Passonneau (2004) as in dkpro: the empty set is contained in every set."""
    if one == other:
        return 0.0
    if one <= other or other <= one:
        return 1 / 3
    return 2 / 3 if one & other else 1.0


def dkpro_masi(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard distance x set distance, the formula behind dkpro's asserted values."""
    return (1 - len(one & other) / len(one | other)) * containment(one, other) if one | other else 0.0


@pytest.mark.parametrize(
    ("one", "other", "masi", "dkpro"),
    [("A", "AB", "0.6667", Fraction(1, 6)), ("AB", "BC", "0.8889", Fraction(4, 9))],
)
def test_masi_distance(one, other, masi, dkpro) -> None:
    """p. 833: monotonicity 2/3 for containment, 1/3 for overlap. dkpro asserts 1/6 and 4/9 for the same."""
    pair = [frozenset(one), frozenset(other)]
    distance = Masi().matrix(pair)[0, 1]
    assert f"{distance:.4f}" == masi
    assert distance == pytest.approx(masi_distance(*pair))
    assert dkpro_masi(*pair) == pytest.approx(float(dkpro))
    assert distance != pytest.approx(float(dkpro), abs=0.1)


@pytest.mark.parametrize(("distance", "oracle"), [(Masi(), masi_distance), (Jaccard(), jaccard_distance)])
def test_every_pair_as_in_nltk(distance, oracle) -> None:
    matrix = distance.matrix(SETS)
    for (i, one), (j, other) in product(enumerate(SETS), repeat=2):
        if one or other:  # nltk divides by zero for two empty sets
            assert matrix[i, j] == pytest.approx(oracle(one, other)), (one, other)
    assert matrix[0, 0] == 0
    assert np.array_equal(matrix, matrix.T)


@pytest.mark.parametrize(
    ("distance", "dkpro", "exact"),
    [
        (Custom(containment), (0.333, 0.409, 0.186), "0.3333 0.4096 0.1862"),
        (Custom(dkpro_masi), (0.253, 0.338, 0.252), "0.2531 0.3388 0.2529"),
    ],
)
def test_nine_items_with_the_distances_of_dkpro(distance, dkpro, exact) -> None:
    """dkpro asserts D_o, D_e and alpha to within .001: .333, .409, .186 for its set distance and .253,
    .338, .252 for its MASI; dkpro's last digits are cut off, not rounded."""
    alpha = krippendorff_alpha(NINE_ITEMS, distance)
    assert (alpha.observed, alpha.expected, alpha.value) == pytest.approx(dkpro, abs=0.001)
    assert f"{alpha.observed:.4f} {alpha.expected:.4f} {alpha.value:.4f}" == exact
    assert (alpha.units, alpha.ratings) == (9, 18)


@pytest.mark.parametrize(("distance", "oracle"), [(Masi(), masi_distance), (Jaccard(), jaccard_distance)])
def test_nine_items_with_the_published_distance(distance, oracle) -> None:
    """The same items: alpha from D_o and D_e summed over all pairs with nltk's distances."""
    pairs = [tuple(map(frozenset, item)) for item in [*NINE, NINE[-1]]]

    def apart(one: frozenset[str], other: frozenset[str]) -> float:
        return oracle(one, other) if one or other else 0.0

    given = [label for pair in pairs for label in pair]
    observed = sum(apart(*pair) for pair in pairs) / len(pairs)
    expected = sum(apart(a, b) for a in given for b in given) / (len(given) * (len(given) - 1))
    alpha = krippendorff_alpha(NINE_ITEMS, distance)
    assert alpha.observed == pytest.approx(observed)
    assert alpha.expected == pytest.approx(expected)
    assert alpha.value == pytest.approx(1 - observed / expected)
    assert alpha.measure == f"alpha_{distance.name}"
    assert alpha.formula == distance.formula
