"""Patterns that take no line break at an end: what they take, the pattern of the schema takes as well."""

from __future__ import annotations

import re
import warnings

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sound import REPOSITORY

from communique.schema import load_schema
from communique.validation.whole import unbroken


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.text("ab1 \\[](){}^$.*+?|-sZ\n", max_size=7).map(lambda body: f"^{body}$"),
    st.lists(st.text("ab1 \n-.$", max_size=4), min_size=1, max_size=8),
)
@example("^a|b$", ["a\n", "b\n", "b", "a"])
@example("^[^a]$", ["\n"])
@example(r"^\s$", ["\n", "\n\n"])
@example(r"^a\$", ["a$\n"])
@example("^(a$|b)$", ["a\n"])
@example("^[a\n]$", ["\n"])
def test_what_an_unbroken_pattern_takes_is_valid_and_ends_in_no_line_break(
    pattern: str, texts: list[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compiled = re.compile(pattern)
        except re.error:
            assume(False)
        # A field may itself be called pattern.
        node = {"type": "object", "properties": {"pattern": {"type": "string", "pattern": pattern}}}
        tight = unbroken(node)
        if tight is None:
            return
        strict = re.compile(tight["properties"]["pattern"]["pattern"])
    for text in texts:
        if strict.search(text):
            assert compiled.search(text)
            assert not text.endswith("\n")


def test_the_columns_of_the_schema_have_an_unbroken_form_and_lose_nothing_else() -> None:
    schema = load_schema(REPOSITORY / "annotations" / "schema")
    for table in schema.tables.values():
        for column in table.columns:
            tight = unbroken(column.json)
            assert tight is not None
            assert _without_patterns(tight) == _without_patterns(column.json)


def _without_patterns(node: object) -> object:
    if isinstance(node, dict):
        return {
            key: None if key == "pattern" and isinstance(part, str) else _without_patterns(part)
            for key, part in node.items()
        }
    return [_without_patterns(part) for part in node] if isinstance(node, list) else node
