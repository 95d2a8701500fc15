"""All checks of one shard, in order: the function that threads or a cluster run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from communique.annotation.model import AUTHOR
from communique.corpus.shards import shard_of
from communique.validation import level0, level2, level3_zones
from communique.validation.corpuschecks import facts_of
from communique.validation.evaluate import Evaluation, Result
from communique.validation.rederived import check_derived
from communique.validation.references import check_references
from communique.validation.registry import Check, Rule
from communique.validation.versioned import check_versioned_values
from communique.validation.views_base import View

if TYPE_CHECKING:
    import polars as pl

    from communique.validation.loadshard import Loaded


def check_shard(run: Evaluation, shards: int | None = None, loaded: Loaded | None = None) -> Result:
    """Levels 2 to 5 of what lies in one shard, and what the reduce needs.

    `shards` is the number of shards of a built corpus; None for JSON files, which have no place to be in.
    `loaded` holds all columns of the articles whose derived columns are to be compared.
    """
    frames = run.shard.frames
    run.result.records = {name: frame.height for name, frame in frames.items()}
    if shards is not None:
        _alignment(run, shards)
    _text_digests(run)
    run.look_over()
    run.rules([2])
    check_references(run)
    _unused_groups(run)
    run.rules([3, 4])
    check_versioned_values(run)
    if loaded is not None:
        present = {article: loaded.present[number] for article, number in loaded.sample.items()}
        check_derived(run, loaded.full, present)
    run.rules([5])
    mentions = frames["mentions"]["actor_id"].drop_nulls().unique()
    if any(id_.startswith("L5/") for id_ in run.wanted):
        run.result.facts["corpus"] = facts_of(run.shard, run.wanted)
    run.result.mentioned = mentions.filter(~mentions.str.contains(".", literal=True)).hash()
    return run.result


def _alignment(run: Evaluation, shards: int) -> None:
    """Rows of articles that belong into another shard or split than that of their file."""

    shard = run.shard
    if _aligned(run, shards):
        return
    articles = shard.frames["articles"]
    splits = dict(zip(articles["article_id"], articles["split"], strict=True))
    homes: dict[str | None, int] = {}
    for name, frame in shard.frames.items():
        if "article_id" not in frame.columns:
            continue
        start = 0
        for rows, _, split, number in shard.places.get(name, []):
            # Rows of one article stand together: look at each run of them once.
            runs = frame["article_id"].slice(start, rows).rle().struct.unnest()
            firsts = (runs["len"].cum_sum() - runs["len"] + start).to_list()
            misplaced: dict[str | None, tuple[int, str, str]] = {}
            elsewhere: dict[str | None, tuple[int, str, str]] = {}
            for article, row in zip(runs["value"], firsts, strict=True):
                if article not in homes:
                    homes[article] = shard_of(article, shards)
                if homes[article] != number and article not in shard.gated:
                    misplaced.setdefault(article, (row, str(number), str(homes[article])))
                elif splits.get(article, split) != split and article not in shard.gated:
                    elsewhere.setdefault(article, (row, split, splits[article]))
            start += rows
            if misplaced:
                said = "The rows of the article lie in shard {found}, it belongs to shard {expected}."
                _report_places(run, level0.MISALIGNED, name, said, misplaced.values())
                shard.gated.update(article for article in misplaced if article is not None)
            if elsewhere:
                said = "The rows of the article lie in the split {found}, it belongs to {expected}."
                _report_places(run, level0.SPLIT_MISPLACED, name, said, elsewhere.values())


def _aligned(run: Evaluation, shards: int) -> bool:
    """Whether every row of an article lies where its article belongs, and every article is there."""
    import numpy as np

    shard = run.shard
    if shard.gated:
        return False
    articles = shard.frames["articles"]
    homes = np.array([shard_of(one, shards) for one in articles["article_id"]], dtype=np.int64)
    names = sorted({split for files in shard.places.values() for _, _, split, _ in files})
    # Of splits their positions in a list; what is in no file of the shard has none.
    splits = articles["split"].replace_strict(names, range(len(names)), default=-1).to_numpy()
    rows = {
        name: found.to_numpy() for name, found in run.views.article_rows.items() if not found.null_count()
    }
    rows["articles"] = np.arange(articles.height)
    for name, frame in shard.frames.items():
        if "article_id" not in frame.columns or frame.is_empty():
            continue
        if name not in rows:
            return False
        start = 0
        for height, _, split, number in shard.places.get(name, []):
            mine = rows[name][start : start + height]
            start += height
            if (homes[mine] != number).any() or (splits[mine] != names.index(split)).any():
                return False
    return True


def _report_places(
    run: Evaluation, check: Check, table: str, said: str, rows: Iterable[tuple[int, str, str]]
) -> None:
    import polars as pl

    if check.id in run.wanted:
        kinds = {"row": pl.UInt32, "found": pl.String, "expected": pl.String}
        frame = pl.DataFrame(list(rows), schema=kinds, orient="row")
        rule = Rule(pl.lit(True), said, "article_id", pl.col("found"), pl.col("expected"))
        run.emit(check, rule, View("alignment", table, frame, "article_id"), frame)


def _text_digests(run: Evaluation) -> None:
    """Articles whose digest is not that of their text, and annotations of another text."""
    import polars as pl

    articles, wanted = run.shard.frames["articles"], run.wanted
    if level3_zones.DIGEST.id in wanted or level2.OTHER_TEXT.id in wanted:
        digests = run.views.texts.digests()
        frame = articles.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "article_id", "text_sha256"
        )
        frame = frame.with_columns(digest=pl.Series(digests, dtype=pl.String))
        if level3_zones.DIGEST.id in wanted:
            rule = Rule(
                pl.col("digest") != pl.col("text_sha256"),
                "The text has the SHA-256 {expected}, text_sha256 is {found}.",
                "text_sha256",
                pl.col("text_sha256"),
                pl.col("digest"),
            )
            run.unjudged(level3_zones.DIGEST.id, "the text is withheld", frame["digest"].null_count())
            run.emit(level3_zones.DIGEST, rule, View("digests", "articles", frame), frame.filter(rule.where))
        if run.shard.digests is not None and level2.OTHER_TEXT.id in wanted:
            _other_texts(run, frame)


def _other_texts(run: Evaluation, articles: pl.DataFrame) -> None:
    import polars as pl

    assert run.shard.digests is not None
    faulty = run.faulty()["articles"].implode()
    pairs = run.shard.digests.join(
        articles.filter(~pl.col("row").is_in(faulty)), on="article_id", suffix="_of_article"
    )
    for one in pairs.filter(pl.col("digest") != pl.col("text_sha256")).iter_rows(named=True):
        run.shard.gated.add(one["article_id"])
        run.add(
            level2.OTHER_TEXT.finding(
                f"The annotation is of the text {one['text_sha256'][:12]}…, the article's text is {one['digest'][:12]}….",
                file=one["file"],
                table="annotation",
                key=one["article_id"],
                article_id=one["article_id"],
                field="text_sha256",
                pointer="/text_sha256",
                found=one["text_sha256"],
                expected=one["digest"],
            )
        )


def _unused_groups(run: Evaluation) -> None:
    """Rule R4 for the unnamed groups of an article; the registry is settled by the reduce."""
    import polars as pl

    if level2.GROUP_UNUSED.id not in run.wanted:
        return
    actors, mentions = run.shard.frames["actors"], run.shard.frames["mentions"]
    if actors["article_id"].null_count() == actors.height:
        return
    frame = actors.with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(
        pl.col("article_id").is_not_null()
    )
    frame = frame.filter(
        (pl.col("resolution") != "implicit") & ~pl.col("actor_id").is_in(mentions["actor_id"].implode())
    )
    if frame.is_empty():
        return
    # A mention whose actor is misspelt may be the one that is missed.
    known = run.views.actors["actor_id"].implode()
    lost = mentions.filter(pl.col("actor_id").is_not_null() & ~pl.col("actor_id").is_in(known))[
        "article_id"
    ].unique()
    spared = pl.col("article_id").is_in(lost.implode()) | pl.col("actor_id").is_in(sorted(run.shard.named))
    partly = set(run.shard.broken.get("mentions", {})) | set(run.shard.gated)
    spared = spared | pl.col("article_id").is_in(sorted(partly))
    rule = Rule(pl.lit(True), "No mention refers to {found}.", "actor_id", pl.col("actor_id"))
    run.unjudged(level2.GROUP_UNUSED.id, "a broken record may be the mention", frame.filter(spared).height)
    run.emit(level2.GROUP_UNUSED, rule, View("groups", "actors", frame, "actor_id"), frame.filter(~spared))


def narrator_missing(actor_ids: pl.Series) -> bool:
    """Whether the registry lacks the narrator."""
    return AUTHOR not in actor_ids
