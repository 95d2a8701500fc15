"""The schema of a corpus without texts: the same columns and types, with null where words are withheld.

The words are withheld by name: whatever the schema calls an excerpt (`x-excerpt`), and the `text` of a span
(`x-span-of`). Each place that becomes nullable for that reason is marked `x-withheld`, so that the schema
of the whole corpus is got back from the files alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from communique.files import write_atomically
from communique.schema.files import read_schema_files

Record = dict[str, Any]
Form = Literal["whole", "withheld", "partial"]

#: What a node had before: type, or the whole node where it wasn't a plain type.
MARK = "x-withheld"


def write_schema(source: Path, goal: Path, form: Form) -> None:
    """Write the schema files of `source`, whatever their form, to the folder `goal` in another form.

    `whole`: as annotated. `withheld`: excerpts and the text of spans may be null. `partial`, for a corpus of
    which some spans could not be restored: a list of spans may be empty, too, and offsets be null.
    """
    for name, data in read_schema_files(source).items():
        changed = _restored(data)
        if form != "whole":
            changed = _withheld(changed, partial=form == "partial")
        write_atomically(goal / name, json.dumps(changed, indent=2, ensure_ascii=False) + "\n")


def _withheld(node: Any, *, partial: bool, in_spans: bool = False) -> Any:
    if isinstance(node, list):
        return [_withheld(item, partial=partial) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _withheld(value, partial=partial) for key, value in node.items()}
    properties = made.get("properties")
    if "x-span-of" in node and isinstance(properties, dict) and "text" in properties:
        properties["text"] = _nullable(properties["text"])
    if isinstance(properties, dict) and partial and node.get("x-key"):
        for name in ("start", "end"):
            if properties.get(name, {}).get("type") == "integer":
                properties[name] = _nullable(properties[name])
        for name, column in properties.items():
            if str(column.get("$ref", "")).endswith("/spans") and "minItems" in column:
                rest = {key: value for key, value in column.items() if key != "minItems"}
                properties[name] = {**rest, MARK: {"minItems": column["minItems"]}}
    if node.get("x-excerpt") is True and node.get("type") != "array":
        made = _nullable(made)
    return made


def _nullable(node: Record) -> Record:
    if MARK in node:
        return node
    kind = node.get("type")
    if isinstance(kind, str):
        return {**node, "type": [kind, "null"], MARK: {"type": kind}}
    if isinstance(kind, list) and "null" in kind:
        return node
    return {"anyOf": [node, {"type": "null"}], MARK: {"node": node}}


def _restored(node: Any) -> Any:
    if isinstance(node, list):
        return [_restored(item) for item in node]
    if not isinstance(node, dict):
        return node
    if MARK in node:
        before = node[MARK]
        if "node" in before:
            return _restored(before["node"])
        node = {**{key: value for key, value in node.items() if key != MARK}, **before}
    return {key: _restored(value) for key, value in node.items()}
