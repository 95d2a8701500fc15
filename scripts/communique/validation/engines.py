"""Where the function of a shard runs: threads of this process, or an existing Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from communique.errors import CommuniqueError
from communique.validation.evaluate import Result
from communique.validation.tablesrun import Task, check_one

if TYPE_CHECKING:
    import polars as pl


def local(tasks: list[Task], registry: pl.DataFrame | None) -> Iterator[Result]:
    """Threads; at most one shard for each core is in memory."""
    from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

    workers = min(len(tasks), os.cpu_count() or 1) or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting = iter(tasks)
        running: set[Future[Result]] = set()
        for task in waiting:
            running.add(pool.submit(check_one, task, registry))
            if len(running) < workers:
                continue
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
        for future in running:
            yield future.result()


def ray(tasks: list[Task], registry: pl.DataFrame | None) -> Iterator[Result]:
    """Remote tasks on the Ray cluster at RAY_ADDRESS, else on this machine. Ray schedules and retries.

    The files of the corpus must be at the same path on every node. Raises CommuniqueError when a shard could
    not be checked in the end: a lost node is never a pass.
    """
    try:
        import ray as engine  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise CommuniqueError(
            "The engine 'ray' is not installed.",
            mend="pip install 'communique[cluster]', or use --engine local",
        ) from None
    if not engine.is_initialized():
        engine.init(log_to_driver=False, include_dashboard=False, address=os.environ.get("RAY_ADDRESS"))
    shared = engine.put(registry)
    remote = engine.remote(check_one)
    waiting = {remote.options(max_retries=3).remote(task, shared): task for task in tasks}
    while waiting:
        done, _ = engine.wait(list(waiting), num_returns=1)
        for reference in done:
            task = waiting.pop(reference)
            try:
                yield engine.get(reference)
            except engine.exceptions.RayError as error:
                raise CommuniqueError(
                    f"Shard {task.index} could not be checked: {str(error).splitlines()[0]}",
                    mend="check that every node is up and sees the corpus at the same path, and run it again",
                ) from error


ENGINES: dict[str, Callable[[list[Task], pl.DataFrame | None], Iterator[Result]]] = {
    "local": local,
    "ray": ray,
}
