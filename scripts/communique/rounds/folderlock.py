"""A lock on a folder that the kernel gives back when its holder dies, however it dies.

An advisory `flock` belongs to the open file, not to a process id, so a lock left behind by `kill -9`
is free at once and a reused process id deceives nobody. The file's content is only information: who
holds the lock. A child that inherits the descriptor keeps the lock for as long as it lives.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from communique.errors import CommuniqueError


def take(path: Path, *, wait: bool = False) -> int | None:
    """An open descriptor that holds the lock, or None if somebody else holds it (never None with `wait`)."""
    try:
        import fcntl
    except ImportError:
        raise CommuniqueError(
            "the embedded Label Studio server needs Linux or macOS",
            mend="start Label Studio yourself and give its address with --url",
        ) from None
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it for the block."""
    descriptor = take(path, wait=True)
    assert descriptor is not None
    try:
        yield
    finally:
        os.close(descriptor)


def note(descriptor: int, content: dict[str, Any]) -> None:
    """Write who holds the lock. In place: a replaced file would be another file, and another lock."""
    data = json.dumps(content).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, data, 0)


def read_note(path: Path) -> dict[str, Any]:
    """What the present or last holder wrote; empty if nothing readable."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
