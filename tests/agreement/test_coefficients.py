"""What holds for every coefficient: invariance, bounds, and agreement with other implementations.

krippendorff (GPL), nltk and statsmodels are oracles here and nowhere else.
"""

from __future__ import annotations

import itertools
import time

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from pace import slowness
from statsmodels.stats.inter_rater import cohens_kappa

from communique.agreement.alpha import alpha_statistic, krippendorff_alpha
from communique.agreement.distances import Custom, Interval, Nominal, Ordinal, Ratio, Tree
from communique.agreement.gwet import gwet_ac1, gwet_ac2, gwet_statistic
from communique.agreement.kappa import (
    bennett_s,
    cohen_kappa,
    cohen_statistic,
    fleiss_kappa,
    scott_pi,
)
from communique.agreement.ratings import Ratings
from communique.agreement.set_distances import Jaccard, Masi

LEVELS = {"nominal": Nominal(), "ordinal": Ordinal(), "interval": Interval(), "ratio": Ratio()}
OF_ANY_NUMBER = [krippendorff_alpha, fleiss_kappa, gwet_ac1]
OF_TWO = [*OF_ANY_NUMBER, cohen_kappa, scott_pi, bennett_s]

label = st.integers(1, 4)


def tables(width, missing=True):
    cell = st.none() | label if missing else label
    return st.lists(st.tuples(*[cell] * width), min_size=2, max_size=12)


many = st.integers(2, 4).flatmap(tables)
pairs = tables(2, missing=False)
letters = st.frozensets(st.sampled_from("abcde"), max_size=3)


def same(left, right):
    assert (left.value is None) == (right.value is None), (left, right)
    if left.value is not None:
        assert left.value == pytest.approx(right.value, abs=1e-12)


@pytest.mark.parametrize("level", LEVELS)
@given(rows=many)
def test_alpha_as_in_krippendorff(level, rows) -> None:
    alpha = krippendorff_alpha(Ratings.from_rows(rows), LEVELS[level])
    if alpha.value is not None:
        table = np.array([[np.nan if mark is None else mark for mark in row] for row in rows], dtype=float).T
        assert alpha.value == pytest.approx(krippendorff.alpha(table, level_of_measurement=level), abs=1e-9)


@given(rows=pairs)
def test_two_annotators_as_in_nltk(rows) -> None:
    task = AnnotationTask(
        [(who, unit, mark) for unit, row in enumerate(rows) for who, mark in zip("ab", row, strict=True)]
    )
    ratings = Ratings.from_rows(rows)
    assume(krippendorff_alpha(ratings).value is not None)
    assert scott_pi(ratings).value == pytest.approx(task.pi(), abs=1e-9)
    assert bennett_s(ratings).value == pytest.approx(task.S(), abs=1e-9)
    assert krippendorff_alpha(ratings).value == pytest.approx(task.alpha(), abs=1e-9)
    kappa = cohen_kappa(ratings)
    if kappa.value is not None:
        assert kappa.value == pytest.approx(task.kappa(), abs=1e-9)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(rows=pairs)
def test_standard_error_as_in_statsmodels(rows) -> None:
    kappa = cohen_kappa(Ratings.from_rows(rows))
    assume(kappa.value is not None)
    table = np.zeros((4, 4))
    for one, other in rows:
        table[one - 1, other - 1] += 1
    oracle = cohens_kappa(table)
    assert kappa.value == pytest.approx(oracle.kappa, abs=1e-9)
    # the variance, because statsmodels takes the root of -0.0...1 where it is 0
    assert kappa.standard_error**2 == pytest.approx(oracle.var_kappa, abs=1e-9)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@given(rows=pairs)
def test_quadratic_weights_as_in_statsmodels(rows) -> None:
    kappa = cohen_kappa(Ratings.from_rows(rows), Interval())
    assume(kappa.value is not None)
    table = np.zeros((4, 4))
    for one, other in rows:
        table[one - 1, other - 1] += 1
    assert kappa.value == pytest.approx(cohens_kappa(table, wt="quadratic").kappa, abs=1e-9)


@given(rows=many, random=st.randoms(use_true_random=False))
def test_order_does_not_matter_by_a_single_bit(rows, random) -> None:
    triples = [(f"u{n}", f"a{k}", mark) for n, row in enumerate(rows) for k, mark in enumerate(row)]
    shuffled = random.sample(triples, len(triples))
    for measure in [*OF_TWO, lambda r: krippendorff_alpha(r, Ordinal()), lambda r: gwet_ac2(r, Interval())]:
        assert measure(Ratings.of(triples)) == measure(Ratings.of(shuffled))


@given(rows=many, random=st.randoms(use_true_random=False))
def test_units_and_annotators_are_interchangeable(rows, random) -> None:
    columns = random.sample(range(len(rows[0])), len(rows[0]))
    moved = [tuple(row[column] for column in columns) for row in random.sample(rows, len(rows))]
    for measure in OF_TWO:
        same(measure(Ratings.from_rows(rows)), measure(Ratings.from_rows(moved)))
    for distance in LEVELS.values():
        left, right = (krippendorff_alpha(Ratings.from_rows(table), distance) for table in (rows, moved))
        assert left == right


@given(rows=many, names=st.permutations(["zz", ("t", 1), 7, frozenset("x")]))
def test_names_of_labels_do_not_matter(rows, names) -> None:
    renamed = [[None if mark is None else names[mark - 1] for mark in row] for row in rows]
    for measure in OF_TWO:
        same(measure(Ratings.from_rows(rows)), measure(Ratings.from_rows(renamed)))


@given(rows=many, names=st.permutations(["low", "middle", "high", "top"]))
def test_ordinal_depends_on_the_order_alone(rows, names) -> None:
    renamed = [[None if mark is None else names[mark - 1] for mark in row] for row in rows]
    same(
        krippendorff_alpha(Ratings.from_rows(rows), Ordinal()),
        krippendorff_alpha(Ratings.from_rows(renamed), Ordinal(tuple(names))),
    )


@given(rows=many, factor=st.integers(1, 9), shift=st.integers(-20, 20))
def test_scales_may_be_stretched(rows, factor, shift) -> None:
    def moved(by, to):
        return Ratings.from_rows([[None if mark is None else mark * by + to for mark in row] for row in rows])

    plain = Ratings.from_rows(rows)
    same(krippendorff_alpha(plain, Interval()), krippendorff_alpha(moved(factor, shift), Interval()))
    same(krippendorff_alpha(plain, Ratio()), krippendorff_alpha(moved(factor, 0), Ratio()))


@given(rows=many)
def test_bounds(rows) -> None:
    ratings = Ratings.from_rows(rows)
    for coefficient in [measure(ratings) for measure in OF_TWO]:
        if coefficient.value is not None:
            assert -1 - 1e-12 <= coefficient.value <= 1 + 1e-12
            assert 0 <= coefficient.observed <= 1 + 1e-12
            assert 0 <= coefficient.expected <= 1 + 1e-12


@given(rows=many)
def test_units_rated_once_say_nothing(rows) -> None:
    """Except to AC1, which takes the shares of categories from all ratings (as irrCAC does)."""
    lonely = (1, *[None] * (len(rows[0]) - 1))
    for measure in OF_TWO:
        if measure is not gwet_ac1:
            same(measure(Ratings.from_rows(rows)), measure(Ratings.from_rows([*rows, lonely])))


@given(rows=st.lists(st.tuples(letters, letters), min_size=2, max_size=10))
def test_set_distances_as_over_all_pairs(rows) -> None:
    """The sparse sums against a plain function of two sets."""
    ratings = Ratings.from_rows(rows)
    for distance in (Jaccard(), Masi()):
        matrix = distance.matrix(ratings.labels)
        plain = {
            (a, b): matrix[i, j] for (i, a), (j, b) in itertools.product(enumerate(ratings.labels), repeat=2)
        }
        custom = krippendorff_alpha(ratings, Custom(lambda a, b, plain=plain: plain[a, b]))
        same(krippendorff_alpha(ratings, distance), custom)


def test_tree_distance() -> None:
    """Fight > (bomb, clash), Meet: siblings are half as far as strangers of their depth."""
    tree = Tree({"bomb": "fight", "clash": "fight", "fight": None})
    matrix = tree.matrix(["bomb", "clash", "fight", "meet"])
    assert matrix.tolist() == [
        [0, 0.5, pytest.approx(1 / 3), 1],
        [0.5, 0, pytest.approx(1 / 3), 1],
        [pytest.approx(1 / 3), pytest.approx(1 / 3), 0, 1],
        [1, 1, 1, 0],
    ]
    ratings = Ratings.from_rows([("bomb", "clash"), ("bomb", "bomb"), ("meet", "meet")])
    assert krippendorff_alpha(ratings, tree).value > krippendorff_alpha(ratings).value


documents = st.lists(st.tuples(label, label, st.integers(0, 3)), min_size=2, max_size=20)


@given(rows=documents)
def test_sums_over_documents_give_the_coefficient(rows) -> None:
    ratings = Ratings.of(
        ((place, unit), who, mark)
        for unit, (one, other, place) in enumerate(rows)
        for who, mark in (("a", one), ("b", other))
    )
    cases = [
        (krippendorff_alpha(ratings), alpha_statistic(ratings, lambda unit: unit[0])),
        (krippendorff_alpha(ratings, Ordinal()), alpha_statistic(ratings, lambda unit: unit[0], Ordinal())),
        (krippendorff_alpha(ratings, Interval()), alpha_statistic(ratings, lambda unit: unit[0], Interval())),
        (krippendorff_alpha(ratings, Ratio()), alpha_statistic(ratings, lambda unit: unit[0], Ratio())),
        (cohen_kappa(ratings), cohen_statistic(ratings, lambda unit: unit[0])),
        (cohen_kappa(ratings, Interval()), cohen_statistic(ratings, lambda unit: unit[0], Interval())),
        (gwet_ac1(ratings), gwet_statistic(ratings, lambda unit: unit[0])),
        (gwet_ac2(ratings, Interval()), gwet_statistic(ratings, lambda unit: unit[0], Interval())),
    ]
    for coefficient, statistic in cases:
        assert list(statistic.documents) == sorted({place for _, _, place in rows})
        total = float(statistic.values(statistic.rows.sum(axis=0)))
        if coefficient.value is not None:
            assert total == pytest.approx(coefficient.value, abs=1e-9)
        twice = float(statistic.values(2 * statistic.rows.sum(axis=0)))
        doubled = Ratings.of(
            ((place, unit, copy), who, mark)
            for unit, (one, other, place) in enumerate(rows)
            for copy in (1, 2)
            for who, mark in (("a", one), ("b", other))
        )
        if statistic.scale == "disagreement" and coefficient.measure == "alpha_nominal":
            again = krippendorff_alpha(doubled)
            if again.value is not None:
                assert twice == pytest.approx(again.value, abs=1e-9)


@given(rows=st.lists(st.tuples(letters, letters, st.integers(0, 2)), min_size=2, max_size=20))
def test_many_labels_in_few_documents(rows) -> None:
    """With more labels than documents the sums run over documents instead; drawing document 0 twice and
    document 1 once must give what alpha gives for such a corpus."""
    assume({0, 1, 2} == {place for _, _, place in rows})
    times = {0: 2, 1: 1, 2: 0}
    triples = [
        ((place, unit), who, mark)
        for unit, (one, other, place) in enumerate(rows)
        for who, mark in (("a", one), ("b", other))
    ]
    drawn = Ratings.of(
        ((*unit, copy), who, mark) for unit, who, mark in triples for copy in range(times[unit[0]])
    )
    for distance in (Nominal(), Masi()):
        statistic = alpha_statistic(Ratings.of(triples), lambda unit: unit[0], distance)
        sums = sum(times[place] * row for place, row in zip(statistic.documents, statistic.rows, strict=True))
        expected = krippendorff_alpha(drawn, distance)
        if expected.value is not None:
            assert float(statistic.values(sums)) == pytest.approx(expected.value, abs=1e-9)


def test_a_hundred_thousand_units_are_quick() -> None:
    """Well under a second."""
    random = np.random.default_rng(1)
    first = random.integers(0, 30, 100_000)
    second = np.where(random.random(100_000) < 0.8, first, random.integers(0, 30, 100_000))
    ratings = Ratings.from_rows(zip(first.tolist(), second.tolist(), strict=True))
    started = time.process_time()
    for distance in LEVELS.values():
        krippendorff_alpha(ratings, distance)
    assert time.process_time() - started < 2 * slowness()
