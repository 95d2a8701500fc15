"""Annotations made from the schema: every column filled, over texts that other formats find hard.

`corpora()` is a hypothesis strategy for a small corpus in memory that writers take as a Source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from communique.annotation.files import annotation_tables, fill
from communique.annotation.model import Annotation
from communique.annotation.source import Source
from communique.articles.article import IngestOptions, RawFile, make_record
from communique.articles.draft import Draft, Zone
from communique.exchange.mapping import span_columns
from communique.project import Project
from communique.schema import Schema
from communique.schema.model import core
from communique.text.spans import make_span, trim

Record = dict[str, Any]

#: Words that formats trip over: astral, combining, right to left, formulas, brackets, escapes, separators, quotes.
WORDS = (
    "Kyiv",
    "said",
    "she",
    "«да»",
    "a😀b",
    "e\u0301te\u0301",
    "שלום",
    "=1+2",
    "-5",
    "@SUM(A1)",
    "+x",
    "(SRC:",
    "x)",
    "[a]",
    "|",
    "\\n",
    "_",
    "*",
    "->",
    ";",
    ",",
    "#Text=",
    "T1",
    "<b>&amp;",
    "]]>",
    "{}",
    "%2C",
    "\u200bz",
    "w\u2028v",
    "n\u00a0m",
    "\ufeffq",
    "''",
    '"',
    "🇺🇦",
    "-",
    "1-1",
)
GAPS = (" ", " ", " ", "  ", "\n", "\n\n", "\t", "\u00a0", "")
PROVENANCE = {
    "round": "r1",
    "annotators": ["ann"],
    "annotator_kind": "person",
    "decision": "single",
    "reviewed_by_person": True,
    "guideline_version": "0.1.0",
}


@dataclass(frozen=True, repr=False)
class MemorySource(Source):
    """A Source whose articles and annotations lie in memory."""

    records: dict[str, Record] = field(default_factory=dict)
    annotations: dict[str, Annotation] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"MemorySource({[record['text'] for record in self.records.values()]})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # hypothesis would print the whole schema

    def article(self, article_id: str) -> Record:
        return self.records[article_id]

    def annotation(self, article_id: str) -> Annotation | None:
        return self.annotations.get(article_id)


def memory_source(
    schema: Schema, parts: list[tuple[Record, Annotation]], actors: list[Record]
) -> MemorySource:
    """A source of articles with their annotations."""
    paths = {article["article_id"]: Path(article["article_id"]) for article, _ in parts}
    return MemorySource(
        Project(Path("nowhere")),
        schema,
        {"name": "t", "version": "0.1.0"},
        {a["actor_id"]: a for a in actors},
        paths,
        dict(paths),
        {article["article_id"]: article for article, _ in parts},
        {a.article_id: a for _, a in parts},
    )


def make_article(schema: Schema, article_id: str, text: str) -> Record:
    """The record of a text whose lines are paragraphs."""
    zones = [Zone("body", start, end) for start, end in _lines(text)]
    draft = Draft(
        text, zones, "utf-8", language="en", order_evidence="made so", title="=Title", url="https://e.org/a"
    )
    raw = RawFile.of("x.txt", f"{article_id}.txt", text.encode(), "text")
    record, _ = make_record(
        draft, raw, IngestOptions(publisher="Paper", date="2021-12-07"), schema.values("redistribution")
    )
    return {**record, "article_id": article_id, "extra": {"k": ["=1", None]}}


def _lines(text: str) -> list[tuple[int, int]]:
    import re

    return [match.span() for match in re.finditer(r"[^\n]+", text)]


@st.composite
def texts(draw: Any) -> str:
    """A text with at least two words that hold a letter."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=25))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=len(words) + 1, max_size=len(words) + 1))
    text = "".join(gap + word for gap, word in zip(gaps, ["Kyiv", *words], strict=False))
    return text.lstrip("\ufeff")


def strings() -> Any:
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@st.composite
def span_lists(draw: Any, text: str, most: int = 3) -> list[Any]:
    """One to `most` spans, ordered, disjoint, not touching, no white space at their edges."""
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=2 * most)))
    found = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        start, end = trim(text, start, end)
        if start < end and (not found or found[-1]["end"] < start):
            found.append(make_span(text, start, end))
    return found or [_first_word(text)]


def _first_word(text: str) -> Any:
    start, _ = trim(text, 0, len(text))
    end = start + 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return make_span(text, start, end)


@st.composite
def records(draw: Any, schema: Schema, table: str, text: str, given: Record, actor_ids: list[str]) -> Record:
    """A record of `table` with every stored column filled or left at its default."""
    spans = span_columns(schema, table)
    record = dict(given)
    for column in schema.table(table).stored:
        name, node = column.name, core(column.json)
        if name in record or name in ("article_id", "provenance"):
            continue
        if not column.required and draw(st.booleans()):
            record[name] = column.default
        elif name in spans:
            found = draw(span_lists(text))
            record[name] = found if spans[name] else found[0]
        elif name in ("agents", "targets"):
            record[name] = draw(
                st.lists(_participant(text, actor_ids), max_size=3, unique_by=lambda one: one["actor_id"])
            )
        elif name in ("source_actor_ids", "addressee_actor_ids"):
            record[name] = draw(st.lists(st.sampled_from(actor_ids), max_size=2, unique=True))
        elif column.json.get("x-modes-of"):
            modes = schema.modes(record["event_type"])
            record[name] = draw(st.sampled_from([m.const for m in modes.values])) if modes else None
        elif column.values:
            listed = st.sampled_from([value.const for value in schema.values(column.values).values])
            record[name] = draw(st.lists(listed, max_size=3, unique=True) if column.is_list else listed)
        elif name == "time":
            value = draw(st.sampled_from(["2021-12-07", "2021", "PAST_REF", None]))
            record[name] = {
                "value": value,
                "expression": draw(strings()),
                "basis": "expression",
                "modifier": None,
            }
        elif node.get("type") == "boolean":
            record[name] = draw(st.booleans())
        elif node.get("type") == "string":
            record[name] = draw(strings())
        else:
            record[name] = column.default
    return record


@st.composite
def _participant(draw: Any, text: str, actor_ids: list[str]) -> Record:
    implicit = draw(st.booleans())
    span = None if implicit else draw(span_lists(text, 1))[0]
    return {"actor_id": draw(st.sampled_from(actor_ids)), "span": span, "implicit": implicit}


def actor(schema: Schema, actor_id: str, name: str, **given: Any) -> Record:
    base = {
        "actor_id": actor_id,
        "canonical_name": name,
        "actor_kind": "person",
        "qid_status": "none",
        "resolution": "named",
    }
    return fill(schema.table("actors"), {**base, "provenance": PROVENANCE, **given}, {})


def registry(schema: Schema) -> list[Record]:
    """Actors with an id that formats find hard, one with every code, and the narrator."""
    return [
        actor(schema, "AUTHOR", "narrator", actor_kind="media", resolution="implicit"),
        actor(schema, "A-1_b", "=HYPERLINK(1)", wikidata_qid="Q1", qid_status="verified"),
        actor(
            schema,
            "RUS",
            "Russia; the state",
            actor_kind="state",
            country_iso3="RUS",
            sector_code="GOV",
            other_sector_codes=["MIL"],
            affiliated_with=["A-1_b"],
            role_in_text='"the" state',
            note="-n",
        ),
    ]


@st.composite
def annotations(draw: Any, schema: Schema, article: Record) -> Annotation:
    """A whole annotation of an article."""
    id, text = article["article_id"], article["text"]
    local = actor(
        schema,
        f"{id}.GRP",
        "some people",
        article_id=id,
        actor_kind="collective_unnamed",
        resolution="nominal",
    )
    ids = ["A-1_b", "RUS", f"{id}.GRP"]
    made: dict[str, list[Record]] = {table.name: [] for table in annotation_tables(schema)}
    made["actors"] = [local]

    def add(table: str, given: Record) -> Record:
        record = draw(records(schema, table, text, given, ids))
        whole = {"article_id": id, "provenance": PROVENANCE}
        if draw(st.integers(0, 4)) == 0:
            record["provenance"] = {**PROVENANCE, "decision": "agreed"}
        made[table].append(fill(schema.table(table), record, whole))
        return made[table][-1]

    for number in range(draw(st.integers(0, 3))):
        span = draw(span_lists(text, 1))[0]
        known = draw(st.sampled_from([*ids, None]))
        kind = None if known else draw(strings())
        add("mentions", {"mention_id": f"{id}.m{number}", "actor_id": known, "nonactor_type": kind, **span})
    for number in range(draw(st.integers(0, 3))):
        above = [row["statement_id"] for row in made["statements"]]
        parent = draw(st.sampled_from([None, *above]))
        add("statements", {"statement_id": f"{id}.S{number}", "parent_statement_id": parent})
    types = [value.const for value in schema.values("event_type").values]
    said = [row["statement_id"] for row in made["statements"]]
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(types))
        event = {"event_id": f"{id}.V{number}", "event_type": kind}
        add("events", event)
        override = draw(st.sampled_from([None, {"asserted_in": "AUTHOR", "reason": "=r"}]))
        view = {
            "view_of": "RUS",
            "in_statement_id": None,
            "status": "denied",
            "polarity": "negative",
            "certainty": "possible",
        }
        add(
            "actions",
            {
                "action_id": f"{id}.E{number}",
                **event,
                "assertion_override": override,
                "realises_statement_id": draw(st.sampled_from([None, *said])),
                "other_views": draw(st.sampled_from([[], [view]])),
            },
        )
    for other in made["events"][1:]:
        add(
            "event_links",
            {
                "type": "cause_of",
                "from_event_id": made["events"][0]["event_id"],
                "to_event_id": other["event_id"],
            },
        )
    return Annotation(
        id,
        article["text_sha256"],
        dict(PROVENANCE),
        draw(st.sampled_from([None, "=remark\nof two lines"])),
        made,
    )


@st.composite
def corpora(draw: Any, schema: Schema) -> MemorySource:
    """One or two annotated articles with a registry."""
    parts = []
    for number in range(draw(st.integers(1, 2))):
        article = make_article(schema, f"paper-20211207-t{number}", draw(texts()) + f" {number}")
        parts.append((article, draw(annotations(schema, article))))
    return memory_source(schema, parts, registry(schema))
