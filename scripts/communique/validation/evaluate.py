"""Run the rules over one shard: a pure function of its frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from communique.validation.finding import Finding
from communique.validation.frames import Shard, key_expr
from communique.validation.losses import ELSEWHERE, WHY
from communique.validation.registry import Check, Rule, checks, rule_of
from communique.validation.screen import Screened, screen
from communique.validation.views import Views
from communique.validation.views_base import View

if TYPE_CHECKING:
    import polars as pl

#: Views whose frames leave out records found faulty before: built anew each time they are asked for.
_AFTER_FAULTS = frozenset(
    {
        "nesting",
        "own_content",
        "own_cue",
        "own_condition",
        "siblings",
        "realised",
        "duplicate_spans",
        "word_edges",
        "times_in_article",
        "named_spans",
        "evidence",
    }
)


@dataclass(frozen=True)
class Pending:
    """A reference into an article of another shard: what to report if it does not exist, and if it does."""

    target: str
    value: str
    unknown: Finding
    crosses: Finding | None


@dataclass
class Result:
    """What one shard gave: findings up to the cap for each id, true counts, and what a reduce must settle."""

    name: str
    index: int = 0
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    not_checked: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    #: table to 64-bit hashes of the ids that could stand in another shard as well
    ids: dict[str, Any] = field(default_factory=dict)
    #: references that only another shard can resolve
    pending: list[Pending] = field(default_factory=list)
    #: 64-bit hashes of the registry actors that the shard mentions
    mentioned: Any = None
    #: (id, table, row) keys of all findings are not kept; articles with a finding are, for the gate by article
    facts: dict[str, Any] = field(default_factory=dict)


class Evaluation:
    """One pass over one shard. `wanted` are the ids to report; the others are neither run nor gate anything."""

    def __init__(self, shard: Shard, wanted: Iterable[str], cap: int | None, gate: str = "record") -> None:
        self.shard = shard
        self.wanted = set(wanted)
        self.cap = cap
        self.gate = gate
        self.views = Views(shard)
        self.result = Result(shard.name, shard.index)
        self._built: dict[str, list[View]] = {}
        self._marks: dict[str, list[tuple[int, str, str | None, pl.Series]]] = {}
        self._articles: dict[int, set[str]] = {}
        self._faulty: dict[str, pl.Series] | None = None
        self.screened = Screened()

    def look_over(self) -> None:
        """Find out which checks need not be run, before any is."""
        if not any(check.rule is not None and id_ in self.wanted for id_, check in checks().items()):
            return
        self.screened = screen(self.shard, self.views)
        for id_, count in self.screened.unknown.items():
            if id_ in self.wanted:
                self.unjudged(id_, rule_of(checks()[id_], self.shard.schema).unknown_why, count)

    def rules(self, levels: Iterable[int]) -> None:
        """Run every wanted rule of these levels, view by view in the order of the registry."""
        wanted = self.wanted - self.screened.cleared
        for level in levels:
            by_view: dict[str, list[Check]] = {}
            for check in checks().values():
                if check.level == level and check.rule is not None and check.id in wanted:
                    by_view.setdefault(check.view or "", []).append(check)
            for name, found in by_view.items():
                rules = [(check, rule_of(check, self.shard.schema)) for check in found]
                places = self._places(found)
                for view in self._views(name, places):
                    if places is None or (view.table, view.root) in places:
                        self._run(view, rules)

    def _places(self, found: list[Check]) -> set[tuple[str, str | None]] | None:
        """Where any of the checks could fail, or None when that is not known of all."""
        if not all(check.id in self.screened.places for check in found):
            return None
        return set().union(*(self.screened.places[check.id] for check in found))

    def emit(self, check: Check, rule: Rule, view: View, failing: pl.DataFrame) -> None:
        """Report the failing rows of a view, less those that a fault found before accounts for."""

        failing = self._ungated(check, view, failing)
        if self.shard.losses.articles and not failing.is_empty():
            failing = self._restored(check, view, failing)
        if failing.is_empty():
            return
        rows = failing["row"].unique()
        self._marks.setdefault(view.table, []).append((check.level, check.id, view.root or _root(rule), rows))
        self._faulty = None
        self._gate_articles(check, view.table, rows)
        self.result.counts[check.id] = self.result.counts.get(check.id, 0) + failing.height
        kept = sum(1 for one in self.result.findings if one.id == check.id)
        if self.cap is not None:
            failing = failing.head(max(0, self.cap - kept))
        if failing.is_empty():
            return
        self.result.findings += self.describe(check, rule, view, failing)

    def describe(self, check: Check, rule: Rule, view: View, failing: pl.DataFrame) -> list[Finding]:
        """A finding for each failing row."""
        import polars as pl

        if view.locate:
            failing = view.locate(failing)
        none = pl.lit(None, dtype=pl.Int32)
        said = failing.select(
            "row",
            "at" if "at" in failing.columns else pl.lit(None, dtype=pl.String).alias("at"),
            _as_text(rule.field, "field"),
            _as_text(rule.found, "found"),
            _as_text(rule.expected, "expected"),
            *(
                (pl.col(name) if name in failing.columns and view.spans else none.alias(name))
                for name in ("start", "end")
            ),
        )
        frame = self.shard.frames[view.table]
        article = (
            pl.col("article_id")
            if "article_id" in frame.columns
            else pl.lit(None, dtype=pl.String).alias("article_id")
        )
        names = frame.select(key_expr(self.shard.schema.table(view.table)).alias("key"), article)
        names = names.select(pl.all().gather(said["row"]))
        pairs = zip(said.iter_rows(named=True), names.iter_rows(named=True), strict=True)
        return [self._finding(check, rule, view, one, owner) for one, owner in pairs]

    def unjudged(self, check_id: str, why: str, count: int) -> None:
        if count:
            kind = (check_id, why)
            self.result.not_checked[kind] = self.result.not_checked.get(kind, 0) + count

    def add(self, finding: Finding) -> None:
        """Count a finding made elsewhere."""
        self.result.counts[finding.id] = self.result.counts.get(finding.id, 0) + 1
        if self.cap is None or sum(1 for one in self.result.findings if one.id == finding.id) < self.cap:
            self.result.findings.append(finding)

    def faulty(self) -> dict[str, pl.Series]:
        """By table, the rows found faulty so far."""
        import polars as pl

        if self._faulty is None:
            empty = pl.Series("row", [], dtype=pl.UInt32)
            self._faulty = dict.fromkeys(self.shard.frames, empty)
            for table, marks in self._marks.items():
                self._faulty[table] = pl.concat([rows for *_, rows in marks]).unique()
        return self._faulty

    def _views(self, name: str, places: set[tuple[str, str | None]] | None) -> list[View]:
        if places is not None:
            return list(self.views.build(name, self.faulty(), places))
        if name in _AFTER_FAULTS or name not in self._built:
            self._built[name] = list(self.views.build(name, self.faulty()))
        return self._built[name]

    def _run(self, view: View, rules: list[tuple[Check, Rule]]) -> None:

        if view.frame.is_empty():
            return
        masks = [rule.where.any().alias(check.id) for check, rule in rules]
        unknown = [
            rule.unknown.sum().alias(f"?{check.id}")
            for check, rule in rules
            if rule.unknown is not None and check.id not in self.screened.unknown
        ]
        seen = view.frame.select(*masks, *unknown).row(0, named=True)
        for check, rule in rules:
            self.unjudged(check.id, rule.unknown_why, seen.get(f"?{check.id}", 0))
            if seen[check.id]:
                self.emit(check, rule, view, _numbered(view).filter(rule.where))

    def _ungated(self, check: Check, view: View, failing: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        root = view.root
        for level, other, other_root, rows in self._marks.get(view.table, []):
            same_place = level == check.level and other != check.id and other_root == (root or other_root)
            if level < check.level or same_place:
                before = failing.height
                failing = failing.filter(~pl.col("row").is_in(rows.implode()))
                if level < check.level:
                    self.unjudged(
                        check.id, "the record has a fault of a lower level", before - failing.height
                    )
        frame = self.shard.frames[view.table]
        if failing.is_empty() or "article_id" not in frame.columns:
            return failing
        article = pl.Series("article", frame["article_id"].gather(failing["row"]))
        stop = self.shard.gated | set().union(
            *(found for level, found in self._articles.items() if level < check.level)
        )
        drop: set[str] = (
            set(stop) if view.table != "articles" or self.gate == "article" else set(self.shard.gated)
        )
        if drop:
            gone = article.is_in(sorted(drop)).fill_null(False)
            self.unjudged(check.id, "the article has a fault of a lower level", int(gone.sum()))
            failing, article = failing.filter(~gone), article.filter(~gone)
        if check.whole:
            partly = {one for table in check.whole for one in self.shard.broken.get(table, {})}
            gone = article.is_in(sorted(partly)).fill_null(False)
            key = (
                frame.select(key_expr(self.shard.schema.table(view.table))).to_series().gather(failing["row"])
            )
            gone = gone | key.is_in(sorted(self.shard.named)).fill_null(False)
            self.unjudged(check.id, "a broken record may be the one that is missed", int(gone.sum()))
            failing = failing.filter(~gone)
        return failing

    def _restored(self, check: Check, view: View, failing: pl.DataFrame) -> pl.DataFrame:
        """The failing rows less those whose record, or what it hangs on, was not wholly restored."""
        import polars as pl

        frame, losses = self.shard.frames[view.table], self.shard.losses
        keys = frame.select(key_expr(self.shard.schema.table(view.table))).to_series().gather(failing["row"])
        gone = keys.is_in([key for table, key in losses.records if table == view.table])
        if check.id in ELSEWHERE and "article_id" in frame.columns:
            gone = gone | frame["article_id"].gather(failing["row"]).is_in(sorted(losses.articles))
        gone = pl.Series(gone.fill_null(False))
        self.unjudged(check.id, WHY, int(gone.sum()))
        return failing.filter(~gone)

    def _gate_articles(self, check: Check, table: str, rows: pl.Series) -> None:
        """A broken article stops what hangs on it; with the gate by article any broken record does."""
        frame = self.shard.frames[table]
        if "article_id" in frame.columns and (
            (table == "articles" and check.level <= 2) or self.gate == "article"
        ):
            found = frame["article_id"].gather(rows).drop_nulls().unique().to_list()
            self._articles.setdefault(check.level, set()).update(found)

    def _finding(
        self, check: Check, rule: Rule, view: View, one: dict[str, Any], owner: dict[str, Any]
    ) -> Finding:
        place = "/".join(part for part in (one["at"], one["field"]) if part) or view.root
        words = {"found": one["found"], "expected": one["expected"], "key": owner["key"], "field": place}
        origins = self.shard.origin.get((view.table, owner["key"]), [])
        file, pointer = origins[-1] if origins else (self.shard.file_of(view.table, one["row"]), None)
        if pointer is not None and place and not pointer.startswith("line "):
            pointer = f"{pointer}/{place}"
        return check.finding(
            rule.message.format(**words),
            table=view.table,
            key=owner["key"],
            article_id=owner["article_id"],
            file=file,
            pointer=pointer,
            field=place,
            start=one["start"],
            end=one["end"],
            found=one["found"],
            expected=one["expected"],
        )


def _numbered(view: View) -> pl.DataFrame:
    """The frame of a view with the column `row`, which a table itself has not."""
    import polars as pl

    if view.name != view.table:
        return view.frame
    return view.frame.with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))


def _root(rule: Rule) -> str | None:
    return rule.field.split("/")[0] if isinstance(rule.field, str) and rule.field else None


def _as_text(value: pl.Expr | str | None, name: str) -> pl.Expr:
    import polars as pl

    if isinstance(value, pl.Expr):
        return value.cast(pl.String, strict=False).alias(name)
    return pl.lit(value, dtype=pl.String).alias(name)
