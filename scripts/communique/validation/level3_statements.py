"""L3: how the spans of one record lie to each other, and statements inside each other."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule


@rule(
    "L3/source-in-content",
    "A source inside its own content",
    view="own_content",
    columns=("statements.source_spans", "statements.content_spans"),
    why="Who speaks is named by whoever reports it; a name inside the content is one that the source speaks of.",
    bad='content "Ukraine attacked" with the source "Ukraine"',
    good='source "Putin", content "Ukraine attacked"',
    mend="correct the source span, or cut it out of the content; the content may have several spans",
)
def source_in_content(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{} and {}–{}", "start", "end", "low", "high")
    where = pl.col("role") == "source_spans"
    return Rule(where, "Source and content overlap: {found}.", "", found, "disjoint")


@rule(
    "L3/source-in-cue",
    "A source and a cue that share words",
    view="own_cue",
    columns=("statements.source_spans", "statements.cue_spans"),
    why="Each word has one role: agreement on sources and cues is counted apart.",
    bad='source "Biden accused", cue "accused"',
    good='source "Biden", cue "accused"',
    mend="correct one of the two spans",
)
def source_in_cue(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{} and {}–{}", "start", "end", "low", "high")
    return Rule(pl.lit(True), "Source and cue overlap: {found}.", "", found, "disjoint")


@rule(
    "L3/condition-holds-trigger",
    "A condition that holds the action itself",
    view="own_condition",
    columns=("actions.condition_spans", "actions.trigger_spans"),
    why="The condition is another act, by which this one comes about.",
    bad='trigger "will withdraw", condition "will withdraw if Ukraine disarms"',
    good='trigger "will withdraw", condition "if Ukraine disarms"',
    mend="correct the condition span",
)
def condition_holds_trigger(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{} and {}–{}", "start", "end", "low", "high")
    return Rule(pl.lit(True), "Condition and trigger overlap: {found}.", "", found, "disjoint")


@rule(
    "L3/parent-not-innermost",
    "A statement in the content of another that is not its parent (rule R2)",
    view="siblings",
    columns=("statements.parent_statement_id", "statements.cue_spans", "statements.content_spans"),
    why="Who asserts an action is found by climbing the tree of statements: one step left out names somebody else.",
    bad="S4 inside the content of S3, both without a parent",
    good='"parent_statement_id": "a.S3" on S4',
    mend="set the parent to the statement whose content holds this one most closely, or correct the spans",
)
def parent_not_innermost(schema: Schema) -> Rule:
    import polars as pl

    found = pl.col("parent").fill_null("no statement")
    said = "The cue stands in the content of {expected}, the parent is {found}."
    return Rule(pl.lit(True), said, "parent_statement_id", found, pl.col("holder"))


@rule(
    "L3/text-undecoded",
    "A text with characters that could not be decoded",
    view="articles",
    columns=("articles.text",),
    severity="warning",
    why="U+FFFD stands where bytes were lost: the text was read in the wrong encoding once.",
    bad="“na�ve”",
    good="“naïve”",
    mend="ingest the article again from its raw file in the right encoding",
)
def text_undecoded(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("text").str.contains("\ufffd", literal=True)
    return Rule(where, "The text holds U+FFFD.", "text", "U+FFFD", "decoded text")


@rule(
    "L3/span-cuts-word",
    "A name that is cut out of a word",
    view="word_edges",
    columns=("mentions.start", "mentions.end", "articles.text"),
    severity="warning",
    why="In English text whose apostrophes were kept a name is a whole word; half of one shows shifted offsets.",
    bad='"ussia" or "Ukrain"',
    good='"Russia", "Ukraine"',
    mend="correct start and end, or set apostrophes of the article to stripped",
)
def span_cuts_word(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        ~pl.col("withheld"),
        "“{found}” is a part of a word.",
        "start",
        pl.col("text"),
        "whole words",
        unknown=pl.col("withheld"),
        unknown_why="the text of the article is withheld",
    )
