"""From regions and relations to an annotation: what an annotator drew, as records of the schema.

Nothing depends on the order of regions or relations, which Label Studio may change on saving.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from communique.annotation.files import annotation_tables
from communique.annotation.model import Annotation, Record
from communique.annotation.order import in_order
from communique.rounds.convert_actors import Actors
from communique.rounds.convert_events import read_clusters
from communique.rounds.convert_fields import class_from_widget, from_widget
from communique.rounds.convert_patch import apply_patch, read_records
from communique.rounds.form import PART, PART_LABEL, REMARKS, Anchored, Form, Role
from communique.rounds.regions import Problem, Region, Result
from communique.schema import Table
from communique.text.spans import covers, make_span, size

_UNSAFE = re.compile("[^A-Za-z0-9_-]")


@dataclass
class Reading:
    """An annotation being read. `records` is by id of the anchor region; `patches` what goes over them."""

    result: Result
    text: str
    article_id: str
    form: Form
    actors: Actors
    problems: list[Problem] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    owner: dict[str, Anchored] = field(default_factory=dict)
    rows: dict[str, list[Record]] = field(default_factory=dict)
    outgoing: dict[str, list[tuple[str, list[str]]]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    @property
    def prefix(self) -> str:
        return f"{self.article_id}."

    def tell(self, what: str, where: str, fatal: bool = False) -> None:
        self.problems.append(Problem(what, where, fatal))

    def place(self, number: str) -> tuple[int, int, str]:
        """Sort key of a region: its place in the text."""
        one = self.result.regions[number]
        return one.start, one.end, number


def read_annotation(
    result: Result,
    text: str,
    form: Form,
    *,
    article_id: str,
    text_sha256: str,
    provenance: Record,
    actor_names: Mapping[str, str] | None = None,
) -> tuple[Annotation, list[Problem]]:
    """The annotation that a result stands for, and what could not be told.

    `result` must come from `read_result` without a fatal problem. actor_names: canonical names of the
    actors that the task offered, by id. Every record gets `provenance`. A problem is fatal where taking
    the annotation would lose something that was written into it.
    """
    reading = Reading(result, text, article_id, form, Actors(form, f"{article_id}.", actor_names or {}))
    read_naturally(reading)
    return finish(reading, text_sha256, provenance), reading.problems


def read_naturally(reading: Reading) -> None:
    """Fill `reading.records` and `reading.rows` from widgets and relations, before any patch."""
    form, result = reading.form, reading.result
    _direct(reading)
    for region in sorted(result.regions.values(), key=lambda one: reading.place(one.id)):
        anchored = form.anchored.get(region.label)
        if anchored is not None:
            reading.owner[region.id] = anchored
    locals_ = {_UNSAFE.sub("-", number) for number in reading.owner}
    for number, anchored in reading.owner.items():
        reading.records[number] = _record(reading, anchored, result.regions[number], locals_)
    _references(reading)
    read_clusters(reading)
    _orphans(reading)


def finish(reading: Reading, text_sha256: str, provenance: Record) -> Annotation:
    """The annotation with patches applied, records without words added, defaults filled in."""
    form = reading.form
    remarks = "\n".join(reading.result.document.get(REMARKS, [])) or None
    made = Annotation(reading.article_id, text_sha256, provenance, remarks)
    for number, record in reading.records.items():
        apply_patch(reading, number, record)
    rows: dict[str, list[Record]] = {table.name: [] for table in annotation_tables(form.schema)}
    for number, anchored in reading.owner.items():
        rows[anchored.table.name].append(reading.records[number])
    for name, found in reading.rows.items():
        rows[name] += found
    rows.get("actors", []).extend(reading.actors.proposals())
    read_records(reading, rows)
    filled = {"article_id": reading.article_id, "provenance": provenance}
    for table in annotation_tables(form.schema):
        make = form.whole[table.name]
        whole = [make(record, filled) for record in rows[table.name]]
        made.tables[table.name] = in_order(table, whole)
        _required(reading, table, whole)
    return made


def _required(reading: Reading, table: Table, records: list[Record]) -> None:
    required = [column for column in table.stored if column.required]
    for record in records:
        for column in required:
            if column.name not in record:
                name = str(record.get(table.key[0])).removeprefix(reading.prefix)
                reading.tell(f"{column.title} is not given", f"{table.name} {name}, {column.name}")


def _direct(reading: Reading) -> None:
    """Order every relation by its anchor, with the labels that go from there."""
    form, regions = reading.form, reading.result.regions
    for (source, target), labels in reading.result.relations.items():
        where = f"relation {source} → {target}"
        if not labels:
            label = _only_relation(form, regions[source], regions[target])
            back = label is None and _only_relation(form, regions[target], regions[source])
            if label is None and not back:
                reading.tell("it has no label, and the labels of its ends leave several", where)
                continue
            if back:
                reading.outgoing.setdefault(target, []).append((source, [str(back)]))
            else:
                reading.outgoing.setdefault(source, []).append((target, [str(label)]))
            continue
        for label in labels:
            forth = _fits(form, regions[source], label)
            if not forth and not _fits(form, regions[target], label):
                reading.tell(
                    f"{label!r} goes neither from {regions[source].label} nor from {regions[target].label}",
                    where,
                )
                continue
            start, end = (source, target) if forth else (target, source)
            reading.outgoing.setdefault(start, []).append((end, [label]))


def _fits(form: Form, region: Region, label: str) -> bool:
    """Whether a relation of this label can go out from the region."""
    anchored = form.anchored.get(region.label)
    if anchored is None or anchored.column is None:
        return False
    known = {PART, *(one.relation for one in anchored.roles), *(one.relation for one in anchored.references)}
    if anchored.cluster:
        known |= {anchored.cluster.relation, *(name for name, _ in form.link_types(anchored.cluster))}
    return label in known


def _only_relation(form: Form, source: Region, target: Region) -> str | None:
    """The label that an unlabelled relation must mean, where the labels of its ends leave just one."""
    anchored = form.anchored.get(source.label)
    if anchored and anchored.column and target.label == PART_LABEL:
        return PART
    roles = anchored.roles if anchored else ()
    found = {role.relation for role in roles if role.label == target.label}
    return found.pop() if len(found) == 1 else None


def _targets(reading: Reading, number: str, relation: str) -> list[str]:
    if number not in reading.outgoing:
        return []
    found = {target for target, labels in reading.outgoing[number] if relation in labels}
    return sorted(found, key=reading.place) if len(found) > 1 else list(found)


def _span(reading: Reading, number: str) -> dict[str, Any]:
    one = reading.result.regions[number]
    return dict(make_span(reading.text, one.start, one.end))


def _record(reading: Reading, anchored: Anchored, region: Region, records: set[str]) -> Record:
    record: Record = {anchored.key: reading.prefix + _UNSAFE.sub("-", region.id)}
    if anchored.column is None:
        record |= _span(reading, region.id)
    else:
        pieces = sorted({region.id, *_targets(reading, region.id, PART)}, key=reading.place)
        reading.used |= set(pieces)
        record[anchored.column] = [_span(reading, one) for one in pieces]
    _values(reading, anchored, region, record, records)
    if anchored.column is None and anchored.table.by_name.get("actor_id"):
        actors = reading.actors.of(region)
        if len(actors) > 1:
            reading.tell(f"it has several actors; the first, {actors[0]}, is taken", f"region {region.id}")
        if actors:
            record["actor_id"] = actors[0]
    for role in anchored.roles:
        _role(reading, anchored, region, role, record)
    if region.meta and "note" in anchored.table.by_name:
        record["note"] = "\n".join([record["note"], region.meta] if record.get("note") else [region.meta])
    return record


def _values(reading: Reading, anchored: Anchored, region: Region, record: Record, records: set[str]) -> None:
    places = anchored.places
    # In the order of the form, not in that in which Label Studio lists the values.
    for place in sorted(places[control] for control in region.fields if control in places):
        one = anchored.fields[place]
        raw = region.fields[one.control]
        if raw is None or one.part == "understood" or (one.kind == "actor" and anchored.column is None):
            continue
        try:
            if one.kind == "class":
                value, mode = class_from_widget(raw)
                record[one.column] = value
                if mode is not None:
                    record[str(one.modes)] = mode
                continue
            value = from_widget(one, raw, reading.form, reading.prefix, records)
        except (ValueError, TypeError) as error:
            reading.tell(
                f"not the JSON that this field takes: {error}", f"region {region.id}, {one.title}", True
            )
            continue
        if one.part is None:
            record[one.column] = value
        else:
            record.setdefault(one.column, {})[one.part] = value
    for one in anchored.parts:
        part = record.get(one.column)
        if isinstance(part, dict) and one.part not in part:
            allowed = reading.form.allowed.get(one.control, ())
            part[str(one.part)] = "none" if "none" in allowed else None


def _role(reading: Reading, anchored: Anchored, region: Region, role: Role, record: Record) -> None:
    targets = _targets(reading, region.id, role.relation)
    reading.used |= set(targets)
    raw = (
        region.fields.get(f"{anchored.table.name}_{role.understood}_understood") if role.understood else None
    )
    understood = list(dict.fromkeys(path[-1] for path in raw)) if raw else []
    if role.participant:
        found = []
        for target in targets:
            actors = reading.actors.of(reading.result.regions[target])
            if not actors:
                reading.tell(f"the {role.relation} has no actor and is left out", f"region {target}")
            found += [{"actor_id": one, "span": _span(reading, target), "implicit": False} for one in actors]
        found += [{"actor_id": one, "span": None, "implicit": True} for one in understood]
        record[role.column] = found
        return
    if role.many:
        record[role.column] = list(
            {(s["start"], s["end"]): s for s in (_span(reading, one) for one in targets)}.values()
        )
    elif targets:
        record[role.column] = _span(reading, targets[0])
        if len(targets) > 1:
            reading.tell(f"there are several for {role.relation}; the first is taken", f"region {region.id}")
    if role.actors:
        spoken = [one for target in targets for one in reading.actors.of(reading.result.regions[target])]
        record[role.actors] = list(dict.fromkeys([*spoken, *understood]))
    if role.implied and understood:
        record[role.implied] = True


def _references(reading: Reading) -> None:
    for number, anchored in reading.owner.items():
        for reference in anchored.references:
            targets = [one for one in _targets(reading, number, reference.relation) if one in reading.owner]
            if targets:
                target = targets[0]
                reading.records[number][reference.column] = reading.records[target][reading.owner[target].key]
            if len(targets) > 1:
                reading.tell(
                    f"there are several for {reference.relation}; the first is taken", f"region {number}"
                )
    _parents(reading)


def _parents(reading: Reading) -> None:
    """A statement without a drawn parent gets the innermost one whose content holds all of its spans."""
    statements = [
        record for record in reading.records.values() if "content_spans" in record and "cue_spans" in record
    ]
    known = [one for one in statements if one["content_spans"]]
    for record in statements:
        if "parent_statement_id" in record:
            continue
        spans = [*record["source_spans"], *record["cue_spans"], *record["content_spans"]]
        low, high = min(s["start"] for s in spans), max(s["end"] for s in spans)
        holding = [
            one
            for one in known
            if one is not record
            and one["content_spans"][0]["start"] <= low
            and one["content_spans"][-1]["end"] >= high
            and covers(one["content_spans"], spans)
        ]
        if holding:
            nearest = min(holding, key=lambda one: (size(one["content_spans"]), one["statement_id"]))
            record["parent_statement_id"] = nearest["statement_id"]


def _orphans(reading: Reading) -> None:
    for number, region in reading.result.regions.items():
        if number not in reading.owner and number not in reading.used:
            reading.tell(
                f"this {region.label} is tied to nothing, so it says nothing yet", f"region {number}"
            )
