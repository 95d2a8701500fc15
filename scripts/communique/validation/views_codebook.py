"""Views for the rules of the codebook: records with what other records say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.validation.frames import NO_ROUND
from communique.validation.paths import Path, flatten
from communique.validation.views_base import View, ViewBase

if TYPE_CHECKING:
    import polars as pl


class CodebookViews(ViewBase):
    """Participants, events, conditions, times."""

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

        events = (
            self.shard.frames["events"]
            .select("event_id", type_of_event="event_type")
            .unique("event_id", keep="first")
        )
        actions = self.shard.frames["actions"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "event_id", "event_type"
        )
        yield View(
            "actions_in_event",
            "actions",
            actions.join(events, on="event_id", how="left", maintain_order="left"),
        )

    def _participants(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every agent and target with the kind of the actor, and whether it stands before in the same role."""
        import polars as pl

        kinds = self.actors.select("actor_id", "actor_kind")
        for role in ("agents", "targets"):
            path = Path("actions", (role, "*"))
            frame = (
                flatten(self.shard.frames["actions"], path).unnest("value").with_columns(role=pl.lit(role))
            )
            if frame.is_empty():
                continue
            frame = frame.join(kinds, on="actor_id", how="left", maintain_order="left")
            frame = frame.with_columns(again=~pl.struct("row", "actor_id").is_first_distinct())
            yield View(
                "participants",
                "actions",
                frame,
                role,
                self._by_position("actions", path, ["actor_id", "implicit"]),
            )

    def _other_views(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every other view with the action's own."""
        import polars as pl

        actions, path = self.shard.frames["actions"], Path("actions", ("other_views", "*"))
        frame = flatten(actions, path).unnest("value")
        if frame.is_empty():
            return
        own = actions.select("status", "polarity", "certainty").select(
            pl.all().gather(frame["row"]).name.prefix("own_")
        )
        extra = [name for name in ("in_statement_id",) if name in frame.columns]
        again = ~pl.struct("row", pl.col("view_of").fill_null(""), *extra).is_first_distinct()
        frame = pl.concat([frame.with_columns(again=again), own], how="horizontal")
        yield View(
            "other_views",
            "actions",
            frame,
            "other_views",
            self._by_position("actions", path, ["view_of", "status"]),
        )

    def _realised(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every action that realises a statement of the shard: whether its trigger overlaps the statement's cue."""
        import polars as pl

        actions, statements = self.shard.frames["actions"], self.shard.frames["statements"]
        links = actions.select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "realises_statement_id", "trigger_spans"
        )
        links = links.filter(
            pl.col("realises_statement_id").is_not_null() & ~pl.col("row").is_in(faulty["actions"].implode())
        )
        links = links.join(self.statement_rows, left_on="realises_statement_id", right_on="statement_id")
        links = links.filter(~pl.col("at").is_in(faulty["statements"].implode()))
        if links.is_empty():
            return
        links = links.with_columns(cue_spans=statements["cue_spans"].gather(links["at"]))
        triggers = flatten(links, Path("", ("trigger_spans", "*")), rows="row").unnest("value")
        cues = (
            flatten(links, Path("", ("cue_spans", "*")), rows="row")
            .unnest("value")
            .select("row", low="start", high="end")
        )
        pairs = triggers.join(cues, on="row").filter(
            (pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end"))
        )
        texts = [
            pl.col(name).list.eval(pl.element().struct.field("text")).list.join(" … ")
            for name in ("trigger_spans", "cue_spans")
        ]
        frame = links.select(
            "row",
            texts[0].alias("trigger"),
            texts[1].alias("cue"),
            meets=pl.col("row").is_in(pairs["row"].implode()),
        )
        yield View("realised", "actions", frame, "realises_statement_id")

    def _conditions(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every action: how many condition spans it has, and whether a link condition_for leads to its event."""
        import polars as pl

        links = (
            self.shard.frames["event_links"].filter(pl.col("type") == "condition_for")["to_event_id"].unique()
        )
        frame = self.shard.frames["actions"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
            "status",
            "note",
            pl.col("condition_spans").list.len().alias("spans"),
            pl.col("event_id").is_in(links.implode()).alias("linked"),
        )
        yield View("conditions", "actions", frame)

    def _provenance(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """The provenance of every record, with the latest guidelines and those of the article's first record."""
        import polars as pl

        current = pl.lit(self.shard.guidelines, dtype=pl.String)
        for name, frame in self.shard.frames.items():
            if "provenance" not in frame.columns or frame.is_empty():
                continue
            own = frame.select(
                pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "article_id", "provenance"
            ).unnest("provenance")
            own = own.filter(pl.col("round") != NO_ROUND)
            first = pl.col("guideline_version").first().over("article_id")
            own = own.with_columns(
                of_article=pl.when(pl.col("article_id").is_not_null()).then(first), current=current
            )
            yield View(
                "provenance",
                name,
                own,
                "provenance",
                lambda failing: failing.with_columns(at=pl.lit("provenance")),
            )

    def _times(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every time of a statement or action, and whether the words of its article are withheld."""
        texts = self.shard.frames["articles"]["text"]
        for table in ("statements", "actions"):
            frame = flatten(self.shard.frames[table], Path(table, ("time",)))
            if not frame.is_empty():
                withheld = texts.is_null().gather(self.article_rows[table].gather(frame["row"]))
                frame = frame.unnest("value").with_columns(withheld=withheld.fill_null(False))
                yield View("times", table, frame, "time", lambda failing: failing.with_columns(at=_time()))

    def _event_use(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every event: whether an action of the shard belongs to it; unknown where an action of its article has no event."""
        import polars as pl

        events, actions = self.shard.frames["events"], self.shard.frames["actions"]
        lost = (
            actions.filter(~pl.col("event_id").is_in(events["event_id"].implode()))["article_id"]
            .unique()
            .implode()
        )
        frame = events.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "event_id", "article_id")
        used = pl.col("event_id").is_in(actions["event_id"].unique().implode())
        yield View(
            "event_use",
            "events",
            frame.with_columns(used=used | pl.col("article_id").is_in(lost)),
            "event_id",
        )


def _time() -> pl.Expr:
    import polars as pl

    return pl.lit("time")
