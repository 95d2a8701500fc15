"""A diff in the terms of the field: what became of articles, spans, labels, actors, statements, events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from communique.corpus.diff import Diff, TableDiff, differs
from communique.corpus.diff_words import became, key_of, local, places_of, quote, quoted, short
from communique.schema import Column, Schema, Table
from communique.schema.model import core

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]

EXAMPLES = 3

#: Columns that no result depends on: remarks of annotators and how a record came about.
PROSE = frozenset({"note", "remarks", "provenance", "guideline_version"})
#: Derived over the whole corpus, so that a new article changes them in old records.
CORPUS_WIDE = frozenset({"aliases", "mention_count", "article_count"})
#: Kinds of change in who takes part.
_PARTICIPANTS = frozenset({"action agents changed", "action targets changed"})


@dataclass
class Change:
    """One kind of change of a table: how many records, and the first few told in words."""

    kind: str
    count: int
    examples: list[str] = field(default_factory=list)
    detail: dict[str, int] = field(default_factory=dict)
    table: str = ""

    @property
    def rank(self) -> int:
        """Place among the kinds of its table: what came and went, then structure, status, place, labels, the rest."""
        if self.kind.endswith((" added", " removed", "merged", "split off", "superseded")):
            return 0
        if self.kind.endswith(("id changed", "re-parented", "another actor", "another event")):
            return 1
        if (
            self.kind.endswith(
                ("status changed", "asserter changed", "sources changed", "addressees changed")
            )
            or self.kind in _PARTICIPANTS
        ):
            return 2
        return (
            3
            if self.kind.endswith(("span moved", "zones changed"))
            else 4
            if "relabelled" in self.kind
            else 5
        )


def changes(diff: Diff, schema: Schema) -> list[Change]:
    """The kinds of change that occur, table by table, most consequential first; `schema` is that of B.

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
    order = [*(name for name in schema.tables if not schema.tables[name].is_view), ""]
    return sorted(
        found, key=lambda one: (order.index(one.table), one.rank, -one.count if one.rank > 3 else 0)
    )


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


def _told(rows: pl.DataFrame, key: tuple[str, ...]) -> list[str]:
    return [
        key_of(row, key) + ("" if "url" in row and "text_sha256" in row else quote(row))
        for row in rows.head(EXAMPLES).to_dicts()
    ]


def _came_and_went(table: TableDiff, spec: Table) -> list[Change]:
    name = _one(table, spec.name)
    found = []
    for what, rows in (("added", table.added), ("removed", table.removed)):
        if rows.height:
            found.append(Change(f"{name} {what}", rows.height, _told(rows, spec.key), table=spec.name))
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
            found.append(Change(what, rows.height, _told(rows, table.key), table="articles"))
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
            found.append(Change(kind, len(pairs), told[:EXAMPLES], table="articles"))
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
            found.append(Change(kind, len(pairs), told[:EXAMPLES], table="actors"))
    if renamed:
        told = [f"{one} → {other}" for one, other in renamed.items()]
        found.append(Change("actor id changed", len(renamed), told[:EXAMPLES], table="actors"))
    import polars as pl

    known_gone = {*merged, *renamed}
    known_new = {*divided, *renamed.values()}
    for what, rows, known in (
        ("actor added", table.added, known_new),
        ("actor removed", table.removed, known_gone),
    ):
        rest = rows.filter(~pl.col("actor_id").is_in(sorted(known)))
        if rest.height:
            found.append(Change(what, rest.height, _told(rest, table.key), table="actors"))
    regrouped = {pair: count for pair, count in moves.items() if pair[0] not in gone and pair[1] not in new}
    if regrouped:
        told = [f"{count} from {a or 'no actor'} to {b or 'no actor'}" for (a, b), count in regrouped.items()]
        count = sum(regrouped.values())
        found.append(Change("mention given to another actor", count, told[:EXAMPLES], table="mentions"))
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
        f"{old['statement_id']}{quote(new)}: {local(old['parent_statement_id'])} → {local(new['parent_statement_id'])}"
        for old, new in pairs[:EXAMPLES]
    ]
    return [Change("statement re-parented", len(pairs), told, table="statements")]


def _actions(diff: Diff) -> list[Change]:
    table = diff.tables["actions"]
    found = []
    pairs = _pairs(table, "event_id")
    if pairs:
        told = [
            f"{old['action_id']}{quote(new)}: {local(old['event_id'])} → {local(new['event_id'])}"
            for old, new in pairs[:EXAMPLES]
        ]
        events = {one for old, new in pairs for one in (old["event_id"], new["event_id"])}
        found.append(
            Change(
                "action moved to another event",
                len(pairs),
                told,
                {"events re-clustered": len(events)},
                "actions",
            )
        )
    pairs = _pairs(table, "asserted_by")
    if pairs:
        told = [
            f"{old['action_id']}{quote(new)}: {', '.join(old['asserted_by']) or 'nobody named'} → "
            f"{', '.join(new['asserted_by']) or 'nobody named'}"
            for old, new in pairs[:EXAMPLES]
        ]
        found.append(Change("asserter changed", len(pairs), told, table="actions"))
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
            found += _spans_moved(table, spec, one, spans)
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


def _spans_moved(table: TableDiff, spec: Table, one: str, spans: list[str]) -> list[Change]:
    """Records whose spans moved, apart from those whose participants became others."""
    import polars as pl

    found, masks = [], {}
    for column in spans:
        masks[column] = differs(table.before, table.after, column)
        kind = f"{one} {column} changed"
        if kind not in _PARTICIPANTS:
            continue
        old_ids, new_ids = (
            side[column].list.eval(pl.element().struct.field("actor_id"))
            for side in (table.before, table.after)
        )
        others = (
            pl.DataFrame({"a": old_ids, "b": new_ids}).select(pl.col("a").ne_missing(pl.col("b"))).to_series()
        )
        pairs = zip(
            table.before.filter(others).head(EXAMPLES).to_dicts(),
            table.after.filter(others).head(EXAMPLES).to_dicts(),
            strict=True,
        )
        told = [
            f"{key_of(new, spec.key)}{quote(new)}: {short([one['actor_id'] for one in old[column]])} → "
            f"{short([one['actor_id'] for one in new[column]])}"
            for old, new in pairs
        ]
        if told:
            found.append(Change(kind, int(others.sum()), told, table=spec.name))
        masks[column] = masks[column] & ~others
    mask = pl.DataFrame(masks).select(pl.any_horizontal(pl.all())).to_series()
    before, after = table.before.filter(mask), table.after.filter(mask)
    if not after.height:
        return found
    told = []
    for old, new in zip(before.head(EXAMPLES).to_dicts(), after.head(EXAMPLES).to_dicts(), strict=True):
        if "start" in old:
            words = f"{old['start']}–{old['end']} → {new['start']}–{new['end']}{quote(new)}"
        else:
            words = ", ".join(
                f"{column.replace('_', ' ')} {places_of(old[column])} → {places_of(new[column])}"
                for column in spans
                if old[column] != new[column]
            )
        told.append(f"{key_of(new, spec.key)}: {words}")
    plain = "start" in spans or "end" in spans
    detail = (
        {} if plain else {column.replace("_", " "): int(m.sum()) for column, m in masks.items() if m.any()}
    )
    kind = "zones changed" if spec.name == "articles" else f"{one} span moved"
    return [*found, Change(kind, after.height, told, detail, spec.name)]


def _column(table: TableDiff, spec: Table, column: Column, one: str) -> Change:
    before, after = table.changed_in(column.name)
    told = [
        f"{key_of(new, spec.key)}{'' if quoted(new) == column.name else quote(new)}: "
        f"{became(old[column.name], new[column.name])}"
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
    return Change(kind, after.height, told, detail, spec.name)
