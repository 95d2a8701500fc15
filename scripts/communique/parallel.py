"""Pure Python work spread over the cores of the machine.

Work goes to forked processes, which share what was read already and send back results alone. Where a fork isn't
safe or isn't there (other platforms, threads of Python running, a process that may have no children), or the work is
too little to be worth one, it is done here, one item after the other: the results are the same.
The work itself must not use Arrow or Polars, whose threads don't survive a fork.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Fewer items than this are done here; more are sent this many times the number of processes in parts.
SMALL = 200
_PARTS = 8

_jobs: dict[int, tuple[Callable[[Any], Any], Sequence[Any]]] = {}


class Parallel(Generic[Item, Result]):
    """`function` of each item; started when made, so that other work can be done until `results`."""

    def __init__(self, function: Callable[[Item], Result], items: Sequence[Item]) -> None:
        self.function, self.items = function, items
        self._parts: list[tuple[range, Future[list[Result]]]] = []
        self._pool: ProcessPoolExecutor | None = None
        cores = _cores()
        if len(items) < SMALL or cores < 2 or not _may_fork():
            return
        job = id(self)
        _jobs[job] = (function, items)
        self._pool = ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("fork"))
        step = max(1, len(items) // (cores * _PARTS))
        try:
            with warnings.catch_warnings():
                # Python 3.12 warns of forks beside native threads; the work uses none of theirs.
                warnings.simplefilter("ignore", DeprecationWarning)
                for low in range(0, len(items), step):
                    part = range(low, min(low + step, len(items)))
                    self._parts.append((part, self._pool.submit(_work, job, part)))
        finally:
            del _jobs[job]

    def results(self) -> list[Result]:
        """All results in the order of the items. An error is raised as the work raised it."""
        if self._pool is None:
            return [self.function(item) for item in self.items]
        made: list[Result] = []
        with self._pool:
            for part, future in self._parts:
                try:
                    made += future.result()
                except (BrokenProcessPool, _Failed):
                    # A process was killed, or the work has an error: done again here, it says which.
                    self._pool.shutdown(cancel_futures=True)
                    made += [self.function(self.items[at]) for at in part]
        return made


class _Failed(Exception):
    """The work raised an error, which need not survive the way between processes."""


def _work(job: int, part: range) -> list[Any]:
    function, items = _jobs[job]
    try:
        return [function(items[at]) for at in part]
    except Exception as error:
        raise _Failed(repr(error)) from None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _may_fork() -> bool:
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return sys.platform == "linux" and alone


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Without looks for cycles while millions of records are made, none of which has any."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
