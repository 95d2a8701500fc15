"""The view `claims`: one row is one action as one source sees it."""

from __future__ import annotations

from typing import Any

from communique.annotation.model import AUTHOR

Record = dict[str, Any]

_SAME = (
    "action_id", "article_id", "event_id", "agent_names", "event_type", "mode", "target_names", "exportable",
    "trigger_text", "time", "url", "publisher", "published_on", "zone",
)  # fmt: skip


def claims(actions: list[Record], glosses: dict[str, str], names: dict[str, str]) -> list[Record]:
    """The rows of the view from derived actions; `glosses` by event id, `names` by actor id.

    The status of a row is the status in the eyes of its asserter. `exportable` is true only where the
    narrator, or whoever else asserts the action by rule R3, presents it as fact.
    """
    rows = []
    for action in actions:
        primary = max(1, len(action["asserted_by"]))
        for index, view in enumerate(action["views"]):
            rows.append(
                {
                    **{column: action[column] for column in _SAME},
                    "asserter_id": view["view_of"],
                    "asserter_name": names.get(view["view_of"]) if view["view_of"] else None,
                    "asserted_in": view["in_statement_id"] or AUTHOR,
                    "primary": index < primary,
                    "agent_ids": [one["actor_id"] for one in action["agents"]],
                    "target_ids": [one["actor_id"] for one in action["targets"]],
                    "status": view["status"],
                    "polarity": view["polarity"],
                    "certainty": view["certainty"],
                    "exportable": action["exportable"] and index < primary,
                    "event_gloss": glosses[action["event_id"]],
                    "start": min((span["start"] for span in action["trigger_spans"]), default=None),
                    "end": max((span["end"] for span in action["trigger_spans"]), default=None),
                }
            )
    return rows
