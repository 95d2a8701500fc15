"""Mathet, Y., Widlöcher, A. and Métivier, J.-P. (2015). The unified and holistic method gamma for
inter-annotator agreement measure and alignment. Computational Linguistics 41(3), 437-479; gamma-cat and
gamma-k: Mathet, Y. (2017). Computational Linguistics 43(3), 661-681.

Values are those of pygamma-agreement 0.5.9, on its own test data (data/3by100.csv and 2by1000.csv, MIT
licence, see data/README.md) and on the continua of dkpro-statistics' fixtures 01-06. They test that the
package is called rightly; the extra `gamma` installs it.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from communique.agreement.gamma import gamma
from communique.errors import CommuniqueError

DATA = Path(__file__).parent / "data"
ALEX_PAUL_SUZAN = {
    "Alex": ("1 2 9", "2 11 17", "5 24 30", "6 32 36", "6 36 44", "7 44 60"),
    "Paul": ("1 2 9", "3 11 17", "5 19 25", "6 32 44"),
    "Suzan": ("1 2 9", "4 11 17", "5 21 27", "6 32 36", "6 36 40", "6 40 44"),
}
UNITS = [
    (name, int(start), int(end), kind)
    for name, marks in ALEX_PAUL_SUZAN.items()
    for kind, start, end in map(str.split, marks)
]
CYCLE = "abc"
FIXTURES = {
    "01": ("1 1-5a 6-10b 11-15a", "2 2-6a 7-11b 12-16a"),
    "02": ("1 1-5a 6-10b 20-24a 30-34b", "2 2-6a 31-35b"),
    "03": ("1 1-5a 10-15b 20-25c", "2 1-5a 10-15b 20-25c"),
    "04": ("1 1-5a 10-14b", "2 2-6a 11-15b", "3 1-4a 9-14c"),
    "05": (
        "1 " + " ".join(f"{1 + 10 * n}-{6 + 10 * n}{CYCLE[n % 3]}" for n in range(16)),
        "2 " + " ".join(f"{2 + 10 * n}-{8 + 10 * n}{CYCLE[(n + 1) % 3]}" for n in range(16)),
    ),
    "06": ("1 1-5a 6-10b 11-15c", "2 2-7a 8-12b 11-15a"),
}

pytestmark = pytest.mark.slow


def fixture(name):
    units = []
    for line in FIXTURES[name]:
        annotator, *marks = line.split()
        for mark in marks:
            start, end = map(int, mark[:-1].split("-"))
            units.append((annotator, start, end, mark[-1]))
    return units


def corpus(name):
    with open(DATA / name, newline="", encoding="utf-8") as lines:
        units = [(who, int(start), int(end), kind) for who, kind, start, end in csv.reader(lines)]
    return units, {unit[0] for unit in units}


@pytest.mark.parametrize(
    ("name", "disorder", "weights"),
    [
        ("01", 0.0625, {}),
        ("02", 0.70833, {}),
        ("03", 0, {}),
        ("04", 0.40876, {}),
        ("05", 1.07438, {}),
        ("06", 1.02778, {"alpha": 3, "beta": 2}),
    ],
)
def test_best_alignment_is_exact(name, disorder, weights) -> None:
    """dkpro-statistics, resources/pygamma, tier 1: alpha = beta = delta = 1 but for fixture 06."""
    units = fixture(name)
    weights = {"alpha": 1, "beta": 1, **weights}
    measured = gamma(units, {unit[0] for unit in units}, seed=1, samples=5, **weights)
    assert f"{measured.gamma.observed:.5f}" == f"{disorder:.5f}"
    if name == "03":
        assert measured.gamma.value == measured.gamma_cat.value == 1


def test_alex_paul_suzan() -> None:
    """Disorder .9606; gamma .4562 with seed 4772 and the shuffle sampler (bounds .44-.47), gamma-cat
    .38-.42, gamma-k 1 for categories 1 and 5, .37 for 6, none above 0 for the others; six alignments."""
    measured = gamma(UNITS, ALEX_PAUL_SUZAN, seed=4772, precision=0.05, sampler="shuffle")
    assert f"{measured.gamma.observed:.4f} {measured.gamma.value:.4f}" == "0.9606 0.4562"
    assert 0.38 <= measured.gamma_cat.value <= 0.42
    by_category = {kind: coefficient.value for kind, coefficient in measured.gamma_k.items()}
    assert by_category["1"] == by_category["5"] == 1
    assert f"{by_category['6']:.2f}" == "0.37"
    assert max(by_category[kind] for kind in "2347") <= 0
    assert measured.alignments == 6
    assert (measured.gamma.units, measured.gamma.annotators) == (16, 3)
    assert 0 < measured.null_sd < 0.2


def test_3by100() -> None:
    """127 unitary alignments, disorder .3435, gamma .79-.81, gamma-cat .89-.91."""
    measured = gamma(*corpus("3by100.csv"), seed=4772, samples=10)
    assert measured.alignments == 127
    assert f"{measured.gamma.observed:.4f}" == "0.3435"
    assert 0.79 <= measured.gamma.value <= 0.81
    assert 0.89 <= measured.gamma_cat.value <= 0.91


def test_2by1000() -> None:
    """1,085 unitary alignments, gamma .39-.42."""
    measured = gamma(*corpus("2by1000.csv"), seed=4772, samples=10)
    assert measured.alignments == 1085
    assert 0.39 <= measured.gamma.value <= 0.42


def test_seed_decides_and_numpy_is_left_alone() -> None:
    np.random.seed(0)
    before = np.random.get_state()[1].tolist()
    first, second = (gamma(fixture("04"), "123", seed=7, samples=5) for _ in range(2))
    assert first == second
    assert first != gamma(fixture("04"), "123", seed=8, samples=5)
    assert np.random.get_state()[1].tolist() == before


def test_order_of_units_does_not_matter() -> None:
    assert gamma(UNITS[::-1], ["Suzan", "Paul", "Alex"], seed=3, samples=5) == gamma(
        UNITS, ALEX_PAUL_SUZAN, seed=3, samples=5
    )


def test_an_annotator_who_marked_nothing_counts() -> None:
    three, two = (gamma(fixture("03"), names, seed=1, samples=5).gamma for names in ("123", "12"))
    assert two.value == 1
    assert three.value < 1
    assert three.annotators == 3


@pytest.mark.parametrize(
    ("units", "annotators", "reason"),
    [
        ([], "ij", "no units"),
        ([("i", 3, 3, "a")], "ij", "no units (1 without length left out)"),
        ([("i", 1, 3, "a")], "i", "only one annotator"),
        ([("i", 1, 3, "a")], "ij", "only one annotator marked a unit"),
    ],
)
def test_undefined_says_why(units, annotators, reason) -> None:
    measured = gamma(units, annotators, seed=1)
    assert measured.gamma.value is measured.gamma_cat.value is None
    assert measured.gamma.reason == reason


def test_nothing_is_printed() -> None:
    """GLPK writes from C; a program that prints JSON must not find its lines in between."""
    program = (
        "from communique.agreement.gamma import gamma\n"
        "print('before')\n"
        "gamma([('i', 1, 5, 'a'), ('j', 2, 6, 'a')], 'ij', seed=1, samples=3)\n"
        "print('after')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "before\nafter\n"
    assert "GLPK" not in done.stderr


def test_missing_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(CommuniqueError, match="pip install 'communique\\[gamma\\]'"):
        gamma(fixture("01"), "12", seed=1)
