"""Validate the JSON files of a project: articles, registry, annotation files."""

from __future__ import annotations

from pathlib import Path

from communique.annotation.model import AUTHOR
from communique.corpus.manifest import sha256_of
from communique.project import Project
from communique.schema import load_schema
from communique.validation import level0, level2
from communique.validation.corpuschecks import corpus_findings
from communique.validation.evaluate import Evaluation
from communique.validation.finding import Findings
from communique.validation.gold import Reader
from communique.validation.projectfiles import facts, guidelines, inside, inventory, stray_files
from communique.validation.registry import Rule
from communique.validation.report import Report
from communique.validation.session import Options, Session
from communique.validation.shardcheck import check_shard
from communique.validation.views_base import View


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
        reader.shard.registry_known = False
        reader.add(
            level0.NO_REGISTRY.finding(
                "annotations/actors.jsonl does not exist.", file="annotations/actors.jsonl"
            )
        )
    for path in gold:
        reader.annotation(path)
    _raw_files(reader, project)
    for found_here in (stray_files(project), facts(project), inventory(reader, project)):
        reader.findings += found_here
    reader.findings += guidelines(project)[1]
    _finish_json(session, reader, project, registry=bool(gold))
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
    _finish_json(session, reader, project, registry=False, about=about)
    return session.report()


def _finish_json(
    session: Session, reader: Reader, project: Project, *, registry: bool, about: set[str] | None = None
) -> None:
    """Check what a reader has read. With `about`, only findings in these files are reported."""
    shard = reader.done()
    shard.guidelines = guideline_version(project)
    run = Evaluation(shard, session.wanted, None, session.options.gate)
    result = check_shard(run)
    result.records = dict(reader.counts)
    if registry:
        _registry(run)
    if about is None and "corpus" in result.facts:
        for finding in corpus_findings(result.facts["corpus"], run.wanted, "annotations/actors.jsonl"):
            run.add(finding)
    read = {header["article_id"] for header in reader.headers}
    for one in result.pending:
        if about is not None and one.value.split(".")[0] not in read:
            run.unjudged(one.unknown.id, "it refers to an article that was not read", 1)
        else:
            run.add(one.unknown)
    if about is not None:
        reader.findings = [finding for finding in reader.findings if finding.file in about]
        result.findings = [finding for finding in result.findings if finding.file in about]
        result.counts = {}
    session.add(reader.findings)
    session.take(result)


def guideline_version(project: Project) -> str | None:
    """The version of the guidelines, as annotations/guidelines/VERSION says it."""
    return guidelines(project)[0]


def _raw_files(reader: Reader, project: Project) -> None:
    """The raw bytes of every article are there and unchanged."""
    digests: dict[str, str | None] = {}
    for record in reader.records["articles"]:
        name = record["source_file"]
        path = project.raw / name
        if not inside(project, name):
            file = reader.name_of(project.articles / f"{record['article_id']}.json")
            said = f"{name} leads out of corpus/raw."
            reader.add(
                level0.RAW_PATH.finding(
                    said, file=file, table="articles", key=record["article_id"], article_id=record["article_id"],
                    field="source_file", found=name,
                )
            )  # fmt: skip
            continue
        if name not in digests:
            digests[name] = sha256_of(path) if path.is_file() else None
        place = {"table": "articles", "key": record["article_id"], "article_id": record["article_id"],
                 "file": reader.name_of(project.articles / f"{record['article_id']}.json")}  # fmt: skip
        if digests[name] is None:
            said = f"corpus/raw has no file {name}."
            reader.add(level0.RAW_MISSING.finding(said, field="source_file", found=name, **place))
        elif digests[name] != record["source_sha256"]:
            said = f"The raw file {name} has the SHA-256 {digests[name]}."
            place["file"] = path.relative_to(project.root).as_posix()
            found = level0.RAW_DIFFERS.finding(
                said, field="source_sha256", found=digests[name], expected=record["source_sha256"], **place
            )
            reader.add(found)


def _registry(run: Evaluation) -> None:
    """The registry of a project: the narrator is there, and every actor is mentioned (rule R4)."""
    import polars as pl

    shard, wanted = run.shard, run.wanted
    actors = (
        shard.frames["actors"]
        .with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32))
        .filter(pl.col("article_id").is_null())
    )
    broken = shard.broken_keys.get("actors", set()) | shard.named
    if (
        level2.NO_AUTHOR.id in wanted
        and AUTHOR not in actors["actor_id"]
        and AUTHOR not in broken
        and shard.registry_known
    ):
        run.add(
            level2.NO_AUTHOR.finding(
                f"There is no actor {AUTHOR}.", table="actors", key=AUTHOR, file="annotations/actors.jsonl"
            )
        )
    if level2.ACTOR_UNUSED.id not in wanted:
        return
    mentions = shard.frames["mentions"]["actor_id"]
    frame = actors.filter(
        (pl.col("actor_id") != AUTHOR)
        & (pl.col("resolution") != "implicit")
        & ~pl.col("actor_id").is_in(mentions.implode())
    )
    known = run.views.actors["actor_id"]
    lost = mentions.drop_nulls().filter(~mentions.drop_nulls().is_in(known.implode()))
    spared = pl.col("actor_id").is_in(sorted(shard.named)) | pl.lit(len(lost) > 0 or shard.lost_file)
    run.unjudged(level2.ACTOR_UNUSED.id, "a broken record may be the mention", frame.filter(spared).height)
    rule = Rule(pl.lit(True), "No mention refers to {found}.", "actor_id", pl.col("actor_id"))
    run.emit(level2.ACTOR_UNUSED, rule, View("registry", "actors", frame, "actor_id"), frame.filter(~spared))
