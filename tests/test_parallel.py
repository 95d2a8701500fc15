"""Work spread over processes gives what it gives in one, errors too."""

from __future__ import annotations

import subprocess
import sys

import pytest

from communique.parallel import Parallel

CODE = """
from communique import parallel
from communique.errors import ProjectError
parallel._cores = lambda: 2
work = parallel.Parallel(lambda item: (item * 2, "ü"), list(range(1000)))
assert work._pool is not None
assert work.results() == [(item * 2, "ü") for item in range(1000)]
def fails(item):
    if item == 700:
        raise ProjectError("Bad.", record=str(item))
    return item
try:
    parallel.Parallel(fails, list(range(1000))).results()
except ProjectError as error:
    print(error.record)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_forked_work_is_in_order_and_its_errors_are_the_works_own() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout.strip()) == (0, "700"), done.stderr


def test_little_work_is_done_here() -> None:
    assert Parallel(lambda item: item + 1, [1, 2, 3]).results() == [2, 3, 4]
