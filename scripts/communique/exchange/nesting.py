"""Parents of statements that a source does not name, from where they stand: the parent's content holds the child."""

from __future__ import annotations

from typing import Any

from communique.text.spans import covers, size

Record = dict[str, Any]


def nest(statements: list[Record]) -> int:
    """Set `parent_statement_id` of each statement without one; the number of parents found.

    By definition the parent is the statement whose content contains this one's source, cue and content;
    where several do, the one with the shortest content.
    """
    found = 0
    for child in statements:
        if child.get("parent_statement_id") is not None:
            continue
        words = [*(child["source_spans"] or ()), *child["cue_spans"], *child["content_spans"]]
        holding = [
            other
            for other in statements
            if other is not child
            and size(other["content_spans"]) > size(child["content_spans"])
            and covers(other["content_spans"], words)
        ]
        if holding:
            child["parent_statement_id"] = min(holding, key=lambda one: size(one["content_spans"]))[
                "statement_id"
            ]
            found += 1
    return found
