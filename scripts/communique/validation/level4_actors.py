"""L4, codebook: articles and actors."""

from __future__ import annotations

from communique.annotation.model import AUTHOR
from communique.articles.languages import CODES
from communique.schema import Schema
from communique.validation.countries import COUNTRIES
from communique.validation.registry import Rule, rule


@rule(
    "L4/country-unknown",
    "A country code that no country has",
    view="actors",
    columns=("actors.country_iso3",),
    why="Codes are joined with tables of countries; an unknown one drops out without a word.",
    bad='"country_iso3": "UKA"',
    good='"country_iso3": "UKR"',
    mend="use the ISO 3166-1 alpha-3 code (KOS for Kosovo)",
)
def country_unknown(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("country_iso3").is_not_null() & ~pl.col("country_iso3").is_in(sorted(COUNTRIES))
    return Rule(
        where,
        "{found} is no ISO 3166-1 alpha-3 code.",
        "country_iso3",
        pl.col("country_iso3"),
        "an existing code",
    )


@rule(
    "L4/qid-without-item",
    "A Wikidata status that does not fit the id",
    view="actors",
    columns=("actors.wikidata_qid", "actors.qid_status"),
    why="verified and proposed speak of an item, none and nil of its absence.",
    bad='"wikidata_qid": null, "qid_status": "verified"',
    good='"wikidata_qid": null, "qid_status": "none"',
    mend="give the id that was verified, or set the status to none (not looked up) or nil (looked up, no item)",
)
def qid_status(schema: Schema) -> Rule:
    import polars as pl

    has = pl.col("wikidata_qid").is_not_null()
    where = has != pl.col("qid_status").is_in(["verified", "proposed"])
    found = pl.format("{} with {}", "qid_status", pl.col("wikidata_qid").fill_null("no id"))
    return Rule(
        where,
        "The status is {found}.",
        "qid_status",
        found,
        "verified or proposed with an id, none or nil without",
    )


@rule(
    "L4/set-without-members",
    "A set without its members",
    view="actors",
    columns=("actors.actor_kind", "actors.set_members"),
    why="A set stands for its members: exporters expand it.",
    bad='"actor_kind": "set", "set_members": []',
    good='"actor_kind": "set", "set_members": ["BIDEN", "PUTIN"]',
    mend="list the members, or under affiliated_with those whose members they are, or make it a collective_unnamed",
)
def set_without_members(schema: Schema) -> Rule:
    import polars as pl

    none = (pl.col("set_members").list.len() == 0) & (pl.col("affiliated_with").list.len() == 0)
    where = (pl.col("actor_kind") == "set") & none
    return Rule(where, "The actor is a set and lists no member.", "set_members", "no member", "its members")


@rule(
    "L4/members-without-set",
    "Members of an actor that is no set",
    view="actors",
    columns=("actors.actor_kind", "actors.set_members"),
    why="Only a set is the sum of its members; other bodies have affiliates.",
    bad='"actor_kind": "igo" with set_members',
    good='"actor_kind": "set" with set_members',
    mend="set the kind to set, or list the actor under affiliated_with of the members",
)
def members_without_set(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("actor_kind") != "set") & (pl.col("set_members").list.len() > 0)
    found = pl.col("set_members").list.join(", ")
    return Rule(where, "The actor is no set and lists members: {found}.", "set_members", found, "no member")


@rule(
    "L4/sector-repeated",
    "The main sector again among the others",
    view="actors",
    columns=("actors.sector_code", "actors.other_sector_codes"),
    why="The CAMEO code would carry it twice.",
    bad='"sector_code": "GOV", "other_sector_codes": ["GOV"]',
    good='"sector_code": "GOV", "other_sector_codes": ["MIL"]',
    mend="remove it from other_sector_codes",
)
def sector_repeated(schema: Schema) -> Rule:
    import polars as pl

    where = (
        pl.col("other_sector_codes").list.contains(pl.col("sector_code"))
        & pl.col("sector_code").is_not_null()
    )
    return Rule(
        where,
        "{found} is the main sector and one of the others.",
        "other_sector_codes",
        pl.col("sector_code"),
    )


@rule(
    "L4/other-sectors-without-main",
    "Further sectors without a main one",
    view="actors",
    columns=("actors.sector_code", "actors.other_sector_codes"),
    why="The first sector is the main one; a code that begins with a further sector reads as another actor.",
    bad='"sector_code": null, "other_sector_codes": ["MIL"]',
    good='"sector_code": "MIL", "other_sector_codes": []',
    mend="move the first into sector_code",
)
def other_sectors_without_main(schema: Schema) -> Rule:
    import polars as pl

    # A body of several states has its code instead: IGO with the sector MIL.
    where = (
        pl.col("sector_code").is_null()
        & pl.col("nonstate_code").is_null()
        & (pl.col("other_sector_codes").list.len() > 0)
    )
    found = pl.col("other_sector_codes").list.join(", ")
    return Rule(
        where,
        "There is no sector_code, but other_sector_codes has {found}.",
        "sector_code",
        found,
        "a main sector",
    )


@rule(
    "L4/unnamed-group-in-registry",
    "An unnamed group outside an article",
    view="actors",
    columns=("actors.actor_kind", "actors.article_id"),
    why="“Officials” of one article are not those of another: unnamed groups are never merged across articles.",
    bad='"actor_kind": "collective_unnamed" in actors.jsonl',
    good="the group in the annotation file of its article",
    mend="move the group into the article's file under an id that begins with the article's",
)
def unnamed_group_in_registry(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("actor_kind") == "collective_unnamed") & pl.col("article_id").is_null()
    return Rule(
        where,
        "The registry holds an unnamed group: {found}.",
        "actor_kind",
        pl.col("canonical_name"),
        "an actor with a name",
    )


@rule(
    "L4/narrator-kind",
    f"{AUTHOR} is not of the kind media",
    view="actors",
    columns=("actors.actor_id", "actors.actor_kind"),
    why="The narrator is the medium that publishes the article.",
    bad=f'"{AUTHOR}" with the kind person',
    good=f'"{AUTHOR}" with the kind media',
    mend="set actor_kind to media",
)
def narrator_kind(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("actor_id") == AUTHOR) & (pl.col("actor_kind") != "media")
    return Rule(where, "The narrator is of the kind {found}.", "actor_kind", pl.col("actor_kind"), "media")


@rule(
    "L4/language-unknown",
    "A language code that no language has",
    view="articles",
    columns=("articles.language",),
    why="Tools choose their model by the code.",
    bad='"language": "xx"',
    good='"language": "en"',
    mend="use the ISO 639-1 code",
)
def language_unknown(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("language").is_not_null() & ~pl.col("language").is_in(sorted(CODES))
    return Rule(where, "{found} is no ISO 639-1 code.", "language", pl.col("language"), "an existing code")


@rule(
    "L4/date-contradicts-source",
    "A date of publication other than the one written",
    view="articles",
    columns=("articles.published_on", "articles.date_raw"),
    why="The day was read wrongly, or one of the two was edited.",
    bad='"date_raw": "20211207", "published_on": "2021-07-12"',
    good='"date_raw": "20211207", "published_on": "2021-12-07"',
    mend="correct published_on, or date_raw",
)
def date_contradicts_source(schema: Schema) -> Rule:
    import polars as pl

    # Only forms that can be read in one way.
    raw = (
        pl.col("date_raw").str.extract(r"^([0-9]{4}-?[0-9]{2}-?[0-9]{2})(?:$|[T ])").str.replace_all("-", "")
    )
    where = raw != pl.col("published_on").dt.strftime("%Y%m%d")
    return Rule(
        where,
        "published_on is {found}, the source writes {expected}.",
        "published_on",
        pl.col("published_on").cast(pl.String),
        pl.col("date_raw"),
    )


@rule(
    "L4/date-impossible",
    "A date of publication before newspapers or after today",
    view="articles",
    columns=("articles.published_on",),
    why="A wrong century or a placeholder sorts the article where nobody looks.",
    bad='"published_on": "2201-12-07"',
    good='"published_on": "2021-12-07"',
    mend="correct the date, or set it to null",
)
def date_impossible(schema: Schema) -> Rule:
    import datetime

    import polars as pl

    # A day of grace: it is tomorrow already in the east.
    last = datetime.date.today() + datetime.timedelta(days=1)
    where = ~pl.col("published_on").is_between(datetime.date(1605, 1, 1), last)
    return Rule(
        where,
        "{found} is no day on which news was published.",
        "published_on",
        pl.col("published_on").cast(pl.String),
        f"1605 to {last.year}",
    )


@rule(
    "L4/url-form",
    "An address that is none",
    view="articles",
    columns=("articles.url",),
    why="Readers follow it to the source.",
    bad='"url": "theguardian.com/world"',
    good='"url": "https://www.theguardian.com/world"',
    mend="write the whole address, or null",
)
def url_form(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        ~pl.col("url").str.contains(r"^https?://[^\s/]+(/\S*)?$"),
        "{found} is no web address.",
        "url",
        pl.col("url"),
        "http:// or https://",
    )
