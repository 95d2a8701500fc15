"""UIMA CAS (XMI and its type system) of our own corpus, by way of dkpro-cassis, and back without loss.

Types `communique.Mention`, `.Statement`, `.Action` stand at the mention, cue and trigger; their words by
role are arrays of `communique.Fragment`. Listed values are string features, everything else is JSON in
`record`. `communique.Article` holds what has no place in the text. Offsets in XMI are UTF-16 code units, as
UIMA counts; cassis converts them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables, fill
from communique.annotation.source import Source
from communique.articles.draft import Draft, Zone
from communique.exchange.brat_own import listed
from communique.exchange.format import Document, ExchangeError, Log, Pass, Record, WriteOptions, Written, need
from communique.exchange.items import Item, items, put, trimmed
from communique.exchange.mapping import span_columns
from communique.exchange.receive import localised
from communique.schema import Schema
from communique.text.spans import hull, make_span

TYPES = {
    "mentions": "communique.Mention",
    "statements": "communique.Statement",
    "actions": "communique.Action",
}
ARTICLE, FRAGMENT = "communique.Article", "communique.Fragment"
_ANCHOR = {"statements": "cue_spans", "actions": "trigger_spans"}
_PARTICIPANTS = ("agents", "targets")
#: What XML 1.0 cannot hold although it is Unicode.
_NOT_XML = re.compile("[\ufffe\uffff]")


def type_system(schema: Schema) -> Any:
    """The type system that a schema gives."""
    cassis = need("cassis", "cas")
    system = cassis.TypeSystem()
    annotation = "uima.tcas.Annotation"
    system.create_type(FRAGMENT, annotation, "A stretch of the text that plays a role in a record.")
    article = system.create_type(
        ARTICLE, "uima.cas.TOP", "The article and what has no place in its text, as JSON."
    )
    for name in ("article", "header", "tables"):
        system.create_feature(article, name, "uima.cas.String")
    for table, name in TYPES.items():
        made = system.create_type(name, annotation, schema.table(table).description)
        for column in listed(schema.table(table)):
            system.create_feature(
                made, feature(column), "uima.cas.String", description=schema.table(table)[column].description
            )
        if table == "actions":
            system.create_feature(made, "event_type", "uima.cas.String")
        for column in [*span_columns(schema, table), *(_PARTICIPANTS if table == "actions" else ())]:
            system.create_feature(made, column, "uima.cas.FSArray", elementType=FRAGMENT)
        system.create_feature(made, "record", "uima.cas.String", description="All other columns as JSON.")
    return system


def feature(column: str) -> str:
    """The feature of a column; UIMA keeps `begin`, `end` and `sofa` to itself, and cassis adds `type`."""
    return column + "_" if column in ("begin", "end", "sofa", "type", "self") else column


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """`<article_id>.xmi` for each article, `TypeSystem.xml`, and the registry in `actors.json`."""
    system = type_system(source.schema)
    written = Written()
    put(out, "TypeSystem.xml", system.to_xml(), written)
    for item in items(source, options):
        bad = _NOT_XML.search(item.text)
        if bad:
            written.left_out["article with a character that XML cannot hold"] += 1
            written.notes.append(f"{item.id}: U+{ord(bad.group()):04X} at {bad.start()}")
            continue
        cas = _cas(item, source, system)
        put(out, f"{item.id}.xmi", cas.to_xmi(), written)
        written.counts.update({name: len(item.annotation.tables.get(name, ())) for name in TYPES})
    registry = [actor for actor in source.actors.values() if actor["article_id"] is None]
    put(out, "actors.json", json.dumps(registry, ensure_ascii=False) + "\n", written)
    return written


def _cas(item: Item, source: Source, system: Any) -> Any:
    cassis = need("cassis", "cas")
    schema = source.schema
    cas = cassis.Cas(system)
    cas.sofa_string, cas.sofa_mime = item.text, "text/plain"
    fragment, array = system.get_type(FRAGMENT), system.get_type("uima.cas.FSArray")

    def pieces(spans: list[Any]) -> Any:
        made = [fragment(begin=span["start"], end=span["end"]) for span in spans]
        cas.add_all(made)
        return array(elements=made)

    for table, name in TYPES.items():
        kind = system.get_type(name)
        for record in item.annotation.tables.get(table, ()):
            rest = trimmed(item, table, record, source)
            given: Record = {}
            if table == "mentions":
                begin, end = record["start"], record["end"]
                for column in ("start", "end", "text"):
                    del rest[column]
            else:
                begin, end = hull(record[_ANCHOR[table]])
            for column, many in span_columns(schema, table).items():
                spans = record[column] if many else [record[column]] if record[column] else []
                if spans:
                    given[column] = pieces(spans)
                    rest.pop(column, None)
            for column in _PARTICIPANTS if table == "actions" else ():
                spans = [one["span"] for one in record[column] if one["span"]]
                if spans:
                    given[column] = pieces(spans)
                if column in rest:
                    rest[column] = [{**one, "span": one["span"] is not None} for one in rest[column]]
            for column in [*listed(schema.table(table)), *(["event_type"] if table == "actions" else [])]:
                if isinstance(rest.get(column), str):
                    given[feature(column)] = rest.pop(column)
            cas.add(kind(begin=begin, end=end, record=json.dumps(rest, ensure_ascii=False), **given))
    cas.add(system.get_type(ARTICLE)(**_article(item, source)))
    return cas


def _article(item: Item, source: Source) -> dict[str, str]:
    article = {name: value for name, value in item.article.items() if name != "text"}
    found = {"article": json.dumps(article, ensure_ascii=False)}
    if item.annotated:
        header = {"provenance": item.annotation.provenance, "remarks": item.annotation.remarks}
        others = [table.name for table in annotation_tables(source.schema) if table.name not in TYPES]
        rest = {
            name: [trimmed(item, name, record, source) for record in item.annotation.tables[name]]
            for name in others
        }
        found |= {
            "header": json.dumps(header, ensure_ascii=False),
            "tables": json.dumps(rest, ensure_ascii=False),
        }
    return found


# Reading it back


def is_own(cas: Any) -> bool:
    """Whether a CAS is one of our exports."""
    return bool(cas.typesystem.contains_type(ARTICLE) and cas.select(ARTICLE))


def document(cas: Any, file: Path, schema: Schema, log: Log) -> Document:
    """The document of one of our exports. Raises ExchangeError when its parts contradict each other."""
    top = cas.select(ARTICLE)[0]
    text = cas.sofa_string
    article = json.loads(top.article)
    article_id = article["article_id"]
    zones = [Zone(z["zone"], z["start"], z["end"], z["duplicate_of"]) for z in article["zones"]]
    passes = []
    if top.header:
        header = json.loads(top.header)
        filled = {"article_id": article_id, "provenance": header["provenance"]}
        tables = {
            name: [fill(schema.table(name), record, filled) for record in records]
            for name, records in json.loads(top.tables).items()
        }
        for table, name in TYPES.items():
            found = [_record(one, table, text, schema) for one in cas.select(name)]
            tables[table] = [fill(schema.table(table), record, filled) for record in found]
            log.seen[table] += len(found)
        local = {
            name: [localised(record, article_id) for record in records] for name, records in tables.items()
        }
        passes = [Pass(header["provenance"]["annotators"][0], local, header["remarks"], header["provenance"])]
    draft = Draft(text, zones, "utf-8", language=article["language"])
    return Document(article_id, draft, text.encode("utf-8"), passes, file.name, article, article_id)


def _record(one: Any, table: str, text: str, schema: Schema) -> Record:
    record: Record = json.loads(one.record)
    if table == "mentions":
        record |= make_span(text, one.begin, one.end)

    def spans(column: str) -> list[Any]:
        array = getattr(one, column, None)
        return (
            [make_span(text, piece.begin, piece.end) for piece in array.elements] if array is not None else []
        )

    for column, many in span_columns(schema, table).items():
        found = spans(column)
        if found:
            record[column] = found if many else found[0]
    for column in _PARTICIPANTS if table == "actions" else ():
        pieces = iter(spans(column))
        try:
            for participant in record.get(column, ()):
                participant["span"] = next(pieces) if participant["span"] else None
        except StopIteration:
            raise ExchangeError(f"Fewer fragments than {column}.", record=record.get("action_id")) from None
    for column in [*listed(schema.table(table)), *(["event_type"] if table == "actions" else [])]:
        value = getattr(one, feature(column), None)
        if value is not None:
            record[column] = value
    return record
