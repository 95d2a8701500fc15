"""A report as text, JSON, GitHub annotations or SARIF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from communique.validation.finding import Finding
from communique.validation.registry import LEVELS, checks
from communique.validation.report import Report

FORMATS = ("text", "json", "github", "sarif")


def render(report: Report, form: str, root: Path | None = None) -> str:
    """The report in one of FORMATS. `root` is where the files of findings lie, to find the lines of records."""
    if form == "json":
        return json.dumps(report.as_dict(), ensure_ascii=False, indent=2) + "\n"
    if form == "github":
        return github(report, root)
    if form == "sarif":
        return json.dumps(sarif(report, root), ensure_ascii=False, indent=2) + "\n"
    return text(report)


def text(report: Report) -> str:
    """Findings grouped by check: the explanation once, each place on a line, the true count where some are left out."""
    lines: list[str] = []
    known = checks()
    for id_ in dict.fromkeys(finding.id for finding in report.findings):
        check = known[id_]
        found = [finding for finding in report.findings if finding.id == id_]
        count = report.count_of(id_)
        grades = "/".join(dict.fromkeys(finding.severity for finding in found))
        lines += [
            f"{id_}  {grades}  {check.title}  ({count:,})",
            f"  Why: {check.why}",
            f"  To mend: {check.mend}",
        ]
        lines += [f"  {finding.place}\n    {finding.message}" for finding in found]
        if count > len(found):
            lines.append(f"  … and {count - len(found):,} more (--max-per-check 0 shows all)")
        lines.append("")
    for one in report.not_checked:
        lines.append(f"Not checked: {one.id} for {one.count:,} records: {one.why}.")
    lines += report.notices
    ignored = sum(report.found.ignored.values())
    if ignored:
        lines.append(f"{ignored:,} findings are ignored by annotations/severity.json.")
    if lines and lines[-1]:
        lines.append("")
    records = sum(report.records.values())
    words = (
        "passed" if report.exit_code == 0 else "passed with warnings" if report.exit_code == 2 else "failed"
    )
    lines.append(
        f"{words.capitalize()}: "
        f"{report.errors:,} errors, {report.warnings:,} warnings; "
        f"{records:,} records, {report.checks} checks. {report.target}"
    )
    return "\n".join(lines) + "\n"


def github(report: Report, root: Path | None = None) -> str:
    """Workflow commands of GitHub Actions, one a finding."""
    names = {"error": "error", "warning": "warning", "note": "notice"}
    lines = []
    for finding in report.findings:
        parts = {"file": finding.file, "line": _line(finding, root), "title": finding.id}
        said = ",".join(
            f"{name}={_escaped(str(value), True)}" for name, value in parts.items() if value is not None
        )
        where = finding.place if not finding.file else finding.place.removeprefix(f"{finding.file}: ")
        lines.append(
            f"::{names[finding.severity]} {said}::{_escaped(f'{where}: {finding.message} To mend: {finding.mend}.', False)}"
        )
    return "".join(line + "\n" for line in lines)


def _escaped(value: str, is_property: bool) -> str:
    value = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return value.replace(":", "%3A").replace(",", "%2C") if is_property else value


def sarif(report: Report, root: Path | None = None) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS): a run with the rules that fired and a result for each finding."""
    from communique import __version__

    known = checks()
    ids = list(dict.fromkeys(finding.id for finding in report.findings))
    rules = [
        {
            "id": id_,
            "name": known[id_].title,
            "shortDescription": {"text": known[id_].title},
            "fullDescription": {"text": known[id_].why},
            "help": {
                "text": f"Wrong: {known[id_].bad}. Right: {known[id_].good}. To mend: {known[id_].mend}."
            },
            "defaultConfiguration": {"level": known[id_].severity},
            "properties": {"level": LEVELS[known[id_].level]},
        }
        for id_ in ids
    ]
    driver = {"name": "communique", "version": __version__, "rules": rules}
    results = [_result(finding, ids.index(finding.id), root) for finding in report.findings]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(finding: Finding, index: int, root: Path | None) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": finding.file}}
        line = _line(finding, root)
        if line is not None:
            location["physicalLocation"]["region"] = {"startLine": line}
    name = "/".join(part for part in (finding.table, finding.key, finding.field) if part)
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    properties = {
        key: value
        for key, value in finding.as_dict().items()
        if value is not None and key not in ("id", "message")
    }
    return {
        "ruleId": finding.id,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": f"{finding.message} To mend: {finding.mend}."},
        "locations": [location] if location else [],
        "properties": properties,
    }


def _line(finding: Finding, root: Path | None) -> int | None:
    """The line of a finding's record in its JSON file, 1-based; None for Parquet and files that cannot be read."""
    if finding.pointer and finding.pointer.startswith("line "):
        return int(finding.pointer.split("/")[0].removeprefix("line "))
    if root is None or not finding.file or not finding.file.endswith(".json"):
        return None
    try:
        lines = (root / finding.file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    wanted = json.dumps(finding.key, ensure_ascii=False) if finding.key else None
    field = f'"{finding.field.split("/")[0]}"' if finding.field else None
    start = next(
        (number for number, line in enumerate(lines) if wanted and "_id" in line and wanted in line), None
    )
    if start is None:
        start = next((number for number, line in enumerate(lines) if field and field in line), 0)
    return start + 1
