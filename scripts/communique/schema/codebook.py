"""The codebook: a readable page for every table and value list, from the schema files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from communique.errors import SchemaError
from communique.files import write_atomically
from communique.schema.arrow import arrow_type
from communique.schema.model import Column, Schema, Table, Value, ValueList

_NOTE = "<!-- Generated from annotations/schema by `communique schema codebook --write`. Do not edit. -->\n\n"


def page(schema: Schema, name: str | None = None) -> str:
    """The Markdown page of a table or value list; without a name the table of contents.

    Raises SchemaError when there is no such table or list.
    """
    if name is None:
        return _contents(schema)
    if name in schema.tables:
        return _table_page(schema, schema.tables[name])
    if name in schema.lists:
        return _list_page(schema, schema.lists[name])
    raise SchemaError(
        f"There is no table or value list '{name}'.",
        file=schema.folder,
        expected=", ".join([*schema.tables, *schema.lists]),
        found=name,
    )


def pages(schema: Schema) -> dict[str, str]:
    """All pages by file name."""
    made = {"README.md": page(schema)}
    for name in [*schema.tables, *(key for key in schema.lists if not key.startswith("mode_"))]:
        made[f"{name}.md"] = page(schema, name)
    made["plover.md"] = _plover_page(schema)
    return {name: _NOTE + text for name, text in made.items()}


def write_codebook(schema: Schema, folder: Path) -> list[Path]:
    """Write all pages into `folder` and remove pages of what no longer exists."""
    made = pages(schema)
    for path in folder.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        write_atomically(folder / name, text)
    return [folder / name for name in made]


def _contents(schema: Schema) -> str:
    lines = ["# Codebook", "", "## Tables", ""]
    lines += [f"- [{table.title}]({name}.md): {table.description}" for name, table in schema.tables.items()]
    lines += ["", "## Value lists", ""]
    lists = [found for key, found in schema.lists.items() if not key.startswith("mode_")]
    lines += [
        f"- [{found.title}]({found.name}.md) ({len(found.values)} values): {found.description}"
        for found in lists
    ]
    lines += [
        "",
        "## Mapping",
        "",
        "- [PLOVER, CAMEO, quad classes and scores](plover.md), with our rulings",
        "",
    ]
    return "\n".join(lines)


def _table_page(schema: Schema, table: Table) -> str:
    lines = [f"# {table.title} (`{table.name}`)", "", table.description, "", f"Key: {_code(table.key)}.", ""]
    stored = [column for column in table.columns if not column.derived]
    derived = [column for column in table.columns if column.derived]
    if stored:
        lines += ["## Stored columns", "", *_column_rows(schema, stored), ""]
    if derived:
        lines += [
            "## Derived columns",
            "",
            "Computed at build from the stored ones.",
            "",
            *_column_rows(schema, derived),
            "",
        ]
    return "\n".join(lines)


def _column_rows(schema: Schema, columns: list[Column]) -> list[str]:
    rows = ["| column | type | description |", "|---|---|---|"]
    for column in columns:
        kind = _type_name(arrow_type(column.json)) + (", may be null" if column.nullable else "")
        notes = [column.description]
        if column.values:
            shown = schema.values(column.values)
            notes.append(f"Values: [{shown.title.lower()}]({shown.name}.md).")
        elif column.json.get("x-modes-of"):
            notes.append("Values: the modes of its [type](event_type.md).")
        if column.references:
            target, _, name = column.references.partition(".")
            notes.append(f"Refers to [{target}.{name}]({target}.md).")
        if not column.required and not column.derived and column.default not in (None, [], False):
            notes.append(f"Default: `{column.default}`.")
        rows.append(f"| `{column.name}` | {kind} | {_cell(' '.join(note for note in notes if note))} |")
    return rows


def _type_name(kind: str | list[Any]) -> str:
    if isinstance(kind, str):
        return kind
    if kind[0] == "list":
        return f"list of {_type_name(kind[1])}"
    return "{" + ", ".join(name for name, _ in kind[1]) + "}"


def _list_page(schema: Schema, found: ValueList) -> str:
    lines = [f"# {found.title} (`{found.name}`)", "", found.description, ""]
    if found.facts.get("ordered-by"):
        lines += [f"Ordered by {found.facts['ordered-by']}.", ""]
    lines += _value_rows(found)
    for value in found.values:
        modes = schema.lists.get(value.facts.get("modes", ""))
        if modes:
            lines += ["", f"## Modes of {value.const}", "", *_value_rows(modes)]
    return "\n".join([*lines, ""])


def _value_rows(found: ValueList) -> list[str]:
    names = [
        name for name in _fact_names(found) if name not in ("modes", "cameo-roots", "cameo", "plover", "quad")
    ]
    head = ["value", "title", "definition", *(name.replace("-", " ") for name in names)]
    example = any(value.examples for value in found.values)
    head += ["example"] if example else []
    rows = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    for value in found.values:
        cells = [
            f"`{value.const}`",
            value.title,
            value.description,
            *(str(value.facts.get(name, "")) for name in names),
        ]
        cells += [", ".join(f"“{text}”" for text in value.examples)] if example else []
        rows.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return rows


def _fact_names(found: ValueList) -> list[str]:
    return list(dict.fromkeys(name for value in found.values for name in value.facts))


def _plover_page(schema: Schema) -> str:
    types, roots = schema.values("event_type"), schema.values("cameo_root")
    lines = [
        "# PLOVER, CAMEO, quad classes and scores",
        "",
        f"PLOVER scores: {types.facts['score-table']}. Goldstein scores: {roots.facts['score-table']}.",
        "A code or score that type and mode do not decide is left empty. Scores are given only to exportable actions.",
        "",
        "| type | mode | quad | PLOVER score | CAMEO code |",
        "|---|---|---:|---:|---|",
    ]
    for value in types.values:
        lines.append(_plover_row(value, None))
        modes = schema.modes(value.const)
        lines += [_plover_row(value, mode) for mode in (modes.values if modes else ())]
    lines += [
        "",
        "## From CAMEO",
        "",
        "| root | name | PLOVER | quad (ICEWS) | quad (Phoenix) | Goldstein |",
        "|---|---|---|---:|---:|---:|",
    ]
    for root in roots.values:
        plover = [value.const for value in types.values if root.const in value.facts.get("cameo-roots", [])]
        facts = [str(root.facts[name]) for name in ("quad-icews", "quad-phoenix", "goldstein")]
        lines.append(f"| {' | '.join([root.const, root.title, ' or '.join(plover) or '–', *facts])} |")
    lines += ["", "## Rulings", "", "Where PLOVER's own files disagree, this is what we do.", ""]
    lines += ["| conflict | ruling |", "|---|---|"]
    lines += [
        f"| {_cell(one['conflict'])} | {_cell(one['ruling'])} |" for one in types.facts.get("rulings", [])
    ]
    return "\n".join([*lines, ""])


def _plover_row(value: Value, mode: Value | None) -> str:
    facts = mode.facts if mode else value.facts
    score = facts.get("plover")
    cells = [
        value.const,
        mode.const if mode else "",
        value.facts.get("quad", ""),
        "" if score is None else score,
        facts.get("cameo", ""),
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
