"""L5, corpus: provenance, rights, and what only shows when articles are seen together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.schema import Schema
from communique.validation.registry import Rule, declare, rule

if TYPE_CHECKING:
    import polars as pl

_PROVENANCE = ("provenance of every record",)


@rule(
    "L5/agreed-by-one",
    "An agreed or adjudicated record with one annotator",
    view="provenance",
    columns=_PROVENANCE,
    why="Agreement takes two; the share of records annotated twice is the ground of every figure of agreement.",
    bad='"decision": "agreed", "annotators": ["ann"]',
    good='"decision": "agreed", "annotators": ["ann", "bob"]',
    mend="name all annotators, or set the decision to single",
)
def agreed_by_one(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("decision").is_in(["agreed", "adjudicated"]) & (pl.col("annotators").list.len() < 2)
    found = pl.format("{} with {}", "decision", pl.col("annotators").list.join(", "))
    return Rule(where, "The decision is {found}.", "decision", found, "two annotators or more")


@rule(
    "L5/single-of-several",
    "A single annotation by several annotators",
    view="provenance",
    columns=_PROVENANCE,
    why="Whoever counts records annotated twice counts it wrongly.",
    bad='"decision": "single", "annotators": ["ann", "bob"]',
    good='"decision": "agreed", "annotators": ["ann", "bob"]',
    mend="set the decision to agreed or adjudicated, or name the one annotator",
)
def single_of_several(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("decision") == "single") & (pl.col("annotators").list.len() > 1)
    found = pl.col("annotators").list.join(", ")
    return Rule(
        where, "The decision is single, the annotators are {found}.", "decision", found, "one annotator"
    )


@rule(
    "L5/annotator-repeated",
    "An annotator named twice",
    view="provenance",
    columns=_PROVENANCE,
    why="One person cannot agree with themselves.",
    bad='"annotators": ["ann", "ann"]',
    good='"annotators": ["ann", "bob"]',
    mend="name each annotator once",
)
def annotator_repeated(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("annotators").list.n_unique() < pl.col("annotators").list.len()
    found = pl.col("annotators").list.join(", ")
    return Rule(where, "The annotators are {found}.", "annotators", found, "different names")


@rule(
    "L5/guideline-unknown",
    "A record made under guidelines that do not exist yet",
    view="provenance",
    columns=(*_PROVENANCE, "annotations/guidelines/VERSION"),
    why="Nobody can look up which rules were followed.",
    bad='"guideline_version": "9.0.0" while the guidelines are at 1.2.0',
    good='"guideline_version": "1.2.0"',
    mend="correct the version, or raise annotations/guidelines/VERSION",
)
def guideline_unknown(schema: Schema) -> Rule:
    import polars as pl

    where = version_number("guideline_version") > version_number("current")
    return Rule(
        where,
        "The record follows the guidelines {found}, the latest are {expected}.",
        "guideline_version",
        pl.col("guideline_version"),
        pl.col("current"),
        unknown=pl.col("current").is_null(),
        unknown_why="the version of the guidelines is not known",
    )


@rule(
    "L5/guidelines-mixed",
    "Records of one article made under different guidelines",
    view="provenance",
    columns=_PROVENANCE,
    severity="warning",
    why="Within an article one rule should decide what is annotated; a mixture is neither.",
    bad="an article with records of 1.0.0 and 2.0.0",
    good="all records of an article under one version",
    mend="bring the older records under the newer guidelines",
)
def guidelines_mixed(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("guideline_version") != pl.col("of_article")
    return Rule(
        where,
        "The record follows the guidelines {found}, others of the article {expected}.",
        "guideline_version",
        pl.col("guideline_version"),
        pl.col("of_article"),
    )


@rule(
    "L5/rights-missing",
    "A text that may be redistributed under no licence",
    view="articles",
    columns=("articles.redistribution", "articles.rights"),
    why="Who redistributes it must be able to say on what ground.",
    bad='"redistribution": "text_ok", "rights": null',
    good='"redistribution": "text_ok", "rights": "CC-BY-4.0"',
    mend="name the licence, or set redistribution to annotations_only",
)
def rights_missing(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("redistribution") == "text_ok") & pl.col("rights").fill_null("").str.strip_chars().eq("")
    return Rule(
        where, "The text may be redistributed and no licence is named.", "rights", expected="a licence"
    )


@rule(
    "L5/text-not-free",
    "A text in a public corpus that must not be redistributed",
    view="articles",
    columns=("articles.redistribution", "articles.text", "manifest.withheld"),
    why="The text belongs to its publisher; the public form holds annotations and what finds the text again.",
    bad='"redistribution": "annotations_only" with its text in a corpus whose texts are withheld',
    good='"redistribution": "annotations_only", "text": null',
    mend="make the public form again: 'communique release --public'",
)
def text_not_free(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("public") & (pl.col("redistribution") != "text_ok") & pl.col("text").is_not_null()
    found = pl.col("redistribution")
    return Rule(where, "The redistribution is {found}, and the text is there.", "text", found, "no text")


TEXT_REPEATED = declare(
    "L5/text-repeated",
    "Two articles with the same text",
    why="Everything in it is counted twice, and a model is tested on what it was trained on.",
    columns=("articles.text_sha256",),
    bad="articles a and b with one text_sha256",
    good="one article",
    mend="keep the article that was ingested first",
)
NEAR_DUPLICATE = declare(
    "L5/near-duplicate-across-splits",
    "Nearly the same text in two splits",
    why="A model is tested on what it was trained on.",
    columns=("articles.text", "articles.split"),
    bad="an agency report in train and its copy with another headline in test",
    good="all copies of a report in one split",
    mend="move the articles into one split",
)
SPLIT_TIME = declare(
    "L5/split-not-by-time",
    "A test article older than the latest training article",
    severity="warning",
    why="News of one day is about the same events: a split by time is the honest test of what comes next.",
    columns=("articles.split", "articles.published_on"),
    bad="train up to 2022-05, test from 2021-03",
    good="train up to 2021-12, test from 2022-01",
    mend="move the article into train, or grade this check down with a reason where the split is not by time",
)
QID_SHARED = declare(
    "L5/qid-shared",
    "Two actors with one Wikidata item",
    why="They are one actor, or one of the two ids is wrong.",
    columns=("actors.wikidata_qid",),
    bad="PUTIN and PUTIN2, both Q7747",
    good="one actor Q7747",
    mend="merge the actors and correct the references, or correct the Wikidata id",
)
TWINS = declare(
    "L5/actor-twins",
    "Two registry actors with one name and kind",
    severity="warning",
    why="They are probably one actor: counts and links are split between them.",
    columns=("actors.canonical_name", "actors.actor_kind"),
    bad="US_GOV and USA_GOV, both “US government”",
    good="one actor, or names that tell them apart",
    mend="merge the actors and correct the references, or tell them apart by name",
)
IDS_ALIKE = declare(
    "L5/ids-alike",
    "Two ids that differ in capitals only",
    severity="warning",
    why="Many file systems and most readers take them for one.",
    columns=("actors.actor_id", "articles.article_id"),
    bad="BIDEN and Biden",
    good="BIDEN and BIDEN_JILL",
    mend="merge the records if they are one, else give the later one another id",
)
TWO_STATES = declare(
    "L5/country-of-two-states",
    "Two states with one country code",
    severity="warning",
    why="They are one state, or one of the two codes is wrong.",
    columns=("actors.country_iso3", "actors.actor_kind"),
    bad="RUS and UKR, both with the country RUS",
    good="one state for each code",
    mend="correct the code, or merge the actors",
)
URL_REPEATED = declare(
    "L5/url-repeated",
    "Two articles with one address",
    severity="warning",
    why="One article was taken in twice, in two states, or one address is wrong.",
    columns=("articles.url",),
    bad="two articles of https://news.example/a",
    good="one article",
    mend="remove the older one, or correct the address",
)
RAW_SHARED = declare(
    "L5/raw-file-shared",
    "Two articles from one raw file that holds one",
    severity="warning",
    why="A file of several articles names the record of each; without that the second one is not from it.",
    columns=("articles.source_file", "articles.source_record"),
    bad="two articles with a.txt and no source_record",
    good="a.txt and b.txt",
    mend="correct source_file, or ingest the article from its own file",
)
NAME_OF_TWO = declare(
    "L5/name-of-several-actors",
    "One name that stands for many actors",
    severity="note",
    why="An actor that was one too many, or a name that hides several: worth a look.",
    columns=("mentions.text", "mentions.actor_id"),
    bad="“Vladimir Putin” as the name of five actors",
    good="“Vladimir Putin” as the name of one",
    mend="correct the actor of the mentions that are wrong",
)
FEW_TWICE = declare(
    "L5/few-annotated-twice",
    "Fewer than one article in ten annotated by two",
    severity="note",
    why="Agreement cannot be measured where nothing was annotated twice.",
    columns=_PROVENANCE,
    bad="500 articles, 3 of them by two annotators",
    good="500 articles, 60 of them by two annotators",
    mend="let a second annotator do a sample: 'communique round new'",
)


def version_number(column: str) -> pl.Expr:
    """A version x.y.z as one number that sorts."""
    import polars as pl

    parts = pl.col(column).str.split(".").list.eval(pl.element().cast(pl.Int64, strict=False))
    return parts.list.get(0) * 10**12 + parts.list.get(1) * 10**6 + parts.list.get(2)
