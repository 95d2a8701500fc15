"""The codebook as a page: every value with its definition, its number and live examples from the corpus."""

from __future__ import annotations

from typing import Any

from communique.corpus.document import Corpus
from communique.explore.links import file_name, fragment
from communique.explore.tally import Tally
from communique.explore.vocabulary import Vocabulary
from communique.schema import ValueList

Record = dict[str, Any]


def codebook_page(words: Vocabulary, tally: Tally, corpus: Corpus) -> Record:
    """The values of the template `codebook.html`."""
    schema = words.schema
    modes = {
        value.facts["modes"]: f"mode of {value.const}"
        for value in schema.values("event_type").values
        if value.facts.get("modes")
    }
    kinds: dict[str, list[Record]] = {}
    for actor in corpus.actors.values():
        kinds.setdefault(actor["actor_kind"], []).append(actor)
    counted = {name for name, _ in tally.values} | set(modes.values())
    lists = []
    for name, found in schema.lists.items():
        key = modes.get(name, name)
        lists.append(_list(found, key, tally, kinds if name == "actor_kind" else None, key in counted))
    return {
        "lists": lists,
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "description": table.description,
                "columns": [
                    {
                        "name": column.name,
                        "title": column.title,
                        "description": column.description,
                        "values": column.values,
                        "derived": column.derived and not table.is_view,
                    }
                    for column in table.columns
                ],
            }
            for table in schema.tables.values()
        ],
    }


def _list(
    found: ValueList, key: str, tally: Tally, kinds: dict[str, list[Record]] | None, counted: bool
) -> Record:
    values = []
    for value in found.values:
        if kinds is None:
            live = [
                (f"articles/{file_name(article)}.html#{fragment(record)}", text or "…")
                for article, record, text in tally.examples.get((key, value.const), ())
            ]
            count = tally.values[(key, value.const)]
        else:
            actors = kinds.get(value.const, [])
            live = [(actor_address(one), one["canonical_name"]) for one in actors[:3]]
            count = len(actors)
        values.append(
            {
                "const": value.const,
                "title": value.title,
                "description": value.description,
                "examples": value.examples,
                "count": count,
                "counted": counted or kinds is not None,
                "live": live,
            }
        )
    ordered = found.facts.get("ordered-by")
    head = {"name": found.name, "title": found.title, "description": found.description}
    return {**head, "ordered": ordered, "values": values}


def actor_address(actor: Record) -> str:
    """Where an actor is shown, from the root of the site: a page of its own, or a place in its article's page."""
    if actor["article_id"] is None:
        return f"actors/{file_name(actor['actor_id'])}.html"
    return f"articles/{file_name(actor['article_id'])}.html#{fragment(actor['actor_id'])}"
