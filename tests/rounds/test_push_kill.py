"""`communique round push`, killed at random moments: no task twice, none missing."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from communique.rounds import client, server

sys.path.insert(0, str(Path(__file__).parent))
from commanded import (
    AT_ONCE,
    check_pushed,
    communique,
    killed_while_talking,
    many,
    many_round,
    on_server,
)
from tapped import tapped

pytestmark = pytest.mark.slow

KILLS = 20
ARTICLES, PEOPLE = 16, 4  # 64 tasks in 4 projects


def test_killing_the_command(tmp_path: Path, ls: client.LabelStudio, ls_server: server.Server) -> None:
    rng = random.Random(31)
    key = ls_server.token().reveal()
    source = many(tmp_path / "p", ARTICLES)
    plan = many_round(source, "whole", PEOPLE)
    with tapped(ls.url) as tap:
        done = communique(source, "round", "push", "whole", "--url", tap.url, key=key)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("16 sent, 0 there already") == PEOPLE
    check_pushed(ls, source, plan)
    kills, halfway, rounds, drained = 0, 0, 0, True
    while kills < KILLS:
        rounds += 1
        plan = many_round(source, f"k{rounds}", PEOPLE, seed=rounds)
        arguments = ("round", "push", plan.round)
        wanted = sum(map(len, plan.assignments.values()))
        while kills < KILLS:
            # Now and then nobody waits for a server that goes on with a request whose sender is gone, but the
            # next push itself, as long as it does everywhere.
            before, drained = AT_ONCE if drained else "", kills % 5 != 4
            if not killed_while_talking(
                source,
                *arguments,
                url=ls.url,
                key=key,
                rng=rng,
                whole=tap.passed,
                before=before,
                drained=drained,
            ):
                break
            kills += 1
            halfway += 0 < on_server(ls, plan) < wanted
        last = communique(source, *arguments, "--url", ls.url, key=key, before=AT_ONCE if drained else "")
        drained = True
        assert (last.returncode, last.stderr) == (0, "")
        check_pushed(ls, source, plan)
        again = communique(source, *arguments, "--url", ls.url, key=key)
        assert again.stdout.count("0 sent, 16 there already") == PEOPLE
    # Otherwise the moments were not in the middle and the test has shown nothing.
    assert halfway >= KILLS // 2, (halfway, rounds)
