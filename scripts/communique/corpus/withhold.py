"""Records without the words of articles that may not be shared, and what brings them back.

For an article with `redistribution` other than `text_ok`: its text, title, excerpts and the text of every
span are null; offsets stay. Any other string of any record that holds five words in a row of such an
article is masked. What can't be cut out of the text again (lemmas, times, masked remarks) is sealed
(communique.corpus.seal). Articles with `redistribution: none` are left out with all their records, and
what quotes one is masked for good. A remark that quotes several withheld articles opens with the first one's text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from communique.annotation.derive import derive_actors
from communique.corpus.runs import Runs
from communique.corpus.seal import key_of, seal, wrap
from communique.corpus.walk import WORDS_OF, Kind, Walker
from communique.schema import Schema
from communique.text import fingerprint as fp
from communique.text.keys import keyed

Record = dict[str, Any]
Tables = dict[str, list[Record]]
#: table, key of the row, path in it, value
Sealed = list[tuple[str, str, list[str | int], Any]]


@dataclass
class Withheld:
    """The public rows, one line of `withheld.jsonl` for each withheld article, and what was done."""

    tables: Tables
    lines: list[Record] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)


def runs_of(articles: Iterable[Record]) -> Runs:
    """The runs of words that no public file may hold."""
    runs = Runs()
    shared = []
    for article in articles:
        if article["redistribution"] == "text_ok":
            shared.append(article)
            continue
        for part in (article["text"], article["title"]):
            if part:
                runs.add(article["article_id"], part)
    for article in shared:
        runs.allow(article["text"])
    return runs


def without(tables: Tables, left_out: set[str]) -> Tables:
    """The tables without some articles: their records, links to their events, and actors only they have."""
    if not left_out:
        return tables
    kept = {
        name: [row for row in rows if row.get("article_id") not in left_out] for name, rows in tables.items()
    }
    events = {row["event_id"] for row in kept["events"]}
    kept["event_links"] = [
        row for row in kept["event_links"] if {row["from_event_id"], row["to_event_id"]} <= events
    ]
    gone = {row["actor_id"] for row in tables["mentions"] if row["article_id"] in left_out} - _actors_named(
        kept
    )
    actors = [row for row in kept["actors"] if row["actor_id"] not in gone]
    kept["actors"] = derive_actors(actors, kept["mentions"])
    return kept


def _actors_named(tables: Tables) -> set[str]:
    """Every string of the kept records that could be an actor's id."""
    found: set[str] = set()

    def collect(node: Any) -> None:
        if isinstance(node, str):
            found.add(node)
        elif isinstance(node, dict):
            for child in node.values():
                collect(child)
        elif isinstance(node, list):
            for child in node:
                collect(child)

    for name in ("mentions", "statements", "actions"):
        for row in tables[name]:
            collect([value for key, value in row.items() if key.endswith(("actor_id", "actor_ids", "s"))])
    for row in tables["actors"]:
        if row["actor_id"] in found:
            collect([row["affiliated_with"], row["set_members"]])
    return found


def withhold(tables: Tables, schema: Schema, level: fp.Level, runs: Runs) -> Withheld:
    """Withhold the words of all articles that are not `text_ok`. `tables` are whole rows of every table.

    Nothing of `tables` is changed. The order of rows stays.
    """
    articles = {row["article_id"]: row for row in tables["articles"]}
    withheld = {key for key, row in articles.items() if row["redistribution"] != "text_ok"}
    made = Withheld({name: [] for name in tables})
    spans: dict[str, set[tuple[int, int]]] = {key: set() for key in withheld}
    sealed: dict[str, Sealed] = {key: [] for key in withheld}
    for name, rows in tables.items():
        walker = Walker(schema.table(name))
        for row in rows:
            article_id = row["article_id"] if row["article_id"] in withheld else None
            made.tables[name].append(_row(name, row, article_id, walker, runs, spans, sealed, made.masked))
    shown = [
        {**mention, "actor_id": mention["actor_id"] if mention["article_id"] not in withheld else None}
        for mention in tables["mentions"]
    ]
    names = {row["actor_id"]: row["aliases"] for row in derive_actors(tables["actors"], shown)}
    for row in made.tables["actors"]:
        row["aliases"] = [runs.mask(one)[0] for one in names[row["actor_id"]]]
    for article_id in sorted(withheld):
        made.lines.append(_line(articles[article_id], spans[article_id], sealed[article_id], level))
    return made


def _row(
    name: str,
    row: Record,
    article_id: str | None,
    walker: Walker,
    runs: Runs,
    spans: dict[str, set[tuple[int, int]]],
    sealed: dict[str, Sealed],
    masked: list[str],
) -> Record:
    key = walker.key(row)

    def visit(kind: Kind, value: Any, path: tuple[str | int, ...]) -> Any:
        if path == ("aliases",) and name == "actors":
            return value
        if kind in ("span", "spans", "excerpt") and article_id is None:
            return value
        if kind == "spans":
            return [visit("span", one, (*path, at)) for at, one in enumerate(value)]
        if kind in ("span", "place"):
            if article_id is not None:
                spans[article_id].add((value["start"], value["end"]))
            return {**value, "text": None} if kind == "span" else value
        if kind == "excerpt":
            derived = (name, path[0]) in WORDS_OF or (path == ("trigger_text",) and name == "claims")
            if not derived and path != ("text",):
                sealed[str(article_id)].append((name, key, list(path), value))
            return None if not isinstance(value, list) else []
        shown, owner = runs.mask(value)
        if owner is not None:
            # What quotes an article that is left out altogether comes back to nobody.
            if {article for _, _, article in runs.find(value)} <= sealed.keys():
                sealed[owner].append((name, key, list(path), value))
            masked.append(f"{name} {key or row}: {'/'.join(str(part) for part in path)}")
        return shown

    made = walker.rewrite(row, visit)
    if walker.is_span and article_id is not None:
        spans[article_id].add((row["start"], row["end"]))
        made["text"] = None
    return made


def _line(article: Record, spans: set[tuple[int, int]], sealed: Sealed, level: fp.Level) -> Record:
    source = keyed(article["text"])
    ordered = [{"start": start, "end": end} for start, end in sorted(spans)]
    key = key_of(source)
    line: Record = {
        "article_id": article["article_id"],
        "url": article["url"],
        "fingerprint": fp.fingerprint_of(source, level),
        "spans": fp.span_checks_of(source, ordered, level),
    }
    if sealed:
        line["sealed"] = seal(sealed, key)
        line["wrapped"] = wrap(key, article["text"]) if level == "token" else None
    return line
