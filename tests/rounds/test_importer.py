"""The importer: every task once, whatever is killed, late, full or doubled meanwhile."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import warm

from communique.rounds import client, importer, server, serverfolder, transport

sys.path.insert(0, str(Path(__file__).parent))
from tapped import end_server, some_moment, tapped


def task(name: str, *, regions: int = 1, repeat: int = 1) -> dict[str, Any]:
    text = f"{name}: \U0001f600 they said so. " * repeat
    result = [
        {
            "id": f"r{number}",
            "from_name": "span",
            "to_name": "text",
            "type": "labels",
            "value": {"start": 0, "end": len(name), "text": name, "labels": ["Cue"]},
        }
        for number in range(regions)
    ]
    return {"data": {"article_id": name, "text": text}, "predictions": [{"result": result}]}


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([{"data": {}}], "no id of ours"),
        ([{"data": {"article_id": 3}}], "no id of ours"),
        ([{"data": {"article_id": "a"}}] * 2, "same id"),
        ([{"data": {"article_id": "a", "text": "\ud800"}}], "lone surrogate"),
        ([{"data": {"article_id": "a", "score": float("nan")}}], "no JSON"),
    ],
)
def test_unusable_tasks_are_refused_before_anything_is_sent(tasks: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(importer.TaskUnusable, match=words):
        importer.import_tasks(None, 1, tasks)  # type: ignore[arg-type]


def test_chunks_keep_order_and_both_limits() -> None:
    bodies = {
        f"{number}": b"x" * size for number, size in enumerate([1, 5_000_000, 5_000_000, 1, 1, 9_000_000])
    }
    chunks = list(importer._chunks(list(bodies), bodies, 2))
    assert chunks == [["0", "1"], ["2", "3"], ["4"], ["5"]]


@pytest.mark.slow
def test_import_lists_every_page_and_heals(
    ls: client.LabelStudio, simple_config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ls.get_or_create_project("many pages", simple_config).id
    assert ls.tasks(project) == []
    tasks = [task(f"n{number}") for number in range(230)]
    seen: list[tuple[int, int]] = []
    report = importer.import_tasks(
        ls, project, tasks, fresh=True, chunk_tasks=100, progress=lambda *pair: seen.append(pair)
    )
    assert (report.sent, report.present, report.removed, report.extra) == (230, 0, [], [])
    assert seen == [(0, 230), (100, 230), (200, 230), (230, 230)]
    for size in (1000, 230, 100, 77):
        monkeypatch.setattr(client, "PAGE", size)
        listed = ls.tasks(project)
        assert {one["data"]["article_id"]: one["id"] for one in listed} == report.ids
        assert listed[0]["data"] == tasks[0]["data"]
        assert len(listed) == 230
    assert importer.import_tasks(ls, project, tasks, quiet=0).sent == 0
    more = importer.import_tasks(ls, project, [*tasks[200:], task("new")], quiet=0)
    assert (more.sent, more.present, len(more.extra)) == (1, 30, 200)

    # Doubles, as the server itself makes them when it repeats under lock contention: without the
    # predictions, or late. The one with work stays, then the one with predictions.
    body = [{"data": one["data"]} for one in tasks[:3]]
    late = ls.transport.request(
        "POST", f"/api/projects/{project}/import", params={"return_task_ids": "true"}, json=body
    ).json()["task_ids"]
    ls.transport.request("POST", f"/api/tasks/{late[1]}/annotations", json={"result": []})
    ls.transport.request("POST", f"/api/tasks/{late[2]}/drafts", json={"result": []})
    doubles = importer.find_doubles(ls, project)
    assert doubles == {f"n{number}": [report.ids[f"n{number}"], late[number]] for number in range(3)}
    healed = importer.import_tasks(ls, project, tasks, quiet=0)
    assert set(healed.removed) == {late[0], report.ids["n1"], report.ids["n2"]}
    assert [healed.ids[f"n{number}"] for number in range(3)] == [report.ids["n0"], late[1], late[2]]
    assert importer.find_doubles(ls, project) == {}

    # Two with work: nothing is deleted.
    (third,) = ls.transport.request(
        "POST", f"/api/projects/{project}/import", params={"return_task_ids": "true"}, json=body[1:2]
    ).json()["task_ids"]
    ls.transport.request("POST", f"/api/tasks/{third}/annotations", json={"result": []})
    with pytest.raises(importer.TasksDoubled, match="n1"):
        importer.import_tasks(ls, project, tasks, quiet=0)
    assert importer.find_doubles(ls, project) == {"n1": [late[1], third]}


@pytest.mark.slow
def test_texts_come_back_as_sent(ls: client.LabelStudio, simple_config: str) -> None:
    texts = [
        " two  spaces and a trailing one ",
        "line\n\n\nline\ttab",
        "\u00a0\u200b\ufeff\u2028\u2029\u0085",
        "e\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u0645\u0631\u062d\u0628\u0627 \u202eRTL\u202c",
        "&amp; <b>raw</b> <script>alert(1)</script> {{x}} %s \\n",
        "https://example.org/only-an-address",
        "s3://bucket/key",
        "[1, 2]",
        "null",
        "-0",
    ]
    rng = random.Random(3)
    planes = [(1, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)]
    texts += ["".join(chr(rng.randint(*rng.choice(planes))) for _ in range(60)) for _ in range(200)]
    project = ls.get_or_create_project("hostile texts", simple_config).id
    meant = {f"h{number}": {"article_id": f"h{number}", "text": text} for number, text in enumerate(texts)}
    importer.import_tasks(ls, project, [{"data": data} for data in meant.values()], fresh=True)
    assert {one["data"]["article_id"]: one["data"] for one in ls.tasks(project)} == meant
    assert {one["data"]["article_id"]: one["data"] for one in ls.export_tasks(project)} == meant


# ---- killing either side


def check_complete(connected: client.LabelStudio, project: int, tasks: list[dict[str, Any]]) -> None:
    """Every task once, with the data and the prediction that were meant."""
    found = list(connected.export_tasks(project, predictions=True))
    assert sorted(one["data"]["article_id"] for one in found) == sorted(
        one["data"]["article_id"] for one in tasks
    )
    by_name = {one["data"]["article_id"]: one for one in found}
    for meant in tasks:
        there = by_name[meant["data"]["article_id"]]
        assert there["data"] == meant["data"]
        (prediction,) = there["predictions"]
        assert len(prediction["result"]) == len(meant["predictions"][0]["result"])


PUSH = """
import json, sys
from communique.rounds import client, importer
job = json.load(sys.stdin)
connected = client.connect(job["url"], job["key"])
importer.import_tasks(connected, job["project"], job["tasks"], chunk_tasks=job["chunk"], fresh=True)
"""


def push(
    url: str, key: transport.Secret, project: int, tasks: list[dict[str, Any]], chunk: int
) -> subprocess.Popen[str]:
    """A client process that has begun to import."""
    process = warm.Popen(
        [sys.executable, "-c", PUSH],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    job = {"url": url, "key": key.reveal(), "project": project, "tasks": tasks, "chunk": chunk}
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    return process


#: The command itself is killed twenty times at either end in test_push_kill.
TURNS = 6


@pytest.mark.slow
def test_killing_the_client_at_random_moments(
    ls: client.LabelStudio, ls_server: server.Server, simple_config: str
) -> None:
    rng = random.Random(20)
    tasks = [task(f"k{number}", regions=20, repeat=100) for number in range(200)]
    project = ls.get_or_create_project("kill client whole", simple_config).id
    with tapped(ls.url) as tap:
        assert push(tap.url, ls_server.token(), project, tasks, 20).wait() == 0
    whole = tap.passed
    check_complete(ls, project, tasks)
    left = []
    for turn in range(TURNS):
        project = ls.get_or_create_project(f"kill client {turn}", simple_config).id
        moment = some_moment(rng, whole, lambda: os.kill(process.pid, signal.SIGKILL))  # noqa: B023
        with tapped(ls.url, moment) as tap:
            # In every other turn the server may go on with a chunk, a small one, while the next import looks.
            drained = bool(turn % 2)
            process = push(
                tap.url, ls_server.token(), project, tasks, rng.choice([5, 20, 60] if drained else [5, 10])
            )
            tap.open()
            process.wait()
            if drained:
                tap.drain()
        left.append(ls.task_count(project))
        importer.import_tasks(ls, project, tasks, quiet=0.1 if drained else 5.0)
        check_complete(ls, project, tasks)
        assert importer.find_doubles(ls, project) == {}
    # Otherwise the moments were not in the middle and the test has shown nothing.
    assert sum(0 < count < len(tasks) for count in left) >= TURNS // 3, left


@pytest.mark.slow
def test_killing_the_server_at_random_moments(
    tmp_path: Path, ls_template: Path, free_port: Callable[[], int], simple_config: str, warm_servers: None
) -> None:
    rng = random.Random(21)
    tasks = [task(f"s{number}", regions=20, repeat=100) for number in range(60)]
    left = []
    running = server.start(tmp_path / "s", port=free_port(), templates=ls_template)

    def end() -> None:
        tap.close()
        end_server(running, suddenly=bool(turn % 2))

    try:
        with client.connect(running.url, running.token()) as connected:
            project = connected.get_or_create_project("kill server whole", simple_config).id
        with tapped(running.url) as tap:
            assert push(tap.url, running.token(), project, tasks, 6).wait() == 0
        whole = tap.passed
        for turn in range(TURNS):
            with client.connect(running.url, running.token()) as connected:
                project = connected.get_or_create_project(f"kill server {turn}", simple_config).id
            moment = some_moment(rng, whole, end)
            with tapped(running.url, moment) as tap:
                tap.open()
                push(tap.url, running.token(), project, tasks, 6).wait()
                tap.drain()
            assert moment.come
            assert not running.alive()
            running = server.start(tmp_path / "s", templates=ls_template)
            with client.connect(running.url, running.token()) as connected:
                left.append(connected.task_count(project))
                importer.import_tasks(connected, project, tasks, quiet=0.1)
                check_complete(connected, project, tasks)
    finally:
        running.stop()
    assert sum(0 < count < len(tasks) for count in left) >= TURNS // 3, left


@pytest.mark.slow
def test_an_import_with_a_late_answer_is_looked_up_and_not_sent_again(
    ls: client.LabelStudio, simple_config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ls.get_or_create_project("late answer", simple_config).id
    tasks = [task(f"l{number}", regions=20, repeat=100) for number in range(300)]
    original = importer._send
    asked, late = [], []

    def hasty(connected: client.LabelStudio, number: int, bodies: list[bytes], timeout: float) -> list[int]:
        asked.append(len(bodies))
        try:
            return original(connected, number, bodies, 0.05)
        except transport.OutcomeUnknown:
            late.append(len(bodies))
            raise

    monkeypatch.setattr(importer, "_send", hasty)
    report = importer.import_tasks(ls, project, tasks, fresh=True, chunk_tasks=100, settle=300)
    assert asked == late == [100, 100, 100]
    assert len(report.ids) == 300
    check_complete(ls, project, tasks)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_named_and_the_import_goes_on_after_it(
    tmp_path: Path,
    ls_template: Path,
    free_port: Callable[[], int],
    simple_config: str,
    monkeypatch: pytest.MonkeyPatch,
    warm_servers: None,
) -> None:
    monkeypatch.setattr(serverfolder, "MINIMUM_FREE", 1024)
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], check=True)
    try:
        with (
            server.start(disk / "s", port=free_port(), templates=ls_template) as running,
            client.connect(running.url, running.token()) as connected,
        ):
            project = connected.get_or_create_project("full disk", simple_config).id
            tasks = [task(f"f{number}", regions=20, repeat=3000) for number in range(200)]
            with pytest.raises(transport.ServerDiskFull, match="free some room"):
                importer.import_tasks(connected, project, tasks, fresh=True, chunk_tasks=10)
            assert 0 < connected.task_count(project) < 200
            subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
            report = importer.import_tasks(connected, project, tasks, quiet=0.5)
            assert report.present > 0
            assert report.sent == 200 - report.present
            check_complete(connected, project, tasks)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
