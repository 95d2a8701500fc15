"""The screen only saves work: with it and without it a corpus has the same findings, whatever is wrong with it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sound import REPOSITORY
from tables import relist

sys.path.insert(0, str(REPOSITORY / "tests" / "benchmarks"))

import validation_corpus

from communique.corpus import shards
from communique.schema import load_schema
from communique.validation import evaluate, tablesrun, validate
from communique.validation.report import Report
from communique.validation.screen import Screened
from communique.validation.texts import Texts

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 sound articles in 4 shards."""
    folder = tmp_path_factory.mktemp("screened")
    before, shards.ARTICLES_PER_SHARD = shards.ARTICLES_PER_SHARD, 8
    try:
        validation_corpus.generate(folder, load_schema(REPOSITORY / "annotations" / "schema"), 24)
    finally:
        shards.ARTICLES_PER_SHARD = before
    return folder


def outline(report: Report) -> Any:
    findings = sorted(repr(finding.as_dict()) for finding in report.findings)
    return findings, report.found.counts, [(one.id, one.count, one.why) for one in report.not_checked]


def both(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """The outcome with the screen, and of every check on every row."""
    with_screen = outline(validate(folder, level=5, max_per_check=None, project=REPOSITORY))
    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "screen", lambda shard, views: Screened())
        return with_screen, outline(validate(folder, level=5, max_per_check=None, project=REPOSITORY))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values inside `value`, lists and objects included."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))


def spoil(rows: Rows, rng: random.Random) -> None:
    """One change that keeps the types of the columns."""
    at = rng.randrange(len(rows))
    kind = rng.random()
    if kind < 0.05:
        rows.append(dict(rows[at]))
        return
    if kind < 0.1:
        del rows[at]
        return
    path = rng.choice(
        [one for one in leaves(rows[at]) if one[0] not in ("provenance", "extra", "detections")]
    )
    owner: Any = rows[at]
    for part in path[:-1]:
        owner = owner[part]
    value = owner[path[-1]]
    others = [row[path[0]] for row in rows]
    if isinstance(value, bool):
        owner[path[-1]] = not value
    elif isinstance(value, int):
        owner[path[-1]] = max(0, value + rng.choice([-40, -1, 1, 40, 10**6]))
    elif isinstance(value, str):
        owner[path[-1]] = rng.choice([value + " ", "é" + value, value[1:], "NOBODY", value.lower()])
        if len(path) == 1 and rng.random() < 0.7:
            owner[path[-1]] = rng.choice(others)
    elif isinstance(value, list):
        owner[path[-1]] = rng.choice([[], value[::-1], value * 2, value[:1]])
    elif len(path) == 1:
        owner[path[-1]] = rng.choice(others)


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 12), batch=st.sampled_from([1, 50_000]))
def test_findings_are_the_same_without_it(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory, seed: int, changes: int, batch: int
) -> None:
    import shutil

    rng = random.Random(seed)
    folder = tmp_path_factory.mktemp("spoilt")
    shutil.copytree(corpus, folder, dirs_exist_ok=True)
    for _ in range(changes):
        table = rng.choice(
            ["mentions", "statements", "actions", "events", "event_links", "articles", "actors"]
        )
        path = rng.choice(sorted((folder / "data" / table).glob("*.parquet")))
        found = pq.read_table(path, partitioning=None)
        rows = found.to_pylist()
        spoil(rows, rng)
        pq.write_table(pa.Table.from_pylist(rows, schema=found.schema), path)
    relist(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tablesrun, "_BATCH", batch)
        screened, full = both(folder, patch)
    assert screened == full
    shutil.rmtree(folder)


def test_a_sound_corpus_is_cleared_of_nearly_all(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the screen would be no use: every check that it knows is cleared of a sound corpus."""
    seen: list[Screened] = []
    made = evaluate.screen

    def kept(shard: Any, views: Any) -> Screened:
        seen.append(made(shard, views))
        return seen[-1]

    monkeypatch.setattr(evaluate, "screen", kept)
    report = validate(corpus, level=4, skip=["L2/actor-without-mention"], project=REPOSITORY)
    assert report.findings == []
    assert [(one.places, one.references) for one in seen] == [({}, set())] * len(seen)
    assert min(len(one.cleared) for one in seen) >= 30


@given(
    texts=st.lists(st.none() | st.text("ab \né漢🕊\u0301", max_size=12), min_size=1, max_size=6),
)
def test_byte_offsets_are_those_of_the_encoded_text(texts: list[str | None]) -> None:
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String), "char_count": [0] * len(texts)})
    rows, points, expected = [], [], []
    for row, text in enumerate(texts):
        for point in range(len(text) + 1) if text is not None else ():
            rows.append(row)
            points.append(point)
            expected.append(len(text[:point].encode()))
    found = Texts(frame).byte_offsets(np.array(rows, dtype=np.int64), np.array(points, dtype=np.int64))
    assert found.tolist() == expected
