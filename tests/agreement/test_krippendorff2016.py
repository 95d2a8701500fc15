"""Krippendorff, K., Mathet, Y., Bouvry, S. and Widlöcher, A. (2016). On the reliability of unitizing
textual continua: Further developments. Quality & Quantity 50, 2347-2364.

The paper's own examples could not be had; expected values are derived here by hand from its equations,
and by a slow reading of the definitions, segment by segment.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.agreement.continuum import Continuum
from communique.agreement.u_alpha import alpha_per_position, u_alpha_family

GAP = None


def partition(units, annotator, length):
    """All segments (start, end, value) of one annotator, gaps included."""
    segments, reached = [], 0
    for _, start, end, kind in sorted(unit for unit in units if unit[0] == annotator):
        if start > reached:
            segments.append((reached, start, GAP))
        segments.append((start, end, kind))
        reached = end
    return [*segments, (reached, length, GAP)] if reached < length else segments


def slow_u_alpha(units, annotators, length):
    """u-alpha and |u-alpha by eqs. 1-6, with exact fractions."""
    parts = [partition(units, name, length) for name in annotators]
    observed, own = {}, {}
    for left, right in permutations(parts, 2):
        for a, b, c in left:
            for d, e, k in right:
                shared = Fraction(max(0, min(b, e) - max(a, d)), len(parts) - 1)
                observed[c, k] = observed.get((c, k), 0) + shared
    for part in parts:
        for a, b, c in part:
            own[c] = own.get(c, 0) + ((b - a) if c is GAP else (b - a) ** 2)
    kinds = {c for c, _ in observed}
    margin = {c: sum(observed.get((c, k), 0) for k in kinds) for c in kinds}
    whole = sum(margin.values())
    pairs = whole**2 - sum(own.values())
    if not pairs:
        return None, None
    by_chance = {c: whole * (margin[c] ** 2 - own.get(c, 0)) / pairs for c in kinds}
    total = sum(
        whole * (margin[c] * margin[k] - (own.get(c, 0) if c == k else 0)) / pairs
        for c in kinds
        for k in kinds
    )
    d_o = whole - sum(observed.get((c, c), 0) for c in kinds)
    d_e = total - sum(by_chance.values())
    gaps_o = margin.get(GAP, 0) - observed.get((GAP, GAP), 0)
    gaps_e = (
        sum(whole * margin[GAP] * margin[c] / pairs for c in kinds if c is not GAP) if GAP in kinds else 0
    )
    return (1 - d_o / d_e if d_e else None), (1 - gaps_o / gaps_e if gaps_e else None)


units = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(0, 3), st.sampled_from("ab")), max_size=10
)


def laid_out(drawn):
    """Disjoint units for each annotator from (annotator, length, gap before, category)."""
    reached, placed = [0, 0, 0], []
    for annotator, length, gap, kind in drawn:
        start = reached[annotator] + gap
        placed.append((annotator, start, start + length, kind))
        reached[annotator] = start + length
    return placed, max(reached) + 2


@given(units)
def test_as_in_the_definition(drawn) -> None:
    placed, length = laid_out(drawn)
    family = u_alpha_family(Continuum.of(placed, length, range(3)))
    overall, binary = slow_u_alpha(placed, range(3), length) if placed else (None, None)
    for measured, slow in ((family.u_alpha, overall), (family.u_alpha_binary, binary)):
        assert (measured.value is None) == (slow is None)
        if slow is not None:
            assert measured.value == pytest.approx(float(slow), abs=1e-12)


def test_two_observers_by_hand() -> None:
    """L = 10. i: a [0,4), b [6,8). j: a [0,2), b [2,4), b [6,8).

    Coincidences: aa 4, ab and ba 2 each, bb 4, gaps 8; margins a 6, b 6, gaps 8. Own pairs: a 16 + 4,
    b 4 + 4 + 4, gaps 4 + 4. u-alpha: D_o 4; expected agreement 20 (36-20 + 36-12 + 64-8) / (400-40)
    = 16/3, D_e 44/3. |u-alpha: gaps and units coincide everywhere. cu-alpha: D_o 4 of 12, expected
    agreement 12 (36-20 + 36-12) / (144-32) = 30/7, D_e 54/7. (k)u-alpha: of a, 1 - 39/7/6 x 2 / (27/7);
    of b, 1 - 45/7/6 x 2 / (27/7).
    """
    marked = [("i", 0, 4, "a"), ("i", 6, 8, "b"), ("j", 0, 2, "a"), ("j", 2, 4, "b"), ("j", 6, 8, "b")]
    family = u_alpha_family(Continuum.of(marked, 10, "ij"))
    assert family.u_alpha.value == pytest.approx(8 / 11)
    assert (family.u_alpha.observed, family.u_alpha.expected) == pytest.approx((4 / 20, 44 / 60))
    assert family.u_alpha_binary.value == 1
    assert family.cu_alpha.value == pytest.approx(13 / 27)
    assert family.cu_alpha.coverage == pytest.approx(12 / 20)
    assert family.k_u_alpha["a"].value == pytest.approx(14 / 27)
    assert family.k_u_alpha["b"].value == pytest.approx(4 / 9)
    assert family.k_u_alpha["a"].coverage == 1


def test_three_coders_of_one_phrase() -> None:
    """The example of krippendorff-unitized-alpha 0.1.0, which implements eqs. 1-5. It leaves one position
    between each two segments of a coder uncovered by its inclusive ends, so that its printed 0.5672 is
    not reproduced; the same equations on the units as they are meant give 0.5645, as does the slow reading.
    """
    marked = [(1, 3, 15, "k"), (1, 22, 53, "k"), (2, 3, 10, "k"), (2, 22, 53, "k"), (3, 22, 46, "k")]
    measured = u_alpha_family(Continuum.of(marked, 56, [1, 2, 3])).u_alpha
    assert measured.value == pytest.approx(float(slow_u_alpha(marked, [1, 2, 3], 56)[0]))
    assert measured.value == pytest.approx(0.56, abs=0.01)


def test_units_that_never_meet() -> None:
    """cu-alpha and (k)u-alpha see intersections only: without any they are undefined, not perfect."""
    family = u_alpha_family(Continuum.of([("i", 0, 2, "a"), ("j", 5, 7, "a")], 10, "ij"))
    assert family.cu_alpha.value is None
    assert family.cu_alpha.reason == "no unit of one annotator meets a unit of another"
    assert family.k_u_alpha["a"].value is None
    assert family.u_alpha.value < 0


def test_per_position_is_blind_to_boundaries() -> None:
    """One unit of four against four of one: equal for every position, not for u-alpha's expectation."""
    one = Continuum.of([("i", 2, 6, "a"), *(("j", n, n + 1, "a") for n in range(2, 6))], 10, "ij")
    assert alpha_per_position(one).value == 1
    assert alpha_per_position(one).units == 10
