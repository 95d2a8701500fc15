"""`communique round push`, left by its server at random moments: no task twice, none missing."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from communique.rounds import client, server
from communique.rounds.serve import server_folder

sys.path.insert(0, str(Path(__file__).parent))
from commanded import AT_ONCE, check_pushed, communique, many, many_round, on_server
from tapped import end_server, some_moment, tapped

pytestmark = pytest.mark.slow

KILLS = 20
ARTICLES, PEOPLE = 16, 4  # 64 tasks in 4 projects


def test_killing_the_server(
    tmp_path: Path, ls_template: Path, free_port: Callable[[], int], warm_servers: None
) -> None:
    rng = random.Random(32)
    source = many(tmp_path / "p", ARTICLES)
    folder = server_folder(source.project)
    folder.parent.mkdir(mode=0o700)
    running = server.start(folder, port=free_port(), templates=ls_template)
    key = running.token().reveal()
    kills, halfway, rounds, said = 0, 0, 0, []

    def end() -> None:
        tap.close()
        end_server(running, suddenly=bool(kills % 2))

    try:
        plan = many_round(source, "whole", PEOPLE)
        with tapped(running.url) as tap:
            assert communique(source, "round", "push", "whole", "--url", tap.url, key=key).returncode == 0
        whole = tap.passed
        while kills < KILLS:
            rounds += 1
            plan = many_round(source, f"k{rounds}", PEOPLE, seed=rounds)
            wanted = sum(map(len, plan.assignments.values()))
            while kills < KILLS:
                moment = some_moment(rng, whole, end)
                with tapped(running.url, moment) as tap:
                    tap.open()
                    pushed = communique(
                        source, "round", "push", plan.round, "--url", tap.url, key=key, before=AT_ONCE
                    )
                    tap.drain()
                assert pushed.returncode in ((0, 3) if moment.come else (0,)), pushed
                assert "Traceback" not in pushed.stderr, pushed.stderr
                said.append(pushed.stderr)
                if not moment.come:
                    break
                kills += 1
                assert not running.alive()
                running = server.start(folder, templates=ls_template)
                with client.connect(running.url, running.token()) as ls:
                    halfway += 0 < on_server(ls, plan) < wanted
            last = communique(source, "round", "push", plan.round, before=AT_ONCE)
            assert (last.returncode, last.stderr) == (0, ""), last
            with client.connect(running.url, running.token()) as ls:
                check_pushed(ls, source, plan)
    finally:
        running.stop()
    assert halfway >= KILLS // 2, (halfway, rounds)
    assert any("run the same command again" in text for text in said)
