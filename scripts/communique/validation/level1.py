"""L1, record schema: what jsonschema says of a record, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from communique.schema import Table
from communique.validation.finding import Finding
from communique.validation.registry import Check, declare

if TYPE_CHECKING:
    from jsonschema import ValidationError

_WHY = (
    "Every reader relies on the structure that the schema promises; a record that breaks it cannot be stored."
)

MISSING = declare(
    "L1/missing-field",
    "A required field is missing",
    why=_WHY,
    bad='{"mention_id": "a.m1", "start": 0, "end": 5, "text": "Putin"}  (no mention_type)',
    good='{"mention_id": "a.m1", "start": 0, "end": 5, "text": "Putin", "mention_type": "NAM"}',
    mend="add the field; the codebook page of the table says what belongs there",
)
UNKNOWN_FIELD = declare(
    "L1/unknown-field",
    "A field that the schema does not have",
    why="A field that nobody reads is lost at build.",
    bad='{"mention_id": "a.m1", …, "colour": "red"}',
    good="a field of the schema",
    mend="remove the field, correct its spelling, or add it to the table's schema file",
)
DERIVED_FIELD = declare(
    "L1/derived-field-stored",
    "A derived value was entered by hand (rule R12)",
    why="Scores, depth and asserter follow from the record; a copy entered by hand goes stale.",
    bad='an action with "goldstein": -7.2',
    good="the same action without it",
    mend="remove the field: it is computed at build",
)
TYPE = declare(
    "L1/wrong-type",
    "A value of the wrong type",
    why=_WHY,
    bad='"start": "12"',
    good='"start": 12',
    mend="give a value of the expected type",
)
NULL = declare(
    "L1/null-not-allowed",
    "Null where a value is needed",
    why="A missing value here has no meaning that a reader could use.",
    bad='"status": null',
    good='"status": "occurred"',
    mend="give a value, or leave the field out where it has a default",
)
VALUE = declare(
    "L1/unknown-value",
    "A value that the value list does not have",
    why="Only listed values have a definition; anything else cannot be counted or compared.",
    bad='"status": "happened"',
    good='"status": "occurred"',
    mend="use a value of the list, or add the value with title and definition to values.schema.json",
)
PATTERN = declare(
    "L1/pattern",
    "Text that does not have the form asked for",
    why="Ids, digests and codes are matched by their exact form.",
    bad='"country_iso3": "Russia"',
    good='"country_iso3": "RUS"',
    mend="write the value in the form that the pattern describes",
)
FORMAT = declare(
    "L1/date-form",
    "Not a date",
    why="Dates are stored as days; what is no date cannot be.",
    bad='"published_on": "2021-2-30"',
    good='"published_on": "2021-02-28"',
    mend="write an existing day as YYYY-MM-DD",
)
SHORT = declare(
    "L1/too-short",
    "Fewer characters or items than allowed",
    why="The schema asks for at least so many because none is a fault.",
    bad='"cue_spans": []',
    good='"cue_spans": [{"start": 6, "end": 10, "text": "said"}]',
    mend="give the missing content",
)
LONG = declare(
    "L1/too-long",
    "More characters or items than allowed",
    why="Longer values break file names and readers.",
    bad="an article id of 300 characters",
    good="an id of at most 120 characters",
    mend="shorten the value",
)
RANGE = declare(
    "L1/out-of-range",
    "A number outside its bounds",
    why="Offsets are never negative, confidences never above one.",
    bad='"start": -1',
    good='"start": 0',
    mend="correct the number",
)
REPEATED = declare(
    "L1/repeated-item",
    "The same item twice in a set",
    why="A repeated item would be counted twice.",
    bad='"contexts": ["military", "military"]',
    good='"contexts": ["military"]',
    mend="remove the repetition",
)
ALTERNATIVE = declare(
    "L1/no-alternative",
    "A value that fits none of the alternatives, or too many",
    why=_WHY,
    bad="an object where a list of spans or null is expected",
    good="one of the alternatives",
    mend="give a value that fits exactly one alternative",
)
UNSTORABLE = declare(
    "L1/unstorable",
    "A value that no column can hold",
    why="Lone surrogates are no characters and numbers beyond 64 bits fit no column: the build would fail or change them.",
    bad='"note": "\\ud800"',
    good='"note": "–"',
    mend="replace the value",
)
COLUMN_ABSENT = declare(
    "L1/column-absent",
    "A table without one of its columns",
    why="Readers that select the column fail.",
    bad="statements without the column cue_spans",
    good="all columns of the schema",
    mend="build the corpus again",
)
COLUMN_UNKNOWN = declare(
    "L1/column-unknown",
    "A table with a column that the schema does not have",
    why="The file was built under another schema, or edited by hand.",
    bad="statements with a column colour",
    good="the columns of the schema",
    mend="add the column to the table's schema file, or build the corpus again",
)
COLUMN_TYPE = declare(
    "L1/column-type",
    "A column of another type",
    why="The shards of one table must have one type to be read together.",
    bad="mentions.start as int64 text",
    good="mentions.start as int32",
    mend="build the corpus again",
)

#: Keywords that say nothing about validity, beside those that begin with x-.
_PROSE = frozenset({"title", "description", "examples", "default", "$comment"})

_BY_KEYWORD = {
    "type": TYPE, "enum": VALUE, "const": VALUE, "pattern": PATTERN, "format": FORMAT,
    "minLength": SHORT, "minItems": SHORT, "maxLength": LONG, "maxItems": LONG,
    "minimum": RANGE, "maximum": RANGE, "exclusiveMinimum": RANGE, "exclusiveMaximum": RANGE,
    "uniqueItems": REPEATED, "anyOf": ALTERNATIVE, "oneOf": ALTERNATIVE,
}  # fmt: skip


def validator(schema: dict[str, Any]) -> Any:
    """A jsonschema validator of a resolved schema, formats checked. The oracle of the compiled checks."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(lists_as_enums(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


def lists_as_enums(node: Any) -> Any:
    """The same schema with value lists as `enum`, which jsonschema judges many times faster than `oneOf`."""
    if isinstance(node, list):
        return [lists_as_enums(item) for item in node]
    if not isinstance(node, dict):
        return node
    options = node.get("oneOf")
    if isinstance(options, list) and "enum" not in node:
        consts = [
            option.get("const")
            for option in options
            if isinstance(option, dict)
            and {key for key in option if key not in _PROSE and not key.startswith("x-")} == {"const"}
        ]
        if (
            len(consts) == len(options)
            and len(set(map(repr, consts))) == len(consts)
            and all(isinstance(one, str) for one in consts)
        ):
            node = {key: value for key, value in node.items() if key != "oneOf"} | {"enum": consts}
    return {
        key: lists_as_enums(value) if key not in ("enum", "const", "default", "examples") else value
        for key, value in node.items()
    }


def explain(errors: Iterator[ValidationError], shape: Table | None = None, **place: Any) -> Iterator[Finding]:
    """jsonschema's errors of one record as findings, one for each fault."""
    said: set[tuple[Any, ...]] = set()
    # A value of the wrong type is not of the list either: the type alone is said.
    for error in sorted(errors, key=lambda one: one.validator != "type"):
        place_inside = tuple(error.absolute_path)
        if error.validator not in ("required", "additionalProperties"):
            if place_inside in said:
                continue
            said.add(place_inside)
        if error.validator in ("required", "additionalProperties"):
            yield from _names(error, shape, place)
        else:
            yield _finding(_deepest(error), place)


def _names(error: ValidationError, table: Table | None, place: dict[str, Any]) -> Iterator[Finding]:
    properties = error.schema.get("properties", {})
    if error.validator == "required":
        # jsonschema reports each missing name in an error of its own, naming it only in the message.
        wanted = [name for name in error.validator_value if name not in error.instance]
        names = [name for name in wanted if error.message.startswith(repr(name))]
    else:
        names = [name for name in error.instance if name not in properties]
    for name in names:
        at = path_of([*error.absolute_path, name])
        if error.validator == "required":
            yield MISSING.finding(
                f"'{name}' is missing.", field=at, expected=_wanted(properties.get(name, {})), **place
            )
            continue
        derived = (
            table is not None and not error.absolute_path and name in table.by_name and table[name].derived
        )
        check = DERIVED_FIELD if derived else UNKNOWN_FIELD
        said = "is derived and must not be stored" if derived else "is no field of the schema"
        yield check.finding(
            f"'{name}' {said}.",
            field=at,
            found=shown(error.instance[name]),
            expected=_closest(name, list(properties)),
            **place,
        )


def _finding(error: ValidationError, place: dict[str, Any]) -> Finding:
    check = _check(error)
    wanted = _wanted(error.schema)
    return check.finding(
        f"{shown(error.instance)} is not {wanted}." if wanted else f"{error.message}.",
        field=path_of(error.absolute_path),
        found=shown(error.instance),
        expected=wanted,
        **place,
    )


def _check(error: ValidationError) -> Check:
    if error.instance is None and error.validator in ("type", "enum", "const", "anyOf", "oneOf"):
        return NULL
    if error.validator in ("oneOf", "anyOf") and _consts(error.schema) is not None:
        return VALUE if isinstance(error.instance, str) else TYPE
    return _BY_KEYWORD.get(str(error.validator), ALTERNATIVE)


def _deepest(error: ValidationError) -> ValidationError:
    """The error inside the alternative that the value was meant for: the one that is not null."""
    while (
        error.validator == "anyOf"
        and _consts(error.schema) is None
        and error.context
        and error.instance is not None
    ):
        meant = [
            one for one in error.context if not (one.validator == "type" and one.validator_value == "null")
        ]
        if len({one.schema_path[0] for one in meant}) != 1:
            return error
        error = meant[0]
    return error


def _consts(schema: dict[str, Any]) -> list[Any] | None:
    """The values of a schema that lists values, else None; null and lists of lists count as well."""
    if "enum" in schema:
        return list(schema["enum"])
    if "const" in schema:
        return [schema["const"]]
    options = schema.get("oneOf") or schema.get("anyOf")
    if not options:
        return [] if schema.get("type") == "null" else None
    parts = [_consts(option) for option in options]
    return None if None in parts else [value for part in parts for value in part or []]


def _wanted(schema: dict[str, Any]) -> str:
    consts = _consts(schema)
    if consts:
        return "one of " + ", ".join(dict.fromkeys(str(value) for value in consts))
    if "pattern" in schema:
        return f"text of the form {schema['pattern']}"
    if schema.get("format") == "date":
        return "a date YYYY-MM-DD"
    bounds = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "more than",
        "exclusiveMaximum": "less than",
    }
    sizes = {"minItems": "at least {} items", "maxItems": "at most {} items",
             "minLength": "at least {} characters", "maxLength": "at most {} characters"}  # fmt: skip
    parts = (
        [str(schema["type"]).replace("[", "").replace("]", "").replace("'", "")] if "type" in schema else []
    )
    parts += [f"{words} {schema[name]}" for name, words in bounds.items() if name in schema]
    parts += [words.format(schema[name]) for name, words in sizes.items() if name in schema]
    parts += ["without repetition"] if schema.get("uniqueItems") else []
    if not parts and ("anyOf" in schema or "oneOf" in schema):
        parts = [" or ".join(_wanted(option) for option in schema.get("anyOf") or schema["oneOf"])]
    return ", ".join(parts)


def _closest(name: str, names: list[str]) -> str | None:
    import difflib

    near = difflib.get_close_matches(name, names, n=1)
    return f"'{near[0]}'?" if near else None


def path_of(parts: Any) -> str | None:
    """Path inside a record, parts separated by `/`."""
    return "/".join(str(part) for part in parts) or None


def shown(value: Any, limit: int = 120) -> str:
    """A value as a finding shows it, not longer than `limit` characters."""
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"
