"""Read a Label Studio export in JSON, of any project, by a mapping of its labels.

Regions of the type `labels` are spans, `relation`s are links, and choices, texts and ratings on a region are
its attributes by the name of their control. Offsets count UTF-16 code units, as browsers do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from communique.exchange.assemble import safe
from communique.exchange.foreign import Gathered, RawMark, place
from communique.exchange.format import ExchangeError, Log, Reading, ReadOptions, Record, bounded, files_of
from communique.exchange.graph import Graph, Link
from communique.exchange.mapping import Mapping, load_mapping
from communique.schema import Schema
from communique.text.canonical import decode

_TEXT_KEYS = ("text", "body", "content", "article")
_FACTS = {"title": "title", "url": "url", "publisher": "publisher", "date": "date_raw", "author": "byline"}


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The tasks of the JSON files below `path`, each annotation a pass. Raises ExchangeError for JSON-MIN."""
    gathered = Gathered(load_mapping(options.mapping, schema) if options.mapping else Mapping(), schema, log)
    for file in files_of(path, [".json"]):
        try:
            tasks = json.loads(decode(bounded(file, options.limit), file=file))
        except (ValueError, RecursionError) as error:
            raise ExchangeError(f"Not JSON: {error}", file=file) from None
        tasks = tasks if isinstance(tasks, list) else [tasks]
        for number, task in enumerate(tasks, start=1):
            if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
                raise ExchangeError(
                    "Not a task of Label Studio.", file=file, record=f"task {number}", field="data",
                    expected="an export of the kind JSON, not JSON-MIN",
                )  # fmt: skip
            _task(task, f"task {task.get('id', number)}", gathered, options, log, file)
    return Reading(list(gathered.documents.values()))


def _task(task: Record, name: str, gathered: Gathered, options: ReadOptions, log: Log, file: Path) -> None:
    data = task["data"]
    key = next((k for k in _TEXT_KEYS if isinstance(data.get(k), str)), None)
    key = key or next((k for k, v in data.items() if isinstance(v, str) and len(v) > 200), None)
    if key is None or not data[key].strip():
        log.refuse(file, name, "no text: none of its data fields " + ", ".join(data) + " holds one")
        return
    original, text = gathered.text(data[key], file)
    if task.get("predictions"):
        log.unheld["predictions"] += len(task["predictions"])
    for annotation in task.get("annotations") or task.get("completions") or []:
        if annotation.get("was_cancelled"):
            log.refuse(file, f"{name}, annotation {annotation.get('id')}", "it was skipped by the annotator")
            continue
        graph = _graph(
            annotation.get("result") or [], original, text, options.offsets or "utf-16", f"{file} {name}", log
        )
        draft = gathered.add(
            safe(f"{file.stem}-{name}"),
            text,
            options.annotator or _annotator(annotation),
            graph,
            file.name,
            f"{file} {name}",
        )
        for field_, ours in _FACTS.items():
            if isinstance(data.get(field_), str) and data[field_].strip():
                setattr(draft, ours, data[field_].strip())


def _annotator(annotation: Record) -> str:
    """A pseudonym: mail addresses are nobody's business in a corpus."""
    who = annotation.get("completed_by")
    who = who.get("id") if isinstance(who, dict) else who
    return f"annotator{who}" if who is not None else "annotator"


def _graph(result: list[Any], original: str, text: str, unit: str, file: str, log: Log) -> Graph:
    marks: dict[str, RawMark] = {}
    relations, values = [], []
    for one in result:
        value = one.get("value") or {}
        if one.get("type") == "relation":
            relations.append(one)
        elif isinstance(value.get("labels"), list) and isinstance(value.get("start"), int | str):
            labels = value["labels"] or ["?"]
            try:
                pieces = [(int(value["start"]), int(value["end"]))]
            except (KeyError, ValueError):
                log.refuse(
                    file,
                    str(one.get("id")),
                    f"no usable offsets: {value.get('start')!r}, {value.get('end')!r}",
                )
                continue
            for number, label in enumerate(labels):
                id = safe(str(one["id"])) + (f"-{number}" if number else "")
                marks[id] = RawMark(id, label, pieces, value.get("text"))
        elif one.get("id") is not None:
            values.append(one)
        else:
            log.unheld[f"result of the type {one.get('type')}"] += 1
    for one in values:
        mark = marks.get(safe(str(one["id"])))
        value = one.get("value") or {}
        content = (
            value.get("choices")
            or value.get("text")
            or value.get("rating")
            or value.get("number")
            or value.get("taxonomy")
        )
        if mark is None:
            log.unheld[f"{one.get('type')} of a whole text"] += 1
            continue
        listed = content if isinstance(content, list) else [content]
        mark.values[str(one.get("from_name"))] = "; ".join(map(str, listed))
    graph = Graph(place(list(marks.values()), original, text, unit, file, log))
    for one in relations:
        ends = (safe(str(one.get("from_id"))), safe(str(one.get("to_id"))))
        if any(end not in graph.marks for end in ends):
            log.refuse(file, f"relation {one.get('from_id')}–{one.get('to_id')}", "it joins what is no span")
            continue
        if one.get("direction") == "left":
            ends = (ends[1], ends[0])
        for label in one.get("labels") or ["related"]:
            graph.links.append(Link(label, *ends))
    return graph
