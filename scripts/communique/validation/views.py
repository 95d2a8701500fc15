"""The frames that rules run over: tables, spans of a path, statements with their parents, and so on.

Each view is a frame with the column `row`, the position of a record in its table's frame. A rule names a view;
the views of one name are built for each table or path to which the name applies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from communique.validation.frames import Shard, key_expr
from communique.validation.paths import Path, flatten, span_paths
from communique.validation.texts import Texts

if TYPE_CHECKING:
    import polars as pl


@dataclass
class View:
    """One frame of a view. `root` is the column that all its rows are about; `locate` adds `at` to failing rows."""

    name: str
    table: str
    frame: pl.DataFrame
    root: str | None = None
    locate: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    #: Whether `start` and `end` of a row are a span of the article's text.
    spans: bool = False


class Views:
    """Builds the views of a shard, each when it is first asked for."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.schema = shard.schema

    def build(self, name: str, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """The frames of the view `name`. `faulty` holds, by table, the rows found faulty so far."""
        if name in self.shard.frames:
            yield from self._table(name)
            return
        yield from getattr(self, f"_{name}")(faulty)

    # What several views need

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.shard.frames["articles"])

    @cached_property
    def article_rows(self) -> dict[str, pl.Series]:
        """For each table the row of each record's article, null where there is none."""
        import polars as pl

        articles = self.shard.frames["articles"].select("article_id", art=pl.int_range(pl.len(), dtype=pl.UInt32))
        articles = articles.unique("article_id", keep="first", maintain_order=True)
        found = {}
        for table, frame in self.shard.frames.items():
            if "article_id" not in frame.columns or table == "articles":
                continue
            # Records of one article stand together: join once for each run of them, not for each record.
            runs = frame.select(run=pl.col("article_id").rle()).unnest("run")
            joined = runs.join(articles, left_on="value", right_on="article_id", how="left", maintain_order="left")
            found[table] = joined.select(pl.col("art").repeat_by("len").explode()).to_series()
        return found

    @cached_property
    def statement_rows(self) -> pl.DataFrame:
        """`statement_id` to `at`, the first row that has it."""
        import polars as pl

        frame = self.shard.frames["statements"].select("statement_id", at=pl.int_range(pl.len(), dtype=pl.UInt32))
        return frame.unique("statement_id", keep="first", maintain_order=True)

    @cached_property
    def parents(self) -> pl.Series:
        """For each statement the row of its parent, null where it has none or an unknown one."""
        import polars as pl

        frame = self.shard.frames["statements"].select("parent_statement_id")
        if frame["parent_statement_id"].null_count() == frame.height:
            return pl.Series("at", [None] * frame.height, dtype=pl.UInt32)
        return frame.join(
            self.statement_rows, left_on="parent_statement_id", right_on="statement_id", how="left", maintain_order="left"
        )["at"]

    @cached_property
    def cyclic(self) -> pl.Series:
        """For each statement whether going up from it never ends."""
        import numpy as np
        import polars as pl

        up = self.parents.cast(pl.Int64).fill_null(-1).to_numpy().copy()
        for _ in range(max(1, len(up)).bit_length() + 1):
            inside = up >= 0
            if not inside.any():
                break
            up[inside] = up[up[inside]]
        return pl.Series("cyclic", np.asarray(up >= 0))

    # The views

    def _table(self, name: str) -> Iterator[View]:
        import polars as pl

        frame = self.shard.frames[name].with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        yield View(name, name, frame)

    def _keys(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every table: its key and what it says of its article."""
        import polars as pl

        for name, frame in self.shard.frames.items():
            owner = "from_event_id" if name == "event_links" else self.schema.table(name).key[0]
            article = pl.col("article_id") if "article_id" in frame.columns else pl.lit(None, dtype=pl.String)
            view = frame.select(
                pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
                key_expr(self.schema.table(name)).alias("key"),
                pl.col(owner).alias("own"),
                article.alias("article_id"),
                pl.lit(name).alias("table"),
                pl.lit(owner).alias("own_name"),
            )
            distinct = view["key"].n_unique() == view.height
            twice = pl.lit(False) if distinct else ~pl.col("key").is_first_distinct()
            yield View("keys", name, view.with_columns(twice=twice), owner)

    def _spans(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every span with its text, path by path: start, end, text, size, slice, previous span of the list."""
        import polars as pl

        for name in self.shard.frames:
            for path in span_paths(self.schema.table(name)):
                frame = self._flat(name, path, positions=False)
                if frame.is_empty():
                    continue
                art = self.article_rows[name].gather(frame["row"])
                frame = frame.with_columns(art=art, size=self.texts.chars.gather(art))
                frame = frame.with_columns(slice=self.texts.slices(frame))
                if path.in_list:
                    same = pl.col("row") == pl.col("row").shift(1)
                    frame = frame.with_columns(
                        prev_start=pl.when(same).then(pl.col("start").shift(1)),
                        prev_end=pl.when(same).then(pl.col("end").shift(1)),
                    )
                else:
                    none = pl.lit(None, dtype=pl.Int32)
                    frame = frame.with_columns(prev_start=none, prev_end=none)
                yield View("spans", name, frame, path.root, self._locator(name, path), spans=True)

    def _flat(self, name: str, path: Path, positions: bool, only: pl.DataFrame | None = None) -> pl.DataFrame:
        import polars as pl

        frame = self.shard.frames[name]
        if not path.parts:
            return frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "start", "end", "text")
        if only is not None:
            frame = frame.with_columns(_row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(pl.col("_row").is_in(only["row"].implode()))
            return flatten(frame, path, positions=positions, rows="_row").unnest("value")
        return flatten(frame, path, positions=positions).unnest("value")

    def _locator(self, name: str, path: Path) -> Callable[[pl.DataFrame], pl.DataFrame]:
        import polars as pl

        def locate(failing: pl.DataFrame) -> pl.DataFrame:
            if not path.parts:
                return failing.with_columns(at=pl.lit(None, dtype=pl.String))
            whole = self._flat(name, path, positions=True, only=failing).select("row", "start", "end", "text", "at")
            # Two equal spans in one list: the failing one is the later, since lists are judged from the front.
            whole = whole.unique(["row", "start", "end", "text"], keep="last", maintain_order=True)
            return failing.join(whole, on=["row", "start", "end", "text"], how="left", maintain_order="left", nulls_equal=True)

        return locate

    def _parents(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every statement with a parent in the shard: is it in a circle, and is the parent of the same article."""
        import polars as pl

        frame = self.shard.frames["statements"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "statement_id", "parent_statement_id"
        )
        frame = frame.with_columns(cyclic=self.cyclic)
        if self.cyclic.any():
            # A circle is one fault: report it at the first of its statements by id.
            circles = _circles(self.parents.to_list(), self.cyclic.to_list())
            first = {min(circle, key=lambda row: frame["statement_id"][row]): circle for circle in circles}
            ids = frame["statement_id"].to_list()
            chain = [" → ".join([ids[row] for row in [*first[i], first[i][0]]]) if i in first else None for i in range(len(ids))]
            frame = frame.with_columns(chain=pl.Series(chain, dtype=pl.String))
        else:
            frame = frame.with_columns(chain=pl.lit(None, dtype=pl.String))
        yield View("parents", "statements", frame, "parent_statement_id")

    def _nesting(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every source, cue and content span of a child: whether the parent's content covers it."""
        import polars as pl

        statements = self.shard.frames["statements"]
        bad = faulty["statements"].implode()
        links = pl.DataFrame({"row": pl.Series(range(statements.height), dtype=pl.UInt32), "parent": self.parents})
        links = links.filter(~self.cyclic).filter(
            pl.col("parent").is_not_null() & ~pl.col("row").is_in(bad) & ~pl.col("parent").is_in(bad)
        )
        if links.is_empty():
            return
        contents = flatten(statements, Path("statements", ("content_spans", "*"))).unnest("value")
        held = links.select("parent").unique().join(contents, left_on="parent", right_on="row")
        children = statements.with_columns(_row=pl.int_range(pl.len(), dtype=pl.UInt32))
        children = children.filter(pl.col("_row").is_in(links["row"].implode()))
        said = pl.Series("row", [], dtype=pl.UInt32)
        for column in ("source_spans", "cue_spans", "content_spans"):
            path = Path("statements", (column, "*"))
            spans = flatten(children, path, rows="_row").unnest("value").with_row_index("n")
            pairs = spans.join(links, on="row").join(
                held.select("parent", low="start", high="end"), on="parent", how="inner", maintain_order="left"
            )
            covered = pairs.filter((pl.col("low") <= pl.col("start")) & (pl.col("end") <= pl.col("high")))["n"].unique()
            frame = spans.with_columns(covered=pl.col("n").is_in(covered.implode()))
            frame = frame.join(links, on="row", how="left", maintain_order="left")
            frame = frame.with_columns(parent_id=statements["statement_id"].gather(frame["parent"]))
            # A child that is elsewhere is one fault: its first span that is not covered stands for all.
            outside = frame.filter(~pl.col("covered") & ~pl.col("row").is_in(said.implode())).unique("row", keep="first")
            frame = frame.with_columns(covered=~pl.col("n").is_in(outside["n"].implode()))
            said = pl.concat([said, outside["row"]])
            yield View("nesting", "statements", frame, column, self._locator("statements", path), spans=True)

    def _statements_in_article(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Statements with what their article says of its marks."""
        import polars as pl

        marks = self.shard.frames["articles"]["quotation_marks"].gather(self.article_rows["statements"])
        frame = self.shard.frames["statements"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "mode_evidence", quotation_marks=marks
        )
        yield View("statements_in_article", "statements", frame)

    def _actions_in_event(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Actions with the type of their event."""
        import polars as pl

        events = self.shard.frames["events"].select("event_id", type_of_event="event_type").unique("event_id", keep="first")
        actions = self.shard.frames["actions"].select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "event_id", "event_type")
        yield View("actions_in_event", "actions", actions.join(events, on="event_id", how="left", maintain_order="left"))

    def _participants(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every agent and target with the kind of the actor, and whether it stands before in the same role."""
        import polars as pl

        kinds = self.actors.select("actor_id", "actor_kind")
        for role in ("agents", "targets"):
            path = Path("actions", (role, "*"))
            frame = flatten(self.shard.frames["actions"], path).unnest("value").with_columns(role=pl.lit(role))
            if frame.is_empty():
                continue
            frame = frame.join(kinds, on="actor_id", how="left", maintain_order="left")
            frame = frame.with_columns(again=~pl.struct("row", "actor_id").is_first_distinct())
            yield View("participants", "actions", frame, role, self._by_position("actions", path, ["actor_id", "implicit"]))

    def _other_views(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every other view with the action's own."""
        import polars as pl

        actions, path = self.shard.frames["actions"], Path("actions", ("other_views", "*"))
        frame = flatten(actions, path).unnest("value")
        if frame.is_empty():
            return
        own = actions.select("status", "polarity", "certainty").select(pl.all().gather(frame["row"]).name.prefix("own_"))
        extra = [name for name in ("in_statement_id",) if name in frame.columns]
        again = ~pl.struct("row", pl.col("view_of").fill_null(""), *extra).is_first_distinct()
        frame = pl.concat([frame.with_columns(again=again), own], how="horizontal")
        yield View("other_views", "actions", frame, "other_views", self._by_position("actions", path, ["view_of", "status"]))

    def _realised(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every action that realises a statement of the shard: whether its trigger overlaps the statement's cue."""
        import polars as pl

        actions, statements = self.shard.frames["actions"], self.shard.frames["statements"]
        links = actions.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "realises_statement_id", "trigger_spans")
        links = links.filter(pl.col("realises_statement_id").is_not_null() & ~pl.col("row").is_in(faulty["actions"].implode()))
        links = links.join(self.statement_rows, left_on="realises_statement_id", right_on="statement_id")
        links = links.filter(~pl.col("at").is_in(faulty["statements"].implode()))
        if links.is_empty():
            return
        links = links.with_columns(cue_spans=statements["cue_spans"].gather(links["at"]))
        triggers = flatten(links, Path("", ("trigger_spans", "*")), rows="row").unnest("value")
        cues = flatten(links, Path("", ("cue_spans", "*")), rows="row").unnest("value").select("row", low="start", high="end")
        pairs = triggers.join(cues, on="row").filter((pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end")))
        texts = [pl.col(name).list.eval(pl.element().struct.field("text")).list.join(" … ") for name in ("trigger_spans", "cue_spans")]
        frame = links.select("row", texts[0].alias("trigger"), texts[1].alias("cue"), meets=pl.col("row").is_in(pairs["row"].implode()))
        yield View("realised", "actions", frame, "realises_statement_id")

    def _conditions(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every action: how many condition spans it has, and whether a link condition_for leads to its event."""
        import polars as pl

        links = self.shard.frames["event_links"].filter(pl.col("type") == "condition_for")["to_event_id"].unique()
        frame = self.shard.frames["actions"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
            "status",
            "note",
            pl.col("condition_spans").list.len().alias("spans"),
            pl.col("event_id").is_in(links.implode()).alias("linked"),
        )
        yield View("conditions", "actions", frame)

    def _times(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every time of a statement or action."""
        for table in ("statements", "actions"):
            frame = flatten(self.shard.frames[table], Path(table, ("time",)))
            if not frame.is_empty():
                yield View("times", table, frame.unnest("value"), "time", lambda failing: failing.with_columns(at=_time()))

    def _zones(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every zone with its slice, the gap before it, and the zone that it copies."""
        import polars as pl

        path = Path("articles", ("zones", "*"))
        frame = flatten(self.shard.frames["articles"], path).unnest("value")
        if frame.is_empty():
            return
        frame = frame.with_columns(art=pl.col("row"), size=self.texts.chars.gather(frame["row"]))
        same, last = pl.col("row") == pl.col("row").shift(1), pl.col("row") != pl.col("row").shift(-1)
        frame = frame.with_columns(
            prev_end=pl.when(same).then(pl.col("end").shift(1)),
            gap_start=pl.when(same).then(pl.col("end").shift(1)).otherwise(0),
            last=last.fill_null(True),
            slice=self.texts.slices(frame),
            twice=~pl.struct("row", "zone_id").is_first_distinct(),
            n=pl.int_range(pl.len()),
        )
        gaps = frame.select("art", "size", start="gap_start", end="start")
        tail = frame.select("art", "size", start="end", end="size")
        frame = frame.with_columns(gap=self.texts.slices(gaps), tail=self.texts.slices(tail))
        words = [pl.col(name).cast(pl.String, strict=False).fill_null("") for name in ("gap", "tail")]
        frame = frame.with_columns(gap=words[0] + pl.when("last").then(words[1]).otherwise(pl.lit("")))
        first = frame.unique(["row", "zone_id"], keep="first").select("row", "zone_id", original="slice", original_n="n")
        frame = frame.join(first, left_on=["row", "duplicate_of"], right_on=["row", "zone_id"], how="left", maintain_order="left")
        frame = frame.with_columns(original_before=(pl.col("original_n") < pl.col("n")).fill_null(False))
        yield View("zones", "articles", frame, "zones", self._by_position("articles", path, ["zone_id", "start", "end"]), spans=True)

    def _duplicate_spans(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """The spans that lie in a duplicate zone of a sound article."""
        import polars as pl

        zones = flatten(self.shard.frames["articles"], Path("articles", ("zones", "*"))).unnest("value")
        zones = zones.filter(pl.col("duplicate_of").is_not_null() & ~pl.col("row").is_in(faulty["articles"].implode()))
        if zones.is_empty():
            return
        zones = zones.select("zone_id", "duplicate_of", art="row", low="start", high="end")
        for name in self.shard.frames:
            for path in span_paths(self.schema.table(name)):
                spans = self._flat(name, path, positions=False)
                spans = spans.with_columns(art=self.article_rows[name].gather(spans["row"]))
                hits = spans.join(zones, on="art").filter((pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end")))
                if not hits.is_empty():
                    yield View("duplicate_spans", name, hits, path.root, self._locator(name, path), spans=True)

    @cached_property
    def actors(self) -> pl.DataFrame:
        """Actors of the shard and of the registry: actor_id, actor_kind, resolution, each id once."""
        import polars as pl

        own = self.shard.frames["actors"].select("actor_id", "actor_kind", "resolution")
        both = own if self.shard.registry is None else pl.concat([own, self.shard.registry])
        return both.unique("actor_id", keep="first", maintain_order=True)

    def _by_position(self, table: str, path: Path, columns: list[str]) -> Callable[[pl.DataFrame], pl.DataFrame]:
        """Adds `at` by the position of the item in its list: rows are numbered as they stand in the flattened list."""
        import polars as pl

        def locate(failing: pl.DataFrame) -> pl.DataFrame:
            whole = self._flat(table, path, positions=True, only=failing).select("row", *columns, "at")
            whole = whole.unique(["row", *columns], keep="last", maintain_order=True)
            return failing.join(whole, on=["row", *columns], how="left", maintain_order="left", nulls_equal=True)

        return locate

    def _event_use(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every event: whether an action of the shard belongs to it; unknown where an action of its article has no event."""
        import polars as pl

        events, actions = self.shard.frames["events"], self.shard.frames["actions"]
        lost = actions.filter(~pl.col("event_id").is_in(events["event_id"].implode()))["article_id"].unique().implode()
        frame = events.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "event_id", "article_id")
        used = pl.col("event_id").is_in(actions["event_id"].unique().implode())
        yield View("event_use", "events", frame.with_columns(used=used | pl.col("article_id").is_in(lost)), "event_id")

    def _own_content(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every cue and addressee span of a statement with its own content: whether the two overlap."""
        import polars as pl

        statements = self.shard.frames["statements"]
        contents = flatten(statements, Path("statements", ("content_spans", "*"))).unnest("value")
        held = contents.select("row", low="start", high="end").filter(~pl.col("row").is_in(faulty["statements"].implode()))
        for column in ("cue_spans", "addressee_spans"):
            path = Path("statements", (column, "*"))
            spans = flatten(statements, path).unnest("value")
            if spans.is_empty():
                continue
            pairs = spans.join(held, on="row").filter((pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end")))
            pairs = pairs.unique(["row", "start", "end"], maintain_order=True)
            pairs = pairs.with_columns(role=pl.lit(column), mode=statements["mode"].gather(pairs["row"]))
            yield View("own_content", "statements", pairs, column, self._locator("statements", path), spans=True)


def _time() -> pl.Expr:
    import polars as pl

    return pl.lit("time")


def _circles(parents: list[int | None], cyclic: list[bool]) -> list[list[int]]:
    """The circles among rows whose way up never ends, each from its smallest row."""
    circles, seen = [], set()
    for row, bad in enumerate(cyclic):
        if not bad or row in seen:
            continue
        walk: list[int] = []
        while row not in seen:
            seen.add(row)
            walk.append(row)
            row = parents[row]  # type: ignore[assignment]
        if row in walk:
            circles.append(walk[walk.index(row) :])
    return circles
