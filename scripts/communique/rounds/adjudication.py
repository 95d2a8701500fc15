"""What there is to adjudicate in a round: the disagreements that no decision settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.agreement.groups import CARRIED, TABLES, Group, group_article, link_id
from communique.annotation.model import Annotation
from communique.project import Project
from communique.rounds.collected import Collected, collect
from communique.rounds.decisions import (
    DECISIONS_FILE,
    Decision,
    Refused,
    load_decisions,
    record_digest,
    sort_out,
)
from communique.rounds.round import Round, load_round, round_folder
from communique.schema import Schema

TASKS_FILE = "tasks.jsonl"

Place = tuple[str, str, str]


@dataclass
class Adjudication:
    """The state of a round's adjudication. `groups` are all units of all articles; `settled` the decision
    that holds for a unit; `open` the disagreements that nothing settles, heaviest first."""

    plan: Round
    collected: Collected
    groups: list[Group]
    settled: dict[Place, Decision]
    refused: list[Refused]
    open: list[Group]
    weights: dict[Place, float] = field(default_factory=dict)
    digests: dict[Place, dict[str, str]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Units by what became of them."""
        decided = sum(place(one) in self.settled for one in self.groups)
        return {
            "units": len(self.groups),
            "agreed": sum(one.agreed for one in self.groups) - sum(
                one.agreed and place(one) in self.settled for one in self.groups
            ),
            "decided": decided,
            "follow": sum(not is_asked(one) and not one.agreed and place(one) not in self.settled for one in self.groups),
            "open": len(self.open),
            "refused_decisions": len(self.refused),
        }  # fmt: skip


def place(group: Group) -> Place:
    """What a decision on the group names."""
    return group.article_id, group.table, group.group_id


def is_asked(group: Group) -> bool:
    """Whether a disagreement is put to the adjudicator. Events and the article's own actors exist for the
    records that refer to them: that only one annotator has one follows from decisions on those records."""
    return not group.agreed and not (group.table in CARRIED and not group.differences)


def adjudication(
    plan: Round, collected: Collected, decisions: Sequence[Decision], schema: Schema
) -> Adjudication:
    """Group all units of the round and see which decisions hold."""
    order = _order(plan, decisions)
    groupings = [group_article(by_name, schema, order) for by_name in collected.values() if by_name]
    groups = [group for grouping in groupings for group in grouping.groups]
    digests = {place(group): _digests(group, collected[group.article_id], schema) for group in groups}
    texts = {one.article_id: one.text_sha256 for one in plan.articles}
    settled, refused = sort_out(decisions, groups, digests, texts)
    weights = {
        (grouping.article_id, *unit): weight
        for grouping in groupings
        for unit, weight in grouping.weights().items()
    }
    left = [one for one in groups if is_asked(one) and place(one) not in settled]
    left.sort(key=lambda one: (-weights[place(one)], TABLES.index(one.table), place(one)))
    return Adjudication(plan, collected, groups, settled, refused, left, weights, digests)


def _order(plan: Round, decisions: Sequence[Decision]) -> list[str]:
    """The annotators, those first on whose records decisions were taken first: units keep the ids that the
    decisions name, wherever in the plan another annotator is written down later."""
    seen = list(dict.fromkeys(name for one in decisions for name in one.seen))
    since = {name: min(n for n, one in enumerate(decisions) if name in one.seen) for name in seen}
    names = [one.name for one in plan.annotators]
    return sorted(names, key=lambda name: (since.get(name, len(decisions)), names.index(name)))


def open_round(project: Project, round_name: str, schema: Schema) -> Adjudication:
    """The adjudication of a round on disk."""
    plan = load_round(project, round_name)
    decisions = load_decisions(decisions_path(project, round_name))
    return adjudication(plan, collect(project, plan, schema), decisions, schema)


def decisions_path(project: Project, round_name: str) -> Path:
    """Where a round's decisions lie."""
    return round_folder(project, round_name) / DECISIONS_FILE


def task(state: Adjudication, group: Group, text: str | None = None) -> dict[str, Any]:
    """An open disagreement in the form of a decision with `take` and `reason` to be filled in.

    `candidates` are the records by annotator, `differences` the fields in which they differ; `text` the
    article's words around the unit.
    """
    annotations = state.collected[group.article_id]
    found: dict[str, Any] = {
        "article_id": group.article_id,
        "table": group.table,
        "unit": group.group_id,
        "text_sha256": next(iter(annotations.values())).text_sha256,
        "seen": {name: state.digests[place(group)].get(name) for name in annotations},
        "take": None,
        "reason": "",
        "kind": group.kind,
        "weight": state.weights[place(group)],
        "differences": {one.field: one.values for one in group.differences},
        "candidates": {
            name: {column: value for column, value in record.items() if column != "provenance"}
            for name, record in group.members.items()
        },
    }
    if text is not None:
        bounds = [span for record in group.members.values() for span in _spans(record)]
        if bounds:
            start, end = min(one[0] for one in bounds), max(one[1] for one in bounds)
            found["text"] = text[max(0, start - 80) : min(len(text), end + 80)]
    return found


def _digests(group: Group, annotations: dict[str, Annotation], schema: Schema) -> dict[str, str]:
    found = {}
    table = schema.table(group.table)
    for name, own in group.own.items():
        annotation = annotations[name]
        for row in annotation[group.table]:
            if group.table == "event_links":
                one = link_id(row["type"], row["from_event_id"], row["to_event_id"])
            else:
                one = row[table.key[0]]
            if one == own:
                found[name] = record_digest(row, annotation)
    return found


def _spans(value: Any) -> list[tuple[int, int]]:
    if isinstance(value, dict):
        own = [(value["start"], value["end"])] if isinstance(value.get("start"), int) else []
        return own + [one for part in value.values() for one in _spans(part)]
    return [one for part in value for one in _spans(part)] if isinstance(value, list) else []
