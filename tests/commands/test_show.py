"""`show` also shows an imported corpus, in which whatever its source did not say is null."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

import communique
from communique.commands.show import render
from communique.project import Project
from communique.schema import Schema


def _blank(row: dict[str, Any], values: set[str]) -> dict[str, Any]:
    """The row with every single value of a value list taken away."""
    return {name: None if name in values else value for name, value in row.items()}


@pytest.mark.parametrize("without", ["statements", "actions", "mentions", "events"])
def test_an_article_whose_values_are_null(without: str, shipped: Project, schema: Schema) -> None:
    article = next(iter(communique.open_corpus(shipped.root)))
    columns = schema.table(without).columns
    values = {one.name for one in columns if one.values and not one.is_list} | {"mode", "gloss"}
    rows = {**article.rows, without: [_blank(row, values) for row in article.rows[without]]}
    if without == "actions":
        for row in rows["actions"]:
            row["views"] = [{**view, "status": None, "polarity": None} for view in row["views"]]
    bare = communique.Article(article.record, rows, article.actors, article.status_groups)
    screen = Console(file=io.StringIO(), width=100)
    for part in render(bare):
        screen.print(part)
    assert bare.highlight().html()
