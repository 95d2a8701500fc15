"""The tables of the corpus pages: their columns, their filters, and the rows that an article gives to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from communique.annotation.model import AUTHOR
from communique.corpus.claims import claims
from communique.corpus.document import Article
from communique.explore.article import heading
from communique.explore.links import file_name, short
from communique.explore.notes import unnamed
from communique.explore.vocabulary import Vocabulary

Record = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """`kind` is link (to the record), article, status, date, qid or text. A column without a title is only exported."""

    key: str
    title: str
    kind: str = "text"
    values: str | None = None
    number: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sortable table: `text` and `choice` are the columns with a filter of their own."""

    name: str
    columns: tuple[Column, ...]
    text: tuple[str, ...] = ()
    choice: tuple[str, ...] = ()

    def spec(self, files: list[str], count: int) -> Record:
        """What the script needs to know of the table."""
        keys = [column.key for column in self.columns]

        def at(key: str) -> int | None:
            return keys.index(key) if key in keys else None

        return {
            "name": self.name,
            "columns": [
                {
                    "key": column.key,
                    "title": column.title,
                    "kind": column.kind,
                    "list": column.values,
                    "number": column.number,
                }
                for column in self.columns
            ],
            "files": files,
            "count": count,
            "article": at("article_id"),
            "record": at("id"),
            "file": at("file"),
            "href": at("href"),
            "polarity": at("polarity"),
        }

    def filters(self, words: Vocabulary) -> list[Record]:
        """The filters of the page: text fields, then choices with their values."""
        by_key = {column.key: column for column in self.columns}
        made: list[Record] = [{"key": key, "title": by_key[key].title, "values": None} for key in self.text]
        for key in self.choice:
            column = by_key[key]
            listed = words.schema.values(column.values or "").values
            values = [(value.const, value.title) for value in listed]
            made.append({"key": key, "title": column.title, "values": values})
        return made


_PLACE = (
    Column("published_on", "Published", "date"),
    Column("article_id", "Article", "article"),
    Column("id", ""),
    Column("file", ""),
)
ARTICLES = Sheet(
    "articles",
    (
        Column("published_on", "Published", "date"),
        Column("publisher", "Publisher"),
        Column("heading", "Article", "link"),
        Column("language", "Language"),
        Column("statements", "Statements", number=True),
        Column("actions", "Actions", number=True),
        Column("reported", "of these on others’ word", number=True),
        Column("article_id", ""),
        Column("file", ""),
    ),
    ("publisher", "language"),
)
STATEMENTS = Sheet(
    "statements",
    (
        Column("sources", "Who"),
        Column("cue", "Cue", "link"),
        Column("content", "What"),
        Column("addressees", "To whom"),
        Column("statement_kind", "Kind", values="statement_kind"),
        Column("layer", "Layer", values="layer"),
        Column("mode", "Mode", values="statement_mode"),
        Column("statement_status", "Status", values="statement_status"),
        *_PLACE,
    ),
    ("sources",),
    ("statement_kind", "layer", "mode", "statement_status"),
)
CLAIMS = Sheet(
    "actions",
    (
        Column("asserter", "Who says"),
        Column("agents", "that who"),
        Column("trigger", "does what", "link"),
        Column("event_type", "Type", values="event_type"),
        Column("mode", ""),
        Column("targets", "to whom"),
        Column("status", "Status", "status", "action_status"),
        Column("gloss", "Event"),
        Column("polarity", ""),
        Column("certainty", ""),
        Column("primary", ""),
        *_PLACE,
    ),
    ("asserter", "agents", "targets"),
    ("status", "event_type"),
)
EVENTS = Sheet(
    "events",
    (
        Column("time", "Time stated", "date"),
        Column("gloss", "Event", "link"),
        Column("event_type", "Type", values="event_type"),
        Column("statuses", "Statuses"),
        Column("actions", "Mentions", number=True),
        *_PLACE,
    ),
    ("time", "statuses"),
    ("event_type",),
)
ACTORS = Sheet(
    "actors",
    (
        Column("name", "Actor", "link"),
        Column("actor_kind", "Kind", values="actor_kind"),
        Column("aliases", "Called"),
        Column("country", "Country"),
        Column("qid", "Wikidata", "qid"),
        Column("mentions", "Mentions", number=True),
        Column("articles", "Articles", number=True),
        Column("says", "Statements", number=True),
        Column("asserts", "Actions asserted", number=True),
        Column("does", "as agent", number=True),
        Column("suffers", "as target", number=True),
        Column("actor_id", ""),
        Column("article_id", ""),
        Column("href", ""),
    ),
    ("country",),
    ("actor_kind",),
)
TIES = Sheet(
    "network",
    (
        Column("from", "Who"),
        Column("tie", "does what"),
        Column("to", "to or of whom"),
        Column("count", "Times", number=True),
    ),
    ("from", "tie", "to"),
)


def _file(article_id: str) -> str | None:
    name = file_name(article_id)
    return None if name == article_id else name


def article_row(article: Article) -> list[Any]:
    """The article's row of the index."""
    row, actions = article.record, article.rows["actions"]
    reported = sum(one["asserted_in"] != AUTHOR for one in actions)
    counts = [len(article.rows["statements"]), len(actions), reported]
    key = row["article_id"]
    head = [row["published_on"], row["publisher"], heading(row), row["language"]]
    return [*head, *counts, key, _file(key)]


def statement_rows(article: Article, words: Vocabulary) -> Iterator[list[Any]]:
    """One row a statement in the order of the text."""
    key = article.record["article_id"]
    for root in article.statements:
        for one in root.walk():
            row = one.record
            names = row["source_names"] or [f"({unnamed(row, words)})"]
            yield [
                ", ".join(names),
                row["cue_text"] or row["cue_lemma"],
                row["content_text"],
                ", ".join(row["addressee_names"]),
                row["statement_kind"],
                row["layer"],
                row["mode"],
                row["statement_status"],
                row["published_on"],
                key,
                short(row["statement_id"], key),
                _file(key),
            ]


def claim_rows(article: Article) -> Iterator[list[Any]]:
    """One row an action as one source sees it, in the order of the text."""
    key = article.record["article_id"]
    glosses = {row["event_id"]: row["gloss"] for row in article.rows["events"]}
    names = {actor_id: actor["canonical_name"] for actor_id, actor in article.actors.items()}
    for row in claims([action.record for action in article.actions], glosses, names):
        yield [
            row["asserter_name"] or "(source not named)",
            ", ".join(row["agent_names"]),
            row["trigger_text"],
            row["event_type"],
            row["mode"],
            ", ".join(row["target_names"]),
            row["status"],
            row["event_gloss"],
            row["polarity"],
            row["certainty"],
            row["primary"],
            row["published_on"],
            key,
            short(row["action_id"], key),
            _file(key),
        ]


def event_rows(article: Article, words: Vocabulary) -> Iterator[list[Any]]:
    """One row an event, with the times that its mentions state."""
    key = article.record["article_id"]
    times: dict[str, set[str]] = {}
    for action in article.rows["actions"]:
        if action["time"] and action["time"]["value"]:
            times.setdefault(action["event_id"], set()).add(action["time"]["value"])
    for row in article.rows["events"]:
        statuses = ", ".join(words.title("action_status", one).lower() for one in row["statuses"])
        stated = ", ".join(sorted(times.get(row["event_id"], ())))
        place = [row["published_on"], key, short(row["event_id"], key), _file(key)]
        yield [stated, row["gloss"], row["event_type"], statuses, len(row["action_ids"]), *place]
