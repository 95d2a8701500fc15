"""Views over what hangs together: circles of actors and events, ids of all tables, siblings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from communique.schema.model import core
from communique.validation.level2_circles import ONE_WAY
from communique.validation.paths import Path, flatten
from communique.validation.views_base import View, ViewBase

if TYPE_CHECKING:
    import polars as pl


class GraphViews(ViewBase):
    """Circles, ids, and statements inside the content of others."""

    def _patterned(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Values with a pattern that end with a line break: columns, and fields of an object."""
        import polars as pl

        for name, frame in self.shard.frames.items():
            found = {}
            for column in self.schema.table(name).stored:
                inner = core(column.json)
                if "pattern" in inner:
                    found[column.name] = pl.col(column.name)
                for child, node in inner.get("properties", {}).items():
                    if "pattern" in core(node):
                        found[f"{column.name}/{child}"] = pl.col(column.name).struct.field(child)
            if frame.is_empty() or not found:
                continue
            breaks = {place: value.str.ends_with("\n").fill_null(False) for place, value in found.items()}
            seen = frame.select(bad.any().alias(place) for place, bad in breaks.items()).row(0, named=True)
            for place in (place for place, bad in seen.items() if bad):
                rows = frame.select(
                    pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
                    value=found[place],
                    bad=breaks[place],
                    field=pl.lit(place),
                )
                yield View("patterned", name, rows.filter("bad"), place.split("/")[0])

    def _ids_everywhere(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Records whose id is that of a record of a table before."""
        import polars as pl

        ids = {
            name: frame[self.schema.table(name).key[0]]
            for name, frame in self.shard.frames.items()
            if len(self.schema.table(name).key) == 1 and not frame.is_empty()
        }
        hashes = {name: column.hash().unique() for name, column in ids.items()}
        if not hashes or pl.concat(hashes.values()).n_unique() == sum(map(len, hashes.values())):
            return
        names = list(ids)
        for number, name in enumerate(names):
            for other in names[:number]:
                own = self.schema.table(name).key[0]
                frame = pl.DataFrame({"key": ids[name]}).with_row_index("row")
                frame = frame.filter(pl.col("key").is_in(ids[other].implode()))
                if not frame.is_empty():
                    frame = frame.with_columns(other=pl.lit(other), own_name=pl.lit(own))
                    yield View("ids_everywhere", name, frame, own)

    def _actor_circles(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """One row for each circle of actors, at the actor whose id sorts first."""
        import polars as pl

        frame = self.shard.frames["actors"]
        edges: dict[str, list[str]] = {}
        rows = {key: row for row, key in enumerate(frame["actor_id"])}
        fields: dict[tuple[str, str], str] = {}
        for field in ("affiliated_with", "set_members"):
            some = frame.filter(pl.col(field).list.len() > 0)
            for key, others in zip(some["actor_id"], some[field], strict=True):
                for other in others:
                    if other != key:
                        edges.setdefault(key, []).append(other)
                        fields.setdefault((key, other), field)
        found = [
            (rows[walk[0]], " → ".join([*walk, walk[0]]), fields[walk[0], walk[1]]) for walk in circles(edges)
        ]
        yield View("actor_circles", "actors", _frame(found, ["chain", "field"]))

    def _link_circles(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """One row for each circle of links of one type, at the link of the event whose id sorts first."""
        import polars as pl

        frame = self.shard.frames["event_links"].with_row_index("row")
        found = []
        for type_ in ONE_WAY:
            links = frame.filter(
                (pl.col("type") == type_) & (pl.col("from_event_id") != pl.col("to_event_id"))
            )
            edges: dict[str, list[str]] = {}
            rows: dict[tuple[str, str], int] = {}
            for row, start, end in links.select("row", "from_event_id", "to_event_id").iter_rows():
                edges.setdefault(start, []).append(end)
                rows.setdefault((start, end), row)
            for walk in circles(edges):
                names = [one.rpartition(".")[2] for one in [*walk, walk[0]]]
                found.append((rows[walk[0], walk[1]], f"{' → '.join(names)} ({type_})", "to_event_id"))
        yield View("link_circles", "event_links", _frame(found, ["chain", "field"]), "to_event_id")

    def _siblings(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Statements whose cue stands inside the content of another with the same parent, and that other's id."""
        import polars as pl

        statements = self.shard.frames["statements"]
        articles = self.article_rows["statements"].cast(pl.Int64)
        rows = pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
        # Statements without a parent are siblings in their article.
        group = pl.DataFrame({"parent": self.parents.cast(pl.Int64), "article": articles}).select(
            rows, group=pl.coalesce("parent", -1 - pl.col("article"))
        )
        wrong = statements["parent_statement_id"].is_not_null() & self.parents.is_null()
        skip = pl.concat([faulty["statements"], group["row"].filter(wrong)]).implode()
        group = group.filter(pl.col("group").is_not_null() & ~pl.col("row").is_in(skip))
        cues = statements.select(
            rows,
            low=pl.col("cue_spans").list.first().struct.field("start").cast(pl.Int64),
            high=pl.col("cue_spans").list.last().struct.field("end").cast(pl.Int64),
        ).join(group, on="row", maintain_order="left")
        held = flatten(statements, Path("statements", ("content_spans", "*"))).unnest("value")
        held = held.select("row", start=pl.col("start").cast(pl.Int64), end=pl.col("end").cast(pl.Int64))
        held = held.join(group, on="row").sort("group", "start")
        reach = held.select("group", "start", reach=pl.col("end").cum_max().over("group"))
        found = cues.sort("low").join_asof(
            reach.sort("start"), left_on="low", right_on="start", by="group", check_sortedness=False
        )
        found = found.filter(pl.col("high") <= pl.col("reach")).select("row", "group", "low", "high")
        pairs = found.join(held.rename({"row": "other"}), on="group").filter(
            (pl.col("start") <= pl.col("low"))
            & (pl.col("high") <= pl.col("end"))
            & (pl.col("row") != pl.col("other"))
        )
        # Of several that hold it the one with the shortest content is the parent.
        pairs = pairs.sort("row", pl.col("end") - pl.col("start"), "other").unique(
            "row", keep="first", maintain_order=True
        )
        ids = statements["statement_id"].gather(pairs["other"])
        parent = statements["parent_statement_id"].gather(pairs["row"])
        frame = pairs.select("row").with_columns(holder=ids, parent=parent)
        yield View("siblings", "statements", frame, "parent_statement_id")


def _frame(rows: list[tuple[int, str, str]], names: list[str]) -> pl.DataFrame:
    import polars as pl

    kinds = {"row": pl.UInt32, **dict.fromkeys(names, pl.String)}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def circles(edges: dict[str, list[str]]) -> Iterable[list[str]]:
    """One circle through each strongly connected part of a graph, from the node that sorts first."""
    found = []
    done: set[str] = set()
    for root in sorted(edges):
        if root in done:
            continue
        # Breadth first from the root back to it: the shortest circle, if there is one.
        before: dict[str, str] = {}
        queue = [root]
        for node in queue:
            for following in edges.get(node, []):
                if following not in before and following not in done:
                    before[following] = node
                    if following != root:
                        queue.append(following)
        if root in before:
            walk, node = [], before[root]
            while node != root:
                walk.append(node)
                node = before[node]
            walk = [root, *reversed(walk)]
            found.append(walk)
            done.update(walk)
        done.add(root)
    return found
