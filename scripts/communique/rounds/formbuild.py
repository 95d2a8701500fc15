"""Derives the annotation form from the schema and its `x-label-studio` hints, which `form` explains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from communique.annotation.files import annotation_tables
from communique.rounds.form import (
    HINTS,
    PART_LABEL,
    Anchored,
    Cluster,
    Field,
    Form,
    Kind,
    Label,
    Reference,
    Role,
)
from communique.schema import Column, Schema, Table
from communique.schema.model import core

_COLORS = ("#2f6fde", "#e07b00", "#f2c14e", "#c8283c", "#1b998b", "#7fb069", "#8e5bd0", "#b56576")
_CHECKBOXES = 12  # more values of a list column are a list to search in
_FREE = ("text", "choice", "number", "integer", "flag", "boolean")


def make_form(schema: Schema) -> Form:
    """The form of a schema. Nothing is listed twice: labels, widgets and relations follow from columns."""
    labels: dict[str, Label] = {}
    anchored: dict[str, Anchored] = {}
    for table in annotation_tables(schema):
        one = _anchored(table, schema)
        if one is None:
            continue
        anchored[one.label] = one
        hints = _hints(table.json if one.column is None else table[one.column].json)
        says = table.description if one.column is None else table[one.column].description
        _add(labels, one.label, hints, says, actors=one.column is None)
        for role in one.roles:
            column = table[role.column]
            carries = role.participant or role.actors is not None
            _add(labels, role.label, _hints(column.json), column.description, actors=carries)
    if any(one.column for one in anchored.values()):
        says = "A further piece of a cue or trigger that stands in several places; tie it to the first with 'part'."
        _add(labels, PART_LABEL, {"hotkey": "p", "color": "#7a7a7a"}, says, actors=False)
    actors = schema.tables.get("actors")
    proposal: tuple[Field, ...] = ()
    assumed: dict[str, Any] = {}
    if actors:
        hints = _hints(actors.json)
        shown = [*hints.get("main", []), *hints.get("more", [])]
        proposal = tuple(one for name in shown for one in _fields(actors, actors[name], hints))
        assumed = dict(hints.get("assume", {}))
    return Form(schema, labels, anchored, proposal, assumed)


def _add(labels: dict[str, Label], name: str, hints: dict[str, Any], says: str, *, actors: bool) -> None:
    if name not in labels:
        color = hints.get("color", _COLORS[len(labels) % len(_COLORS)])
        labels[name] = Label(name, hints.get("hotkey"), color, says, actors)


def _hints(node: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = node.get(HINTS, {})
    return found


def _is_span(node: dict[str, Any]) -> bool:
    return "x-span-of" in node and "start" in node.get("properties", {})


def _shape(column: Column) -> str:
    """What a column is to the form: span, spans, participants or a plain value."""
    inner = core(column.json)
    if _is_span(inner):
        return "span"
    if inner.get("type") == "array":
        items = core(inner.get("items", {}))
        if _is_span(items):
            return "spans"
        if "span" in items.get("properties", {}) and "actor_id" in items.get("properties", {}):
            return "participants"
    return "value"


def _anchored(table: Table, schema: Schema) -> Anchored | None:
    hints = _hints(table.json)
    itself = "x-span-of" in table.json
    anchors = [c.name for c in table.stored if _shape(c) == "spans" and core(c.json).get("minItems")]
    column = None if itself else hints.get("anchor", anchors[0] if anchors else None)
    if column is None and not itself:
        return None
    node = _hints(table[column].json) if column else hints
    label = str(node.get("label", _label(column or table.name)))
    taken = {*table.key, *(("start", "end", "text") if itself else (column,))}
    roles, references, cluster = [], [], None
    for one in table.stored:
        relation = _hints(one.json).get("relation")
        target = (one.references or "").partition(".")[0]
        if one.name in taken or one.from_file:
            continue
        if _shape(one) != "value":
            roles.append(_role(one))
            taken |= {one.name}
        elif relation and target in schema.tables and not one.is_list:
            if _is_anchored(schema.table(target)):
                references.append(Reference(one.name, relation, target))
            else:
                cluster = _cluster(table, one, relation, schema)
                continue
            taken |= {one.name}
    taken |= {role.actors for role in roles if role.actors}
    fields = [
        made
        for one in table.stored
        if one.name not in taken and not one.from_file
        for made in _fields(table, one, hints)
    ]
    fields += [_understood(table, role) for role in roles if role.understood]
    return Anchored(table, label, column, tuple(fields), tuple(roles), tuple(references), cluster)


def _is_anchored(table: Table) -> bool:
    return "x-span-of" in table.json or any(
        _shape(c) == "spans" and core(c.json).get("minItems") for c in table.stored
    )


def _label(column: str) -> str:
    return column.removesuffix("_spans").removesuffix("s").replace("_", " ").capitalize()


def _role(column: Column) -> Role:
    hints, shape = _hints(column.json), _shape(column)
    label = hints.get("label", _label(column.name))
    relation = hints.get("relation", label.lower())
    actors, implied = hints.get("actors"), hints.get("understood")
    return Role(column.name, relation, label, shape == "participants", shape != "span", actors, implied)


def _understood(table: Table, role: Role) -> Field:
    column = table[str(role.understood)]
    return Field(
        f"{table.name}_{column.name}_understood",
        table.name,
        column.name,
        "actors",
        f"{column.title} understood, not written",
        f"{column.description} Only those for whom the text has no words.",
        part="understood",
    )


def _cluster(table: Table, column: Column, relation: str, schema: Schema) -> Cluster:
    target, _, key = str(column.references).partition(".")
    records = schema.table(target)
    links, link_columns = None, None
    for one in annotation_tables(schema):
        ends = [c.name for c in one.stored if c.references == column.references and one.name != table.name]
        kinds = [c.name for c in one.stored if c.name in one.key and c.values]
        if len(ends) == 2 and kinds:
            links, link_columns = one.name, (kinds[0], ends[0], ends[1])
    own = [c for c in records.stored if c.name != key and not c.from_file]
    shared = tuple(
        c.name for c in own if c.name in table.by_name and c.values and c.values == table[c.name].values
    )
    fields = [
        replace(made, title=f"{column.title}: {made.title.lower()}")
        for c in own
        if c.name not in shared
        for made in _fields(records, c, _hints(records.json))
    ]
    return Cluster(target, key, column.name, relation, tuple(fields), shared, links, link_columns)


def _fields(table: Table, column: Column, hints: dict[str, Any]) -> list[Field]:
    """The widgets of a column: one; none for a mode, which its class holds; one a property of an object."""
    if column.json.get("x-modes-of"):
        return []
    folded = column.name in hints.get("more", [])
    main = column.name in hints.get("main", []) or (column.required and not folded)
    name, inner = f"{table.name}_{column.name}", core(column.json)
    base = Field(name, table.name, column.name, _kind(column.json), column.title, column.description)
    properties = inner.get("properties", {})
    if inner.get("type") == "object" and properties and all(map(_is_free, properties.values())):
        return [
            replace(
                base,
                control=f"{name}_{part}",
                kind=_kind(one),
                title=f"{column.title}: {one.get('title') or core(one).get('title') or part}".replace(
                    "_", " "
                ),
                description=one.get("description") or core(one).get("description", ""),
                part=part,
                main=main,
                spec=one,
            )
            for part, one in properties.items()
        ]
    modes = next((c.name for c in table.stored if c.json.get("x-modes-of") == column.name), None)
    kind: Kind = "class" if modes else base.kind
    return [replace(base, kind=kind, required=column.required, main=main, modes=modes, spec=column.json)]


def _is_free(node: dict[str, Any]) -> bool:
    """Whether a property of an object is plain text, a number or a choice of its own."""
    return node.get("x-references") is None and _kind(node) in _FREE


def _kind(node: dict[str, Any]) -> Kind:
    inner = core(node)
    items = core(inner.get("items", {}))
    if node.get("x-references", inner.get("x-references")) == "actors.actor_id":
        return "actor"
    if inner.get("x-values"):
        return "choice"
    kind = inner.get("type")
    if kind == "array":
        if items.get("x-values"):
            return "choices" if len(items["oneOf"]) <= _CHECKBOXES else "tags"
        return "actors" if items.get("x-references") == "actors.actor_id" else "json"
    if kind == "boolean":
        return "flag" if node.get("default") is False and inner is node else "boolean"
    if kind == "string" and "anyOf" not in inner and not inner.get("enum"):
        return "text"
    if kind in ("number", "integer"):
        return kind
    return "json"
