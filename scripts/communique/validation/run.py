"""Validate a project, a JSON file, or a built corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from communique.annotation.model import AUTHOR
from communique.errors import CommuniqueError
from communique.project import Project, find_project
from communique.schema import Schema, load_schema
from communique.validation import level0, level2
from communique.validation.evaluate import Evaluation, Result
from communique.validation.finding import Finding, Findings, NotChecked
from communique.validation.gold import Reader
from communique.validation.registry import checks
from communique.validation.report import Report
from communique.validation.shardcheck import check_shard


@dataclass(frozen=True)
class Options:
    """What to check and how much to keep. `only` and `skip` are ids or beginnings of ids such as `L3/`."""

    level: int = 6
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    cap: int | None = 20
    gate: str = "record"
    engine: str = "local"

    def wanted(self) -> set[str]:
        """The ids to check. Raises CommuniqueError for a name that is the beginning of no id."""
        known = checks()
        for name in (*self.only, *self.skip):
            if not any(_matches(id_, name) for id_ in known):
                raise CommuniqueError(
                    f"There is no check '{name}'.", expected="an id such as L3/span-text-differs, or a level such as L3",
                    mend="see annotations/checks.md for all ids",
                )  # fmt: skip
        ids = {id_ for id_, check in known.items() if check.level <= self.level}
        if self.only:
            ids = {id_ for id_ in known if any(_matches(id_, name) for name in self.only)}
        return {id_ for id_ in ids if not any(_matches(id_, name) for name in self.skip)}


def _matches(id_: str, name: str) -> bool:
    return id_ == name or id_.startswith(name.rstrip("/*") + "/")


@dataclass
class Session:
    """One validation while it runs."""

    target: str
    schema: Schema
    options: Options
    wanted: set[str]
    found: Findings
    not_checked: dict[tuple[str, str], int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    shards: int = 0

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.id in self.wanted:
                self.found.add(finding)

    def take(self, result: Result) -> None:
        """Add the findings of a shard with their true counts."""
        shown: dict[str, int] = {}
        for finding in result.findings:
            shown[finding.id] = shown.get(finding.id, 0) + 1
        rest = {id_: count - shown.get(id_, 0) for id_, count in result.counts.items()}
        for finding in result.findings:
            more = rest.pop(finding.id, 0)
            self.found.add(finding, 1 + more)
        for kind, count in result.not_checked.items():
            self.not_checked[kind] = self.not_checked.get(kind, 0) + count
        for table, count in result.records.items():
            self.records[table] = self.records.get(table, 0) + count
        self.shards += 1

    def report(self) -> Report:
        order = {id_: number for number, id_ in enumerate(checks())}
        self.found.kept.sort(key=lambda one: order[one.id])
        missing = [NotChecked(id_, count, why) for (id_, why), count in sorted(self.not_checked.items())]
        return Report(self.target, self.found, missing, self.records, self.shards, len(self.wanted))


def validate_project(project: Project, options: Options, found: Findings, *, built: bool = True) -> Report:
    """Articles, registry and gold of a project as one corpus; its built tables, if any, as another."""
    schema = load_schema(project.schema)
    session = Session(str(project.root), schema, options, options.wanted(), found)
    reader = Reader(schema, project.root, "annotations")
    for path in sorted(project.articles.glob("*.json")):
        reader.article(path)
    if project.actors.exists():
        reader.registry(project.actors)
    gold = sorted(project.gold.glob("*.json"))
    if gold and not project.actors.exists():
        reader.add(level0.NO_NARRATOR.finding("annotations/actors.jsonl does not exist.", file="annotations/actors.jsonl"))
    for path in gold:
        reader.annotation(path)
    _finish_json(session, reader, registry=bool(gold))
    return session.report()


def validate_files(project: Project, paths: list[Path], options: Options, found: Findings) -> Report:
    """Single annotation files against their articles and the registry of their project."""
    schema = load_schema(project.schema)
    session = Session(", ".join(map(str, paths)), schema, options, options.wanted(), found)
    reader = Reader(schema, project.root, "files")
    for path in sorted({project.articles / path.name for path in paths}):
        if path.exists():
            reader.article(path)
    if project.actors.exists():
        reader.registry(project.actors)
    about = {reader.name_of(path.resolve()) for path in paths}
    for path in paths:
        reader.annotation(path.resolve())
    _finish_json(session, reader, registry=False, about=about)
    return session.report()


def _finish_json(session: Session, reader: Reader, *, registry: bool, about: set[str] | None = None) -> None:
    """Check what a reader has read. With `about`, only findings in these files are reported."""
    shard = reader.done()
    run = Evaluation(shard, session.wanted, None, session.options.gate)
    result = check_shard(run)
    result.records = dict(reader.counts)
    if registry:
        _registry(run)
    for one in result.pending:
        run.add(one.unknown)
    if about is not None:
        reader.findings = [finding for finding in reader.findings if finding.file in about]
        result.findings = [finding for finding in result.findings if finding.file in about]
        result.counts = {}
    session.add(reader.findings)
    session.take(result)


def _registry(run: Evaluation) -> None:
    """The registry of a project: the narrator is there, and every actor is mentioned (rule R4)."""
    import polars as pl

    from communique.validation.registry import Rule
    from communique.validation.views import View

    shard, wanted = run.shard, run.wanted
    actors = shard.frames["actors"].with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32)).filter(pl.col("article_id").is_null())
    broken = shard.broken_keys.get("actors", set()) | shard.named
    if level2.NO_AUTHOR.id in wanted and AUTHOR not in actors["actor_id"] and AUTHOR not in broken and actors.height:
        run.add(level2.NO_AUTHOR.finding(f"There is no actor {AUTHOR}.", table="actors", key=AUTHOR, file="annotations/actors.jsonl"))
    if level2.ACTOR_UNUSED.id not in wanted:
        return
    mentions = shard.frames["mentions"]["actor_id"]
    frame = actors.filter(
        (pl.col("actor_id") != AUTHOR) & (pl.col("resolution") != "implicit") & ~pl.col("actor_id").is_in(mentions.implode())
    )
    known = run.views.actors["actor_id"]
    lost = mentions.drop_nulls().filter(~mentions.drop_nulls().is_in(known.implode()))
    spared = pl.col("actor_id").is_in(sorted(shard.named)) | pl.lit(len(lost) > 0)
    run.unjudged(level2.ACTOR_UNUSED.id, "a broken record may be the mention", frame.filter(spared).height)
    rule = Rule(pl.lit(True), "No mention refers to {found}.", "actor_id", pl.col("actor_id"))
    run.emit(level2.ACTOR_UNUSED, rule, View("registry", "actors", frame, "actor_id"), frame.filter(~spared))


def find(path: Path | None) -> Project:
    return find_project(path)
