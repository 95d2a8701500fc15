"""`communique round pull`, killed at random moments: whole files at all times, and the right ones in the end."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import dying
import pytest

from communique.annotation.files import load_annotation
from communique.annotation.source import Source, open_source
from communique.project import Project
from communique.rounds import client, server
from communique.rounds.accounts import ensure_accounts
from communique.rounds.pull import take
from communique.rounds.push import push_round
from communique.rounds.round import Round, annotation_path, pull_path, round_folder
from communique.rounds.survey import survey

sys.path.insert(0, str(Path(__file__).parent))
import made
from commanded import communique, killed_while_talking, many, many_round
from tapped import tapped

KILLS = 21
ARTICLES, PEOPLE, CHANGED = 16, 3, 6


def region(version: int) -> list[dict[str, Any]]:
    """One mention whose place tells which version of the work it is."""
    place = {"start": version, "end": version + 3}
    named = {"id": "m", "to_name": "text"}
    return [
        {**named, "from_name": "span", "type": "labels", "value": {**place, "labels": ["Mention"]}},
        {
            **named,
            "from_name": "mentions_mention_type",
            "type": "choices",
            "value": {**place, "choices": ["NOM"]},
        },
    ]


class Work:
    """What the annotators have on the server: a version number by annotator and article."""

    def __init__(self, ls: client.LabelStudio, plan: Round, stack: ExitStack) -> None:
        names = [one.name for one in plan.annotators]
        accounts = dict(
            zip(names, ensure_accounts(ls, names, passwords=dict.fromkeys(names, "pw-" * 5)), strict=True)
        )
        self.version: dict[tuple[str, str], int] = {}
        self._at: dict[tuple[str, str], tuple[client.LabelStudio, int]] = {}
        for name in names:
            token = accounts[name].token
            assert token is not None
            own = stack.enter_context(client.connect(ls.url, token))
            project = ls.find_project(f"{plan.round} / {name}")
            assert project is not None
            for task in ls.tasks(project.id):
                body = {"result": region(0), "lead_time": 3.0}
                answer = own.transport.request("POST", f"/api/tasks/{task['id']}/annotations", json=body)
                key = (name, task["data"]["article_id"])
                self.version[key], self._at[key] = 0, (own, answer.json()["id"])

    def go_on(self, key: tuple[str, str]) -> None:
        self.version[key] += 1
        own, number = self._at[key]
        own.transport.request(
            "PATCH", f"/api/annotations/{number}", json={"result": region(self.version[key])}
        )


def versions(source: Source, plan: Round) -> dict[tuple[str, str], int]:
    """The versions in the folder, where every file must be whole."""
    found = {}
    for name, articles in plan.assignments.items():
        for article in articles:
            path = annotation_path(source.project, plan.round, name, article)
            if path.exists():
                annotation = load_annotation(path, source.schema)
                (mention,) = annotation["mentions"]
                found[name, article] = int(mention["start"])
    path = pull_path(source.project, plan.round)
    if path.exists():
        json.loads(path.read_text(encoding="utf-8"))
    return found


def length_of_a_pull(source: Source, plan: Round, url: str, key: str, folder: Path) -> int:
    """The bytes that a pull and the server say to each other. It is done in a copy of the project, in `folder`."""
    shutil.copytree(source.project.root, folder)
    copy = open_source(Project(folder))
    with tapped(url) as tap:
        done = communique(copy, "round", "pull", plan.round, "--url", tap.url, key=key)
    assert (done.returncode, done.stderr) == (0, ""), done
    return tap.passed


@pytest.fixture
def at_work(tmp_path: Path, ls: client.LabelStudio) -> Iterator[tuple[Source, Round, Work]]:
    source = many(tmp_path / "p", ARTICLES)
    plan = many_round(source, "pulled", PEOPLE)
    push_round(source, plan, {one.name: ls for one in plan.annotators})
    with ExitStack() as stack:
        yield source, plan, Work(ls, plan, stack)


@pytest.mark.slow
def test_killing_the_command(
    tmp_path: Path, at_work: tuple[Source, Round, Work], ls: client.LabelStudio, ls_server: server.Server
) -> None:
    source, plan, work = at_work
    rng = random.Random(41)
    key = ls_server.token().reveal()
    arguments = ("round", "pull", plan.round, "--url", ls.url)
    folder = round_folder(source.project, plan.round)
    kills, halfway, there = 0, 0, {}
    whole = length_of_a_pull(source, plan, ls.url, key, tmp_path / "copy")
    while kills < KILLS:
        changed = rng.sample(sorted(work.version), CHANGED)
        for one in changed:
            work.go_on(one)
        if kills % 3:  # among the files; else while it talks to the server
            # Three steps each for pull.json before and after and for what is not taken yet. Eight files are
            # written at a time, so that the first is in its place late.
            behind = sum(there.get(one) != number for one, number in work.version.items())
            step = math.ceil(3 * (behind + 2) * math.sqrt(rng.random()))
            ended = communique(source, *arguments, key=key, before=dying.before_step(step))
            killed = ended.returncode == -signal.SIGKILL
            assert killed or (ended.returncode, ended.stderr) == (0, ""), ended
        else:
            killed = killed_while_talking(
                source, *arguments[:3], url=ls.url, key=key, rng=rng, whole=whole, drained=False
            )
        kills += killed
        before, there = there, versions(source, plan)
        assert set(before) <= set(there)
        assert all(before.get(one, 0) <= number <= work.version[one] for one, number in there.items())
        behind = sum(there.get(one) != number for one, number in work.version.items())
        halfway += killed and before != there and behind > 0
    last = communique(source, *arguments, key=key)
    assert (last.returncode, last.stderr) == (0, ""), last
    assert versions(source, plan) == work.version
    report = json.loads(pull_path(source.project, plan.round).read_text(encoding="utf-8"))
    entries = [one for name in report["annotators"] for one in report["annotators"][name].values()]
    assert len(entries) == ARTICLES * PEOPLE
    assert all(one["state"] == "taken" and "replaces" not in one for one in entries)
    # Halves of files that were being written are hidden files, gone with the first pull a minute later.
    for path in folder.rglob(".*.tmp"):
        os.utime(path, (0, 0))
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}
    assert communique(source, *arguments, key=key).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")} == stamps
    assert list(folder.rglob(".*")) == []
    assert halfway >= KILLS // 6, halfway


@pytest.mark.parametrize("moment", range(6))
def test_work_that_goes_on_after_a_pull_that_ended_among_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """Every moment at which one of two pulls can end: later work is taken, nothing is called changed by hand."""
    from communique.rounds import pull

    source = many(tmp_path / "p", 2)
    plan = many_round(source, "r", 1)
    write = pull.write_atomically
    left = [moment]

    def ending(path: Path, content: str) -> None:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1
        write(path, content)

    def once(version: int, **changes: Any) -> dict[str, Any]:
        tasks = [
            {
                "id": number,
                "data": made.article(article, source.article(article)["text"]),
                "annotations": [
                    {
                        "id": number,
                        "completed_by": {"id": 2, "email": "p0@localhost"},
                        "updated_at": f"2026-01-0{version + 1}",
                        "result": region(version),
                        **changes,
                    }
                ],
            }
            for number, article in enumerate(plan.assignments["p0"])
        ]
        return take(source, plan, {"p0": survey(tasks, plan, "p0")})

    monkeypatch.setattr(pull, "write_atomically", ending)
    for version in (0, 1):
        try:
            once(version)
        except KeyboardInterrupt:
            left[0] = 99
    # The server has less for a while, which leaves the files and says so; then the work goes on.
    once(1, was_cancelled=True)
    report = once(2)
    assert {one["state"] for one in report["annotators"]["p0"].values()} == {"taken"}, report
    assert set(versions(source, plan).values()) == {2}
