"""L4 and L5: more of actors and articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.schema import Schema
from communique.text.canonical import NORMALISER
from communique.validation.registry import Rule, rule

if TYPE_CHECKING:
    import polars as pl

_SPLITS = ("train", "validation", "test")


@rule(
    "L4/qid-form",
    "A Wikidata id that no item has",
    view="actors",
    columns=("actors.wikidata_qid",),
    why="Wikidata has some hundred million items; an id of more than ten digits was mistyped.",
    bad='"Q99999999999999"',
    good='"Q6279"',
    mend="look the id up",
)
def qid_form(schema: Schema) -> Rule:
    import polars as pl

    qid = pl.col("wikidata_qid")
    return Rule(
        qid.str.len_bytes() > 11, "{found} is too long.", "wikidata_qid", qid, "Q and at most ten digits"
    )


@rule(
    "L4/set-of-one",
    "A set with one member",
    view="actors",
    columns=("actors.actor_kind", "actors.set_members"),
    severity="warning",
    why="A set of one is that one: the other members are missing.",
    bad='"set_members": ["BIDEN"]',
    good='"set_members": ["BIDEN", "PUTIN"]',
    mend="list all members, or refer to the one itself",
)
def set_of_one(schema: Schema) -> Rule:
    import polars as pl

    members = pl.col("set_members")
    where = (pl.col("actor_kind") == "set") & (members.list.len() == 1)
    return Rule(
        where, "The only member is {found}.", "set_members", members.list.first(), "two members or more"
    )


@rule(
    "L4/nonstate-code-of-a-state",
    "A state with the code of a non-state actor",
    view="actors",
    columns=("actors.actor_kind", "actors.nonstate_code"),
    why="The code stands in the place of the country when actors are exported.",
    bad='"actor_kind": "state", "nonstate_code": "IGO"',
    good='"actor_kind": "state", "nonstate_code": null',
    mend="clear the code, or correct the kind",
)
def nonstate_code_of_state(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("actor_kind") == "state") & pl.col("nonstate_code").is_not_null()
    return Rule(where, "The state has the code {found}.", "nonstate_code", pl.col("nonstate_code"), "null")


@rule(
    "L4/detection-value",
    "A detected value that the feature cannot have",
    view="detections",
    columns=("articles.detections",),
    why="It is compared with the value that the article was given.",
    bad='"feature": "quotation_marks", "value": "blue"',
    good='"value": "stripped"',
    mend="ingest the article again, or correct the value",
)
def detection_value(schema: Schema) -> Rule:
    import polars as pl

    wrong = pl.lit(False)
    articles = schema.table("articles")
    for value in schema.values("detected_feature").values:
        column = articles.by_name.get(value.const)
        if column is not None and column.values:
            known = [one.const for one in schema.values(column.values).values]
            wrong = wrong | ((pl.col("feature") == value.const) & ~pl.col("value").is_in(known))
    return Rule(wrong, "{expected} cannot be {found}.", "value", pl.col("value"), pl.col("feature"))


@rule(
    "L4/detection-repeated",
    "One feature of a text detected twice",
    view="detections",
    columns=("articles.detections",),
    why="Of two findings about one feature nobody knows which one counts.",
    bad="quotation_marks kept, and quotation_marks stripped",
    good="one of them",
    mend="ingest the article again, or remove one",
)
def detection_repeated(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("again"), "{found} is there before.", "feature", pl.col("feature"), "each feature once"
    )


@rule(
    "L4/normaliser-unknown",
    "A text made canonical by a program that is not known here",
    view="articles",
    columns=("articles.normaliser",),
    severity="warning",
    why="Whoever makes the text anew from its raw file must know how, or all offsets shift.",
    bad='"normaliser": "my-own/3"',
    good=f'"normaliser": "{NORMALISER}"',
    mend="ingest the article again",
)
def normaliser_unknown(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("normaliser") != NORMALISER
    return Rule(where, "{found} is not known.", "normaliser", pl.col("normaliser"), NORMALISER)


@rule(
    "L5/date-contradicts-id",
    "A date of publication other than the one in the id",
    view="articles",
    columns=("articles.article_id", "articles.published_on"),
    severity="warning",
    why="Ids bear the date: one of the two was changed and readers will trust either.",
    bad="guardian-20211207-… published on 2021-12-08",
    good="the same day",
    mend="correct the date; an id stays as it is: then grade the finding down with the reason",
)
def date_contradicts_id(schema: Schema) -> Rule:
    import polars as pl

    stated = pl.col("article_id").str.extract(r"-((?:19|20)[0-9]{6})(?:-|$)")
    day = pl.col("published_on").dt.strftime("%Y%m%d")
    return Rule(stated != day, "The date is {found}, the id says {expected}.", "published_on", day, stated)


@rule(
    "L5/rights-contradict",
    "A text that may be shared with all rights reserved",
    view="articles",
    columns=("articles.rights", "articles.redistribution"),
    severity="warning",
    why="The public form of the corpus will hold the text.",
    bad='"rights": "© News. All rights reserved.", "redistribution": "text_ok"',
    good='"redistribution": "annotations_only"',
    mend="set redistribution to annotations_only, or give the licence under which the text may be shared",
)
def rights_contradict(schema: Schema) -> Rule:
    import polars as pl

    reserved = pl.col("rights").str.contains(r"(?i)©|\(c\)|all rights reserved|copyright")
    where = (pl.col("redistribution") == "text_ok") & reserved
    return Rule(where, "The rights are “{found}”.", "redistribution", pl.col("rights"), "a licence to share")


@rule(
    "L5/split-misspelt",
    "A split that is nearly train, validation or test",
    view="articles",
    columns=("articles.split",),
    severity="warning",
    why="Loaders make a split of every name: the article would be in none that anybody loads.",
    bad='"split": "trian"',
    good='"split": "train"',
    mend="correct the name, or choose one that is not nearly another",
)
def split_misspelt(schema: Schema) -> Rule:
    import polars as pl

    split = pl.col("split")
    near = split.map_batches(_nearest, return_dtype=pl.String)
    return Rule(near.is_not_null(), "{found} is nearly {expected}.", "split", split, near)


def _nearest(splits: pl.Series) -> pl.Series:
    import difflib

    import polars as pl

    near = {
        one: next(iter(difflib.get_close_matches(one, _SPLITS, n=1, cutoff=0.7)), None)
        for one in splits.unique()
        if one not in _SPLITS
    }
    return pl.Series([near.get(one) for one in splits], dtype=pl.String)


@rule(
    "L5/provenance-untidy",
    "An annotator or a version of the guidelines written in two ways",
    view="provenance_values",
    columns=("provenance of every record",),
    severity="warning",
    why="ann, Ann and “ann ” are three people to every count; 0.01.0 is no version.",
    bad='"annotators": ["ann", "Ann"]',
    good='"annotators": ["ann"]',
    mend="write the name and the version in one way",
)
def provenance_untidy(schema: Schema) -> Rule:
    import polars as pl

    return Rule(pl.lit(True), "“{found}” is “{expected}”.", None, pl.col("value"), pl.col("better"))
