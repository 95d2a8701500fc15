"""Our own corpus as CoNLL-U and back: words, mentions as entities, roles of statements and actions in MISC.

MISC holds `Entity=` as in CorefUD (cluster and mention type; crossing brackets are closed by cluster), and for
each role `Cue=`, `Source=`, `Content=`, `Trigger=` … the records that the word belongs to, each with the number
of the fragment: `Cue=S4:1`. Spaces are in SpacesAfter, so that the text comes back as it was. What CoNLL-U
has no place for is JSON in comments at the head of the document. A line is a paragraph and a sentence.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from communique.annotation.files import annotation_tables, fill
from communique.annotation.source import Source
from communique.articles.draft import Draft, Zone
from communique.exchange.brat_own import one_line, role
from communique.exchange.conllu import ConlluDocument
from communique.exchange.format import Document, ExchangeError, Log, Pass, Record, WriteOptions, Written
from communique.exchange.items import Item, items, put, trimmed
from communique.exchange.mapping import span_columns
from communique.exchange.receive import localised
from communique.exchange.tokens import Cover, Token, tokenise
from communique.schema import Schema
from communique.text.spans import make_span

MARK = "communique::article"
_RECORD, _HEADER = "communique::record", "communique::header"
_SPANNED = ("mentions", "statements", "actions")
_PARTICIPANTS = ("agents", "targets")
_SPACES = {" ": "\\s", "\n": "\\n", "\t": "\\t", "\\": "\\\\", "|": "\\p"}

Places = dict[str, list[tuple[int, int]]]


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """`<article_id>.conllu` for each article, and the registry in `actors.json`."""
    written = Written()
    for item in items(source, options):
        put(out, f"{item.id}.conllu", _document(item, source, written), written)
    registry = [actor for actor in source.actors.values() if actor["article_id"] is None]
    put(out, "actors.json", json.dumps(registry, ensure_ascii=False) + "\n", written)
    return written


def _places(record: Record, table: str, schema: Schema) -> dict[str, list[Record]]:
    """The spans of a record by role; a participant's role is numbered by its place in the list."""
    if table == "mentions":
        return {"Mention": [record]}
    found = {}
    for column, many in span_columns(schema, table).items():
        spans = record[column] if many else [record[column]] if record[column] else []
        if spans:
            found[role(column)] = list(spans)
    for column in _PARTICIPANTS if table == "actions" else ():
        for number, one in enumerate(record[column]):
            if one["span"] is not None:
                found[f"{role(column)}{number}"] = [one["span"]]
    return found


def _document(item: Item, source: Source, written: Written) -> str:
    schema = source.schema
    article = {name: value for name, value in item.article.items() if name != "text"}
    head = [
        f"# newdoc id = {item.id}",
        f"# {MARK} = {one_line(article)}",
        "# global.Entity = GRP-etype-identity",
    ]
    if item.annotated:
        header = {"provenance": item.annotation.provenance, "remarks": item.annotation.remarks}
        head.append(f"# {_HEADER} = {one_line(header)}")
    spans: list[tuple[str, int, Record, str]] = []
    for table in annotation_tables(schema):
        for number, record in enumerate(item.annotation.tables.get(table.name, ()), start=1):
            rest = trimmed(item, table.name, record, source)
            if table.name in _SPANNED:
                short = f"{table.name[0].upper()}{number}" if table.name != "actions" else f"E{number}"
                places = _places(record, table.name, schema)
                for name, listed in places.items():
                    spans += [
                        (f"{name}={short}:{n}", n, span, table.name) for n, span in enumerate(listed, start=1)
                    ]
                rest = {"#": short, **_without_spans(rest, table.name, schema)}
                if table.name == "mentions":
                    rest["grp"] = record["actor_id"]
                written.counts[table.name] += 1
            head.append(f"# {_RECORD} = {table.name} {one_line(rest)}")
    tokens = tokenise(item.text, (edge for _, _, span, _ in spans for edge in (span["start"], span["end"])))
    if not tokens:
        raise ExchangeError("The text has no word.", record=item.id)
    misc: list[dict[str, list[str]]] = [defaultdict(list) for _ in tokens]
    covering = Cover(tokens)
    _entities(item, covering, misc)
    for key, _, span, _ in spans:
        name, _, value = key.partition("=")
        first, last = covering(span["start"], span["end"])
        for index in range(first, last):
            misc[index][name].append(value)
    return "\n".join([*head, *_lines(item, tokens, misc)]) + "\n\n"


def _without_spans(rest: Record, table: str, schema: Schema) -> Record:
    gone = ("start", "end", "text") if table == "mentions" else tuple(span_columns(schema, table))
    kept = {name: value for name, value in rest.items() if name not in gone}
    for column in _PARTICIPANTS:
        if column in kept:
            kept[column] = [{**one, "span": one["span"] is not None} for one in kept[column]]
    return kept


def _entities(item: Item, covering: Cover, misc: list[dict[str, list[str]]]) -> None:
    """Brackets of mentions: at one word closings come first, then the longest opening."""
    groups: dict[str, int] = {}
    opening: dict[int, list[tuple[int, str]]] = defaultdict(list)
    closing: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for mention in item.annotation.tables.get("mentions", ()):
        first, last = covering(mention["start"], mention["end"])
        key = mention["actor_id"] or mention["mention_id"]
        group = groups.setdefault(key, len(groups) + 1)
        kind = (
            item.actors[mention["actor_id"]]["actor_kind"]
            if mention["actor_id"]
            else mention["nonactor_type"]
        )
        kind = (kind or "unknown").replace("-", "_").replace(" ", "_")
        qid = item.actors[mention["actor_id"]]["wikidata_qid"] if mention["actor_id"] else None
        text = f"({group}-{kind}" + (f"-{qid}" if qid else "")
        if last - first == 1:
            opening[first].append((1, text + ")"))
        else:
            opening[first].append((last - first, text))
            closing[last - 1].append((first, f"{group})"))
    for index in set(opening) | set(closing):
        closed = [text for _, text in sorted(closing[index], reverse=True)]
        opened = [text for _, text in sorted(opening[index], key=lambda one: -one[0])]
        misc[index]["Entity"] = ["".join(closed + opened)]


def _lines(item: Item, tokens: list[Token], misc: list[dict[str, list[str]]]) -> list[str]:
    lines: list[str] = []
    number = 0
    for index, token in enumerate(tokens):
        after = tokens[index + 1].start if index + 1 < len(tokens) else len(item.text)
        if index == 0 or token.line != tokens[index - 1].line:
            lines += [""] if index else []
            last = next(
                t
                for t in range(index, len(tokens))
                if t + 1 == len(tokens) or tokens[t + 1].line != token.line
            )
            said = item.text[token.start : tokens[last].end]
            number = 0
            lines += ["# newpar", f"# sent_id = {item.id}-{token.line + 1}", f"# text = {said}"]
        number += 1
        cells = [f"{name}={','.join(values)}" for name, values in sorted(misc[index].items()) if values]
        gap = item.text[token.end : after]
        if index == 0 and token.start:
            cells.append(f"SpacesBefore={_escaped(item.text[: token.start])}")
        if gap == "":
            cells.append("SpaceAfter=No")
        elif gap != " ":
            cells.append(f"SpacesAfter={_escaped(gap)}")
        lines.append(
            f"{number}\t{item.text[token.start : token.end]}\t_\t_\t_\t_\t_\t_\t_\t{'|'.join(cells) or '_'}"
        )
    return lines


def _escaped(spaces: str) -> str:
    return "".join(_SPACES.get(char, char) for char in spaces)


# Reading it back


def document(
    found: ConlluDocument, file: Path, schema: Schema, log: Log
) -> tuple[Document, dict[str, Record]]:
    """A document of an export, and the registry that lies beside it."""
    article = json.loads(found.meta[MARK])
    article_id = article["article_id"]
    zones = [Zone(z["zone"], z["start"], z["end"], z["duplicate_of"]) for z in article["zones"]]
    draft = Draft(found.text, zones, "utf-8", language=article["language"])
    passes = []
    if _HEADER in found.meta:
        header = json.loads(found.meta[_HEADER])
        filled = {"article_id": article_id, "provenance": header["provenance"]}
        places = _roles(found)
        tables: dict[str, list[Record]] = {table.name: [] for table in annotation_tables(schema)}
        for line in found.records:
            name, _, content = line.partition(" ")
            record = json.loads(content)
            if name in _SPANNED:
                record = _whole(record, name, places, found.text, schema)
            tables[name].append(localised(fill(schema.table(name), record, filled), article_id))
            log.seen[name] += 1
        passes = [
            Pass(header["provenance"]["annotators"][0], tables, header["remarks"], header["provenance"])
        ]
    beside = file.with_name("actors.json")
    registry = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else []
    raw = found.text.encode("utf-8")
    return Document(article_id, draft, raw, passes, file.name, article, article_id), {
        a["actor_id"]: a for a in registry
    }


def _roles(found: ConlluDocument) -> dict[str, Places]:
    """Spans by record and role; words of one fragment are one span."""
    hulls: dict[tuple[str, str, int], list[int]] = {}
    for word in found.words:
        for name, value in word.misc.items():
            for part in value.split(",") if name[:1].isupper() and ":" in value else ():
                short, _, number = part.partition(":")
                if not number.isdigit():
                    continue
                place = hulls.setdefault((short, name, int(number)), [word.start, word.end])
                place[1] = word.end
    places: dict[str, Places] = defaultdict(lambda: defaultdict(list))
    for (short, name, _), (start, end) in sorted(hulls.items()):
        places[short][name].append((start, end))
    return places


def _whole(record: Record, table: str, places: dict[str, Places], text: str, schema: Schema) -> Record:
    here = places.get(record.pop("#"), {})
    if table == "mentions":
        record.pop("grp", None)
        return {**record, **make_span(text, *here["Mention"][0])}
    for column, many in span_columns(schema, table).items():
        spans = [make_span(text, *place) for place in here.get(role(column), ())]
        if spans:
            record[column] = spans if many else spans[0]
    for column in _PARTICIPANTS:
        for number, one in enumerate(record.get(column, ())):
            one["span"] = make_span(text, *here[f"{role(column)}{number}"][0]) if one["span"] else None
    return record
