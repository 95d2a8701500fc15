"""Export and back is the identity where the matrix says so, over generated annotations and hostile texts."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communique.exchange.format import WriteOptions
from communique.exchange.formats import get
from communique.schema import Schema

from . import generate
from .recover import RECOVER, key_of

#: Formats that keep every column of every table.
WHOLE = ("brat", "cas", "conllu", "jsonld")
#: Formats that keep every column, and for which an empty text and null are one.
FLAT = ("csv", "sqlite")


def expected(source: generate.MemorySource, schema: Schema) -> dict[str, dict[str, dict[str, object]]]:
    return {
        id: {
            name: {key_of(schema, name, r): r for r in rows}
            for name, rows in source.annotations[id].tables.items()
        }
        for id in source.articles
    }


def differences(
    wanted: dict[str, dict[str, object]], got: dict[str, dict[str, object]]
) -> list[tuple[object, ...]]:
    """(record, column, wanted, got) of all that is not the same."""
    missing = [(key, "missing", key in wanted, key in got) for key in sorted(wanted.keys() ^ got.keys())]
    return missing + [
        (key, column, value, got[key].get(column))
        for key in sorted(wanted.keys() & got.keys())
        for column, value in wanted[key].items()
        if got[key].get(column) != value
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*WHOLE, *FLAT])
def test_every_column_comes_back(name: str, schema: Schema) -> None:
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(source=generate.corpora(schema))
    def check(source: generate.MemorySource) -> None:
        with tempfile.TemporaryDirectory() as folder:
            get(name, "write").write(source, Path(folder), WriteOptions())
            found = RECOVER[name](Path(folder), schema)
        for id, tables in expected(source, schema).items():
            for table, records in tables.items():
                assert differences(records, found[id].get(table, {})) == [], table
            article = found[id]["articles"][id]
            for column, value in source.records[id].items():
                assert article[column] == value, column
            registry = {a["actor_id"]: a for a in source.actors.values()}
            assert found[id]["registry"] == registry
            if "header" in found[id]:
                assert found[id]["header"]["header"]["remarks"] == source.annotations[id].remarks

    check()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(RECOVER) - {"cas"}))
def test_same_corpus_same_bytes(name: str, schema: Schema) -> None:
    @settings(max_examples=3, suppress_health_check=list(HealthCheck))
    @given(source=generate.corpora(schema))
    def check(source: generate.MemorySource) -> None:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            written = [
                get(name, "write").write(source, Path(folder), WriteOptions(include_claims=True))
                for folder in (one, two)
            ]
            assert written[0].files == written[1].files
            for file in written[0].files:
                assert (Path(one) / file).read_bytes() == (Path(two) / file).read_bytes(), file

    check()


@given(st.text())
def test_neutralising_is_undone(cell: str) -> None:
    from communique.exchange.csv_bundle import neutralised, restored

    assert restored(neutralised(cell)) == cell
    assert neutralised(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r")
