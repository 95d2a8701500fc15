"""From an annotation to regions and relations: the inverse of `convert_from`, checked every time.

Whatever the widgets cannot give back exactly goes into the patches of `convert_patch`, so that
`read_annotation(regions_of(a)) == a` for every annotation whose spans are in the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from communique.annotation.files import annotation_tables, trim
from communique.annotation.model import Annotation, Record
from communique.errors import CommuniqueError
from communique.rounds.convert_actors import Actors
from communique.rounds.convert_fields import class_to_widget, to_widget
from communique.rounds.convert_from import Reading, finish, read_naturally
from communique.rounds.convert_patch import CLUSTER, difference, differing, dump
from communique.rounds.form import (
    PART,
    PART_LABEL,
    RECORDS,
    REMARKS,
    SPAN_ACTORS,
    Anchored,
    Field,
    Form,
    Role,
)
from communique.rounds.regions import Region, Result

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class ConversionError(CommuniqueError):
    """An annotation cannot be shown on this text."""


@dataclass
class _Writing:
    text: str
    prefix: str
    form: Form
    offered: set[str]
    result: Result = field(default_factory=Result)
    anchors: dict[str, dict[str, str]] = field(default_factory=dict)
    stored: dict[str, Record] = field(default_factory=dict)
    owner: dict[str, Anchored] = field(default_factory=dict)
    loose: dict[str, list[Record]] = field(default_factory=dict)
    mentions: dict[tuple[int, int], list[tuple[str, str | None]]] = field(default_factory=dict)
    shared: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def add(self, wanted: str, start: int, end: int, label: str) -> Region:
        """A new region; its id is `wanted`, or with a number behind it where that is taken."""
        number, count = wanted, 1
        while number in self.result.regions:
            count += 1
            number = f"{wanted}-{count}"
        region = Region(number, start, end, label)
        self.result.regions[number] = region
        return region


def regions_of(
    annotation: Annotation,
    text: str,
    form: Form,
    actor_names: Mapping[str, str],
) -> Result:
    """The annotation as regions and relations on `text`.

    actor_names: canonical names by id of the actors that the task offers, the article's own among them.
    Raises ConversionError when a span is not in the text, a key comes twice, or the annotation would not
    come back as it is.
    """
    writing = _Writing(text, f"{annotation.article_id}.", form, set(actor_names))
    for anchored in form.anchored.values():
        seen = writing.anchors.setdefault(anchored.table.name, {})
        for record in annotation.tables.get(anchored.table.name, []):
            region = _anchor(writing, anchored, record)
            if region is None:
                writing.loose.setdefault(anchored.table.name, []).append(record)
                continue
            if record.get(anchored.key) in seen:
                _refuse(
                    annotation, "Two records have the same id.", str(record.get(anchored.key)), anchored.key
                )
            seen[str(record.get(anchored.key))] = region.id
            writing.stored[region.id] = record
            writing.owner[region.id] = anchored
            if anchored.column is None:
                writing.mentions.setdefault((region.start, region.end), []).append(
                    (region.id, record.get("actor_id"))
                )
    for number, record in writing.stored.items():
        for role in writing.owner[number].roles:
            _role(writing, number, role, record)
        _references(writing, number, record)
    heads = _clusters(writing, annotation)
    if annotation.remarks is not None:
        writing.result.document[REMARKS] = [annotation.remarks]
    _complete(writing, annotation, heads, actor_names)
    return writing.result


def _refuse(annotation: Annotation, message: str, record: str, column: str, **parts: str) -> None:
    raise ConversionError(message, file=annotation.article_id, record=record, field=column, **parts)


def _inside(writing: _Writing, span: Any) -> bool:
    """Whether it is a span of the text; only such become regions, and what is left out is found at the end."""
    if not isinstance(span, dict):
        return False
    start, end = span.get("start"), span.get("end")
    good = type(start) is int and type(end) is int and 0 <= start < end <= len(writing.text)
    return good and writing.text[start:end] == span.get("text")


def _anchor(writing: _Writing, anchored: Anchored, record: Record) -> Region | None:
    spans = [record] if anchored.column is None else record.get(anchored.column)
    if not isinstance(spans, list) or not spans or not all(_inside(writing, one) for one in spans):
        return None
    short = str(record.get(anchored.key)).removeprefix(writing.prefix)
    name = short if short and _SAFE.issuperset(short) else "r"
    first = writing.add(name, spans[0]["start"], spans[0]["end"], anchored.label)
    more = [writing.add(f"{name}-{PART}", one["start"], one["end"], PART_LABEL) for one in spans[1:]]
    for piece in more:
        writing.result.relate(first.id, piece.id, PART)
    for one in anchored.fields:
        if record.get(one.column) is None:  # most are, and no widget holds nothing
            continue
        raw = _widget(writing, one, record)
        if raw is not None:
            first.fields[one.control] = raw
    return first


def _widget(writing: _Writing, one: Field, record: Record) -> Any:
    value = record.get(one.column)
    if one.part == "understood":
        return None
    if one.part is not None:
        value = value.get(one.part) if isinstance(value, dict) else None
    elif one.modes is not None:
        return class_to_widget(value, record.get(one.modes), writing.form.allowed[one.control])
    elif not one.required and value == one.spec.get("default"):
        return None
    return to_widget(one, value, writing.offered, writing.form, writing.prefix)


def _role(writing: _Writing, number: str, role: Role, record: Record) -> None:
    content = record.get(role.column)
    if role.participant:
        people = [one for one in content or [] if isinstance(one, dict)]
        for one in people:
            if _inside(writing, one.get("span")):
                _tie(writing, number, role, one["span"], [one.get("actor_id")])
        unspoken = [one.get("actor_id") for one in people if one.get("span") is None]
        _understood(writing, number, role, unspoken)
        return
    spans = content if isinstance(content, list) else [content] if content else []
    spans = [one for one in spans if _inside(writing, one)]
    if not role.actors:
        for one in spans:
            _tie(writing, number, role, one, [])
        return
    left = list(record.get(role.actors) or [])
    plain = []
    for one in spans:
        at = [pair for pair in writing.mentions.get((one["start"], one["end"]), []) if pair[1] in left]
        if not at:
            plain.append(one)
        for region, _ in at:
            writing.result.relate(number, region, role.relation)
        covered = {actor for _, actor in at}
        left = [actor for actor in left if actor not in covered]
    for n, one in enumerate(plain):
        _tie(writing, number, role, one, left if n == 0 else [], own=True)
    if not plain:
        _understood(writing, number, role, left)


def _tie(
    writing: _Writing, number: str, role: Role, span: Record, actors: list[Any], own: bool = False
) -> None:
    """Relate an anchor to the region of a role: to a mention of that actor, else to a region of its own kind."""
    start, end = span["start"], span["end"]
    if actors and not own:
        for mention, actor in writing.mentions.get((start, end), []):
            if actor is not None and [actor] == actors:
                writing.result.relate(number, mention, role.relation)
                return
    key = (role.label, start, end, tuple(map(str, actors)), number if actors else None)
    if key not in writing.shared:
        region = writing.add(f"{number}-{role.relation}", start, end, role.label)
        if actors and all(one in writing.offered for one in actors):
            region.fields[SPAN_ACTORS] = [[one] for one in actors]
        writing.shared[key] = region.id
    writing.result.relate(number, writing.shared[key], role.relation)


def _understood(writing: _Writing, number: str, role: Role, actors: list[Any]) -> None:
    known = [[one] for one in actors if one in writing.offered]
    if known:
        control = f"{writing.owner[number].table.name}_{role.understood}_understood"
        writing.result.regions[number].fields[control] = known


def _references(writing: _Writing, number: str, record: Record) -> None:
    for one in writing.owner[number].references:
        # A parent follows from the spans; it is drawn only where that gives another one.
        target = writing.anchors.get(one.target, {}).get(str(record.get(one.column)))
        if target is not None and target != number and one.column != "parent_statement_id":
            writing.result.relate(number, target, one.relation)


def _clusters(writing: _Writing, annotation: Annotation) -> dict[str, str]:
    """Fields of the clusters on their first mention, links between first mentions; those mentions by cluster."""
    heads: dict[str, str] = {}
    for anchored in writing.form.anchored.values():
        cluster = anchored.cluster
        if cluster is None:
            continue
        regions = writing.result.regions
        own = [number for number, owner in writing.owner.items() if owner is anchored]
        for number in sorted(own, key=lambda one: (regions[one].start, regions[one].end, one)):
            name = writing.stored[number].get(cluster.column)
            heads.setdefault(str(name), number)
            short = str(name).removeprefix(writing.prefix)
            regions[number].fields[_event_control(anchored)] = [short]
        for record in annotation.tables.get(cluster.table, []):
            head = heads.get(str(record.get(cluster.key)))
            if head is None:
                writing.loose.setdefault(cluster.table, []).append(record)
                continue
            for one in cluster.fields:
                raw = _widget(writing, one, record)
                if raw is not None:
                    regions[head].fields[one.control] = raw
        if cluster.links and cluster.link_columns:
            kind, start, end = cluster.link_columns
            types = {name for name, _ in writing.form.link_types(cluster)}
            for record in annotation.tables.get(cluster.links, []):
                ends = heads.get(str(record.get(start))), heads.get(str(record.get(end)))
                if ends[0] and ends[1] and ends[0] != ends[1] and record.get(kind) in types:
                    writing.result.relate(ends[0], ends[1], record[kind])
    return heads


def _event_control(anchored: Anchored) -> str:
    assert anchored.cluster is not None
    return f"{anchored.table.name}_{anchored.cluster.column}"


def _complete(
    writing: _Writing, annotation: Annotation, heads: dict[str, str], names: Mapping[str, str]
) -> None:
    """Compare with what the widgets give back, add the patches, and make sure that nothing is left."""
    natural = _read(writing, annotation, names)
    for number, record in list(writing.stored.items()):
        if number in natural.records and _parent_differs(natural.records[number], record):
            target = writing.anchors["statements"].get(str(record["parent_statement_id"]))
            if target is not None and target != number:
                writing.result.relate(number, target, "parent")
                natural.records[number]["parent_statement_id"] = record["parent_statement_id"]
    events = _event_patches(writing, annotation, natural, heads)
    for number, record in writing.stored.items():
        anchored = writing.owner[number]
        patch = difference(writing.form.whole[anchored.table.name], natural.records.get(number, {}), record)
        if number in events:
            patch[CLUSTER] = events[number]
        if patch:
            writing.result.regions[number].fields[anchored.more] = dump(patch)
    loose = _loose(writing, annotation, natural, heads)
    if loose:
        writing.result.document[RECORDS] = dump(loose)
    back = finish(natural, annotation.text_sha256, annotation.provenance)
    bad = [str(one) for one in natural.problems if one.fatal] or differing(writing.form, annotation, back)
    if bad:
        _refuse(
            annotation,
            "The annotation cannot be shown in Label Studio without loss.",
            bad[0],
            "",
            expected="records whose spans are in the text, whose ids are unique, and whose lists are ordered",
            mend="validate the annotation and mend what is reported",
        )


def _read(writing: _Writing, annotation: Annotation, names: Mapping[str, str]) -> Reading:
    actors = Actors(writing.form, writing.prefix, names)
    reading = Reading(writing.result, writing.text, annotation.article_id, writing.form, actors)
    read_naturally(reading)
    return reading


def _parent_differs(natural: Record, record: Record) -> bool:
    wanted = record.get("parent_statement_id")
    return wanted is not None and natural.get("parent_statement_id") != wanted


def _event_patches(
    writing: _Writing, annotation: Annotation, natural: Reading, heads: dict[str, str]
) -> dict[str, Record | None]:
    patches: dict[str, Record | None] = {}
    for anchored in writing.form.anchored.values():
        if anchored.cluster is None:
            continue
        key, table = anchored.cluster.key, anchored.cluster.table
        rows = {row[key]: row for row in natural.rows.get(table, [])}
        for record in annotation.tables.get(table, []):
            head = heads.get(str(record.get(key)))
            # The event's id is the action's column; a name that cannot be typed is mended by the action's patch.
            given = natural.records[head].get(anchored.cluster.column) if head else None
            if head and given in rows:
                patch = difference(writing.form.whole[table], rows[given], record)
                if patch:
                    patches[head] = patch
        known = {str(record.get(key)) for record in annotation.tables.get(table, [])}
        own = [number for number, owner in writing.owner.items() if owner is anchored]
        patches |= {head: None for name, head in heads.items() if name not in known and head in own}
    return patches


def _loose(
    writing: _Writing, annotation: Annotation, natural: Reading, heads: dict[str, str]
) -> dict[str, list[Record]]:
    """Records that no region carries, and what link records say beyond their relation."""
    loose: dict[str, list[Record]] = {}
    carried = {one.table.name for one in writing.form.anchored.values()}
    clusters = [one.cluster for one in writing.form.anchored.values() if one.cluster]
    carried |= {one.table for one in clusters}
    links = {one.links for one in clusters if one.links}
    for table in annotation_tables(writing.form.schema):
        records = annotation.tables.get(table.name, [])
        if table.name in carried:
            records = writing.loose.get(table.name, [])
        there = {tuple(row.get(key) for key in table.key): row for row in natural.rows.get(table.name, [])}
        said = {column.name for column in table.stored if column.from_file and column.name != "article_id"}
        said |= {"article_id"} if table["article_id"].from_file else set()
        for record in records:
            key = tuple(record.get(name) for name in table.key)
            bare = {name: value for name, value in trim(table, record, {}).items() if name not in said}
            if table.name in links and key in there:
                if set(bare) - set(table.key):
                    loose.setdefault(f"~{table.name}", []).append(bare)
            else:
                loose.setdefault(table.name, []).append(bare)
    return loose
