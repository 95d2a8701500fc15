"""alpha_U beyond its publications: dkpro's toy, degenerate input, and properties."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.agreement.alpha_u import alpha_u
from communique.agreement.continuum import Continuum, joined, trimmed
from communique.agreement.u_alpha import alpha_per_position, u_alpha_family, u_alpha_statistic
from communique.errors import CommuniqueError

TOY = [(0, 1, 9, "A"), (1, 2, 3, "A"), (1, 4, 5, "A"), (1, 6, 7, "A")]

marks = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 5), st.integers(0, 4), st.sampled_from("ab")), max_size=12
)


def laid_out(drawn):
    reached, placed = [0, 0, 0], []
    for annotator, length, gap, kind in drawn:
        start = reached[annotator] + gap
        placed.append((annotator, start, start + length, kind))
        reached[annotator] = start + length
    return placed, max(reached) + 1


def slow_observed(units, annotators, length, kind):
    """D_o by its definition (Krippendorff 2004, p. 254): every pair of segments of every two annotators."""
    parts = []
    for name in annotators:
        segments, reached = [], 0
        for _, start, end, _ in sorted(unit for unit in units if unit[0] == name and unit[3] == kind):
            segments += [(reached, start - reached, 0), (start, end - start, 1)]
            reached = end
        parts.append([*segments, (reached, length - reached, 0)])
    total = 0
    for left, right in permutations(parts, 2):
        for b1, l1, v1 in left:
            for b2, l2, v2 in right:
                if v1 and v2 and -l1 < b1 - b2 < l2:
                    total += (b1 - b2) ** 2 + (b1 + l1 - b2 - l2) ** 2
                elif v1 and not v2 and l2 - l1 >= b1 - b2 >= 0:
                    total += l1**2
                elif v2 and not v1 and l1 - l2 >= b2 - b1 >= 0:
                    total += l2**2
    return total / (len(parts) * (len(parts) - 1) * length**2)


def test_toy() -> None:
    """dkpro-statistics, UnitizingAgreementTest: D_o .9100, D_e .5352, alpha -.7003."""
    alpha = alpha_u(Continuum.of(TOY, 10, [0, 1])).overall
    assert f"{alpha.observed:.4f} {alpha.expected:.4f} {alpha.value:.4f}" == "0.9100 0.5352 -0.7003"


def test_one_unit_is_chance() -> None:
    """One of three annotators marked one unit: exactly what chance predicts."""
    assert alpha_u(Continuum.of([(0, 0, 1, "X")], 20, [0, 1, 2])).overall.value == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("units", "annotators", "reason"),
    [
        ([], "ij", "no units"),
        ([("i", 3, 3, "a"), ("j", 3, 3, "a")], "ij", "no units (2 without length left out)"),
        ([("i", 0, 2, "a")], "i", "only one annotator"),
        ([], "", "no annotators"),
    ],
)
def test_undefined_with_a_reason(units, annotators, reason) -> None:
    continuum = Continuum.of(units, 20, annotators)
    family = u_alpha_family(continuum)
    measured = [alpha_u(continuum).overall, family.u_alpha, family.u_alpha_binary, family.cu_alpha]
    for coefficient in [*measured, alpha_per_position(continuum)]:
        assert coefficient.value is None
        assert coefficient.reason == reason


def test_everything_is_one_unit() -> None:
    """Nothing but the whole text in one category: positions cannot differ."""
    continuum = Continuum.of([("i", 0, 10, "a"), ("j", 0, 10, "a")], 10, "ij")
    assert "chance leaves nothing" in alpha_per_position(continuum).reason
    assert "chance leaves nothing" in u_alpha_family(continuum).u_alpha_binary.reason
    assert "chance leaves nothing" in u_alpha_family(continuum).cu_alpha.reason


@pytest.mark.parametrize("unit", [("i", 5, 31, "a"), ("i", -1, 3, "a"), ("i", 5, 4, "a"), ("z", 1, 2, "a")])
def test_units_that_do_not_fit(unit) -> None:
    with pytest.raises(CommuniqueError, match="a unit does not fit its continuum"):
        Continuum.of([unit], 30, "ij")


def test_trimmed_keeps_what_comes_first() -> None:
    units, changed = trimmed([("i", 0, 10, "a"), ("i", 4, 12, "b"), ("i", 5, 9, "c"), ("j", 4, 12, "b")])
    assert [tuple(unit) for unit in units] == [("i", 0, 10, "a"), ("i", 10, 12, "b"), ("j", 4, 12, "b")]
    assert changed == 2


def test_joined_lays_end_to_end() -> None:
    units, length = joined([([("i", 1, 2, "a")], 10), ([("i", 0, 3, "b")], 5)])
    assert ([tuple(unit) for unit in units], length) == ([("i", 1, 2, "a"), ("i", 10, 13, "b")], 15)


@given(marks)
def test_observed_as_in_the_definition(drawn) -> None:
    units, length = laid_out(drawn)
    for kind, measured in alpha_u(Continuum.of(units, length, range(3))).by_category.items():
        assert measured.observed == pytest.approx(slow_observed(units, range(3), length, kind), abs=1e-12)


@given(marks, st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter(drawn, random) -> None:
    units, length = laid_out(drawn)
    shuffled = random.sample(units, len(units))
    people, kinds = dict(zip(range(3), random.sample("xyz", 3), strict=True)), {"a": "zeta", "b": 7}
    renamed = [(people[who], start, end, kinds[kind]) for who, start, end, kind in units]
    mirrored = [(who, length - end, length - start, kind) for who, start, end, kind in units]
    first = Continuum.of(units, length, range(3))
    for other, exact in (
        (Continuum.of(shuffled, length, range(3)), True),
        (Continuum.of(renamed, length, people.values()), False),
        (Continuum.of(mirrored, length, range(3)), False),
    ):
        for before, after in zip(every(first), every(other), strict=True):
            if exact:
                assert before == after
            assert (before.value is None) == (after.value is None)
            assert before.value is None or before.value == pytest.approx(after.value, abs=1e-9)


@given(marks)
def test_bounds_and_identity(drawn) -> None:
    units, length = laid_out(drawn)
    for measured in every(Continuum.of(units, length, range(3))):
        assert measured.value is None or measured.value <= 1 + 1e-12
    alone = [unit for unit in units if unit[0] == 0]
    copies = [(who, *unit[1:]) for unit in alone for who in (0, 1)]
    for measured in every(Continuum.of(copies, length, [0, 1])):
        assert measured.value is None or measured.value == pytest.approx(1)


@given(st.lists(marks, min_size=1, max_size=4))
def test_sums_over_documents_give_the_family(drawn) -> None:
    laid = [laid_out(each) for each in drawn]
    documents = {number: Continuum.of(*each, range(3)) for number, each in enumerate(laid)}
    together = u_alpha_family(Continuum.of(*joined(laid), range(3)))
    for measured in (together.u_alpha, together.u_alpha_binary, together.cu_alpha):
        statistic = u_alpha_statistic(documents, measured.measure)
        assert statistic.documents == tuple(documents)
        for sums in (statistic.rows.sum(axis=0), statistic.rows.sum(axis=0)[None]):
            value = float(np.squeeze(statistic.values(sums)))
            assert np.isnan(value) == (measured.value is None)
            assert measured.value is None or value == pytest.approx(measured.value, abs=1e-9)


def test_documents_of_one_annotator_do_not_count() -> None:
    alone, both = Continuum.of(TOY, 10, [0, 1]), Continuum.of([(0, 1, 2, "B")], 10, [0])
    assert u_alpha_statistic({"x": alone, "y": both}).documents == ("x",)
    overlapping = Continuum.of([(0, 1, 5, "A"), (0, 4, 6, "A")], 10, [0, 1])
    with pytest.raises(CommuniqueError, match="overlap") as caught:
        u_alpha_statistic({"x": overlapping})
    assert caught.value.record == "x"


def every(continuum):
    family = u_alpha_family(continuum)
    return [
        alpha_u(continuum).overall, family.u_alpha, family.u_alpha_binary, family.cu_alpha,
        alpha_per_position(continuum),
    ]  # fmt: skip
