"""A diff as text, Markdown, JSON and a section of the changelog."""

from __future__ import annotations

import json
from typing import Any

from communique.corpus.diff import Diff
from communique.corpus.diff_step import step_of
from communique.corpus.diff_terms import Change, changes
from communique.schema import Schema

_DETAILS = 6


def as_text(diff: Diff, schema: Schema) -> str:
    """For a terminal: one line a kind, its examples below."""
    if diff.empty:
        return f"{diff.a} and {diff.b} have the same records and the same schema.\n"
    lines = [f"From {diff.a} to {diff.b}: {_rows(diff)}.", ""]
    for one in changes(diff, schema):
        lines.append(f"{one.count:>7,}  {_plural(one)}{_detail(one)}")
        lines += [f"           {example}" for example in one.examples]
    if diff.schema:
        lines += ["", "Schema"]
        lines += [f"    {change}" for change in diff.schema]
    step, reasons = step_of(diff, schema)
    lines += ["", f"This is a {step} step: {reasons[0] if reasons else 'remarks and counts only'}."]
    return "\n".join(lines) + "\n"


def as_markdown(diff: Diff, schema: Schema, title: str | None = None) -> str:
    """For a changelog or a pull request."""
    head = [title if title is not None else f"## From {diff.a} to {diff.b}", ""]
    if diff.empty:
        return "\n".join([*head, "No record and nothing of the schema changed.", ""])
    lines = [*head, f"{_rows(diff)[0].upper()}{_rows(diff)[1:]}.", ""]
    for one in changes(diff, schema):
        lines.append(f"- **{_plural(one)}**: {one.count:,}{_detail(one)}")
        lines += [f"  - {example}" for example in one.examples]
    if diff.schema:
        lines += ["", "Schema:", "", *(f"- {change}" for change in diff.schema)]
    return "\n".join([*lines, ""])


def as_dict(diff: Diff, schema: Schema, whole: bool = True) -> dict[str, Any]:
    """For machines: counts, kinds, and with `whole` every record that was added, removed or changed."""
    step, reasons = step_of(diff, schema)
    data: dict[str, Any] = {
        "a": diff.a,
        "b": diff.b,
        "step": step,
        "reasons": reasons,
        "rows": {name: {"a": before, "b": after} for name, (before, after) in diff.rows.items()},
        "counts": {name: table.counts for name, table in diff.tables.items()},
        "kinds": [vars(one) for one in changes(diff, schema)],
        "schema": [
            {"kind": one.kind, "where": one.where, "what": one.what, "step": one.step} for one in diff.schema
        ],
    }
    if whole:
        data["records"] = {
            name: {
                "added": table.added.to_dicts(),
                "removed": table.removed.to_dicts(),
                "changed": [
                    {
                        "key": {column: new[column] for column in table.key},
                        "columns": {
                            column: {"a": old[column], "b": new[column]}
                            for column in table.columns
                            if old[column] != new[column]
                        },
                    }
                    for old, new in zip(table.before.to_dicts(), table.after.to_dicts(), strict=True)
                ],
            }
            for name, table in diff.tables.items()
            if sum(table.counts.values())
        }
    return json.loads(json.dumps(data, default=str))


def _rows(diff: Diff) -> str:
    parts = []
    for name, (before, after) in diff.rows.items():
        if name != "claims" and before != after:
            parts.append(f"{before:,} → {after:,} {name.replace('_', ' ')}")
    return ", ".join(parts) or "as many records as before"


def _plural(one: Change) -> str:
    return one.kind.replace("_", " ")


def _detail(one: Change) -> str:
    if not one.detail:
        return ""
    shown = [f"{name} {count:,}" for name, count in list(one.detail.items())[:_DETAILS]]
    more = len(one.detail) - len(shown)
    return f" ({', '.join(shown)}{f', {more} more' if more > 0 else ''})"
