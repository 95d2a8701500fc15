"""Gamma (Mathet, Widlöcher and Métivier 2015) through pygamma-agreement, the extra `gamma`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from communique.agreement.coefficient import Coefficient
from communique.agreement.continuum import Continuum
from communique.errors import CommuniqueError


@dataclass(frozen=True)
class Gamma:
    """Gamma, gamma-cat and gamma-k of each category, from one best alignment.

    `alignments` counts its unitary alignments. `null_sd` is the standard deviation of gamma's expected
    disorder over the `samples` random continua, relative to their mean: sampling noise of chance, not
    an interval for the annotators' agreement.
    """

    gamma: Coefficient
    gamma_cat: Coefficient
    gamma_k: dict[Hashable, Coefficient]
    alignments: int | None = None
    null_sd: float | None = None
    samples: int = 0


def gamma(
    units: Iterable[tuple[Hashable, int, int, str]],
    annotators: Iterable[Hashable],
    *,
    seed: int,
    alpha: float = 3.0,
    beta: float = 1.0,
    delta_empty: float = 1.0,
    samples: int = 30,
    precision: float | None = None,
    sampler: Literal["statistical", "shuffle"] = "statistical",
) -> Gamma:
    """Gamma of (annotator, start, end, category); units may overlap, those without length are left out.

    alpha and beta weigh position and category in the dissimilarity, delta_empty is the cost of
    leaving a unit unaligned. `samples` random continua estimate the expected disorder; with
    `precision` (a share, 0.02 for 2 %) more are drawn until it is that well known. Exact alignment
    over n annotators costs the product of their numbers of units: call it for one document at a time.
    NumPy's global random state and standard output are as before afterwards.

    Raises:
        CommuniqueError: pygamma-agreement is not installed, or found no alignment.
    """
    given = list(units)
    people = sorted({str(name) for name in annotators})
    length = max((unit[2] for unit in given), default=0)
    continuum = Continuum.of([(str(a), s, e, str(k)) for a, s, e, k in given], length, people)
    reason = _why_undefined(continuum)
    counts = continuum.counts()
    if reason is not None:
        nothing = [
            Coefficient.undefined(name, reason, **counts) for name in ("gamma", "gamma_cat", "gamma_k")
        ]
        return Gamma(nothing[0], nothing[1], dict.fromkeys(continuum.categories, nothing[2]))
    package = _pygamma()
    from pyannote.core import Segment

    reference = package.Continuum()
    for name in continuum.annotators:
        reference.add_annotator(name)
    for number, start, end, kind in zip(
        continuum.annotator, continuum.start, continuum.end, continuum.category, strict=True
    ):
        segment = Segment(float(start), float(end))
        reference.add(continuum.annotators[number], segment, continuum.categories[kind])
    dissimilarity = package.CombinedCategoricalDissimilarity(alpha=alpha, beta=beta, delta_empty=delta_empty)
    chance = (
        package.ShuffleContinuumSampler() if sampler == "shuffle" else package.StatisticalContinuumSampler()
    )
    with _seeded(seed), _silent():
        try:
            found = reference.compute_gamma(
                dissimilarity, n_samples=samples, precision_level=precision, sampler=chance
            )
        except AssertionError as error:
            raise CommuniqueError("pygamma-agreement found no alignment", found=str(error)) from error
        whole, kinds = _disorders(found, None), {k: _disorders(found, k) for k in continuum.categories}
    disorders = np.array([alignment.disorder for alignment in found.chance_alignments])
    terms = float(found.observed_disorder), float(disorders.mean())
    tallies = {k: continuum.of_category(n).counts() for n, k in enumerate(continuum.categories)}
    return Gamma(
        Coefficient.of("gamma", *terms, "disagreement", **counts),
        _by_category("gamma_cat", *whole, counts),
        {k: _by_category("gamma_k", *kinds[k], tallies[k]) for k in continuum.categories},
        alignments=len(found.best_alignment.unitary_alignments),
        null_sd=float(disorders.std(ddof=1) / disorders.mean()),
        samples=len(disorders),
    )


def _why_undefined(continuum: Continuum) -> str | None:
    if (reason := continuum.why_empty()) is not None:
        return reason
    return "only one annotator marked a unit" if len(np.unique(continuum.annotator)) < 2 else None


def _pygamma() -> Any:
    try:
        import pygamma_agreement
    except ImportError as error:
        raise CommuniqueError(
            "gamma needs the package pygamma-agreement",
            found=str(error),
            mend="pip install 'communique[gamma]'",
        ) from error
    return pygamma_agreement


def _disorders(found: Any, category: Hashable | None) -> tuple[float, float]:
    chance = [a.gamma_k_disorder(found.dissimilarity, category) for a in found.chance_alignments]
    observed = found.best_alignment.gamma_k_disorder(found.dissimilarity, category)
    return float(observed), float(np.mean(chance))


def _by_category(measure: str, observed: float, expected: float, counts: dict[str, int]) -> Coefficient:
    if not (np.isfinite(observed) and np.isfinite(expected)):
        return Coefficient.undefined(measure, "no aligned pair of units to judge", **counts)
    return Coefficient.of(measure, observed, expected, "disagreement", **counts)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    # pygamma draws from NumPy's global generator
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


@contextmanager
def _silent() -> Iterator[None]:
    """GLPK writes to the process's standard output from C, past any Python redirection."""
    import ctypes

    libc = ctypes.CDLL(None) if os.name == "posix" else ctypes.cdll.msvcrt
    sys.stdout.flush()
    libc.fflush(None)
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        libc.fflush(None)
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
        logging.disable(level)
