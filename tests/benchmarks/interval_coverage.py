"""How often the document-cluster bootstrap interval holds the true value.

    python tests/benchmarks/interval_coverage.py --seed 1 [--documents 40] [--studies 1000] [--draws 2000] [--units]

Simulated corpora in which documents differ in size, difficulty and mix of labels. The true value is
the one that the same process gives for a very large corpus. `--units` also tries what one must not do:
resampling single units as if they were independent (slower by far).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from communique.agreement.alpha import alpha_statistic
from communique.agreement.bootstrap import bootstrap, f1
from communique.agreement.ratings import Ratings

Floats = NDArray[np.float64]
CATEGORIES = 6
GOAL = 0.92


class Corpus(NamedTuple):
    """Additive figures of each unit, and the document it stands in."""

    units: Floats
    document: NDArray[np.int64]

    def documents(self) -> Floats:
        rows = np.zeros((self.document.max() + 1, self.units.shape[1]))
        np.add.at(rows, self.document, self.units)
        return rows


def documents_of(random: np.random.Generator, documents: int) -> NDArray[np.int64]:
    """The document of each unit: 2 units and more, about 22 on average, a long tail."""
    return np.repeat(np.arange(documents), 2 + random.negative_binomial(2, 2 / 22, documents))


def found_units(random: np.random.Generator, documents: int) -> Corpus:
    """Columns tp, fp, fn of two annotators who each find a unit with its document's chance."""
    document = documents_of(random, documents)
    chance = random.beta(8, 2, documents)[document]
    first, second = (random.random(len(document)) < chance for _ in range(2))
    return Corpus(np.column_stack([first & second, first & ~second, ~first & second]).astype(float), document)


def labelled_units(random: np.random.Generator, documents: int) -> Corpus:
    """Columns of nominal alpha: disagreement, then how often each label was given."""
    mix = np.array([0.5, 0.2, 0.12, 0.08, 0.06, 0.04])
    document = documents_of(random, documents)
    chance = random.beta(7, 2, documents)[document]
    upto = np.cumsum(random.dirichlet(4 * mix, documents), axis=1)[document]
    truth = (random.random(len(document))[:, None] > upto[:, :-1]).sum(1)
    guesses = (random.choice(CATEGORIES, len(document), p=mix) for _ in range(2))
    labels = [np.where(random.random(len(document)) < chance, truth, guess) for guess in guesses]
    counts = sum(np.eye(CATEGORIES)[label] for label in labels)
    return Corpus(np.column_stack([2.0 * (labels[0] != labels[1]), counts]), document)


def alpha(sums: Floats) -> Floats:
    """The package's own nominal alpha, as a function of the sums above."""
    every_label = Ratings.from_rows((a, b) for a in range(CATEGORIES) for b in range(CATEGORIES))
    return alpha_statistic(every_label, lambda unit: None).values(sums)


def coverage(
    simulate: Callable[[np.random.Generator, int], Corpus],
    statistic: Callable[[Floats], Floats],
    seed: int,
    *,
    documents: int = 40,
    studies: int = 1000,
    draws: int = 2000,
    by_units: bool = False,
) -> dict[str, float]:
    """Share of simulated studies whose interval holds the true value, and the interval's mean width."""
    random = np.random.default_rng(seed)
    truth = float(statistic(simulate(random, 100_000).units.sum(axis=0)))
    below, above, widths = 0, 0, []
    for study in range(studies):
        corpus = simulate(random, documents)
        rows = corpus.units if by_units else corpus.documents()
        interval = bootstrap(rows, statistic, seed=study, draws=draws, fewest=2)
        if interval.low is not None and interval.high is not None:
            below += interval.high < truth
            above += interval.low > truth
            widths.append(interval.high - interval.low)
    return {
        "truth": truth,
        "coverage": (len(widths) - below - above) / studies,
        "too_low": below / studies,
        "too_high": above / studies,
        "width": float(np.mean(widths)),
    }


def main() -> int:
    """Print the figures; 1 when the document bootstrap covers less than it must."""
    parser = argparse.ArgumentParser(description="coverage of the document-cluster bootstrap interval")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--units", action="store_true")
    given = parser.parse_args()
    size = {"documents": given.documents, "studies": given.studies, "draws": given.draws}
    print(f"{given.studies} studies of {given.documents} documents, {given.draws} draws, nominal 95 %")
    enough = True
    for name, simulate, statistic in (("F1", found_units, f1), ("alpha", labelled_units, alpha)):
        for by_units in (False, True)[: 1 + given.units]:
            figures = coverage(simulate, statistic, given.seed, **size, by_units=by_units)
            enough &= by_units or figures["coverage"] >= GOAL
            how = "units" if by_units else "documents"
            print(f"{name:6} {how:10}", "  ".join(f"{key} {value:.4f}" for key, value in figures.items()))
    return 0 if enough else 1


if __name__ == "__main__":
    raise SystemExit(main())
