"""A diff in the terms of the field: what became of articles, spans, labels, actors, statements, events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from communique.corpus.diff import Diff, TableDiff, differs
from communique.schema import Column, Schema, Table
from communique.schema.model import core

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]

EXAMPLES = 3
#: Of a text no more than this many words in a row are quoted: the summary may be published where the text may not.
WORDS = 4

#: Columns that no result depends on: remarks of annotators and how a record came about.
PROSE = frozenset({"note", "remarks", "provenance", "guideline_version"})
#: Derived over the whole corpus, so that a new article changes them in old records.
CORPUS_WIDE = frozenset({"aliases", "mention_count", "article_count"})


@dataclass
class Change:
    """One kind of change: how many records, and the first few told in words."""

    kind: str
    count: int
    examples: list[str] = field(default_factory=list)
    detail: dict[str, int] = field(default_factory=dict)


def changes(diff: Diff, schema: Schema) -> list[Change]:
    """The kinds of change that occur, most consequential first; `schema` is that of B.

    A record is counted once in every kind that it belongs to. Derived columns that follow from another
    change of the corpus are told apart from changes of records.
    """
    found: list[Change] = []
    found += _articles(diff)
    found += _actors(diff)
    for name in (name for name in schema.tables if not schema.tables[name].is_view):
        if name in ("articles", "actors"):
            continue
        found += _came_and_went(diff.tables[name], schema.table(name))
    found += _statements(diff)
    found += _actions(diff)
    found += _columns(diff, schema)
    return found


def spans_of(table: Table) -> list[str]:
    """The columns that place a record in the text: spans, lists of spans, what holds spans, start and end."""
    found = [column.name for column in table.columns if not column.derived and _has_span(column.json)]
    own = {"start", "end", "text"} & table.by_name.keys() if "x-span-of" in table.json else set()
    return [*found, *sorted(own)]


def _has_span(node: Record) -> bool:
    inner = core(node)
    if "x-span-of" in inner:
        return True
    children = [*inner.get("properties", {}).values(), *([inner["items"]] if "items" in inner else [])]
    return any(_has_span(child) for child in children)


def _one(table: TableDiff, name: str) -> str:
    plain = {"event_links": "link between events", "articles": "article"}
    return plain.get(name, name.removesuffix("s"))


def _key(row: Record, key: tuple[str, ...]) -> str:
    return " → ".join(str(row[column]) for column in key)


def _quote(row: Record) -> str:
    for column in ("canonical_name", "gloss", "text", "cue_text", "trigger_text"):
        value = row.get(column)
        if isinstance(value, str):
            return f" “{_few(value)}”"
    return ""


def _few(text: str) -> str:
    words = text.split()
    short = " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")
    return short if len(short) <= 60 else short[:59] + "…"


def _told(rows: pl.DataFrame, key: tuple[str, ...]) -> list[str]:
    return [
        _key(row, key) + ("" if "url" in row and "text_sha256" in row else _quote(row))
        for row in rows.head(EXAMPLES).to_dicts()
    ]


def _came_and_went(table: TableDiff, spec: Table) -> list[Change]:
    name = _one(table, spec.name)
    found = []
    for what, rows in (("added", table.added), ("removed", table.removed)):
        if rows.height:
            found.append(Change(f"{name} {what}", rows.height, _told(rows, spec.key)))
    return found


def _pairs(table: TableDiff, column: str) -> list[tuple[Record, Record]]:
    if column not in table.columns:
        return []
    before, after = table.changed_in(column)
    return list(zip(before.to_dicts(), after.to_dicts(), strict=True))


def _articles(diff: Diff) -> list[Change]:
    table = diff.tables["articles"]
    found = []
    for what, rows in (("article added", table.added), ("article removed", table.removed)):
        if rows.height:
            found.append(Change(what, rows.height, _told(rows, table.key)))
    for kind, column in (
        ("text superseded", "text_sha256"),
        ("split changed", "split"),
        ("redistribution changed", "redistribution"),
    ):
        pairs = _pairs(table, column)
        if pairs:
            told = [
                f"{old['article_id']}: {str(old[column])[:12]} → {str(new[column])[:12]}"
                for old, new in pairs
            ]
            found.append(Change(kind, len(pairs), told[:EXAMPLES]))
    return found


def _actors(diff: Diff) -> list[Change]:
    """Merged: all mentions of a removed actor are now those of one that was there. Split: the reverse."""
    table = diff.tables["actors"]
    moves = _moves(diff)
    found, merged, divided = [], {}, {}
    gone = set(table.removed["actor_id"])
    new = set(table.added["actor_id"])
    for actor in sorted(gone):
        goals = {b for (a, b) in moves if a == actor}
        if len(goals) == 1 and not goals & new:
            merged[actor] = goals.pop()
    for actor in sorted(new):
        origins = {a for (a, b) in moves if b == actor}
        if len(origins) == 1 and not origins & gone:
            divided[actor] = origins.pop()
    renamed = {}
    for actor in sorted(gone - merged.keys()):
        goals = {b for (a, b) in moves if a == actor}
        if len(goals) == 1 and {a for (a, b) in moves if b in goals} == {actor} and goals <= new:
            renamed[actor] = goals.pop()
    for kind, pairs in (("actors merged", merged), ("actor split off", dict(divided))):
        if pairs:
            arrow = "into" if kind == "actors merged" else "from"
            told = [f"{one} {arrow} {other}" for one, other in pairs.items()]
            found.append(Change(kind, len(pairs), told[:EXAMPLES]))
    if renamed:
        told = [f"{one} → {other}" for one, other in renamed.items()]
        found.append(Change("actor id changed", len(renamed), told[:EXAMPLES]))
    import polars as pl

    known_gone = {*merged, *renamed}
    known_new = {*divided, *renamed.values()}
    for what, rows, known in (
        ("actor added", table.added, known_new),
        ("actor removed", table.removed, known_gone),
    ):
        rest = rows.filter(~pl.col("actor_id").is_in(sorted(known)))
        if rest.height:
            found.append(Change(what, rest.height, _told(rest, table.key)))
    regrouped = {pair: count for pair, count in moves.items() if pair[0] not in gone and pair[1] not in new}
    if regrouped:
        told = [f"{count} from {a} to {b}" for (a, b), count in regrouped.items()]
        found.append(Change("mention given to another actor", sum(regrouped.values()), told[:EXAMPLES]))
    return found


def _moves(diff: Diff) -> dict[tuple[str | None, str | None], int]:
    counts: dict[tuple[str | None, str | None], int] = {}
    for old, new in _pairs(diff.tables["mentions"], "actor_id"):
        pair = (old["actor_id"], new["actor_id"])
        counts[pair] = counts.get(pair, 0) + 1
    return dict(sorted(counts.items(), key=lambda one: (-one[1], str(one[0]))))


def _statements(diff: Diff) -> list[Change]:
    table = diff.tables["statements"]
    pairs = _pairs(table, "parent_statement_id")
    if not pairs:
        return []
    told = [
        f"{old['statement_id']}{_quote(new)}: {_local(old['parent_statement_id'])} → {_local(new['parent_statement_id'])}"
        for old, new in pairs[:EXAMPLES]
    ]
    return [Change("statement re-parented", len(pairs), told)]


def _local(record_id: str | None) -> str:
    return record_id.rpartition(".")[2] if record_id else "no parent"


def _actions(diff: Diff) -> list[Change]:
    table = diff.tables["actions"]
    found = []
    pairs = _pairs(table, "event_id")
    if pairs:
        told = [
            f"{old['action_id']}{_quote(new)}: {_local(old['event_id'])} → {_local(new['event_id'])}"
            for old, new in pairs[:EXAMPLES]
        ]
        events = {one for old, new in pairs for one in (old["event_id"], new["event_id"])}
        found.append(
            Change("action moved to another event", len(pairs), told, {"events re-clustered": len(events)})
        )
    pairs = _pairs(table, "asserted_by")
    if pairs:
        told = [
            f"{old['action_id']}{_quote(new)}: {', '.join(old['asserted_by']) or 'nobody named'} → "
            f"{', '.join(new['asserted_by']) or 'nobody named'}"
            for old, new in pairs[:EXAMPLES]
        ]
        found.append(Change("asserter changed", len(pairs), told))
    return found


_TOLD_ELSEWHERE = {
    "articles": {"text_sha256", "split", "redistribution", "text", "char_count"},
    "mentions": {"actor_id"},
    "statements": {"parent_statement_id"},
    "actions": {"event_id"},
}


def _columns(diff: Diff, schema: Schema) -> list[Change]:
    """Spans moved, labels changed, the rest of the stored columns, prose, and what was only derived anew."""
    found, prose, derived = [], Change("only remarks or provenance changed", 0), Change("derived anew", 0)
    for name, table in diff.tables.items():
        spec = schema.table(name)
        if spec.is_view or not table.after.height:
            continue
        one = _one(table, name)
        spans = [column for column in spans_of(spec) if column in table.columns]
        if spans:
            found.append(_spans_moved(table, spec, one, spans))
        said = _TOLD_ELSEWHERE.get(name, set())
        for column in spec.columns:
            skip = column.name in said | set(spans) | PROSE or column.derived
            if column.name in table.columns and not skip:
                found.append(_column(table, spec, column, one))
        stored = {column.name for column in spec.stored} - PROSE
        if not stored & table.columns.keys():
            rest = prose if PROSE & table.columns.keys() else derived
            rest.count += table.after.height
            rest.detail[name] = table.after.height
        else:
            quiet = _none_differs(table, stored)
            derived.count += quiet
            if quiet:
                derived.detail[name] = quiet
    return found + [one for one in (prose, derived) if one.count]


def _none_differs(table: TableDiff, columns: set[str]) -> int:
    import polars as pl

    masks = [differs(table.before, table.after, column) for column in sorted(columns & table.columns.keys())]
    frame = pl.DataFrame({str(number): mask for number, mask in enumerate(masks)})
    return int((~frame.select(pl.any_horizontal(pl.all())).to_series()).sum())


def _spans_moved(table: TableDiff, spec: Table, one: str, spans: list[str]) -> Change:
    import polars as pl

    masks = {column: differs(table.before, table.after, column) for column in spans}
    mask = pl.DataFrame(masks).select(pl.any_horizontal(pl.all())).to_series()
    before, after = table.before.filter(mask), table.after.filter(mask)
    told = []
    for old, new in zip(before.head(EXAMPLES).to_dicts(), after.head(EXAMPLES).to_dicts(), strict=True):
        if "start" in old:
            words = f"{old['start']}–{old['end']} → {new['start']}–{new['end']}{_quote(new)}"
        else:
            words = ", ".join(column for column in spans if old[column] != new[column])
        told.append(f"{_key(new, spec.key)}: {words}")
    detail = (
        {} if "start" in spans or "end" in spans else {column: int(m.sum()) for column, m in masks.items()}
    )
    kind = "zones changed" if spec.name == "articles" else f"{one} span moved"
    return Change(kind, after.height, told, detail)


def _column(table: TableDiff, spec: Table, column: Column, one: str) -> Change:
    before, after = table.changed_in(column.name)
    told = [
        f"{_key(new, spec.key)}{_quote(new)}: {_short(old[column.name])} → {_short(new[column.name])}"
        for old, new in zip(before.head(EXAMPLES).to_dicts(), after.head(EXAMPLES).to_dicts(), strict=True)
    ]
    detail: dict[str, int] = {}
    if column.values and not column.is_list:
        for old_value, new_value in zip(before[column.name], after[column.name], strict=True):
            step = f"{old_value or 'none'} → {new_value or 'none'}"
            detail[step] = detail.get(step, 0) + 1
        detail = dict(sorted(detail.items(), key=lambda item: (-item[1], item[0])))
    if column.name == "status":
        kind = f"{one} status changed"
    elif column.values:
        kind = f"{one} relabelled: {column.title.lower()}"
    else:
        kind = f"{one}: {column.title.lower()} changed"
    return Change(kind, after.height, told, detail)


def _short(value: Any) -> str:
    if value is None or value == []:
        return "none"
    return _few(", ".join(str(one) for one in value) if isinstance(value, list) else str(value))
