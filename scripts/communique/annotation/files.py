"""Annotation files: one JSON file an article, one JSON line an actor of the registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from communique.annotation.model import Annotation, Record
from communique.annotation.order import in_order
from communique.errors import CommuniqueError
from communique.files import text_lines, write_atomically
from communique.schema import Schema, Table

_flat = json.JSONEncoder(ensure_ascii=False).encode
_quoted = json.encoder.encode_basestring
_HEADER = ("article_id", "text_sha256", "provenance", "remarks")


class AnnotationError(CommuniqueError):
    """An annotation file cannot be read as one, or contradicts its article."""


def annotation_tables(schema: Schema) -> list[Table]:
    """The tables whose records an annotation file holds: all but the articles and the views."""
    return [table for name, table in schema.tables.items() if name != "articles" and not table.is_view]


def load_annotation(path: Path, schema: Schema) -> Annotation:
    """The annotation in `path`, with the columns that its records leave out filled in.

    Only the form of the file is checked here, so that a faulty record can still be loaded, shown and
    reported by validation. Raises AnnotationError when the file is not JSON, lacks a header field, has
    an unknown section, or a section is not a list of objects.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise AnnotationError(
            f"Not a JSON file: {error}", file=path, mend="restore it from git, or mend the JSON"
        ) from None
    return parse_annotation(data, schema, path)


def parse_annotation(data: Any, schema: Schema, path: Path | str) -> Annotation:
    """As load_annotation, from the parsed JSON; `path` is named in errors."""
    if not isinstance(data, dict):
        raise AnnotationError(
            "An annotation file holds one JSON object.", file=path, found=type(data).__name__
        )
    tables = annotation_tables(schema)
    for name, kind in (("article_id", str), ("text_sha256", str), ("provenance", dict)):
        if not isinstance(data.get(name), kind):
            raise AnnotationError(
                f"The file lacks '{name}' or has it in another form.",
                file=path,
                field=name,
                expected="an object" if kind is dict else "a string",
                found=repr(data.get(name)),
            )
    unknown = set(data) - set(_HEADER) - {table.name for table in tables}
    if unknown:
        raise AnnotationError(
            "Unknown section.",
            file=path,
            found=", ".join(sorted(unknown)),
            expected=", ".join([*_HEADER, *(t.name for t in tables)]),
        )
    annotation = Annotation(data["article_id"], data["text_sha256"], data["provenance"], data.get("remarks"))
    for table in tables:
        section = data.get(table.name, [])
        if not isinstance(section, list) or not all(isinstance(record, dict) for record in section):
            raise AnnotationError("A section is a list of objects.", file=path, field=table.name)
        filled = {"article_id": annotation.article_id, "provenance": annotation.provenance}
        annotation.tables[table.name] = [fill(table, record, filled) for record in section]
    return annotation


def fill(table: Table, record: Record, filled: Record) -> Record:
    """`record` with every stored column in schema order: its own, else the file's, else the default.

    A required column that is missing stays missing and an unknown one stays, for validation to report.
    """
    whole: Record = {}
    for name, from_file, required, default in table.filling:
        if name in record:
            whole[name] = record[name]
        elif name in filled and (from_file or (name == "article_id" and not required)):
            whole[name] = filled[name]
        elif not required:
            whole[name] = deepcopy(default) if isinstance(default, list | dict) else default
    return whole | {name: value for name, value in record.items() if name not in whole}


def annotation_json(annotation: Annotation, schema: Schema) -> dict[str, Any]:
    """The annotation as its file holds it: canonical order, what goes without saying left out."""
    data: dict[str, Any] = {
        "article_id": annotation.article_id,
        "text_sha256": annotation.text_sha256,
        "provenance": annotation.provenance,
    }
    if annotation.remarks is not None:
        data["remarks"] = annotation.remarks
    filled = {"article_id": annotation.article_id, "provenance": annotation.provenance}
    for table in annotation_tables(schema):
        bare = fill(table, {}, filled)
        records = in_order(table, annotation.tables.get(table.name, []))
        data[table.name] = [_without(bare, record) for record in records]
    return data


def trim(table: Table, record: Record, filled: Record) -> Record:
    """The inverse of fill: leaves out what fill puts back."""
    return _without(fill(table, {}, filled), record)


def _without(bare: Record, record: Record) -> Record:
    return {
        name: value
        for name, value in record.items()
        if name not in bare or value != bare[name] or type(value) is not type(bare[name])
    }


def save_annotation(annotation: Annotation, path: Path, schema: Schema) -> None:
    """Write the annotation file at `path`; it appears whole or not at all."""
    write_atomically(path, dump_json(annotation_json(annotation, schema)))


def load_gold(folder: Path, schema: Schema) -> Iterator[tuple[Path, Annotation]]:
    """The annotation files of a folder in the order of their names."""
    for path in sorted(folder.glob("*.json")):
        yield path, load_annotation(path, schema)


def load_actors(path: Path, schema: Schema) -> list[Record]:
    """The actor registry: one JSON object a line. A missing file is an empty registry."""
    if not path.exists():
        return []
    actors = []
    for number, line in enumerate(text_lines(path), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise AnnotationError(f"Not valid JSON: {error}", file=path, record=f"line {number}") from None
        if not isinstance(record, dict):
            raise AnnotationError(
                "A line of the registry is one object.", file=path, record=f"line {number}", found=line[:60]
            )
        actors.append(fill(schema.table("actors"), record, {}))
    return actors


def save_actors(actors: list[Record], path: Path, schema: Schema) -> None:
    """Write the registry sorted by id, one actor a line."""
    table = schema.table("actors")
    lines = [json.dumps(trim(table, actor, {}), ensure_ascii=False) for actor in in_order(table, actors)]
    write_atomically(path, "".join(line + "\n" for line in lines))


def dump_json(data: Any) -> str:
    """Indented JSON with short objects and lists on one line, so that a span is one line of a diff."""
    return _dump(data, 0) + "\n"


def _dump(node: Any, depth: int, width: int = 110) -> str:
    if isinstance(node, str):
        return _quoted(node)
    if not isinstance(node, dict | list) or not node:
        return _flat(node)
    if depth >= 2:
        flat = _flat(node)
        if len(flat) + 2 * depth <= width:
            return flat
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(node, dict):
        items = [f"{pad}{_key(key)}: {_dump(value, depth + 1, width)}" for key, value in node.items()]
        return "{\n" + ",\n".join(items) + "\n" + end + "}"
    return "[\n" + ",\n".join(pad + _dump(item, depth + 1, width) for item in node) + "\n" + end + "]"


def _key(key: Any) -> str:
    return _quoted(key) if isinstance(key, str) else json.dumps(key, ensure_ascii=False)
