"""L2: circles, ids of two records, and line breaks that patterns let pass."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule

#: Links that cannot lead back: nothing is a part, a cause or the topic of itself, however long the way.
ONE_WAY = ("subevent_of", "cause_of", "purpose_of", "content_of", "topic_of")
#: Links that say the same in both directions.
TWO_WAY = ("opposite_of", "same_as")


@rule(
    "L2/line-break-in-value",
    "A value that ends with a line break",
    view="patterned",
    columns=("every column with a pattern",),
    why="The dollar sign of a pattern lets one line break at the end pass; joins and file names don't.",
    bad='"mention_id": "a.m7\\n"',
    good='"mention_id": "a.m7"',
    mend="remove the line break",
)
def line_break(schema: Schema) -> Rule:
    import polars as pl

    return Rule(pl.lit(True), "The value ends with a line break.", pl.col("field"), pl.col("value"))


@rule(
    "L2/id-in-two-tables",
    "One id for records of two tables",
    view="ids_everywhere",
    columns=("every table's key",),
    why="Ids are unique in the corpus: notes, adjudication and diff name records by the id alone.",
    bad="a mention a.S1 beside the statement a.S1",
    good="a.m1 and a.S1",
    mend="give one of the two an id that was never used in the article",
)
def id_in_two_tables(schema: Schema) -> Rule:
    import polars as pl

    said = "The id {found} is that of a record in {expected} as well."
    return Rule(pl.lit(True), said, pl.col("own_name"), pl.col("key"), pl.col("other"))


@rule(
    "L2/actor-circle",
    "Actors that contain each other",
    view="actor_circles",
    columns=("actors.set_members", "actors.affiliated_with"),
    why="Members and affiliations are a way up to the whole; in a circle expanding a set never ends.",
    bad='RUS affiliated_with ["PUTIN"], PUTIN affiliated_with ["RUS"]',
    good='PUTIN affiliated_with ["RUS"]',
    mend="decide which actor is part of which, and remove the other entry",
)
def actor_circle(schema: Schema) -> Rule:
    import polars as pl

    return Rule(pl.lit(True), "The actors go round in a circle: {found}.", pl.col("field"), pl.col("chain"))


@rule(
    "L2/link-circle",
    "Events that are each other's part, cause or purpose",
    view="link_circles",
    columns=("event_links",),
    why="Nothing is its own part, cause, purpose, content or topic, however long the way round.",
    bad="V1 subevent_of V2 and V2 subevent_of V1",
    good="V1 subevent_of V2",
    mend="decide the direction and remove the other link",
)
def link_circle(schema: Schema) -> Rule:
    import polars as pl

    return Rule(pl.lit(True), "The links go round in a circle: {found}.", "to_event_id", pl.col("chain"))
