"""Rows of every table, shard by shard, from articles and annotations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from communique.annotation.derive import derive, derive_actors
from communique.annotation.files import annotation_tables
from communique.annotation.source import Source
from communique.corpus.claims import claims
from communique.corpus.shards import shard_of
from communique.errors import CommuniqueError

Record = dict[str, Any]
#: (split, shard, table, rows)
Part = tuple[str, int, str, list[Record]]


def article_row(article: Record, source: Source) -> Record:
    """The article's row: its record with what its annotation says of it."""
    annotation = source.annotation(article["article_id"])
    return {
        **article,
        "remarks": annotation.remarks if annotation else None,
        "guideline_version": annotation.provenance["guideline_version"] if annotation else None,
    }


def parts(source: Source, shards: int) -> Iterator[Part]:
    """All rows, one shard at a time; the actors come last since their counts run over the whole corpus."""
    by_shard: dict[int, list[str]] = {}
    for article_id in source.articles:
        by_shard.setdefault(shard_of(article_id, shards), []).append(article_id)
    actors: dict[tuple[str, int], list[Record]] = {}
    mentions: list[Record] = []
    for shard in sorted(by_shard):
        found: dict[tuple[str, str], list[Record]] = {}
        for article_id in by_shard[shard]:
            article = source.article(article_id)
            split = article["split"]
            found.setdefault((split, "articles"), []).append(article_row(article, source))
            for table, rows in annotated_rows(article, source).items():
                if table == "actors":
                    actors.setdefault((split, shard), []).extend(rows)
                else:
                    found.setdefault((split, table), []).extend(rows)
                if table == "mentions":
                    mentions += [
                        {key: row[key] for key in ("actor_id", "text", "article_id")} for row in rows
                    ]
        for (split, table), rows in sorted(found.items()):
            if rows:
                yield split, shard, table, rows
    registry = [actor for actor in source.actors.values() if actor["article_id"] is None]
    if registry:
        first = min((split for split, _ in actors), default="train")
        actors.setdefault((first, 0), [])[:0] = registry
    for (split, shard), rows in sorted(actors.items()):
        if rows:
            yield split, shard, "actors", derive_actors(rows, mentions)


def annotated_rows(article: Record, source: Source) -> dict[str, list[Record]]:
    """Derived rows of one article by table, with the view of claims; empty for an article without annotation.

    Raises CommuniqueError when a record refers to what does not exist.
    """
    annotation = source.annotation(article["article_id"])
    if annotation is None:
        return {}
    actors = source.actors | {actor["actor_id"]: actor for actor in annotation["actors"]}
    try:
        rows = derive(annotation, article, actors, source.schema)
        glosses = {event["event_id"]: event["gloss"] for event in rows["events"]}
        names = {actor_id: actor["canonical_name"] for actor_id, actor in actors.items()}
        rows["claims"] = claims(rows["actions"], glosses, names)
    except (KeyError, TypeError, ValueError) as error:
        raise CommuniqueError(
            f"The annotation contradicts itself: {type(error).__name__} {error}.",
            file=source.gold[article["article_id"]],
            mend="run 'communique validate', which names the record",
        ) from error
    known = {table.name for table in annotation_tables(source.schema)} | {"claims"}
    return {table: found for table, found in rows.items() if table in known}
