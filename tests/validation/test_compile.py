"""One meaning, two engines: the compiled column checks give jsonschema's verdict on every record."""

from __future__ import annotations

import datetime
import json
import math
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sound import REPOSITORY, read, write

from communique.errors import SchemaError
from communique.schema import load_schema
from communique.schema.arrow import arrow_type
from communique.validation.compile import valid
from communique.validation.frames import polars_type
from communique.validation.regex import to_rust
from communique.validation.whole import Whole

Node = dict[str, Any]
SETTINGS = settings(max_examples=120, suppress_health_check=list(HealthCheck))


def verdicts(node: Node, values: list[Any]) -> list[bool]:
    """The compiled verdict on each value of a column."""
    column = pl.Series("x", values, dtype=polars_type(arrow_type(node)), strict=True)
    return column.to_frame().select(valid(node, pl.col("x"))).to_series().to_list()


def oracle(node: Node, values: list[Any]) -> list[bool]:
    """A plain loop over jsonschema. Dates of a column are text in JSON."""
    judge = Draft202012Validator(node, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [
        judge.is_valid(value.isoformat() if isinstance(value, datetime.date) else value) for value in values
    ]


def assert_same(node: Node, values: list[Any]) -> None:
    found, expected = verdicts(node, values), oracle(node, values)
    column = pl.Series("x", values, dtype=polars_type(arrow_type(node)), strict=True).to_frame()
    quick = not Whole({"x": node}).faulty(column)
    assert quick == all(found), (quick, found, values)
    assert found == expected, [
        (value, f, e) for value, f, e in zip(values, found, expected, strict=True) if f != e
    ]


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    st.sampled_from(
        [
            "",
            "RUS",
            "RUS\n",
            "rus",
            "٣٣",
            "2024-1-5",
            "a b",
            "Q1",
            "Q٣",
            "é",
            "e\u0301",
            "\n",
            "ab\ncd",
            "🕊",
            "x" * 9,
        ]
    ),
)
PATTERNS = st.sampled_from(
    [
        "^[A-Z]{3}$",
        "^Q[1-9][0-9]*$",
        r"^\d+$",
        r"\d{2}",
        "^[a-z]{2}$",
        "a|b",
        "^(ab)?c*$",
        r"^[^\]\\]+$",
        r"[\w-]+",
        r"\s",
        r"\bx\b",
        "^x{2,3}$",
        "^.$",
        ".",
        "^$",
        "$",
        "[0-9]+$",
        r"\.$",
        "[-a]",
        "[a-]",
        "[&~[]",
        r"[\d.]",
        "^[0-9a-f]{4}$",
        "(?i)ru",
        "(?=R)R",
        r"(a)\1",
        "^[^a]*$",
        r"\AR",
        r"S\Z",
        "é",
        "[à-ü]",
        "^(?:a|RUS)$",
        r"^\S+$",
        r"\D",
        "^[A-Za-z0-9][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)?$",
    ]
)


@SETTINGS
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=12))
@example("^[A-Z]{3}$", ["RUS\n", "RUS\n\n", "\nRUS", "RUS"])
@example(r"^\d+$", ["٣٣", "12\n", "१"])
def test_patterns_match_as_in_python(pattern: str, texts: list[str]) -> None:
    assert_same({"type": "string", "pattern": pattern}, texts)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.text("ab1 \\[](){}^$.*+?|-dwsbAZn,é\n", max_size=7),
    st.lists(st.text("ab1 \n-é.", max_size=5), min_size=1, max_size=8),
)
@example("$\n", ["\n"])
@example("(a$|b)\n", ["a\n"])
@example("a$|b", ["a\n", "b\n"])
def test_any_pattern_that_compiles_matches_as_in_python(pattern: str, texts: list[str]) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern)
        except re.error:
            assume(False)
        rust = to_rust(pattern)
    if rust is not None:
        found = pl.Series(texts).str.contains(rust).to_list()
        assert found == [compiled.search(text) is not None for text in texts], (pattern, rust)


def test_the_patterns_of_the_schema_are_compiled_and_not_left_to_python() -> None:
    for name in (REPOSITORY / "annotations" / "schema").glob("*.json"):
        for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', name.read_text(encoding="utf-8")):
            assert to_rust(json.loads(pattern)) is not None


@st.composite
def string_nodes(draw: st.DrawFn) -> Node:
    node: Node = {"type": draw(st.sampled_from(["string", ["string", "null"]]))}
    if draw(st.booleans()):
        node["minLength"] = draw(st.integers(0, 4))
    if draw(st.booleans()):
        node["maxLength"] = draw(st.integers(0, 6))
    if draw(st.booleans()):
        node["pattern"] = draw(PATTERNS)
    if draw(st.integers(0, 3)) == 0:
        node["enum"] = draw(st.lists(st.one_of(TEXTS, st.none()), min_size=1, max_size=4))
    if draw(st.integers(0, 5)) == 0:
        node["const"] = draw(TEXTS)
    return node


BOUNDS = st.one_of(
    st.integers(-5, 5),
    st.floats(-5, 5).map(lambda x: round(x, 1)),
    st.sampled_from([2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 1e30]),
)


@st.composite
def number_nodes(draw: st.DrawFn, kind: str) -> Node:
    node: Node = {"type": draw(st.sampled_from([kind, [kind, "null"]]))}
    for keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if draw(st.integers(0, 2)) == 0:
            node[keyword] = draw(BOUNDS)
    if draw(st.integers(0, 4)) == 0:
        node["enum"] = draw(
            st.lists(
                st.one_of(st.integers(-3, 3), st.just(1.0), st.none(), st.just("1")), min_size=1, max_size=4
            )
        )
    return node


def integers_for(node: Node) -> st.SearchStrategy[Any]:
    wide = arrow_type(node) == "int64"
    high = 2**63 - 1 if wide else 2**31 - 1
    return st.one_of(st.none(), st.integers(-6, 6), st.sampled_from([high, -high - 1, high - 1]))


@SETTINGS
@given(st.data())
def test_strings(data: st.DataObject) -> None:
    node = data.draw(string_nodes())
    assert_same(node, data.draw(st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=10)))


@SETTINGS
@given(st.data())
def test_integers(data: st.DataObject) -> None:
    node = data.draw(number_nodes("integer"))
    assert_same(node, data.draw(st.lists(integers_for(node), min_size=1, max_size=10)))


@SETTINGS
@given(st.data())
def test_numbers(data: st.DataObject) -> None:
    node = data.draw(number_nodes("number"))
    floats = st.one_of(
        st.none(), st.floats(-6, 6), st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 1e300])
    )
    assert_same(node, data.draw(st.lists(floats, min_size=1, max_size=10)))


@SETTINGS
@given(
    st.lists(st.one_of(st.none(), st.booleans()), min_size=1),
    st.sampled_from([{}, {"enum": [True]}, {"const": False}, {"enum": [1]}]),
)
def test_booleans(values: list[Any], more: Node) -> None:
    assert_same({"type": ["boolean", "null"], **more}, values)


@SETTINGS
@given(st.lists(st.one_of(st.none(), st.dates()), min_size=1))
def test_dates(values: list[Any]) -> None:
    for node in (
        {"type": "string", "format": "date"},
        {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
    ):
        assert_same(node, values)


@SETTINGS
@given(st.data())
def test_lists(data: st.DataObject) -> None:
    inner = data.draw(st.one_of(string_nodes(), number_nodes("integer")))
    node: Node = {"type": data.draw(st.sampled_from(["array", ["array", "null"]])), "items": inner}
    for keyword in ("minItems", "maxItems"):
        if data.draw(st.booleans()):
            node[keyword] = data.draw(st.integers(0, 3))
    if data.draw(st.booleans()):
        node["uniqueItems"] = data.draw(st.booleans())
    item = st.one_of(st.none(), TEXTS) if "string" in str(inner["type"]) else integers_for(inner)
    assert_same(
        node, data.draw(st.lists(st.one_of(st.none(), st.lists(item, max_size=4)), min_size=1, max_size=8))
    )


@SETTINGS
@given(st.data())
def test_objects_in_lists(data: st.DataObject) -> None:
    parts = {"a": data.draw(string_nodes()), "n": data.draw(number_nodes("integer"))}
    inner: Node = {
        "type": "object",
        "properties": parts,
        "required": ["a", "n"],
        "additionalProperties": False,
    }
    optional = {"anyOf": [inner, {"type": "null"}]}
    node = data.draw(
        st.sampled_from(
            [inner, optional, {"type": "array", "items": inner}, {"type": "array", "items": optional}]
        )
    )
    one = st.fixed_dictionaries({"a": st.one_of(st.none(), TEXTS), "n": integers_for(parts["n"])})
    values = (
        st.one_of(st.none(), one)
        if node in (inner, optional)
        else st.one_of(st.none(), st.lists(st.one_of(st.none(), one), max_size=3))
    )
    assert_same(node, data.draw(st.lists(values, min_size=1, max_size=8)))


@SETTINGS
@given(st.data())
def test_alternatives(data: st.DataObject) -> None:
    consts = [
        {"type": "string", "const": text} for text in data.draw(st.lists(TEXTS, min_size=1, max_size=4))
    ]
    options = data.draw(
        st.one_of(
            st.just(consts),
            st.lists(string_nodes().map(lambda node: {**node, "type": "string"}), min_size=1, max_size=3),
            st.tuples(st.just({"type": "string", "oneOf": consts}), st.just({"type": "null"})).map(list),
        )
    )
    keyword = data.draw(st.sampled_from(["anyOf", "oneOf"]))
    if keyword == "oneOf" and any(option.get("type") == "null" for option in options):
        keyword = "anyOf"
    nullable = any(option.get("type") == "null" for option in options)
    node: Node = {keyword: options} if nullable else {"type": "string", keyword: options}
    assert_same(node, data.draw(st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=10)))


def test_every_keyword_of_the_schema_room_is_compiled() -> None:
    from communique.schema.files import KEYWORDS
    from communique.validation.compile import _COMPILED, _PROSE

    assert set(KEYWORDS) <= _COMPILED | _PROSE | {"$ref"}


def test_a_keyword_that_cannot_be_compiled_is_refused_by_name() -> None:
    with pytest.raises(SchemaError, match="multipleOf"):
        verdicts({"type": "integer", "multipleOf": 2}, [1])


def test_a_schema_with_such_a_keyword_is_refused_when_it_is_loaded(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "schema"
    shutil.copytree(REPOSITORY / "annotations" / "schema", folder)
    schema = read(folder / "mentions.schema.json")
    schema["properties"]["start"]["multipleOf"] = 2
    write(folder / "mentions.schema.json", schema)
    with pytest.raises(SchemaError, match="multipleOf"):
        load_schema(folder)


@st.composite
def mangled(draw: st.DrawFn, rows: list[Node], node: Node) -> Node:
    """A sound row with some values replaced by others of the same Arrow type."""
    row = json.loads(json.dumps(draw(st.sampled_from(rows)), default=str))
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(sorted(row)))
        row[name] = draw(values_of(arrow_type(node["properties"][name])))
    return row


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, list) and kind[0] == "list":
        return st.one_of(st.none(), st.lists(values_of(kind[1]), max_size=3))
    if isinstance(kind, list):
        return st.one_of(
            st.none(), st.fixed_dictionaries({name: values_of(inner) for name, inner in kind[1]})
        )
    common = st.sampled_from(
        ["none", "direct", "RUS", "a.b", "a", "occurred", "military", "visit", "2021-12", "", "x\n", "0.1.0"]
    )
    known = {
        "string": st.one_of(TEXTS, common),
        "bool": st.booleans(),
        "int32": st.integers(-3, 2**31 - 1),
        "int64": st.integers(-3, 2**62),
        "float64": st.floats(-10, 10),
        "date32": st.dates().map(str),
    }
    return st.one_of(st.none(), known[kind])


@pytest.mark.slow
@pytest.mark.parametrize(
    "table", ["articles", "actors", "mentions", "statements", "actions", "events", "event_links", "claims"]
)
def test_records_of_our_own_schemas(table: str, sound_rows: Any) -> None:
    """Fuzzed rows of every table: the verdict of the loader's compiled checks is that of a plain loop."""
    spec = load_schema(REPOSITORY / "annotations" / "schema").table(table)
    rows = sound_rows[table]
    texts = [column.name for column in spec.columns if column.json.get("x-arrow") == "json"]
    compiled = pl.all_horizontal([valid(column.json, pl.col(column.name)) for column in spec.columns])
    judge = Draft202012Validator(spec.row_schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    kinds = {column.name: arrow_type(column.json) for column in spec.columns}

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.lists(mangled(rows, spec.row_schema), min_size=1, max_size=6))
    def check(records: list[Node]) -> None:
        for record in records:
            for name in texts:
                record[name] = {"a": 1} if record[name] is not None else None
        frame = pl.DataFrame(
            {
                name: pl.Series(
                    name,
                    [_stored(record[name], kind, name in texts) for record in records],
                    dtype=polars_type(kind),
                    strict=True,
                )
                for name, kind in kinds.items()
            }
        )
        found = frame.select(compiled).to_series().to_list()
        bad = Whole({one.name: one.json for one in spec.columns}).faulty(frame)
        assert bool(bad) != all(found)
        assert found == [judge.is_valid(record) for record in records]

    check()


def _stored(value: Any, kind: Any, text: bool) -> Any:
    if text and value is not None:
        return json.dumps(value)
    return datetime.date.fromisoformat(value) if kind == "date32" and value is not None else value
