"""JSON-LD in the vocabulary of Web Annotation (W3C Recommendation, 2017): one annotation a record.

Targets are positions and quotations in the article's text. `TextPositionSelector` counts code points, as
ours do; several fragments are several targets, each with its role. The body is the record in our own terms.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables
from communique.annotation.source import Source
from communique.exchange.format import Record, WriteOptions, Written
from communique.exchange.items import Item, items, put, trimmed
from communique.exchange.mapping import span_columns
from communique.schema import Schema

NAMESPACE = "https://communique.example/schema#"
_CONTEXT_CHARS = 32
_SPANNED = ("mentions", "statements", "actions")


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """`<article_id>.jsonld` for each article, an AnnotationCollection, and `actors.jsonld`."""
    written = Written()
    for item in items(source, options):
        put(out, f"{item.id}.jsonld", _dump(_collection(item, source)), written)
        written.counts.update({name: len(item.annotation.tables.get(name, ())) for name in _SPANNED})
    registry = [_actor(actor) for actor in source.actors.values() if actor["article_id"] is None]
    put(out, "actors.jsonld", _dump({"@context": _context(), "@graph": registry}), written)
    return written


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _context() -> list[Any]:
    return [
        "http://www.w3.org/ns/anno.jsonld",
        {"@vocab": NAMESPACE, "c": NAMESPACE, "schema": "https://schema.org/"},
    ]


def _collection(item: Item, source: Source) -> Record:
    article = {name: value for name, value in item.article.items() if name not in ("text", "zones")}
    found = [
        _annotation(item, table, record, source)
        for table in _SPANNED
        for record in item.annotation.tables.get(table, ())
    ]
    rest = {
        table.name: [
            trimmed(item, table.name, record, source) for record in item.annotation.tables.get(table.name, ())
        ]
        for table in annotation_tables(source.schema)
        if table.name not in _SPANNED
    }
    return {
        "@context": _context(),
        "id": f"urn:communique:{item.id}",
        "type": "AnnotationCollection",
        "label": item.article["title"] or item.id,
        "total": len(found),
        "article": article,
        "zones": item.article["zones"],
        "text": item.text,
        "provenance": item.annotation.provenance or None,
        "remarks": item.annotation.remarks,
        **rest,
        "first": {
            "id": f"urn:communique:{item.id}#page1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": found,
        },
    }


def _annotation(item: Item, table: str, record: Record, source: Source) -> Record:
    schema: Schema = source.schema
    key = schema.table(table).key[0]
    body = trimmed(item, table, record, source)
    targets = []
    if table == "mentions":
        targets.append(_target(item, record, "mention"))
        for name in ("start", "end", "text"):
            del body[name]
    for column, many in span_columns(schema, table).items():
        for span in (record[column] or ()) if many else [record[column]] if record[column] else ():
            targets.append(_target(item, span, column.removesuffix("_spans")))
        body.pop(column, None)
    return {
        "id": f"urn:communique:{record[key]}",
        "type": "Annotation",
        "motivation": "identifying" if table == "mentions" else "describing",
        "body": {"type": table.removesuffix("s").capitalize(), **body},
        "target": targets,
    }


def _target(item: Item, span: Any, role: str) -> Record:
    start, end, text = span["start"], span["end"], item.text
    return {
        "source": item.article["url"] or f"urn:communique:{item.id}",
        "role": role,
        "selector": [
            {"type": "TextPositionSelector", "start": start, "end": end},
            {
                "type": "TextQuoteSelector",
                "exact": text[start:end],
                "prefix": text[max(0, start - _CONTEXT_CHARS) : start],
                "suffix": text[end : end + _CONTEXT_CHARS],
            },
        ],
    }


def _actor(actor: Record) -> Record:
    same = (
        {"schema:sameAs": f"http://www.wikidata.org/entity/{actor['wikidata_qid']}"}
        if actor["wikidata_qid"]
        else {}
    )
    return {
        "id": f"urn:communique:actor:{actor['actor_id']}",
        "type": "Actor",
        "label": actor["canonical_name"],
        **same,
        **actor,
    }
