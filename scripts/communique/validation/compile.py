"""JSON Schema to Polars: the verdict of jsonschema on every row, column by column.

Every compiler below returns an expression that is true where the value is valid, never null. It is applied to
an expression for the value, which is the column itself, a struct field, or an element inside `list.eval`. The
keywords are those that `communique.schema` admits; one that is not compiled here is refused by name.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from communique.errors import SchemaError
from communique.schema.arrow import arrow_type
from communique.schema.model import is_nullable
from communique.validation.frames import Kind
from communique.validation.regex import to_rust

if TYPE_CHECKING:
    import polars as pl

Node = dict[str, Any]

#: Says nothing about which values are valid.
_PROSE = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples"})
_COMPILED = frozenset(
    {
        "type",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    }
)


def valid(node: Node, value: pl.Expr, kind: Kind | None = None) -> pl.Expr:
    """True where `value`, of the Polars type of the schema, is valid against the resolved schema `node`.

    Raises SchemaError on a keyword that has no compiled form.
    """
    kind = arrow_type(node) if kind is None else kind
    sound = not_null(node, value, kind).fill_null(False)
    return (value.is_null() | sound) if null_is_valid(node) else (value.is_not_null() & sound)


def plain(node: Node, kind: Kind) -> Node | None:
    """The list or object that `node` describes apart from null, or None when it says something else."""
    inner = _single(node)
    said = {"anyOf", "oneOf", "enum", "const"} & set(inner)
    if not isinstance(kind, list) or said or inner.get("x-arrow") == "json":
        return None
    if "type" not in inner or not _admits(inner["type"], kind):
        return None
    _refuse_unknown(inner)
    return inner


def _single(node: Node) -> Node:
    """The one alternative of `anyOf: [X, null]`, when nothing else is said beside it."""
    options = node.get("anyOf")
    if not isinstance(options, list) or any(key in _COMPILED for key in node if key != "anyOf"):
        return node
    real = [option for option in options if option.get("type") != "null"]
    return real[0] if len(real) == 1 else node


def _refuse_unknown(node: Node) -> None:
    unknown = [
        keyword for keyword in node if keyword not in _COMPILED | _PROSE and not keyword.startswith("x-")
    ]
    if unknown:
        raise SchemaError(
            f"The keyword '{unknown[0]}' has no compiled form.",
            field=unknown[0],
            expected=", ".join(sorted(_COMPILED)),
            mend="say it with a supported keyword",
        )


def not_null(node: Node, value: pl.Expr, kind: Kind) -> pl.Expr:
    """The checks of a value that is not null. May be null where the value is."""
    import polars as pl

    _refuse_unknown(node)
    if node.get("x-arrow") == "json":
        return _json_text(node, value)
    parts: list[pl.Expr] = []
    if "type" in node and not _admits(node["type"], kind):
        return value.is_null()
    for keyword in ("anyOf", "oneOf"):
        if keyword in node:
            parts.append(_alternatives(node[keyword], value, kind, exactly_one=keyword == "oneOf"))
    if "enum" in node:
        parts.append(_among(node["enum"], value, kind))
    if "const" in node:
        parts.append(_among([node["const"]], value, kind))
    parts += _of_kind(node, value, kind)
    if not parts:
        return pl.lit(True)
    return pl.all_horizontal(parts) if len(parts) > 1 else parts[0]


def _of_kind(node: Node, value: pl.Expr, kind: Kind) -> list[pl.Expr]:
    if isinstance(kind, list):
        return _list(node, value, kind[1]) if kind[0] == "list" else _struct(node, value, dict(kind[1]))
    if kind == "string":
        return _string(node, value)
    return _number(node, value, kind) if kind in ("int32", "int64", "float64") else []


def _string(node: Node, value: pl.Expr) -> list[pl.Expr]:
    parts = []
    if "minLength" in node:
        # The number of bytes is at least that of characters and at most four times as much.
        parts.append(
            value.str.len_bytes() >= 1
            if node["minLength"] == 1
            else value.str.len_chars() >= node["minLength"]
        )
    if "maxLength" in node:
        few = value.str.len_bytes() <= node["maxLength"]
        parts.append(few | (value.str.len_chars() <= node["maxLength"]))
    if "pattern" in node:
        parts.append(matches(node["pattern"], value))
    return parts


def matches(pattern: str, value: pl.Expr) -> pl.Expr:
    """Whether `re.search(pattern, value)` finds something."""
    import polars as pl

    rust = to_rust(pattern)
    if rust is not None:
        return value.str.contains(rust)
    compiled = re.compile(pattern)

    def search(values: pl.Series) -> pl.Series:
        # Python's own engine, once for each different value.
        different = values.unique().drop_nulls()
        good = [text for text in different if compiled.search(text)]
        return values.is_in(good)

    return value.map_batches(search, return_dtype=pl.Boolean, is_elementwise=True)


def _number(node: Node, value: pl.Expr, kind: str) -> list[pl.Expr]:
    import polars as pl

    parts = []
    for keyword, method in (
        ("minimum", "ge"),
        ("maximum", "le"),
        ("exclusiveMinimum", "gt"),
        ("exclusiveMaximum", "lt"),
    ):
        if keyword in node:
            bound = node[keyword]
            if kind != "float64":
                parts.append(_integer_bound(value, method, bound))
                continue
            # In Python every comparison with NaN is false, so that no bound ever refuses it.
            within = getattr(value, method)(pl.lit(float(bound)))
            parts.append(within | value.is_nan())
    return parts


def _integer_bound(value: pl.Expr, method: str, bound: float) -> pl.Expr:
    """An integer against a bound that may be a fraction or lie beyond 64 bits, compared exactly."""
    import math

    import polars as pl

    if method in ("ge", "gt"):
        least = math.ceil(bound) if method == "ge" else math.floor(bound) + 1
        if least > 2**63 - 1:
            return value.is_null()
        return pl.lit(True) if least <= -(2**63) else value.cast(pl.Int64) >= least
    most = math.floor(bound) if method == "le" else math.ceil(bound) - 1
    if most < -(2**63):
        return value.is_null()
    return pl.lit(True) if most >= 2**63 - 1 else value.cast(pl.Int64) <= most


def list_checks(node: Node, value: pl.Expr) -> list[pl.Expr]:
    """The checks of a list but not of its items."""
    parts = []
    if "minItems" in node:
        parts.append(value.list.len() >= node["minItems"])
    if "maxItems" in node:
        parts.append(value.list.len() <= node["maxItems"])
    if node.get("uniqueItems"):
        parts.append(value.list.n_unique() == value.list.len())
    return parts


def _list(node: Node, value: pl.Expr, inner: Kind) -> list[pl.Expr]:
    import polars as pl

    parts = list_checks(node, value)
    if "items" in node:
        items = valid(node["items"], pl.element(), inner)
        parts.append(value.list.eval(items).list.all())
    return parts


def _struct(node: Node, value: pl.Expr, fields: dict[str, Kind]) -> list[pl.Expr]:
    # Every field of a struct is present: what is missing in JSON is null in Arrow.
    return [
        valid(child, value.struct.field(name), fields[name])
        for name, child in node.get("properties", {}).items()
    ]


def _alternatives(options: list[Node], value: pl.Expr, kind: Kind, *, exactly_one: bool) -> pl.Expr:
    import polars as pl

    real = [option for option in options if option.get("type") != "null"]
    listed = [_texts(option) for option in real]
    if kind == "string" and all(texts is not None for texts in listed):
        found = [text for texts in listed for text in texts or []]
        if not exactly_one or len(set(found)) == len(found):
            return value.is_in(list(dict.fromkeys(found)))
    valid_in = [_guarded(option, value, kind) for option in real]
    if exactly_one and len(real) != 1:
        verdict = pl.sum_horizontal([one.cast(pl.Int32) for one in valid_in]) == 1
    else:
        verdict = pl.any_horizontal(valid_in)
    return value.is_null() | verdict


def _texts(option: Node) -> list[str] | None:
    """The texts that an option admits, when it is a list of values and nothing else."""
    said = {key for key in option if key in _COMPILED}
    if (
        said <= {"const", "type"}
        and isinstance(option.get("const"), str)
        and option.get("type", "string") == "string"
    ):
        return [option["const"]]
    if said <= {"oneOf", "type"} and "oneOf" in option and option.get("type", "string") == "string":
        inner = [_texts(one) for one in option["oneOf"]]
        texts = [text for one in inner for text in one or []]
        return texts if None not in inner and len(set(texts)) == len(texts) else None
    return None


def _guarded(option: Node, value: pl.Expr, kind: Kind) -> pl.Expr:
    return not_null(option, value, kind).fill_null(False)


def _among(values: list[Any], value: pl.Expr, kind: Kind) -> pl.Expr:
    import polars as pl

    if kind == "string":
        return value.is_in([one for one in values if isinstance(one, str)])
    if kind == "bool":
        good = [one for one in values if isinstance(one, bool)]
        return value.is_in(good) if good else value.is_null()
    if kind in ("int32", "int64", "float64"):
        numbers = [one for one in values if isinstance(one, int | float) and not isinstance(one, bool)]
        if kind != "float64":
            numbers = [int(one) for one in numbers if float(one).is_integer() and -(2**63) <= one < 2**63]
            return value.cast(pl.Int64).is_in(numbers) if numbers else value.is_null()
        return value.is_in([float(one) for one in numbers]) if numbers else value.is_null()
    if kind == "date32":
        return value.dt.strftime("%Y-%m-%d").is_in([one for one in values if isinstance(one, str)])
    raise SchemaError("enum and const of lists and objects have no compiled form.", field="enum")


def _json_text(node: Node, value: pl.Expr) -> pl.Expr:
    """A column that holds JSON text: each different text is parsed and judged by jsonschema itself."""
    import polars as pl

    from communique.validation.level1 import validator

    judge = validator({key: part for key, part in node.items() if not key.startswith("x-")})

    def sound(text: str) -> bool:
        try:
            return bool(judge.is_valid(json.loads(text)))
        except ValueError:
            return False

    def search(values: pl.Series) -> pl.Series:
        good = [text for text in values.unique().drop_nulls() if sound(text)]
        return values.is_in(good)

    return value.map_batches(search, return_dtype=pl.Boolean, is_elementwise=True)


def _admits(declared: str | list[str], kind: Kind) -> bool:
    kinds = [declared] if isinstance(declared, str) else declared
    name = {
        "string": "string",
        "date32": "string",
        "bool": "boolean",
        "int32": "integer",
        "int64": "integer",
        "float64": "number",
        "list": "array",
        "struct": "object",
    }[kind if isinstance(kind, str) else kind[0]]
    return name in kinds or (name == "integer" and "number" in kinds)


def null_is_valid(node: Node) -> bool:
    """jsonschema's verdict on null."""
    if "type" in node and not is_nullable({"type": node["type"]}):
        return False
    if "enum" in node and None not in node["enum"]:
        return False
    if "const" in node and node["const"] is not None:
        return False
    if "anyOf" in node and not any(null_is_valid(option) for option in node["anyOf"]):
        return False
    return not ("oneOf" in node and sum(null_is_valid(option) for option in node["oneOf"]) != 1)
