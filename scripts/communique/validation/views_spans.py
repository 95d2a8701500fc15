"""Views of spans and zones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from communique.validation.paths import Path, flatten, span_paths
from communique.validation.texts import WORD_BYTES, among
from communique.validation.views_base import View, ViewBase

if TYPE_CHECKING:
    import polars as pl


class SpanViews(ViewBase):
    """Spans with their slices, nesting, zones."""

    def _spans(
        self, faulty: dict[str, pl.Series], places: set[tuple[str, str | None]] | None = None
    ) -> Iterator[View]:
        """Every span with its text, path by path: start, end, text, size, slice, previous span of the list."""
        import polars as pl

        for name in self.shard.frames:
            for path in span_paths(self.schema.table(name)):
                if places is not None and (name, path.root) not in places:
                    continue
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

    def _nesting(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every source, cue and content span of a child: whether the parent's content covers it."""
        import polars as pl

        statements = self.shard.frames["statements"]
        bad = faulty["statements"].implode()
        links = pl.DataFrame(
            {"row": pl.Series(range(statements.height), dtype=pl.UInt32), "parent": self.parents}
        )
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
                held.select("parent", low="start", high="end"),
                on="parent",
                how="inner",
                maintain_order="left",
            )
            covered = pairs.filter((pl.col("low") <= pl.col("start")) & (pl.col("end") <= pl.col("high")))[
                "n"
            ].unique()
            frame = spans.with_columns(covered=pl.col("n").is_in(covered.implode()))
            frame = frame.join(links, on="row", how="left", maintain_order="left")
            frame = frame.with_columns(parent_id=statements["statement_id"].gather(frame["parent"]))
            # A child that is elsewhere is one fault: its first span that is not covered stands for all.
            outside = frame.filter(~pl.col("covered") & ~pl.col("row").is_in(said.implode())).unique(
                "row", keep="first"
            )
            frame = frame.with_columns(covered=~pl.col("n").is_in(outside["n"].implode()))
            said = pl.concat([said, outside["row"]])
            yield View("nesting", "statements", frame, column, self._locator("statements", path), spans=True)

    def _own_content(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Every source, cue and addressee span of a statement with its own content, where the two overlap."""
        import polars as pl

        statements = self.shard.frames["statements"]
        contents = flatten(statements, Path("statements", ("content_spans", "*"))).unnest("value")
        held = contents.select("row", low="start", high="end").filter(
            ~pl.col("row").is_in(faulty["statements"].implode())
        )
        for column in ("source_spans", "cue_spans", "addressee_spans"):
            path = Path("statements", (column, "*"))
            spans = flatten(statements, path).unnest("value")
            if spans.is_empty():
                continue
            pairs = spans.join(held, on="row").filter(
                (pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end"))
            )
            pairs = pairs.unique(["row", "start", "end"], maintain_order=True)
            pairs = pairs.with_columns(role=pl.lit(column), mode=statements["mode"].gather(pairs["row"]))
            yield View(
                "own_content", "statements", pairs, column, self._locator("statements", path), spans=True
            )

    def _own_cue(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Source spans of a statement that overlap its cue."""
        yield from self._overlaps("own_cue", "statements", "source_spans", "cue_spans", faulty)

    def _own_condition(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Condition spans of an action that overlap its trigger."""
        yield from self._overlaps("own_condition", "actions", "condition_spans", "trigger_spans", faulty)

    def _overlaps(
        self, name: str, table: str, column: str, other: str, faulty: dict[str, pl.Series]
    ) -> Iterator[View]:
        """Spans of one list of a record that overlap those of another; lists are in order, so hulls are compared first."""
        import polars as pl

        frame = self.shard.frames[table].with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        ends = [
            (pl.col(one).list.first().struct.field("start"), pl.col(one).list.last().struct.field("end"))
            for one in (column, other)
        ]
        frame = frame.filter(
            (ends[0][0] < ends[1][1])
            & (ends[1][0] < ends[0][1])
            & ~pl.col("row").is_in(faulty[table].implode())
        )
        path = Path(table, (column, "*"))
        spans = flatten(frame, path, rows="row").unnest("value")
        held = flatten(frame, Path(table, (other, "*")), rows="row").unnest("value")
        pairs = spans.join(held.select("row", low="start", high="end"), on="row").filter(
            (pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end"))
        )
        pairs = pairs.unique(["row", "start", "end"], maintain_order=True)
        yield View(name, table, pairs, column, self._locator(table, path), spans=True)

    def _word_edges(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """Mentions of English texts with apostrophes that begin or end between two letters or digits (ASCII), and those
        whose text is withheld."""
        import numpy as np
        import polars as pl

        mentions = self.shard.frames["mentions"]
        frame = mentions.select("start", "end", "text").with_row_index("row")
        frame = frame.with_columns(
            art=self.article_rows["mentions"],
            size=self.texts.chars.gather(self.article_rows["mentions"]),
            whole=self.whole_words.gather(self.article_rows["mentions"]),
        )
        frame = frame.filter(
            pl.col("whole")
            & (pl.col("start") < pl.col("end"))
            & (pl.col("end") <= pl.col("size"))
            & ~pl.col("row").is_in(faulty["mentions"].implode())
        )
        if frame.is_empty():
            return
        buffer, offsets = self.texts.buffer
        word = among(WORD_BYTES)
        rows = frame["art"].to_numpy().astype(np.int64)
        cut = np.zeros(len(rows), dtype=bool)
        for column in ("start", "end"):
            at = self.texts.byte_offsets(rows, frame[column].to_numpy().astype(np.int64)) + offsets[rows]
            inner = np.flatnonzero((at > offsets[rows]) & (at < offsets[rows + 1]))
            cut[inner] |= word[buffer[at[inner] - 1]] & word[buffer[at[inner]]]
        frame = frame.with_columns(
            withheld=self.texts.text.is_null().gather(frame["art"]), cut=pl.Series(cut)
        )
        yield View(
            "word_edges", "mentions", frame.filter(pl.col("cut") | pl.col("withheld")), None, spans=True
        )

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
        first = frame.unique(["row", "zone_id"], keep="first").select(
            "row", "zone_id", original="slice", original_n="n"
        )
        frame = frame.join(
            first,
            left_on=["row", "duplicate_of"],
            right_on=["row", "zone_id"],
            how="left",
            maintain_order="left",
        )
        frame = frame.with_columns(original_before=(pl.col("original_n") < pl.col("n")).fill_null(False))
        yield View(
            "zones",
            "articles",
            frame,
            "zones",
            self._by_position("articles", path, ["zone_id", "start", "end"]),
            spans=True,
        )

    def _duplicate_spans(self, faulty: dict[str, pl.Series]) -> Iterator[View]:
        """The spans that lie in a duplicate zone of a sound article."""
        import polars as pl

        zones = flatten(self.shard.frames["articles"], Path("articles", ("zones", "*"))).unnest("value")
        zones = zones.filter(
            pl.col("duplicate_of").is_not_null() & ~pl.col("row").is_in(faulty["articles"].implode())
        )
        if zones.is_empty():
            return
        zones = zones.select("zone_id", "duplicate_of", art="row", low="start", high="end")
        for name in self.shard.frames:
            for path in span_paths(self.schema.table(name)):
                spans = self._flat(name, path, positions=False)
                spans = spans.with_columns(art=self.article_rows[name].gather(spans["row"]))
                hits = spans.join(zones, on="art").filter(
                    (pl.col("start") < pl.col("high")) & (pl.col("low") < pl.col("end"))
                )
                if not hits.is_empty():
                    yield View(
                        "duplicate_spans", name, hits, path.root, self._locator(name, path), spans=True
                    )
