"""L2: every reference of the schema, also inside lists, resolved in the shard or left to the reduce."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from communique.annotation.model import AUTHOR
from communique.validation import level2
from communique.validation.evaluate import Evaluation, Pending
from communique.validation.lookup import positions
from communique.validation.paths import EACH, Path, flatten
from communique.validation.registry import Rule
from communique.validation.screen_references import shard_references
from communique.validation.views_base import View

if TYPE_CHECKING:
    import polars as pl

_CROSSES = "{found} belongs to another article."


def check_references(run: Evaluation) -> None:
    """Report the references that lead nowhere; those into articles of other shards become `pending`."""
    import polars as pl

    if not any(id_.startswith("L2/") for id_ in run.wanted):
        return
    suspects = run.screened.references
    if suspects is not None and not suspects:
        return
    known = _known(run)
    found: dict[str, list[tuple[Path, pl.DataFrame]]] = {}
    for target, paths in shard_references(run.shard).items():
        for path in paths:
            if suspects is not None and path not in suspects:
                continue
            if not (values := flatten(run.shard.frames[path.table], path)).is_empty():
                found.setdefault(target, []).append((path, values))
    for target, parts in found.items():
        # All references to one table are looked up at once: the set of its ids is made once.
        different = pl.concat([values["value"] for _, values in parts]).unique()
        loose = different.filter(~different.is_in(known[target].implode()))
        if target == "actors" and run.shard.registry is not None:
            # The registry is far larger than what is looked up in it.
            loose = loose.filter(pl.Series(positions(run.shard.registry, loose) < 0, dtype=pl.Boolean))
        for path, values in parts:
            _check(run, run.shard.frames[path.table], path, target, values, loose)


def _known(run: Evaluation) -> dict[str, pl.Series]:
    """By table the ids that exist in the shard: of sound and of broken records."""
    import polars as pl

    known = {}
    for name, frame in run.shard.frames.items():
        key = run.shard.schema.table(name).key[0]
        parts = [frame[key].rename("key")]
        if broken := run.shard.broken_keys.get(name):
            parts.append(pl.Series("key", sorted(broken), dtype=pl.String))
        known[name] = pl.concat(parts)
    return known


def _check(
    run: Evaluation, frame: pl.DataFrame, path: Path, target: str, values: pl.DataFrame, loose: pl.Series
) -> None:
    import polars as pl

    if path.parts[0] == "assertion_override":
        loose = loose.filter(loose != AUTHOR)
    view = View("references", path.table, values, path.root, _locator(frame, path))
    if target == "articles":
        _articles(
            run, view, values.filter(pl.col("value").is_in(loose.implode())) if len(loose) else values.clear()
        )
        return
    if level2.CROSSES.id in run.wanted and "article_id" in frame.columns:
        _crossing(run, view, frame, path, loose)
    failing = values.filter(pl.col("value").is_in(loose.implode())) if len(loose) else values.clear()
    if not failing.is_empty():
        _unresolved(run, view, frame, path, target, failing)


def _articles(run: Evaluation, view: View, failing: pl.DataFrame) -> None:
    """One article that is missing is one fault, however many records it has."""
    import polars as pl

    said = run.result.facts.setdefault("articles_missed", set())
    once = failing.filter(~pl.col("value").is_in(sorted(run.shard.gated | said)))
    once = once.unique("value", keep="first", maintain_order=True)
    said.update(once["value"].to_list())
    if level2.UNKNOWN["articles"].id in run.wanted and not once.is_empty():
        run.emit(level2.UNKNOWN["articles"], _missing("articles"), view, once)


def _unresolved(
    run: Evaluation, view: View, frame: pl.DataFrame, path: Path, target: str, failing: pl.DataFrame
) -> None:
    import polars as pl

    check = level2.UNKNOWN.get(target, level2.UNKNOWN[""])
    if check.id not in run.wanted:
        return
    of_article = pl.col("value").str.contains(".", literal=True)
    home = pl.col("value").str.split(".").list.first()
    lost = of_article & home.is_in(sorted(run.shard.gated))
    if target in run.shard.absent:
        lost = pl.lit(True)
    if target == "actors" and not run.shard.registry_known:
        lost = lost | ~of_article
    run.unjudged(check.id, "what it refers to is in a file that cannot be read", failing.filter(lost).height)
    failing = failing.filter(~lost)
    if "article_id" in frame.columns:
        failing = failing.with_columns(own=frame["article_id"].gather(failing["row"]))
        foreign = (of_article & (home != pl.col("own"))).fill_null(False)
        run.result.pending += _pending(run, view, failing.filter(foreign).drop("own"), path, target)
        failing = failing.filter(~foreign).drop("own")
    run.emit(check, _missing(target), view, failing)


def _pending(run: Evaluation, view: View, failing: pl.DataFrame, path: Path, target: str) -> list[Pending]:
    if failing.is_empty():
        return []
    check = level2.UNKNOWN.get(target, level2.UNKNOWN[""])
    unknown = run.describe(check, _missing(target), view, failing)
    crosses = run.describe(level2.CROSSES, _rule(_CROSSES), view, failing)
    is_end = view.table == "event_links" and path.parts[0] == "to_event_id"
    kinds = run.shard.frames["event_links"]["type"] if is_end else None
    pending = []
    for value, row, one, other in zip(failing["value"], failing["row"], unknown, crosses, strict=True):
        allowed = kinds is not None and kinds[row] == "same_as"
        pending.append(Pending(target, value, one, None if allowed else other))
    return pending


def _crossing(run: Evaluation, view: View, frame: pl.DataFrame, path: Path, loose: pl.Series) -> None:
    """References that resolve in the shard, but into another article. An id with a dot begins with its article's."""
    import polars as pl

    if view.table == "event_links" and path.parts[0] == "from_event_id":
        # Said by L2/id-of-another-article: the first event is part of the key.
        return
    value, own = pl.col("value"), pl.col("own")
    owned = view.frame.filter(value.str.contains(".", literal=True))
    if owned.is_empty():
        return
    owned = owned.with_columns(own=frame["article_id"].gather(owned["row"]))
    failing = owned.filter(own.is_not_null() & ~value.str.starts_with(own + ".")).drop("own")
    if failing.is_empty():
        return
    failing = failing.filter(~value.is_in(loose.implode()))
    if view.table == "event_links" and path.parts[0] == "to_event_id":
        failing = failing.filter(frame["type"].gather(failing["row"]) != "same_as")
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
        part = frame.with_columns(_row=pl.int_range(pl.len(), dtype=pl.UInt32))
        part = part.filter(pl.col("_row").is_in(failing["row"].implode()))
        whole = flatten(part, path, positions=True, rows="_row").unique(
            ["row", "value"], keep="first", maintain_order=True
        )
        return failing.join(whole, on=["row", "value"], how="left", maintain_order="left")

    return locate
