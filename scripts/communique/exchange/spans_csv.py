"""Read a table of spans: one row a span, with the texts as .txt files beside it.

Columns (other names in brackets): `document` (doc, doc_id, file), `start` (begin), `end` (stop), `label`
(type, tag), and if they are there `text` (words, span), `annotator`, `id`, and `record`, which joins the spans
of one record: with it, each label is a role of the frame `record` in the mapping.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from communique.exchange.csv_bundle import restored
from communique.exchange.foreign import Gathered, RawMark, place
from communique.exchange.format import ExchangeError, Log, Reading, ReadOptions, bounded, files_of
from communique.exchange.graph import Frame, Graph
from communique.exchange.mapping import Mapping, load_mapping
from communique.schema import Schema
from communique.text.canonical import decode

_NAMES = {
    "document": ("document", "doc", "doc_id", "document_id", "file", "filename"),
    "start": ("start", "begin", "start_offset"),
    "end": ("end", "stop", "end_offset"),
    "label": ("label", "type", "tag", "category"),
    "text": ("text", "words", "span", "mention"),
    "annotator": ("annotator", "coder", "user"),
    "id": ("id", "span_id"),
    "record": ("record", "record_id", "group"),
}
_NEEDED = ("document", "start", "end", "label")
_FRAME = "record"


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The tables below `path`, comma, semicolon or tab between cells.

    Raises ExchangeError for a table that lacks a column, a document without its text, unknown labels, and
    offsets in another unit.
    """
    gathered = Gathered(load_mapping(options.mapping, schema) if options.mapping else Mapping(), schema, log)
    for file in files_of(path, [".csv", ".tsv"]):
        rows = _rows(decode(bounded(file, options.limit), file=file), file)
        by_pass: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
        for number, row in rows:
            by_pass.setdefault((row["document"], row.get("annotator") or "annotator"), []).append(
                (number, row)
            )
        for (name, annotator), found in by_pass.items():
            place_ = file.parent / (name if name.endswith(".txt") else f"{name}.txt")
            if file.parent.resolve() not in place_.resolve().parents or not place_.exists():
                log.refuse(
                    file, name, f"{len(found)} spans of a text that is not beside the table: {place_.name}"
                )
                continue
            original, text = gathered.text(decode(bounded(place_, options.limit), file=place_), place_)
            graph = _graph(found, original, text, options, f"{file} {name}", log)
            gathered.add(
                place_.stem, text, options.annotator or annotator, graph, place_.name, f"{file} {name}"
            )
    return Reading(list(gathered.documents.values()))


def _rows(content: str, file: Path) -> list[tuple[int, dict[str, str]]]:
    header = content.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(content), delimiter=delimiter)
    names = [cell.strip().lower() for cell in next(reader, [])]
    places = {ours: names.index(n) for ours, theirs in _NAMES.items() for n in theirs[::-1] if n in names}
    missing = [name for name in _NEEDED if name not in places]
    if missing:
        raise ExchangeError(
            "The table lacks columns.",
            file=file,
            record="line 1",
            expected=", ".join(_NEEDED),
            found=", ".join(names),
        )
    rows = []
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append(
                (reader.line_num, {n: restored(row[at]) if at < len(row) else "" for n, at in places.items()})
            )
    return rows


def _graph(
    rows: list[tuple[int, dict[str, str]]],
    original: str,
    text: str,
    options: ReadOptions,
    file: str,
    log: Log,
) -> Graph:
    marks: list[RawMark] = []
    joined: dict[str, list[tuple[str, str]]] = {}
    for number, row in rows:
        try:
            pieces = [(int(row["start"]), int(row["end"]))]
        except ValueError:
            log.refuse(
                file,
                f"line {number}",
                f"the offsets {row['start']!r} and {row['end']!r} are no whole numbers",
            )
            continue
        id = row.get("id") or f"T{number}"
        id = f"{id}-{number}" if any(mark.id == id for mark in marks) else id
        marks.append(RawMark(id, row["label"], pieces, row.get("text") or None))
        if row.get("record"):
            joined.setdefault(row["record"], []).append((row["label"], id))
    placed = place(marks, original, text, options.offsets or "code-points", file, log)
    graph = Graph(placed)
    for record, args in joined.items():
        if any(id not in placed for _, id in args):
            log.refuse(file, record, "one of its spans was refused")
            continue
        graph.frames[record] = Frame(record, _FRAME, None, args)
    return graph
