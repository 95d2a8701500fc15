"""The page of all checks, generated from the registry."""

from __future__ import annotations

from pathlib import Path

from communique.files import write_atomically
from communique.validation.registry import LEVELS, RETIRED, checks

_HEAD = """# What `communique validate` checks

This page is generated from the registry of checks: `python -m communique.validation.document annotations/checks.md`
writes it anew, and a test fails when it has drifted.

Ids never change and are never reused. A record with a fault is not checked at higher levels (`--gate article`: nor is
the rest of its article), so that one fault gives one finding. Errors make the exit code 1, warnings alone 2; notes
do not change it. `annotations/severity.json` regrades ids for a project, with a reason and an expiry date.
"""


def checks_page() -> str:
    """The page as Markdown."""
    known = checks()
    lines = [_HEAD, f"{len(known)} checks:", ""]
    for level, title in LEVELS.items():
        count = sum(1 for check in known.values() if check.level == level)
        lines.append(f"- [L{level}, {title}](#l{level}-{title.replace(' ', '-')}): {count}")
    for level, title in LEVELS.items():
        lines += ["", f"## L{level}, {title}"]
        for check in known.values():
            if check.level != level:
                continue
            lines += [
                "",
                f"### {check.id}",
                "",
                f"**{check.title}.** Severity: {check.severity}.",
                "",
                f"{check.why}",
                "",
            ]
            if check.columns:
                lines.append("- Reads: " + ", ".join(f"`{column}`" for column in check.columns))
            lines += [f"- Wrong: {check.bad}", f"- Right: {check.good}", f"- To mend: {check.mend}"]
    if RETIRED:
        lines += ["", "## Retired", "", ", ".join(sorted(RETIRED))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    write_atomically(Path(sys.argv[1]), checks_page())
