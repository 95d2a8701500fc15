"""Sound records recognised quickly: a verdict that may say "perhaps not", but never "valid" of what isn't.

jsonschema takes about a millisecond for a record. A record that passes here needs no further look; every other
one is judged and explained by jsonschema, so that its verdict is the only one that counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

Node = dict[str, Any]
Surely = Callable[[Any], bool]

_INT64 = 2**63
_PROSE = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples"})
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_SIZES = frozenset({"minLength", "maxLength", "minItems", "maxItems"})
_KNOWN = frozenset(
    {"type", "enum", "anyOf", "properties", "required", "additionalProperties", "items", "uniqueItems", "pattern", "format"}
) | _BOUNDS | _SIZES  # fmt: skip


def surely_valid(node: Node) -> Surely:
    """A predicate that is true only of values that are valid against the resolved schema `node` and can be stored."""
    said = {key for key in node if key not in _PROSE and not key.startswith("x-")}
    if not said <= _KNOWN or not said:
        return _never
    if "anyOf" in node:
        if said != {"anyOf"}:
            return _never
        null = any(option == {"type": "null"} for option in node["anyOf"])
        options = [surely_valid(option) for option in node["anyOf"] if option != {"type": "null"}]
        return _any(options, null)
    if "enum" in node and not all(isinstance(one, str) or one is None for one in node["enum"]):
        return _never
    kinds = node.get("type")
    if kinds is None:
        return _enum(node) if said == {"enum"} else _never
    null = "null" in kinds and ("enum" not in node or None in node["enum"])
    by_type = {kind: _KINDS.get(kind, _none)(node) for kind in ([kinds] if isinstance(kinds, str) else kinds)}
    return _any([test for kind, test in by_type.items() if kind != "null"], null or kinds == "null")


def _any(options: list[Surely], null: bool) -> Surely:
    """True of what one of the options accepts, and of null if it may be."""
    if len(options) != 1:
        return lambda value: null if value is None else any(option(value) for option in options)
    only = options[0]
    return (lambda value: value is None or only(value)) if null else only


def _never(value: Any) -> bool:
    return False


def _none(node: Node) -> Surely:
    return _never


def _enum(node: Node) -> Surely:
    values = frozenset(node["enum"])
    return lambda value: (type(value) is str or value is None) and value in values


def _string(node: Node) -> Surely:
    low, high = node.get("minLength", 0), node.get("maxLength", math.inf)
    search = re.compile(node["pattern"]).search if "pattern" in node else None
    values = frozenset(node["enum"]) if "enum" in node else None
    if values is not None and search is None:
        return lambda value: type(value) is str and value in values and low <= len(value) <= high
    form = _format(node["format"]) if "format" in node else None

    def check(value: Any) -> bool:
        return (
            type(value) is str
            and low <= len(value) <= high
            and (value.isascii() or _encodes(value))
            and (search is None or search(value) is not None)
            and (values is None or value in values)
            and (form is None or form(value))
        )

    return check


def _encodes(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _format(name: str) -> Surely:
    from jsonschema import Draft202012Validator

    checker = Draft202012Validator.FORMAT_CHECKER
    return lambda value: checker.conforms(value, name)


def _number(node: Node, kinds: tuple[type, ...]) -> Surely:
    if "enum" in node:
        return _never
    low, high = node.get("minimum", -math.inf), node.get("maximum", math.inf)
    above, below = node.get("exclusiveMinimum", -math.inf), node.get("exclusiveMaximum", math.inf)

    def check(value: Any) -> bool:
        return (
            type(value) in kinds
            and -_INT64 <= value < _INT64
            and low <= value <= high
            and (value > above and value < below)
        )

    return check


def _boolean(node: Node) -> Surely:
    return _never if "enum" in node else lambda value: value is True or value is False


def _array(node: Node) -> Surely:
    if "enum" in node or "items" not in node:
        return _never
    item = surely_valid(node["items"])
    low, high = node.get("minItems", 0), node.get("maxItems", math.inf)
    unique = node.get("uniqueItems", False)

    def check(value: Any) -> bool:
        if type(value) is not list or not low <= len(value) <= high or not all(map(item, value)):
            return False
        if not unique or len(value) < 2:
            return True
        return all(type(one) is str for one in value) and len(set(value)) == len(value)

    return check


def _object(node: Node) -> Surely:
    if node.get("additionalProperties") is not False or "properties" not in node or "enum" in node:
        return _never
    fields = {name: surely_valid(child) for name, child in node["properties"].items()}
    required = frozenset(node.get("required", ()))
    #: The object accepted last: the records of a file share one provenance.
    last: list[Any] = [None]

    def check(value: Any) -> bool:
        if value is last[0] and value is not None:
            return True
        if type(value) is not dict or not required <= value.keys():
            return False
        for name, inner in value.items():
            field = fields.get(name)
            if field is None or not field(inner):
                return False
        last[0] = value
        return True

    return check


_KINDS: dict[str, Callable[[Node], Surely]] = {
    "string": _string,
    "integer": lambda node: _number(node, (int,)),
    "number": lambda node: _number(node, (int, float)),
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}
