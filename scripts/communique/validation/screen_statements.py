"""Statements: which of their rules hold in a whole shard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.validation.screen_lists import Lists, Rows
from communique.validation.screen_references import ReferenceScreen
from communique.validation.screen_spans import SpanScreen

if TYPE_CHECKING:
    import polars as pl


def statement_rules(lists: Lists, spans: SpanScreen, references: ReferenceScreen) -> set[str]:
    """The rules of statements, their spans and their actors that hold in the whole shard."""
    import polars as pl

    statements, cleared = lists.frames["statements"], set()
    parents = references.targets("statements", "parent_statement_id")
    if parents is not None:
        known = pl.Series("at", parents).cast(pl.Int64)
        lists.views.parents = pl.select(
            pl.when(known >= 0).then(known).cast(pl.UInt32).alias("at")
        ).to_series()
        if not lists.views.cyclic.any():
            cleared.add("L2/parent-cycle")
        if spans.nesting_holds(parents):
            cleared.add("L3/child-outside-parent")
        if spans.innermost(parents):
            cleared.add("L3/parent-not-innermost")
    for id_, table, column, other, modes in (
        ("L3/cue-in-content", "statements", "cue_spans", "content_spans", None),
        ("L3/source-in-content", "statements", "source_spans", "content_spans", None),
        ("L3/addressee-in-content", "statements", "addressee_spans", "content_spans", statements["mode"]),
        ("L3/source-in-cue", "statements", "source_spans", "cue_spans", None),
        ("L3/condition-holds-trigger", "actions", "condition_spans", "trigger_spans", None),
    ):
        if spans.disjoint(table, column, other, modes):
            cleared.add(id_)
    return cleared | _evidence(lists) | _sources(lists)


def _evidence(lists: Lists) -> set[str]:
    """What needs no look at the text, as no statement has a mark as its evidence."""
    given = set(lists.frames["statements"]["mode_evidence"].unique())
    cleared = set()
    if "quote_marks" not in given:
        cleared |= {"L4/quote-marks-absent", "L4/evidence-impossible"}
    if "colon" not in given:
        cleared.add("L4/colon-absent")
    return cleared


def _sources(lists: Lists) -> set[str]:
    """Forms of sources, statements to oneself, and mentions of those who are implicit."""
    import numpy as np

    statements, cleared = lists.frames["statements"], set()
    if not {"document", "state", "institution"} & set(statements["source_form"].unique()):
        cleared.add("L4/source-form-of-another-kind")
    one = [lists.lengths("statements", name) == 1 for name in ("source_actor_ids", "addressee_actor_ids")]
    both = np.flatnonzero(one[0] & one[1])
    if (
        not len(both)
        or not (_only(lists, "source_actor_ids", both) == _only(lists, "addressee_actor_ids", both)).any()
    ):
        cleared.add("L4/addressee-is-source")
    if not any((actors["resolution"] == "implicit").any() for actors in lists.named_actors()):
        cleared.add("L4/mention-of-implicit-actor")
    return cleared


def _only(lists: Lists, column: str, rows: Rows) -> pl.Series:
    """The one item that each of the rows has."""
    import numpy as np

    counts = lists.lengths("statements", column)
    return lists.items("statements", column)[1].gather((np.cumsum(counts) - counts)[rows])
