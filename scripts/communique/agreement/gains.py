"""Which disagreements recur, and what a rule that settles one of them would gain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.figures import Seen
from communique.agreement.groups import Difference, Group
from communique.agreement.ratings import Ratings

#: Fields of the tables under the name that their layer has in the report.
_PREFIX = {"mentions": "mention", "statements": "statement", "actions": "action"}


@dataclass(frozen=True)
class Pattern:
    """A disagreement that recurs: `units` units differ by it; `settled` of them differ by nothing else, so
    that a rule would make them whole. For a label also alpha now and as it would be."""

    table: str
    field: str
    pattern: str
    units: int
    settled: int
    alpha: float | None = None
    alpha_then: float | None = None


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
    by_pattern: dict[tuple[str, str, str], int] = defaultdict(int)
    settled: dict[tuple[str, str, str], int] = defaultdict(int)
    for group in groups:
        found = [(group.table, *one) for one in _found(group)]
        for one in set(found):
            by_pattern[one] += 1
        if len(set(found)) == 1:
            settled[found[0]] += 1
    observed = list(seen)
    made = [Pattern(*one, units, settled[one], *_alphas(observed, *one)) for one, units in by_pattern.items()]
    return sorted(made, key=lambda one: (-one.units, -one.settled, one.table, one.field, one.pattern))


def _found(group: Group) -> list[tuple[str, str]]:
    found = [(one.field, _pattern(one)) for one in group.differences]
    if group.absent:
        record = next(iter(group.members.values()))
        label = next(
            (record[key] for key in ("mention_type", "layer", "event_type", "type") if key in record), ""
        )
        found.append(("(unit)", f"{label} only by some"))
    return found


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
            return "some ~ none"
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
        return "(none)"
    word = value["value"] if str(value["value"]).endswith("_REF") else "a time"
    return f"{word} by {value['basis']}"


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
