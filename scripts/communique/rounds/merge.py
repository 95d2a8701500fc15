"""From annotators' files and decisions to gold: what all agree on, what was decided, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from communique.agreement.groups import Group, link_id
from communique.annotation.files import AnnotationError, annotation_tables, fill
from communique.annotation.model import AUTHOR, Annotation, Record
from communique.errors import CommuniqueError
from communique.rounds.adjudication import Adjudication, is_asked, place
from communique.rounds.decisions import Decision
from communique.schema import Schema
from communique.text.spans import slices_match


class MergeError(CommuniqueError):
    """Gold cannot be made: something is open, or what was decided does not fit together."""


@dataclass
class Merged:
    """Gold annotations by article, and what became of the units."""

    annotations: dict[str, Annotation]
    counts: dict[str, int] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def merge(state: Adjudication, schema: Schema, texts: dict[str, str], known_actors: Iterable[str]) -> Merged:
    """The gold of every article of the round that anybody annotated.

    A record keeps the id of its unit. Its provenance says agreed (all annotators of the article say the
    same), adjudicated (a decision made it so) or single (the article has one annotator). Events and the
    article's own actors are kept when a kept record refers to them; links to events that are not kept go
    with them and are listed in `dropped`.

    Raises MergeError while a disagreement is open, a decision is stale or in conflict, a decision sets a
    field that does not exist, a record breaks the schema, its spans are not in the text, or it refers to
    what is not kept.
    """
    _refuse_open(state)
    merged = Merged({})
    counts: Counter[str] = Counter()
    for article_id, by_name in state.collected.items():
        if not by_name:
            continue
        kept = _decided(state, article_id, schema)
        merged.dropped += _carry(kept)
        annotation = _annotation(state, article_id, kept, schema)
        _check(annotation, texts[article_id], set(known_actors), schema)
        merged.annotations[article_id] = annotation
        counts.update(row["provenance"]["decision"] for rows in annotation.tables.values() for row in rows)
    merged.counts = dict(sorted(counts.items()))
    return merged


def _refuse_open(state: Adjudication) -> None:
    if state.refused:
        first = state.refused[0]
        raise MergeError(
            f"{len(state.refused)} decisions cannot be applied.",
            file="decisions.jsonl",
            record=f"line {first.decision.line}: {first.decision.unit}",
            found=first.why,
            mend="decide anew on the present records, and delete the line",
        )
    if state.open:
        first_open = state.open[0]
        raise MergeError(
            f"{len(state.open)} disagreements are open.",
            record=f"{first_open.table} {first_open.group_id}",
            found=first_open.kind,
            mend=f"communique round adjudicate {state.plan.round}",
        )


def _decided(state: Adjudication, article_id: str, schema: Schema) -> dict[str, dict[str, Record]]:
    """Table -> unit -> record, all references to units."""
    kept: dict[str, dict[str, Record]] = {table.name: {} for table in annotation_tables(schema)}
    for group in state.groups:
        if group.article_id != article_id:
            continue
        decision = state.settled.get(place(group))
        record = _apply(group, decision, schema) if decision else _as_it_is(group)
        if record is not None:
            kept[group.table][group.group_id] = record | {"provenance": _provenance(state, group, decision)}
    known = {place(group) for group in state.groups}
    for decision in state.settled.values():
        if decision.article_id == article_id and decision.place not in known and not decision.nothing:
            added = Group(article_id, decision.table, decision.unit, {}, {}, ())
            record = _apply(added, decision, schema)
            assert record is not None
            kept[decision.table][decision.unit] = record | {"provenance": _provenance(state, added, decision)}
    return kept


def _as_it_is(group: Group) -> Record:
    assert not is_asked(group)
    return dict(next(iter(group.members.values())))


def _apply(group: Group, decision: Decision, schema: Schema) -> Record | None:
    if decision.nothing:
        return None
    table = schema.table(group.table)
    if decision.take is None:
        record = fill(table, {table.key[0]: decision.unit}, {"article_id": decision.article_id})
    else:
        record = dict(group.members[decision.take])
    changes: dict[str, Any] = {
        name: group.members[whose].get(name) for name, whose in decision.fields.items() if name != "span"
    }
    if "span" in decision.fields:
        other = group.members[decision.fields["span"]]
        changes |= {name: other[name] for name in ("start", "end", "text")}
    changes |= {name: value for name, value in decision.set.items() if name != "span"}
    changes |= decision.set.get("span", {})
    unknown = sorted(changes.keys() - {column.name for column in table.stored})
    if unknown:
        raise MergeError(
            "A decision sets what is no column of the table.",
            file="decisions.jsonl",
            record=f"line {decision.line}: {decision.unit}",
            field=unknown[0],
            expected=", ".join(column.name for column in table.stored),
        )
    return record | changes


def _provenance(state: Adjudication, group: Group, decision: Decision | None) -> Record:
    # who marked nothing here has judged the place as well
    everyone = list(state.collected[group.article_id])
    kinds = {state.plan.annotator(name).kind for name in everyone}
    reviewed = any(record["provenance"]["reviewed_by_person"] for record in group.members.values())
    if decision is None:
        how = "single" if len(everyone) == 1 else "agreed" if group.agreed else "adjudicated"
    else:
        how = "adjudicated"
        reviewed = reviewed or decision.by_kind == "person"
    return {
        "round": state.plan.round,
        "annotators": everyone,
        "annotator_kind": kinds.pop() if len(kinds) == 1 else "mixed",
        "decision": how,
        "reviewed_by_person": reviewed,
        "guideline_version": _version(state, group.article_id),
    }


def _version(state: Adjudication, article_id: str) -> str:
    """The newest guidelines that decided anything in the article. Whoever adjudicates an article by newer
    guidelines answers for what all annotators agreed on as well: one article, one version."""
    named = [one.guideline_version for one in state.settled.values() if one.article_id == article_id]
    return max([state.plan.guideline_version, *named], key=lambda one: [int(part) for part in one.split(".")])


def _carry(kept: dict[str, dict[str, Record]]) -> list[str]:
    """Drop events and actors that nothing refers to, and links to dropped events; say which links."""
    used = {row["event_id"] for row in kept["actions"].values()}
    kept["events"] = {one: row for one, row in kept["events"].items() if one in used}
    needed = {
        one
        for table in ("mentions", "statements", "actions")
        for row in kept[table].values()
        for one in _ids(row)
    }
    while True:
        more = {
            one for actor in needed & kept["actors"].keys() for one in _ids(kept["actors"][actor])
        } - needed
        if not more:
            break
        needed |= more
    kept["actors"] = {one: row for one, row in kept["actors"].items() if one in needed}
    dropped = [
        one
        for one, row in kept["event_links"].items()
        if row["from_event_id"] not in kept["events"]
        or (row["to_event_id"] not in kept["events"] and row["type"] != "same_as")
    ]
    for one in dropped:
        del kept["event_links"][one]
    return dropped


def _ids(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in inner for one in _ids(part)]


def _annotation(
    state: Adjudication, article_id: str, kept: dict[str, dict[str, Record]], schema: Schema
) -> Annotation:
    by_name = state.collected[article_id]
    plan = state.plan
    kinds = {plan.annotator(name).kind for name in by_name}
    header = {
        "round": plan.round,
        "annotators": list(by_name),
        "annotator_kind": kinds.pop() if len(kinds) == 1 else "mixed",
        "decision": "agreed" if len(by_name) > 1 else "single",
        "reviewed_by_person": False,
        "guideline_version": _version(state, article_id),
    }
    digest = next(iter(by_name.values())).text_sha256
    annotation = Annotation(article_id, digest, header)
    for table in annotation_tables(schema):
        rows = [
            {column.name: row[column.name] for column in table.stored if column.name in row}
            for row in kept[table.name].values()
        ]
        annotation.tables[table.name] = rows
    return annotation


def _check(annotation: Annotation, text: str, known_actors: set[str], schema: Schema) -> None:
    from jsonschema import Draft202012Validator

    tables = annotation_tables(schema)
    present = {
        table.name: {row[table.key[0]] for row in annotation[table.name]}
        for table in tables
        if len(table.key) == 1
    }
    present["actors"] |= known_actors | {AUTHOR}
    for table in tables:
        validator = Draft202012Validator(table.stored_schema)
        for row in annotation[table.name]:
            name = (
                link_id(*(row[key] for key in table.key)) if len(table.key) == 3 else str(row[table.key[0]])
            )
            for error in validator.iter_errors(row):
                raise MergeError(
                    f"The merged record breaks the schema: {error.message}",
                    record=name,
                    field="/".join(map(str, error.path)),
                    mend="mend the decision on this unit, or the annotators' records",
                )
            spans = _spans(row)
            if not all(slices_match(text, [one]) for one in spans):
                raise AnnotationError("A span of the merged record is not in the text.", record=name)
            for column, target, one in _references(row, table.name, schema):
                if one not in present[target] and not (
                    table.name == "event_links" and row["type"] == "same_as"
                ):
                    raise MergeError(
                        "The merged record refers to what is not kept.",
                        record=name,
                        field=column,
                        expected=f"a kept record of {target}",
                        found=one,
                        mend="decide on this unit with 'set', or keep what it refers to",
                    )


def _references(row: Record, table: str, schema: Schema) -> list[tuple[str, str, str]]:
    found = []
    for column in schema.table(table).stored:
        target = (column.references or "").partition(".")[0]
        value = row.get(column.name)
        if target and target != "articles" and column.name not in schema.table(table).key[:1]:
            found += [(column.name, target, one) for one in _ids(value)]
    found += [
        ("other_views", "statements", one["in_statement_id"])
        for one in row.get("other_views", [])
        if one["in_statement_id"]
    ]
    for role in ("agents", "targets"):
        found += [(role, "actors", one["actor_id"]) for one in row.get(role, [])]
    override = row.get("assertion_override")
    if override and override["asserted_in"] != AUTHOR:
        found.append(("assertion_override", "statements", override["asserted_in"]))
    return [one for one in found if one[1] in {"actors", "statements", "events"}]


def _spans(value: Any) -> list[Record]:
    if isinstance(value, dict):
        own = [value] if {"start", "end", "text"} <= value.keys() else []
        return own + [one for part in value.values() for one in _spans(part)]
    return [one for part in value for one in _spans(part)] if isinstance(value, list) else []
