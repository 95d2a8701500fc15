"""All references of a shard at once: which columns could hold one that leads nowhere or into another article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.annotation.model import AUTHOR
from communique.validation.lookup import positions
from communique.validation.paths import Path, all_reference_paths
from communique.validation.screen_lists import Lists, Rows

if TYPE_CHECKING:
    import polars as pl

    from communique.validation.frames import Shard

#: The reference of an override, which may name the narrator instead of a statement.
OVERRIDE = Path("actions", ("assertion_override", "asserted_in"))


def shard_references(shard: Shard) -> dict[str, list[Path]]:
    """By table referred to the paths of all references of the shard's tables."""
    found: dict[str, list[Path]] = {}
    for path, target in [*all_reference_paths(shard.schema), (OVERRIDE, "statements")]:
        if target in shard.frames and not shard.frames[path.table].is_empty():
            found.setdefault(target, []).append(path)
    return found


class ReferenceScreen:
    """`suspects` are the paths that must be looked at value by value; all others are sound in this shard."""

    def __init__(self, lists: Lists, repeated: set[str], astray: set[str]) -> None:
        """`repeated`: tables with an id that may stand twice; `astray`: with one that may not begin with its article's."""
        self.lists = lists
        self.astray = astray
        self.repeated = repeated
        self.suspects: set[Path] = set()
        self._targets: dict[Path, Rows] = {}
        for target, paths in shard_references(lists.views.shard).items():
            if target == "articles":
                self._articles(paths)
            elif target == "actors":
                self._actors(paths)
            else:
                self._records(target, paths)

    def targets(self, table: str, column: str) -> Rows | None:
        """For each record the row that its reference leads to, -1 where it has none; None when not all are known."""
        import numpy as np

        path = Path(table, (column,))
        if self.lists.frames[table].is_empty():
            return np.zeros(0, dtype=np.int64)
        return self._targets.get(path)

    def _articles(self, paths: list[Path]) -> None:
        for path in paths:
            if path.parts != ("article_id",):
                self.suspects.add(path)
                continue
            missing = self.lists.articles_of(path.table) < 0
            if missing.any():
                frame = self.lists.frames[path.table]
                if frame["article_id"].null_count() < int(missing.sum()):
                    self.suspects.add(path)

    def _records(self, target: str, paths: list[Path]) -> None:
        """References to records of articles: every one must lead to a record of the article that it stands in."""
        import numpy as np
        import polars as pl

        frame = self.lists.frames[target]
        key = self.lists.views.schema.table(target).key[0]
        parts = {path: self._values(path) for path in paths}
        filled = {path: values for path, (_, values) in parts.items() if len(values)}
        for path in paths:
            if path not in filled and len(path.parts) == 1:
                self._targets[path] = np.full(self.lists.frames[path.table].height, -1)
        if not filled:
            return
        if target in self.repeated or target in self.astray or "article_id" not in frame.columns:
            self.suspects.update(filled)
            return
        ids = frame.select(pl.col(key).alias("value"), at=pl.int_range(pl.len(), dtype=pl.Int64))
        wanted = pl.concat([values.rename("value") for values in filled.values()]).to_frame()
        found = wanted.join(ids, on="value", how="left", maintain_order="left")["at"].fill_null(-1).to_numpy()
        home, first = self.lists.articles_of(target), 0
        for path, values in filled.items():
            at, first = found[first : first + len(values)], first + len(values)
            rows = parts[path][0]
            if (at < 0).any() or (home[at] != self.lists.articles_of(path.table)[rows]).any():
                self.suspects.add(path)
            elif len(path.parts) == 1:
                whole = np.full(self.lists.frames[path.table].height, -1)
                whole[rows] = at
                self._targets[path] = whole

    def _actors(self, paths: list[Path]) -> None:
        """References to actors: of the registry, or to a group of the same article."""
        import polars as pl

        actors = self.lists.frames["actors"]
        parts = {path: self._values(path) for path in paths}
        filled = {path: found for path, found in parts.items() if len(found[1])}
        if not filled:
            return
        own = actors["actor_id"].filter(actors["article_id"].is_null())
        groups = actors.height > len(own)
        registry = self.lists.views.shard.registry
        if own.str.contains(".", literal=True).any() or "actors" in self.astray:
            self.suspects.update(filled)
            return
        different = pl.concat([values.rename("value") for _, values in filled.values()]).unique()
        missing = different.filter(~different.is_in(own.implode())) if len(own) else different
        if registry is not None and len(missing):
            rows = positions(registry, missing)
            self.lists.views.registry_named = registry[rows[rows >= 0]]
            known = pl.Series(rows >= 0) & ~missing.str.contains(".", literal=True)
            missing = missing.filter(~known)
        if not groups and missing.is_empty():
            return
        ids = actors.select(value="actor_id", at=pl.int_range(pl.len(), dtype=pl.Int64))
        ids = ids.filter(pl.Series(actors["article_id"].is_not_null())).unique("value", keep="first")
        home = self.lists.articles_of("actors")
        for path, (rows, values) in filled.items():
            loose = values.is_in(missing.implode())
            if not loose.any():
                continue
            lost = values.filter(loose).to_frame("value")
            at = lost.join(ids, on="value", how="left", maintain_order="left")["at"].fill_null(-1).to_numpy()
            mine = self.lists.articles_of(path.table)[rows[loose.to_numpy()]]
            if (at < 0).any() or (home[at] != mine).any():
                self.suspects.add(path)

    def _values(self, path: Path) -> tuple[Rows, pl.Series]:
        rows, values = self.lists.values(path)
        if path == OVERRIDE and (values == AUTHOR).any():
            keep = values != AUTHOR
            return rows[keep.to_numpy()], values.filter(keep)
        return rows, values
