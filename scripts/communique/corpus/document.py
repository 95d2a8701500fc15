"""Articles as objects: the text, its statements as a tree, its actions with their participants."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from communique.corpus.manifest import read_manifest, table_files, verify_file
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema, load_schema

if TYPE_CHECKING:
    from communique.corpus.highlight import Highlight

Record = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """A statement with the actors resolved; `children` are the statements inside its content."""

    record: Record
    sources: tuple[Record, ...]
    addressees: tuple[Record, ...]
    children: tuple[Statement, ...]
    actions: tuple[Action, ...]

    def __getattr__(self, name: str) -> Any:
        return _column(self.record, name, "statement")

    def walk(self) -> Iterator[Statement]:
        """This statement and all below it, parents before children."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Action:
    """An action with the actors resolved. `asserters` is empty where the text names no source."""

    record: Record
    agents: tuple[Record, ...]
    targets: tuple[Record, ...]
    asserters: tuple[Record, ...]
    event: Record

    def __getattr__(self, name: str) -> Any:
        return _column(self.record, name, "action")


@dataclass(frozen=True)
class Article:
    """One article. Columns of its row are attributes; `text` may be withheld and is None then."""

    record: Record
    rows: dict[str, list[Record]] = field(repr=False)
    actors: dict[str, Record] = field(repr=False)
    #: Group of every action status: real, intended, pressed, possible, negated.
    status_groups: dict[str, str] = field(repr=False)

    def __getattr__(self, name: str) -> Any:
        return _column(self.record, name, "article")

    @property
    def mentions(self) -> list[Record]:
        """Mention rows in the order of the text."""
        return sorted(self.rows["mentions"], key=lambda row: (row["start"], row["end"]))

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """All actions in the order of the text."""
        events = {row["event_id"]: row for row in self.rows["events"]}
        ordered = sorted(self.rows["actions"], key=lambda row: _start(row["trigger_spans"]))
        return tuple(
            Action(
                row,
                self._actors(one["actor_id"] for one in row["agents"]),
                self._actors(one["actor_id"] for one in row["targets"]),
                self._actors(row["asserted_by"]),
                events[row["event_id"]],
            )
            for row in ordered
        )

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements that lie in no other one, in the order of the text; the rest hang below them."""
        below: dict[str | None, list[Record]] = defaultdict(list)
        for row in sorted(self.rows["statements"], key=lambda row: _start(row["cue_spans"])):
            below[row["parent_statement_id"]].append(row)
        held: dict[str | None, list[Action]] = defaultdict(list)
        for action in self.actions:
            held[action.record["in_statement_id"]].append(action)

        def make(row: Record) -> Statement:
            key = row["statement_id"]
            return Statement(
                row,
                self._actors(row["source_actor_ids"]),
                self._actors(row["addressee_actor_ids"]),
                tuple(make(child) for child in below[key]),
                tuple(held[key]),
            )

        return tuple(make(row) for row in below[None])

    def highlight(self) -> Highlight:
        """The text with actors, cues, contents and triggers marked, for a terminal or a notebook.

        Raises ProjectError when the text of the article is withheld.
        """
        from communique.corpus.highlight import Highlight

        if self.record["text"] is None:
            raise ProjectError(
                "The text of this article is withheld.",
                record=self.record["article_id"],
                mend="restore it from your own copy: communique hydrate",
            )
        return Highlight(self)

    def _repr_html_(self) -> str:
        return self.highlight().html()

    def _actors(self, ids: Any) -> tuple[Record, ...]:
        return tuple(self.actors[one] for one in ids)


class Corpus:
    """A built corpus. Iterating reads one shard after the other; articles come in the order of their ids in each."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.schema: Schema = load_schema(project.schema)
        self.manifest = read_manifest(project.corpus)

    def __len__(self) -> int:
        return int(self.manifest["tables"]["articles"]["rows"])

    def __repr__(self) -> str:
        counts = ", ".join(f"{entry['rows']} {name}" for name, entry in self.manifest["tables"].items())
        return f"Corpus({self.manifest['name']} {self.manifest['version']}: {counts})"

    def __iter__(self) -> Iterator[Article]:
        for shard in range(self.manifest["shards"]):
            yield from self._shard(shard)

    def __getitem__(self, article_id: str) -> Article:
        """One article. A name that only begins its id will do when it is the only such one."""
        from communique.corpus.shards import shard_of

        for article in self._shard(shard_of(article_id, self.manifest["shards"])):
            if article.record["article_id"] == article_id:
                return article
        fitting = [article for article in self if article.record["article_id"].startswith(article_id)]
        if len(fitting) != 1:
            names = [str(one.record["article_id"]) for one in fitting or self]
            raise ProjectError(
                f"{'Several articles begin with' if fitting else 'There is no article'} '{article_id}'.",
                expected=", ".join(names[:5]) + (f" … ({len(names)})" if len(names) > 5 else ""),
                found=article_id,
            )
        return fitting[0]

    @cached_property
    def actors(self) -> dict[str, Record]:
        """All actor rows by id."""
        return {row["actor_id"]: row for row in self._rows("actors", None)}

    def _shard(self, shard: int) -> list[Article]:
        tables = [
            name for name, table in self.schema.tables.items() if name != "actors" and not table.is_view
        ]
        rows = {name: self._rows(name, shard) for name in tables}
        by_article: dict[str, dict[str, list[Record]]] = {
            row["article_id"]: {name: [] for name in tables} for row in rows["articles"]
        }
        for name in tables:
            for row in rows[name]:
                by_article[row["article_id"]][name].append(row)
        groups = {value.const: value.facts["group"] for value in self.schema.values("action_status").values}
        return [Article(row, by_article[row["article_id"]], self.actors, groups) for row in rows["articles"]]

    def _rows(self, name: str, shard: int | None) -> list[Record]:
        from communique.corpus.parquet import read_parquet, records

        table = self.schema.table(name)
        files = [file for file in table_files(self.manifest, name) if shard is None or file["shard"] == shard]
        paths = [verify_file(self.project.corpus, file) for file in files]
        return list(records(read_parquet(paths, table), table))


def _start(spans: list[Record]) -> int:
    """Where a record begins; spans that were not restored leave it at the end."""
    return min((span["start"] for span in spans), default=sys.maxsize)


def _column(record: Record, name: str, what: str) -> Any:
    if name.startswith("__") or name not in record:
        raise AttributeError(f"this {what} has no '{name}'; it has {', '.join(record)}")
    return record[name]
