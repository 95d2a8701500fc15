"""Label Studio results as regions, relations and remarks on the whole text; every fault is found here.

The server checks nothing of what it is given, and one relation without its end makes a task impossible to
open. So results are read through `read_result` before they are sent and after they come. Offsets are code
points into the article's text. The server's `value.text` is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from communique.rounds.form import RECORDS, REMARKS, SPAN, Form

_VALUE_KEYS = {"textarea": "text"}
_DOCUMENT = (REMARKS, RECORDS)
_LEFT, _RIGHT, _BOTH = "left", "right", "bi"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a result. A fatal one makes the whole annotation unusable; any other is told and
    costs at most the piece that it names."""

    what: str
    where: str
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Region:
    """A labelled span; `fields` holds the values of its widgets as Label Studio has them, by control."""

    id: str
    start: int
    end: int
    label: str
    fields: dict[str, Any] = field(default_factory=dict)
    meta: str | None = None


@dataclass
class Result:
    """One annotation or prediction of one task. `relations` maps (from, to) to the labels."""

    regions: dict[str, Region] = field(default_factory=dict)
    relations: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)

    def relate(self, source: str, target: str, label: str) -> None:
        """Add a label to the one relation that an ordered pair may have."""
        labels = self.relations.setdefault((source, target), [])
        if label not in labels:
            labels.append(label)


def write_result(result: Result, text: str, form: Form) -> list[dict[str, Any]]:
    """The result in Label Studio's form, regions first."""
    items: list[dict[str, Any]] = []
    for one in result.regions.values():
        place = {"start": one.start, "end": one.end}
        label = {**place, "text": text[one.start : one.end], "labels": [one.label]}
        items.append({"id": one.id, "from_name": SPAN, "to_name": "text", "type": "labels", "value": label})
        for control, value in one.fields.items():
            items.append(_item(one.id, control, form.controls[control], {**place}, value))
        if one.meta is not None:
            items[-1 - len(one.fields)]["meta"] = {"text": [one.meta]}
    for control, value in result.document.items():
        items.append(_item(f"article-{control}", control, form.controls[control], {}, value))
    for (source, target), labels in result.relations.items():
        ends = {"from_id": source, "to_id": target, "type": "relation", "direction": _RIGHT}
        items.append({**ends, "labels": labels})
    return items


def _item(number: str, control: str, kind: str, place: dict[str, Any], value: Any) -> dict[str, Any]:
    content = {**place, _VALUE_KEYS.get(kind, kind): value}
    return {"id": number, "from_name": control, "to_name": "text", "type": kind, "value": content}


def read_result(items: Any, length: int, form: Form) -> tuple[Result, list[Problem]]:
    """The result in `items` for a text of `length` code points, and everything that is wrong with it.

    What is faulty is left out of the result, so that with a fatal problem it must not be used.
    """
    result, problems = Result(), []
    if not isinstance(items, list):
        return result, [Problem("the result is not a list", "result", True)]
    spans: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "relation":
            relations.append(item)
        elif (
            isinstance(kind, str) and isinstance(item.get("value"), dict) and isinstance(item.get("id"), str)
        ):
            (spans if kind == "labels" else others).append(item)
        else:
            problems.append(Problem("an item lacks type, id or value", f"item {number}", True))
    for item in spans:
        _read_span(item, length, form, result, problems)
    for item in others:
        _read_value(item, form, result, problems)
    for item in relations:
        _read_relation(item, form, result, problems)
    return result, problems


def _read_span(
    item: dict[str, Any], length: int, form: Form, result: Result, problems: list[Problem]
) -> None:
    number, value = item["id"], item["value"]
    start, end, labels = value.get("start"), value.get("end"), value.get("labels")

    def wrong(what: str) -> None:
        problems.append(Problem(what, f"region {number}", True))

    if item.get("from_name") != SPAN or item.get("to_name") != "text":
        return wrong(
            f"it belongs to the unknown control {item.get('from_name')!r} of {item.get('to_name')!r}"
        )
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
        return wrong(f"offsets {start!r} to {end!r} are not a stretch of a text of {length} characters")
    if not isinstance(labels, list) or len(labels) != 1 or labels[0] not in form.labels:
        return wrong(f"the label {labels!r} is not one of the form ({', '.join(form.labels)})")
    if number in result.regions:
        return wrong("two regions have this id")
    meta = item.get("meta")
    says = meta.get("text") if isinstance(meta, dict) else None
    words = "\n".join(map(str, says)) if isinstance(says, list) else says
    result.regions[number] = Region(number, start, end, labels[0], {}, words or None)
    return None


def _read_value(item: dict[str, Any], form: Form, result: Result, problems: list[Problem]) -> None:
    number, control, kind = item["id"], item.get("from_name"), item["type"]

    def wrong(what: str) -> None:
        problems.append(Problem(what, f"region {number}, {control}", True))

    if not isinstance(control, str) or form.controls.get(control) != kind or item.get("to_name") != "text":
        return wrong(f"the form has no widget {control!r} of type {kind!r}")
    value = item["value"].get(_VALUE_KEYS.get(kind, kind))
    fault = _fault(value, kind, form.allowed.get(control))
    if fault:
        return wrong(fault)
    region = result.regions.get(number)
    if control in _DOCUMENT:
        result.document[control] = value
    elif region is None:
        return wrong("a value without its region")
    elif value or kind == "number":
        region.fields[control] = value
    return None


def _fault(value: Any, kind: str, allowed: frozenset[str] | None) -> str | None:
    if kind == "number":
        good = isinstance(value, int | float) and not isinstance(value, bool) and value == value
        return None if good else f"{value!r} is no number"
    if kind == "textarea" and isinstance(value, str):
        return "its text is not in a list"
    if not isinstance(value, list):
        return f"{value!r} is no list"
    if len(value) == 1 and isinstance(value[0], str) and kind != "taxonomy":  # which most are
        return None if allowed is None or value[0] in allowed else f"unknown value {value[0]!r}"
    members = value
    if kind == "taxonomy":
        if not all(isinstance(path, list) and path for path in value):
            return f"{value!r} is no list of paths"
        members = [one for path in value for one in path]
    if not all(isinstance(one, str) for one in members):
        return f"{value!r} holds something that is no text"
    odd = sorted(set(members) - allowed) if allowed is not None else []
    return f"unknown value {odd[0]!r}" if odd else None


def _read_relation(item: dict[str, Any], form: Form, result: Result, problems: list[Problem]) -> None:
    source, target, labels = item.get("from_id"), item.get("to_id"), item.get("labels") or []
    where = f"relation {source} → {target}"
    missing = [one for one in (source, target) if one not in result.regions]
    if missing or not isinstance(source, str) or not isinstance(target, str):
        problems.append(Problem(f"it ends in nothing: there is no region {missing[0]}", where, True))
        return
    odd = [one for one in labels if one not in form.relations] if isinstance(labels, list) else [labels]
    if odd:
        problems.append(Problem(f"the form has no relation {odd[0]!r}", where, True))
        return
    direction = item.get("direction", _RIGHT)
    if direction == _LEFT:
        source, target = target, source
    elif direction not in (_RIGHT, _BOTH):
        problems.append(Problem(f"unknown direction {direction!r}", where, True))
        return
    result.relations.setdefault((source, target), [])
    for label in labels:
        result.relate(source, target, label)


def fatal(problems: Iterable[Problem]) -> list[Problem]:
    """Those that make the annotation unusable."""
    return [one for one in problems if one.fatal]
