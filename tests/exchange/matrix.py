"""The page annotations/formats.md: what each format keeps, made by exporting and reading back one rich corpus.

Each column of each table is judged by what comes out: `same` when every value is what it was, `part` when
some values are or when they are near (a span widened to tokens), `lost` when none is there.
Run `python -m tests.exchange.matrix` in the repository to write the page.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables
from communique.annotation.model import Annotation
from communique.exchange.format import WriteOptions
from communique.exchange.formats import FORMATS, get, names
from communique.schema import Schema, load_schema

from . import generate
from .recover import RECOVER, Found, key_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "annotations" / "formats.md"
#: What the formats with a reader say of themselves. A reader of others' corpora has no round trip to be judged by.
SIGNS = {"same": "✓", "part": "~", "lost": "–"}
TABLES = ("articles", "actors", "mentions", "statements", "actions", "events", "event_links")


def rich_corpus(schema: Schema) -> generate.MemorySource:
    """A corpus in which every stored column has values, defaults and others, and every value list is used."""
    text = (
        "Kyiv and Paris hold talks on Monday. 😀\n"
        "Russia’s envoy said that they would send the 20 tanks, a source told us.\n"
        "=We’ll see, she added: “no” – e\u0301te\u0301, then. Theyre gone | done."
    )
    article = generate.make_article(schema, "paper-20211207-talks", text)
    id = article["article_id"]
    tables: dict[str, list[dict[str, Any]]] = {table.name: [] for table in annotation_tables(schema)}
    tables["actors"] = [
        generate.actor(
            schema,
            f"{id}.ENVOY",
            "an envoy",
            article_id=id,
            actor_kind="collective_unnamed",
            resolution="nominal",
            affiliated_with=["RUS"],
            note="unnamed",
            role_in_text="envoy",
            sector_code="GOV",
            other_sector_codes=["ELI"],
            nonstate_code="IGO",
        )
    ]
    for number in range(12):
        for table, record in _records(schema, article, number):
            tables[table].append(record)
    for other in tables["events"][1:3]:
        link = {
            "type": "cause_of",
            "from_event_id": tables["events"][0]["event_id"],
            "to_event_id": other["event_id"],
            "article_id": id,
            "note": "by law",
            "provenance": generate.PROVENANCE,
        }
        tables["event_links"].append(link)
    annotation = Annotation(id, article["text_sha256"], dict(generate.PROVENANCE), "a remark", tables)
    full = {
        **article,
        "byline": "A. Writer",
        "rights": "CC-BY-4.0",
        "rights_holder": "Paper",
        "source_record": "1",
        "date_raw": "20211207",
    }
    return generate.memory_source(schema, [(full, annotation)], generate.registry(schema))


def _records(schema: Schema, article: dict[str, Any], number: int) -> Any:
    """Records number `number`, their values taken in turn from the value lists."""
    from communique.annotation.files import fill
    from communique.exchange.mapping import span_columns
    from communique.schema.model import core
    from communique.text.spans import make_span

    id, text = article["article_id"], article["text"]
    words = ("Kyiv", "Paris", "talks", "Russia", "envoy", "said", "send", "tanks", "added", "done")
    ids = ["RUS", "A-1_b", f"{id}.ENVOY"]

    def span(step: int) -> Any:
        """A word, or in every other record its first three letters."""
        word = words[(number * 3 + step) % len(words)]
        start = text.index(word)
        return make_span(text, start, start + (len(word) if number % 2 else 3))

    def make(table: str, given: dict[str, Any]) -> Any:
        record = dict(given)
        spans = span_columns(schema, table)
        for step, column in enumerate(schema.table(table).stored):
            name, node = column.name, core(column.json)
            if name in record or name in ("article_id", "provenance"):
                continue
            turn = number + step
            if not column.required and number % 4 == 0:
                record[name] = column.default
            elif name in spans:
                found = sorted((span(0), span(1)), key=lambda one: one["start"])
                record[name] = (found if number % 2 else found[:1]) if spans[name] else found[0]
            elif name in ("agents", "targets"):
                both = [{"actor_id": ids[turn % 3], "span": span(step), "implicit": False}]
                record[name] = [*both, {"actor_id": ids[(turn + 1) % 3], "span": None, "implicit": True}]
            elif name.endswith("actor_ids"):
                record[name] = [ids[turn % 3], ids[(turn + 1) % 3]]
            elif column.json.get("x-modes-of"):
                modes = schema.modes(record["event_type"])
                record[name] = modes.values[turn % len(modes.values)].const if modes else None
            elif column.values:
                listed = [value.const for value in schema.values(column.values).values]
                value = listed[turn % len(listed)]
                record[name] = [value] if column.is_list else value
            elif name == "time":
                record[name] = {
                    "value": "2021-12-06",
                    "expression": "on Monday",
                    "basis": "expression",
                    "modifier": None,
                }
            elif name == "other_views":
                record[name] = [
                    {
                        "view_of": "RUS",
                        "in_statement_id": None,
                        "status": "denied",
                        "polarity": "negative",
                        "certainty": "certain",
                    }
                ]
            elif node.get("type") == "boolean":
                record[name] = bool(turn % 2)
            elif node.get("type") == "string":
                record[name] = f"{name} {number}"
            else:
                record[name] = column.default
        return fill(schema.table(table), record, {"article_id": id, "provenance": generate.PROVENANCE})

    types = [value.const for value in schema.values("event_type").values]
    kind = types[number % len(types)]
    known = ids[number % 3] if number % 5 else None
    yield (
        "mentions",
        make(
            "mentions",
            {
                "mention_id": f"{id}.m{number}",
                "actor_id": known,
                "nonactor_type": None if known else "thing",
                **span(0),
            },
        ),
    )
    yield (
        "statements",
        make(
            "statements",
            {
                "statement_id": f"{id}.S{number}",
                "parent_statement_id": f"{id}.S{number - 1}" if number % 3 else None,
            },
        ),
    )
    yield "events", make("events", {"event_id": f"{id}.V{number}", "event_type": kind})
    given = {"action_id": f"{id}.E{number}", "event_id": f"{id}.V{number}", "event_type": kind}
    status = ("occurred", "ongoing", "planned", "denied")[number % 4]
    polarity = "negative" if number % 6 == 5 else "positive"
    override = {"asserted_in": "AUTHOR", "reason": "the narrator says so"} if number % 2 else None
    yield (
        "actions",
        make("actions", {**given, "status": status, "assertion_override": override, "polarity": polarity}),
    )


def judge(source: generate.MemorySource, found: Found, schema: Schema) -> dict[tuple[str, str], str]:
    """`same`, `part` or `lost` for each (table, column)."""
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    near: dict[tuple[str, str], bool] = defaultdict(bool)
    for id in source.articles:
        tables = {
            name: {key_of(schema, name, row): row for row in rows}
            for name, rows in source.annotations[id].tables.items()
        }
        tables["articles"] = {id: source.records[id]}
        tables["actors"] = tables["actors"] | {a["actor_id"]: a for a in source.actors.values()}
        here = {name: dict(rows) for name, rows in found.get(id, {}).items()}
        here["actors"] = here.get("actors", {}) | here.get("registry", {})
        for table, records in tables.items():
            for key, record in records.items():
                got = here.get(table, {}).get(key, {})
                got = {"article_id": record.get("article_id"), **got} if got else got
                for column, value in record.items():
                    same = column in got and got[column] == value
                    right[table, column].append(same)
                    near[table, column] |= same and value not in (
                        None,
                        [],
                        schema.table(table)[column].default,
                    )
                    near[table, column] |= column in got and _near(got[column], value)
    return {
        place: "same" if all(verdicts) else "part" if near[place] else "lost"
        for place, verdicts in right.items()
    }


def _near(got: Any, value: Any) -> bool:
    """Whether a span, or each span of a list, holds the one that it stands for, or the same actors are meant."""
    if isinstance(got, list) and isinstance(value, list) and got and value:
        ids = [
            {one["actor_id"] if isinstance(one, dict) and "actor_id" in one else str(one) for one in side}
            for side in (got, value)
        ]
        if ids[0] <= ids[1]:
            return True
    if isinstance(got, list) and isinstance(value, list) and len(got) == len(value) > 0:
        return all(_near(one, other) for one, other in zip(got, value, strict=True))
    if isinstance(got, dict) and isinstance(value, dict) and {"start", "end"} <= set(got) & set(value):
        return bool(got["start"] <= value["start"] and value["end"] <= got["end"])
    return False


def matrix(schema: Schema) -> dict[str, dict[tuple[str, str], str]]:
    """The verdicts by format."""
    source = rich_corpus(schema)
    found = {}
    for name in names("write"):
        with tempfile.TemporaryDirectory() as folder:
            get(name, "write").write(source, Path(folder), WriteOptions(include_claims=True))
            found[name] = judge(source, RECOVER[name](Path(folder), schema), schema)
    return found


def page(schema: Schema) -> str:
    """The page as it should be."""
    verdicts = matrix(schema)
    lines = [
        "# What each format keeps",
        "",
        "Made by `python -m tests.exchange.matrix` from the round trips that the tests make: one corpus in which every",
        "column is used goes out and is read back, by our own reader or by the library named below. Do not edit.",
        "",
        "✓ every value comes back as it was · ~ some values do, or come back near (a span widened to tokens) · – lost",
        "",
    ]
    for table in TABLES:
        formats = list(verdicts)
        lines += [
            f"## {table}",
            "",
            "| column | " + " | ".join(formats) + " |",
            "|---" * (len(formats) + 1) + "|",
        ]
        for column in schema.table(table).stored:
            cells = [SIGNS[verdicts[name].get((table, column.name), "lost")] for name in formats]
            lines.append(f"| {column.name} | " + " | ".join(cells) + " |")
        lines.append("")
    lines += [
        "## Formats",
        "",
        "| format | what | read | written | read back in the tests by |",
        "|---|---|---|---|---|",
    ]
    by = {
        "brat": "our reader",
        "cas": "dkpro-cassis",
        "conllu": "our reader",
        "csv": "Python's csv",
        "dna": "Python's csv",
        "docbin": "spaCy",
        "events": "Python's json",
        "gexf": "networkx",
        "graphml": "networkx",
        "jsonld": "Python's json",
        "sqlite": "SQLite",
    }
    for name, entry in FORMATS.items():
        extra = f" (`pip install communique[{entry.extra}]`)" if entry.extra else ""
        yes = ["✓" if one else "" for one in (entry.read, entry.write)]
        lines.append(f"| {name} | {entry.title}{extra} | {yes[0]} | {yes[1]} | {by.get(name, '')} |")
    lines += [
        "",
        "`events`, `dna`, `gexf` and `graphml` are for counting, not for keeping: they hold what their field uses.",
        "In `brat`, `cas`, `conllu` and `jsonld` what the format has no place for goes along as JSON; other tools keep it",
        "or drop it, so edit in them only what they show.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(load_schema(ROOT / "annotations" / "schema")), encoding="utf-8")
