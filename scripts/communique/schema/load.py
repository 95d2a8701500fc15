"""Compile a schema folder: resolve references, collect value lists, refuse what contradicts itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from communique.errors import SchemaError
from communique.schema.arrow import arrow_type
from communique.schema.files import SUFFIX, pointer, read_schema_files
from communique.schema.model import VALUES, Column, Schema, Table, Value, ValueList, is_nullable

_SHARED = f"common{SUFFIX}"
_VALUES = f"values{SUFFIX}"

Files = dict[str, dict[str, Any]]


def load_schema(folder: Path) -> Schema:
    """The schema in `folder` (`annotations/schema` of a project).

    Raises SchemaError with file and JSON pointer when a reference is unknown or circular, a value is
    listed twice, a column has a type that Arrow cannot hold, an optional column has no value to
    default to, or a key, reference or mode list names what does not exist.
    """
    files = read_schema_files(folder)
    lists = _value_lists(files, folder)
    tables = {}
    for name, raw in files.items():
        if name in (_SHARED, _VALUES):
            continue
        table = _table(name, raw, files, folder)
        tables[table.name] = table
    _check_references(tables, folder)
    shared = {
        key: _resolve(node, _SHARED, ("$defs", key), files, folder, ())
        for key, node in files.get(_SHARED, {}).get("$defs", {}).items()
    }
    return Schema(folder, _in_order(tables), lists, shared)


def _in_order(tables: dict[str, Table]) -> dict[str, Table]:
    """Tables that others refer to come first: articles, actors, mentions, statements, events, actions …"""
    order = ("articles", "actors", "mentions", "statements", "actions", "events", "event_links", "claims")
    known = [name for name in order if name in tables]
    return {name: tables[name] for name in [*known, *sorted(set(tables) - set(known))]}


def _value_lists(files: Files, folder: Path) -> dict[str, ValueList]:
    lists = {}
    for key, node in files.get(_VALUES, {}).get("$defs", {}).items():
        at = ("$defs", key)
        seen: set[str] = set()
        values = []
        for index, option in enumerate(node.get("oneOf", [])):
            here = pointer(*at, "oneOf", index)
            const = option.get("const")
            if not isinstance(const, str) or not option.get("title") or not option.get("description"):
                raise SchemaError(
                    "A value needs const (a string), title and description.",
                    file=folder / _VALUES,
                    field=here,
                    found=str(option),
                )
            if const in seen:
                raise SchemaError(f"The value '{const}' is listed twice.", file=folder / _VALUES, field=here)
            seen.add(const)
            facts = {name[2:]: fact for name, fact in option.items() if name.startswith("x-")}
            if "modes" in facts:
                facts["modes"] = _mode_list(facts["modes"], files, folder, here)
            values.append(
                Value(const, option["title"], option["description"], tuple(option.get("examples", ())), facts)
            )
        if not values:
            raise SchemaError("A value list without values.", file=folder / _VALUES, field=pointer(*at))
        facts = {name[2:]: fact for name, fact in node.items() if name.startswith("x-")}
        lists[key] = ValueList(key, node.get("title", key), node.get("description", ""), tuple(values), facts)
    return lists


def _mode_list(ref: str, files: Files, folder: Path, here: str) -> str:
    name = ref.rpartition("/")[2]
    if ref != f"#/$defs/{name}" or name not in files[_VALUES]["$defs"]:
        raise SchemaError(f"x-modes names no value list: '{ref}'.", file=folder / _VALUES, field=here)
    return name


def _table(file: str, raw: dict[str, Any], files: Files, folder: Path) -> Table:
    path = folder / file
    required = set(raw.get("required", []))
    columns = []
    for name, node in raw.get("properties", {}).items():
        at = ("properties", name)
        resolved = _resolve(node, file, at, files, folder, ())
        column = Column(name, resolved, name in required)
        _check_column(column, path, at)
        columns.append(column)
    names = {column.name for column in columns}
    for keyword, listed in (("required", required), ("x-key", raw.get("x-key", []))):
        for name in listed:
            if name not in names:
                raise SchemaError(
                    f"{keyword} names the unknown column '{name}'.", file=path, field=pointer(keyword)
                )
    if not columns or not raw.get("x-key"):
        raise SchemaError("A table needs properties and x-key.", file=path, field="/")
    return Table(
        file.removesuffix(SUFFIX),
        raw.get("title", file),
        raw.get("description", ""),
        tuple(raw["x-key"]),
        tuple(columns),
        raw,
    )


def _check_column(column: Column, path: Path, at: tuple[str, ...]) -> None:
    arrow_type(column.json, path, at)
    if not column.required and not column.derived:
        if "default" not in column.json and is_nullable(column.json):
            column.json["default"] = None
        if "default" not in column.json:
            raise SchemaError(
                "An optional column needs a value for the records that leave it out.",
                file=path,
                field=pointer(*at),
                mend="list it under required, give it a default, or let it be null",
            )
    if "default" in column.json:
        from jsonschema import Draft202012Validator

        for error in Draft202012Validator(column.json).iter_errors(column.json["default"]):
            raise SchemaError(
                f"The default is not valid: {error.message}", file=path, field=pointer(*at, "default")
            )


def _check_references(tables: dict[str, Table], folder: Path) -> None:
    for table in tables.values():
        for column in table.columns:
            target, _, name = (column.references or "").partition(".")
            if column.references and (target not in tables or name not in tables[target].by_name):
                raise SchemaError(
                    f"x-references names no column: '{column.references}'.",
                    file=folder / f"{table.name}{SUFFIX}",
                    field=pointer("properties", column.name),
                )


def _resolve(
    node: dict[str, Any],
    file: str,
    at: tuple[str | int, ...],
    files: Files,
    folder: Path,
    trail: tuple[str, ...],
) -> dict[str, Any]:
    """A copy of `node` without references; what stands beside a reference overrides what it refers to."""
    out = {key: value for key, value in node.items() if key != "$ref"}
    if "$ref" in node:
        target_file, _, fragment = str(node["$ref"]).partition("#")
        target_file = target_file or file
        full = f"{target_file}#{fragment}"
        if full in trail:
            raise SchemaError(
                f"The reference runs in a circle: {full}", file=folder / file, field=pointer(*at, "$ref")
            )
        target = _look_up(files, target_file, fragment)
        if target is None:
            raise SchemaError(
                f"Unknown reference '{node['$ref']}'.", file=folder / file, field=pointer(*at, "$ref")
            )
        parts = tuple(fragment.strip("/").split("/"))
        base = _resolve(target, target_file, parts, files, folder, (*trail, full))
        if target_file == _VALUES:
            base[VALUES] = parts[-1]
        out = {**base, **out}
    for keyword in ("properties", "$defs"):
        if keyword in out:
            out[keyword] = {
                name: _resolve(child, file, (*at, keyword, name), files, folder, trail)
                for name, child in out[keyword].items()
            }
    for keyword in ("oneOf", "anyOf"):
        if keyword in out and "$ref" not in node:
            out[keyword] = [
                _resolve(child, file, (*at, keyword, index), files, folder, trail)
                for index, child in enumerate(out[keyword])
            ]
    if "items" in out and ("$ref" not in node or "items" in node):
        out["items"] = _resolve(out["items"], file, (*at, "items"), files, folder, trail)
    return out


def _look_up(files: Files, file: str, fragment: str) -> dict[str, Any] | None:
    found: Any = files.get(file)
    for part in fragment.strip("/").split("/") if fragment.strip("/") else []:
        name = part.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None
