"""Ids looked up in the registry of actors, which may be far larger than a shard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


class _Ordered:
    """One registry, the hashes of its ids in order, and their rows; kept as long as the registry is the same."""

    last: tuple[pl.DataFrame, Any, Any] | None = None


def positions(registry: pl.DataFrame, values: pl.Series) -> Any:
    """The row of the registry that has each of `values` as its actor_id, -1 where none has (a numpy array).

    The registry is ordered by hash once and then searched; a hit counts only when the ids are equal.
    """
    import numpy as np

    kept = _Ordered.last
    if kept is None or kept[0] is not registry:
        hashes = registry["actor_id"].hash().to_numpy()
        order = np.argsort(hashes, kind="stable")
        kept = _Ordered.last = (registry, hashes[order], order)
    _, hashes, order = kept
    if not len(hashes):
        return np.full(len(values), -1)
    rows = order[np.minimum(np.searchsorted(hashes, values.hash().to_numpy()), len(hashes) - 1)]
    same = (registry["actor_id"].gather(rows) == values).fill_null(False).to_numpy()
    return np.where(same, rows, -1)


def rows_of(registry: pl.DataFrame, values: pl.Series) -> pl.DataFrame:
    """The rows of the registry whose actor_id is among the different `values`."""
    found = positions(registry, values)
    return registry[found[found >= 0]]
