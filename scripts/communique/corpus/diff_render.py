"""A diff as text, Markdown, JSON and a section of the changelog."""

from __future__ import annotations

import json
from typing import Any

from communique.corpus.diff import Diff
from communique.corpus.diff_step import step_of
from communique.corpus.diff_terms import Change, changes
from communique.schema import Schema

_DETAILS = 6
_LEFT_OUT = "Ids leave out the article, {}, which is the only one."


def as_text(diff: Diff, schema: Schema) -> str:
    """For a terminal: the step and the counts, then by table one line a kind with its examples below."""
    if diff.empty:
        return f"{diff.a} and {diff.b} have the same records and the same schema.\n"
    step, reasons = step_of(diff, schema)
    why = f": {'; '.join(reasons[:_DETAILS])}" if reasons and step != "major" else ""
    lines = [f"From {diff.a} to {diff.b}, a {step} step{why}", ""]
    counts = _counts(diff, schema)
    first, second = (max((len(one[at]) for one in counts), default=0) for at in (0, 1))
    lines += [f"  {name:<{first}}  {rows:>{second}}  {told}" for name, rows, told in counts]
    said = _article_of(diff)
    if said:
        lines += ["", _LEFT_OUT.format(said)]
    for heading, kinds in _sections(diff, schema):
        lines += ["", heading]
        for one in kinds:
            lines.append(f"{one.count:>7,}  {_plain(one)}{_detail(one)}")
            lines += [f"           {example}" for example in one.examples]
    if diff.schema:
        lines += ["", "Schema"]
        lines += [f"    {change}" for change in diff.schema]
    return _shortened("\n".join(lines) + "\n", said)


def as_markdown(diff: Diff, schema: Schema, title: str | None = None) -> str:
    """For a changelog or a pull request."""
    head = [title if title is not None else f"## From {diff.a} to {diff.b}", ""]
    if diff.empty:
        return "\n".join([*head, "No record and nothing of the schema changed.", ""])
    said = _article_of(diff)
    lines = [*head, *(f"- {name}, {rows}: {told}" for name, rows, told in _counts(diff, schema))]
    if said:
        lines += ["", _LEFT_OUT.format(f"`{said}`")]
    for heading, kinds in _sections(diff, schema):
        lines += ["", f"**{heading}**", ""]
        for one in kinds:
            lines.append(f"- {one.count:,} {_plain(one)}{_detail(one)}")
            lines += [f"  - {example}" for example in one.examples]
    if diff.schema:
        lines += ["", "**Schema**", "", *(f"- {change}" for change in diff.schema)]
    return _shortened("\n".join([*lines, ""]), said)


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
        "kinds": [dict(vars(one)) for one in changes(diff, schema)],
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


def _counts(diff: Diff, schema: Schema) -> list[tuple[str, str, str]]:
    """For each table that differs its name, its rows on both sides, and what became of its records."""
    quiet: dict[str, int] = {}
    for one in changes(diff, schema):
        if not one.table:
            for name, count in one.detail.items():
                quiet[name] = quiet.get(name, 0) + count
    lines = []
    for name, table in diff.tables.items():
        counts = dict(table.counts)
        counts["changed"] -= quiet.get(name, 0)
        counts["in remarks or derived columns only"] = quiet.get(name, 0)
        told = [f"{count:,} {what}" for what, count in counts.items() if count]
        if schema.table(name).is_view or not told:
            continue
        before, after = diff.rows[name]
        lines.append(
            (_heading(name), f"{before:,} → {after:,}" if before != after else f"{after:,}", ", ".join(told))
        )
    return lines


def _sections(diff: Diff, schema: Schema) -> list[tuple[str, list[Change]]]:
    """The kinds of change by table, in order; last what no result depends on."""
    found: dict[str, list[Change]] = {}
    for one in changes(diff, schema):
        found.setdefault(_heading(one.table), []).append(one)
    return list(found.items())


def _heading(table: str) -> str:
    words = {"event_links": "Links between events", "": "Without effect on results"}
    return words.get(table, table.replace("_", " ").capitalize())


def _plain(one: Change) -> str:
    """The kind of change without the noun that the heading says already."""
    noun = {"event_links": "link between events", "articles": "article", "actors": "actor"}.get(
        one.table, one.table.removesuffix("s")
    )
    plain = one.kind.removeprefix("actors ") if one.table == "actors" else one.kind
    short = plain.removeprefix(noun).lstrip(":").strip() if one.table else one.kind
    return (short or one.kind).replace("_", " ")


def _article_of(diff: Diff) -> str | None:
    """The article that both versions have as their only one."""
    if max(diff.rows.get("articles", (0, 0))) != 1:
        return None
    found = {
        article_id
        for table in diff.tables.values()
        for frame in (table.added, table.removed, table.after)
        if "article_id" in frame.columns
        for article_id in frame["article_id"].drop_nulls().unique()
    }
    return found.pop() if len(found) == 1 else None


def _shortened(text: str, article_id: str | None) -> str:
    return text.replace(f"{article_id}.", "") if article_id else text


def _detail(one: Change) -> str:
    if not one.detail:
        return ""
    shown = [f"{name} {count:,}" for name, count in list(one.detail.items())[:_DETAILS]]
    more = len(one.detail) - len(shown)
    return f" ({', '.join(shown)}{f', {more} more' if more > 0 else ''})"
