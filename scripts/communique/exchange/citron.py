"""Read the JSON of Citron (BBC, 2021): quotes with cue, sources and contents, and groups of coreference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from communique.articles.readers.text import from_text
from communique.exchange.blank import blank
from communique.exchange.foreign import RawMark, place
from communique.exchange.format import (
    Document,
    ExchangeError,
    Log,
    Pass,
    Reading,
    ReadOptions,
    Record,
    bounded,
    files_of,
)
from communique.exchange.nesting import nest
from communique.exchange.receive import actor
from communique.exchange.received_text import storable
from communique.schema import Schema
from communique.text.canonical import canonical, decode
from communique.text.spans import is_ordered, make_span


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """One document a file: `text`, `quotes`, and `coreference_groups` if they are there."""
    documents = []
    for file in files_of(path, [".json"]):
        try:
            data = json.loads(decode(bounded(file, options.limit), file=file))
        except (ValueError, RecursionError) as error:
            raise ExchangeError(f"Not JSON: {error}", file=file) from None
        if (
            not isinstance(data, dict)
            or not isinstance(data.get("text"), str)
            or not isinstance(data.get("quotes"), list)
        ):
            raise ExchangeError(
                "Not a document of Citron.", file=file, expected="an object with text and quotes"
            )
        documents.append(_document(data, file, options, schema, log))
    return Reading(documents)


def _document(data: Record, file: Path, options: ReadOptions, schema: Schema, log: Log) -> Document:
    original = storable(data["text"], file, log)
    text = canonical(original, file=file)
    marks: list[RawMark] = []

    def mark(span: Any, id: str) -> str:
        try:
            marks.append(RawMark(id, "span", [(int(span["start"]), int(span["end"]))], span.get("text")))
        except (KeyError, TypeError, ValueError, AttributeError):
            log.refuse(file, id, f"not a span: {span!r}"[:80])
        return id

    quotes = []
    for number, quote in enumerate(data["quotes"], start=1):
        roles = {
            "cue_spans": [mark(quote["cue"], f"Q{number}-cue")] if quote.get("cue") else [],
            "source_spans": [
                mark(s, f"Q{number}-source{i}") for i, s in enumerate(quote.get("sources") or (), start=1)
            ],
            "content_spans": [
                mark(s, f"Q{number}-content{i}") for i, s in enumerate(quote.get("contents") or (), start=1)
            ],
        }
        quotes.append((number, quote, roles))
    groups = [
        [mark(span, f"G{g}-{i}") for i, span in enumerate(group, start=1)]
        for g, group in enumerate(data.get("coreference_groups") or (), start=1)
    ]
    placed = place(marks, original, text, options.offsets or "code-points", file, log)
    tables: dict[str, list[Record]] = {"actors": [], "mentions": [], "statements": []}
    who: dict[tuple[int, int], str] = {}
    for g, group in enumerate(groups, start=1):
        spans = [placed[id].spans[0] for id in group if id in placed]
        if not spans:
            continue
        name = max((text[start:end] for start, end in spans), key=len)
        tables["actors"].append(actor(schema, f".G{g}", name))
        for i, (start, end) in enumerate(spans, start=1):
            who.setdefault((start, end), f".G{g}")
            given = {"mention_id": f".M{g}-{i}", "actor_id": f".G{g}", **make_span(text, start, end)}
            tables["mentions"].append(blank(schema, "mentions", given))
    for number, quote, roles in quotes:
        found = _statement(number, quote, roles, placed, text, who, log, file)
        if found is not None:
            tables["statements"].append(blank(schema, "statements", found))
    nest(tables["statements"])
    log.seen.update({name: len(records) for name, records in tables.items() if records})
    annotator = options.annotator or "citron"
    return Document(
        file.stem, from_text(text, "utf-8"), text.encode("utf-8"), [Pass(annotator, tables)], file.name
    )


def _statement(
    number: int, quote: Record, roles: dict[str, list[str]], placed: dict[str, Any], text: str,
    who: dict[tuple[int, int], str], log: Log, file: Path,
) -> Record | None:  # fmt: skip
    name = str(quote.get("id") or f"quote {number}")
    given: Record = {"statement_id": f".Q{number}", "source_actor_ids": []}
    for column, ids in roles.items():
        if any(id not in placed for id in ids):
            log.refuse(
                file, name, f"a span of its {column.removesuffix('_spans')} does not stand in the text"
            )
            return None
        given[column] = [
            make_span(text, *span) for span in sorted({s for id in ids for s in placed[id].spans})
        ]
        if not given[column] and column != "source_spans":
            log.refuse(file, name, f"no {column.removesuffix('_spans')}")
            return None
        if not is_ordered(given[column]):
            log.refuse(file, name, f"overlapping fragments in {column}")
            return None
    for span in given["source_spans"]:
        known = who.get((span["start"], span["end"]))
        if known and known not in given["source_actor_ids"]:
            given["source_actor_ids"].append(known)
    for extra in ("confidence", "coreferences"):
        if quote.get(extra):
            log.unheld[extra] += 1
    return given
