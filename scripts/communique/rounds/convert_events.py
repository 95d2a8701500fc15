"""Events from action mentions: one name, or a relation, makes several mentions one event."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from communique.annotation.model import Record
from communique.rounds.convert_fields import from_widget
from communique.rounds.form import Anchored, Cluster
from communique.text.spans import joined

if TYPE_CHECKING:
    from communique.rounds.convert_from import Reading

_UNSAFE = re.compile("[^A-Za-z0-9_-]+")


def record_id(words: str, prefix: str) -> str:
    """A record's id from the name that an annotator typed; a whole id stays as it is."""
    return words if "." in words else prefix + (_UNSAFE.sub("_", words.strip()).strip("_") or "unnamed")


def read_clusters(reading: Reading) -> None:
    """Give every anchor its cluster, and make the clusters' records and the links between them."""
    for anchored in reading.form.anchored.values():
        if anchored.cluster is None:
            continue
        numbers = [number for number, owner in reading.owner.items() if owner is anchored]
        heads = _heads(reading, anchored, anchored.cluster, numbers)
        rows = reading.rows.setdefault(anchored.cluster.table, [])
        rows += [_cluster_record(reading, anchored.cluster, key, members) for key, members in heads.items()]
        if anchored.cluster.links and anchored.cluster.link_columns:
            reading.rows.setdefault(anchored.cluster.links, []).extend(
                _links(reading, anchored.cluster, numbers)
            )


def _heads(
    reading: Reading, anchored: Anchored, cluster: Cluster, numbers: list[str]
) -> dict[str, list[str]]:
    """Anchors by cluster id, both in the order of the text; sets the column of the anchors' records."""
    parent = {number: number for number in numbers}

    def root(number: str) -> str:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for number in numbers:
        for target, labels in reading.outgoing.get(number, []):
            if cluster.relation in labels and target in parent:
                first, second = sorted((root(number), root(target)), key=reading.place)
                parent[second] = first
    names = {number: reading.records[number].get(cluster.column) for number in numbers}
    groups: dict[str, list[str]] = {}
    for number in sorted(numbers, key=reading.place):
        groups.setdefault(root(number), []).append(number)
    found: dict[str, list[str]] = {}
    for head, members in groups.items():
        given = list(dict.fromkeys(str(names[one]) for one in members if names[one]))
        if len(given) > 1:
            reading.tell(
                f"mentions tied as one event have different names: {', '.join(given)}", f"region {head}"
            )
        for one in members:
            name = str(names[one] or (given[0] if given else f"V-{head}"))
            key = record_id(name, reading.prefix)
            reading.records[one][cluster.column] = key
            found.setdefault(key, []).append(one)
    return {key: sorted(members, key=reading.place) for key, members in found.items()}


def _cluster_record(reading: Reading, cluster: Cluster, key: str, members: list[str]) -> Record:
    head = reading.records[members[0]]
    record: Record = {cluster.key: key}
    for column in cluster.shared:
        if column in head:
            record[column] = head[column]
    for one in cluster.fields:
        for number in members:
            raw = reading.result.regions[number].fields.get(one.control)
            if raw is None:
                continue
            try:
                value = from_widget(one, raw, reading.form, reading.prefix, set())
            except (ValueError, TypeError) as error:
                reading.tell(
                    f"not the JSON that this field takes: {error}", f"region {number}, {one.title}", True
                )
                continue
            if one.part is None:
                record.setdefault(one.column, value)
            else:
                record.setdefault(one.column, {}).setdefault(one.part, value)
    if "gloss" not in record and "gloss" in reading.form.schema.table(cluster.table).by_name:
        anchor = reading.owner[members[0]].column
        record["gloss"] = joined(head[str(anchor)])
    return record


def _links(reading: Reading, cluster: Cluster, numbers: list[str]) -> list[Record]:
    assert cluster.link_columns is not None
    kind, start, end = cluster.link_columns
    types = {name for name, _ in reading.form.link_types(cluster)}
    found: dict[tuple[Any, ...], Record] = {}
    for number in numbers:
        for target, labels in reading.outgoing.get(number, []):
            for label in types.intersection(labels):
                if target not in reading.records or target not in numbers:
                    reading.tell(f"{label!r} must end in another action", f"relation {number} → {target}")
                    continue
                ends = (reading.records[number][cluster.column], reading.records[target][cluster.column])
                found[(label, *ends)] = {kind: label, start: ends[0], end: ends[1]}
    return list(found.values())
