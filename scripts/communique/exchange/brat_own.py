"""Our own corpus as brat files and back, without loss.

`<article_id>.txt` and `.ann` hold what brat can show: mentions, statements as events at their cue with
source, content and addressee, actions as events of their type with their participants, listed values as
attributes, actors as references. What brat has no line for stands as JSON in a note of the kind
`Communique` on the record, and in `communique.json`: articles without their texts, actors, events, links.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables, fill
from communique.annotation.source import Source
from communique.articles.draft import Draft, Zone
from communique.exchange.brat import BratFile, read_pair
from communique.exchange.format import (
    Document,
    ExchangeError,
    Log,
    Pass,
    Reading,
    ReadOptions,
    Record,
    WriteOptions,
    Written,
)
from communique.exchange.items import Item, items, put, trimmed
from communique.exchange.mapping import span_columns
from communique.exchange.receive import localised
from communique.schema import Schema, Table
from communique.text.spans import make_span

SIDECAR = "communique.json"
NOTE = "Communique"
FORMAT_VERSION = 1
_TABLES = ("mentions", "statements", "actions")
_TRIGGER = {"statements": "cue_spans", "actions": "trigger_spans"}
_PARTICIPANTS = ("agents", "targets")
_REFERENCES = {"parent_statement_id": "Parent", "realises_statement_id": "Realises"}


def role(column: str) -> str:
    """The brat role of a column: `content_spans` is Content, `agents` is Agent."""
    return column.removesuffix("_spans").removesuffix("s").replace("_", "").capitalize()


def attribute(table: str, column: str) -> str:
    """The brat attribute of a column with listed values."""
    return f"{table.removesuffix('s')}_{column}"


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """Write the corpus below `out`; brat opens the folder as a collection."""
    written = Written()
    side: Record = {"format": FORMAT_VERSION, "actors": [], "articles": []}
    used: set[str] = set()
    for item in items(source, options):
        lines = _Lines(item, source)
        put(out, f"{item.id}.txt", item.text, written)
        put(out, f"{item.id}.ann", "".join(line + "\n" for line in lines.make()), written)
        written.counts.update(lines.counts)
        used |= lines.actors
        entry: Record = {"article": {k: v for k, v in item.article.items() if k != "text"}}
        if item.annotated:
            entry["provenance"], entry["remarks"] = item.annotation.provenance, item.annotation.remarks
            for table in annotation_tables(source.schema):
                if table.name not in _TABLES:
                    entry[table.name] = [
                        trimmed(item, table.name, r, source) for r in item.annotation[table.name]
                    ]
        side["articles"].append(entry)
    side["actors"] = [actor for actor in source.actors.values() if actor["article_id"] is None]
    put(out, SIDECAR, json.dumps(side, ensure_ascii=False, indent=1) + "\n", written)
    put(out, "annotation.conf", configuration(source.schema), written)
    return written


class _Lines:
    def __init__(self, item: Item, source: Source) -> None:
        self.item, self.source, self.schema = item, source, source.schema
        self.lines: list[str] = []
        self.marks = self.extras = self.notes = 0
        self.counts: dict[str, int] = {}
        self.actors: set[str] = set()
        self.frames = {
            record[f"{table.removesuffix('s')}_id"]: f"E{number}"
            for number, (table, record) in enumerate(
                ((t, r) for t in ("statements", "actions") for r in item.annotation.tables.get(t, [])),
                start=1,
            )
        }

    def make(self) -> list[str]:
        for table in _TABLES:
            for record in self.item.annotation.tables.get(table, []):
                (self._mention if table == "mentions" else self._frame)(table, record)
                self.counts[table] = self.counts.get(table, 0) + 1
        return self.lines

    def mark(self, label: str, spans: list[Any], rest: Record, column: str) -> str:
        """A T line. brat ends a fragment at a line break, so the spans themselves go into the note there."""
        self.marks += 1
        pieces = [piece for span in spans for piece in _by_line(span)]
        if any("\n" in span["text"] for span in spans):
            rest.setdefault("spans", {})[column] = [[span["start"], span["end"]] for span in spans]
        places = ";".join(f"{start} {end}" for start, end in pieces)
        # Readers that split lines as Unicode does would break at these; the reader compares white space loosely.
        words = " ".join(self.item.text[start:end] for start, end in pieces)
        words = words.replace("\u2028", " ").replace("\u2029", " ")
        self.lines.append(f"T{self.marks}\t{label} {places}\t{words}")
        return f"T{self.marks}"

    def _mention(self, table: str, record: Record) -> None:
        rest = trimmed(self.item, table, record, self.source)
        for name in ("start", "end", "text"):
            del rest[name]
        id = self.mark("Mention", [record], rest, "")
        self._refer(id, record["actor_id"])
        self._attributes(table, id, rest)
        self._note(id, rest)

    def _frame(self, table: str, record: Record) -> None:
        rest = trimmed(self.item, table, record, self.source)
        label = "Statement" if table == "statements" else rest.pop("event_type")
        trigger = _TRIGGER[table]
        parts = [f"{label}:{self.mark(label, record[trigger], rest, trigger)}"]
        rest.pop(trigger, None)
        for column, many in span_columns(self.schema, table).items():
            spans = record[column] if many else [record[column]] if record[column] else []
            if column != trigger and spans:
                parts.append(f"{role(column)}:{self.mark(role(column), spans, rest, column)}")
                rest.pop(column, None)
        for column in _PARTICIPANTS if table == "actions" else ():
            kept = []
            for one in record[column]:
                if one["span"] is None:
                    kept.append({name: value for name, value in one.items() if name != "span"})
                    continue
                number = sum("mark" in other for other in kept) + 1
                id = self.mark(role(column), [one["span"]], {}, column)
                parts.append(f"{role(column)}{number if number > 1 else ''}:{id}")
                self._refer(id, one["actor_id"])
                kept.append({"actor_id": one["actor_id"], "implicit": one["implicit"], "mark": id})
            if kept:
                rest[column] = kept
        for column, name in _REFERENCES.items():
            if rest.get(column) in self.frames:
                parts.append(f"{name}:{self.frames[rest.pop(column)]}")
        id = self.frames[record[f"{table.removesuffix('s')}_id"]]
        self.lines.append(f"{id}\t{' '.join(parts)}")
        self._attributes(table, id, rest)
        self._note(id, rest)

    def _refer(self, id: str, actor: str | None) -> None:
        if actor is not None:
            self.extras += 1
            self.lines.append(
                f"N{self.extras}\tReference {id} Actors:{actor}\t{self.item.actors[actor]['canonical_name']}"
            )
            self.actors.add(actor)

    def _attributes(self, table: str, id: str, rest: Record) -> None:
        for column in listed(self.schema.table(table)):
            if isinstance(rest.get(column), str):
                self.extras += 1
                self.lines.append(f"A{self.extras}\t{attribute(table, column)} {id} {rest.pop(column)}")

    def _note(self, id: str, rest: Record) -> None:
        self.notes += 1
        self.lines.append(f"#{self.notes}\t{NOTE} {id}\t{one_line(rest)}")


def one_line(data: Any) -> str:
    """JSON on one line for every reader: the line and paragraph separators are escaped."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def listed(table: Table) -> list[str]:
    """The columns whose value is one of a list and that brat shows as attributes."""
    return [
        c.name
        for c in table.stored
        if (c.values or c.json.get("x-modes-of")) and not c.is_list and c.name != "event_type"
    ]


def _by_line(span: Any) -> list[tuple[int, int]]:
    return [
        (span["start"] + m.start(), span["start"] + m.end()) for m in re.finditer(r"[^\n]+", span["text"])
    ]


def configuration(schema: Schema) -> str:
    """annotation.conf: labels, roles and values, from the schema."""
    roles = {
        t: [role(c) for c in span_columns(schema, t) if c != _TRIGGER[t]] for t in ("statements", "actions")
    }
    kinds = sorted({"Mention", *roles["statements"], *roles["actions"], *(role(c) for c in _PARTICIPANTS)})
    types = [value.const for value in schema.values("event_type").values]
    events = ["Statement\t" + ", ".join([*(f"{r}?:{r}" for r in roles["statements"]), "Parent?:Statement"])]
    arguments = [
        *(f"{r}?:{r}" for r in roles["actions"]),
        *(f"{role(c)}*:{role(c)}" for c in _PARTICIPANTS),
        "Realises?:Statement",
    ]
    events += [f"{name}\t{', '.join(arguments)}" for name in types]
    attributes = []
    for table in _TABLES:
        target = {"mentions": "Mention", "statements": "Statement", "actions": "|".join(types)}[table]
        for column in listed(schema.table(table)):
            name = schema.table(table)[column].values
            if name:
                values = [value.const for value in schema.values(name).values]
            else:
                values = sorted({m.const for t in types if (modes := schema.modes(t)) for m in modes.values})
            attributes.append(f"{attribute(table, column)}\tArg:{target}, Value:{'|'.join(values)}")
    sections = {
        "entities": kinds,
        "relations": ["<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>"],
        "events": events,
        "attributes": attributes,
    }
    return "\n".join(
        f"[{name}]\n" + "".join(line + "\n" for line in lines) for name, lines in sections.items()
    )


# Reading it back


def read(root: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The documents of an export. Raises ExchangeError when `communique.json` has another form."""
    try:
        side = json.loads((root / SIDECAR).read_text(encoding="utf-8"))
        entries = [(entry, entry["article"]["article_id"]) for entry in side["articles"]]
        actors = side["actors"]
        if side["format"] != FORMAT_VERSION:
            raise ValueError(f"format {side['format']}")
    except (ValueError, KeyError, TypeError) as error:
        raise ExchangeError(f"Not the file of an export: {error}", file=root / SIDECAR) from None
    documents = []
    for entry, article_id in entries:
        base = root / article_id
        found, text, raw = read_pair(
            base.with_suffix(".ann"), base.with_suffix(".txt"), "code-points", log, options.limit
        )
        article = entry["article"]
        zones = [Zone(z["zone"], z["start"], z["end"], z["duplicate_of"]) for z in article["zones"]]
        draft = Draft(text, zones, "utf-8", language=article["language"])
        passes = []
        if "provenance" in entry:
            passes.append(_pass(entry, article_id, found, text, schema))
            log.seen.update({name: len(rows) for name, rows in passes[0].tables.items()})
        documents.append(
            Document(article_id, draft, raw, passes, f"{article_id}.txt", _own(article, text), article_id)
        )
    return Reading(documents, actors)


def _own(article: Record, text: str) -> Record:
    """The article's own fields, unless its text was edited in the meantime."""
    from communique.text.canonical import digest

    same = article["text_sha256"] == digest(text)
    return (
        article
        if same
        else {k: v for k, v in article.items() if k not in ("text_sha256", "char_count", "zones")}
    )


def _pass(entry: Record, article_id: str, found: BratFile, text: str, schema: Schema) -> Pass:
    filled = {"article_id": article_id, "provenance": entry["provenance"]}
    tables: dict[str, list[Record]] = {}
    for table in annotation_tables(schema):
        if table.name not in _TABLES:
            tables[table.name] = [fill(table, record, filled) for record in entry[table.name]]
    types = schema.values("event_type")
    for mark in found.graph.marks.values():
        if mark.label == "Mention":
            given = _note(found, mark.id)
            span = make_span(text, mark.spans[0][0], mark.spans[-1][1])
            record = {**given, **span, **_attributes("mentions", mark.values)}
            record.pop("spans", None)
            tables.setdefault("mentions", []).append(fill(schema.table("mentions"), record, filled))
    ids = {f.id: _note(found, f.id).get("statement_id") for f in found.graph.frames.values()}
    for frame in found.graph.frames.values():
        name = "statements" if frame.label == "Statement" else "actions"
        if name == "actions" and frame.label not in types:
            raise ExchangeError("Unknown event type.", record=f"{article_id} {frame.id}", found=frame.label)
        record = _note(found, frame.id)
        exact = record.pop("spans", {})
        if name == "actions":
            record["event_type"] = frame.label
        columns = span_columns(schema, name)
        parts = {_TRIGGER[name]: frame.trigger} | {
            c: t for r, t in frame.args for c in columns if role(c) == r
        }
        for column, id in parts.items():
            places = exact.get(column) or found.graph.marks[str(id)].spans
            spans = [make_span(text, *place) for place in places]
            record[column] = spans if columns[column] else spans[0]
        for column in _PARTICIPANTS:
            if column in record:
                record[column] = [_participant(one, found, text) for one in record[column]]
        by_role = dict(frame.args)
        for column, kind in _REFERENCES.items():
            if kind in by_role:
                record[column] = ids[by_role[kind]]
        record |= _attributes(name, frame.values)
        tables.setdefault(name, []).append(fill(schema.table(name), record, filled))
    local = {name: [localised(record, article_id) for record in records] for name, records in tables.items()}
    return Pass(entry["provenance"]["annotators"][0], local, entry.get("remarks"), entry["provenance"])


def _note(found: BratFile, id: str) -> Record:
    for kind, note in found.notes.get(id, ()):
        if kind == NOTE:
            return dict(json.loads(note))
    raise ExchangeError(
        "A record without its note: it was made in brat.", record=id, mend="import it with a mapping"
    )


def _attributes(table: str, values: dict[str, str]) -> Record:
    prefix = table.removesuffix("s") + "_"
    return {name.removeprefix(prefix): value for name, value in values.items()}


def _participant(one: Record, found: BratFile, text: str) -> Record:
    if "mark" not in one:
        return {"actor_id": one["actor_id"], "span": None, "implicit": one["implicit"]}
    pieces = found.graph.marks[one["mark"]].spans  # several where the one span runs over a line break
    start, end = pieces[0][0], pieces[-1][1]
    return {"actor_id": one["actor_id"], "span": make_span(text, start, end), "implicit": one["implicit"]}
