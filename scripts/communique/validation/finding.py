"""What validation reports: one finding is one fault at one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

#: Severities from worst to mildest. Errors make the exit code 1, warnings 2; notes do not change it.
SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One fault.

    `table` and `key` name the record (`key` joins the columns of a compound key by a space), `field` is the
    path inside it, parts separated by `/` (`cue_spans/0/start`). `start` and `end` are code points into the
    article's text. `file` is relative to what was checked; `pointer` is the JSON pointer into a JSON file.
    """

    id: str
    level: int
    severity: str
    message: str
    mend: str
    table: str | None = None
    key: str | None = None
    article_id: str | None = None
    file: str | None = None
    pointer: str | None = None
    field: str | None = None
    start: int | None = None
    end: int | None = None
    found: str | None = None
    expected: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`, keys in a fixed order."""
        return asdict(self)

    @property
    def place(self) -> str:
        """Where the fault is, in one line."""
        parts = []
        if self.file:
            parts.append(self.file)
        if self.table or self.key:
            parts.append(" ".join(part for part in (self.table, self.key) if part))
        if self.field:
            parts.append(self.field)
        if self.start is not None:
            parts.append(f"{self.start}–{self.end}")
        return ": ".join(parts) or "the whole corpus"

    def regraded(self, severity: str) -> Finding:
        return replace(self, severity=severity)


@dataclass(frozen=True)
class NotChecked:
    """Records that a check could not judge, and why: never a silent pass."""

    id: str
    count: int
    why: str


@dataclass
class Findings:
    """Findings kept up to a cap for each id; all are counted, so that a million of one kind cost little memory.

    The first of each id in the order of arrival are kept; callers add them in a fixed order. `regrade`
    gives the severity that the project gives a finding, or None to ignore it.
    """

    cap: int | None = None
    kept: list[Finding] = field(default_factory=list)
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    regrade: Callable[[Finding], str | None] | None = None

    def add(self, finding: Finding, times: int = 1) -> None:
        """Count a finding `times` over and keep it if its id is below the cap."""
        severity = self.regrade(finding) if self.regrade else finding.severity
        if severity is None:
            self.ignored[finding.id] = self.ignored.get(finding.id, 0) + times
            return
        if severity != finding.severity:
            finding = finding.regraded(severity)
        shown = self.shown.get(finding.id, 0)
        if self.cap is None or shown < self.cap:
            self.kept.append(finding)
            self.shown[finding.id] = shown + 1
        kind = (finding.id, severity)
        self.counts[kind] = self.counts.get(kind, 0) + times

    def of(self, severity: str) -> int:
        """The true number of findings of one severity."""
        return sum(count for (_, one), count in self.counts.items() if one == severity)
