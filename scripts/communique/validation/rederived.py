"""L4: derived columns of built tables against a new derivation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from communique.annotation.derive import cameo_actor_code, derive
from communique.annotation.model import Annotation
from communique.corpus.claims import claims
from communique.schema import Table
from communique.validation.evaluate import Evaluation
from communique.validation.finding import Finding
from communique.validation.frames import key_of, strings_in
from communique.validation.level1 import shown
from communique.validation.lookup import rows_of
from communique.validation.registry import declare

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]

DERIVED = declare(
    "L4/derived-differs",
    "A derived value that does not follow from its record",
    why="Readers take asserter, scores and names from the table: a stale or edited one tells another story than the record.",
    columns=("every derived column",),
    bad='"asserted_by": ["AUTHOR"] where rule R3 gives ["KREMLIN"]',
    good="the value that the derivation gives",
    mend="build the corpus again",
)

#: In shards of more articles than this only a sample is derived again; the others are counted as not checked.
WHOLE, SAMPLE = 200, 1


def sample_of(articles: list[str]) -> set[str]:
    """The articles of a shard that are derived again: all of a small shard, else the first few by id."""
    return set(articles) if len(articles) <= WHOLE else set(sorted(articles)[:SAMPLE])


def check_derived(run: Evaluation, full: dict[str, pl.DataFrame], present: dict[str, set[str]]) -> None:
    """Derive the articles of `full` (all columns, by table) anew and compare. `present` says by article which tables
    have a file in its shard.

    Articles with a fault are left out: what follows from a faulty record is no fault of its own.
    """
    import polars as pl

    if DERIVED.id not in run.wanted or "articles" not in full:
        return
    faulty = _faulty_articles(run)
    own, sound, unread = _derivable(run, full["articles"], faulty)
    big = _big(full)
    checked = [one for one in sound if one not in unread and one not in big]
    # Records are made of the articles that are derived, and of the registry's actors for their codes.
    if len(checked) < len(own):
        keep = pl.col("article_id").is_in(pl.Series(checked, dtype=pl.String).implode())
        full = {
            name: frame.filter(keep | pl.col("article_id").is_null() if name == "actors" else keep)
            for name, frame in full.items()
            if "article_id" in frame.columns
        }
    rows = {name: _records(run, name, frame) for name, frame in full.items() if "article_id" in frame.columns}
    names = _named(run.shard.registry, rows)
    by_article: dict[str, dict[str, list[Record]]] = {}
    for name, found in rows.items():
        for row in found:
            by_article.setdefault(str(row.get("article_id")), {}).setdefault(name, []).append(row)
    for article in sorted(rows["articles"], key=lambda row: str(row["article_id"])):
        _article(
            run, article, by_article.get(article["article_id"], {}), names, present[article["article_id"]]
        )
    run.unjudged(DERIVED.id, "the article has a fault", len(own) - len(sound))
    run.unjudged(DERIVED.id, "words of the article are withheld or were not restored", len(unread))
    rest = len(sound) - len(unread) - len(checked)
    run.unjudged(DERIVED.id, f"an article of over {BIG:,} records is not derived anew", rest)
    total = run.shard.frames["articles"].height
    run.unjudged(DERIVED.id, "only a sample of articles is derived anew in large shards", total - len(own))
    _codes(run, rows.get("actors", []), faulty)


#: Articles of more records than this are not derived again.
BIG = 20_000


def _big(full: dict[str, pl.DataFrame]) -> set[str]:
    """The articles of more than BIG records in one table."""
    found: set[str] = set()
    for frame in full.values():
        if frame.height > BIG and "article_id" in frame.columns:
            counts = frame["article_id"].value_counts()
            found |= set(counts.filter(counts["count"] > BIG)["article_id"].drop_nulls())
    return found


def _derivable(
    run: Evaluation, articles: pl.DataFrame, faulty: set[str]
) -> tuple[list[str], list[str], set[str]]:
    """The ids of the articles, of those without a fault, and which of these lack words."""
    own = articles["article_id"].to_list()
    sound = [one for one in own if one not in faulty and one not in run.shard.gated]
    withheld = set(articles.filter(articles["text"].is_null())["article_id"]) | run.shard.losses.articles
    return own, sound, withheld & set(sound)


def _named(registry: pl.DataFrame | None, rows: dict[str, list[Record]]) -> dict[str, Record]:
    """The actors of the registry that the rows may refer to."""
    import polars as pl

    if registry is None:
        return {}
    said = pl.Series(sorted(strings_in(list(rows.values()))), dtype=pl.String)
    return {actor["actor_id"]: actor for actor in rows_of(registry, said).to_dicts()}


def _faulty_articles(run: Evaluation) -> set[str]:
    faulty = {one for by_article in run.shard.broken.values() for one in by_article}
    for name, marked in run.faulty().items():
        frame = run.shard.frames[name]
        if "article_id" in frame.columns and len(marked):
            faulty |= set(frame["article_id"].gather(marked).drop_nulls())
    return faulty


def _records(run: Evaluation, name: str, frame: pl.DataFrame) -> list[Record]:
    import polars as pl

    table = run.shard.schema.table(name)
    days = [column for column, kind in frame.schema.items() if kind == pl.Date]
    texts = [column.name for column in table.columns if column.json.get("x-arrow") == "json"]
    found = frame.with_columns(pl.col(days).cast(pl.String)).to_dicts() if days else frame.to_dicts()
    for record in found:
        for text in texts:
            record[text] = None if record[text] is None else json.loads(record[text])
    return found


def _article(
    run: Evaluation,
    article: Record,
    rows: dict[str, list[Record]],
    registry: dict[str, Record],
    present: set[str],
) -> None:
    schema = run.shard.schema
    stored: dict[str, list[Record]] = {}
    for name, table in schema.tables.items():
        if name != "articles" and not table.is_view:
            keep = [column.name for column in table.stored]
            stored[name] = [{key: row[key] for key in keep} for row in rows.get(name, [])]
    annotation = Annotation(article["article_id"], article["text_sha256"], {}, None, stored)
    actors = registry | {actor["actor_id"]: actor for actor in rows.get("actors", [])}
    try:
        made = derive(annotation, article, actors, schema)
        glosses = {event["event_id"]: event["gloss"] for event in made["events"]}
        names = {actor_id: actor["canonical_name"] for actor_id, actor in actors.items()}
        made["claims"] = claims(made["actions"], glosses, names)
    except (KeyError, TypeError, ValueError) as error:
        run.unjudged(DERIVED.id, f"the article cannot be derived: {type(error).__name__} {error}", 1)
        return
    foreign = {"to_gloss"}
    for name in ("mentions", "statements", "actions", "events", "event_links", "claims"):
        # A table without a file in the shard is a fault of files, or has no rows.
        if name in schema.tables and (rows.get(name) or name in present):
            _compare(run, name, rows.get(name, []), made.get(name, []), foreign)


def _compare(run: Evaluation, name: str, rows: list[Record], made: list[Record], foreign: set[str]) -> None:
    table = run.shard.schema.table(name)
    fresh = {_key(table, row): row for row in made}
    derived = [column.name for column in table.columns if column.derived]
    for row in rows:
        key = _key(table, row)
        twin = fresh.get(key)
        if twin is None:
            if table.is_view:
                run.add(_finding(run, name, row, key, None, "No action gives this row."))
            continue
        for column in derived:
            same = row[column] == twin.get(column, row[column])
            if not same and not (column in foreign and row[column] is not None):
                run.add(
                    _finding(
                        run, name, row, key, column, "It follows otherwise from the record.", twin[column]
                    )
                )
                break
    missing = fresh.keys() - {_key(table, row) for row in rows}
    if table.is_view:
        for key in sorted(one for one in missing if one):
            run.add(_finding(run, name, fresh[key], key, None, "The row is missing."))


def _key(table: Table, row: Record) -> str | None:
    return key_of(table, {name: str(row[name]) if row[name] is not None else "" for name in table.key})


def _finding(
    run: Evaluation,
    name: str,
    row: Record,
    key: str | None,
    column: str | None,
    said: str,
    expected: Any = None,
) -> Finding:
    return DERIVED.finding(
        f"{column or 'The row'} is not what is derived. {said}",
        table=name,
        key=key,
        article_id=row.get("article_id"),
        file=next((file for _, file, *_ in run.shard.places.get(name, [])), None),
        field=column,
        found=shown(row.get(column)) if column else None,
        expected=shown(expected) if column else None,
    )


def _codes(run: Evaluation, actors: list[Record], faulty: set[str]) -> None:
    marked = run.shard.frames["actors"]["actor_id"].gather(run.faulty()["actors"])
    spared = set(marked) | run.shard.broken_keys.get("actors", set())
    for actor in actors:
        if actor["article_id"] in faulty or actor["actor_id"] in spared:
            continue
        code = cameo_actor_code(actor)
        if actor["cameo_actor_code"] != code:
            run.add(
                _finding(
                    run, "actors", actor, actor["actor_id"], "cameo_actor_code", "It follows otherwise.", code
                )
            )
