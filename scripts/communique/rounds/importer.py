"""Tasks onto the server: none twice, none missing, whatever is killed meanwhile.

The server takes one request of tasks as a whole or not at all, but it goes on with a request whose sender
is gone, and under lock contention it may itself repeat one. So a chunk is small, is sent only after looking
what is there, and is never sent again before it is certain that the first attempt is over; whatever came
twice all the same is removed, never a task that somebody has worked on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from communique.errors import CommuniqueError
from communique.rounds.client import LabelStudio
from communique.rounds.transport import ConnectionLost, LabelStudioError, OutcomeUnknown, ServerFault

LIMIT_BYTES = 250 * 1024**2  # the server's own; beyond it the answer is a misleading 500
CHUNK_BYTES = 8 * 1024**2
CHUNK_TASKS = 250

Progress = Callable[[int, int], None]


class TaskUnusable(CommuniqueError):
    """A task cannot be sent as it is."""


class TasksDoubled(LabelStudioError):
    """One article has several tasks with work in them."""


class TasksMissing(LabelStudioError):
    """The server said that it took tasks which it does not list."""


@dataclass(frozen=True)
class ImportReport:
    """ids: our key → task id, for every task asked for. sent, present: how many were sent now, or were there
    before. removed: ids of doubles without work that were deleted. extra: keys there but not asked for."""

    ids: dict[str, int]
    sent: int
    present: int
    removed: list[int] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)


def import_tasks(
    client: LabelStudio,
    project_id: int,
    tasks: Sequence[dict[str, Any]],
    *,
    key: str = "article_id",
    fresh: bool = False,
    quiet: float = 5.0,
    settle: float = 300.0,
    chunk_tasks: int = CHUNK_TASKS,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Make the project hold one task for each of `tasks` (`{"data": {key: …}, "predictions": […]}`).

    As import_encoded. Raises TaskUnusable before anything is sent, LabelStudioError afterwards.
    """
    bodies = encoded(tasks, key)
    return import_encoded(
        client, project_id, bodies, key=key, fresh=fresh, quiet=quiet, settle=settle,
        chunk_tasks=chunk_tasks, progress=progress,
    )  # fmt: skip


def import_encoded(
    client: LabelStudio,
    project_id: int,
    bodies: Mapping[str, bytes],
    *,
    key: str = "article_id",
    fresh: bool = False,
    quiet: float = 5.0,
    settle: float = 300.0,
    chunk_tasks: int = CHUNK_TASKS,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Make the project hold one task for each of `bodies`, which `encoded` has made.

    Tasks already there by `data[key]` are not sent; call it again after any failure to go on.
    fresh: the project was created just now by the caller, so no earlier import can still be under way;
    otherwise, if something is to be sent, the task count must first stand still for `quiet` seconds.
    settle: after an answer that did not come, seconds to wait for the tasks to appear before giving up.
    progress: called with tasks on the server and tasks in all. Raises LabelStudioError.
    """
    there: dict[str, list[int]] = {} if fresh else _keys(client, project_id, key)
    if not fresh and not set(bodies) <= set(there):
        _await_quiet(client, project_id, quiet)
        there = _keys(client, project_id, key)
    removed = _heal(client, project_id, there, bodies)
    present = sum(name in there for name in bodies)
    expected = sum(map(len, there.values()))
    progress(present, len(bodies))
    sent, certain = 0, True
    for names in _chunks([name for name in bodies if name not in there], bodies, chunk_tasks):
        try:
            numbers = _send(client, project_id, [bodies[name] for name in names], settle)
        except (OutcomeUnknown, ServerFault) as error:
            # A fault is an end; a lost connection most likely one; after a time-out the work goes on.
            patience = 0.0 if isinstance(error, ServerFault) else settle
            if isinstance(error, ConnectionLost):
                patience = min(quiet, settle)
            if not _appeared(client, project_id, key, names, patience):
                raise
            numbers, certain = [], False
        certain = certain and len(numbers) == len(names)
        there |= {name: [number] for name, number in zip(names, numbers, strict=False)}
        sent += len(names)
        progress(present + sent, len(bodies))
    # The count alone tells doubles and gaps when every answer came; a full list costs as much as a chunk.
    if sent and not (certain and client.task_count(project_id) == expected + sent):
        there = _keys(client, project_id, key)
        removed += _heal(client, project_id, there, bodies)
    missing = [name for name in bodies if name not in there]
    if missing:
        raise TasksMissing(
            f"{len(missing)} tasks are missing after the import into project {project_id}",
            found=", ".join(missing[:5]),
            mend="run the same command again; it sends only what is missing",
        )
    extra = sorted(set(there) - set(bodies))
    return ImportReport({name: there[name][0] for name in bodies}, sent, present, removed, extra)


def find_doubles(client: LabelStudio, project_id: int, *, key: str = "article_id") -> dict[str, list[int]]:
    """Keys that more than one task of the project has, with the task ids."""
    return {name: ids for name, ids in _keys(client, project_id, key).items() if len(ids) > 1}


def encoded(tasks: Iterable[dict[str, Any]], key: str = "article_id") -> dict[str, bytes]:
    """Each task as it is sent, by `data[key]`; a task itself takes ten times that memory. Raises TaskUnusable."""
    bodies: dict[str, bytes] = {}
    for number, task in enumerate(tasks):
        name = task.get("data", {}).get(key)
        if not isinstance(name, str) or not name:
            raise TaskUnusable("a task has no id of ours", record=f"task {number}", field=f"data.{key}")
        if name in bodies:
            raise TaskUnusable("two tasks have the same id", record=name, field=f"data.{key}")
        try:
            # A lone surrogate, accepted by the server, would make the whole project unreadable.
            body = json.dumps(task, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
                "utf-8"
            )
        except UnicodeEncodeError as error:
            raise TaskUnusable(
                "a text has a lone surrogate", record=name, found=f"code point at {error.start} of the JSON"
            ) from None
        except (ValueError, TypeError) as error:
            raise TaskUnusable("a task is no JSON", record=name, found=str(error)) from None
        if len(body) > LIMIT_BYTES - 1024:
            raise TaskUnusable(
                "a task is larger than the server takes",
                record=name,
                expected=f"under {LIMIT_BYTES // 1024**2} MB",
                found=f"{len(body) / 1024**2:.0f} MB",
            )
        bodies[name] = body
    return bodies


def _send(client: LabelStudio, project_id: int, bodies: list[bytes], timeout: float) -> list[int]:
    """Send one chunk; its task ids in the same order."""
    path = f"/api/projects/{project_id}/import"
    params = {"return_task_ids": "true"}
    content = b"[" + b",".join(bodies) + b"]"
    answer = client.transport.request("POST", path, params=params, content=content, timeout=timeout).json()
    return [int(number) for number in answer.get("task_ids", [])]


def _chunks(names: list[str], bodies: Mapping[str, bytes], limit: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for name in names:
        if chunk and (len(chunk) >= limit or size + len(bodies[name]) > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(name)
        size += len(bodies[name])
    if chunk:
        yield chunk


def _keys(client: LabelStudio, project_id: int, key: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, name in client.task_keys(project_id, key).items():
        found.setdefault(name, []).append(number)
    return found


def _await_quiet(client: LabelStudio, project_id: int, quiet: float) -> None:
    """Wait out an import whose sender is gone: until the count has not changed for `quiet` seconds."""
    count, since = client.task_count(project_id), time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(min(0.25, quiet))
        now = client.task_count(project_id)
        if now != count:
            count, since = now, time.monotonic()


def _appeared(client: LabelStudio, project_id: int, key: str, names: list[str], patience: float) -> bool:
    """Whether the chunk turns up. The server answers while it works, so looking is safe; sending is not."""
    deadline = time.monotonic() + patience
    while True:
        if set(names) <= set(_keys(client, project_id, key)):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)


def _heal(
    client: LabelStudio, project_id: int, there: dict[str, list[int]], wanted: Mapping[str, bytes]
) -> list[int]:
    """Delete doubles of wanted keys, leaving one id for each in `there`; the ids deleted."""
    doubled = {name: numbers for name, numbers in there.items() if name in wanted and len(numbers) > 1}
    if not doubled:
        return []
    tasks = {
        int(task["id"]): task
        for task in client.some_tasks(project_id, [one for numbers in doubled.values() for one in numbers])
    }
    removed: list[int] = []
    for name, numbers in doubled.items():
        present = [tasks[number] for number in numbers if number in tasks]
        if len(present) != len(numbers):
            raise LabelStudioError(
                f"somebody deletes tasks of project {project_id} just now", mend="try again"
            )
        keep = _choose(name, present)
        removed += [number for number in numbers if number != keep]
        there[name] = [keep]
    client.delete_tasks(project_id, removed)
    return removed


def _choose(name: str, tasks: list[dict[str, Any]]) -> int:
    """The double to keep: the one with work in it, else the one with most predictions, else the oldest."""
    worked = [task["id"] for task in tasks if task["annotations"] or task["drafts"]]
    if len(worked) > 1:
        raise TasksDoubled(
            "an article has several tasks with work in them",
            record=name,
            found=f"tasks {', '.join(map(str, worked))}",
            mend="delete all but one of them in Label Studio; nothing was deleted here",
        )
    if worked:
        return int(worked[0])
    return int(min(tasks, key=lambda task: (-len(task["predictions"]), task["id"]))["id"])
