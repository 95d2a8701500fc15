"""Validate a built corpus: every shard by the same pure function, then a small reduce."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.annotation.model import AUTHOR
from communique.corpus.digest import combined, row_digest
from communique.corpus.parquet import read_parquet, records
from communique.corpus.shards import shard_of
from communique.schema import Schema
from communique.validation import level0, level2
from communique.validation.corpuschecks import corpus_findings
from communique.validation.evaluate import Evaluation, Pending, Result
from communique.validation.finding import Findings
from communique.validation.layout import MANIFEST, File, Layout, read_layout, total_digest
from communique.validation.loadshard import Loader, read_registry
from communique.validation.losses import WHY, Losses, read_losses
from communique.validation.report import Report
from communique.validation.session import Options, Session
from communique.validation.shardcheck import check_shard

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[int, int, int, int], None]


@dataclass(frozen=True)
class Task:
    """Some shards to be checked together, anywhere: nothing here refers to the process that made it."""

    index: int
    indices: tuple[int, ...]
    files: tuple[File, ...]
    shards: int
    schema: Schema
    wanted: frozenset[str]
    cap: int | None
    gate: str
    guidelines: str | None = None
    public: bool = False
    losses: Losses = field(default_factory=Losses)
    absent: frozenset[str] = frozenset()


def check_one(task: Task, registry: pl.DataFrame | None) -> Result:
    """The pure function of a task. `registry` holds the registry actors of the corpus, None when unreadable."""
    loaded = Loader(task.schema, set(task.wanted), task.cap).load(task.index, list(task.files))
    shard = loaded.shard
    shard.guidelines, shard.public, shard.losses = task.guidelines, task.public, task.losses
    shard.absent |= task.absent
    shard.registry, shard.registry_known = registry, registry is not None
    run = Evaluation(shard, task.wanted, task.cap, task.gate)
    high = any(id_[1] > "1" for id_ in task.wanted)
    if loaded.whole and high:
        result = check_shard(run, task.shards, loaded)
    else:
        result = run.result
        result.records = {name: frame.height for name, frame in shard.frames.items()}
        if high:
            result.not_checked[("L2–L5", "a file of the shard cannot be read, or lacks a column")] = (
                loaded.rows
            )
    result.findings = loaded.findings + result.findings
    for id_, count in loaded.counts.items():
        result.counts[id_] = result.counts.get(id_, 0) + count
    result.facts["rows"] = loaded.rows
    result.facts["shards"] = len(task.indices)
    result.facts["named"] = shard.named if len(shard.named) < 100_000 else set()
    result.facts["whole"] = loaded.whole
    return result


def validate_tables(
    root: Path,
    schema: Schema,
    options: Options,
    found: Findings,
    progress: Progress | None = None,
    guidelines: str | None = None,
) -> Report:
    """A folder with `data/` and `manifest.json`, level by level."""
    session = Session(str(root), schema, options, options.wanted(), found)
    layout = read_layout(root, schema)
    session.add(layout.findings)
    losses = read_losses(root, layout.manifest)
    registry = read_registry(layout.files())
    tasks = [
        Task(
            indices[0],
            tuple(indices),
            tuple(file for index in indices for file in layout.shards[index]),
            layout.count,
            schema,
            frozenset(session.wanted),
            options.cap,
            options.gate,
            guidelines,
            bool((layout.manifest or {}).get("withheld")),
            losses,
            frozenset(layout.absent),
        )
        for indices in _batches(layout)
    ]
    results = []
    rows = 0
    for result in _engine(options.engine)(tasks, registry):
        results.append(result)
        rows += result.facts.get("rows", 0)
        if progress:
            done = sum(one.facts["shards"] for one in results)
            progress(done, len(layout.shards), rows, sum(sum(one.counts.values()) for one in results))
    for result in sorted(results, key=lambda one: one.index):
        session.take(result)
    settle(session, layout, results, registry)
    _content(session, layout, rows)
    if not any(finding.id == level0.DIGEST.id for finding in session.found.kept):
        session.add(total_digest(layout))
    return session.report()


#: Shards are put together to about this many rows, so that the fixed cost of a check is paid for many.
_BATCH = 50_000


def _batches(layout: Layout) -> list[list[int]]:
    """The shards in order, several small ones together."""
    batches: list[list[int]] = []
    rows = _BATCH
    for index, files in layout.shards.items():
        size = sum(file.entry["rows"] if file.entry else _BATCH for file in files)
        if rows + size > _BATCH:
            batches.append([])
            rows = 0
        batches[-1].append(index)
        rows += size
    return batches


def _engine(name: str) -> Callable[[list[Task], Any], Iterator[Result]]:
    from communique.validation import engines

    return engines.ENGINES[name]


def settle(session: Session, layout: Layout, results: list[Result], registry: pl.DataFrame | None) -> None:
    """What no shard can know: references into other shards, and the registry's use."""
    pending = [one for result in results for one in result.pending]
    _whole_corpus(session, layout, results)
    exist = _existing(layout, pending, session.schema)
    for one in pending:
        if (one.target, one.value) not in exist:
            session.add([one.unknown])
        elif one.crosses is not None:
            session.add([one.crosses])
    if registry is None:
        if level2.UNKNOWN["actors"].id in session.wanted and any(
            result.records.get("mentions") for result in results
        ):
            session.not_checked[(level2.UNKNOWN["actors"].id, "the registry actors cannot be read")] = len(
                results
            )
        return
    _registry(session, layout, results, registry)


#: Above this many rows the content digests are not computed anew: checksums of the files stand for them.
_FEW = 50_000


def _content(session: Session, layout: Layout, rows: int) -> None:
    """The content digest of every table whose files are otherwise as the manifest says."""
    if level0.DIGEST.id not in session.wanted or layout.manifest is None:
        return
    if rows > _FEW:
        session.not_checked[(level0.DIGEST.id, f"digests of content are computed up to {_FEW:,} rows")] = rows
        return
    damaged = {
        finding.table
        for finding in session.found.kept
        if finding.level == 0 or finding.id.startswith("L1/column")
    }
    for name, part in layout.manifest["tables"].items():
        files = [file for file in layout.files() if file.table == name]
        if name in damaged or name not in session.schema.tables or not isinstance(part, dict) or not files:
            continue
        table = session.schema.table(name)
        data = read_parquet([file.path for file in files], table)
        digest = combined(row_digest(row) for row in records(data, table))
        if digest != part.get("digest"):
            said = f"The rows of {name} have the digest {digest[:12]}…, the manifest says {str(part.get('digest'))[:12]}…."
            place = {"file": MANIFEST, "table": name, "field": f"tables/{name}/digest"}
            session.add(
                [level0.DIGEST.finding(said, found=digest, expected=str(part.get("digest")), **place)]
            )


def _whole_corpus(session: Session, layout: Layout, results: list[Result]) -> None:
    import polars as pl

    facts = [result.facts["corpus"] for result in results if "corpus" in result.facts]
    if facts:
        whole = {name: pl.concat([part[name] for part in facts]) for name in facts[0]}
        session.add(corpus_findings(whole, session.wanted, _actors_file(layout)))


def _actors_file(layout: Layout) -> str | None:
    return next((file.name for file in layout.files() if file.table == "actors" and file.shard == 0), None)


def _existing(layout: Layout, pending: list[Pending], schema: Schema) -> set[tuple[str, str]]:
    """Which of the (table, id) exist. An id begins with its article's id, which gives the shard to look into."""
    import polars as pl

    wanted: dict[tuple[int, str], set[str]] = {}
    for one in pending:
        home = shard_of(one.value.split(".")[0], layout.count)
        wanted.setdefault((home, one.target), set()).add(one.value)
    exist: set[tuple[str, str]] = set()
    for (home, target), values in wanted.items():
        key = schema.table(target).key[0]
        hashes = pl.Series(sorted(values)).hash().implode()
        for file in layout.shards.get(home, []):
            if file.table == target:
                # 64-bit hashes narrow the rows down; only equal strings count.
                near = (
                    pl.scan_parquet(file.path)
                    .select(key)
                    .filter(pl.col(key).hash().is_in(hashes))
                    .collect()[key]
                )
                exist |= {(target, value) for value in near if value in values}
    return exist


def _registry(session: Session, layout: Layout, results: list[Result], registry: pl.DataFrame) -> None:
    """The narrator is there, and every registry actor is mentioned somewhere (rule R4)."""
    import polars as pl

    named = set().union(*(result.facts.get("named", set()) for result in results))
    file = _actors_file(layout)
    if level2.NO_AUTHOR.id in session.wanted and AUTHOR not in registry["actor_id"] and AUTHOR not in named:
        session.add(
            [level2.NO_AUTHOR.finding(f"There is no actor {AUTHOR}.", table="actors", key=AUTHOR, file=file)]
        )
    if level2.ACTOR_UNUSED.id not in session.wanted:
        return
    if not all(result.facts.get("whole") for result in results):
        session.not_checked[(level2.ACTOR_UNUSED.id, "a shard cannot be read")] = registry.height
        return
    hashes = [result.mentioned for result in results if result.mentioned is not None]
    mentioned = pl.concat(hashes).unique() if hashes else pl.Series([], dtype=pl.UInt64)
    unused = registry.filter(
        ~pl.col("actor_id").hash().is_in(mentioned.implode())
        & (pl.col("actor_id") != AUTHOR)
        & (pl.col("resolution") != "implicit")
    )
    if read_losses(layout.root, layout.manifest).articles and unused.height:
        session.not_checked[(level2.ACTOR_UNUSED.id, WHY)] = unused.height
        return
    lost = any(level2.UNKNOWN["actors"].id in result.counts for result in results)
    spared = unused.filter(pl.col("actor_id").is_in(sorted(named)) | pl.lit(lost))
    if spared.height:
        session.not_checked[(level2.ACTOR_UNUSED.id, "a broken record may be the mention")] = spared.height
    for actor in unused.join(spared, on="actor_id", how="anti")["actor_id"]:
        said = f"No mention refers to {actor}."
        finding = level2.ACTOR_UNUSED.finding(
            said, table="actors", key=actor, file=file, field="actor_id", found=actor
        )
        session.add([finding])
