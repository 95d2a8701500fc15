"""What was decided about disagreements: `annotations/rounds/<round>/decisions.jsonl`.

One JSON object a line, one decision on one unit of one article:

    article_id     the article
    table          mentions, statements, actions, event_links, events or actors
    unit           the unit's id: that of the first annotator (in the order of round.json) who has it
    text_sha256    digest of the text it was decided on
    seen           annotator -> digest of the record that the adjudicator saw, null where there was none
    take           the annotator whose record is taken; null with `nothing`, or for a record of one's own
    fields         field -> annotator whose value is taken instead (optional)
    set            field -> value, where neither is right; references are to units (optional)
    nothing        true: there is nothing here, the unit is left out (optional)
    reason         one of REASONS
    note           why, in words (optional)
    by, by_kind    who decided: a name, and person, language_model or program
    guideline_version   the guidelines decided by

`communique round adjudicate` writes the open tasks in this form with `take` and `reason` left empty: fill
them in and append the line. The keys that a task has besides (`kind`, `differences`, `text`) may stay.

A decision holds as long as the text and every record in `seen` are what they were; records of annotators
who are not in `seen` change nothing, so that another annotator reopens nothing that was decided. Otherwise
it is stale. Decisions on one unit that come to different results are in conflict. Stale and conflicting
decisions are reported and not applied. Nothing is ever deleted here but by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.agreement.groups import TABLES, Group
from communique.annotation.model import Annotation, Record
from communique.errors import CommuniqueError
from communique.files import text_lines, write_atomically

DECISIONS_FILE = "decisions.jsonl"

REASONS = {
    "boundary": "the words are right, their bounds were not",
    "wrong_label": "a value of a value list was wrong by the guidelines",
    "wrong_reference": "the wrong actor, statement or event was referred to",
    "oversight": "an annotator missed something, or left a slip",
    "not_a_unit": "by the guidelines there is no such unit here",
    "guideline_gap": "the guidelines were silent; a ruling was added",
    "ambiguous_text": "the text bears both readings; one was chosen",
    "subjective": "both are defensible and no rule can settle it",
}

_KEYS: dict[str, type | tuple[type, ...]] = {
    "article_id": str, "table": str, "unit": str, "text_sha256": str, "seen": dict, "take": (str, type(None)),
    "fields": dict, "set": dict, "nothing": bool, "reason": str, "note": (str, type(None)), "by": str,
    "by_kind": str, "guideline_version": str,
}  # fmt: skip
_OPTIONAL: dict[str, Any] = {"fields": {}, "set": {}, "nothing": False, "note": None}
_OF_TASKS = {"kind", "differences", "text", "weight", "candidates"}


class DecisionError(CommuniqueError):
    """A line of decisions.jsonl is no decision."""


@dataclass(frozen=True)
class Decision:
    """One line; see the module's documentation. `line` is its number in the file."""

    article_id: str
    table: str
    unit: str
    text_sha256: str
    seen: dict[str, str | None]
    take: str | None
    reason: str
    by: str
    by_kind: str
    guideline_version: str
    fields: dict[str, str] = field(default_factory=dict)
    set: dict[str, Any] = field(default_factory=dict)
    nothing: bool = False
    note: str | None = None
    line: int = 0

    @property
    def place(self) -> tuple[str, str, str]:
        """What it decides on."""
        return self.article_id, self.table, self.unit

    @property
    def outcome(self) -> str:
        """Equal for decisions that come to the same result."""
        return json.dumps([self.take, self.fields, self.set, self.nothing], sort_keys=True)

    def as_dict(self) -> dict[str, Any]:
        """The line, without what goes without saying."""
        data = {name: getattr(self, name) for name in _KEYS}
        return {
            name: value for name, value in data.items() if name not in _OPTIONAL or value != _OPTIONAL[name]
        }


def load_decisions(path: Path) -> list[Decision]:
    """All decisions of a round; none when there is no file. Raises DecisionError naming the line."""
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(text_lines(path), start=1):
        if line.strip():
            try:
                data = json.loads(line)
            except json.JSONDecodeError as error:
                raise DecisionError(f"Not valid JSON: {error}", file=path, record=f"line {number}") from None
            found.append(parse_decision(data, path, number))
    return found


def parse_decision(data: Any, path: Path | str, line: int = 0) -> Decision:
    """A decision from its JSON object. Raises DecisionError naming file, line and field."""

    def wrong(message: str, name: str | None, expected: str, found: Any) -> DecisionError:
        return DecisionError(
            message, file=path, record=f"line {line}", field=name, expected=expected, found=repr(found)
        )

    if not isinstance(data, dict):
        raise wrong("A decision is one JSON object.", None, "an object", type(data).__name__)
    unknown = sorted(data.keys() - _KEYS.keys() - _OF_TASKS)
    if unknown:
        raise wrong("Unknown field of a decision.", unknown[0], ", ".join(_KEYS), unknown)
    whole = _OPTIONAL | {name: value for name, value in data.items() if name in _KEYS}
    for name, kind in _KEYS.items():
        if not isinstance(whole.get(name, ... if name != "take" else None), kind):
            raise wrong(
                "A field of the decision is missing or has another form.", name, str(kind), whole.get(name)
            )
    if whole["reason"] not in REASONS:
        raise wrong("The reason is not one of the list.", "reason", ", ".join(REASONS), whole["reason"])
    if whole["table"] not in TABLES:
        raise wrong("No such table.", "table", ", ".join(TABLES), whole["table"])
    if whole["nothing"] and (whole["take"] or whole["set"] or whole["fields"]):
        raise wrong(
            "Nothing here, or a record: not both.", "nothing", "no take, fields or set", whole["take"]
        )
    if not whole["nothing"] and whole["take"] is None and any(whole["seen"].values()):
        raise wrong(
            "The decision takes nobody's record and does not say that there is nothing.",
            "take",
            ", ".join(name for name, digest in whole["seen"].items() if digest),
            None,
        )
    for name in [whole["take"], *whole["fields"].values()]:
        if name is not None and not whole["seen"].get(name):
            raise wrong(
                "The record of an annotator is taken who has none here.", "take", str(whole["seen"]), name
            )
    return Decision(**whole, line=line)


def save_decisions(decisions: Iterable[Decision], path: Path) -> None:
    """Write all decisions, one a line in the order given."""
    lines = [json.dumps(one.as_dict(), ensure_ascii=False) + "\n" for one in decisions]
    write_atomically(path, "".join(lines))


def record_digest(record: Record, annotation: Annotation) -> str:
    """A digest of what an annotator says of one unit of one text, 16 hex digits; provenance left out."""
    said = {name: value for name, value in record.items() if name != "provenance"}
    whole = json.dumps([annotation.text_sha256, said], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Refused:
    """A decision that is not applied, and why."""

    decision: Decision
    why: str

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "line": self.decision.line,
            "unit": self.decision.unit,
            "table": self.decision.table,
            "why": self.why,
        }


def sort_out(
    decisions: Iterable[Decision], groups: Iterable[Group], digests: dict[tuple[str, str, str], dict[str, str]],
    texts: dict[str, str],
) -> tuple[dict[tuple[str, str, str], Decision], list[Refused]]:  # fmt: skip
    """(the decision that holds for each unit, what is stale or in conflict).

    digests: (article, table, unit) -> annotator -> digest of the present record. texts: article -> digest
    of the present text.
    """
    units = {(one.article_id, one.table, one.group_id): one for one in groups}
    holding: dict[tuple[str, str, str], list[Decision]] = {}
    refused: list[Refused] = []
    for one in decisions:
        why = _stale(one, units.get(one.place), digests.get(one.place, {}), texts)
        if why is None:
            holding.setdefault(one.place, []).append(one)
        else:
            refused.append(Refused(one, why))
    settled = {}
    for place, several in holding.items():
        if len({one.outcome for one in several}) == 1:
            settled[place] = several[0]
            continue
        lines = ", ".join(str(one.line) for one in several)
        refused += [Refused(one, f"in conflict: lines {lines} decide differently") for one in several]
    return settled, sorted(refused, key=lambda one: one.decision.line)


def _stale(one: Decision, group: Group | None, present: dict[str, str], texts: dict[str, str]) -> str | None:
    if texts.get(one.article_id) != one.text_sha256:
        known = one.article_id in texts
        return "stale: the text has changed since" if known else "stale: the article is not in the round"
    if group is None and any(one.seen.values()):
        return "stale: there is no such unit any more"
    for name, digest in one.seen.items():
        if present.get(name) != digest:
            if digest is None:
                return f"stale: {name} has a record here now"
            return f"stale: {name} has {'no record' if name not in present else 'another record'} here now"
    return None
