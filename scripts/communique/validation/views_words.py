"""Views over words: labels that people write, evidence in the text, views and times in their context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.schema import Schema, Table
from communique.schema.model import core
from communique.validation.paths import Path, flatten, once, stored_tables
from communique.validation.views_base import View, ViewBase

if TYPE_CHECKING:
    import polars as pl

#: Of articles only these are written by people; the rest is as the source had it.
_OF_ARTICLES = ("publisher", "rights_holder")
#: How far before a content a colon, and around it a quotation mark, is looked for.
REACH = 3


def label_columns(table: Table) -> list[str]:
    """Columns with free text that people write, notes included."""
    found = []
    for column in table.stored:
        inner = core(column.json)
        bound = {"pattern", "enum", "const", "oneOf", "format", "x-references"} & set(inner)
        if inner.get("type") in ("string", ["string", "null"]) and not bound and not column.values:
            found.append(column.name)
    if table.name == "articles":
        return [name for name in found if name in _OF_ARTICLES]
    return [name for name in found if name != "text"]


def all_labels(schema: Schema) -> list[tuple[str, str]]:
    """(table, column) of the `label_columns` of every stored table; looked for once."""

    def find() -> list[tuple[str, str]]:
        return [(table.name, column) for table in stored_tables(schema) for column in label_columns(table)]

    return once(schema, "_labels", find)


class WordViews(ViewBase):
    """Labels, evidence, views in their statements, times in their articles."""

    def _labels(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every label: its value, its column, and whether it is a note."""
        import polars as pl

        for name, column in all_labels(self.schema):
            frame = self.shard.frames[name]
            if frame[column].null_count() == frame.height:
                continue
            labels = frame.select(
                pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
                pl.col(column).alias("value"),
                pl.lit(column).alias("column"),
                pl.lit(column == "note").alias("note"),
            )
            yield View("labels", name, labels, column)

    def _evidence(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Statements whose evidence is a mark: the text around each content, all contents of a statement together."""
        import polars as pl

        statements = self.shard.frames["statements"].with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        some = statements.filter(
            pl.col("mode_evidence").is_in(["quote_marks", "colon"])
            & ~pl.col("row").is_in(faulty["statements"].implode())
        )
        spans = flatten(some, Path("statements", ("content_spans", "*")), rows="row").unnest("value")
        if spans.is_empty():
            return
        art = self.article_rows["statements"].gather(spans["row"])
        spans = spans.with_columns(art=art, size=self.texts.chars.gather(art).cast(pl.Int64))
        spans = spans.filter(pl.col("size").is_not_null() & (pl.col("end") <= pl.col("size")))
        low = (pl.col("start").cast(pl.Int64) - REACH).clip(lower_bound=0)
        high = pl.min_horizontal(pl.col("end").cast(pl.Int64) + REACH, "size")
        around = self.texts.slices(spans.select("art", "size", start=low, end=high)).cast(pl.String)
        spans = spans.with_columns(around=around)
        frame = spans.group_by("row", maintain_order=True).agg(
            pl.col("around").str.join(" … ", ignore_nulls=False)
        )
        evidence = self.shard.frames["statements"]["mode_evidence"].gather(frame["row"])
        yield View("evidence", "statements", frame.with_columns(mode_evidence=evidence), "mode_evidence")

    def _sources(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Sources of statements whose form says of what kind they are, with the kind of the actor."""
        import polars as pl

        statements = self.shard.frames["statements"].with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        some = statements.filter(pl.col("source_form").is_in(["document", "state", "institution"]))
        frame = flatten(some, Path("statements", ("source_actor_ids", "*")), rows="row")
        frame = frame.join(
            self.actors.select("actor_id", "actor_kind"),
            left_on="value",
            right_on="actor_id",
            how="left",
            maintain_order="left",
        )
        frame = frame.with_columns(source_form=statements["source_form"].gather(frame["row"]))
        yield View("sources", "statements", frame, "source_form")

    def _to_themselves(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Statements whose only source is their only addressee, and no set or group of several."""
        import polars as pl

        source, addressee = pl.col("source_actor_ids"), pl.col("addressee_actor_ids")
        frame = self.shard.frames["statements"].select(
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), source, addressee
        )
        frame = frame.filter((source.list.len() == 1) & (addressee.list.len() == 1))
        frame = frame.filter(source.list.first() == addressee.list.first())
        frame = frame.select("row", actor_id=source.list.first())
        frame = frame.join(self.actors, on="actor_id", how="left", maintain_order="left")
        one = ~pl.col("actor_kind").is_in(["set", "collective_unnamed", "population", "movement"])
        yield View("to_themselves", "statements", frame.filter(one), "addressee_actor_ids")

    def _views_in_statements(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Other views that name a statement, with whether its sources (members of sets are not looked into) are others."""
        import polars as pl

        actions, path = self.shard.frames["actions"], Path("actions", ("other_views", "*"))
        frame = flatten(actions, path).unnest("value")
        if frame.is_empty() or "in_statement_id" not in frame.columns:
            return
        statements = self.shard.frames["statements"].select("statement_id", "source_actor_ids")
        statements = statements.unique("statement_id", keep="first")
        sets = self.actors.filter(pl.col("actor_kind").is_in(["set", "collective_unnamed"]))["actor_id"]
        frame = frame.join(
            statements, left_on="in_statement_id", right_on="statement_id", how="left", maintain_order="left"
        )
        sources = pl.col("source_actor_ids")
        frame = frame.with_columns(
            other=~sources.list.contains(pl.col("view_of"))
            & (sources.list.len() > 0)
            & ~sources.list.eval(pl.element().is_in(sets.implode())).list.any()
        )
        yield View(
            "views_in_statements",
            "actions",
            frame,
            "other_views",
            self._by_position("actions", path, ["view_of", "status"]),
        )

    def _times_in_article(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every time with the article's date and text, and the status of its action."""
        import polars as pl

        articles = self.shard.frames["articles"]
        for table in ("statements", "actions"):
            source = self.shard.frames[table]
            frame = flatten(source, Path(table, ("time",)))
            art = self.article_rows[table].gather(frame["row"])
            sound = ~art.is_in(faulty["articles"].implode()) & ~frame["row"].is_in(faulty[table].implode())
            frame, art = frame.filter(sound), art.filter(sound)
            if frame.is_empty():
                continue
            status = source["status"].gather(frame["row"]) if "status" in source.columns else None
            frame = frame.unnest("value").with_columns(
                published_on=articles["published_on"].gather(art),
                article_text=articles["text"].gather(art),
                status=pl.lit(None, dtype=pl.String) if status is None else status,
            )
            yield View(
                "times_in_article",
                table,
                frame,
                "time",
                lambda failing: failing.with_columns(at=pl.lit("time")),
            )

    def _provenance_values(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """For names of annotators and versions of guidelines that are not as they should be, the first record with each."""
        import polars as pl

        for table, frame in self.shard.frames.items():
            if "provenance" not in frame.columns or frame.is_empty():
                continue
            provenance = frame["provenance"].struct
            versions = provenance.field("guideline_version")
            lists = provenance.field("annotators")
            odd = [one for one in versions.unique() if any(part != str(int(part)) for part in one.split("."))]
            names = set(lists.explode(empty_as_null=False, keep_nulls=False).unique())
            plain: dict[str, str] = {}
            for one in sorted(names):
                plain.setdefault(one.strip().lower(), one)
            untidy = {one: plain[one.strip().lower()] for one in sorted(names)}
            untidy = {one: other for one, other in untidy.items() if one != one.strip() or one != other}
            rows = [
                (
                    versions.index_of(one),
                    "provenance/guideline_version",
                    one,
                    ".".join(str(int(p)) for p in one.split(".")),
                )
                for one in odd
            ] + [
                (lists.list.contains(one).arg_max(), "provenance/annotators", one, other.strip())
                for one, other in untidy.items()
            ]
            if rows:
                kinds = {"row": pl.UInt32, "at": pl.String, "value": pl.String, "better": pl.String}
                view = pl.DataFrame(rows, schema=kinds, orient="row")
                yield View("provenance_values", table, view, "provenance")

    def _detections(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Everything detected in articles, with whether the feature stands before in the same article."""
        import polars as pl

        path = Path("articles", ("detections", "*"))
        frame = flatten(self.shard.frames["articles"], path).unnest("value")
        frame = frame.with_columns(again=~pl.struct("row", "feature").is_first_distinct())
        yield View(
            "detections",
            "articles",
            frame,
            "detections",
            self._by_position("articles", path, ["feature", "value"]),
        )

    def _mentions_of_implicit(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Mentions of actors that are said to be implicit."""
        import polars as pl

        hidden = self.actors.filter(pl.col("resolution") == "implicit")["actor_id"]
        frame = self.shard.frames["mentions"].select("actor_id").with_row_index("row")
        yield View(
            "mentions_of_implicit", "mentions", frame.filter(pl.col("actor_id").is_in(hidden.implode()))
        )

    def _named_spans(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Spans of participants, sources and addressees that are the mention of another actor, which is no set."""
        import polars as pl

        mentions = self.shard.frames["mentions"].with_row_index("row")
        sound = pl.col("actor_id").is_in(self.actors["actor_id"].implode())
        mentions = mentions.filter(sound & ~pl.col("row").is_in(faulty["mentions"].implode()))
        several = self.actors.filter(pl.col("actor_kind") == "set")["actor_id"]
        names = mentions.select("article_id", "start", "end", "actor_id")
        place = pl.struct("article_id", "start", "end").hash()
        both = pl.struct("article_id", "start", "end", "actor_id").hash()
        known = names.select(place=place, both=both)
        for table, path, actors in _NAMED:
            source = self.shard.frames[table]
            spans = flatten(source, path).unnest("value")
            if actors is None and not spans.is_empty():
                spans = spans.filter(pl.col("span").is_not_null()).with_columns(
                    pl.col("span").struct.field("start"), pl.col("span").struct.field("end")
                )
            if spans.is_empty():
                continue
            spans = spans.with_columns(article_id=source["article_id"].gather(spans["row"]))
            spans = spans.filter(
                place.is_in(known["place"].implode()) & ~pl.col("row").is_in(faulty[table].implode())
            )
            if actors is not None:
                # A span is one of the record's actors if any of them has it as a mention; sets stand for their members.
                ids = flatten(source, Path(table, (actors, "*"))).rename({"value": "actor_id"})
                ids = ids.filter(~pl.col("row").is_in(_rows_with(ids, several).implode()))
                spans = spans.join(ids, on="row")
                spans = spans.filter(sound)
                named = spans.filter(both.is_in(known["both"].implode())).select("row", "start", "end")
                spans = spans.join(named, on=["row", "start", "end"], how="anti")
                spans = spans.unique(["row", "start", "end"], keep="first", maintain_order=True)
            else:
                spans = spans.filter(sound & ~both.is_in(known["both"].implode()))
            if spans.is_empty():
                continue
            # Few are left: now the names themselves, not their hashes.
            found = spans.join(
                names.unique(["article_id", "start", "end"], keep="first"),
                on=["article_id", "start", "end"],
                suffix="_there",
            ).filter(~pl.col("actor_id_there").is_in(several.implode()))
            locate = (
                self._locator(table, path)
                if actors
                else self._by_position(table, path, ["actor_id", "implicit"])
            )
            field = pl.lit("" if actors else "actor_id").alias("field")
            yield View("named_spans", table, found.with_columns(field), path.root, locate)


#: Where records name actors by spans: table, spans, and the column of the actors (None: in the item itself).
_NAMED = (
    ("actions", Path("actions", ("agents", "*")), None),
    ("actions", Path("actions", ("targets", "*")), None),
    ("statements", Path("statements", ("source_spans", "*")), "source_actor_ids"),
    ("statements", Path("statements", ("addressee_spans", "*")), "addressee_actor_ids"),
)


def _rows_with(ids: pl.DataFrame, actors: pl.Series) -> pl.Series:
    import polars as pl

    return ids.filter(pl.col("actor_id").is_in(actors.implode()))["row"].unique()
