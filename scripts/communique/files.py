"""Writing files and folders so that they appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from communique.errors import CommuniqueError


class NotWritten(CommuniqueError):
    """A file could not be written, as on a full disk."""


def write_atomically(path: Path, content: str | bytes | memoryview) -> None:
    """Write `content` to `path` by way of a temporary file beside it; text is written as UTF-8, newlines as they are.

    Raises NotWritten when the disk is full or the folder cannot be written to; `path` is then as it was.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NotWritten(
            "The file cannot be written; nothing was written to it.",
            file=path,
            found=error.strerror or str(error),
            mend="free some room on the disk, or mend the folder's rights; then run the same command again",
        ) from error


def clear_unfinished(folder: Path, pattern: str = ".*.tmp", older_than: float = 0.0) -> list[Path]:
    """Delete what a killed `write_atomically` left in `folder`; the paths deleted.

    `pattern` is a glob below the folder. Where two may write side by side, `older_than` (seconds) spares
    the file that the other is just writing.
    """
    cleared = []
    for path in sorted(folder.glob(pattern)):
        with contextlib.suppress(FileNotFoundError):
            if not older_than or time.time() - path.stat().st_mtime > older_than:
                path.unlink()
                cleared.append(path)
    return cleared


@contextlib.contextmanager
def folder_atomically(goal: Path) -> Iterator[Path]:
    """A temporary folder beside `goal` to write into; it takes the goal's place when the block ends.

    The goal may be there if it is an empty folder. An error in the block leaves nothing behind.
    """
    goal.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{goal.name}.", dir=goal.parent))
    try:
        yield made
        made.chmod(0o755)
        if goal.exists():
            goal.rmdir()
        os.replace(made, goal)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def text_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file of JSON lines. `str.splitlines` would also break at U+2028, U+0085 and others, which
    may stand inside a JSON string."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return lines if lines[-1] else lines[:-1]
