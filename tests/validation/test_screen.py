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

import faults_codebook  # noqa: F401
import faults_corpus  # noqa: F401
import faults_unlisted_facts  # noqa: F401
import faults_unlisted_files  # noqa: F401
import faults_unlisted_records  # noqa: F401
import validation_corpus
from faults_json import FAULTS
from faults_unlisted import UNLISTED

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


def both(folder: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[Any, Any]:
    """The outcome with the screen, and of every check on every row."""
    options = {"level": 5, "max_per_check": None, "project": REPOSITORY} | options
    with_screen = outline(validate(folder, **options))
    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "screen", lambda shard, views: Screened())
        return with_screen, outline(validate(folder, **options))


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


def change(table: str, **values: Any) -> Any:
    """A fault: in the second row of a table these values; a function is given the row."""

    def plant(rows: Rows) -> None:
        row = rows[1]
        row |= {name: value(row) if callable(value) else value for name, value in values.items()}

    return table, plant


def view(count: int = 1, **values: Any) -> list[dict[str, Any]]:
    """The narrator's view of an action, some times over."""
    made = {"view_of": "AUTHOR", "in_statement_id": None, "status": "denied"}
    return [made | {"polarity": "negative", "certainty": "certain"} | values] * count


def moved(start: int, end: int) -> dict[str, Any]:
    """The ends of a mention moved, and its words with them."""
    return {
        "start": lambda row: row["start"] + start,
        "end": lambda row: row["end"] + end,
        "text": lambda row: " " * -start + row["text"][max(start, 0) : len(row["text"]) + end],
    }


def time(value: str | None, basis: str, expression: str | None = None) -> dict[str, Any]:
    return {"time": {"value": value, "expression": expression, "basis": basis, "modifier": None}}


def linked(type_: str) -> Any:
    """The second link as one of this type, and the same back."""

    def plant(rows: Rows) -> None:
        rows[1]["type"] = type_
        ends = {"from_event_id": rows[1]["to_event_id"], "to_event_id": rows[1]["from_event_id"]}
        rows.append(rows[1] | ends)

    return "event_links", plant


def twins(rows: Rows) -> None:
    rows[1] |= {"gloss": rows[0]["gloss"].upper(), "event_type": rows[0]["event_type"]}


def circle(rows: Rows) -> None:
    rows[0]["affiliated_with"], rows[1]["affiliated_with"] = [rows[1]["actor_id"]], [rows[0]["actor_id"]]


def everywhere(**values: Any) -> Any:
    """These values in all actors."""

    def plant(rows: Rows) -> None:
        for row in rows:
            row |= values

    return "actors", plant


DETECTED = {"feature": "quotation_marks", "value": "kept", "confidence": 1.0, "evidence": "marks"}

#: Each rule that the screen can clear, broken in each way that the screen has to see.
BROKEN = [
    ("L2/line-break-in-value", change("mentions", mention_id=lambda row: row["mention_id"] + "\n")),
    ("L2/line-break-in-value", change("events", provenance=lambda row: row["provenance"] | {"round": "r\n"})),
    ("L2/id-in-two-tables", change("statements", statement_id=lambda row: row["article_id"] + ".m1")),
    ("L2/link-circle", linked("cause_of")),
    ("L2/actor-circle", ("actors", circle)),
    ("L3/span-cuts-word", change("mentions", **moved(1, 0))),
    ("L3/span-cuts-word", change("mentions", **moved(0, -1))),
    ("L3/span-edge-space", change("mentions", **moved(-1, 0))),
    ("L3/span-text-differs", change("mentions", text=lambda row: row["text"][:-1])),
    ("L3/span-text-differs", change("mentions", text=lambda row: row["text"] + "s")),
    ("L3/span-text-differs", change("mentions", text=lambda row: "é" * len(row["text"]))),
    ("L3/span-text-differs", change("mentions", text=lambda row: "x" * len(row["text"]))),
    ("L3/span-text-differs", change("mentions", end=lambda row: row["end"] + 1)),
    ("L4/label-untidy", change("events", gloss=" war")),
    ("L4/label-untidy", change("actions", note="a\x07")),
    ("L4/label-not-composed", change("statements", cue_lemma="Franc\u0327ais")),
    ("L4/scripts-mixed", change("events", gloss="Fr\u0430nce")),
    ("L4/mention-of-implicit-actor", everywhere(resolution="implicit")),
    ("L4/agent-cannot-act", everywhere(actor_kind="document")),
    ("L4/words-of-another-actor", change("mentions", actor_id="AUTHOR")),
    ("L4/time-impossible", change("actions", **time("2021-02-30", "event"))),
    ("L4/time-without-basis", change("statements", **time(None, "none", "today"))),
    ("L4/time-without-expression", change("actions", **time("2021-02", "expression"))),
    ("L4/time-says-nothing", change("statements", **time(None, "event"))),
    ("L4/time-value-without-basis", change("statements", **time("2021", "none"))),
    ("L4/time-default-differs", change("statements", **time("2021-11", "publication_default"))),
    ("L4/time-after-publication", change("actions", status="occurred", **time("2030", "event"))),
    ("L4/time-expression-not-in-text", change("statements", **time("2021", "expression", "on Doomsday"))),
    ("L4/cue-class-punctuation", change("statements", cue_class="punctuation")),
    ("L4/source-form-of-another-kind", change("statements", source_form="document")),
    (
        "L4/addressee-is-source",
        change("statements", addressee_actor_ids=lambda row: row["source_actor_ids"]),
    ),
    ("L4/quote-marks-absent", change("statements", mode="direct", mode_evidence="quote_marks")),
    ("L4/colon-absent", change("statements", mode="direct", mode_evidence="colon")),
    ("L4/view-repeated", change("actions", other_views=view(2))),
    ("L4/view-of-nobody", change("actions", other_views=view(view_of=None))),
    (
        "L4/view-not-different",
        change("actions", status="denied", polarity="negative", certainty="certain", other_views=view()),
    ),
    (
        "L4/view-of-another-source",
        change(
            "actions",
            other_views=lambda row: view(in_statement_id=row["article_id"] + ".S1"),
        ),
    ),
    ("L4/conditional-without-condition", change("actions", status="conditional")),
    (
        "L4/condition-of-a-fact",
        change("actions", status="occurred", condition_spans=lambda row: [row["agents"][0]["span"]]),
    ),
    ("L4/link-both-ways", linked("opposite_of")),
    ("L4/same-as-within-article", linked("same_as")),
    ("L4/event-twins", ("events", twins)),
    (
        "L4/detection-repeated",
        change("articles", detections=[DETECTED, DETECTED]),
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id_", "fault"), BROKEN, ids=[f"{number}:{id_}" for number, (id_, _) in enumerate(BROKEN)]
)
def test_a_rule_that_is_broken_is_not_cleared(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, id_: str, fault: Any
) -> None:
    """The one fault fails the screen: it is found with it as without it."""
    import shutil

    folder = tmp_path / "spoilt"
    shutil.copytree(corpus, folder)
    table, plant = fault
    path = sorted((folder / "data" / table).glob("*.parquet"))[0]
    found = pq.read_table(path, partitioning=None)
    rows = found.to_pylist()
    plant(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=found.schema), path)
    relist(folder)
    screened, full = both(folder, monkeypatch, skip=["L4/derived-differs", "L0/content-digest"])
    assert screened == full
    assert id_ in {name for name, _ in screened[1]}


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
    assert min(len(one.cleared) for one in seen) >= 65
    # What a screen can clear is broken by a fault of every kind, here or in the lists of faults.
    listed = {id_ for id_, _ in BROKEN} | {fault.id for fault in FAULTS} | {fault.id for fault in UNLISTED}
    assert set().union(*(one.cleared for one in seen)) <= listed


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
