"""L3, spans: offsets, order, edges and nesting (rules R1 and R2)."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule

_SPANS = ("every span", "articles.text")
_SHIFTED = "A span whose words are not where it points is worse than none: readers highlight the wrong words."


@rule(
    "L3/span-empty",
    "A span that ends where it begins, or before",
    view="spans",
    columns=_SPANS,
    why="An empty span marks nothing.",
    bad='{"start": 9, "end": 9}',
    good='{"start": 4, "end": 9}',
    mend="correct start and end",
)
def span_empty(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{}", "start", "end")
    return Rule(
        pl.col("end") <= pl.col("start"),
        "The span {found} holds no character.",
        "",
        found,
        "start before end",
    )


@rule(
    "L3/span-beyond-text",
    "A span that ends after the text",
    view="spans",
    columns=_SPANS,
    why=_SHIFTED,
    bad="end 6200 in a text of 6170 characters",
    good="end at most 6170",
    mend="search the span's words in the text and correct start and end",
)
def span_beyond_text(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("end") > pl.col("size")) & (pl.col("start") < pl.col("end"))
    return Rule(
        where,
        "The span ends at {found}, the text at {expected}.",
        "end",
        pl.col("end").cast(pl.String),
        pl.col("size").cast(pl.String),
    )


@rule(
    "L3/span-text-differs",
    "A span whose text is not the slice of the article (rule R1)",
    view="spans",
    columns=_SPANS,
    why=_SHIFTED,
    bad='start 6, end 12, text "Moscow" where the article has "he Mos"',
    good="text equal to the slice",
    mend="correct start and end so that they cut out the words, or correct the words",
)
def span_text_differs(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("text").cast(pl.Binary) != pl.col("slice")
    within = (pl.col("start") < pl.col("end")) & (pl.col("end") <= pl.col("size"))
    return Rule(
        where,
        "The span says “{found}”, the text there is “{expected}”.",
        "text",
        pl.col("text"),
        pl.col("slice").cast(pl.String),
        unknown=pl.col("size").is_null() | (pl.col("slice").is_null() & within),
        unknown_why="the text of the article is withheld or absent",
    )


@rule(
    "L3/span-edge-space",
    "A span that begins or ends with white space",
    view="spans",
    columns=_SPANS,
    why="Two annotators who mean the same words then disagree by a space.",
    bad='"Moscow "',
    good='"Moscow"',
    mend="'communique mend' cuts the white space off (safe)",
)
def span_edge_space(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("text").cast(pl.Binary) == pl.col("slice")) & pl.col("text").str.contains(r"^\s|\s$")
    return Rule(
        where,
        "The span “{found}” begins or ends with white space.",
        "text",
        pl.col("text"),
        pl.col("text").str.strip_chars(),
    )


@rule(
    "L3/spans-out-of-order",
    "A span list that is not in the order of the text",
    view="spans",
    columns=_SPANS,
    why="Order is part of the form: equal lists must be equal records.",
    bad="[30–40, 10–20]",
    good="[10–20, 30–40]",
    mend="'communique mend' sorts the list (safe)",
)
def spans_out_of_order(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{} after {}", "start", "prev_start")
    return Rule(
        pl.col("start") < pl.col("prev_start"),
        "A span that starts at {found} in the list.",
        "start",
        found,
        "ascending starts",
    )


@rule(
    "L3/spans-overlap",
    "Spans of one list that overlap",
    view="spans",
    columns=_SPANS,
    why="A span list is one discontinuous unit: characters counted twice distort every measure of agreement.",
    bad="[10–20, 15–30]",
    good="[10–30]",
    mend="'communique mend' merges them into one span (destructive), or correct the offsets",
)
def spans_overlap(schema: Schema) -> Rule:
    import polars as pl

    where = (
        (pl.col("start") < pl.col("prev_end"))
        & (pl.col("start") >= pl.col("prev_start"))
        & (pl.col("end") > pl.col("start"))
    )
    found = pl.format("{}–{} and {}–{}", "prev_start", "prev_end", "start", "end")
    return Rule(where, "The spans {found} overlap.", "", found, "disjoint spans")


@rule(
    "L3/spans-touch",
    "Spans of one list with nothing between them",
    view="spans",
    columns=_SPANS,
    severity="warning",
    why="What is continuous is one span; two make it look discontinuous.",
    bad="[10–20, 20–30]",
    good="[10–30]",
    mend="'communique mend' joins them (safe)",
)
def spans_touch(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("start") == pl.col("prev_end")) & (pl.col("end") > pl.col("start"))
    found = pl.format("{}–{} and {}–{}", "prev_start", "prev_end", "start", "end")
    return Rule(where, "The spans {found} are one.", "", found, "one span")


@rule(
    "L3/span-splits-character",
    "A span that begins inside a written character",
    view="spans",
    columns=_SPANS,
    why="A combining mark belongs to the letter before it: cut apart, both halves are unreadable.",
    bad='"́nergie" cut out of "énergie"',
    good='"énergie"',
    mend="take the letter before the mark into the span",
)
def span_splits_character(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("text").cast(pl.Binary) == pl.col("slice")) & pl.col("text").str.contains(
        "^[\\p{M}\u200d\ufe0f]"
    )
    return Rule(
        where,
        "The span “{found}” begins with a mark of the letter before it.",
        "start",
        pl.col("text"),
        "whole characters",
    )


@rule(
    "L3/child-outside-parent",
    "A statement that is not inside its parent's content (rule R2)",
    view="nesting",
    columns=(
        "statements.parent_statement_id",
        "statements.source_spans",
        "statements.cue_spans",
        "statements.content_spans",
    ),
    why="A nested statement is part of what its parent says; one that lies outside was said by somebody else.",
    bad="a child's cue at 90–94 and the parent's content at 10–80",
    good="the child's source, cue and content within 10–80",
    mend="clear the parent, choose the statement whose content holds this one, or correct the spans",
)
def child_outside_parent(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{}", "start", "end")
    expected = pl.format("within the content of {}", "parent_id")
    return Rule(~pl.col("covered"), "The span {found} is not {expected}.", "", found, expected)


@rule(
    "L3/cue-in-content",
    "A cue inside its own content (rule R2)",
    view="own_content",
    columns=("statements.cue_spans", "statements.content_spans"),
    why="The cue introduces the content and is no part of it.",
    bad='content "he said he would come" with the cue "said"',
    good='cue "said", content "he would come"',
    mend="cut the cue out of the content; the content may have several spans",
)
def cue_in_content(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{} and {}–{}", "start", "end", "low", "high")
    return Rule(pl.col("role") == "cue_spans", "Cue and content overlap: {found}.", "", found, "disjoint")


@rule(
    "L3/addressee-in-content",
    "An addressee inside direct speech",
    view="own_content",
    columns=("statements.addressee_spans", "statements.content_spans", "statements.mode"),
    why="The reporter names those who are spoken to outside of the words that are quoted; inside they are mentions. "
    "In indirect "
    "speech the addressee may be the subject of the clause.",
    bad='direct content "Minister, resign" with the addressee "Minister"',
    good="the addressee span outside the content, or addressee_implicit",
    mend="cut the content, or remove the addressee span and set addressee_implicit",
)
def addressee_in_content(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{} and {}–{}", "start", "end", "low", "high")
    return Rule(
        (pl.col("role") == "addressee_spans") & (pl.col("mode") == "direct"),
        "Addressee and content overlap: {found}.",
        "",
        found,
        "disjoint",
    )
