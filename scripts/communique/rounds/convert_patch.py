"""What no widget can hold: exact values beside the widgets, and records that have no words in the text.

A region's last, folded field takes a JSON object. `"column": value` sets a column; `"~column": [was, is]`
sets it to `is` only while the widgets still give `was`, so that what was stored comes back exactly and an
annotator's change of the widgets is never overruled. `"event"` holds the same for the region's event, or
null where it has no record. The
field of the whole text takes `{"table": [record, …]}`: whole records, such as the article's own actors;
under `"~table"` records that only complete one which is there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from communique.annotation.model import Annotation, Record
from communique.rounds.form import RECORDS, Form, Whole

if TYPE_CHECKING:
    from communique.rounds.convert_from import Reading

CLUSTER = "event"


def dump(data: Any) -> list[str]:
    """The content of such a field."""
    return [json.dumps(data, ensure_ascii=True, separators=(", ", ": "))]


def difference(whole: Whole, natural: Record, wanted: Record) -> Record:
    """The patch that turns the record that the widgets give into the stored one."""
    patch: Record = {}
    bare = whole.bare
    for name, value in wanted.items():
        if name in whole.said:
            continue
        was = natural[name] if name in natural else bare.get(name)
        known = name in natural or name in bare
        if was != value or not known or type(was) is not type(value):
            patch[f"~{name}"] = [was, value]
    for name, was in natural.items():
        if name not in wanted:
            # A required column that the stored record lacks: only a change without its second half can say so.
            patch[f"~{name}"] = [was]
    return patch


def apply_patch(reading: Reading, number: str, record: Record) -> None:
    """Apply the patch of a region to its record and to its event."""
    anchored = reading.owner[number]
    raw = reading.result.regions[number].fields.get(anchored.more)
    if raw is None:
        return
    where = f"region {number}, {anchored.more}"
    patch = _parse(reading, "\n".join(raw), where)
    cluster = anchored.cluster
    if cluster is not None and CLUSTER in patch:
        rows = reading.rows.get(cluster.table, [])
        if patch[CLUSTER] is None:
            rows[:] = [row for row in rows if row[cluster.key] != record[cluster.column]]
        for row in rows:
            if row[cluster.key] == record[cluster.column]:
                _apply(row, patch[CLUSTER], reading.form.whole[cluster.table])
    _apply(
        record,
        {name: value for name, value in patch.items() if name != CLUSTER},
        reading.form.whole[anchored.table.name],
    )


def _apply(record: Record, patch: Any, whole: Whole) -> None:
    bare = whole.bare
    for name, value in patch.items():
        if not name.startswith("~"):
            record[name] = value
            continue
        column = name[1:]
        now = record.get(column, bare.get(column))
        if value and now == value[0] and type(now) is type(value[0]):
            if len(value) == 1:
                record.pop(column, None)
            else:
                record[column] = value[1]


def read_records(reading: Reading, rows: dict[str, list[Record]]) -> None:
    """Add the records of the whole text's field to `rows`."""
    raw = reading.result.document.get(RECORDS)
    if raw is None:
        return
    for name, records in _parse(reading, "\n".join(raw), RECORDS).items():
        table = reading.form.schema.tables.get(name.removeprefix("~"))
        good = isinstance(records, list) and all(isinstance(one, dict) for one in records)
        if table is None or table.name not in rows or not good:
            reading.tell(f"{name!r} must be a table with a list of records", RECORDS, True)
            continue
        for record in records:
            same = [
                one for one in rows[table.name] if all(one.get(key) == record.get(key) for key in table.key)
            ]
            if same:
                same[0].update(record)
            elif not name.startswith("~"):
                rows[table.name].append(record)


def _parse(reading: Reading, text: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(text) if text.strip() else {}
    except ValueError as error:
        reading.tell(f"this is no JSON: {error}", where, True)
        return {}
    if not isinstance(data, dict):
        reading.tell("this must be one JSON object", where, True)
        return {}
    return data


def differing(form: Form, one: Annotation, other: Annotation) -> list[str]:
    """Names of what two annotations of one text differ in, apart from who made them and the order of records."""
    found = [] if one.remarks == other.remarks else ["remarks"]
    for name, whole in form.whole.items():
        if one.tables.get(name) == other.tables.get(name):
            continue
        mine, theirs = (_bare(whole, annotation.tables.get(name, [])) for annotation in (one, other))
        if mine != theirs and sorted(map(_text, mine)) != sorted(map(_text, theirs)):
            found.append(name)
    return found


def _bare(whole: Whole, records: list[Record]) -> list[Record]:
    return [{k: v for k, v in record.items() if k not in whole.said} for record in records]


def _text(record: Record) -> str:
    return json.dumps(record, sort_keys=True)
