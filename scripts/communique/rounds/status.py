"""How far a round is: done, drafts, skips and working time of each annotator, and what looks wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from communique.rounds.client import LabelStudio
from communique.rounds.formbuild import make_form
from communique.rounds.labeling import form_xml
from communique.rounds.push import project_title, same_config
from communique.rounds.round import Round
from communique.rounds.survey import STATES, survey
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
        sights = survey(client.export_tasks(project.id), plan, one.name, accounts, emails)
        warnings = (
            []
            if same_config(client.project_config(project.id), config)
            else ["the form was changed on the server"]
        )
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
