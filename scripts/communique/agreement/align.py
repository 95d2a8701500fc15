"""Which unit of one annotation of an article answers to which unit of another.

Mentions, statements and actions are aligned by their spans; actors and events, which have none, by the
mentions and actions that they share. Every step is an optimal assignment (`communique.agreement.assignment`)
over what the records say: ids and the order of records decide nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from communique.agreement.assignment import match, overlaps
from communique.annotation.model import Annotation, Record
from communique.text.spans import SpanLike, dice, overlap

Spans = Sequence[SpanLike]

#: Outweighs any sum of Dice coefficients within one article: identical spans are matched first.
_FIRST = 1000.0
#: Breaks ties between units with the same spans; smaller than any difference of Dice that matters.
_TIE = 1e-6
#: A statement with another cue is the same one only if at least this much of the content is shared.
SAME_CONTENT = 0.5
#: Mention Dice from which two actors can be one without the same name.
SAME_ACTOR = 0.25


@dataclass(frozen=True)
class Pairs:
    """One-to-one pairs of ids of one table; `left` and `right` hold all ids of the two sides."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @cached_property
    def to_right(self) -> dict[str, str]:
        return dict(self.pairs)

    @cached_property
    def to_left(self) -> dict[str, str]:
        return {right: left for left, right in self.pairs}

    @property
    def only_left(self) -> list[str]:
        return [one for one in self.left if one not in self.to_right]

    @property
    def only_right(self) -> list[str]:
        return [one for one in self.right if one not in self.to_left]


@dataclass(frozen=True)
class Alignment:
    """The alignment of two annotations of one article, table by table."""

    mentions: Pairs
    statements: Pairs
    actions: Pairs
    actors: Pairs
    events: Pairs

    def __getitem__(self, table: str) -> Pairs:
        found: Pairs = getattr(self, table)
        return found


def align(left: Annotation, right: Annotation) -> Alignment:
    """Align two annotations of one article. Swapping the two swaps the pairs and changes nothing else."""
    mentions = align_mentions(left["mentions"], right["mentions"])
    statements = align_statements(left["statements"], right["statements"])
    actions = align_actions(left["actions"], right["actions"])
    actors = _align_actors(left, right, mentions, statements, actions)
    return Alignment(mentions, statements, actions, actors, _align_events(left, right, actions))


def align_mentions(left: list[Record], right: list[Record]) -> Pairs:
    """By overlap: identical spans first, then the greatest total of Dice; equal types break ties, and where
    one annotator has two mentions on the same words, the other mentions of their actors."""
    places = {**_actor_places(left, 0), **_actor_places(right, 1)}
    side = {id(row): number for number, rows in enumerate((left, right)) for row in rows}
    several = {
        one for rows in (left, right) for one, times in Counter(map(_place, rows)).items() if times > 1
    }

    def actor(row: Record) -> tuple[tuple[int, int], ...]:
        return places[side[id(row)], row["actor_id"]] if _place(row) in several else ()

    def score(one: Record, other: Record) -> float:
        tie = float(one["mention_type"] == other["mention_type"])
        if _place(one) in several or _place(other) in several:
            first, second = places[0, one["actor_id"]], places[1, other["actor_id"]]
            tie += len(set(first) & set(second)) / len(set(first) | set(second)) / 2
        return _closeness([one], [other]) + _TIE * tie

    def key(row: Record) -> Any:
        return (*_mention_key(row), actor(row))

    return _matched(left, right, "mention_id", lambda one: [one], score, key)


def _place(row: Record) -> tuple[int, int]:
    return row["start"], row["end"]


def _actor_places(rows: list[Record], side: int) -> dict[tuple[int, str | None], tuple[tuple[int, int], ...]]:
    found: dict[tuple[int, str | None], list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        found[side, row["actor_id"]].append(_place(row))
    return {actor: tuple(sorted(places)) for actor, places in found.items()}


def align_statements(left: list[Record], right: list[Record]) -> Pairs:
    """By cue and content: pairs that share both first, then the greatest total of Dice of cue and content.

    Statements that share words of the cue can be matched; so can those with at least half of the content
    in common, unless the cue of one stands in the content of the other: then that one is inside it.
    """

    def score(one: Record, other: Record) -> float:
        cue = _dice(one["cue_spans"], other["cue_spans"])
        content = _dice(one["content_spans"], other["content_spans"])
        if not cue and (content < SAME_CONTENT or _inside(one, other) or _inside(other, one)):
            return 0.0
        same = _FIRST * (cue > 0 and content > 0)
        return same + cue + content + _TIE * _dice(one["source_spans"], other["source_spans"])

    def spans(one: Record) -> Spans:
        return [*one["cue_spans"], *one["content_spans"]]

    return _matched(left, right, "statement_id", spans, score, _statement_key)


def align_actions(left: list[Record], right: list[Record]) -> Pairs:
    """By trigger: identical triggers first, then the greatest total of Dice; labels break ties."""

    def score(one: Record, other: Record) -> float:
        close = _closeness(one["trigger_spans"], other["trigger_spans"])
        same = sum(one[field] == other[field] for field in ("event_type", "mode", "status"))
        people = _dice(_participants(one), _participants(other))
        return close + _TIE * (same + people) if close else 0.0

    return _matched(left, right, "action_id", lambda one: one["trigger_spans"], score, _action_key)


def used_actors(annotation: Annotation) -> Counter[str]:
    """How often an annotation uses each actor id, its own groups included even if never used."""
    used: Counter[str] = Counter({row["actor_id"]: 0 for row in annotation["actors"]})
    used.update(row["actor_id"] for row in annotation["mentions"] if row["actor_id"])
    for row in annotation["statements"]:
        used.update([*row["source_actor_ids"], *row["addressee_actor_ids"]])
    for row in annotation["actions"]:
        used.update(one["actor_id"] for one in [*row["agents"], *row["targets"]])
        used.update(view["view_of"] for view in row["other_views"] if view["view_of"])
    for row in annotation["actors"]:
        used.update([*row["affiliated_with"], *row["set_members"]])
    return used


def _align_actors(left: Annotation, right: Annotation, *aligned: Pairs) -> Pairs:
    """Actors of the registry by id; groups of the article, and what one annotator found in the registry
    and the other made anew, by Dice over their mentions, then by name, members and roles."""
    sides = [_Actors(left), _Actors(right)]
    same = sides[0].registry & sides[1].registry
    rest = [sorted(side.used.keys() - same) for side in sides]
    shared = _shared_uses(left, right, *aligned)

    def score(one: str, other: str) -> float:
        if one in sides[0].registry and other in sides[1].registry:
            return 0.0
        mentions, roles = shared["mention"][one, other], shared["role"][one, other]
        close = 2 * mentions / max(sides[0].mentions[one] + sides[1].mentions[other], 1)
        alike = sides[0].name(one) == sides[1].name(other) is not None
        members = sides[0].members(one)
        together = bool(members) and members == sides[1].members(other)
        if close < SAME_ACTOR and not alike and not together:
            return 0.0
        return close + 0.5 * alike + 0.5 * together + _TIE * roles

    def key(one: tuple[int, str]) -> Any:
        return sides[one[0]].key(one[1])

    found = match(
        [(0, one) for one in rest[0]],
        [(1, one) for one in rest[1]],
        lambda one, other: score(one[1], other[1]),
        key=key,
    )
    pairs = [(one, one) for one in sorted(same)] + [(rest[0][m.left], rest[1][m.right]) for m in found]
    return Pairs(tuple(sorted(sides[0].used)), tuple(sorted(sides[1].used)), tuple(pairs))


class _Actors:
    """What one annotation says of the actors it uses."""

    def __init__(self, annotation: Annotation) -> None:
        self.used = used_actors(annotation)
        self.own = {row["actor_id"]: row for row in annotation["actors"]}
        self.registry = {one for one in self.used if one not in self.own}
        self.mentions: Counter[str] = Counter(row["actor_id"] for row in annotation["mentions"])
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in annotation["mentions"]:
            self._places[row["actor_id"]].append((row["start"], row["end"]))

    def name(self, actor: str) -> str | None:
        return str(self.own[actor]["canonical_name"]).casefold() if actor in self.own else None

    def members(self, actor: str) -> frozenset[str]:
        return frozenset(self.own[actor]["set_members"]) if actor in self.own else frozenset()

    def key(self, actor: str) -> Any:
        own = actor in self.own
        places = tuple(sorted(self._places[actor]))
        return (places, own, self.name(actor) or actor, tuple(sorted(self.members(actor))))


def _shared_uses(
    left: Annotation, right: Annotation, mentions: Pairs, statements: Pairs, actions: Pairs
) -> dict[str, Counter[tuple[str, str]]]:
    """How often two actors stand at the same place: in matched mentions, in the same role."""
    shared: dict[str, Counter[tuple[str, str]]] = {"mention": Counter(), "role": Counter()}
    for one, other in _records(left, right, "mentions", "mention_id", mentions):
        shared["mention"][one["actor_id"], other["actor_id"]] += 1
    for one, other in _records(left, right, "statements", "statement_id", statements):
        for role in ("source_actor_ids", "addressee_actor_ids"):
            shared["role"].update((a, b) for a in one[role] for b in other[role])
    for one, other in _records(left, right, "actions", "action_id", actions):
        for role in ("agents", "targets"):
            shared["role"].update((a["actor_id"], b["actor_id"]) for a in one[role] for b in other[role])
    return shared


def _records(
    left: Annotation, right: Annotation, table: str, key: str, pairs: Pairs
) -> Iterable[tuple[Record, Record]]:
    first = {row[key]: row for row in left[table]}
    second = {row[key]: row for row in right[table]}
    return ((first[one], second[other]) for one, other in pairs.pairs)


def _align_events(left: Annotation, right: Annotation, actions: Pairs) -> Pairs:
    """By Dice over their action mentions."""
    members: list[dict[str, list[Record]]] = []
    for side in (left, right):
        clusters: dict[str, list[Record]] = {row["event_id"]: [] for row in side["events"]}
        for action in side["actions"]:
            clusters.setdefault(action["event_id"], []).append(action)
        members.append(clusters)
    event_of = {row["action_id"]: row["event_id"] for row in right["actions"]}
    shared: Counter[tuple[str, str]] = Counter()
    for row in left["actions"]:
        other = actions.to_right.get(row["action_id"])
        if other is not None:
            shared[row["event_id"], event_of[other]] += 1
    ids = [sorted(side) for side in members]
    place = [{one: number for number, one in enumerate(side)} for side in ids]
    found = match(
        [(0, one) for one in ids[0]],
        [(1, one) for one in ids[1]],
        lambda one, other: (
            2 * shared[one[1], other[1]] / max(len(members[0][one[1]]) + len(members[1][other[1]]), 1)
        ),
        candidates=[(place[0][one], place[1][other]) for one, other in sorted(shared)],
        key=lambda one: tuple(sorted(_action_key(action) for action in members[one[0]][one[1]])),
    )
    return Pairs(tuple(ids[0]), tuple(ids[1]), tuple((ids[0][m.left], ids[1][m.right]) for m in found))


def _matched(
    left: list[Record],
    right: list[Record],
    name: str,
    spans: Callable[[Record], Spans],
    score: Callable[[Record, Record], float],
    key: Callable[[Record], Any],
) -> Pairs:
    # what units on the same words say besides is looked at only where one annotator has several
    several = {one for side in (left, right) for one, times in Counter(map(key, side)).items() if times > 1}

    def whole(row: Record) -> Any:
        bare = key(row)
        return (bare, _labels(row) if bare in several else ())

    found = match(left, right, score, candidates=_candidates(left, right, spans), key=whole)
    ids = [tuple(row[name] for row in side) for side in (left, right)]
    return Pairs(ids[0], ids[1], tuple((ids[0][m.left], ids[1][m.right]) for m in found))


def _candidates(
    left: list[Record], right: list[Record], spans: Callable[[Record], Spans]
) -> set[tuple[int, int]]:
    flat = [
        [(number, span["start"], span["end"]) for number, row in enumerate(side) for span in spans(row)]
        for side in (left, right)
    ]
    if not flat[0] or not flat[1]:
        return set()
    first, second = (np.array(side, dtype=np.int64) for side in flat)
    rows, columns, _ = overlaps(first[:, 1:], second[:, 1:])
    return set(zip(first[rows, 0].tolist(), second[columns, 0].tolist(), strict=True))


def _inside(inner: Record, outer: Record) -> bool:
    return overlap(inner["cue_spans"], outer["content_spans"]) > 0


def _closeness(one: Spans, other: Spans) -> float:
    found = _dice(one, other)
    return _FIRST if found == 1.0 else found


def _dice(one: Spans, other: Spans) -> float:
    return dice(one, other) if one and other and overlap(one, other) else 0.0


def _participants(action: Record) -> Spans:
    spans = {
        (p["span"]["start"], p["span"]["end"]) for p in [*action["agents"], *action["targets"]] if p["span"]
    }
    merged: list[dict[str, int]] = []
    for start, end in sorted(spans):
        if not merged or start >= merged[-1]["end"]:
            merged.append({"start": start, "end": end})
    return merged


def _places(spans: Spans) -> tuple[tuple[int, int], ...]:
    return tuple((span["start"], span["end"]) for span in spans)


def _mention_key(row: Record) -> Any:
    return (row["start"], row["end"], row["mention_type"], row["metonymy"])


def _statement_key(row: Record) -> Any:
    return (
        _places(row["cue_spans"]), _places(row["content_spans"]), _places(row["source_spans"]),
        row["layer"], row["speech_act"], row["mode"],
    )  # fmt: skip


def _action_key(row: Record) -> Any:
    labels = (row["event_type"], row["mode"] or "", row["status"], row["polarity"])
    return (_places(row["trigger_spans"]), labels, _places(_participants(row)))


def _labels(row: Record) -> tuple[tuple[str, str], ...]:
    """What a record says in single values, ids and free text apart: tells apart units on the same words."""
    apart = ("_id", "note", "lemma", "gloss")
    return tuple(
        (name, str(value))
        for name, value in sorted(row.items())
        if (value is None or isinstance(value, (str, bool))) and not name.endswith(apart)
    )
