"""From PATHs on the command line to files: folders, globs, links, and reading within a size limit."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from communique.articles.draft import ArticleError

MAX_BYTES = 100_000_000
"""Default limit for one file. An article has some 10 kB; the limit is for JSON Lines of a whole corpus."""


@dataclass(frozen=True)
class Found:
    """A file to read. `given` is the path as the user gave it (below a folder or glob: joined to it).

    It is for people and for JSON: bytes of a file name that are not UTF-8 are replaced in it.
    """

    given: str
    path: Path
    error: ArticleError | None = None


def shown(path: str | Path) -> str:
    """`path` as text that any stream and JSON can hold."""
    return os.fsencode(path).decode("utf-8", "replace")


def find_files(paths: Sequence[str | Path]) -> list[Found]:
    """The files that `paths` name, each once, those of a folder or glob in the order of their names.

    Folders are walked with all subfolders; hidden files are left out. A link that leaves the folder is
    an error of that link. Raises ArticleError when a path or pattern names nothing.
    """
    found: dict[Path, Found] = {}
    for given in paths:
        for item in _expand(str(given)):
            found.setdefault(item.path if item.error else item.path.absolute(), item)
    return list(found.values())


def _expand(given: str) -> Iterator[Found]:
    path = Path(given)
    if path.is_dir():
        yield from _walk(path, path.resolve())
    elif os.path.lexists(path):
        yield Found(shown(given), path)
    elif glob.has_magic(given):
        yield from _matches(given)
    else:
        raise ArticleError(
            "There is no such file or folder.",
            file=given,
            expected="an existing file, folder or glob pattern",
        )


def _matches(pattern: str) -> Iterator[Found]:
    parts = Path(pattern).parts
    fixed = parts[: next(index for index, part in enumerate(parts) if glob.has_magic(part))]
    base = Path(*fixed).resolve()
    names = sorted(glob.glob(pattern, recursive=True))
    if not names:
        raise ArticleError(
            "The pattern matches no file.",
            file=pattern,
            expected="at least one file",
            mend="check the pattern with ls; quote it so that the shell leaves it alone",
        )
    for name in names:
        path = Path(name)
        if any(parent.is_symlink() for parent in path.parents[: len(path.parts) - len(fixed) - 1]):
            continue  # ** walks through linked folders; what is in them stands elsewhere or is refused as a link
        item = _inside(path, base)
        if path.is_dir() and path.is_symlink() and not item.error:
            continue
        if path.is_dir() and not item.error:
            yield from _walk(path, base)
        else:
            yield item


def _walk(folder: Path, base: Path) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Found(shown(folder), folder, _unreadable(shown(folder), error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, base)
        elif entry.is_symlink():
            item = _inside(path, base)
            if item.error or not path.is_dir():  # a linked folder inside the base is walked where it stands
                yield item
        else:
            yield Found(shown(path), path)


def _inside(path: Path, base: Path) -> Found:
    """`path`, or its error when links lead it out of `base`."""
    target = path.resolve()
    if target == base or base in target.parents:
        return Found(shown(path), path)
    return Found(
        shown(path),
        path,
        ArticleError(
            "The path leaves the given folder through a link.",
            file=shown(path),
            expected=f"a file inside {shown(base)}",
            found=f"a link to {shown(target)}",
            mend="copy the file into the folder, or give its own path",
        ),
    )


def read_bytes(found: Found, limit: int) -> bytes:
    """The file's bytes. Raises ArticleError when it is no regular file, unreadable, or over `limit` bytes.

    The size is checked before the file is opened, and never more than `limit` bytes and one are read.
    """
    try:
        status = os.stat(found.path)
        if not stat.S_ISREG(status.st_mode):
            raise ArticleError(
                "The path is not a regular file.",
                file=found.given,
                expected="a file",
                found=_kind(status.st_mode),
            )
        if status.st_size > limit:
            raise _too_large(found, status.st_size, limit)
        with open(found.path, "rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise _unreadable(found.given, error) from None
    if len(data) > limit:
        raise _too_large(found, len(data), limit)
    return data


def _too_large(found: Found, size: int, limit: int) -> ArticleError:
    return ArticleError(
        "The file is too large; it was not read.",
        file=found.given,
        expected=f"at most {limit:,} bytes",
        found=f"{size:,} bytes",
        mend="split it, or raise the limit with --max-bytes if it really is a corpus in one file",
    )


def _unreadable(given: str, error: OSError) -> ArticleError:
    return ArticleError(
        "The file cannot be read.",
        file=given,
        expected="a readable file",
        found=error.strerror or str(error),
        mend="check that it exists and that you may read it (ls -l)",
    )


def _kind(mode: int) -> str:
    names = [
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a block device"),
        (stat.S_ISCHR, "a character device"),
    ]
    return next((name for test, name in names if test(mode)), "something else")
