"""Engines: a Ray cluster of two nodes gives what threads give, also when a node dies half-way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sound import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests" / "benchmarks"))

import validation_corpus

from communique.corpus import shards
from communique.errors import CommuniqueError
from communique.schema import load_schema
from communique.validation import tablesrun, validate
from communique.validation.report import Report

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 articles in 16 shards, with 16 planted faults."""
    folder = tmp_path_factory.mktemp("corpus")
    before, shards.ARTICLES_PER_SHARD = shards.ARTICLES_PER_SHARD, 8
    try:
        schema = load_schema(REPOSITORY / "annotations" / "schema")
        validation_corpus.generate(folder, schema, 120, faults=16)
    finally:
        shards.ARTICLES_PER_SHARD = before
    return folder


def outline(report: Report) -> Any:
    return (
        [finding.as_dict() for finding in report.findings],
        report.found.counts,
        report.records,
        report.shards,
        [(one.id, one.count) for one in report.not_checked],
    )


def test_the_planted_faults_are_found_and_nothing_else(corpus: Path) -> None:
    import json

    planted = {
        (one["id"], one["table"], one["key"], one["field"])
        for one in json.loads((corpus / "planted.json").read_text())
    }
    report = validate(corpus, level=4, max_per_check=None, skip=["L2/actor-without-mention"])
    assert len(planted) == 16
    assert {(one.id, one.table, one.key, one.field) for one in report.findings} == planted
    assert report.errors == 16


def test_the_outcome_does_not_depend_on_how_shards_are_put_together(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = outline(validate(corpus, level=4))
    monkeypatch.setattr(tablesrun, "_BATCH", 1)
    assert outline(validate(corpus, level=4)) == whole


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two Ray nodes on this machine."""
    import ray
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False)
    made.wait_for_nodes(timeout=600)
    try:
        yield made, second
    finally:
        ray.shutdown()
        made.shutdown()
        os.environ.pop("RAY_ADDRESS", None)


def test_ray_gives_what_threads_give_also_when_a_node_is_killed(
    corpus: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tablesrun, "_BATCH", 1)
    local = outline(validate(corpus, level=4))
    assert outline(validate(corpus, level=4, engine="ray")) == local

    made, second = cluster
    killed: list[int] = []

    def kill(done: int, total: int, rows: int, findings: int) -> None:
        if not killed and done >= total // 4:
            killed.append(done)
            made.remove_node(second, allow_graceful=False)

    assert outline(validate(corpus, level=4, engine="ray", progress=kill)) == local
    assert killed


def test_a_shard_that_cannot_be_checked_is_an_error_and_never_a_pass(
    corpus: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(task: Any, registry: Any) -> Any:
        os._exit(1)

    from communique.validation import engines

    monkeypatch.setattr(engines, "check_one", die)
    with pytest.raises(CommuniqueError, match="could not be checked"):
        validate(corpus, level=4, engine="ray")


def test_an_unknown_engine_is_refused(corpus: Path) -> None:
    with pytest.raises(CommuniqueError, match="engine"):
        validate(corpus, engine="spark")
