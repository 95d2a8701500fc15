"""A round of annotation on disk: who annotates which articles, and under which schema and guidelines.

`annotations/rounds/<round>/round.json` holds the plan; `<annotator>/<article_id>.json` beside it what each
annotator decided, in the form of a gold file (`communique.annotation.files`); `pull.json` what the last
pull could not take and why.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from communique.annotation.files import dump_json
from communique.annotation.model import Record
from communique.errors import CommuniqueError
from communique.files import write_atomically
from communique.project import Project
from communique.schema import Schema

ROUND_FILE = "round.json"
PULL_FILE = "pull.json"
KINDS = ("language_model", "person", "program")
PREFILL_NONE, PREFILL_GOLD = "none", "gold"

#: A folder name and, for rounds, the value of provenance.round.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class RoundError(CommuniqueError):
    """A round cannot be made, or its file contradicts itself."""


@dataclass(frozen=True)
class Annotator:
    """Who annotates: a name or pseudonym that is also the folder's name, and what kind of annotator it is."""

    name: str
    kind: str = "person"


@dataclass(frozen=True)
class RoundArticle:
    """An article of the round with the digest of the text that the annotators see."""

    article_id: str
    text_sha256: str


@dataclass(frozen=True)
class Round:
    """The plan of a round.

    overlap: "all", or the number of articles that every annotator gets. prefill: "none", "gold", or the
    path of an annotation file relative to the project. assignments: article ids by annotator, in the order
    of working. schema: fingerprint of the schema. created by `design.new_round`; read-only afterwards.
    """

    round: str
    articles: list[RoundArticle]
    annotators: list[Annotator]
    overlap: int | str
    seed: int
    guideline_version: str
    schema: str
    prefill: str = PREFILL_NONE
    assignments: dict[str, list[str]] = field(default_factory=dict)

    def digest(self, article_id: str) -> str:
        """The text digest of an article. Raises KeyError for one that is not in the round."""
        return self._digests[article_id]

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {one.article_id: one.text_sha256 for one in self.articles}

    def annotator(self, name: str) -> Annotator:
        """The annotator of this name. Raises RoundError."""
        for one in self.annotators:
            if one.name == name:
                return one
        names = ", ".join(one.name for one in self.annotators)
        raise RoundError(f"Nobody of this name is in round {self.round}.", found=name, expected=names)

    def provenance(self, name: str, reviewed_by_person: bool = False) -> Record:
        """What stands as provenance on everything that this annotator decides in the round."""
        return {
            "round": self.round,
            "annotators": [name],
            "annotator_kind": self.annotator(name).kind,
            "decision": "single",
            "reviewed_by_person": reviewed_by_person,
            "guideline_version": self.guideline_version,
        }


def checked_name(name: str, what: str) -> str:
    """A name that is safe as a folder name. Raises RoundError."""
    if not _NAME.fullmatch(name):
        raise RoundError(
            f"This cannot be the name of {what}.",
            found=repr(name),
            expected="1 to 40 letters, digits, hyphens or underscores, beginning with a letter or digit",
        )
    return name


def round_folder(project: Project, round_name: str) -> Path:
    """The folder of a round, existing or not."""
    return project.rounds / checked_name(round_name, "a round")


def round_path(project: Project, round_name: str) -> Path:
    """The file of a round's plan."""
    return round_folder(project, round_name) / ROUND_FILE


def pull_path(project: Project, round_name: str) -> Path:
    """The file that says what the last pull found and could not take."""
    return round_folder(project, round_name) / PULL_FILE


def annotation_path(project: Project, round_name: str, annotator: str, article_id: str) -> Path:
    """Where an annotator's annotation of an article lies, or will lie."""
    folder = round_folder(project, round_name) / checked_name(annotator, "an annotator")
    return folder / f"{article_id}.json"


def round_names(project: Project) -> list[str]:
    """The rounds of a project in the order of their names."""
    return sorted(path.parent.name for path in project.rounds.glob(f"*/{ROUND_FILE}"))


def save_round(project: Project, plan: Round) -> Path:
    """Write the plan; it appears whole or not at all."""
    path = round_path(project, plan.round)
    write_atomically(path, dump_json(asdict(plan)))
    return path


def load_round(project: Project, round_name: str) -> Round:
    """The plan of a round.

    Raises RoundError when there is none, when it is not JSON, or when its parts contradict each other.
    """
    import json

    path = round_path(project, round_name)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RoundError(
            f"There is no round {round_name!r}.",
            file=path,
            expected=", ".join(round_names(project)) or "a round made with 'communique round new'",
            mend=f"communique round new {round_name} --articles … --annotators …",
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RoundError(f"Not a JSON file: {error}", file=path, mend="restore it from git") from None
    plan = _parse(data, path)
    if plan.round != round_name:
        raise RoundError("The file is of another round.", file=path, expected=round_name, found=plan.round)
    return plan


def _parse(data: Any, path: Path) -> Round:
    if not isinstance(data, dict):
        raise RoundError("A round is one JSON object.", file=path, found=type(data).__name__)
    known = {one.name for one in fields(Round)}
    if set(data) != known:
        odd = ", ".join(sorted(set(data) ^ known))
        raise RoundError("The file lacks a field or has an unknown one.", file=path, found=odd)
    try:
        plan = Round(
            **data
            | {
                "articles": [RoundArticle(**one) for one in data["articles"]],
                "annotators": [Annotator(**one) for one in data["annotators"]],
            }
        )
        names = [one.name for one in plan.annotators]
        ids = {one.article_id for one in plan.articles}
        assigned = {name: list(articles) for name, articles in plan.assignments.items()}
    except (TypeError, AttributeError) as error:
        raise RoundError(
            f"A field has another form: {error}", file=path, mend="restore it from git"
        ) from None
    _agree(plan, names, ids, assigned, path)
    return plan


def _agree(plan: Round, names: list[str], ids: set[str], assigned: dict[str, list[str]], path: Path) -> None:
    for name in names:
        checked_name(name, "an annotator")
    if len({name.lower() for name in names}) < len(names):
        raise RoundError(
            "Two annotators have the same name.", file=path, field="annotators", found=", ".join(names)
        )
    if len(ids) < len(plan.articles):
        raise RoundError("An article comes twice.", file=path, field="articles")
    if set(assigned) != set(names):
        raise RoundError(
            "The assignments are of other annotators.",
            file=path,
            field="assignments",
            expected=", ".join(names),
            found=", ".join(assigned),
        )
    for one in plan.annotators:
        if one.kind not in KINDS:
            raise RoundError(
                "Unknown kind of annotator.",
                file=path,
                record=one.name,
                expected=", ".join(KINDS),
                found=one.kind,
            )
    for name, articles in assigned.items():
        odd = sorted(set(articles) - ids) or [one for one in articles if articles.count(one) > 1][:1]
        if odd:
            raise RoundError(
                "An assigned article is not in the round, or is assigned twice.",
                file=path,
                record=name,
                field="assignments",
                found=odd[0],
            )


def check_schema(plan: Round, schema: Schema, mend: str) -> None:
    """Raises RoundError, saying how to `mend` it, when the schema is not the one the round was made under."""
    if schema.fingerprint != plan.schema:
        raise RoundError(
            "The schema has changed since the round was made.",
            record=plan.round,
            field="schema",
            expected=plan.schema[:12],
            found=schema.fingerprint[:12],
            mend=mend,
        )
