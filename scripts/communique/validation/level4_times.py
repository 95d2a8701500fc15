"""L4: times against the article that they stand in."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule

_TIME = ("statements.time", "actions.time")


@rule(
    "L4/time-says-nothing",
    "A time without value and without words",
    view="times",
    columns=_TIME,
    severity="warning",
    why="No time is null; an object that says nothing is counted as a time.",
    bad='"time": {"value": null, "expression": null, "basis": "none", "modifier": null}',
    good='"time": null',
    mend="set the time to null, or give its value",
)
def time_says_nothing(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("value").is_null() & pl.col("expression").is_null() & ~pl.col("withheld")
    return Rule(where, "The time has neither value nor expression.", "", "nothing", "null")


@rule(
    "L4/time-value-without-basis",
    "A dated time of which nothing says where it is from",
    view="times",
    columns=_TIME,
    severity="warning",
    why="A date taken silently from the publication looks like one that the text gives.",
    bad='"value": "2021-12-07", "expression": null, "basis": "none"',
    good='"value": "2021-12-07", "expression": null, "basis": "publication_default"',
    mend="give the basis, or clear the value",
)
def time_value_without_basis(schema: Schema) -> Rule:
    import polars as pl

    dated = pl.col("value").str.contains("^[0-9]") & pl.col("expression").is_null()
    where = dated & (pl.col("basis") == "none") & ~pl.col("withheld")
    return Rule(where, "The basis is none, yet the time is {found}.", "basis", pl.col("value"), "its basis")


@rule(
    "L4/time-default-differs",
    "A time taken from the publication that is not its date",
    view="times_in_article",
    columns=(*_TIME, "articles.published_on"),
    why="The basis says that nothing in the text gave the time; then only the article's date can be it.",
    bad='"basis": "publication_default" with 2021-11 in an article of 2021-12-07',
    good='"value": "2021-12-07" or "2021-12"',
    mend="give the date of publication, or the basis that the value was taken from",
)
def time_default_differs(schema: Schema) -> Rule:
    import polars as pl

    day = pl.col("published_on").cast(pl.String)
    value = pl.col("value").str.split("T").list.first()
    dated = value.str.contains("^[0-9]")
    where = (pl.col("basis") == "publication_default") & dated & ~day.str.starts_with(value)
    return Rule(where, "The value is {found}, the article is of {expected}.", "value", pl.col("value"), day)


@rule(
    "L4/time-after-publication",
    "Something that has happened after its report",
    view="times_in_article",
    columns=("actions.time", "actions.status", "articles.published_on"),
    why="What an article reports as done or under way was so before it appeared.",
    bad='"status": "occurred" on 2022-06-01 in an article of 2021-12-07',
    good='"status": "planned", or an earlier time',
    mend="correct the time or the status of the action, or the date of publication",
)
def time_after_publication(schema: Schema) -> Rule:
    import polars as pl

    # One day more: the same moment has two dates on the way round the world.
    last = pl.col("published_on").dt.offset_by("1d").cast(pl.String)
    value = pl.col("value").str.split("T").list.first()
    length = value.str.len_chars()
    later = value > last.str.slice(0, length)
    plain = pl.col("modifier").is_null() | pl.col("modifier").is_in(["after", "on_or_after", "start", "end"])
    done = pl.col("status").is_in(["occurred", "ongoing", "attempted"])
    where = done & plain & value.str.contains("^[0-9]") & later
    found = pl.format("{} on {}", "status", "value")
    day = pl.col("published_on").cast(pl.String)
    return Rule(where, "The action is {found}, the article of {expected}.", "value", found, day)


@rule(
    "L4/time-expression-not-in-text",
    "Words for a time that the text does not have",
    view="times_in_article",
    columns=(*_TIME, "articles.text"),
    why="The expression is quoted evidence: it stands in the article, letter by letter.",
    bad='"expression": "on Wednesday" where the article has "on Tuesday"',
    good='"expression": "on Tuesday"',
    mend="copy the words from the text",
)
def time_expression_not_in_text(schema: Schema) -> Rule:
    import polars as pl

    words, text = pl.col("expression"), pl.col("article_text")
    return Rule(
        ~text.str.contains(words, literal=True),
        "“{found}” does not stand in the text.",
        "expression",
        words,
        "words of the article",
        unknown=words.is_not_null() & text.is_null(),
        unknown_why="the text of the article is withheld or absent",
    )
