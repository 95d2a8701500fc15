"""L2: every reference of the schema, also inside lists, resolved in the shard or left to the reduce."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from communique.annotation.model import AUTHOR
from communique.validation import level2
from communique.validation.evaluate import Evaluation, Pending
from communique.validation.paths import EACH, Path, flatten, reference_paths
from communique.validation.registry import Rule
from communique.validation.views import View

if TYPE_CHECKING:
    import polars as pl

_CROSSES = "{found} belongs to another article."


def check_references(run: Evaluation) -> None:
    """Report the references that lead nowhere; those into other shards become `pending`."""
    import polars as pl

    known = _known(run)
    for name, frame in run.shard.frames.items():
        if frame.is_empty():
            continue
        table = run.shard.schema.table(name)
        found = reference_paths(table)
        if name == "actions":
            found.append((Path(name, ("assertion_override", "asserted_in")), "statements", "statement_id"))
        for path, target, _ in found:
            if target not in run.shard.frames:
                continue
            values = flatten(frame, path)
            if values.is_empty():
                continue
            loose = values["value"].unique()
            loose = loose.filter(~loose.is_in(known[target].implode()))
            if name == "actions" and path.parts[0] == "assertion_override":
                loose = loose.filter(loose != AUTHOR)
            view = View("references", name, values, path.root, _locator(frame, path))
            if len(loose):
                _unresolved(run, view, values.filter(pl.col("value").is_in(loose.implode())), path, target)
            if target != "articles" and level2.CROSSES.id in run.wanted and "article_id" in frame.columns:
                _crossing(run, view, frame, path, loose)


def _known(run: Evaluation) -> dict[str, pl.Series]:
    """By table the ids that exist: sound and broken records, and the registry."""
    import polars as pl

    known = {}
    for name, frame in run.shard.frames.items():
        key = run.shard.schema.table(name).key[0]
        parts = [frame[key].unique().rename("key")]
        if broken := run.shard.broken_keys.get(name):
            parts.append(pl.Series("key", sorted(broken), dtype=pl.String))
        if name == "actors" and run.shard.registry is not None:
            parts.append(run.shard.registry["actor_id"].rename("key"))
        known[name] = pl.concat(parts)
    return known


def _unresolved(run: Evaluation, view: View, failing: pl.DataFrame, path: Path, target: str) -> None:
    import polars as pl

    check = level2.UNKNOWN.get(target, level2.UNKNOWN[""])
    frame = run.shard.frames[view.table]
    if target == "articles":
        # One article that is missing is one fault, however many records it has.
        articles = run.shard.frames["articles"]["article_id"]
        once = failing.filter(~pl.col("value").is_in(sorted(run.shard.gated))).unique("value", keep="first", maintain_order=True)
        said = run.result.facts.setdefault("articles_missed", set())
        once = once.filter(~pl.col("value").is_in(sorted(said)))
        said.update(once["value"].to_list())
        failing = once if len(articles) or once.height else failing.head(0)
    elif run.shard.index >= 0 and "article_id" in frame.columns:
        own = frame["article_id"].gather(failing["row"])
        foreign = failing.select(
            (pl.col("value").str.contains(".", literal=True) & ~pl.col("value").str.starts_with(own.fill_null("") + ".")).alias("x")
        )["x"]
        away = failing.filter(foreign)
        away = away.filter(~pl.col("value").str.split(".").list.first().is_in(sorted(run.shard.gated)))
        run.result.pending += _pending(run, view, away, path, target)
        failing = failing.filter(~foreign)
    if target != "articles":
        lost = pl.col("value").str.split(".").list.first().is_in(sorted(run.shard.gated)) & pl.col("value").str.contains(".", literal=True)
        if target == "actors" and not run.shard.registry_known:
            lost = lost | ~pl.col("value").str.contains(".", literal=True)
        run.unjudged(check.id, "what it refers to is in a file that cannot be read", failing.filter(lost).height)
        failing = failing.filter(~lost)
    if not failing.is_empty() and check.id in run.wanted:
        run.emit(check, _missing(target), view, failing)


def _pending(run: Evaluation, view: View, failing: pl.DataFrame, path: Path, target: str) -> list[Pending]:
    if failing.is_empty():
        return []
    check = level2.UNKNOWN.get(target, level2.UNKNOWN[""])
    unknown = run.describe(check, _missing(target), view, failing)
    crosses = run.describe(level2.CROSSES, _rule(_CROSSES), view, failing)
    links = run.shard.frames["event_links"]["type"] if view.table == "event_links" and path.parts[0] == "to_event_id" else None
    pending = []
    for value, row, one, other in zip(failing["value"], failing["row"], unknown, crosses, strict=True):
        allowed = links is not None and links[row] == "same_as"
        pending.append(Pending(target, value, one, None if allowed else other))
    return pending


def _crossing(run: Evaluation, view: View, frame: pl.DataFrame, path: Path, loose: pl.Series) -> None:
    """References that resolve in the shard but into another article."""
    import polars as pl

    values = view.frame.filter(pl.col("value").str.contains(".", literal=True))
    if values.is_empty():
        return
    own = frame["article_id"].gather(values["row"]).fill_null("") + "."
    where = ~pl.col("value").str.starts_with(own) & ~pl.col("value").is_in(loose.implode())
    if view.table == "actors":
        where = where & pl.Series(frame["article_id"].gather(values["row"]).is_not_null())
    if view.table == "event_links" and path.parts[0] == "to_event_id":
        where = where & (frame["type"].gather(values["row"]) != "same_as")
    if view.table == "event_links" and path.parts[0] == "from_event_id":
        # Said by L2/id-of-another-article: the first event is part of the key.
        return
    failing = values.filter(where)
    if not failing.is_empty():
        run.emit(level2.CROSSES, _rule(_CROSSES), view, failing)


def _missing(target: str) -> Rule:
    return _rule(f"{target.removesuffix('s').capitalize()} {{found}} does not exist.")


def _rule(message: str) -> Rule:
    import polars as pl

    return Rule(pl.lit(True), message, "", pl.col("value"))


def _locator(frame: pl.DataFrame, path: Path) -> Callable[[pl.DataFrame], pl.DataFrame]:
    import polars as pl

    def locate(failing: pl.DataFrame) -> pl.DataFrame:
        if EACH not in path.parts:
            return failing.with_columns(at=pl.lit(str(path)))
        part = frame.with_columns(_row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(pl.col("_row").is_in(failing["row"].implode()))
        whole = flatten(part, path, positions=True, rows="_row").unique(["row", "value"], keep="first", maintain_order=True)
        return failing.join(whole, on=["row", "value"], how="left", maintain_order="left")

    return locate
