"""What a server, or an export made by hand, holds of one annotator's articles, judged article by article."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from communique.rounds.accounts import address
from communique.rounds.round import Round
from communique.rounds.serverfolder import ADMIN_EMAIL

DONE, SKIPPED, DRAFT, OPEN, REFUSED = "done", "skipped", "draft", "open", "refused"
STATES = (DONE, SKIPPED, DRAFT, OPEN, REFUSED)


@dataclass
class Sight:
    """One article as it stands with one annotator. `task` and `annotation` are in the server's form."""

    article_id: str
    state: str
    why: str | None = None
    task: dict[str, Any] = field(default_factory=dict, repr=False)
    annotation: dict[str, Any] = field(default_factory=dict, repr=False)
    warnings: list[str] = field(default_factory=list)

    @property
    def lead_time(self) -> float:
        """Seconds that the annotator had the article open."""
        return float(self.annotation.get("lead_time") or 0.0)


def survey(
    tasks: Iterable[dict[str, Any]],
    plan: Round,
    annotator: str,
    accounts: Mapping[str, str] | None = None,
    emails: Mapping[int, str] | None = None,
) -> list[Sight]:
    """The articles assigned to an annotator in the order of assignment, then what else the project holds.

    accounts: e-mail address by annotator, where it is not `accounts.address`. emails: addresses by account
    number, for exports that give only the number. A task that is missing counts as open.
    """
    account = (accounts or {}).get(annotator) or address(annotator)
    by_article: dict[str, list[dict[str, Any]]] = {}
    for task in tasks:
        data = task.get("data")
        article = data.get("article_id") if isinstance(data, dict) else None
        by_article.setdefault(str(article), []).append(task)
    sights = []
    for article in plan.assignments[annotator]:
        found = by_article.pop(article, [])
        sights.append(_judge(article, found, plan, account, emails or {}))
    for article, found in sorted(by_article.items()):
        why = "this article is not assigned to the annotator in this round"
        sights.append(Sight(article, REFUSED, why, found[0]))
    return sights


def _judge(
    article: str, tasks: list[dict[str, Any]], plan: Round, account: str, emails: Mapping[int, str]
) -> Sight:
    if not tasks:
        return Sight(article, OPEN, "there is no task for it")
    if len(tasks) > 1:
        numbers = ", ".join(str(one.get("id")) for one in tasks)
        why = f"the server holds it {len(tasks)} times (tasks {numbers})"
        why += f"; communique round push {plan.round} deletes those without work in them"
        return Sight(article, REFUSED, why, tasks[0])
    task = tasks[0]
    sight = Sight(article, OPEN, task=task)
    text = task["data"].get("text")
    digest = (
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if isinstance(text, str) else None
    )
    if digest != plan.digest(article):
        sight.warnings.append("the text on the server is not the round's text")
    finished: list[dict[str, Any]] = []
    skipped: list[dict[str, Any]] = []
    for one in task.get("annotations") or []:
        by = _email(one.get("completed_by"), emails)
        if by is None or by.lower() not in (account, ADMIN_EMAIL):
            sight.warnings.append(
                f"annotation {one.get('id')} is by the unknown account {by or one.get('completed_by')}"
            )
            continue
        editor = one.get("updated_by")
        editor = _email(editor, emails) if editor is not None else None
        number = (
            one["completed_by"].get("id")
            if isinstance(one.get("completed_by"), dict)
            else one.get("completed_by")
        )
        if one.get("updated_by") not in (None, number) and editor != by:
            sight.warnings.append(
                f"annotation {one.get('id')} of {by} was edited by {editor or one.get('updated_by')}"
            )
        if by.lower() == ADMIN_EMAIL != account:
            sight.warnings.append(f"annotation {one.get('id')} was made by the administrator's account")
        if task.get("predictions") and not one.get("parent_prediction") and not one.get("was_cancelled"):
            sight.warnings.append(
                f"annotation {one.get('id')} does not start from the prefill, which the page had not shown"
            )
        (skipped if one.get("was_cancelled") else finished).append(one)
    if len(finished) + len(skipped) > 1:
        sight.warnings.append(
            f"{len(finished) + len(skipped)} annotations where one was planned; the latest is taken"
        )
    if finished:
        sight.state, sight.annotation = DONE, max(finished, key=_age)
    elif skipped:
        sight.state, sight.annotation = SKIPPED, max(skipped, key=_age)
    elif task.get("drafts"):
        sight.state = DRAFT
    elif task.get("annotations"):
        sight.state, sight.why = REFUSED, sight.warnings[-1]
    if sight.state == DONE and digest != plan.digest(article):
        sight.state, sight.why = (
            REFUSED,
            "the text on the server is not the round's text, so the offsets do not fit",
        )
    return sight


def _age(annotation: dict[str, Any]) -> tuple[str, int]:
    return str(annotation.get("updated_at") or annotation.get("created_at") or ""), int(
        annotation.get("id") or 0
    )


def _email(who: Any, emails: Mapping[int, str]) -> str | None:
    if isinstance(who, dict):
        return str(who["email"]) if who.get("email") else None
    return emails.get(who) if isinstance(who, int) else None
