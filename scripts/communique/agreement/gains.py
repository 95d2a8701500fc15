"""Which disagreements recur, and what a rule that settles one of them would gain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.figures import Seen
from communique.agreement.groups import Difference, Group
from communique.agreement.ratings import Ratings

#: Fields of the tables under the name that their layer has in the report.
_PREFIX = {"mentions": "mention", "statements": "statement", "actions": "action"}


#: Table, field, pattern.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Pattern:
    """A disagreement that recurs: `units` units differ by it; `settled` of them differ by nothing else, so
    that a rule would make them whole. For a label also alpha now and as it would be. who: how often each
    annotator stood where; example: the first of the units and the difference in it (None where only some
    have the unit)."""

    table: str
    field: str
    pattern: str
    units: int
    settled: int
    alpha: float | None = None
    alpha_then: float | None = None
    who: Mapping[str, Counter[str]] = made_by(default_factory=dict)
    example: tuple[Group, Difference | None] | None = None


def confusion(seen: Iterable[Seen], layer: str) -> dict[tuple[str, str], int]:
    """How often the first annotator's label met the second's, over all pairs (in the order of names)."""
    found: Counter[tuple[str, str]] = Counter()
    for one in seen:
        if layer in one.layers and one.layers[layer].closed:
            found.update((str(a), str(b)) for a, b in one.layers[layer].labels or [])
    return dict(found)


def closed_layers(seen: Iterable[Seen]) -> list[str]:
    """The layers whose labels are of a value list."""
    return list(dict.fromkeys(name for one in seen for name, layer in one.layers.items() if layer.closed))


def patterns(groups: Iterable[Group], seen: Iterable[Seen] = ()) -> list[Pattern]:
    """Recurring disagreements, the one that touches most units first."""
    by_pattern: dict[Place, int] = defaultdict(int)
    settled: dict[Place, int] = defaultdict(int)
    who: dict[Place, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    examples: dict[Place, tuple[Group, Difference | None]] = {}
    for group in groups:
        found = {(group.table, name, pattern): one for name, pattern, one in _found(group)}
        for place, difference in found.items():
            by_pattern[place] += 1
            examples.setdefault(place, (group, difference))
            for name, stance in _stances(group, difference).items():
                who[place][name][stance] += 1
        if len(found) == 1:
            settled[next(iter(found))] += 1
    observed = list(seen)
    made = [
        Pattern(*place, units, settled[place], *_alphas(observed, *place), who[place], examples[place])
        for place, units in by_pattern.items()
    ]
    return sorted(made, key=lambda one: (-one.units, -one.settled, one.table, one.field, one.pattern))


def _found(group: Group) -> list[tuple[str, str, Difference | None]]:
    found: list[tuple[str, str, Difference | None]] = [
        (one.field, _pattern(one), one) for one in group.differences
    ]
    if group.absent:
        record = next(iter(group.members.values()))
        label = next(
            (record[key] for key in ("mention_type", "layer", "event_type", "type") if key in record), ""
        )
        found.append(("(unit)", f"{label} only by some", None))
    return found


def _stances(group: Group, one: Difference | None) -> dict[str, str]:
    """Where each annotator stands in a disagreement, in a word; nothing where no word says it."""
    if one is None:
        return dict.fromkeys(group.members, "has it") | dict.fromkeys(group.absent, "has not")
    said = {name: _stance(one, value) for name, value in one.values.items()}
    return {name: stance for name, stance in said.items() if stance}


def _stance(one: Difference, value: Any) -> str:
    pattern, values = _pattern(one), list(one.values.values())
    if one.field == "time" and isinstance(value, dict | None):
        return _time(value)
    if one.kind == "label" and isinstance(value, str | bool | None):
        return _short(value)
    if one.kind == "boundary":
        if not _spans(value):
            return "not marked"
        lengths = [sum(len(str(span["text"])) for span in _spans(each)) for each in values]
        own = sum(len(str(span["text"])) for span in _spans(value))
        if pattern == "marked ~ not marked":
            return "marked"
        return (
            "the longer"
            if own == max(lengths) > min(lengths)
            else "the shorter"
            if own < max(lengths)
            else ""
        )
    if isinstance(value, list):
        if pattern.startswith("with or without "):
            return "with" if pattern.removeprefix("with or without ") in map(_member, value) else "without"
        return "none" if not value else "some" if any(not each for each in values) else ""
    return ""


def _pattern(one: Difference) -> str:
    values = list(one.values.values())
    if all(isinstance(value, str | bool | None) for value in values) and one.kind == "label":
        return " ~ ".join(sorted({_short(value) for value in values}))
    if one.kind == "boundary":
        return _edges(values)
    if all(isinstance(value, list) for value in values):
        sets = [frozenset(_member(item) for item in value or ()) for value in values]
        apart = sets[0].union(*sets) - sets[0].intersection(*sets[1:])
        # participants and sources are different in every article: say only that some are missing
        if one.kind == "label" and len(apart) == 1:
            return f"with or without {next(iter(apart))}"
        if any(not each for each in sets):
            return f"some {one.field} ~ none"
        return "more ~ fewer" if any(a < b for a in sets for b in sets) else "other members"
    if all(isinstance(value, dict | None) for value in values) and one.field == "time":
        return " ~ ".join(sorted({_time(value) for value in values}))
    return "other reference" if one.kind == "link" else "other value"


def _edges(values: list[Any]) -> str:
    """The words by which spans differ, if they are few."""
    texts = {" … ".join(str(span["text"]) for span in _spans(value)) for value in values}
    if "" in texts:
        return "marked ~ not marked"
    if len(texts) == 2:
        short, long = sorted(texts, key=len)
        if long.endswith(short) and len(long) - len(short) <= 12:
            return f"with or without '{long[: len(long) - len(short)].strip().lower()}' in front"
        if long.startswith(short):
            return "longer ~ shorter at the end"
    if len({text.replace(" … ", " ") for text in texts}) == 1:
        return "one span ~ several"
    return "other bounds"


def _spans(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value] if "text" in value else _spans(value.get("span"))
    return [one for part in value for one in _spans(part)] if isinstance(value, list) else []


def _short(value: Any) -> str:
    return "(none)" if value is None else str(value)


def _member(item: Any) -> str:
    return str(item.get("actor_id", item)) if isinstance(item, dict) else str(item)


def _time(value: Any) -> str:
    if value is None:
        return "no time"
    word = value["value"] if str(value["value"]).endswith("_REF") else "a time"
    return f"{word} (basis {value['basis']})"


def _alphas(seen: list[Seen], table: str, name: str, pattern: str) -> tuple[float | None, float | None]:
    prefix = _PREFIX.get(table)
    layer = f"{prefix}.{name.removeprefix(f'{prefix}_')}"
    labels = [
        ((one.article_id, *one.pair, number), pair)
        for one in seen
        if layer in one.layers and one.layers[layer].closed
        for number, pair in enumerate(one.layers[layer].labels or [])
    ]
    sides = pattern.split(" ~ ")
    if not labels or len(sides) != 2:
        return None, None
    now = [(unit, side, label) for unit, pair in labels for side, label in enumerate(pair)]
    then = [
        (unit, side, pair[0] if {str(pair[0]), str(pair[1])} == set(sides) else label)
        for unit, pair in labels
        for side, label in enumerate(pair)
    ]
    return krippendorff_alpha(Ratings.of(now)).value, krippendorff_alpha(Ratings.of(then)).value
