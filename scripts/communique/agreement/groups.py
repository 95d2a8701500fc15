"""Groups: what any number of annotators say of one and the same unit of an article, and where they differ.

Records of different annotators refer to actors, statements and events by ids of their own. In a group they
refer to groups: each group has one id, that of the first annotator (in the order given) who has the unit.
Adding an annotator at the end changes no group of those before and no id.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal

from communique.agreement.align import Alignment, align, used_actors
from communique.annotation.model import Annotation, Record
from communique.schema import Column, Schema, Table

Kind = Literal["missing", "boundary", "label", "link"]
#: Tables whose records exist for the sake of others: kept when a kept record refers to them.
CARRIED = ("actors", "events")
#: Tables in the order in which their records refer to each other.
TABLES = ("actors", "mentions", "statements", "events", "actions", "event_links")


@dataclass(frozen=True)
class Difference:
    """One field in which the members of a group differ: the value of each, with references to groups."""

    field: str
    kind: Kind
    values: dict[str, Any]


@dataclass(frozen=True)
class Group:
    """A unit of the article. members: annotator -> record, referring to groups; own: annotator -> the
    annotator's own id for it; absent: annotators of the article who have no such unit."""

    article_id: str
    table: str
    group_id: str
    members: dict[str, Record]
    own: dict[str, str]
    absent: tuple[str, ...]
    differences: tuple[Difference, ...] = ()

    @property
    def kind(self) -> Kind | None:
        """The gravest disagreement: a missing unit, then a link, a boundary, a label; None when all agree."""
        if self.absent:
            return "missing"
        kinds = {one.kind for one in self.differences}
        order: tuple[Kind, ...] = ("link", "boundary", "label")
        return next((kind for kind in order if kind in kinds), None)

    @property
    def agreed(self) -> bool:
        return self.kind is None


@dataclass
class Grouping:
    """All groups of one article, and the group of each annotator's record."""

    article_id: str
    annotators: tuple[str, ...]
    groups: list[Group] = field(default_factory=list)
    names: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def of(self, table: str) -> list[Group]:
        return [one for one in self.groups if one.table == table]

    def dependents(self) -> Counter[str]:
        """How many records refer to each group, in any annotation: what a decision on it moves."""
        found: Counter[str] = Counter()
        for group in self.groups:
            for target in {one for record in group.members.values() for one in _strings(record)}:
                found[target] += target != group.group_id
        return found

    def weights(self) -> dict[tuple[str, str], float]:
        """How heavy the disagreement on each unit (table, group id) is: its kind, the number of fields in
        which it shows, and the number of records that hang on it."""
        dependents = self.dependents()
        return {
            (one.table, one.group_id): 0.0
            if one.kind is None
            else _FOLLOWING
            if one.table in CARRIED and not one.differences
            else _WEIGHTS[one.kind] + len(one.differences) / 10 + dependents[one.group_id]
            for one in self.groups
        }


#: Events and actors that only some have follow from the disagreements on the records that refer to them.
_FOLLOWING = 0.5

#: A missing unit takes all its fields with it; a link or boundary moves other records or figures; a label itself.
_WEIGHTS: dict[Kind, float] = {"missing": 4.0, "link": 3.0, "boundary": 2.0, "label": 1.0}


def group_article(annotations: Mapping[str, Annotation], schema: Schema, order: Sequence[str]) -> Grouping:
    """The groups of one article. `annotations` by annotator; `order`: all annotators of the round."""
    names = [name for name in order if name in annotations]
    article_id = annotations[names[0]].article_id
    alignments = {(a, b): align(annotations[a], annotations[b]) for a, b in combinations(names, 2)}
    grouping = Grouping(article_id, tuple(names))
    grouping.names = {name: {} for name in names}
    members: dict[str, dict[str, dict[str, str]]] = {}
    taken: set[str] = set()
    own = {name: {row["actor_id"] for row in annotations[name]["actors"]} for name in names}
    for table in ("actors", "mentions", "statements", "events", "actions"):
        members[table] = {}
        ids = {name: _ids(annotations[name], schema.table(table)) for name in names}
        for unit in _unions(names, ids, alignments, table, own):
            registry = [one for name, one in unit.items() if table == "actors" and one not in own[name]]
            group_id = registry[0] if registry else _free(unit, taken)
            taken.add(group_id)
            members[table][group_id] = unit
            for name, one in unit.items():
                grouping.names[name].setdefault(table, {})[one] = group_id
    for table in ("actors", "mentions", "statements", "events", "actions"):
        described = _Described(schema.table(table))
        rows = {name: {row[described.key]: row for row in annotations[name][table]} for name in names}
        for group_id, unit in members[table].items():
            records = {name: rows[name].get(one) for name, one in unit.items()}
            if any(record is None for record in records.values()):
                continue  # an actor of the registry: nothing of it is decided in an article
            known = {name: record for name, record in records.items() if record is not None}
            grouping.groups.append(_group(grouping, described, group_id, known, unit))
    grouping.groups += _links(grouping, annotations, schema)
    return grouping


class _Described:
    """What grouping asks of a table for every record, worked out once an article."""

    def __init__(self, table: Table) -> None:
        self.name, self.key = table.name, table.key[0]
        self.columns = [(column, column.is_list) for column in compared_columns(table)]
        self.targets = {column.name: (column.references or "").partition(".")[0] for column in table.stored}


def _group(
    grouping: Grouping,
    described: _Described,
    group_id: str,
    records: dict[str, Record],
    own: dict[str, str],
) -> Group:
    referring = {
        name: refer_to_groups(record, described.targets, grouping.names[name])
        for name, record in records.items()
    }
    if described.name != "event_links":
        for record in referring.values():
            record[described.key] = group_id
    absent = tuple(name for name in grouping.annotators if name not in records)
    return Group(
        grouping.article_id,
        described.name,
        group_id,
        referring,
        own,
        absent,
        tuple(_differences(referring, described)),
    )


def _unions(
    names: Sequence[str],
    ids: dict[str, list[str]],
    alignments: dict[tuple[str, str], Alignment],
    table: str,
    own_actors: dict[str, set[str]],
) -> list[dict[str, str]]:
    """Joined pairs. Pairs of earlier annotators come first, and a unit holds one record an annotator.

    From the third annotator on nobody makes an actor of the registry out of what those before took for one
    of the article alone: that would change their records without anybody's decision. It stays a difference.
    """
    unit_of: dict[tuple[str, str], dict[str, str]] = {
        (name, one): {name: one} for name in names for one in ids[name]
    }
    for second in range(1, len(names)):
        for first in range(second):
            for one, other in alignments[names[first], names[second]][table].pairs:
                left, right = unit_of[names[first], one], unit_of[names[second], other]
                if left is right or left.keys() & right.keys():
                    continue
                new = table == "actors" and not _registered(left, own_actors)
                if second > 1 and new and _registered(right, own_actors):
                    continue
                left.update(right)
                for member in right.items():
                    unit_of[member] = left
    units = {id(unit): unit for unit in unit_of.values()}
    return [{name: unit[name] for name in names if name in unit} for unit in units.values()]


def _free(unit: dict[str, str], taken: set[str]) -> str:
    name, one = next(iter(unit.items()))
    number, found = 1, one
    while found in taken:
        number += 1
        found = f"{one}-{name}" if number == 2 else f"{one}-{name}{number}"
    return found


def _ids(annotation: Annotation, table: Table) -> list[str]:
    if table.name == "actors":
        return list(used_actors(annotation))
    return [row[table.key[0]] for row in annotation[table.name]]


def _registered(unit: dict[str, str], own_actors: dict[str, set[str]]) -> bool:
    return any(one not in own_actors[name] for name, one in unit.items())


def _links(grouping: Grouping, annotations: Mapping[str, Annotation], schema: Schema) -> list[Group]:
    """Links of the same type and ends are one unit; then, what is left between the same ends."""
    units: dict[tuple[str, str, str], dict[str, Record]] = {}
    for name in grouping.annotators:
        events = grouping.names[name].get("events", {})
        mine = sorted(
            annotations[name]["event_links"],
            key=lambda row: (row["type"], row["from_event_id"], row["to_event_id"]),
        )
        later: list[tuple[tuple[str, str, str], Record]] = []
        for row in mine:
            start, end = row["from_event_id"], row["to_event_id"]
            place = (str(row["type"]), str(events.get(start, start)), str(events.get(end, end)))
            if place in units and name not in units[place]:
                units[place][name] = row
            else:
                later.append((place, row))
        for place, row in later:
            same_ends = [one for one, unit in units.items() if one[1:] == place[1:] and name not in unit]
            units.setdefault(same_ends[0] if same_ends else place, {})[name] = row
    described = _Described(schema.table("event_links"))
    return [
        _group(
            grouping,
            described,
            link_id(*place),
            unit,
            {name: link_id(*_ends(row)) for name, row in unit.items()},
        )
        for place, unit in units.items()
    ]


def link_id(kind: str, start: str, end: str) -> str:
    """A link has no id of its own; this names it."""
    return f"{kind}:{start}>{end}"


def _ends(row: Record) -> tuple[str, str, str]:
    return row["type"], row["from_event_id"], row["to_event_id"]


def _differences(members: dict[str, Record], described: _Described) -> list[Difference]:
    found = []
    for column, is_list in described.columns:
        values = {name: record.get(column.name) for name, record in members.items()}
        first, *others = values.values()
        if all(one == first for one in others):
            continue
        if len({_comparable(value, is_list) for value in values.values()}) > 1:
            found.append(Difference(column.name, _kind(column, list(values.values())), values))
    if described.name == "mentions":
        places = {name: [record["start"], record["end"]] for name, record in members.items()}
        if len({tuple(place) for place in places.values()}) > 1:
            texts = {
                name: {key: record[key] for key in ("start", "end", "text")}
                for name, record in members.items()
            }
            found.insert(0, Difference("span", "boundary", texts))
    return found


def compared_columns(table: Table) -> list[Column]:
    """The stored columns in which two annotators can disagree: not ids, notes and other free text, nor how
    sure they were; the span of a mention is compared as one."""
    return [
        column
        for column in table.stored
        if column.name not in (*table.key, "start", "end", "text", "article_id")
        and not column.from_file
        and column.values != "confidence"
        and not _free_text(column)
    ] + ([table["type"]] if table.name == "event_links" else [])


def _free_text(column: Column) -> bool:
    kinds = column.json.get("type")
    only_text = kinds == "string" or (isinstance(kinds, list) and set(kinds) <= {"string", "null"})
    bound = column.values or column.references or "pattern" in column.json or "oneOf" in column.json
    return only_text and not bound


def _comparable(value: Any, is_list: bool) -> str:
    """Equal for equal judgements: order decides nothing, nor the wording that gave a time."""
    bare = _without_words(value)
    if is_list:
        bare = sorted(bare or [], key=lambda one: json.dumps(one, sort_keys=True))
    return json.dumps(bare, sort_keys=True)


#: Keys inside a record's structures that hold words: of the text, or of the annotator.
_WORDS = ("text", "expression", "reason")


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_words(one) for key, one in value.items() if key not in _WORDS}
    return [_without_words(one) for one in value] if isinstance(value, list) else value


def _kind(column: Column, values: list[Any]) -> Kind:
    if column.references or column.name == "assertion_override":
        return "link"
    if column.name in ("agents", "targets"):
        actors = [sorted(one["actor_id"] for one in value) for value in values]
        return "boundary" if all(one == actors[0] for one in actors) else "link"
    if column.name.endswith("spans") or any(isinstance(one, dict) and "start" in one for one in values):
        return "boundary"
    return "label"


def refer_to_groups(record: Record, targets: dict[str, str], names: dict[str, dict[str, str]]) -> Record:
    """A copy whose references are to groups; `targets`: column -> table that it refers to; `names`: table ->
    own id -> group."""
    return {key: _renamed(value, targets.get(key, ""), names) for key, value in record.items()}


#: Keys inside a record's structures, and the table that their value refers to.
_INNER = {
    "actor_id": "actors",
    "view_of": "actors",
    "in_statement_id": "statements",
    "asserted_in": "statements",
}


def _renamed(value: Any, target: str, names: dict[str, dict[str, str]]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(one, _INNER.get(key, ""), names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, target, names) for one in value]
    return names.get(target, {}).get(value, value) if isinstance(value, str) and target else value


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in inner for one in _strings(part)]
