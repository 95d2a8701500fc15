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
from communique.agreement.unitizing import alpha_per_position, u_alpha_family

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
    total = sum(whole * (margin[c] * margin[k] - (own.get(c, 0) if c == k else 0)) / pairs for c in kinds for k in kinds)
    d_o = whole - sum(observed.get((c, c), 0) for c in kinds)
    d_e = total - sum(by_chance.values())
    gaps_o = margin.get(GAP, 0) - observed.get((GAP, GAP), 0)
    gaps_e = sum(whole * margin[GAP] * margin[c] / pairs for c in kinds if c is not GAP) if GAP in kinds else 0
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

    Observed: aa 4, ab + ba 2 + 2, bb 4, gaps 8 of 20. Own pairs: a 16 + 4, b 4 + 4 + 4, gaps 8.
    u-alpha: D_o = 4; expected agreement 20 ((36 - 20) + (36 - 12) + (64 - 8)) / (400 - 40) = 16/3,
    D_e = 44/3, 1 - 12/44 = 8/11. |u-alpha: gaps and units coincide everywhere, 1.
    cu-alpha: D_o = 4 of 12; own a 16 + 4, b 4 + 4 + 4; expected agreement
    12 (16 + 24) / (144 - 32) = 30/7, D_e = 54/7, 1 - 28/54 = 13/27.
    (k)u-alpha of a: expected 12 x 36 / 112 = 27/7 off the diagonal and 12/7 on it, so that
    1 - (39/7 / 6) (6 - 4) / (27/7) = 1 - 13/27 = 14/27... of b: 1 - (45/7 / 6) 2 / (27/7) = 4/9.
    """
    continuum = Continuum.of(
        [("i", 0, 4, "a"), ("i", 6, 8, "b"), ("j", 0, 2, "a"), ("j", 2, 4, "b"), ("j", 6, 8, "b")], 10, "ij"
    )
    family = u_alpha_family(continuum)
    print(family)
