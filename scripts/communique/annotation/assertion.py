"""Who asserts an action: rules R2 (nesting) and R3 (assertion) of the guidelines."""

from __future__ import annotations

from communique.annotation.model import AUTHOR, Record
from communique.text.spans import covers, size

Statements = dict[str, Record]


def ancestors(statement: Record, statements: Statements) -> list[Record]:
    """The statements above this one, nearest first. Stops before a statement comes a second time."""
    above: list[Record] = []
    seen = {statement["statement_id"]}
    parent = statement["parent_statement_id"]
    while parent is not None and parent not in seen:
        seen.add(parent)
        above.append(statements[parent])
        parent = statements[parent]["parent_statement_id"]
    return above


def nesting_depth(statement: Record, statements: Statements) -> int:
    """0 for a statement without a parent."""
    return len(ancestors(statement, statements))


def innermost(action: Record, statements: Statements) -> str | None:
    """Id of the innermost statement whose content holds the action's trigger; None in the narrator's voice.

    Innermost is the most deeply nested one, then the one with the shortest content. Raises KeyError
    when a parent does not exist.
    """
    holding = [one for one in statements.values() if covers(one["content_spans"], action["trigger_spans"])]
    if not holding:
        return None
    return str(
        max(
            holding,
            key=lambda one: (
                nesting_depth(one, statements),
                -size(one["content_spans"]),
                one["statement_id"],
            ),
        )["statement_id"]
    )


def asserter(action: Record, held_in: str | None, statements: Statements) -> tuple[str, list[str], list[str]]:
    """(asserted_in, asserted_by, attitude_holder) of an action whose innermost statement is `held_in`.

    Rule R3: from the innermost statement upward, the first that is in the core layer and was made
    asserts the action; a presupposed action, and one that no such statement holds, is asserted by the
    narrator. Where the innermost statement is another one, its sources hold an attitude towards the
    action. An override replaces the statement found by the rule, nothing else.
    """
    chain = [] if held_in is None else [statements[held_in], *ancestors(statements[held_in], statements)]
    if action["assertion_override"] is not None:
        asserted_in = action["assertion_override"]["asserted_in"]
    elif action["presupposed"]:
        asserted_in = AUTHOR
    else:
        made = (one for one in chain if one["layer"] == "core" and one["statement_status"] == "made")
        asserted_in = next((one["statement_id"] for one in made), AUTHOR)
    asserted_by = [AUTHOR] if asserted_in == AUTHOR else list(statements[asserted_in]["source_actor_ids"])
    attitude_holder = list(chain[0]["source_actor_ids"]) if chain and held_in != asserted_in else []
    return asserted_in, asserted_by, attitude_holder
