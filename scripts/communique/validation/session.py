"""What to check, and one validation while it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from communique.errors import CommuniqueError
from communique.schema import Schema
from communique.validation.evaluate import Result
from communique.validation.finding import Finding, Findings, NotChecked
from communique.validation.registry import checks
from communique.validation.report import Report


@dataclass(frozen=True)
class Options:
    """What to check and how much to keep. `only` and `skip` are ids or beginnings of ids such as `L3/`."""

    level: int = 6
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    cap: int | None = 20
    gate: str = "record"
    engine: str = "local"

    def wanted(self) -> set[str]:
        """The ids to check. Raises CommuniqueError for a name that is the beginning of no id."""
        known = checks()
        for name in (*self.only, *self.skip):
            if not any(_matches(id_, name) for id_ in known):
                raise CommuniqueError(
                    f"There is no check '{name}'.", expected="an id such as L3/span-text-differs, or a level such as L3",
                    mend="see annotations/checks.md for all ids",
                )  # fmt: skip
        ids = {id_ for id_, check in known.items() if check.level <= self.level}
        if self.only:
            ids = {id_ for id_ in known if any(_matches(id_, name) for name in self.only)}
        return {id_ for id_ in ids if not any(_matches(id_, name) for name in self.skip)}


def _matches(id_: str, name: str) -> bool:
    return id_ == name or id_.startswith(name.rstrip("/*") + "/")


@dataclass
class Session:
    """One validation while it runs."""

    target: str
    schema: Schema
    options: Options
    wanted: set[str]
    found: Findings
    not_checked: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    shards: int = 0

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.id in self.wanted:
                self.found.add(finding)

    def take(self, result: Result) -> None:
        """Add the findings of a shard with their true counts."""
        shown: dict[str, int] = {}
        for finding in result.findings:
            shown[finding.id] = shown.get(finding.id, 0) + 1
        rest = {id_: count - shown.get(id_, 0) for id_, count in result.counts.items()}
        for finding in result.findings:
            more = rest.pop(finding.id, 0)
            self.found.add(finding, 1 + more)
        for kind, count in result.not_checked.items():
            self.not_checked[kind] = self.not_checked.get(kind, 0) + count
        for table, count in result.records.items():
            self.records[table] = self.records.get(table, 0) + count
        self.shards += result.facts.get("shards", 1)

    def report(self) -> Report:
        order = {id_: number for number, id_ in enumerate(checks())}
        self.found.kept.sort(key=lambda one: order[one.id])
        missing = [NotChecked(id_, count, why) for (id_, why), count in sorted(self.not_checked.items())]
        return Report(self.target, self.found, missing, self.records, self.shards, len(self.wanted))
