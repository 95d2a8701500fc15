"""The report: every figure for every pair of annotators, each against the rest, and all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from communique.agreement.figures import (
    MEASURES,
    REST,
    Figure,
    Pair,
    Sampling,
    Seen,
    figures,
    undefined,
)
from communique.agreement.layers import observe
from communique.annotation.model import Annotation
from communique.errors import CommuniqueError
from communique.schema import Schema

#: Annotations by article id, then by annotator. An annotator who skipped an article is not there.
Collected = Mapping[str, Mapping[str, Annotation]]

SEED = 20211207


@dataclass(frozen=True)
class Report:
    """Figures of agreement of one round or any set of annotations.

    articles: how many each annotator annotated. shared: how many each pair did. With two annotators the
    figures are those of the pair; with more there are also each against the rest (pair ["name", "*"]) and
    all pairs together (["*", "*"]), in which a document is resampled with all its pairs.
    """

    round: str | None
    annotators: tuple[str, ...]
    articles: dict[str, int]
    shared: dict[Pair, int]
    figures: list[Figure]
    sampling: Sampling
    alone: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list, repr=False)

    def find(self, layer: str, measure: str, pair: Pair | None = None, label: str | None = None) -> Figure:
        """One figure. Raises KeyError when the report has none."""
        for one in self.figures:
            if (one.layer, one.measure, one.label) == (layer, measure, label) and pair in (None, one.pair):
                return one
        raise KeyError((layer, measure, pair, label))

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: the same input gives the same bytes."""
        return {
            "round": self.round,
            "annotators": list(self.annotators),
            "articles": self.articles,
            "shared": [{"pair": list(pair), "articles": number} for pair, number in self.shared.items()],
            "articles_of_one_annotator": self.alone,
            "interval": {
                "level": 0.95,
                "method": "BCa document-cluster bootstrap",
                "draws": self.sampling.draws,
                "seed": self.sampling.seed,
            },
            "measures": MEASURES,
            "figures": [one.as_dict() for one in self.figures],
        }


def agreement_report(
    collected: Collected,
    schema: Schema,
    *,
    annotators: list[str] | None = None,
    lengths: Mapping[str, int] | None = None,
    round_name: str | None = None,
    sampling: Sampling | None = None,
) -> Report:
    """Compare annotations of the same articles.

    annotators: all who belong to the round, also those who annotated nothing yet. lengths: code points of
    each article's text, for alpha per position. Neither the order of annotators, articles or records nor
    the ids of records decide anything.

    Raises CommuniqueError when two annotations of an article are of different texts.
    """
    how = sampling or Sampling(SEED)
    names = sorted(set(annotators or ()) | {name for one in collected.values() for name in one})
    seen = _observations(collected, schema, lengths or {})
    shared = {pair: sum(one.pair == pair for one in seen) for pair in combinations(names, 2)}
    made: list[Figure] = []
    layers = dict.fromkeys(name for one in seen for name in one.layers) or _layers(schema)
    if not shared:
        reason = "only one annotator" if names else "nobody annotated anything"
        made += undefined(layers, (names[0] if names else REST, REST), reason, round_name)
    for pair in shared:
        here = [one for one in seen if one.pair == pair]
        made += (
            figures(here, pair, how, round_name)
            if here
            else undefined(layers, pair, "no article was annotated by both", round_name)
        )
    if len(names) > 2:
        for name in names:
            made += figures([one for one in seen if name in one.pair], (name, REST), how, round_name)
        made += figures(seen, (REST, REST), how, round_name)
    return Report(
        round_name,
        tuple(names),
        {name: sum(name in one for one in collected.values()) for name in names},
        shared,
        made,
        how,
        sorted(article for article, one in collected.items() if len(one) < 2),
        seen,
    )


def _layers(schema: Schema) -> dict[str, None]:
    """The layers that any two annotations have."""
    nothing = Annotation("", "", {}, None, {name: [] for name in schema.tables})
    return dict.fromkeys(observe(nothing, nothing, schema))


def _observations(collected: Collected, schema: Schema, lengths: Mapping[str, int]) -> list[Seen]:
    seen = []
    for article_id in sorted(collected):
        by_name = collected[article_id]
        check_same_text(article_id, by_name)
        for left, right in combinations(sorted(by_name), 2):
            layers = observe(
                by_name[left], by_name[right], schema, lengths.get(article_id), pair=(left, right)
            )
            seen.append(Seen((left, right), article_id, layers))
    return seen


def check_same_text(article_id: str, by_name: Mapping[str, Annotation]) -> None:
    """Raises CommuniqueError when annotations of one article point into different texts."""
    digests = {name: one.text_sha256 for name, one in sorted(by_name.items())}
    if len(set(digests.values())) > 1:
        raise CommuniqueError(
            "These annotations are of different texts: their offsets cannot be compared.",
            record=article_id,
            field="text_sha256",
            expected="one digest",
            found=", ".join(f"{name}: {digest[:12]}" for name, digest in digests.items()),
            mend="re-anchor the older annotation to the present text",
        )
