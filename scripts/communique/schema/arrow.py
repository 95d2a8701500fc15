"""Arrow types from JSON Schema. One rule a type; whatever has no rule is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.errors import SchemaError
from communique.schema.files import pointer
from communique.schema.model import Table, core

if TYPE_CHECKING:
    import pyarrow as pa

_INT32 = 2**31 - 1


def arrow_type(
    node: dict[str, Any], file: Path | None = None, at: tuple[str | int, ...] = ()
) -> str | list[Any]:
    """The type as plain data, so that a schema can be checked without loading pyarrow.

    `"string"`, `"bool"`, `"int32"`, `"int64"`, `"float64"`, `"date32"`, `["list", item]` or
    `["struct", [[name, type], …]]`. An object under `x-arrow: json` is held as JSON text.
    Raises SchemaError for a type that Arrow cannot hold.
    """

    def refuse(why: str) -> SchemaError:
        return SchemaError(
            f"No Arrow type: {why}.",
            file=file,
            field=pointer(*at),
            expected="one of string, boolean, integer, number, array with items, object with properties; null beside it",
        )

    inner = core(node)
    kind = inner.get("type")
    if "anyOf" in inner or (kind is None and "oneOf" in inner):
        options = inner.get("anyOf") or inner["oneOf"]
        kinds = {str(arrow_type({"type": "string"} if "const" in one else one, file, at)) for one in options}
        if kinds != {"string"}:
            raise refuse("a union of different types")
        return "string"
    if isinstance(kind, list):
        raise refuse("a union of different types")
    if node.get("x-arrow") == "json" or kind == "string":
        return "date32" if inner.get("format") == "date" else "string"
    if kind == "boolean":
        return "bool"
    if kind == "number":
        return "float64"
    if kind == "integer":
        narrow = (
            abs(inner.get("minimum", _INT32 + 1)) <= _INT32
            and abs(inner.get("maximum", _INT32 + 1)) <= _INT32
        )
        return "int32" if narrow else "int64"
    if kind == "array":
        if "items" not in inner:
            raise refuse("an array without items")
        return ["list", arrow_type(inner["items"], file, (*at, "items"))]
    if kind == "object":
        if not inner.get("properties"):
            raise refuse("an object without properties")
        fields = inner["properties"].items()
        return [
            "struct",
            [[name, arrow_type(child, file, (*at, "properties", name))] for name, child in fields],
        ]
    raise refuse("no type" if kind is None else f"type '{kind}'")


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a built table, columns in schema order."""
    import pyarrow as pa

    def build(kind: str | list[Any]) -> pa.DataType:
        if isinstance(kind, str):
            return {
                "string": pa.string(), "bool": pa.bool_(), "int32": pa.int32(), "int64": pa.int64(),
                "float64": pa.float64(), "date32": pa.date32(),
            }[kind]  # fmt: skip
        if kind[0] == "list":
            return pa.list_(build(kind[1]))
        return pa.struct([pa.field(name, build(inner)) for name, inner in kind[1]])

    return pa.schema([pa.field(column.name, build(arrow_type(column.json))) for column in table.columns])
