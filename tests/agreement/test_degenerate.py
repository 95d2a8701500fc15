"""Input from which no agreement can be computed gives a reason, never NaN and never 1."""

from __future__ import annotations

import math

import pytest

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.coefficient import Coefficient
from communique.agreement.distances import Interval, Ordinal, Ratio, Tree
from communique.agreement.gwet import gwet_ac1, gwet_ac2
from communique.agreement.kappa import bennett_s, cohen_kappa, fleiss_by_category, fleiss_kappa, scott_pi
from communique.agreement.ratings import Ratings
from communique.agreement.set_distances import Jaccard
from communique.errors import CommuniqueError

MEASURES = [
    krippendorff_alpha,
    lambda ratings: krippendorff_alpha(ratings, Ordinal()),
    lambda ratings: krippendorff_alpha(ratings, Interval()),
    lambda ratings: krippendorff_alpha(ratings, Ratio()),
    cohen_kappa,
    lambda ratings: cohen_kappa(ratings, Interval()),
    scott_pi,
    bennett_s,
    fleiss_kappa,
    gwet_ac1,
    lambda ratings: gwet_ac2(ratings, Interval()),
]
CASES = {
    "no units": ([], "no ratings"),
    "all missing": ([(None, None), (None, None)], "no ratings"),
    "one annotator": ([(1,), (2,), (1,)], "only one annotator"),
    "nothing in common": ([(1, None), (None, 2)], "no unit was rated by two annotators"),
    "one unit": ([(1, 2)], "only one unit was rated by two annotators"),
    "one unit in common": ([(1, 2), (1, None), (None, 2)], "only one unit was rated by two annotators"),
    "one category": ([(3, 3), (3, 3)], "only one label is in use (3): agreement by chance is certain"),
    "zero everywhere": ([(0, 0), (0, 0)], "only one label is in use (0): agreement by chance is certain"),
}


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("case", CASES)
def test_undefined_says_why(measure, case) -> None:
    rows, reason = CASES[case]
    coefficient = measure(Ratings.from_rows(rows))
    assert coefficient.value is None
    assert coefficient.reason == reason


def test_not_a_number_is_a_missing_rating() -> None:
    ratings = Ratings.from_rows([(1.0, math.nan), (1.0, 1.0), (2.0, 1.0)])
    assert (len(ratings.unit), len(ratings.pairable().units)) == (5, 2)


def test_two_annotator_measures_say_so() -> None:
    ratings = Ratings.from_rows([(1, 2, 1), (2, 2, 2)])
    for measure in (cohen_kappa, scott_pi, bennett_s):
        assert measure(ratings).reason.startswith("defined for two annotators, not 3")


def test_by_category_of_one_category() -> None:
    assert fleiss_by_category(Ratings.from_rows([("a", "a"), ("a", "a")]))["a"].value is None


def test_two_labels_for_one_unit_are_refused() -> None:
    with pytest.raises(CommuniqueError, match="two labels to one unit") as caught:
        Ratings.of([("u1", "anna", "x"), ("u1", "ben", "x"), ("u1", "anna", "y")])
    assert (caught.value.record, caught.value.field) == ("u1", "anna")
    assert caught.value.found == "'x' and 'y'"


@pytest.mark.parametrize(
    ("labels", "distance", "message"),
    [
        (("a", "b"), Interval(), "compares numbers"),
        (("a", "b"), Ordinal(("a", "c")), "no place in the order"),
        (("a", "b"), Jaccard(), "compares sets"),
        (("a", "b"), Tree({"a": "b", "b": "a"}), "runs in a circle"),
    ],
)
def test_labels_that_a_distance_cannot_compare(labels, distance, message) -> None:
    with pytest.raises(CommuniqueError, match=message):
        krippendorff_alpha(Ratings.from_rows([labels, labels]), distance)


def test_a_coefficient_has_a_value_or_a_reason() -> None:
    with pytest.raises(ValueError, match="either a value or the reason"):
        Coefficient(measure="m", value=None)
    with pytest.raises(ValueError, match="either a value or the reason"):
        Coefficient(measure="m", value=1.0, reason="why")
    with pytest.raises(ValueError, match="is not a value"):
        Coefficient(measure="m", value=math.nan)
