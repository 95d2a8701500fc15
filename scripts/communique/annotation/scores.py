"""Scores and codes of an action, from the facts that stand beside the values in the schema (rule R12)."""

from __future__ import annotations

from typing import Any

from communique.annotation.model import Record
from communique.schema import Schema

_REAL = ("occurred", "ongoing")


def is_exportable(action: Record) -> bool:
    """Rule R8: occurred or ongoing, positive, and of a class."""
    return action["status"] in _REAL and action["polarity"] == "positive" and action["event_type"] != "OTHER"


def scores(action: Record, schema: Schema) -> dict[str, Any]:
    """Quad class, CAMEO code, PLOVER and Goldstein score with the tables they are from.

    The score of the mode comes before that of the type. The two scores are null unless the action is
    exportable, since the score of a denied or planned act would be added up as if it were real; the
    Goldstein score also where the class has several CAMEO roots with different scores.
    """
    types = schema.values("event_type")
    facts = types[action["event_type"]].facts
    modes = schema.modes(action["event_type"])
    mode = modes[action["mode"]].facts if modes and action["mode"] in modes else {}
    code = mode.get("cameo") if mode else facts.get("cameo")
    real = is_exportable(action)
    plover = mode.get("plover") if mode else facts.get("plover")
    goldstein = _goldstein(code, facts, schema)
    return {
        "quad_class": facts.get("quad"),
        "cameo_code": code,
        "plover_score": float(plover) if real and plover is not None else None,
        "plover_table": types.facts["score-table"] if real and plover is not None else None,
        "goldstein": goldstein if real else None,
        "goldstein_table": schema.values("cameo_root").facts["score-table"]
        if real and goldstein is not None
        else None,
    }


def _goldstein(code: str | None, facts: dict[str, Any], schema: Schema) -> float | None:
    roots = [code[:2]] if code else facts.get("cameo-roots", [])
    found = {float(schema.values("cameo_root")[root].facts["goldstein"]) for root in roots}
    return found.pop() if len(found) == 1 else None
