"""The outcome of a validation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from communique.validation.finding import Finding, Findings, NotChecked


@dataclass
class Report:
    """What was checked, what was found, what could not be checked. Truthy when there is no error."""

    target: str
    found: Findings
    not_checked: list[NotChecked] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    shards: int = 0
    checks: int = 0
    #: What else a reader should know, for instance that a grading of the severity file has expired.
    notices: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.errors == 0

    @property
    def findings(self) -> list[Finding]:
        """The findings that were kept, worst level first; `count_of` gives true numbers."""
        return self.found.kept

    @property
    def errors(self) -> int:
        return self.found.of("error")

    @property
    def warnings(self) -> int:
        return self.found.of("warning")

    @property
    def exit_code(self) -> int:
        """0 fine, 1 errors, 2 warnings only."""
        return 1 if self.errors else 2 if self.warnings else 0

    def count_of(self, id: str) -> int:
        """The true number of findings of one id, those above the cap included."""
        return sum(count for (one, _), count in self.found.counts.items() if one == id)

    def as_dict(self) -> dict[str, Any]:
        """`summary`, `findings` and `not_checked`, for `--json`."""
        ids = sorted({id_ for id_, _ in self.found.counts})
        return {
            "summary": {
                "target": self.target,
                "passed": bool(self),
                "errors": self.errors,
                "warnings": self.warnings,
                "notes": self.found.of("note"),
                "records": self.records,
                "shards": self.shards,
                "checks": self.checks,
                "counts": {id_: self.count_of(id_) for id_ in ids},
                "shown": len(self.findings),
                "ignored": self.found.ignored,
                "notices": self.notices,
            },
            "findings": [finding.as_dict() for finding in self.findings],
            "not_checked": [{"id": one.id, "count": one.count, "why": one.why} for one in self.not_checked],
        }
