"""How fast validation is, and against what: time, CPU and peak memory, and in the same run the ratios.

    python tests/benchmarks/validation.py [--sizes 10000,100000,400000] [--runs 3] [--work FOLDER] [--ray]

Each measurement is a process of its own. `scan` is a bare Polars scan of the same columns; `validate` is levels 0 to
4 complete. jsonschema, jsonschema-rs, fastjsonschema and pydantic do level 1 alone on the rows of one shard, and
their time is scaled to all rows (marked by *), since jsonschema would take hours. DuckDB does unique keys and
references (level 2) on all rows. In brackets the ratio by CPU, which a busy machine disturbs less.

Measured 2026-11-30 on two idle cores, three runs in turns, some 215 checks, 40 faults planted and found (the target of
3.2 times the scan is reached by clock, where the scan has one thread and validate two, and not by CPU):

    articles   rows         scan CPU s   validate CPU s   peak GB   x scan, CPU   x scan, wall
    100,000    3,851,401    4.1 to 4.5   16.6 to 19.0     0.34      3.8 to 4.3    2.4, 2.9, 3.0

With a load of 7 to 14 from other work (medians of 3, the machine at another speed):

    10,000     385,141      0.32         2.2              0.33      6.8           5.5 (5 faults a shard)
    100,000    3,851,401    2.7, 3.0     12.7, 14.2       0.39      4.7, 4.7      4.4, 4.6 (two series)

In turns with the code before the present screens: least CPU of five runs 12.4 s against 16.6; in each pair 8 to 32 %
less. At 100,000 jsonschema-rs, level 1 alone, takes 10.4 to 10.7 times validate's CPU (wall 13 to 19). Not taken anew:
pydantic, fastjsonschema, jsonschema, DuckDB, Ray, and 400,000 articles (70.6 s of CPU and 0.46 GB before).

Where it goes (validation_profile.py, milliseconds of CPU a shard without a fault, 47,000 rows, one thread, least of 15;
scan 33, validate 133, which is 4.0 times): read Parquet 31, record schema 24, screen 40 (spans against texts 12.5,
references 5.5, actions 5.4, different values 4.2), rules that no screen clears 7, digests of files and texts 8,
alignment 4, derived columns 4, the rest 15. Before: 161 to 31, with 38 for rules that no screen knew. A fault costs its
shard 10 to 40 more. Reading and level 1 alone are 1.7 times the scan. Larger batches of shards save 3 %.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
SCHEMA = REPOSITORY / "annotations" / "schema"


def scan(folder: Path) -> int:
    import polars as pl

    rows = 0
    for path in sorted(folder.glob("data/*/*.parquet")):
        rows += pl.read_parquet(path).select(pl.all().null_count(), pl.len().alias("_rows"))["_rows"][0]
    return rows


def validate_local(folder: Path, engine: str = "local") -> int:
    from communique.validation import validate

    report = validate(folder, level=4, engine=engine, project=REPOSITORY)
    planted = json.loads((folder / "planted.json").read_text())
    found = {(one.id, one.table, one.key, one.field) for one in report.findings}
    missed = [one for one in planted if (one["id"], one["table"], one["key"], one["field"]) not in found]
    assert not missed, missed[:3]
    return sum(report.records.values())


def start_ray() -> None:
    """A cluster whose two workers have imported what they need, as the threads of `validate` have."""
    import ray

    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)

    def warm() -> None:
        import polars as pl

        import communique.validation.tablesrun  # noqa: F401

        pl.DataFrame({"a": ["x"]}).select(pl.col("a").str.len_chars())
        time.sleep(1)

    ray.get([ray.remote(warm).remote() for _ in range(2)])


def validate_ray(folder: Path) -> int:
    return validate_local(folder, "ray")


def _rows(folder: Path) -> tuple[dict[str, list[dict[str, Any]]], float]:
    """The rows of one shard as Python objects, and by how much to scale to all."""
    import pyarrow.parquet as pq

    from communique.corpus.parquet import records
    from communique.schema import load_schema

    schema = load_schema(SCHEMA)
    manifest = json.loads((folder / "manifest.json").read_text())
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, table in schema.tables.items():
        files = [
            entry for entry in manifest["tables"][name]["files"] if entry["shard"] == manifest["shards"] // 2
        ]
        if files:
            rows[name] = list(records(pq.read_table(folder / files[0]["path"], partitioning=None), table))
    total = sum(table["rows"] for table in manifest["tables"].values())
    return rows, total / sum(map(len, rows.values()))


def _each(
    folder: Path, make: Callable[[dict[str, Any]], Callable[[Any], Any]], limit: int | None = None
) -> dict[str, float]:
    from communique.schema import load_schema

    clocks = {"wall": time.perf_counter, "cpu": time.process_time}
    start = {name: clock() for name, clock in clocks.items()}
    rows, factor = _rows(folder)
    read = {name: clock() - start[name] for name, clock in clocks.items()}
    schema = load_schema(SCHEMA)
    used, count, total = dict.fromkeys(clocks, 0.0), 0, sum(map(len, rows.values()))
    for name, found in rows.items():
        check = make(schema.table(name).row_schema)
        part = found[: max(1, limit * len(found) // total)] if limit else found
        start = {name: clock() for name, clock in clocks.items()}
        for row in part:
            # Some raise for an invalid row, others say false.
            with contextlib.suppress(Exception):
                check(row)
        used = {name: used[name] + clock() - start[name] for name, clock in clocks.items()}
        count += len(part)
    # Arrow to Python objects is part of the work of an engine that checks objects.
    return {name: (used[name] * total / count + read[name]) * factor for name in clocks}


def jsonschema_loop(folder: Path) -> dict[str, float]:
    from jsonschema import Draft202012Validator

    return _each(folder, lambda schema: Draft202012Validator(schema).is_valid, limit=3000)


def jsonschema_rs_loop(folder: Path) -> dict[str, float]:
    import jsonschema_rs

    return _each(folder, lambda schema: jsonschema_rs.validator_for(schema).is_valid)


def fastjsonschema_loop(folder: Path) -> dict[str, float]:
    import fastjsonschema

    return _each(folder, fastjsonschema.compile)


def pydantic_loop(folder: Path) -> dict[str, float]:
    from pydantic import ConfigDict, TypeAdapter, create_model

    names = iter(range(10**6))

    def kind(node: dict[str, Any]) -> Any:
        from typing import Annotated, Literal

        from pydantic import Field

        if "anyOf" in node:
            made: Any = None
            for option in node["anyOf"]:
                part = None if option.get("type") == "null" else kind(option)
                made = part if made is None else made | part
            return made
        types = node["type"] if isinstance(node.get("type"), list) else [node.get("type", "string")]
        name = next(one for one in types if one != "null")
        if "oneOf" in node:
            made = Literal[tuple(option["const"] for option in node["oneOf"])]
        elif name == "string":
            made = Annotated[str, Field(pattern=node.get("pattern"), min_length=node.get("minLength"))]
        elif name == "array":
            made = Annotated[list[kind(node["items"])], Field(min_length=node.get("minItems"))]  # type: ignore[misc]
        elif name == "object" and "properties" in node:
            fields = {key: (kind(child), ...) for key, child in node["properties"].items()}
            made = create_model(f"M{next(names)}", __config__=ConfigDict(extra="forbid"), **fields)
        elif name == "object":
            made = dict
        else:
            kinds: dict[str, Any] = {"integer": int, "number": float, "boolean": bool}
            bounds = {"ge": node.get("minimum"), "le": node.get("maximum")} if name != "boolean" else {}
            made = Annotated[kinds[name], Field(**bounds)]
        return made | None if "null" in types else made

    return _each(folder, lambda schema: TypeAdapter(kind(schema)).validate_python)


def duckdb_level2(folder: Path) -> int:
    import duckdb

    base = duckdb.connect()
    base.execute("SET threads = 2")

    def table(name: str) -> str:
        return f"read_parquet('{folder}/data/{name}/*.parquet')"

    keys = {
        "articles": "article_id",
        "actors": "actor_id",
        "mentions": "mention_id",
        "statements": "statement_id",
        "actions": "action_id",
        "events": "event_id",
    }
    found = 0
    for name, key in keys.items():
        found += base.execute(f"SELECT count(*) - count(DISTINCT {key}) FROM {table(name)}").fetchone()[0]
    references = [
        ("mentions", "actor_id", "actors"),
        ("mentions", "article_id", "articles"),
        ("statements", "article_id", "articles"),
        ("statements", "parent_statement_id", "statements"),
        ("statements", "unnest(source_actor_ids)", "actors"),
        ("statements", "unnest(addressee_actor_ids)", "actors"),
        ("actions", "event_id", "events"),
        ("actions", "article_id", "articles"),
        ("actions", "realises_statement_id", "statements"),
        ("actions", "unnest(agents).actor_id", "actors"),
        ("actions", "unnest(targets).actor_id", "actors"),
        ("actions", "unnest(other_views).view_of", "actors"),
        ("events", "article_id", "articles"),
        ("event_links", "from_event_id", "events"),
        ("event_links", "to_event_id", "events"),
    ]
    for name, column, target in references:
        query = (
            f"SELECT count(*) FROM (SELECT {column} AS x FROM {table(name)}) WHERE x IS NOT NULL AND x NOT IN"
        )
        found += base.execute(f"{query} (SELECT {keys[target]} FROM {table(target)})").fetchone()[0]
    return found


JOBS: dict[str, Callable[[Path], Any]] = {
    "scan": scan,
    "validate": validate_local,
    "ray": validate_ray,
    "jsonschema-rs": jsonschema_rs_loop,
    "fastjsonschema": fastjsonschema_loop,
    "pydantic": pydantic_loop,
    "jsonschema": jsonschema_loop,
    "duckdb": duckdb_level2,
}


def child(job: str, folder: Path) -> None:
    """One measurement: imports and a warm-up are not counted."""
    import resource

    import polars as pl

    import communique.validation.tablesrun  # noqa: F401

    pl.DataFrame({"a": ["x"]}).select(pl.col("a").str.len_chars())
    if job == "ray":
        start_ray()
    start, cpu = time.perf_counter(), time.process_time()
    extra = JOBS[job](folder)
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    if isinstance(extra, dict):
        wall, used = extra["wall"], extra["cpu"]
    print(json.dumps({"wall": wall, "cpu": used, "peak": peak}))


def once(job: str, folder: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--child", job, "--work", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{job}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(jobs: list[str], folder: Path, runs: int) -> dict[str, dict[str, float]]:
    """Medians over some runs, in which the jobs take turns: so a busy moment hits them alike."""
    found: dict[str, list[dict[str, float]]] = {job: [] for job in jobs}
    for run in range(runs):
        for job in jobs:
            if run == 0 or job in ("scan", "validate", "ray"):
                found[job].append(once(job, folder))
    return {
        job: {key: statistics.median(one[key] for one in ones) for key in ones[0]}
        for job, ones in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,100000,400000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "communique-bench")
    parser.add_argument("--ray", action="store_true")
    parser.add_argument("--only", help="Jobs to run, separated by commas.")
    parser.add_argument("--child")
    given = parser.parse_args()
    if given.child:
        child(given.child, given.work)
        return
    from communique.schema import load_schema

    sys.path.insert(0, str(Path(__file__).parent))
    from validation_corpus import generate

    jobs = given.only.split(",") if given.only else [job for job in JOBS if job != "ray" or given.ray]
    for size in map(int, given.sizes.split(",")):
        folder = given.work / str(size)
        if not (folder / "manifest.json").exists():
            folder.mkdir(parents=True, exist_ok=True)
            generate(folder, load_schema(SCHEMA), size, faults=40)
        manifest = json.loads((folder / "manifest.json").read_text())
        rows = sum(table["rows"] for table in manifest["tables"].values())
        print(f"\n{size:,} articles, {rows:,} rows, {manifest['shards']} shards")
        heads = ("wall s", "CPU s", "peak GB", "x scan", "CPU x")
        print(f"{'':16}{''.join(f'{head:>9}' for head in heads)}{'validate is (by CPU)':>24}")
        results = measure(jobs, folder, given.runs)
        for job, one in results.items():
            against = "".join(
                f"{one[key] / results['scan'][key]:9.2f}" if "scan" in results else ""
                for key in ("wall", "cpu")
            )
            faster = ""
            if "validate" in results and job != "validate":
                by = [one[key] / results["validate"][key] for key in ("wall", "cpu")]
                faster = f"{by[0]:.1f} x faster ({by[1]:.1f})"
            mark = "*" if job in ("jsonschema", "jsonschema-rs", "fastjsonschema", "pydantic") else ""
            print(
                f"{job + mark:16}{one['wall']:9.2f}{one['cpu']:9.2f}{one['peak']:9.2f}{against}{faster:>24}"
            )


if __name__ == "__main__":
    main()
