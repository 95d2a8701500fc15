"""L4, codebook: mentions and statements."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule


@rule(
    "L4/mention-without-referent",
    "A mention of neither an actor nor anything else",
    view="mentions",
    columns=("mentions.actor_id", "mentions.nonactor_type"),
    why="A mention must refer: to an actor, or to something that is none and is named.",
    bad='"actor_id": null, "nonactor_type": null',
    good='"actor_id": "PUTIN"',
    mend="give the actor, or say what the referent is in nonactor_type",
)
def mention_without_referent(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("actor_id").is_null() & pl.col("nonactor_type").is_null()
    return Rule(where, "Neither actor_id nor nonactor_type is given.", "actor_id", expected="one of the two")


@rule(
    "L4/mention-of-two-kinds",
    "A mention of an actor that is said to be none",
    view="mentions",
    columns=("mentions.actor_id", "mentions.nonactor_type"),
    why="The referent is an actor or it is not.",
    bad='"actor_id": "KYIV", "nonactor_type": "place"',
    good='"actor_id": null, "nonactor_type": "place"',
    mend="clear one of the two",
)
def mention_of_two_kinds(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("actor_id").is_not_null() & pl.col("nonactor_type").is_not_null()
    return Rule(
        where,
        "The actor is given, and also the type of a non-actor: {found}.",
        "nonactor_type",
        pl.col("nonactor_type"),
        "null",
    )


@rule(
    "L4/mention-crosses-lines",
    "A mention that runs over the end of a line",
    view="mentions",
    columns=("mentions.text",),
    why="Lines are paragraphs: no name runs from one into the next.",
    bad='"Putin\\nThe"',
    good='"Putin"',
    mend="end the mention before the line break",
)
def mention_crosses_lines(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("text").str.contains("\n", literal=True),
        "The mention holds a line break.",
        "text",
        pl.col("text"),
        "one line",
    )


@rule(
    "L4/mention-repeated",
    "The same words twice as a mention of the same actor",
    view="mentions",
    columns=("mentions.start", "mentions.end", "mentions.actor_id"),
    why="The actor would be counted twice.",
    bad="m1 and m2, both 0–5 and PUTIN",
    good="m1 alone",
    mend="remove one of the two",
)
def mention_repeated(schema: Schema) -> Rule:
    import polars as pl

    same = pl.struct("article_id", "start", "end", pl.col("actor_id").fill_null("")).is_first_distinct()
    return Rule(
        ~same,
        "An earlier mention has the same place and actor: {found}.",
        "start",
        pl.format("{}–{}", "start", "end"),
    )


@rule(
    "L4/direct-without-evidence",
    "Direct speech without evidence (rule R9)",
    view="statements",
    columns=("statements.mode", "statements.mode_evidence"),
    why="In a text whose quotation marks may be stripped, direct speech must be shown by something.",
    bad='"mode": "direct", "mode_evidence": "none"',
    good='"mode": "direct", "mode_evidence": "first_person"',
    mend="name the evidence, or choose another mode",
)
def direct_without_evidence(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("mode") == "direct") & (pl.col("mode_evidence") == "none")
    return Rule(
        where, "The mode is direct and mode_evidence is {found}.", "mode_evidence", "none", "any other value"
    )


@rule(
    "L4/evidence-impossible",
    "Quotation marks as evidence in a text that has none",
    view="statements_in_article",
    columns=("statements.mode_evidence", "articles.quotation_marks"),
    why="Where the marks were stripped nobody can have seen them.",
    bad='"mode_evidence": "quote_marks" in an article with "quotation_marks": "stripped"',
    good='"mode_evidence": "first_person"',
    mend="name other evidence, or correct quotation_marks of the article",
)
def evidence_impossible(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("mode_evidence") == "quote_marks") & (pl.col("quotation_marks") == "stripped")
    return Rule(
        where,
        "mode_evidence is quote_marks, but the article's quotation marks are stripped.",
        "mode_evidence",
        "quote_marks",
    )


@rule(
    "L4/evidence-without-parent",
    "Evidence inherited from a parent that does not exist",
    view="statements",
    columns=("statements.mode_evidence", "statements.parent_statement_id"),
    why="There is nothing to inherit from.",
    bad='"mode_evidence": "inherited_from_parent", "parent_statement_id": null',
    good="the same with a parent",
    mend="set the parent, or name other evidence",
)
def evidence_without_parent(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("mode_evidence") == "inherited_from_parent") & pl.col("parent_statement_id").is_null()
    return Rule(
        where, "mode_evidence is {found} and there is no parent.", "mode_evidence", "inherited_from_parent"
    )


@rule(
    "L4/source-missing",
    "A statement without a source whose form says that there is one",
    view="statements",
    columns=("statements.source_actor_ids", "statements.source_form"),
    why="Who says it is the first thing that readers ask.",
    bad='"source_actor_ids": [], "source_form": "named"',
    good='"source_actor_ids": [], "source_form": "unspecified"',
    mend="give the source, or set source_form to unspecified or implicit",
)
def source_missing(schema: Schema) -> Rule:
    import polars as pl

    free = [
        value.const
        for value in schema.values("source_form").values
        if value.facts.get("needs-source") is False
    ]
    where = (pl.col("source_actor_ids").list.len() == 0) & ~pl.col("source_form").is_in(free)
    return Rule(
        where,
        "There is no source and source_form is {found}.",
        "source_actor_ids",
        pl.col("source_form"),
        "a source, or " + " or ".join(free),
    )


@rule(
    "L4/source-unspecified-with-actor",
    "A source that is said not to be given",
    view="statements",
    columns=("statements.source_actor_ids", "statements.source_form"),
    why="The text gives a source or it does not.",
    bad='"source_actor_ids": ["PUTIN"], "source_form": "unspecified"',
    good='"source_actor_ids": ["PUTIN"], "source_form": "named"',
    mend="remove the source, or give its form",
)
def source_unspecified(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("source_actor_ids").list.len() > 0) & (pl.col("source_form") == "unspecified")
    return Rule(
        where,
        "source_form is unspecified, but a source is given: {found}.",
        "source_form",
        pl.col("source_actor_ids").list.join(", "),
    )


@rule(
    "L4/source-implicit-with-span",
    "An implicit source with words",
    view="statements",
    columns=("statements.source_form", "statements.source_spans"),
    why="Implicit means understood from the grammar: then there are no words.",
    bad='"source_form": "implicit" with a source span',
    good='"source_form": "implicit" and no span',
    mend="remove the span, or give the form of the words",
)
def source_implicit_with_span(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("source_form") == "implicit") & (pl.col("source_spans").list.len() > 0)
    found = pl.col("source_spans").list.first().struct.field("text")
    return Rule(
        where,
        "source_form is implicit, but the source has the words “{found}”.",
        "source_spans",
        found,
        "no span",
    )


@rule(
    "L4/addressee-implicit-with-span",
    "An implicit addressee with words",
    view="statements",
    columns=("statements.addressee_implicit", "statements.addressee_spans"),
    why="Implicit means understood, not written.",
    bad='"addressee_implicit": true with an addressee span',
    good='"addressee_implicit": true and no span',
    mend="remove the span, or set addressee_implicit to false",
)
def addressee_implicit_with_span(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("addressee_implicit") & (pl.col("addressee_spans").list.len() > 0)
    found = pl.col("addressee_spans").list.first().struct.field("text")
    return Rule(
        where, "The addressee is implicit, but has the words “{found}”.", "addressee_spans", found, "no span"
    )


@rule(
    "L4/addressee-without-actor",
    "Words for an addressee without an actor",
    view="statements",
    columns=("statements.addressee_actor_ids", "statements.addressee_spans"),
    why="The words name somebody: an actor, if only an unnamed group.",
    bad='addressee_spans "the leaders" and addressee_actor_ids []',
    good='addressee_actor_ids ["a.LEADERS"]',
    mend="give the actor",
)
def addressee_without_actor(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("addressee_actor_ids").list.len() == 0) & (pl.col("addressee_spans").list.len() > 0)
    found = pl.col("addressee_spans").list.first().struct.field("text")
    return Rule(where, "“{found}” is the addressee of no actor.", "addressee_actor_ids", found, "an actor")


@rule(
    "L4/layer-of-another-kind",
    "A layer that the kind of statement does not belong to",
    view="statements",
    columns=("statements.layer", "statements.statement_kind"),
    why="Core and extended statements are reported apart, and only core ones assert (rule R3).",
    bad='"layer": "core", "statement_kind": "belief"',
    good='"layer": "extended", "statement_kind": "belief"',
    mend="correct the layer or the kind",
)
def layer_of_another_kind(schema: Schema) -> Rule:
    import polars as pl

    layers = {
        value.const: value.facts["layer"]
        for value in schema.values("statement_kind").values
        if "layer" in value.facts
    }
    expected = pl.col("statement_kind").replace_strict(layers, default=None, return_dtype=pl.String)
    return Rule(
        pl.col("layer") != expected,
        "The layer is {found}; the kind belongs to {expected}.",
        "layer",
        pl.col("layer"),
        expected,
    )


@rule(
    "L4/statement-repeated",
    "Two statements with the same cue and content",
    view="statements",
    columns=("statements.cue_spans", "statements.content_spans", "statements.source_actor_ids"),
    why="One act of speech would be counted twice.",
    bad="S4 and S5 with equal cue, content and source",
    good="S4 alone",
    mend="remove one of the two and correct the references to it",
)
def statement_repeated(schema: Schema) -> Rule:
    import polars as pl

    def places(column: str) -> pl.Expr:
        start, end = pl.element().struct.field("start"), pl.element().struct.field("end")
        return pl.col(column).list.eval(start.cast(pl.Int64) * 2**31 + end)

    first = pl.struct(
        "article_id", places("cue_spans"), places("content_spans"), "source_actor_ids"
    ).is_first_distinct()
    found = pl.col("cue_spans").list.first().struct.field("text")
    return Rule(
        ~first, "An earlier statement has the same source, cue (“{found}”) and content.", "cue_spans", found
    )
