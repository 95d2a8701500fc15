"""A record walked along its schema: what is a span, what an excerpt, what is a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from communique.schema import Table
from communique.schema.model import VALUES, core

Record = dict[str, Any]
Kind = Literal["span", "spans", "place", "excerpt", "text"]
#: visit(kind, value, path) gives the value to put in place; `path` is column, then names and list indices.
Visit = Callable[[Kind, Any, tuple[str | int, ...]], Any]

#: Derived columns that are words of spans: the column that holds the spans, by table and column.
WORDS_OF = {
    ("statements", "source_text"): "source_spans",
    ("statements", "cue_text"): "cue_spans",
    ("statements", "content_text"): "content_spans",
    ("actions", "trigger_text"): "trigger_spans",
}


class Walker:
    """Rewrites the records of one table. Columns without anything to visit are passed through.

    Kinds: `span` (object with start, end and text), `spans` (list of such), `place` (start and end without
    text), `excerpt` (marked x-excerpt), `text` (any other string that isn't a value of a list).
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.is_span = "x-span-of" in table.json and {"start", "end", "text"} <= table.by_name.keys()
        self._columns = {column.name: column.json for column in table.columns if _holds(column.json)}

    def rewrite(self, row: Record, visit: Visit) -> Record:
        """A copy of `row` with what `visit` gave. The span that the row itself may be is not visited."""
        made = dict(row)
        for name, node in self._columns.items():
            if name in row and not (self.is_span and name == "text"):
                made[name] = _walk(node, row[name], (name,), visit)
        return made

    def key(self, row: Record) -> str:
        """The row's key as one string."""
        return "\t".join("" if row[column] is None else str(row[column]) for column in self.table.key)


def _holds(node: Record) -> bool:
    return _kind(node) is not None or _is_parent(node)


def _is_parent(node: Record) -> bool:
    inner = core(node)
    children = [*inner.get("properties", {}).values(), *([inner["items"]] if "items" in inner else [])]
    return inner.get("x-arrow") == "json" or any(_holds(child) for child in children)


def _kind(node: Record) -> Kind | None:
    inner = core(node)
    if node.get("x-excerpt") or inner.get("x-excerpt"):
        return "excerpt"
    if "x-span-of" in inner:
        return "span" if "text" in inner.get("properties", {}) else "place"
    if "items" in inner and "x-span-of" in core(inner["items"]):
        return "spans" if "text" in core(inner["items"]).get("properties", {}) else None
    if inner.get("type") == "string" and VALUES not in inner and "oneOf" not in inner and "anyOf" not in inner:
        return "text"
    return None


def _walk(node: Record, value: Any, path: tuple[str | int, ...], visit: Visit) -> Any:
    if value is None:
        return None
    kind = _kind(node)
    if kind is not None and kind != "place":
        return visit(kind, value, path)
    inner = core(node)
    if inner.get("x-arrow") == "json":
        return _free(value, path, visit)
    if kind == "place":
        value = visit("place", value, path)
    if isinstance(value, dict):
        properties = inner.get("properties", {})
        return {
            name: _walk(properties[name], child, (*path, name), visit) if name in properties else child
            for name, child in value.items()
        }
    if isinstance(value, list) and _holds(inner["items"]):
        return [_walk(inner["items"], child, (*path, at), visit) for at, child in enumerate(value)]
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
    if isinstance(node, dict) or (isinstance(node, list) and int(path[-1]) < len(node)):
        node[path[-1]] = value
