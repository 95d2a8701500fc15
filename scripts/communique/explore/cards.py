"""The records of an article as data for the card that hovering or tapping shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from communique.corpus.document import Article
from communique.explore.links import short
from communique.explore.vocabulary import Vocabulary

Record = dict[str, Any]

#: Said elsewhere on the page, or by another column in words.
_LEFT_OUT = {
    "article_id", "url", "publisher", "published_on", "zone", "provenance", "start", "end", "plover_table",
    "goldstein_table", "actor_name", "source_names", "addressee_names", "agent_names", "target_names",
    "asserted_by_names", "trigger_spans", "cue_spans", "content_spans", "source_spans", "addressee_spans",
    "nesting_depth", "discontinuous", "other_views", "status", "polarity", "certainty", "action_ids",
    "asserted_by", "assertion_overridden",
}  # fmt: skip
_TABLES = ("mentions", "statements", "actions", "events")


def cards(article: Article, words: Vocabulary) -> dict[str, Any]:
    """`records` by short id as [table, provenance number, {column: value}], with the actors they name.

    A column that has its default, or is empty, is left out: the card says only what was decided.
    """
    article_id = str(article.record["article_id"])
    made: dict[str, Any] = {}
    ways: list[Record] = []
    actors: set[str] = set()
    for table in _TABLES:
        spec = words.schema.table(table)
        columns = [
            (column.name, None if column.derived else column.default)
            for column in spec.columns
            if column.name not in _LEFT_OUT | set(spec.key)
        ]
        for row in article.rows[table]:
            if row["provenance"] not in ways:
                ways.append(row["provenance"])
            kept = {
                name: row[name]
                for name, default in columns
                if row[name] not in (None, [], False) and row[name] != default
            }
            _collect(kept, article.actors, actors)
            key = short(row[spec.key[0]], article_id)
            made[key] = [table, ways.index(row["provenance"]), _shortened(kept, article_id)]
    return {
        "prefix": f"{article_id}.",
        "records": made,
        "ways": ways,
        "actors": {
            short(key, article_id): [article.actors[key]["canonical_name"], article.actors[key]["actor_kind"]]
            for key in sorted(actors)
        },
    }


def _collect(value: Any, known: Mapping[str, Record], found: set[str]) -> None:
    if isinstance(value, str):
        if value in known:
            found.add(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            _collect(one, known, found)
    elif isinstance(value, list):
        for one in value:
            _collect(one, known, found)


def _shortened(value: Any, article_id: str) -> Any:
    if isinstance(value, str):
        return short(value, article_id)
    if isinstance(value, Mapping):
        return {key: _shortened(one, article_id) for key, one in value.items() if one not in (None, False)}
    return [_shortened(one, article_id) for one in value] if isinstance(value, list) else value
