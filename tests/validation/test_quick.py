"""The quick verdict on JSON records says "valid" only of what jsonschema calls valid and a column can hold."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from sound import REPOSITORY, gold_a, gold_b
from test_fuzz import mangle

from communique.annotation.files import annotation_tables, fill
from communique.schema import load_schema
from communique.validation.frames import unstorable
from communique.validation.level1 import lists_as_enums, validator
from communique.validation.quick import surely_valid

SCHEMA = load_schema(REPOSITORY / "annotations" / "schema")


def records(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    filled = {"article_id": data["article_id"], "provenance": data["provenance"]}
    return [
        (table.name, fill(table, record, filled))
        for table in annotation_tables(SCHEMA)
        for record in data.get(table.name, [])
    ]


def test_sound_records_are_recognised() -> None:
    for name, record in [*records(gold_a()), *records(gold_b())]:
        assert surely_valid(lists_as_enums(SCHEMA.table(name).stored_schema))(record), (name, record)


@pytest.mark.parametrize("seed", range(3))
def test_no_invalid_record_is_called_valid(seed: int) -> None:
    rng = random.Random(seed)
    tables = {name for name, _ in records(gold_a())}
    quick = {name: surely_valid(lists_as_enums(SCHEMA.table(name).stored_schema)) for name in tables}
    oracle = {name: validator(SCHEMA.table(name).stored_schema) for name in tables}
    called = 0
    for _ in range(10):
        # The records share one provenance, which is that of all tests.
        for name, sound in records(gold_a()):
            record = copy.deepcopy(sound)
            mangle(record, rng)
            if quick[name](record):
                called += 1
                assert unstorable(record) is None
                assert oracle[name].is_valid(record), record
    assert called


def test_what_it_cannot_judge_it_leaves_to_jsonschema() -> None:
    for node in ({}, {"type": "object"}, {"not": {}}, {"type": "integer", "multipleOf": 2}, {"const": 1}):
        assert not surely_valid(node)({})
        assert not surely_valid(node)(2)
    assert not surely_valid({"type": "string", "pattern": "^a$"})("a\ud800")
    assert not surely_valid({"type": "number"})(float("nan"))
    assert not surely_valid({"type": "integer"})(True)
