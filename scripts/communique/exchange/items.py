"""What writers write: the articles of a project with stored records, derived rows and actors by id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from communique.annotation.files import annotation_tables, trim
from communique.annotation.model import Annotation
from communique.annotation.source import Source
from communique.corpus.tables import annotated_rows
from communique.exchange.format import ExchangeError, Record, WriteOptions, Written
from communique.files import write_atomically


@dataclass(frozen=True)
class Item:
    """One article. `annotation` and `rows` are empty tables for an article that is not annotated."""

    article: Record
    annotation: Annotation
    rows: dict[str, list[Record]]
    actors: dict[str, Record]
    annotated: bool

    @property
    def text(self) -> str:
        return str(self.article["text"])

    @property
    def id(self) -> str:
        return str(self.article["article_id"])


def items(source: Source, options: WriteOptions) -> Iterator[Item]:
    """The articles of `source` in the order of their ids, or those that `options` names.

    Raises ExchangeError for an id that does not exist.
    """
    wanted = options.articles or tuple(source.articles)
    for article_id in wanted:
        if article_id not in source.articles:
            raise ExchangeError(
                "There is no such article.", found=article_id, mend="see 'communique stats' for the ids"
            )
        article = source.article(article_id)
        annotation = source.annotation(article_id)
        if annotation is None:
            tables = annotation_tables(source.schema)
            empty = Annotation(
                article_id, article["text_sha256"], {}, tables={table.name: [] for table in tables}
            )
            yield Item(
                article, empty, _empty([*(table.name for table in tables), "claims"]), source.actors, False
            )
            continue
        actors = source.actors | {actor["actor_id"]: actor for actor in annotation["actors"]}
        yield Item(article, annotation, annotated_rows(article, source), actors, True)


def _empty(names: list[str]) -> dict[str, list[Record]]:
    return {name: [] for name in names}


def trimmed(item: Item, table: str, record: Record, source: Source) -> Record:
    """A stored record without what goes without saying in the annotation's file."""
    filled = {"article_id": item.id, "provenance": item.annotation.provenance}
    return trim(source.schema.table(table), record, filled)


def put(out: Path, name: str, content: str | bytes, written: Written) -> None:
    """Write one file of an export below `out`."""
    write_atomically(out / name, content)
    written.files.append(name)
