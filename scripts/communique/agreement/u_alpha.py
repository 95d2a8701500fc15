"""Unitizing by the family of 2016, and nominal alpha over positions under its own name.

`u_alpha_family` is that of Krippendorff, Mathet, Bouvry and Widlöcher (2016): u-alpha, |u-alpha,
cu-alpha, (k)u-alpha. `alpha_per_position` takes every position for a unit and knows no boundaries.
Neither is the alpha_U of 1995 and 2004, which is `alpha_u`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np

from communique.agreement.coefficient import Coefficient, Floats, Statistic
from communique.agreement.continuum import Continuum
from communique.agreement.ratings import Codes, canonical_key
from communique.errors import CommuniqueError

Measure = Literal["u_alpha", "u_alpha_binary", "cu_alpha"]


@dataclass(frozen=True)
class UAlphaFamily:
    """The family of 2016. `coverage` of cu-alpha is the share of all pairable positions that lie in
    intersections of units; that of (k)u-alpha the same among the positions valued k."""

    u_alpha: Coefficient
    u_alpha_binary: Coefficient
    cu_alpha: Coefficient
    k_u_alpha: dict[Hashable, Coefficient]


class Lengths(NamedTuple):
    """Sums of lengths from which the family follows; gaps are category 0. Additive over documents.

    coincidences: (..., kinds, kinds) intersections over m - 1. own: (..., kinds) what would pair units
    with themselves: squared lengths of units, lengths of gaps. met: (..., kinds - 1) the squared
    lengths that units share with units of each other annotator, over m - 1.
    """

    coincidences: Floats
    own: Floats
    met: Floats


def u_alpha_family(continuum: Continuum) -> UAlphaFamily:
    """The four coefficients of Krippendorff, Mathet, Bouvry and Widlöcher (2016, eqs. 1-13, nominal).

    Observed coincidences are lengths of intersections over m - 1. Expected ones leave out the pairing
    of a unit with itself (its squared length) and of a gap's positions with themselves (its length).
    cu-alpha and (k)u-alpha see only intersections of units. Units of one annotator may not overlap.
    For more than two annotators the self-pairing of eq. 10 is taken over every other annotator and
    divided by m - 1.
    """
    names, counts = continuum.categories, continuum.counts()
    if (reason := continuum.why_undefined()) is not None:
        measures = ("u_alpha", "u_alpha_binary", "cu_alpha", "k_u_alpha")
        empty = [Coefficient.undefined(measure, reason, **counts) for measure in measures]
        return UAlphaFamily(empty[0], empty[1], empty[2], dict.fromkeys(names, empty[3]))
    lengths = _lengths(continuum, names)
    overall, binary = (_coefficient(measure, lengths, counts) for measure in ("u_alpha", "u_alpha_binary"))
    units = lengths.coincidences[1:, 1:]
    if not units.sum():
        nowhere = "no unit of one annotator meets a unit of another"
        coded = Coefficient.undefined("cu_alpha", nowhere, coverage=0.0, **counts)
        alone = Coefficient.undefined("k_u_alpha", nowhere, coverage=0.0, **counts)
        return UAlphaFamily(overall, binary, coded, dict.fromkeys(names, alone))
    coverage = float(units.sum() / lengths.coincidences.sum())
    coded = _coefficient("cu_alpha", lengths, {**counts, "coverage": coverage})
    by_value, chance = {}, _by_chance(units, lengths.met)
    for number, name in enumerate(names):
        found, guessed = units[number].sum(), chance[number].sum()
        share = float(found / lengths.coincidences[number + 1].sum())
        tally = {**continuum.of_category(number).counts(), "coverage": share}
        if not found or not guessed:
            reason = "no unit of this category meets a unit of another annotator"
            by_value[name] = Coefficient.undefined("k_u_alpha", reason, **tally)
            continue
        terms = float(1 - units[number, number] / found), float(1 - chance[number, number] / guessed)
        by_value[name] = Coefficient.of("k_u_alpha", *terms, "disagreement", **tally)
    return UAlphaFamily(overall, binary, coded, by_value)


def u_alpha_statistic(documents: Mapping[Hashable, Continuum], measure: Measure = "u_alpha") -> Statistic:
    """A coefficient of the family as a function of sums over documents, for `bootstrap`.

    The documents' continua count as one long one; those with fewer than two annotators are left out.

    Raises:
        CommuniqueError: units of one annotator overlap (see `trimmed`).
    """
    used = {name: part for name, part in documents.items() if len(part.annotators) > 1}
    for name, part in used.items():
        if (clash := part.overlap()) is not None:
            raise CommuniqueError("units of one annotator overlap", record=str(name), found=clash)
    order = sorted(used, key=canonical_key)
    found = {kind for part in used.values() for kind in part.categories}
    categories = sorted(found, key=canonical_key)
    kinds = len(categories) + 1
    parts = [_lengths(used[name], categories) for name in order]
    rows = [np.concatenate([part.coincidences.ravel(), part.own, part.met]) for part in parts]

    def evaluate(sums: Floats) -> tuple[Floats, Floats]:
        table, own, met = np.split(sums, [kinds**2, kinds**2 + kinds], axis=-1)
        return _terms(measure, Lengths(table.reshape(*sums.shape[:-1], kinds, kinds), own, met))

    table = np.array(rows, dtype=float).reshape(len(order), kinds**2 + 2 * kinds - 1)
    return Statistic(table, tuple(order), evaluate, "disagreement")


def alpha_per_position(continuum: Continuum) -> Coefficient:
    """Krippendorff's nominal alpha with each position as a unit and "no unit" as a category.

    Boundaries between adjacent units of one category are invisible to it, and every position counts
    as an independent decision. `units` and `ratings` count positions.
    """
    measure, people = "alpha_nominal_per_position", len(continuum.annotators)
    counts = {"units": continuum.length, "ratings": continuum.length * people, "annotators": people}
    if (reason := continuum.why_undefined()) is not None:
        return Coefficient.undefined(measure, reason, **counts)
    observed = _lengths(continuum, continuum.categories).coincidences
    whole = observed.sum()
    terms = [float(_apart(table) / whole) for table in (observed, _by_chance(observed, observed.sum(-1)))]
    return Coefficient.of(measure, terms[0], terms[1], "disagreement", **counts)


def _coefficient(measure: Measure, lengths: Lengths, counts: Mapping[str, float]) -> Coefficient:
    observed, expected = _terms(measure, lengths)
    return Coefficient.of(measure, float(observed), float(expected), "disagreement", **counts)


def _terms(measure: Measure, lengths: Lengths) -> tuple[Floats, Floats]:
    observed, own = lengths.coincidences, lengths.own
    if measure == "cu_alpha":
        observed, own = observed[..., 1:, 1:], lengths.met
    expected = _by_chance(observed, own)
    whole = observed.sum((-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "u_alpha_binary":
            # units of all categories together against gaps
            return 2 * observed[..., 0, 1:].sum(-1) / whole, 2 * expected[..., 0, 1:].sum(-1) / whole
        return _apart(observed) / whole, _apart(expected) / whole


def _apart(table: Floats) -> Floats:
    return table.sum((-2, -1)) - np.trace(table, axis1=-2, axis2=-1)


def _by_chance(observed: Floats, own: Floats) -> Floats:
    """Expected coincidences with the self-pairings `own` (by category) left out."""
    margins, whole = observed.sum(-2), observed.sum((-2, -1))
    pairs = whole**2 - own.sum(-1)
    table = margins[..., :, None] * margins[..., None, :] - own[..., None] * np.eye(own.shape[-1])
    scale = np.divide(whole, pairs, out=np.zeros_like(whole), where=pairs > 0)
    return table * scale[..., None, None]


def _lengths(continuum: Continuum, categories: Sequence[Hashable]) -> Lengths:
    place = {name: number for number, name in enumerate(categories, start=1)}
    kind = np.array([place[name] for name in continuum.categories], dtype=np.int64)[continuum.category]
    kinds, people = len(categories) + 1, len(continuum.annotators)
    edges = np.unique(np.concatenate([[0, continuum.length], continuum.start, continuum.end]))
    first, last = np.searchsorted(edges, continuum.start), np.searchsorted(edges, continuum.end)
    widths = np.diff(edges).astype(float)
    segments = _segments(continuum, kind, first, last, len(widths))

    coincidences = np.zeros((kinds, kinds))
    for left, right in combinations(segments, 2):
        pairs = np.bincount(left * kinds + right, widths, minlength=kinds**2).reshape(kinds, kinds)
        coincidences += pairs + pairs.T
    squares = (continuum.end - continuum.start).astype(float) ** 2
    own = np.bincount(kind, squares, minlength=kinds).astype(float)
    own[0] = (widths * (segments == 0)).sum()
    met = np.zeros(kinds)
    for number, row in enumerate(segments):
        marked = np.concatenate([[0.0], np.cumsum(widths * (row != 0))])
        shared = (marked[last] - marked[first]) * (continuum.annotator != number)
        met += np.bincount(kind, shared**2, minlength=kinds)
    return Lengths(coincidences / (people - 1), own, met[1:] / (people - 1))


def _segments(continuum: Continuum, kind: Codes, first: Codes, last: Codes, width: int) -> Codes:
    """The finest common segmentation: (annotators, segments) categories, 0 for a gap."""
    number = last - first
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    segments = np.zeros((len(continuum.annotators), width), dtype=np.int64)
    segments[np.repeat(continuum.annotator, number), np.repeat(first, number) + within] = np.repeat(
        kind, number
    )
    return segments
