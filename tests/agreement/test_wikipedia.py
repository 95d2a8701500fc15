"""Wikipedia, "Krippendorff's alpha", section "A computational example": three coders, fifteen units."""

from __future__ import annotations

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.distances import Interval
from communique.agreement.ratings import Ratings

CODERS = ("*****34121133*3", "1*213343*******", "**21344*21133*4")


def test_fifteen_units() -> None:
    marks = [[None if mark == "*" else int(mark) for mark in coder] for coder in CODERS]
    ratings = Ratings.from_rows(zip(*marks, strict=True))
    nominal, interval = krippendorff_alpha(ratings), krippendorff_alpha(ratings, Interval())
    assert f"{nominal.value:.3f} {interval.value:.3f}" == "0.691 0.811"
    assert (nominal.units, nominal.ratings, nominal.annotators) == (12, 26, 3)
