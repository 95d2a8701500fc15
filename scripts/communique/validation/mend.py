"""Repairs, apart from checks: listed by id, safe or destructive, shown as a diff, applied only when asked for.

A safe repair changes the form of a record and not what it says. A destructive one loses something: a person
should look at its diff first.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables, dump_json
from communique.annotation.model import AUTHOR
from communique.errors import CommuniqueError
from communique.files import write_atomically
from communique.project import Project
from communique.schema import Schema, load_schema
from communique.text.spans import trim

Record = dict[str, Any]


@dataclass
class Document:
    """One annotation file while it is mended: what it holds, and the text of its article if that is known."""

    path: Path
    data: Record
    text: str | None
    schema: Schema


@dataclass(frozen=True)
class Repair:
    """One kind of repair. `mend` changes the document and returns how many places it changed."""

    id: str
    safe: bool
    title: str
    answers: tuple[str, ...]
    mend: Callable[[Document], int]


@dataclass(frozen=True)
class Edit:
    """What a repair makes of one file."""

    repair: Repair
    path: Path
    places: int
    before: str
    after: str

    def diff(self, root: Path) -> str:
        """Unified diff of the file."""
        name = self.path.relative_to(root).as_posix() if self.path.is_relative_to(root) else str(self.path)
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", n=1))


REPAIRS: dict[str, Repair] = {}


def _repair(id: str, title: str, *answers: str, safe: bool) -> Callable[[Any], Any]:
    def register(function: Callable[[Document], int]) -> Callable[[Document], int]:
        REPAIRS[id] = Repair(id, safe, title, answers, function)
        return function

    return register


@_repair("trim-spans", "cut white space off the edges of spans", "L3/span-edge-space", safe=True)
def _trim_spans(document: Document) -> int:
    count = 0
    for span in _spans(document.data):
        if document.text is None or document.text[span["start"] : span["end"]] != span["text"]:
            continue
        start, end = trim(document.text, span["start"], span["end"])
        if start < end and (start, end) != (span["start"], span["end"]):
            span.update(start=start, end=end, text=document.text[start:end])
            count += 1
    return count


@_repair("sort-spans", "put span lists in the order of the text", "L3/spans-out-of-order", safe=True)
def _sort_spans(document: Document) -> int:
    count = 0
    for spans in _lists(document.data):
        ordered = sorted(spans, key=lambda span: (span["start"], span["end"]))
        if ordered != spans:
            spans[:] = ordered
            count += 1
    return count


@_repair("join-spans", "join spans of a list with nothing between them", "L3/spans-touch", safe=True)
def _join_spans(document: Document) -> int:
    return _merge(document, lambda one, other: one["end"] == other["start"])


@_repair("merge-spans", "merge overlapping spans of a list", "L3/spans-overlap", safe=False)
def _merge_spans(document: Document) -> int:
    return _merge(document, lambda one, other: other["start"] < one["end"] and one["start"] <= other["start"])


@_repair("refresh-text", "take the text of a span from its offsets", "L3/span-text-differs", safe=False)
def _refresh_text(document: Document) -> int:
    count = 0
    for span in _spans(document.data):
        text = document.text
        if text is None or not 0 <= span["start"] < span["end"] <= len(text):
            continue
        if text[span["start"] : span["end"]] != span["text"]:
            span["text"] = text[span["start"] : span["end"]]
            count += 1
    return count


@_repair("drop-repeated-items", "drop repetitions from sets", "L1/repeated-item", safe=True)
def _drop_repeated(document: Document) -> int:
    count = 0
    for table in annotation_tables(document.schema):
        sets = [column.name for column in table.stored if column.json.get("uniqueItems")]
        for record in _records(document, table.name):
            for name in sets:
                items = record.get(name)
                if isinstance(items, list) and all(isinstance(item, str) for item in items):
                    unique = list(dict.fromkeys(items))
                    if unique != items:
                        record[name] = unique
                        count += 1
    return count


@_repair("drop-derived", "remove derived values entered by hand", "L1/derived-field-stored", safe=False)
def _drop_derived(document: Document) -> int:
    count = 0
    for table in annotation_tables(document.schema):
        derived = {column.name for column in table.columns if column.derived}
        for record in _records(document, table.name):
            for name in derived & record.keys():
                del record[name]
                count += 1
    return count


@_repair("drop-unused-events", "remove events that no action mentions", "L2/event-without-action", safe=False)
def _drop_events(document: Document) -> int:
    used = {record.get("event_id") for record in _records(document, "actions")}
    linked = {
        record.get(end)
        for record in _records(document, "event_links")
        for end in ("from_event_id", "to_event_id")
    }
    return _keep(document, "events", lambda record: record.get("event_id") in used | linked)


@_repair(
    "drop-unused-groups",
    "remove unnamed groups that nothing mentions",
    "L2/group-without-mention",
    safe=False,
)
def _drop_groups(document: Document) -> int:
    others = {name: part for name, part in document.data.items() if name != "actors"}
    named = set(_strings(others)) | {AUTHOR}
    return _keep(
        document,
        "actors",
        lambda record: record.get("actor_id") in named or record.get("resolution") == "implicit",
    )


@_repair(
    "drop-repeated-mentions", "remove mentions of the same words and actor", "L4/mention-repeated", safe=False
)
def _drop_mentions(document: Document) -> int:
    seen: set[tuple[Any, ...]] = set()

    def first(record: Record) -> bool:
        place = (record.get("start"), record.get("end"), record.get("actor_id"))
        return not (place in seen or seen.add(place))  # type: ignore[func-returns-value]

    return _keep(document, "mentions", first)


def edits(project: Project, ids: list[str] | None = None, files: list[Path] | None = None) -> Iterator[Edit]:
    """What the repairs named (all without `ids`) would make of the gold files; nothing is written.

    Raises CommuniqueError for an id that no repair has. Files that cannot be read are passed over: validation
    says what is wrong with them.
    """
    unknown = [one for one in ids or [] if one not in REPAIRS]
    if unknown:
        raise CommuniqueError(f"There is no repair '{unknown[0]}'.", expected=", ".join(REPAIRS))
    schema = load_schema(project.schema)
    for path in files or sorted(project.gold.glob("*.json")):
        for id_ in ids or REPAIRS:
            edit = _edit(REPAIRS[id_], path, project, schema)
            if edit is not None:
                yield edit


def _edit(repair: Repair, path: Path, project: Project, schema: Schema) -> Edit | None:
    try:
        before = path.read_text(encoding="utf-8")
        document = Document(path, json.loads(before), _text_of(project, path), schema)
        places = repair.mend(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Edit(repair, path, places, before, dump_json(document.data)) if places else None


def apply(project: Project, ids: list[str], files: list[Path] | None = None) -> list[Edit]:
    """Apply the repairs named, one after the other; each file appears whole or not at all."""
    done = []
    for id_ in ids:
        for edit in list(edits(project, [id_], files)):
            write_atomically(edit.path, edit.after)
            done.append(edit)
    return done


def _text_of(project: Project, path: Path) -> str | None:
    article = project.articles / path.name
    text = json.loads(article.read_text(encoding="utf-8")).get("text") if article.exists() else None
    return text if isinstance(text, str) else None


def _records(document: Document, table: str) -> list[Record]:
    return [record for record in document.data.get(table, []) if isinstance(record, dict)]


def _keep(document: Document, table: str, wanted: Callable[[Record], bool]) -> int:
    records = _records(document, table)
    kept = [record for record in records if wanted(record)]
    if len(kept) < len(records):
        document.data[table] = kept
    return len(records) - len(kept)


def _merge(document: Document, meet: Callable[[Record, Record], bool]) -> int:
    count = 0
    for spans in _lists(document.data):
        at = 0
        while at + 1 < len(spans):
            one, other = spans[at], spans[at + 1]
            if document.text is not None and meet(one, other):
                end = max(one["end"], other["end"])
                one.update(end=end, text=document.text[one["start"] : end])
                del spans[at + 1]
                count += 1
            else:
                at += 1
    return count


def _spans(node: Any) -> Iterator[Record]:
    if isinstance(node, dict):
        if {"start", "end", "text"} <= node.keys() and isinstance(node["start"], int):
            yield node
        for child in node.values():
            yield from _spans(child)
    elif isinstance(node, list):
        for child in node:
            yield from _spans(child)


def _lists(node: Any) -> Iterator[list[Record]]:
    """The span lists, not the mentions, which are records of their own."""
    if isinstance(node, dict):
        for child in node.values():
            yield from _lists(child)
    elif isinstance(node, list):
        if node and all(isinstance(one, dict) and one.keys() == {"start", "end", "text"} for one in node):
            yield node
        for child in node:
            yield from _lists(child)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _strings(child)
