"""`communique round push`, killed or left by its server at random moments: no task twice, none missing."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from communique.rounds import client, server
from communique.rounds.serve import server_folder

sys.path.insert(0, str(Path(__file__).parent))
from commanded import begin, check_pushed, communique, finish, killed_at, many, many_round, on_server

pytestmark = pytest.mark.slow

KILLS = 20
ARTICLES, PEOPLE = 16, 6  # 96 tasks in 6 projects


def test_killing_the_command(tmp_path: Path, ls: client.LabelStudio, ls_server: server.Server) -> None:
    rng = random.Random(31)
    key = ls_server.token().reveal()
    source = many(tmp_path / "p", ARTICLES)
    plan = many_round(source, "whole", PEOPLE)
    began = time.monotonic()
    done = communique(source, "round", "push", "whole", "--url", ls.url, key=key)
    whole = time.monotonic() - began
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("16 sent, 0 there already") == PEOPLE
    check_pushed(ls, source, plan)
    kills, halfway, rounds = 0, 0, 0
    while kills < KILLS:
        rounds += 1
        plan = many_round(source, f"k{rounds}", PEOPLE, seed=rounds)
        wanted = sum(map(len, plan.assignments.values()))
        while kills < KILLS:
            process = begin(source, "round", "push", plan.round, "--url", ls.url, key=key)
            if not killed_at(process, rng.uniform(0.3, whole)):
                break
            kills += 1
            halfway += 0 < on_server(ls, plan) < wanted
        last = communique(source, "round", "push", plan.round, "--url", ls.url, key=key)
        assert (last.returncode, last.stderr) == (0, "")
        check_pushed(ls, source, plan)
        again = communique(source, "round", "push", plan.round, "--url", ls.url, key=key)
        assert again.stdout.count("0 sent, 16 there already") == PEOPLE
    # Otherwise the moments were not in the middle and the test has shown nothing.
    assert halfway >= KILLS // 2, (halfway, rounds)


def test_killing_the_server(tmp_path: Path, ls_template: Path, free_port: Callable[[], int]) -> None:
    rng = random.Random(32)
    source = many(tmp_path / "p", ARTICLES)
    folder = server_folder(source.project)
    folder.parent.mkdir(mode=0o700)
    running = server.start(folder, port=free_port(), templates=ls_template)
    kills, halfway, rounds, said = 0, 0, 0, []
    try:
        began = time.monotonic()
        plan = many_round(source, "whole", PEOPLE)
        assert communique(source, "round", "push", "whole").returncode == 0
        whole = time.monotonic() - began
        while kills < KILLS:
            rounds += 1
            plan = many_round(source, f"k{rounds}", PEOPLE, seed=rounds)
            wanted = sum(map(len, plan.assignments.values()))
            done = False
            while not done and kills < KILLS:
                process = begin(source, "round", "push", plan.round)
                time.sleep(rng.uniform(0.3, whole))
                under_way = process.poll() is None
                if kills % 2:
                    os.kill(running.pid, signal.SIGKILL)
                    running.wait()
                else:
                    running.stop()
                pushed = finish(process)
                assert pushed.returncode in (0, 3), pushed
                assert "Traceback" not in pushed.stderr, pushed.stderr
                said.append(pushed.stderr)
                running = server.start(folder, templates=ls_template)
                kills += under_way
                done = pushed.returncode == 0
                with client.connect(running.url, running.token()) as ls:
                    halfway += under_way and 0 < on_server(ls, plan) < wanted
            last = communique(source, "round", "push", plan.round)
            assert (last.returncode, last.stderr) == (0, ""), last
            with client.connect(running.url, running.token()) as ls:
                check_pushed(ls, source, plan)
    finally:
        running.stop()
    assert halfway >= KILLS // 2, (halfway, rounds)
    assert any("run the same command again" in text for text in said)
