"""L5 over all articles: from a few columns of each shard, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from communique.validation import level5
from communique.validation.finding import Finding
from communique.validation.frames import Shard

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

#: A text of this many characters or fewer has too few shingles to compare.
_SHORT = 200
#: Jaccard similarity of five-word shingles from which two texts count as nearly the same.
_SAME = 0.7
_OF_ARTICLES = ("article_id", "split", "published_on", "text_sha256", "url", "source_file", "source_record")
_BANDS, _ROWS = 16, 4


def facts_of(shard: Shard, wanted: set[str]) -> dict[str, pl.DataFrame]:
    """What the checks below need of a shard."""
    import polars as pl

    articles, mentions = shard.frames["articles"], shard.frames["mentions"]
    facts = {"articles": articles.select(*_OF_ARTICLES, file=pl.lit(None, dtype=pl.String))}
    if shard.places.get("articles"):
        files = [name for rows, name, *_ in shard.places["articles"] for _ in range(rows)]
        facts["articles"] = facts["articles"].with_columns(file=pl.Series(files, dtype=pl.String))
    if level5.NEAR_DUPLICATE.id in wanted:
        facts["texts"] = articles.select("article_id", "split", "text")
    if level5.FEW_TWICE.id in wanted:
        by = mentions.select(
            "article_id", twice=pl.col("provenance").struct.field("annotators").list.len() > 1
        )
        facts["twice"] = by.group_by("article_id").agg(pl.col("twice").any())
    registry = shard.frames["actors"].filter(pl.col("article_id").is_null())
    facts["actors"] = registry.select(
        "actor_id", "canonical_name", "actor_kind", "country_iso3", "wikidata_qid"
    )
    if level5.NAME_OF_TWO.id in wanted:
        names = mentions.filter(
            (pl.col("mention_type") == "NAM")
            & pl.col("actor_id").is_not_null()
            & (pl.col("metonymy") == "none")
        )
        facts["names"] = (
            names.filter(pl.col("text").is_not_null())
            .select(pl.col("text").str.to_lowercase(), "actor_id")
            .unique()
        )
    return facts


def corpus_findings(
    facts: dict[str, pl.DataFrame], wanted: set[str], registry_file: str | None
) -> list[Finding]:
    """The findings about all articles and the registry together."""
    found: list[Finding] = []
    articles = facts["articles"].sort("article_id")
    if level5.TEXT_REPEATED.id in wanted:
        found += _repeated(articles)
    if level5.SPLIT_TIME.id in wanted:
        found += _split_by_time(articles)
    if "texts" in facts and articles["split"].n_unique() > 1:
        found += _near_duplicates(facts["texts"].sort("article_id"))
    found += _shared(articles, wanted)
    found += _actors(facts["actors"].sort("actor_id"), wanted, registry_file)
    if "names" in facts:
        found += _names(facts["names"])
    if "twice" in facts and facts["twice"].height >= 50:
        share = facts["twice"]["twice"].sum() / facts["twice"].height
        if share < 0.1:
            said = f"{share:.1%} of {facts['twice'].height} annotated articles have two annotators."
            found.append(level5.FEW_TWICE.finding(said, found=f"{share:.1%}", expected="10% or more"))
    return found


def _article(one: dict[str, Any], **parts: Any) -> dict[str, Any]:
    file = one.get("file") or f"corpus/articles/{one['article_id']}.json"
    return {
        "table": "articles",
        "key": one["article_id"],
        "article_id": one["article_id"],
        "file": file,
        **parts,
    }


def _repeated(articles: pl.DataFrame) -> list[Finding]:
    import polars as pl

    first = articles.unique("text_sha256", keep="first", maintain_order=True).select(
        "text_sha256", first="article_id"
    )
    twice = articles.join(first, on="text_sha256", maintain_order="left").filter(
        pl.col("article_id") != pl.col("first")
    )
    return [
        level5.TEXT_REPEATED.finding(
            f"The article has the text of {one['first']}.",
            **_article(one, field="text_sha256", found=one["first"]),
        )
        for one in twice.iter_rows(named=True)
    ]


def _shared(articles: pl.DataFrame, wanted: set[str]) -> list[Finding]:
    """Articles that share an address, a raw file of one article, or an id but for its capitals, with one before them."""
    import polars as pl

    of_one = articles.filter(pl.col("source_record").is_null())
    cases = (
        (level5.URL_REPEATED, articles.filter(pl.col("url").is_not_null()), "url", pl.col("url")),
        (level5.RAW_SHARED, of_one, "source_file", pl.col("source_file")),
        (level5.IDS_ALIKE, articles, "article_id", pl.col("article_id").str.to_lowercase()),
    )
    found = []
    for check, rows, field, value in cases:
        if check.id not in wanted:
            continue
        rows = rows.with_columns(same=value, first=pl.col("article_id").first().over(value))
        twice = rows.filter((pl.col("article_id") != pl.col("first")) & pl.col("same").is_not_null())
        found += [
            check.finding(
                f"{one['first']} has the same, {one[field]}."
                if field != "article_id"
                else f"There is {one['first']}.",
                **_article(one, field=field, found=one[field]),
            )
            for one in twice.iter_rows(named=True)
        ]
    return found


def _split_by_time(articles: pl.DataFrame) -> list[Finding]:
    import polars as pl

    last = articles.filter(pl.col("split") == "train")["published_on"].max()
    if last is None:
        return []
    early = articles.filter(pl.col("split").is_in(["test", "validation"]) & (pl.col("published_on") < last))
    return [
        level5.SPLIT_TIME.finding(
            f"The article of {one['published_on']!s} is in {one['split']}, train goes up to {last!s}.",
            **_article(one, field="split", found=str(one["published_on"]), expected=f"after {last!s}"),
        )
        for one in early.iter_rows(named=True)
    ]


def _near_duplicates(texts: pl.DataFrame) -> list[Finding]:
    """Candidates by banded MinHash (Broder 1997), then the exact Jaccard similarity of their five-word shingles."""
    import numpy as np
    import polars as pl

    long = texts.filter(pl.col("text").str.len_chars() > _SHORT)
    sets = [_shingles(text) for text in long["text"]]
    random = np.random.default_rng(0)
    factors = random.integers(1, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    buckets: dict[tuple[int, bytes], list[int]] = {}
    for index, hashes in enumerate(sets):
        if not len(hashes):
            continue
        signature = (hashes[:, None] * factors[None, :]).min(axis=0)
        for band in range(_BANDS):
            buckets.setdefault((band, signature[band * _ROWS : (band + 1) * _ROWS].tobytes()), []).append(
                index
            )
    splits, ids = long["split"].to_list(), long["article_id"].to_list()
    pairs = {
        (one, other)
        for members in buckets.values()
        for number, one in enumerate(members)
        for other in members[number + 1 :]
        if splits[one] != splits[other]
    }
    found = []
    for one, other in sorted(pairs):
        both = len(np.intersect1d(sets[one], sets[other]))
        share = both / (len(sets[one]) + len(sets[other]) - both)
        if share >= _SAME:
            said = f"{share:.0%} of its words in context are those of {ids[one]} in {splits[one]}."
            place = _article(
                {"article_id": ids[other]}, field="split", found=splits[other], expected=splits[one]
            )
            found.append(level5.NEAR_DUPLICATE.finding(said, **place))
    return found


def _shingles(text: str) -> np.ndarray:
    import numpy as np
    import polars as pl

    words = text.lower().split()
    joined = [" ".join(words[at : at + 5]) for at in range(max(1, len(words) - 4))]
    return np.unique(pl.Series(joined).hash(0).to_numpy())


_SAME_IN = {
    "wikidata_qid": "Wikidata item",
    "canonical_name": "name, kind and country",
    "country_iso3": "country",
    "actor_id": "id but for its capitals",
}


def _actors(actors: pl.DataFrame, wanted: set[str], file: str | None) -> list[Finding]:
    import polars as pl

    found: list[Finding] = []
    for check, keys, field in (
        (level5.QID_SHARED, ["wikidata_qid"], "wikidata_qid"),
        (level5.TWINS, ["name", "actor_kind", "country_iso3"], "canonical_name"),
        (level5.TWO_STATES, ["state"], "country_iso3"),
        (level5.IDS_ALIKE, ["low"], "actor_id"),
    ):
        if check.id not in wanted:
            continue
        plain = pl.col("canonical_name").str.normalize("NFKC").str.replace_all(r"\s+", " ")
        named = actors.with_columns(
            name=plain.str.to_lowercase().str.strip_chars(),
            low=pl.col("actor_id").str.to_lowercase(),
            state=pl.when(pl.col("actor_kind") == "state").then("country_iso3"),
        )
        named = named.filter(pl.col(keys[0]).is_not_null())
        first = named.unique(keys, keep="first", maintain_order=True).select(*keys, first="actor_id")
        twice = named.join(first, on=keys, nulls_equal=True, maintain_order="left").filter(
            pl.col("actor_id") != pl.col("first")
        )
        said = {one.key for one in found}
        for one in twice.iter_rows(named=True):
            if one["actor_id"] not in said:
                what = _SAME_IN[field]
                words = f"{one['first']} has the same {what}: {one[field]}."
                place = {
                    "table": "actors",
                    "key": one["actor_id"],
                    "file": file,
                    "field": field,
                    "found": one[field],
                }
                found.append(check.finding(words, **place))
    return found


def _names(names: pl.DataFrame) -> list[Finding]:
    import polars as pl

    many = (
        names.unique()
        .group_by("text")
        .agg(pl.col("actor_id").sort())
        .filter(pl.col("actor_id").list.len() > 4)
        .sort("text")
    )
    return [
        level5.NAME_OF_TWO.finding(
            f"“{one['text']}” is the name of {len(one['actor_id'])} actors: {', '.join(one['actor_id'][:8])}.",
            table="mentions",
            key=one["text"],
            found=", ".join(one["actor_id"][:8]),
        )
        for one in many.iter_rows(named=True)
    ]
