"""The layers of the report: which columns of which table are compared, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from operator import itemgetter
from typing import Any

from communique.agreement.align import Alignment, Pairs, align
from communique.agreement.observe import (
    NONE,
    Layers,
    Observed,
    Sides,
    cluster_layer,
    label_layer,
    places,
    set_layer,
    spans_layer,
)
from communique.annotation.assertion import asserter, innermost
from communique.annotation.model import AUTHOR, Annotation, Record
from communique.schema import Schema, Table
from communique.text.spans import overlap

CROSS_PARAGRAPH = "cross_paragraph"


def observe(
    left: Annotation,
    right: Annotation,
    schema: Schema,
    length: int | None = None,
    alignment: Alignment | None = None,
    pair: tuple[str, str] = ("", ""),
) -> Layers:
    """All layers of two annotations of one article.

    `length` is that of the article in code points; without it nothing is said about single positions.
    `pair`: the annotators' names; they keep apart what is pooled over several pairs.
    """
    sides = Sides(left, right, alignment or align(left, right), pair)
    _mentions(sides, schema)
    _statements(sides, schema, length)
    _actions(sides, schema)
    _events(sides)
    _links(sides)
    return sides.layers


def _mentions(sides: Sides, schema: Schema) -> None:
    pairs, matched = sides.alignment.mentions, sides.matched("mentions", "mention_id")
    rows = (sides.left["mentions"], sides.right["mentions"])
    layer = spans_layer(sides, "mention.span", pairs, matched, rows, lambda row: [row])
    exact = [(a, b) for a, b in matched if (a["start"], a["end"]) == (b["start"], b["end"])]
    layer.by_label["f1_exact"] = _by_label(exact, rows, "mention_type")
    _labels(sides, schema.table("mentions"), "mention", pairs, matched, skip=("coref_confidence",))
    clusters = (_actor_clusters(rows[0]), _actor_clusters(rows[1]))
    cluster_layer(sides, "mention.actor", pairs, clusters)
    sides.layers["mention.actor"].labels = [_actor_names(sides, a, b) for a, b in matched]
    first, second = sides.records("mentions", "mention_id")

    def across(one: str, other: str) -> bool:
        rows = (first.get(one), second.get(other))
        return any(row is not None and row["coref_basis"] == CROSS_PARAGRAPH for row in rows)

    apart = cluster_layer(sides, "mention.actor.cross_paragraph", pairs, clusters, across)
    apart.labels = [_actor_names(sides, a, b) for a, b in matched if across(a["mention_id"], b["mention_id"])]


def _actor_clusters(rows: list[Record]) -> dict[str, Hashable]:
    # what refers to no actor is a cluster of its own
    return {row["mention_id"]: row["actor_id"] or ("alone", row["mention_id"]) for row in rows}


def _actor_names(sides: Sides, one: Record, other: Record) -> tuple[Hashable, Hashable]:
    return sides.name("actors", 0, one["actor_id"]), sides.name("actors", 1, other["actor_id"])


def _statements(sides: Sides, schema: Schema, length: int | None) -> None:
    pairs, matched = sides.alignment.statements, sides.matched("statements", "statement_id")
    rows = (sides.left["statements"], sides.right["statements"])
    found = sides.layer("statement.found", pairs)
    both = sum(
        overlap(a["cue_spans"], b["cue_spans"]) > 0 and overlap(a["content_spans"], b["content_spans"]) > 0
        for a, b in matched
    )
    sizes = (len(rows[0]), len(rows[1]))
    found.counts = {"f1_overlap": (len(matched), *sizes), "f1_cue_and_content": (both, *sizes)}
    found.by_label["f1_overlap"] = _by_label(matched, rows, "layer")
    roles = ("source_spans", "cue_spans", "content_spans", "addressee_spans")
    for role in roles:
        name = f"statement.{role.removesuffix('_spans')}"
        layer = spans_layer(sides, name, pairs, matched, rows, itemgetter(role))
        if length is not None:
            _positions(layer, rows, role, length)
    whole = sides.layer("statement.whole", pairs)
    same = sum(all(places(a[role]) == places(b[role]) for role in roles[:3]) for a, b in matched)
    whole.counts = {"f1_exact": (same, *sizes)}
    _labels(sides, schema.table("statements"), "statement", pairs, matched, rows=rows)
    set_layer(sides, "statement.source_actors", pairs, _sets(sides, matched, "source_actor_ids"))
    set_layer(sides, "statement.addressee_actors", pairs, _sets(sides, matched, "addressee_actor_ids"))
    parents = [
        (
            sides.name("statements", 0, a["parent_statement_id"]),
            sides.name("statements", 1, b["parent_statement_id"]),
        )
        for a, b in matched
    ]
    label_layer(sides, "statement.parent", pairs, parents)


def _positions(layer: Observed, rows: tuple[list[Record], list[Record]], role: str, length: int) -> None:
    """Positions that both, one, the other, none marked as the role: for alpha per position."""
    marked = [_covered(side, role) for side in rows]
    both = _shared(*marked)
    sizes = [sum(end - start for start, end in side) for side in marked]
    layer.ratios["alpha_per_position"] = (
        both,
        sizes[0] - both,
        sizes[1] - both,
        length - sizes[0] - sizes[1] + both,
    )


def _covered(rows: list[Record], role: str) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(place for row in rows for place in places(row[role])):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _shared(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> int:
    as_spans = [[{"start": start, "end": end} for start, end in side] for side in (left, right)]
    return overlap(as_spans[0], as_spans[1])


def _actions(sides: Sides, schema: Schema) -> None:
    pairs, matched = sides.alignment.actions, sides.matched("actions", "action_id")
    rows = (sides.left["actions"], sides.right["actions"])
    spans_layer(sides, "action.trigger", pairs, matched, rows, lambda row: row["trigger_spans"])
    _labels(
        sides,
        schema.table("actions"),
        "action",
        pairs,
        matched,
        rows=rows,
        skip=("mode", "annotator_confidence"),
    )
    agreed = [(a, b) for a, b in matched if a["event_type"] == b["event_type"]]
    modes = [(a["mode"], b["mode"]) for a, b in agreed if schema.modes(a["event_type"]) is not None]
    label_layer(sides, "action.mode", pairs, modes, closed=True)
    quads = {value.const: value.facts.get("quad") for value in schema.values("event_type").values}
    groups = {value.const: value.facts.get("group") for value in schema.values("action_status").values}
    for name, column, collapse in (("quad", "event_type", quads), ("status_group", "status", groups)):
        labels = [(collapse[a[column]], collapse[b[column]]) for a, b in matched]
        counts = [Counter(_label(collapse[row[column]]) for row in side) for side in rows]
        label_layer(sides, f"action.{name}", pairs, labels, counts, closed=True)
    for role in ("agents", "targets"):
        people = [
            tuple(
                sides.names("actors", side, [one["actor_id"] for one in row[role]])
                for side, row in enumerate(both)
            )
            for both in matched
        ]
        set_layer(sides, f"action.{role}", pairs, [(a, b) for a, b in people])
    contexts = [(frozenset(a["contexts"]), frozenset(b["contexts"])) for a, b in matched]
    set_layer(sides, "action.contexts", pairs, contexts)
    _asserters(sides, pairs, matched)


def _asserters(sides: Sides, pairs: Pairs, matched: list[tuple[Record, Record]]) -> None:
    statements = sides.records("statements", "statement_id")
    where_pairs, people = [], []
    for both in matched:
        where: list[Hashable] = []
        who: list[frozenset[Hashable]] = []
        for side, row in enumerate(both):
            asserted_in, asserted_by, _ = asserter(row, innermost(row, statements[side]), statements[side])
            in_narration = asserted_in == AUTHOR
            where.append(AUTHOR if in_narration else sides.name("statements", side, asserted_in))
            who.append(frozenset([AUTHOR]) if in_narration else sides.names("actors", side, asserted_by))
        where_pairs.append((where[0], where[1]))
        people.append((who[0], who[1]))
    label_layer(sides, "action.asserted_in", pairs, where_pairs)
    set_layer(sides, "action.asserted_by", pairs, people)


def _events(sides: Sides) -> None:
    clusters = tuple(
        {row["action_id"]: row["event_id"] for row in side["actions"]} for side in (sides.left, sides.right)
    )
    cluster_layer(sides, "event.cluster", sides.alignment.actions, (clusters[0], clusters[1]))
    pairs = sides.alignment.events
    found = sides.layer("event.found", pairs)
    found.counts = {"f1_overlap": (len(pairs.pairs), len(pairs.left), len(pairs.right))}


def _links(sides: Sides) -> None:
    """Links exact (both ends are the same mentions), end to end (ends as aligned), given agreed ends."""
    events = sides.alignment.events
    members: list[dict[str, set[Any]]] = []
    for number, side in enumerate((sides.left, sides.right)):
        found: dict[str, set[Any]] = {}
        for row in side["actions"]:
            found.setdefault(row["event_id"], set()).add(sides.name("actions", number, row["action_id"]))
        members.append(found)
    identical = {
        one
        for one, other in events.pairs
        if members[0].get(one) and members[0].get(one) == members[1].get(other)
    }
    rows = [[_link(row) for row in side["event_links"]] for side in (sides.left, sides.right)]
    named = [
        {
            (kind, sides.name("events", number, start), sides.name("events", number, end))
            for kind, start, end in side
        }
        for number, side in enumerate(rows)
    ]
    both = named[0] & named[1]
    sizes = (len(named[0]), len(named[1]))
    exact = sum(
        start in identical and end in identical and _named(sides, kind, start, end) in both
        for kind, start, end in rows[0]
    )
    agreed = [
        sum(start in ends and end in ends for _, start, end in side)
        for side, ends in zip(rows, (events.to_right, events.to_left), strict=True)
    ]
    untyped = [{(start, end) for _, start, end in side} for side in named]
    layer = sides.layer("event.link", sides.alignment.events)
    layer.units, layer.matched = sizes[0] + sizes[1] - len(both), len(both)
    layer.counts = {
        "f1_exact": (exact, *sizes),
        "f1_end_to_end": (len(both), *sizes),
        "f1_given_ends": (len(both), agreed[0], agreed[1]),
        "f1_unlabelled": (len(untyped[0] & untyped[1]), len(untyped[0]), len(untyped[1])),
    }
    kinds = [
        tuple(tuple(sorted(kind for kind, *rest in side if tuple(rest) == ends)) for side in named)
        for ends in sorted(untyped[0] & untyped[1], key=repr)
    ]
    types = label_layer(
        sides,
        "event.link.type",
        sides.alignment.events,
        [("+".join(a), "+".join(b)) for a, b in kinds],
        closed=True,
    )
    types.units, types.matched = len(untyped[0] | untyped[1]), len(kinds)


def _named(sides: Sides, kind: str, start: str, end: str) -> tuple[str, Hashable, Hashable]:
    return kind, sides.name("events", 0, start), sides.name("events", 0, end)


def _link(row: Record) -> tuple[str, str, str]:
    return row["type"], row["from_event_id"], row["to_event_id"]


def _labels(
    sides: Sides,
    table: Table,
    prefix: str,
    pairs: Pairs,
    matched: list[tuple[Record, Record]],
    *,
    rows: tuple[list[Record], list[Record]] | None = None,
    skip: tuple[str, ...] = (),
) -> None:
    """A layer for every column of the table with one value of a value list, or true or false."""
    for column in label_columns(table):
        if column in skip:
            continue
        counts = None if rows is None else [Counter(_label(row[column]) for row in side) for side in rows]
        name = f"{prefix}.{column.removeprefix(prefix + '_')}"
        label_layer(sides, name, pairs, [(a[column], b[column]) for a, b in matched], counts, closed=True)


def label_columns(table: Table) -> list[str]:
    """The stored columns that hold one label."""
    return [
        column.name
        for column in table.stored
        if (column.values and not column.is_list) or column.json.get("type") == "boolean"
    ]


def _label(value: Any) -> Any:
    return NONE if value is None else value


def _by_label(
    matched: list[tuple[Record, Record]], rows: tuple[list[Record], list[Record]], column: str
) -> dict[str, tuple[int, int, int]]:
    given = [Counter(row[column] for row in side) for side in rows]
    same = Counter(a[column] for a, b in matched if a[column] == b[column])
    return {label: (same[label], given[0][label], given[1][label]) for label in sorted(given[0] | given[1])}


def _sets(
    sides: Sides, matched: list[tuple[Record, Record]], column: str
) -> list[tuple[frozenset[Hashable], frozenset[Hashable]]]:
    return [(sides.names("actors", 0, a[column]), sides.names("actors", 1, b[column])) for a, b in matched]
