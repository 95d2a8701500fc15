"""Hayes, A. F. and Krippendorff, K. (2007). Answering the call for a standard reliability measure for
coding data. Communication Methods and Measures 1(1), 77-89."""

from __future__ import annotations

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.distances import Ordinal
from communique.agreement.ratings import Ratings

# a word a unit, a mark an observer
ROWS = """
112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223 111.1 111.1
212.2 1233. 1101. 000.0 0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2 110.0 2121.
22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1
"""


def test_p84_ordinal() -> None:
    """p. 84: five observers, forty units, ordinal, missing values."""
    rows = [[None if mark == "." else int(mark) for mark in row] for row in ROWS.split()]
    alpha = krippendorff_alpha(Ratings.from_rows(rows), Ordinal())
    assert len(rows) == 40
    assert f"{alpha.value:.4f}" == "0.7598"
    assert (alpha.units, alpha.annotators) == (40, 5)
