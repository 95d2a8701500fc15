"""Figures from observations: values, and intervals from resampling documents."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from communique.agreement.alpha import alpha_statistic, krippendorff_alpha
from communique.agreement.bootstrap import DRAWS, FEWEST, bootstrap, f1, in_order, mean, too_few
from communique.agreement.coefficient import Coefficient, Floats, Statistic
from communique.agreement.distances import Distance
from communique.agreement.gwet import gwet_ac1, gwet_statistic
from communique.agreement.observe import Layers, Observed
from communique.agreement.ratings import Ratings
from communique.agreement.set_distances import Jaccard, Masi

Pair = tuple[str, str]
#: In place of a name: all other annotators.
REST = "*"

#: How each measure is computed, for readers of the report.
MEASURES = {
    "f1_exact": "2 x same / (left + right); same: matched units with identical spans",
    "f1_overlap": "2 x matched / (left + right); matched: one-to-one by optimal assignment, sharing characters",
    "f1_cue_and_content": "as f1_overlap, counting matched statements that share words of the cue and of the content",
    "f1_label": "2 x same / (left + right) for one label; same: matched units that both gave it",
    "f1_members": "F1 of the members of the sets, over matched units",
    "f1_end_to_end": "2 x same / (left + right); same: links of one type whose ends are aligned events",
    "f1_given_ends": "f1_end_to_end among links both of whose ends are events that both annotators have",
    "f1_unlabelled": "f1_end_to_end without regard to the type of the link",
    "dice": "mean of 2|A n B| / (|A| + |B|) over code points, over matched units that both have the role",
    "agreement": "share of matched units with the same label or set; not corrected for chance",
    "alpha_nominal": "Krippendorff's alpha, nominal, over matched units",
    "ac1_gwet": "Gwet's AC1 over matched units; beside alpha, for labels that one value dominates",
    "alpha_masi": f"Krippendorff's alpha over matched units with the MASI distance: {Masi.formula}",
    "alpha_jaccard": f"Krippendorff's alpha over matched units with the distance {Jaccard.formula}",
    "alpha_per_position": "Krippendorff's nominal alpha over code points: marked as the role or not",
    "b3_f1": "harmonic mean of B3 precision and recall; units that one annotator lacks count as missed",
    "b3_f1_matched": "as b3_f1, over matched units only",
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of agreement.

    value is None exactly when reason says why. low, high: 95 % interval from resampling documents, or None
    when interval_reason says why. units: what either annotator marked (added up over pairs); matched: how
    many of them the two both marked, which is what measures over matched units rest on. label: the value
    of a value list that the figure is about. pair: two annotators; "*" stands for all others.
    """

    layer: str
    measure: str
    value: float | None
    reason: str | None = None
    units: int = 0
    matched: int = 0
    low: float | None = None
    high: float | None = None
    interval_reason: str | None = None
    documents: int = 0
    pair: Pair = (REST, REST)
    label: str | None = None
    round: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"pair": list(self.pair)}


class Seen(NamedTuple):
    """What one pair of annotators contributes for one article."""

    pair: Pair
    article_id: str
    layers: Layers


@dataclass(frozen=True)
class Sampling:
    """How intervals are made. `draws` 0: none."""

    seed: int
    draws: int = DRAWS


def figures(
    seen: Iterable[Seen], pair: Pair, sampling: Sampling, round_name: str | None = None
) -> list[Figure]:
    """All figures of a set of observations, in the order of their layers; `pair` names the set."""
    entries = sorted(seen, key=lambda one: (one.article_id, one.pair))
    names = list(dict.fromkeys(name for one in entries for name in one.layers))
    found: list[Figure] = []
    for name in names:
        parts = [(one.article_id, one.pair, one.layers[name]) for one in entries if name in one.layers]
        found += _Pooled(name, parts, pair, sampling, round_name).figures()
    return found


def undefined(layers: Iterable[str], pair: Pair, reason: str, round_name: str | None = None) -> list[Figure]:
    """One undefined figure a layer, for what has no two annotations of an article."""
    return [
        Figure(layer=name, measure="agreement", value=None, reason=reason, pair=pair, round=round_name)
        for name in layers
    ]


class _Pooled:
    """One layer over articles and pairs."""

    def __init__(
        self,
        name: str,
        parts: list[tuple[str, Pair, Observed]],
        pair: Pair,
        sampling: Sampling,
        round_name: str | None,
    ) -> None:
        self.parts, self.sampling = parts, sampling
        self.documents = sorted({article for article, _, _ in parts})
        self.place = {article: number for number, article in enumerate(self.documents)}
        self.common: dict[str, Any] = {
            "layer": name,
            "units": sum(one.units for _, _, one in parts),
            "matched": sum(one.matched for _, _, one in parts),
            "documents": len(self.documents),
            "pair": pair,
            "round": round_name,
        }

    def figures(self) -> list[Figure]:
        found: list[Figure] = []
        for measure in self._measures(lambda one: one.counts):
            found.append(self._f1(measure, [one.counts.get(measure, (0, 0, 0)) for _, _, one in self.parts]))
        for measure in self._measures(lambda one: one.means):
            rows = self._rows([one.means.get(measure, (0, 0)) for _, _, one in self.parts])
            found.append(self._of_sums(measure, rows, mean, "no matched unit has the role on both sides"))
        for measure in self._measures(lambda one: one.ratios):
            parts = [(pair, one.ratios.get(measure, (0.0, 0.0, 0.0, 0.0))) for _, pair, one in self.parts]
            if measure == "alpha_per_position":
                rows = self._rows([ratio for _, ratio in parts])
                found.append(
                    self._of_sums(measure, rows, _alpha_of_positions, "all positions have one value")
                )
            else:
                rows = self._rows([self._turned(ratio, pair) for pair, ratio in parts])
                found.append(self._of_sums(measure, rows, _harmonic, "one of the annotators marked no unit"))
        if any(one.labels is not None for _, _, one in self.parts):
            found += self._labels()
        if any(one.sets is not None for _, _, one in self.parts):
            found += self._sets()
        for measure in self._measures(lambda one: one.by_label):
            labels = sorted({label for _, _, one in self.parts for label in one.by_label.get(measure, ())})
            for label in labels:
                counts = [one.by_label.get(measure, {}).get(label, (0, 0, 0)) for _, _, one in self.parts]
                found.append(self._f1(measure, counts, label))
        return found

    def _measures(self, of: Callable[[Observed], Mapping[str, Any]]) -> list[str]:
        return list(dict.fromkeys(measure for _, _, one in self.parts for measure in of(one)))

    def _rows(self, values: list[tuple[float, ...]]) -> Floats:
        table, places = np.array(values, dtype=float), np.array([self.place[one] for one, _, _ in self.parts])
        # within a document in an order of the values, so that no bit depends on the annotators' names
        order = np.lexsort((*table.T, places))
        rows = np.zeros((len(self.documents), len(values[0])))
        np.add.at(rows, places[order], table[order])
        return rows

    def _turned(self, ratio: tuple[float, ...], pair: Pair) -> tuple[float, ...]:
        """left, lefts, right, rights of one pair, so that pooled pairs do not depend on who is called left: of
        one annotator against the rest that one is left, of all pairs together each is both."""
        turned = (*ratio[2:], *ratio[:2])
        who, rest = self.common["pair"]
        if who == rest == REST:
            return tuple(one + other for one, other in zip(ratio, turned, strict=True))
        return turned if rest == REST and pair[0] != who else ratio

    def _f1(self, measure: str, values: list[tuple[int, int, int]], label: str | None = None) -> Figure:
        rows = self._rows([(same, left - same, right - same) for same, left, right in values])
        same, missed, extra = rows.sum(axis=0)
        counts = (
            {}
            if label is None
            else {"label": label, "units": int(same + missed + extra), "matched": int(same)}
        )
        return self._of_sums(measure, rows, f1, "neither annotator marked any", counts)

    def _of_sums(
        self,
        measure: str,
        rows: Floats,
        statistic: Callable[[Floats], Floats],
        why_not: str,
        counts: dict[str, Any] | None = None,
    ) -> Figure:
        value = float(statistic(in_order(rows).sum(axis=0)))
        if not np.isfinite(value):
            return self._figure(measure, None, why_not, None, counts)
        return self._figure(measure, value, None, self._interval(rows, statistic), counts)

    def _labels(self) -> list[Figure]:
        ratings = self._ratings(lambda one: one.labels)
        made = [krippendorff_alpha(ratings)]
        statistics: list[Callable[[], Statistic]] = [partial(alpha_statistic, ratings, _document)]
        if any(one.closed for _, _, one in self.parts):
            made.append(gwet_ac1(ratings))
            statistics.append(partial(gwet_statistic, ratings, _document))
        same = self._agreement([one.labels or [] for _, _, one in self.parts])
        return [same, *(self._coefficient(one, of) for one, of in zip(made, statistics, strict=True))]

    def _sets(self) -> list[Figure]:
        ratings = self._ratings(lambda one: one.sets)
        found = [self._agreement([one.sets or [] for _, _, one in self.parts])]
        distances: list[Distance] = [Masi(), Jaccard()]
        for distance in distances:
            statistic = partial(alpha_statistic, ratings, _document, distance)
            found.append(self._coefficient(krippendorff_alpha(ratings, distance), statistic))
        return found

    def _agreement(self, pairs: list[list[tuple[Any, Any]]]) -> Figure:
        rows = self._rows([(sum(a == b for a, b in part), len(part)) for part in pairs])
        return self._of_sums("agreement", rows, mean, "no unit was marked by both")

    def _ratings(self, of: Callable[[Observed], Any]) -> Ratings:
        return Ratings.of(
            ((article, *pair, number), side, label)
            for article, pair, one in self.parts
            for number, judgements in enumerate(of(one) or [])
            for side, label in enumerate(judgements)
        )

    def _coefficient(self, made: Coefficient, statistic: Callable[[], Statistic]) -> Figure:
        if made.value is None:
            return self._figure(made.measure, None, made.reason, None)
        interval = None
        if len(self.documents) >= FEWEST and self.sampling.draws:
            of = statistic()
            interval = self._interval(of.rows, of.values)
        return self._figure(made.measure, made.value, None, interval)

    def _interval(
        self, rows: Floats, statistic: Callable[[Floats], Floats]
    ) -> tuple[float | None, float | None, str | None] | None:
        if not self.sampling.draws:
            return None
        made = bootstrap(rows, statistic, seed=self.sampling.seed, draws=self.sampling.draws)
        return made.low, made.high, made.reason

    def _figure(
        self,
        measure: str,
        value: float | None,
        reason: str | None,
        interval: tuple[float | None, float | None, str | None] | None,
        counts: dict[str, Any] | None = None,
    ) -> Figure:
        if interval is None:
            number = len(self.documents)
            why = "the figure itself is undefined" if value is None else "none was asked for"
            if value is not None and number < FEWEST and self.sampling.draws:
                why = too_few(number)
            interval = (None, None, why)
        low, high, why_none = interval
        made = self.common | (counts or {})
        return Figure(
            measure=measure, value=value, reason=reason, low=low, high=high, interval_reason=why_none, **made
        )


def _document(unit: Hashable) -> Hashable:
    assert isinstance(unit, tuple)
    document: Hashable = unit[0]
    return document


def _harmonic(sums: Floats) -> Floats:
    left, lefts, right, rights = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision, recall = left / lefts, right / rights
        found = 2 * precision * recall / (precision + recall)
        # nothing shared at all is an agreement of nought, not an undefined one
        return np.where((precision == 0) & (recall == 0), 0.0, found)


def _alpha_of_positions(sums: Floats) -> Floats:
    both, left, right, none = np.moveaxis(np.asarray(sums, dtype=float), -1, 0)
    marked, unmarked = 2 * both + left + right, 2 * none + left + right
    ratings = marked + unmarked
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (left + right) / (ratings / 2)
        expected = 2 * marked * unmarked / (ratings * (ratings - 1))
        return np.where(expected > 0, 1 - observed / expected, np.nan)
