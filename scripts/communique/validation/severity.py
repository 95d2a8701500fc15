"""The project's own grading of findings: `annotations/severity.json`.

    {"gradings": [{"check": "L4/url-form", "severity": "ignore", "table": "articles", "where": "guardian-*",
                   "reason": "the scrape has no addresses", "expires": "2027-01-01"}]}

`check` is an id or a glob over ids; `table` and `where` (a glob over article id, record key or file) narrow it
down; `reason` is required, `expires` optional. The first grading that fits counts. An expired one no longer
does, and the report says so.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from communique.errors import CommuniqueError
from communique.validation.finding import SEVERITIES, Finding
from communique.validation.registry import checks

NAME = "severity.json"
IGNORE = "ignore"
_KEYS = {"check", "severity", "table", "where", "reason", "expires"}


@dataclass(frozen=True)
class Grading:
    """One line of the file."""

    check: str
    severity: str
    reason: str
    table: str | None = None
    where: str | None = None
    expires: datetime.date | None = None

    def fits(self, finding: Finding) -> bool:
        places = [one for one in (finding.article_id, finding.key, finding.file) if one]
        return (
            fnmatchcase(finding.id, self.check)
            and (self.table is None or fnmatchcase(finding.table or "", self.table))
            and (self.where is None or any(fnmatchcase(place, self.where) for place in places))
        )


def read_gradings(path: Path) -> list[Grading]:
    """The gradings of a severity file; none when it does not exist. Raises CommuniqueError when it is malformed."""
    if not path.exists():
        return []

    def refuse(what: str, at: str | None = None, **parts: str) -> CommuniqueError:
        return CommuniqueError(what, file=path, field=at, **parts)

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise refuse(f"The severity file cannot be read: {error}") from None
    lines = data.get("gradings") if isinstance(data, dict) else None
    if not isinstance(lines, list) or set(data) - {"gradings"}:
        raise refuse("A severity file holds one object with the list 'gradings'.", "/gradings")
    return [_grading(line, f"/gradings/{index}", refuse) for index, line in enumerate(lines)]


def _grading(line: Any, at: str, refuse: Callable[..., CommuniqueError]) -> Grading:
    if not isinstance(line, dict) or set(line) - _KEYS:
        raise refuse("A grading has other parts than it may have.", at, expected=", ".join(sorted(_KEYS)))
    for key in ("check", "severity", "reason"):
        if not isinstance(line.get(key), str) or not line[key].strip():
            raise refuse(
                f"A grading needs '{key}'.",
                f"{at}/{key}",
                mend="say why, so that others can judge whether it still holds",
            )
    if line["severity"] not in (*SEVERITIES, IGNORE):
        raise refuse(
            "There is no such severity.",
            f"{at}/severity",
            found=line["severity"],
            expected=", ".join((*SEVERITIES, IGNORE)),
        )
    if not any(fnmatchcase(id_, line["check"]) for id_ in checks()):
        raise refuse(
            "No check has this id.",
            f"{at}/check",
            found=line["check"],
            mend="see annotations/checks.md for all ids",
        )
    expires = None
    if line.get("expires") is not None:
        try:
            expires = datetime.date.fromisoformat(line["expires"])
        except (TypeError, ValueError):
            raise refuse(
                "The expiry is no date.", f"{at}/expires", found=str(line["expires"]), expected="YYYY-MM-DD"
            ) from None
    return Grading(
        line["check"], line["severity"], line["reason"], line.get("table"), line.get("where"), expires
    )


def regrader(gradings: list[Grading], today: datetime.date) -> Callable[[Finding], str | None] | None:
    """The function that gives a finding its severity, None meaning that it is ignored."""
    valid = [one for one in gradings if one.expires is None or one.expires >= today]
    if not valid:
        return None

    def regrade(finding: Finding) -> str | None:
        for one in valid:
            if one.fits(finding):
                return None if one.severity == IGNORE else one.severity
        return finding.severity

    return regrade


def expired(gradings: list[Grading], today: datetime.date) -> list[str]:
    """What the report says of gradings that no longer count."""
    return [
        f"The grading of {one.check} expired on {one.expires}: {one.reason}"
        for one in gradings
        if one.expires is not None and one.expires < today
    ]
