"""Every task of a project with the work in it, by way of the server's snapshots.

Label Studio makes a snapshot in one thread while the request for it waits, and needs about as long for a
task as everything that is done with it here. So a large project is taken in parts, by ranges of task ids:
the next part is made on the server while this one is used, and no more than two are held. A range can only
be asked for by way of a tab of the Data Manager, which is there for as long as the export takes.
"""

from __future__ import annotations

import contextlib
import json
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from communique.rounds.transport import LabelStudioError, Refused, Transport

PART = 250
_TAB = "communique export"
_STALE = 86400  # seconds after which a tab is one that a killed export has left

Record = dict[str, Any]


def exported(transport: Transport, project_id: int, *, predictions: bool = False) -> Iterator[Record]:
    """Every task once; see `LabelStudio.export_tasks`. Raises LabelStudioError, at any item."""
    given: set[Any] = set()
    for content in _contents(transport, project_id, predictions):
        for task in items(content):
            # A tab that somebody deletes meanwhile is no error to the server, which then gives every task.
            if task.get("id") not in given:
                given.add(task.get("id"))
                yield task


def items(content: bytes, window: int = 1 << 18) -> Iterator[Record]:
    """The members of a JSON array one by one. As text it would be up to four times as large, so only some
    `window` bytes of it are text at a time, or as many as one member needs."""
    decode, parse, blank = getincrementaldecoder("utf-8")().decode, json.JSONDecoder().raw_decode, " \t\r\n,["
    text, at, done, size = "", 0, 0, window
    while True:
        while at < len(text) and text[at] in blank:
            at += 1
        try:
            if at < len(text) and text[at] == "]":
                return
            item, at = parse(text, at)
        except json.JSONDecodeError:
            if done >= len(content):
                raise
            text, at = text[at:] + decode(content[done : done + size], done + size >= len(content)), 0
            done, size = done + size, 2 * size
            continue
        size = window
        yield item


def _contents(transport: Transport, project_id: int, predictions: bool) -> Iterator[bytes]:
    """JSON arrays of tasks, each task in one of them."""
    ranges = _ranges(transport, project_id)
    if not ranges:
        yield _snapshot(transport, project_id, predictions)
        return
    tab = _open_tab(transport, project_id, ranges[0])

    def fetch(number: int) -> bytes:
        if number:
            path = f"/api/dm/views/{tab}/"
            transport.request("PATCH", path, json=_tab(project_id, ranges[number]))
        return _snapshot(transport, project_id, predictions, tab)

    try:
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(fetch, 0)
            for number in range(1, len(ranges) + 1):
                content = coming.result()
                if number < len(ranges):
                    coming = ahead.submit(fetch, number)
                yield content
    finally:
        with contextlib.suppress(LabelStudioError):  # it must not hide why an export ended
            transport.request("DELETE", f"/api/dm/views/{tab}/")


def _ranges(transport: Transport, project_id: int) -> list[Record]:
    """Filters that every task passes exactly one of, however the ids lie; none for a small project."""
    first, total = _task_at(transport, project_id, 1)
    if total <= PART:
        return []
    last, _ = _task_at(transport, project_id, total)
    low, high = sorted((first, last))
    count = -(-total // PART)
    cuts = sorted({low + (high - low) * number // count for number in range(1, count)})
    if not cuts:
        return []
    middle = [{"operator": "in", "value": {"min": before + 1, "max": cut}} for before, cut in pairwise(cuts)]
    return [
        {"operator": "less_or_equal", "value": cuts[0]},
        *middle,
        {"operator": "greater", "value": cuts[-1]},
    ]


def _task_at(transport: Transport, project_id: int, place: int) -> tuple[int, int]:
    """The id of the task at this place of the list, and how many there are; 0 for a place beyond its end."""
    params = {"project": project_id, "page": place, "page_size": 1, "include": "id"}
    try:
        answer = transport.request("GET", "/api/tasks", params=params).json()
    except Refused as refused:
        if refused.status == 404:
            return 0, 0
        raise
    return next((int(one["id"]) for one in answer["tasks"]), 0), int(answer["total"])


def _tab(project_id: int, limits: Record) -> Record:
    rule = {"filter": "filter:tasks:id", "type": "Number", **limits}
    filters = {"conjunction": "and", "items": [rule]}
    return {"project": project_id, "data": {"title": f"{_TAB} {time.time():.0f}", "filters": filters}}


def _open_tab(transport: Transport, project_id: int, limits: Record) -> int:
    """A tab of our own; those that killed exports have left are deleted."""
    for one in transport.get("/api/dm/views/", project=project_id):
        name, _, since = str((one.get("data") or {}).get("title")).rpartition(" ")
        if name == _TAB and since.isdigit() and time.time() - int(since) > _STALE:
            transport.request("DELETE", f"/api/dm/views/{one['id']}/")
    made = transport.request("POST", "/api/dm/views/", json=_tab(project_id, limits))
    return int(made.json()["id"])


def _snapshot(transport: Transport, project_id: int, predictions: bool, tab: int | None = None) -> bytes:
    """The content of a snapshot, of the tasks in a tab or of all. It is deleted on the server."""
    whole = {"only_id": False}
    options = {
        "predictions": {"only_id": not predictions},
        "drafts": whole,
        "annotations__completed_by": whole,
        "interpolate_key_frames": False,
    }
    body: Record = {"title": "communique", "serialization_options": options}
    if tab is not None:
        body["task_filter_options"] = {"view": tab}
    snapshots = f"/api/projects/{project_id}/exports/"
    number = int(transport.request("POST", snapshots, json=body, timeout=600).json()["id"])
    try:
        _await(transport, f"{snapshots}{number}")
        params = {"exportType": "JSON"}
        path = f"{snapshots}{number}/download"
        return transport.request("GET", path, params=params, timeout=600).content
    finally:
        with contextlib.suppress(LabelStudioError):
            transport.request("DELETE", f"{snapshots}{number}")


def _await(transport: Transport, path: str, limit: float = 1800.0) -> None:
    deadline, pause = time.monotonic() + limit, 0.05
    while time.monotonic() < deadline:
        status = transport.get(path)["status"]
        if status == "completed":
            return
        if status == "failed":
            raise LabelStudioError("the server could not make an export", mend="see the server's log")
        time.sleep(pause)
        pause = min(pause * 2, 2.0)
    raise LabelStudioError(f"the server did not finish an export within {limit:.0f} s")
