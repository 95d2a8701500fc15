"""How far a round is: done, drafts, skips and working time of each annotator, and what looks wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from communique.rounds.client import LabelStudio
from communique.rounds.formbuild import make_form
from communique.rounds.labeling import form_xml
from communique.rounds.partwise import survey_parts
from communique.rounds.push import project_title, same_config
from communique.rounds.round import Round
from communique.rounds.survey import STATES, Sight
from communique.schema import Schema


@dataclass(frozen=True)
class Standing:
    """One annotator's: number of articles in each state, seconds of work on the finished ones, warnings."""

    annotator: str
    assigned: int
    states: dict[str, int]
    lead_time: float
    warnings: list[str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def round_status(
    schema: Schema,
    plan: Round,
    clients: Mapping[str, LabelStudio],
    *,
    accounts: Mapping[str, str] | None = None,
) -> list[Standing]:
    """Where each annotator stands; nothing is written. Raises LabelStudioError."""
    config = form_xml(make_form(schema))
    standings = []
    for one in plan.annotators:
        client = clients[one.name]
        project = client.find_project(project_title(plan, one.name))
        if project is None:
            states = {"open": len(plan.assignments[one.name])}
            says = [
                f"there is no project {project_title(plan, one.name)!r}: communique round push {plan.round}"
            ]
            standings.append(Standing(one.name, len(plan.assignments[one.name]), states, 0.0, says))
            continue
        emails = {user.id: user.email for user in client.users()}
        seen = survey_parts(client.export_tasks(project.id), plan, one.name, accounts, emails)
        # Only what is told of a sight is kept, and of several sights of an article the last.
        found = {sight.article_id: _without_work(sight) for sight in seen}
        sights = [found[article] for article in plan.assignments[one.name] if article in found]
        sights += [sight for article, sight in found.items() if article not in plan.assignments[one.name]]
        warnings = _namesakes(client, project.id, project.title)
        if not same_config(client.project_config(project.id), config):
            warnings.append("the form was changed on the server")
        for sight in sights:
            warnings += [f"{sight.article_id}: {text}" for text in sight.warnings]
            if sight.why and sight.why not in sight.warnings:
                warnings.append(f"{sight.article_id}: {sight.why}")
        states = {state: sum(sight.state == state for sight in sights) for state in STATES}
        lead = sum(sight.lead_time for sight in sights)
        assigned = len(plan.assignments[one.name])
        standings.append(
            Standing(one.name, assigned, {k: v for k, v in states.items() if v}, round(lead, 1), warnings)
        )
    return standings


def _without_work(sight: Sight) -> Sight:
    return replace(sight, task={}, annotation={"lead_time": sight.lead_time})


def _namesakes(client: LabelStudio, project_id: int, title: str) -> list[str]:
    """Empty projects of the same title, which a push that was killed can leave and annotators would open."""
    return [
        f"project {one['id']} on the server is empty and has the same title {title!r}; delete it"
        for one in client.projects()
        if one["title"] == title and one["id"] != project_id
    ]
