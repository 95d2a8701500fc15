"""Segura-Bedmar, I., Martínez, P. and Herrero-Zazo, M. (2013). SemEval-2013 Task 9. Section 9.1 defines
strict, exact, partial and type scores for entities, known from the package nervaluate.

They are sums over optimally matched pairs: here from `match` and `f1`, without the greedy matching for
which nervaluate 1.2.1 depends on the order of its input (https://github.com/MantisAI/nervaluate/issues/40).
"""

from __future__ import annotations

from itertools import permutations

import pytest

from communique.agreement.assignment import match
from communique.agreement.bootstrap import f1

# each entity: start, exclusive end, type
SCORES = {
    "strict": lambda one, other: float(one == other),
    "exact": lambda one, other: float(one[:2] == other[:2]),
    "partial": lambda one, other: 1.0 if one[:2] == other[:2] else 0.5 * meet(one, other),
    "type": lambda one, other: float(meet(one, other) and one[2] == other[2]),
}


def meet(one, other) -> bool:
    return min(one[1], other[1]) > max(one[0], other[0])


def score(sentences, scheme) -> float:
    """F1 over sentences of (gold, predicted) entities."""
    found = expected = predicted = 0.0
    for gold, guess in sentences:
        found += sum(pair.score for pair in match(gold, guess, SCORES[scheme]))
        expected += len(gold)
        predicted += len(guess)
    return float(f1([found, predicted - found, expected - found]))


README = [
    ([(1, 3, "PER"), (6, 8, "ORG")], [(2, 4, "PER"), (6, 8, "ORG")]),
    ([(1, 2, "LOC"), (2, 4, "PER"), (6, 7, "DATE")], [(1, 3, "LOC"), (3, 4, "PER"), (6, 7, "DATE")]),
]
# the six scenarios of the README, as one text: missed, spurious, boundary, type, correct, both wrong
SIX_ROWS = [
    (
        [(0, 1, "BRAND"), (11, 12, "DRUG"), (20, 21, "DRUG"), (30, 31, "DRUG"), (41, 42, "GROUP")],
        [(5, 6, "BRAND"), (10, 12, "DRUG"), (20, 21, "BRAND"), (30, 31, "DRUG"), (40, 42, "DRUG")],
    )
]


@pytest.mark.parametrize(
    ("scheme", "printed"), [("strict", "0.40"), ("exact", "0.40"), ("partial", "0.70"), ("type", "1.00")]
)
def test_readme_example(scheme, printed) -> None:
    """The README of nervaluate 1.2.1, two sentences (its 1.0 printed .40 for partial)."""
    assert f"{score(README, scheme):.2f}" == printed


@pytest.mark.parametrize(
    ("scheme", "by_hand"), [("strict", "0.2"), ("exact", "0.4"), ("partial", "0.6"), ("type", "0.4")]
)
def test_six_scenarios(scheme, by_hand) -> None:
    """Five gold and five predicted entities. By hand: strict 1 of 5, exact 2, partial 2 + 2 x 1/2, type 2.

    The README's table of counts (type .5, partial .66, exact .5, strict .33) is not what its own six
    rows give: it counts one more entity than they hold.
    """
    assert f"{score(SIX_ROWS, scheme):.1f}" == by_hand


@pytest.mark.parametrize("guess", list(permutations([(0, 1, "PER"), (0, 4, "PER")])))
def test_order_of_predictions(guess) -> None:
    """nervaluate 1.2.1: strict F1 0 in one order, .667 in the other."""
    assert f"{score([([(0, 4, 'PER')], guess)], 'strict'):.3f}" == "0.667"
