"""From a foreign graph and a mapping to records of our tables; what does not fit is refused with its reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from communique.exchange.blank import blank
from communique.exchange.format import Log
from communique.exchange.graph import Frame, Graph, Mark
from communique.exchange.mapping import Mapping, span_columns, unknown_labels
from communique.schema import Schema
from communique.text.spans import is_ordered, make_span, trim

Record = dict[str, Any]
Tables = dict[str, list[Record]]

_ID = {"mentions": "mention_id", "statements": "statement_id", "actions": "action_id"}


class Refused(Exception):
    """One record cannot be held; the message is the reason."""


def assemble(graph: Graph, mapping: Mapping, text: str, schema: Schema, log: Log, file: Path | str) -> Tables:
    """The records of one pass, with local ids (`.E1`).

    Raises ExchangeError for labels that the mapping does not know. A record without the words that its
    table needs, with overlapping fragments or offsets outside the text is refused to `log`.
    """
    _check_labels(graph, mapping, file)
    builder = _Builder(graph, mapping, text, schema, log, str(file))
    return builder.build()


def _check_labels(graph: Graph, mapping: Mapping, file: Path | str) -> None:
    triggers = {frame.trigger for frame in graph.frames.values()}
    spans = {m.label for m in graph.marks.values() if m.id not in triggers and not mapping.knows(m.label)}
    frames = {
        f.label
        for f in graph.frames.values()
        if f.label not in mapping.frames and f.label not in mapping.ignore
    }
    links = {link.label for link in graph.links} - set(mapping.links) - mapping.ignore
    if spans or frames or links:
        raise unknown_labels(file, spans, frames, links)


class _Builder:
    def __init__(
        self, graph: Graph, mapping: Mapping, text: str, schema: Schema, log: Log, file: str
    ) -> None:
        self.graph, self.mapping, self.text, self.schema, self.log, self.file = (
            graph,
            mapping,
            text,
            schema,
            log,
            file,
        )
        self.tables: Tables = {}

    def build(self) -> Tables:
        used: set[str] = set()
        for frame in self.graph.frames.values():
            target = self.mapping.frames.get(frame.label)
            if target is None:
                self.log.unheld[f"{frame.label} (ignored)"] += 1
                continue
            used.update([frame.trigger or "", *(other for _, other in frame.args)])
            self._keep(target.table, frame.id, lambda frame=frame: self._framed(frame))
        heads: dict[str, list[tuple[str, Mark]]] = {}
        for link in self.graph.links:
            if link.label in self.mapping.ignore:
                self.log.unheld[f"{link.label} (ignored)"] += 1
                continue
            head, part = self._ends(link.source, link.target)
            heads.setdefault(head, []).append((self.mapping.links[link.label], self.graph.marks[part]))
            used.add(part)
        for mark in self.graph.marks.values():
            if mark.label in self.mapping.ignore:
                self.log.unheld[f"{mark.label} (ignored)"] += 1
                continue
            kind = self.mapping.spans.get(mark.label)
            if kind is not None and kind.table is not None:
                parts = heads.get(mark.id, [])
                self._keep(kind.table, mark.id, lambda mark=mark, parts=parts: self._headed(mark, parts))
            elif mark.id not in used and kind is not None:
                self.log.refuse(self.file, mark.id, f"a {mark.label} that belongs to no record")
        return self.tables

    def _ends(self, source: str, target: str) -> tuple[str, str]:
        """The head and the part of a link: the head is the end whose label makes a record."""
        kind = self.mapping.spans.get(self.graph.marks[target].label)
        return (target, source) if kind and kind.table else (source, target)

    def _keep(self, table: str, id: str, make: Any) -> None:
        try:
            record = make()
        except Refused as reason:
            self.log.refuse(self.file, id, str(reason))
            return
        self.tables.setdefault(table, []).append(record)
        self.log.seen[table] += 1

    def _framed(self, frame: Frame) -> Record:
        target = self.mapping.frames[frame.label]
        columns = span_columns(self.schema, target.table)
        words: dict[str, list[Mark]] = {}
        given: Record = dict(target.values)
        if target.trigger and frame.trigger:
            words.setdefault(target.trigger, []).append(self._mark(frame.trigger))
        for role, other in frame.args:
            name = target.roles.get(role) or target.roles.get(re.sub(r"[0-9]+$", "", role))
            if name is None:
                self.log.unheld[f"{frame.label} {role}"] += 1
            elif name in columns:
                words.setdefault(name, []).append(self._mark(other))
            else:
                given[name] = f".{other}"
        return self._record(target.table, frame.id, words, given, frame.values)

    def _headed(self, mark: Mark, parts: list[tuple[str, Mark]]) -> Record:
        target = self.mapping.spans[mark.label]
        assert target.table is not None
        words: dict[str, list[Mark]] = {target.column or "": [mark]}
        for column, part in parts:
            words.setdefault(column, []).append(part)
        return self._record(target.table, mark.id, words, dict(target.values), mark.values)

    def _mark(self, id: str) -> Mark:
        if id not in self.graph.marks:
            raise Refused(f"refers to {id}, which does not exist")
        return self.graph.marks[id]

    def _record(
        self, table: str, id: str, words: dict[str, list[Mark]], given: Record, values: dict[str, str]
    ) -> Record:
        columns = span_columns(self.schema, table)
        for column, marks in words.items():
            spans = self._spans(marks, column or table, id)
            if column == "" and table == "mentions":
                if len(spans) > 1:
                    raise Refused("a discontinuous mention, which the table mentions cannot hold")
                given.update(spans[0])
            elif columns.get(column):
                given[column] = spans
            elif len(spans) == 1:
                given[column] = spans[0]
            else:
                raise Refused(f"{len(spans)} fragments in {column}, which holds one span")
        for column, is_list in columns.items():
            if is_list and self.schema.table(table)[column].json.get("minItems") and not given.get(column):
                raise Refused(f"no {column.removesuffix('_spans')}")
        self._attributes(table, given, values)
        return blank(self.schema, table, {_ID.get(table, f"{table}_id"): f".{safe(id)}", **given})

    def _spans(self, marks: list[Mark], what: str, id: str) -> list[Any]:
        """The fragments as spans: white space at their edges is left out, fragments that touch are one; both are faults."""
        found: list[tuple[int, int]] = []
        for start, end in sorted({piece for mark in marks for piece in mark.spans}):
            low, high = trim(self.text, start, end)
            if (low, high) != (start, end):
                self.log.fault(
                    self.file, id, f"{what} {start}-{end} begins or ends with white space, which was left out"
                )
            if found and found[-1][1] == low:
                self.log.fault(self.file, id, f"{what} has fragments that touch at {low}; they were made one")
                found[-1] = (found[-1][0], high)
            elif low < high or low == start == end:
                found.append((low, high))
        try:
            spans = [make_span(self.text, start, end) for start, end in found]
        except ValueError as error:
            raise Refused(f"{what}: {error}") from None
        if not is_ordered(spans):
            raise Refused(f"overlapping fragments in {what}: " + ", ".join(f"{s}-{e}" for s, e in found))
        return spans

    def _attributes(self, table: str, given: Record, values: dict[str, str]) -> None:
        for name, value in values.items():
            target = self.mapping.attributes.get(name)
            if target is None or target.column not in self.schema.table(table).by_name:
                self.log.unheld[f"attribute {name}"] += 1
                continue
            ours = target.values.get(value) if target.values is not None else value
            listed = self.schema.table(table)[target.column].values
            if ours is None or (listed and ours not in self.schema.values(listed)):
                self.log.unheld[f"attribute {name}={value}"] += 1
            else:
                given[target.column] = ours


def safe(id: str) -> str:
    """A foreign id as the part of ours after the dot."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", id)
