"""What two aligned annotations of one article contribute to each figure.

Everything is additive over articles, so that figures of many articles, of all pairs of annotators, and of
every bootstrap draw are sums of what is observed here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from communique.agreement.align import Alignment, Pairs
from communique.annotation.model import Annotation, Record
from communique.text.spans import dice, overlap

#: Stands for "no value" among labels, so that a missing value is a label and not a missing rating.
NONE = "(none)"


@dataclass
class Observed:
    """One layer as two annotators saw it in one article.

    counts: measure -> (agreeing pairs, left units, right units), for F1; by_label: label -> the same.
    means: measure -> (sum, number). labels, sets: one pair of judgements for each matched unit. ratios:
    measure -> (sum left, units left, sum right, units right), for the harmonic mean of the two means.
    units: what either annotator marked; matched: how many of them both did. closed: the labels are of a
    value list.
    """

    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    by_label: dict[str, dict[str, tuple[int, int, int]]] = field(default_factory=dict)
    means: dict[str, tuple[float, int]] = field(default_factory=dict)
    labels: list[tuple[Hashable, Hashable]] | None = None
    sets: list[tuple[frozenset[Hashable], frozenset[Hashable]]] | None = None
    ratios: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    units: int = 0
    matched: int = 0
    closed: bool = False


Layers = dict[str, Observed]


class Sides:
    """Two annotations of one article, their alignment, and records by id."""

    def __init__(
        self, left: Annotation, right: Annotation, alignment: Alignment, pair: tuple[str, str] = ("", "")
    ) -> None:
        self.left, self.right, self.alignment = left, right, alignment
        self.layers: Layers = {}
        self.scope = (left.article_id, *pair)
        self.own_actors = [{row["actor_id"] for row in one["actors"]} for one in (left, right)]

    def records(self, table: str, key: str) -> tuple[dict[str, Record], dict[str, Record]]:
        return ({r[key]: r for r in self.left[table]}, {r[key]: r for r in self.right[table]})

    def matched(self, table: str, key: str) -> list[tuple[Record, Record]]:
        first, second = self.records(table, key)
        return [(first[one], second[other]) for one, other in self.alignment[table].pairs]

    def name(self, table: str, side: int, one: str | None) -> Hashable:
        """A name that aligned records of both sides share, and nothing else does; None is a value of its own.

        An actor of the registry is the same in every article. Whatever is of the article alone is named
        within its article and pair, so that ids that happen to be alike say nothing.
        """
        if one is None:
            return NONE
        pairs = self.alignment[table]
        other = (pairs.to_right if side == 0 else pairs.to_left).get(one)
        ends = (one, other) if side == 0 else (other, one)
        if table == "actors":
            for end, own in zip(ends, self.own_actors, strict=True):
                if end is not None and end not in own:
                    return end
        return (*self.scope, *("" if end is None else f"={end}" for end in ends))

    def names(self, table: str, side: int, several: list[str]) -> frozenset[Hashable]:
        return frozenset(self.name(table, side, one) for one in several)

    def layer(self, name: str, pairs: Pairs, matched: int | None = None) -> Observed:
        """A new layer over the units of `pairs`."""
        both = len(pairs.pairs)
        found = Observed(
            units=len(pairs.left) + len(pairs.right) - both, matched=both if matched is None else matched
        )
        self.layers[name] = found
        return found


def spans_layer(
    sides: Sides,
    name: str,
    pairs: Pairs,
    matched: list[tuple[Record, Record]],
    rows: tuple[list[Record], list[Record]],
    spans: Callable[[Record], list[Any]],
) -> Observed:
    """f1_exact, f1_overlap and mean Dice of one role. A role without spans is no unit of the layer; Dice is
    taken over matched units that have it on both sides."""
    here = [(spans(one), spans(other)) for one, other in matched]
    both = [(one, other) for one, other in here if one and other]
    number = [sum(bool(spans(row)) for row in side) for side in rows]
    layer = sides.layer(name, pairs)
    layer.units, layer.matched = number[0] + number[1] - len(both), len(both)
    same = sum(places(one) == places(other) for one, other in both)
    meeting = sum(overlap(one, other) > 0 for one, other in both)
    layer.counts = {"f1_exact": (same, number[0], number[1]), "f1_overlap": (meeting, number[0], number[1])}
    layer.means = {"dice": (fsum(dice(one, other) for one, other in both), len(both))}
    return layer


def label_layer(
    sides: Sides,
    name: str,
    pairs: Pairs,
    labels: list[tuple[Any, Any]],
    counts: list[Counter[Any]] | None = None,
    *,
    closed: bool = False,
) -> Observed:
    """Labels of matched units. With `counts`, how often each side gave each label at all, also the F1 of
    finding a unit and giving it the label, for each label."""
    layer = sides.layer(name, pairs, len(labels))
    layer.closed = closed
    layer.labels = [(NONE if a is None else a, NONE if b is None else b) for a, b in labels]
    if counts is not None:
        agreeing = Counter(a for a, b in layer.labels if a == b)
        every = sorted({str(label) for side in counts for label in side})
        tables = [{str(label): number for label, number in side.items()} for side in counts]
        same = {str(label): number for label, number in agreeing.items()}
        layer.by_label["f1_label"] = {
            label: (same.get(label, 0), tables[0].get(label, 0), tables[1].get(label, 0)) for label in every
        }
    return layer


def set_layer(
    sides: Sides, name: str, pairs: Pairs, sets: list[tuple[frozenset[Hashable], frozenset[Hashable]]]
) -> Observed:
    """Sets of matched units: distances between them, and F1 of their members (over matched units)."""
    layer = sides.layer(name, pairs, len(sets))
    layer.sets = sets
    layer.counts = {
        "f1_members": (
            sum(len(a & b) for a, b in sets), sum(len(a) for a, _ in sets), sum(len(b) for _, b in sets)
        )
    }  # fmt: skip
    return layer


def cluster_layer(
    sides: Sides,
    name: str,
    pairs: Pairs,
    clusters: tuple[dict[str, Hashable], dict[str, Hashable]],
    within: Callable[[str, str], bool] | None = None,
) -> Observed:
    """B3 (Bagga and Baldwin 1998): of each unit's cluster, the share that the other annotator put with it.

    `b3_f1` counts units that only one marked as missed; `b3_f1_matched` looks at matched units alone.
    `within` restricts the units looked at, not the clusters.
    """
    layer = sides.layer(name, pairs)
    whole = _b3(pairs, clusters, matched_only=False, within=within)
    matched = _b3(pairs, clusters, matched_only=True, within=within)
    layer.ratios = {"b3_f1": whole, "b3_f1_matched": matched}
    layer.matched = int(matched[1])
    layer.units = int(whole[1] + whole[3]) - layer.matched
    return layer


def _b3(
    pairs: Pairs,
    clusters: tuple[dict[str, Hashable], dict[str, Hashable]],
    *,
    matched_only: bool,
    within: Callable[[str, str], bool] | None,
) -> tuple[float, float, float, float]:
    sums = []
    shared: Counter[tuple[Hashable, Hashable]] = Counter(
        (clusters[0][one], clusters[1][other]) for one, other in pairs.pairs
    )
    for side, links in ((0, pairs.to_right), (1, pairs.to_left)):
        own, other = clusters[side], clusters[1 - side]
        units = [one for one in own if one in links] if matched_only else list(own)
        sizes = Counter(own[one] for one in units)
        total, number = 0.0, 0
        tallies: dict[tuple[int, int], int] = defaultdict(int)
        for one in units:
            there = links.get(one)
            ends = (one, there or "") if side == 0 else (there or "", one)
            if within is not None and not within(*ends):
                continue
            number += 1
            if there is not None:
                key = (own[one], other[there]) if side == 0 else (other[there], own[one])
                tallies[shared[key], sizes[own[one]]] += 1
        # a fixed order of summing, so that the order of units changes no bit
        total = sum(times * part / size for (part, size), times in sorted(tallies.items()))
        sums += [total, float(number)]
    return (sums[0], sums[1], sums[2], sums[3])


def places(spans: list[Any]) -> list[tuple[int, int]]:
    """Starts and ends of a span list."""
    return [(span["start"], span["end"]) for span in spans]
