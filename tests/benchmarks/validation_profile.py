"""Where the time of a shard goes: the CPU of each part of its check, beside that of a bare scan of the same files.

    python tests/benchmarks/validation_profile.py FOLDER [--shards 3] [--runs 5]

FOLDER is a corpus of `validation_corpus.py`. Each figure is the least of some runs, in milliseconds a shard; parts
contain those that are indented below them. Set POLARS_MAX_THREADS=1 for figures that add up.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from communique.schema import load_schema
from communique.validation import evaluate, screen, screen_spans, shardcheck, tablesrun
from communique.validation.layout import read_layout
from communique.validation.loadshard import Loader, read_registry
from communique.validation.screen_spans import SpanScreen
from communique.validation.screen_texts import TextScreen
from communique.validation.session import Options

SCHEMA = Path(__file__).parents[2] / "annotations" / "schema"

#: Owner, name, and how it is shown.
PARTS: list[tuple[Any, str, str]] = [
    (Loader, "load", "load"),
    (Loader, "_bytes", "  checksum of the files"),
    (pl, "read_parquet", "  read Parquet"),
    (Loader, "_sound", "  L1, record schema"),
    (tablesrun, "check_shard", "check"),
    (shardcheck, "_alignment", "  alignment of shards"),
    (shardcheck, "_text_digests", "  digests of texts"),
    (evaluate, "screen", "  screen"),
    (screen, "_keys", "    keys"),
    (screen, "_astray", "    keys of another article"),
    (screen_spans, "all_spans", "    spans put together"),
    (TextScreen, "judged", "    spans against texts"),
    (SpanScreen, "zones", "    zones"),
    (screen, "ReferenceScreen", "    references"),
    (screen, "statement_rules", "    statements"),
    (screen, "action_rules", "    actions"),
    (screen, "distinct_rules", "    different values"),
    (screen, "_repeated", "    repeated records"),
    (evaluate.Evaluation, "rules", "  rules that are not screened"),
    (evaluate.Evaluation, "_views", "    their views"),
    (evaluate.Evaluation, "_run", "    their conditions"),
    (shardcheck, "check_references", "  references, one by one"),
    (shardcheck, "check_derived", "  derived columns of a sample"),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    used: dict[str, float] = defaultdict(float)

    def timed(function: Callable[..., Any], label: str) -> Callable[..., Any]:
        def call(*parts: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return function(*parts, **named)
            finally:
                used[label] += time.process_time() - start

        return call

    schema, options = load_schema(SCHEMA), Options(level=4)
    layout = read_layout(given.folder, schema)
    registry = read_registry(layout.files())
    wanted = frozenset(options.wanted())
    scanning = timed(scan, "scan")
    for owner, name, label in PARTS:
        setattr(owner, name, timed(getattr(owner, name), label))
    checking = timed(tablesrun.check_one, "validate")
    least: dict[str, list[float]] = {}
    for index in list(layout.shards)[1 : 1 + given.shards]:
        files = tuple(layout.shards[index])
        task = tablesrun.Task(index, (index,), files, layout.count, schema, wanted, options.cap, options.gate)
        best: dict[str, float] = {}
        for _ in range(given.runs):
            used.clear()
            scanning([file.path for file in files])
            read = used.pop("  read Parquet", 0.0)
            assert read <= used["scan"]
            checking(task, registry)
            for label, seconds in used.items():
                best[label] = min(best.get(label, seconds), seconds)
        for label, seconds in best.items():
            least.setdefault(label, []).append(seconds)
    for label in ["scan", "validate", *(label for *_, label in PARTS)]:
        seconds = sum(least.get(label, [0.0])) / given.shards
        share = seconds / (sum(least["scan"]) / given.shards)
        print(f"{label:34}{1e3 * seconds:8.1f} ms{share:8.2f} x scan")


def scan(paths: list[Path]) -> None:
    for path in paths:
        pl.read_parquet(path).select(pl.all().null_count())


if __name__ == "__main__":
    main()
