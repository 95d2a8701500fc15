"""Which step a diff asks for: major, minor or patch."""

from __future__ import annotations

from communique.corpus.diff import Diff
from communique.corpus.diff_terms import CORPUS_WIDE, PROSE
from communique.corpus.versions import Step
from communique.schema import Schema

ORDER: tuple[Step, ...] = ("patch", "minor", "major")


def step_of(diff: Diff, schema: Schema) -> tuple[Step, list[str]]:
    """The smallest step that the diff allows, with the reasons for it.

    Major: a record removed, a record changed in a column on which results depend, or a major change of the
    schema. Minor: records or columns added. Patch: nothing but remarks, provenance, definitions. Counts
    and wordings over the whole corpus follow from added records and ask for nothing of their own.
    """
    reasons: dict[Step, list[str]] = {"major": [], "minor": [], "patch": []}
    for change in diff.schema:
        reasons[change.step].append(str(change))
    for name, table in diff.tables.items():
        counts = table.counts
        if counts["removed"]:
            reasons["major"].append(f"{name}: {counts['removed']:,} removed")
        if counts["added"]:
            reasons["minor"].append(f"{name}: {counts['added']:,} added")
        new = {one.where for one in diff.schema if one.kind == "column added"}
        ignored = PROSE | (CORPUS_WIDE if name == "actors" else set())
        decisive = {
            column: count
            for column, count in table.columns.items()
            if column not in ignored and f"{name}.{column}" not in new
        }
        if decisive:
            shown = ", ".join(f"{column} in {count:,}" for column, count in decisive.items())
            reasons["major"].append(f"{name}: changed ({shown})")
        elif counts["changed"]:
            reasons["patch"].append(f"{name}: {counts['changed']:,} changed in remarks or counts only")
    for step in ("major", "minor"):
        if reasons[step]:
            return step, reasons[step]
    return "patch", reasons["patch"]
