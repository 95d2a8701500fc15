"""A survey of tasks that come one by one, of which only a few are held at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from communique.rounds.round import Round
from communique.rounds.survey import Sight, survey

PART = 50


def survey_parts(
    tasks: Iterable[dict[str, Any]],
    plan: Round,
    annotator: str,
    accounts: Mapping[str, str] | None = None,
    emails: Mapping[int, str] | None = None,
) -> Iterator[Sight]:
    """As `survey.survey`, in the order of the tasks. Of several sights of one article the last one holds:
    that it has several tasks can be known only after the last task."""
    assigned = set(plan.assignments[annotator])
    seen: dict[str, list[dict[str, Any]]] = {}

    def judged(articles: Iterable[str], part: list[dict[str, Any]]) -> list[Sight]:
        some = replace(plan, assignments={annotator: list(articles)})
        return survey(part, some, annotator, accounts, emails)

    coming = iter(tasks)
    while part := list(islice(coming, PART)):
        here: dict[str, None] = {}
        for task in part:
            data = task.get("data")
            article = str(data.get("article_id") if isinstance(data, dict) else None)
            bare = {"id": task.get("id"), "data": {"article_id": article}}
            seen.setdefault(article, []).append(bare)
            if article in assigned:
                here[article] = None
        yield from judged(here, part)
    doubled = [article for article, bare in seen.items() if len(bare) > 1 and article in assigned]
    yield from judged(doubled, [bare for article in doubled for bare in seen[article]])
    yield from judged([one for one in plan.assignments[annotator] if one not in seen], [])
