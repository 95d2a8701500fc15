"""The page of what each format keeps is what the round trips say."""

from __future__ import annotations

import pytest

from communique.schema import Schema

from . import matrix


@pytest.mark.slow
def test_the_page_is_up_to_date(schema: Schema) -> None:
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.page(schema), (
        "run python -m tests.exchange.matrix"
    )


def test_the_corpus_of_the_matrix_uses_every_column(schema: Schema) -> None:
    """A column that always has its default would be called kept by every format."""
    source = matrix.rich_corpus(schema)
    annotation = next(iter(source.annotations.values()))
    for table, records in annotation.tables.items():
        records = [*records, *(source.actors.values() if table == "actors" else ())]
        for column in schema.table(table).stored:
            if column.name in ("article_id", "set_members"):
                continue
            empty = (None, [], column.default)
            assert any(record[column.name] not in empty for record in records), (table, column.name)
