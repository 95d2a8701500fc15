"""One widget's value: from the stored form to Label Studio's and back.

`to_widget` gives None where the widget cannot hold the value exactly; such values are kept elsewhere (see
`convert_patch`). A stored value that equals the column's default needs no widget.
"""

from __future__ import annotations

import json
from typing import Any

from communique.rounds.form import NO, YES, Field, Form, values_of
from communique.schema.model import core

_EXACT = 2**53  # numbers pass through JavaScript


def to_widget(one: Field, value: Any, offered: frozenset[str] | set[str], form: Form, prefix: str) -> Any:
    """The widget's value for a stored one, or None. offered: actor ids that the task lists."""
    if value is None:
        return None
    if one.kind in ("flag", "boolean"):
        if not isinstance(value, bool) or (one.kind == "flag" and not value):
            return None
        return [YES if value else NO]
    if one.kind == "choice":
        return [value] if value in form.allowed[one.control] else None
    if one.kind == "choices":
        good = isinstance(value, list) and all(item in form.allowed[one.control] for item in value)
        return list(value) if good and value else None
    if one.kind == "tags":
        good = isinstance(value, list) and all(item in form.allowed[one.control] for item in value)
        return [[item] for item in value] if good and value else None
    if one.kind == "actor":
        return [[value]] if value in offered else None
    if one.kind == "actors":
        good = isinstance(value, list) and all(item in offered for item in value)
        return [[item] for item in value] if good and value else None
    if one.kind == "text":
        short = value
        if isinstance(value, str) and _is_record(one):
            short = value.removeprefix(prefix)
        return [short] if plain_text(value) else None
    if one.kind in ("number", "integer"):
        exact = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _EXACT
        return value if exact else None
    return [json.dumps(value, ensure_ascii=False, separators=(", ", ": "))]


def class_to_widget(value: Any, mode: Any, allowed: frozenset[str]) -> list[list[str]] | None:
    """The taxonomy path of a class and its mode."""
    path = [value] if mode is None else [value, f"{value}/{mode}"]
    return [path] if all(one in allowed for one in path) else None


def from_widget(one: Field, raw: Any, form: Form, prefix: str, records: set[str]) -> Any:
    """The stored value of a widget's. Raises ValueError for text that is not the JSON asked for.

    records: local names of the article's records, written short where a record is meant.
    """
    if one.kind in ("flag", "boolean"):
        return raw[0] == YES
    if one.kind == "choice":
        return raw[0]
    if one.kind == "choices":
        order = [value.const for value in form.schema.values(values_of(one)).values]
        return sorted(dict.fromkeys(raw), key=order.index)
    if one.kind == "actor":
        return raw[0][-1]
    if one.kind in ("actors", "tags"):
        return list(dict.fromkeys(path[-1] for path in raw))
    if one.kind == "text":
        text = "\n".join(raw)
        return prefix + text if _is_record(one) and text in records else text
    if one.kind == "integer":
        return int(raw) if float(raw).is_integer() else raw
    if one.kind == "number":
        return float(raw)
    return expanded(json.loads("\n".join(raw)), one.spec, prefix, record_pattern(form))


def class_from_widget(raw: list[list[str]]) -> tuple[str, str | None]:
    """The class and the mode of a taxonomy path, or of a path that names the mode alone."""
    value, _, mode = raw[0][-1].partition("/")
    return value, mode or None


def plain_text(value: Any) -> bool:
    """Whether a text field keeps it as it is: some visible character, no carriage return or other control."""
    if not isinstance(value, str) or not value.strip():
        return False
    return all(one in "\n\t" or (ord(one) >= 32 and not 127 <= ord(one) < 160) for one in value)


def record_pattern(form: Form) -> str | None:
    """The pattern by which a record's id is told from other text."""
    found = form.schema.shared.get("record_id", {}).get("pattern")
    return str(found) if found else None


def expanded(value: Any, spec: dict[str, Any], prefix: str, pattern: str | None) -> Any:
    """`value` with record ids that were written without the article's prefix made whole."""
    inner = core(spec)
    if isinstance(value, list):
        return [expanded(item, inner.get("items", {}), prefix, pattern) for item in value]
    if isinstance(value, dict):
        known = inner.get("properties", {})
        return {name: expanded(item, known.get(name, {}), prefix, pattern) for name, item in value.items()}
    short = isinstance(value, str) and value and "." not in value
    return prefix + value if short and pattern and inner.get("pattern") == pattern else value


def _is_record(one: Field) -> bool:
    return bool(one.spec.get("x-label-studio", {}).get("record"))
