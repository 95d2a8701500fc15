"""The margin of an article: its statements as a tree, its actions with asserter and status, by paragraph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from communique.annotation.assertion import ancestors
from communique.annotation.model import AUTHOR
from communique.corpus.document import Action, Article, Statement
from communique.explore.links import short
from communique.explore.pieces import is_unmade
from communique.explore.vocabulary import Vocabulary

Record = dict[str, Any]
Person = tuple[str, str]


@dataclass(frozen=True)
class View:
    """How one or several sources see an action: who, and status in words with its group."""

    who: tuple[Person, ...]
    label: str
    group: str
    narrator: bool
    sure: str


@dataclass(frozen=True)
class ActionNote:
    """One action as the margin and the table of claims show it."""

    id: str
    short: str
    group: str
    words: str | None
    agents: tuple[Person, ...]
    targets: tuple[Person, ...]
    kind: str
    gloss: str
    event_id: str
    views: tuple[View, ...]
    actors: str
    groups: str
    #: Who passes the asserter's word on, nearest first: the sources of the statements around the asserting one.
    via: tuple[str, ...]
    #: Whether it stands inside a statement, and whether somebody else than the narrator asserts it.
    inside: bool
    reported: bool
    start: int


@dataclass(frozen=True)
class StatementNote:
    """One statement with what hangs below it."""

    id: str
    short: str
    sources: tuple[Person, ...]
    form: str
    cue: str | None
    addressees: tuple[Person, ...]
    layer: str
    facts: tuple[str, ...]
    made: bool
    excerpt: str | None
    actors: str
    actions: tuple[ActionNote, ...]
    children: tuple[StatementNote, ...]
    start: int


@dataclass
class Margin:
    """What stands beside one paragraph."""

    narrator: list[ActionNote] = field(default_factory=list)
    statements: list[StatementNote] = field(default_factory=list)


class Notes:
    """The notes of one article."""

    def __init__(self, article: Article, words: Vocabulary) -> None:
        self.words = words
        self.id = str(article.record["article_id"])
        self.names = {key: str(actor["canonical_name"]) for key, actor in article.actors.items()}
        self.rows = {row["statement_id"]: row for row in article.rows["statements"]}
        self.by_id: dict[str, ActionNote] = {}
        for action in article.actions:
            self.by_id[action.record["action_id"]] = self._action(action)
        self.statements = [self._statement(one) for one in article.statements]
        self.narrator = [note for note in self.by_id.values() if not note.inside]

    def margins(self, starts: list[int]) -> list[Margin]:
        """One margin a paragraph; `starts` are the paragraphs' first code points, ascending.

        A note stands beside the paragraph in which its record begins.
        """
        found: dict[int, Margin] = defaultdict(Margin)

        def place(start: int) -> Margin:
            return found[max((i for i, at in enumerate(starts) if at <= start), default=0)]

        for note in self.narrator:
            place(note.start).narrator.append(note)
        for statement in self.statements:
            place(statement.start).statements.append(statement)
        return [found[i] for i in range(len(starts))]

    def events(self, article: Article) -> list[tuple[Record, list[ActionNote]]]:
        """The events in the order of their first mention, each with its actions."""
        held: dict[str, list[ActionNote]] = defaultdict(list)
        for note in self.by_id.values():
            held[note.event_id].append(note)
        rows = [(row, held[row["event_id"]]) for row in article.rows["events"]]
        return sorted(rows, key=lambda pair: pair[1][0].start if pair[1] else 1 << 31)

    def people(self, ids: Any) -> tuple[Person, ...]:
        return tuple((one, self.names.get(one, one)) for one in ids)

    def _action(self, action: Action) -> ActionNote:
        row = action.record
        views = self._views(row)
        actors = [one["actor_id"] for one in [*row["agents"], *row["targets"]]]
        actors += [key for view in views for key, _ in view.who] + row["attitude_holder"]
        return ActionNote(
            row["action_id"],
            short(row["action_id"], self.id),
            self.words.groups.get(row["status"], ""),
            row["trigger_text"],
            self.people(one["actor_id"] for one in row["agents"]),
            self.people(one["actor_id"] for one in row["targets"]),
            self.words.kind(row["event_type"], row["mode"]),
            row["gloss"] or action.event["gloss"] or "",
            row["event_id"],
            views,
            " ".join(dict.fromkeys(actors)),
            " ".join(dict.fromkeys(view.group for view in views)),
            self._via(row["asserted_in"]),
            row["in_statement_id"] is not None,
            row["asserted_in"] != AUTHOR,
            min(span["start"] for span in row["trigger_spans"]),
        )

    def _via(self, asserted_in: str) -> tuple[str, ...]:
        if asserted_in not in self.rows:
            return ()
        above = ancestors(self.rows[asserted_in], self.rows)
        told = [", ".join(row["source_names"]) or unnamed(row, self.words) for row in above]
        return tuple(dict.fromkeys(told))

    def _views(self, row: Record) -> tuple[View, ...]:
        together: dict[tuple[Any, ...], list[str]] = {}
        for view in row["views"]:
            key = (view["status"], view["polarity"], view["certainty"], view["view_of"] is None)
            together.setdefault(key, []).append(view["view_of"])
        return tuple(
            View(
                () if unnamed else self.people(who),
                self.words.status(status, polarity),
                self.words.groups.get(status, ""),
                who == [AUTHOR],
                "" if certainty == "certain" else self.words.title("certainty", certainty).lower(),
            )
            for (status, polarity, certainty, unnamed), who in together.items()
        )

    def _statement(self, statement: Statement) -> StatementNote:
        row = statement.record
        facts = [self.words.title("statement_mode", row["mode"]).lower()]
        if row["layer"] == "extended":
            facts = [self.words.title("statement_kind", row["statement_kind"]).lower()]
        if row["statement_status"] not in ("made", None):
            facts.append(self.words.title("statement_status", row["statement_status"]).lower())
        return StatementNote(
            row["statement_id"],
            short(row["statement_id"], self.id),
            self.people(row["source_actor_ids"]),
            unnamed(row, self.words),
            row["cue_text"] or row["cue_lemma"],
            self.people(row["addressee_actor_ids"]),
            row["layer"] or "",
            tuple(fact for fact in facts if fact),
            not is_unmade(row),
            excerpt(row["content_text"]),
            " ".join(dict.fromkeys([*row["source_actor_ids"], *row["addressee_actor_ids"]])),
            tuple(self.by_id[one.record["action_id"]] for one in statement.actions),
            tuple(self._statement(child) for child in statement.children),
            min(span["start"] for span in [*row["cue_spans"], *row["content_spans"], *row["source_spans"]]),
        )


def unnamed(statement: Record, words: Vocabulary) -> str:
    """What stands for the source where no actor does: its words, else its form."""
    form = words.title("source_form", statement["source_form"]).lower()
    return str(statement["source_text"] or (f"source {form}" if form else "source not named"))


def excerpt(text: str | None, length: int = 44) -> str | None:
    """The beginning of a text, cut at a word."""
    if text is None or len(text) <= length:
        return text
    cut = text[:length].rsplit(None, 1)[0] if " " in text[:length] else text[:length]
    return f"{cut} …"
