"""Read the schema files of a project, strictly: what is wrong is refused with file and JSON pointer."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from communique.errors import SchemaError

SUFFIX = ".schema.json"

# The keywords that every engine of the package understands alike. Anything else is refused, since a
# keyword that one engine ignores would make two verdicts out of one schema.
KEYWORDS = frozenset(
    {
        "$schema", "$id", "$ref", "$defs", "$comment", "title", "description", "default", "examples",
        "type", "enum", "const", "oneOf", "anyOf", "properties", "required", "additionalProperties",
        "items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "format",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    }
)  # fmt: skip
FORMATS = frozenset({"date"})
_MAPS = ("properties", "$defs")
_LISTS = ("oneOf", "anyOf")


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901) to a place in a schema file."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def read_schema_files(folder: Path) -> dict[str, dict[str, Any]]:
    """All `*.schema.json` files of `folder` by file name, each checked for form.

    Raises SchemaError on invalid JSON, a repeated key, an unknown keyword or format, or a pattern that
    does not compile.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        raise SchemaError("No schema files here.", file=folder, expected=f"files named TABLE{SUFFIX}")
    return {path.name: _read(path) for path in paths}


def _read(path: Path) -> dict[str, Any]:
    def no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        repeated = {name for name in names if names.count(name) > 1}
        if repeated:
            raise SchemaError(
                "A name is written twice in one object.", file=path, found=", ".join(sorted(repeated))
            )
        return dict(pairs)

    try:
        data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=no_repeats)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"Not valid JSON: {error}", file=path) from None
    if not isinstance(data, dict):
        raise SchemaError("A schema file holds one JSON object.", file=path, found=type(data).__name__)
    _check_form(data, path, ())
    return data


def _check_form(node: Any, path: Path, at: tuple[str | int, ...]) -> None:
    if not isinstance(node, dict):
        raise SchemaError("A schema is an object.", file=path, field=pointer(*at), found=repr(node))
    for keyword in node:
        if keyword not in KEYWORDS and not keyword.startswith("x-"):
            raise SchemaError(
                f"The keyword '{keyword}' is not supported.",
                file=path,
                field=pointer(*at, keyword),
                expected="a keyword that can be compiled to column checks: " + ", ".join(sorted(KEYWORDS)),
                mend="say it with a supported keyword, or put an annotation under a name that begins with x-",
            )
    if "format" in node and node["format"] not in FORMATS:
        raise SchemaError(
            "This format is not supported.",
            file=path,
            field=pointer(*at, "format"),
            expected=" or ".join(FORMATS),
            found=repr(node["format"]),
            mend="use a pattern",
        )
    if "pattern" in node:
        try:
            re.compile(node["pattern"])
        except (re.error, TypeError) as error:
            raise SchemaError(
                f"The pattern does not compile: {error}", file=path, field=pointer(*at, "pattern")
            ) from None
    for keyword in _MAPS:
        for name, child in node.get(keyword, {}).items():
            _check_form(child, path, (*at, keyword, name))
    for keyword in _LISTS:
        for index, child in enumerate(node.get(keyword, [])):
            _check_form(child, path, (*at, keyword, index))
    if "items" in node:
        _check_form(node["items"], path, (*at, "items"))
    if node.get("additionalProperties", False) is not False:
        raise SchemaError(
            "Open objects have no column type.",
            file=path,
            field=pointer(*at, "additionalProperties"),
            expected="false, or the keyword left out",
            mend="list the properties, or hold the object as JSON text with x-arrow: json",
        )
