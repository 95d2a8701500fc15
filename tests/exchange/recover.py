"""What others find in our exports: each function opens an export with a library that is not ours.

They return {article_id: {table: {record_id: {column: value}}}} with what the format says of each record.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables, fill
from communique.exchange.csv_bundle import restored
from communique.exchange.flat import JOIN, flat_tables
from communique.exchange.format import Log, ReadOptions
from communique.exchange.formats import get
from communique.exchange.mapping import span_columns
from communique.exchange.receive import _globalised
from communique.schema import Schema

Found = dict[str, dict[str, dict[str, dict[str, Any]]]]
KEYS = {
    "mentions": "mention_id",
    "statements": "statement_id",
    "actions": "action_id",
    "actors": "actor_id",
    "events": "event_id",
}


def key_of(schema: Schema, table: str, record: dict[str, Any]) -> str:
    return "|".join(str(record[name]) for name in schema.table(table).key)


def through_reader(name: str, out: Path, schema: Schema) -> Found:
    """By our own reader, for the formats that have one."""
    reading = get(name, "read").read(out, ReadOptions(), schema, Log())
    found: Found = {}
    for document in reading.documents:
        tables = found.setdefault(str(document.article_id), {})
        tables["articles"] = {str(document.article_id): {**document.article, "text": document.draft.text}}
        tables["registry"] = {actor["actor_id"]: actor for actor in reading.actors}
        for one in document.passes:
            tables["header"] = {"header": {"provenance": one.provenance, "remarks": one.remarks}}
            for table, records in one.tables.items():
                whole = [_globalised(record, str(document.article_id)) for record in records]
                tables[table] = {key_of(schema, table, record): record for record in whole}
    return found


def _flat(rows_of: Any, schema: Schema) -> Found:
    """Records from flat tables; `rows_of(name)` yields dicts of native values with None for null."""
    found: Found = defaultdict(lambda: defaultdict(dict))
    flat = flat_tables(schema)
    children: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for table in flat.values():
        if table.parent:
            names = {column.path[0] for column in table.columns if column.path}
            for row in rows_of(table):
                key = "|".join(str(row[name]) for name in table.key[:-1])
                item = {name: _nested(row, table, name) for name in names}
                children[table.parent, str(table.of)][key].append(item)
    for table in flat.values():
        if table.parent or table.name not in schema.tables:
            continue
        stored = {column.name for column in schema.table(table.name).stored}
        for row in rows_of(table):
            key = "|".join(str(row[name]) for name in table.key)
            record = {
                name: _nested(row, table, name)
                for name in stored
                if any(c.path[:1] == (name,) for c in table.columns)
            }
            for child in flat.values():
                if child.parent == table.name and child.of in stored:
                    record[str(child.of)] = children[table.name, str(child.of)].get(key, [])
            article = str(row.get("article_id") or "")
            if table.name == "actors" and not row.get("article_id"):
                found[""]["registry"][key] = record
            else:
                found[article][table.name][key] = record
    for tables in found.values():
        tables["registry"] = found[""]["registry"]
    return dict(found)


def _nested(row: dict[str, Any], table: Any, name: str) -> Any:
    """The value of a column: itself, its parts put together again, or its list taken apart again."""
    columns = [column for column in table.columns if column.path[:1] == (name,)]
    if len(columns) == 1 and len(columns[0].path) == 1:
        value = row[columns[0].name]
        if columns[0].joined:
            return value.split(JOIN) if value else []
        return json.loads(value) if name == "extra" and value else value
    if all(row[column.name] is None for column in columns):
        return None
    made: dict[str, Any] = {}
    for column in columns:
        value = row[column.name]
        place = made
        for part in column.path[1:-1]:
            place = place.setdefault(part, {})
        place[column.path[-1]] = value.split(JOIN) if column.joined and value else value
    return made


def csv_bundle(out: Path, schema: Schema) -> Found:
    """By Python's csv, with the types of codebook.csv."""
    with open(out / "codebook.csv", newline="", encoding="utf-8") as stream:
        kinds = {(row["table"], row["column"]): row["type"] for row in csv.DictReader(stream)}

    def rows_of(table: Any) -> Any:
        with open(out / f"{table.name}.csv", newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                yield {name: _typed(cell, kinds[table.name, name]) for name, cell in row.items()}

    return _flat(rows_of, schema)


def _typed(cell: str, kind: str) -> Any:
    if cell == "":
        return None
    if kind == "text":
        return restored(cell)
    return {"integer": int, "number": float, "boolean": lambda value: value == "1"}[kind](cell)


def sqlite(out: Path, schema: Schema) -> Found:
    """By SQLite."""
    database = sqlite3.connect(out / "communique.sqlite")
    database.row_factory = sqlite3.Row
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []

    def rows_of(table: Any) -> Any:
        flags = {column.name for column in table.columns if column.kind == "boolean"}
        for row in database.execute(f'SELECT * FROM "{table.name}" ORDER BY rowid'):
            yield {
                name: bool(row[name]) if name in flags and row[name] is not None else row[name]
                for name in tuple(row.keys())
            }

    return _flat(rows_of, schema)


def jsonld(out: Path, schema: Schema) -> Found:
    """By JSON alone: selectors give the words, bodies the rest."""
    found: Found = {}
    registry = {
        a["actor_id"]: a for a in json.loads((out / "actors.jsonld").read_text(encoding="utf-8"))["@graph"]
    }
    for actor in registry.values():
        for name in ("id", "type", "label", "schema:sameAs"):
            actor.pop(name, None)
    for path in sorted(out.glob("*.jsonld")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.get("type") != "AnnotationCollection":
            continue
        id, text = data["article"]["article_id"], data["text"]
        filled = {"article_id": id, "provenance": data["provenance"]}
        tables: dict[str, Any] = {
            "articles": {id: {**data["article"], "zones": data["zones"], "text": text}},
            "registry": registry,
            "header": {"header": {"provenance": data["provenance"], "remarks": data["remarks"]}},
        }
        for table in annotation_tables(schema):
            records = [fill(table, record, filled) for record in data.get(table.name, ())]
            tables[table.name] = {key_of(schema, table.name, record): record for record in records}
        for one in data["first"]["items"]:
            body = dict(one["body"])
            table = body.pop("type").lower() + "s"
            spans: dict[str, list[Any]] = defaultdict(list)
            for target in one["target"]:
                position, quote = target["selector"]
                start, end = position["start"], position["end"]
                assert text[start:end] == quote["exact"]
                assert text[:start].endswith(quote["prefix"])
                assert text[end:].startswith(quote["suffix"])
                spans[target["role"]].append({"start": start, "end": end, "text": quote["exact"]})
            if table == "mentions":
                body |= spans["mention"][0]
            for column, many in span_columns(schema, table).items():
                here = spans.get(column.removesuffix("_spans"))
                if here:
                    body[column] = here if many else here[0]
            record = fill(schema.table(table), body, filled)
            tables[table][key_of(schema, table, record)] = record
        found[id] = tables
    return found


def docbin(out: Path, schema: Schema) -> Found:
    """By spaCy: what the span groups say, at token boundaries."""
    import spacy
    from spacy.tokens import DocBin

    from communique.exchange.docbin import GROUPS

    found: Found = {}
    for doc in DocBin().from_disk(out / "communique.spacy").get_docs(spacy.blank("en").vocab):
        tables: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
        id = doc.user_data["communique"]["article"]["article_id"]
        tables["articles"][id] = {**doc.user_data["communique"]["article"], "text": doc.text}
        for span in doc.spans["mentions"]:
            place = {"start": span.start_char, "end": span.end_char, "text": span.text}
            given = {"mention_id": span.id_, "actor_id": span.kb_id_ or None, "mention_type": span.label_}
            tables["mentions"][span.id_] = {**place, **given}
        for table, column, group in (
            *(("statements", column, group) for column, group in GROUPS.items()),
            ("actions", "trigger_spans", "triggers"),
        ):
            for span in doc.spans[group]:
                place = {"start": span.start_char, "end": span.end_char, "text": span.text}
                record = tables[table][span.id_]
                record.setdefault(column, []).append(place)
                record[KEYS[table]] = span.id_
                record["statement_kind" if table == "statements" else "event_type"] = span.label_
        found[id] = {name: dict(rows) for name, rows in tables.items()}
    return found


def dna(out: Path, schema: Schema) -> Found:
    """By Python's csv: one row a statement and source."""
    found: Found = defaultdict(lambda: defaultdict(dict))
    with open(out / "dna_statements.csv", newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            row = {name: restored(cell) for name, cell in row.items()}
            agreement = {"": None, "1": True, "0": False}[row["agreement"]]
            found[row["document_id"]]["statements"][row["statement_id"]] = {
                "statement_id": row["statement_id"],
                "concept_id": row["concept"] or None,
                "agreement": agreement,
            }
            found[row["document_id"]]["articles"][row["document_id"]] = {
                "article_id": row["document_id"],
                "title": row["document_title"] or None,
                "byline": row["document_author"] or None,
                "publisher": row["document_source"] or None,
                "published_on": row["time"] or None,
            }
    return dict(found)


def _network(graph: Any) -> Found:
    found: Found = defaultdict(lambda: defaultdict(dict))
    participants: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for source, target, data in graph.edges(data=True):
        if data["relation"] == "acts_on":
            record = found[data["article_id"]]["actions"].setdefault(data["record_id"], {})
            record |= {
                "action_id": data["record_id"],
                "event_type": data["event_type"],
                "status": data["status"],
            }
            record["polarity"] = data["polarity"]
            participants[data["record_id"]]["agents"].add(source)
            participants[data["record_id"]]["targets"].add(target)
        else:
            record = found[data["article_id"]]["statements"].setdefault(data["record_id"], {})
            record |= {
                "statement_id": data["record_id"],
                "speech_act": data["event_type"],
                "statement_status": data["status"],
            }
            record["source_actor_ids"] = sorted({*record.get("source_actor_ids", ()), source})
    for tables in found.values():
        for id, record in tables["actions"].items():
            record |= {
                role: [{"actor_id": one} for one in sorted(ids)] for role, ids in participants[id].items()
            }
    return dict(found)


def graphml(out: Path, schema: Schema) -> Found:
    """By networkx."""
    import networkx

    return _network(networkx.read_graphml(out / "network.graphml", force_multigraph=True))


def gexf(out: Path, schema: Schema) -> Found:
    """By networkx."""
    import networkx

    return _network(networkx.MultiDiGraph(networkx.read_gexf(out / "network.gexf")))


def events(out: Path, schema: Schema) -> Found:
    """By JSON: one record an event."""
    found: Found = defaultdict(lambda: defaultdict(dict))
    for line in (out / "events.jsonl").read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        record = json.loads(line)
        if record["collapsedFrom"]:
            continue
        article = record["id"].rpartition(".")[0]
        found[article]["events"][record["id"]] = {"event_id": record["id"], "event_type": record["event"]}
        for id in record["actionIds"]:
            sides = {
                role: [{"actor_id": one["actorId"]} for one in record[name]]
                for role, name in (("agents", "source"), ("targets", "target"))
            }
            place = {"event_id": record["id"], "event_type": record["event"]}
            found[article]["actions"][id] = {"action_id": id, **place, **sides}
    return dict(found)


def brat(out: Path, schema: Schema) -> Found:
    return through_reader("brat", out, schema)


def conllu(out: Path, schema: Schema) -> Found:
    return through_reader("conllu", out, schema)


def cas(out: Path, schema: Schema) -> Found:
    return through_reader("cas", out, schema)


RECOVER = {
    "brat": brat,
    "cas": cas,
    "conllu": conllu,
    "csv": csv_bundle,
    "dna": dna,
    "docbin": docbin,
    "events": events,
    "gexf": gexf,
    "graphml": graphml,
    "jsonld": jsonld,
    "sqlite": sqlite,
}
