"""A record walked along its schema: what is a span, what an excerpt, what is a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from communique.schema import Table
from communique.schema.model import VALUES, core

Record = dict[str, Any]
Kind = Literal["span", "spans", "place", "excerpt", "text"]
KINDS: frozenset[Kind] = frozenset(("span", "spans", "place", "excerpt", "text"))
#: visit(kind, value, path) gives the value to put in place; `path` is column, then names and list indices.
Visit = Callable[[Kind, Any, tuple[str | int, ...]], Any]

#: Derived columns that are words of spans: the column that holds the spans, by table and column.
WORDS_OF = {
    ("statements", "source_text"): "source_spans",
    ("statements", "cue_text"): "cue_spans",
    ("statements", "content_text"): "content_spans",
    ("actions", "trigger_text"): "trigger_spans",
}


@dataclass(frozen=True)
class Node:
    """A place of a schema compiled for walking; None for a place without anything to visit below it."""

    kind: Kind | None
    properties: dict[str, Node]
    items: Node | None
    free: bool


class Walker:
    """Rewrites the records of one table. Columns without anything to visit are passed through.

    Kinds: `span` (object with start, end and text), `spans` (list of such), `place` (start and end without
    text), `excerpt` (marked x-excerpt), `text` (any other string that isn't a value of a list). Places of other
    kinds than those `wanted` are not visited.
    """

    def __init__(self, table: Table, wanted: frozenset[Kind] = KINDS) -> None:
        self.table = table
        self.is_span = "x-span-of" in table.json and {"start", "end", "text"} <= table.by_name.keys()
        compiled = {column.name: _compile(column.json, wanted) for column in table.columns}
        self._columns = {name: node for name, node in compiled.items() if node is not None}
        self._single = table.key[0] if len(table.key) == 1 else None
        if self.is_span:
            self._columns.pop("text", None)

    def rewrite(self, row: Record, visit: Visit) -> Record:
        """A copy of `row` with what `visit` gave. The span that the row itself may be is not visited."""
        made = dict(row)
        for name, node in self._columns.items():
            value = row.get(name)
            if value is not None:
                made[name] = _walk(node, value, (name,), visit)
        return made

    def key(self, row: Record) -> str:
        """The row's key as one string."""
        if self._single is not None:
            value = row[self._single]
            return "" if value is None else str(value)
        return "\t".join("" if row[column] is None else str(row[column]) for column in self.table.key)


def _compile(node: Record, wanted: frozenset[Kind]) -> Node | None:
    kind = _kind(node)
    if kind not in wanted:
        kind = None
    inner = core(node)
    free = inner.get("x-arrow") == "json" and "text" in wanted
    if kind is not None and kind != "place":
        return Node(kind, {}, None, False)
    if free:
        return Node(None, {}, None, True)
    compiled = {name: _compile(child, wanted) for name, child in inner.get("properties", {}).items()}
    properties = {name: child for name, child in compiled.items() if child is not None}
    items = _compile(inner["items"], wanted) if "items" in inner else None
    return Node(kind, properties, items, False) if kind or properties or items else None


def _kind(node: Record) -> Kind | None:
    inner = core(node)
    if node.get("x-excerpt") or inner.get("x-excerpt"):
        return "excerpt"
    if "x-span-of" in inner:
        return "span" if "text" in inner.get("properties", {}) else "place"
    if "items" in inner and "x-span-of" in core(inner["items"]):
        return "spans" if "text" in core(inner["items"]).get("properties", {}) else None
    plain = VALUES not in inner and "oneOf" not in inner and "anyOf" not in inner
    return "text" if inner.get("type") == "string" and plain and inner.get("x-arrow") != "json" else None


def _walk(node: Node, value: Any, path: tuple[str | int, ...], visit: Visit) -> Any:
    if value is None:
        return None
    if node.kind is not None:
        value = visit(node.kind, value, path)
        if node.kind != "place":
            return value
    if node.free:
        return _free(value, path, visit)
    if isinstance(value, dict) and node.properties:
        made = dict(value)
        for name, child in node.properties.items():
            if made.get(name) is not None:
                made[name] = _walk(child, made[name], (*path, name), visit)
        return made
    if isinstance(value, list) and node.items is not None:
        return [_walk(node.items, child, (*path, at), visit) for at, child in enumerate(value)]
    return value


def _free(value: Any, path: tuple[str | int, ...], visit: Visit) -> Any:
    if isinstance(value, str):
        return visit("text", value, path)
    if isinstance(value, dict):
        return {name: _free(child, (*path, name), visit) for name, child in value.items()}
    if isinstance(value, list):
        return [_free(child, (*path, at), visit) for at, child in enumerate(value)]
    return value


def put(row: Record, path: tuple[str | int, ...], value: Any) -> None:
    """Set the value at a path of a record that was copied along it. Missing parents leave it as it is."""
    node: Any = row
    for part in path[:-1]:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return
    last = path[-1]
    holds = isinstance(last, int) and last < len(node) if isinstance(node, list) else isinstance(node, dict)
    if holds:
        node[last] = value
