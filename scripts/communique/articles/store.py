"""The project's articles on disk: raw bytes, article records, and the provenance of both.

Three writes make an article, in this order: the raw file, its line in `sources.jsonl`, the record
`corpus/articles/<article_id>.json`. The last is the moment at which the article exists. A run that is
killed leaves at most a raw file that no record names and a last line whose record is not there; both are
harmless, and the next run over the same file completes them. Every file is replaced as a whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from communique.articles.draft import ArticleError
from communique.files import clear_unfinished, write_atomically
from communique.project import Project

_NAME_BYTES = 200

Record = dict[str, Any]


@contextlib.contextmanager
def locked(project: Project) -> Iterator[None]:
    """Hold the project's articles for one writer, and clear away what a killed one left half-written.

    Raises ArticleError when another process holds them.
    """
    for folder in (project.raw, project.articles):
        folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if os.name == "posix":
            import fcntl

            handle = os.open(project.raw, os.O_RDONLY)
            stack.callback(os.close, handle)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ArticleError(
                    "Another ingest is writing to this project.",
                    file=project.raw,
                    mend="wait until it is done",
                ) from None
        for folder in (project.raw, project.articles):
            clear_unfinished(folder)
        yield


# Articles


def article_path(project: Project, article_id: str) -> Path:
    return project.articles / f"{article_id}.json"


def dump_article(record: Record) -> bytes:
    """The record's bytes: two-space indent, keys as they stand, UTF-8, a line feed at the end."""
    return (json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def save_article(project: Project, record: Record) -> None:
    """Write the record in one step."""
    write_atomically(article_path(project, record["article_id"]), dump_article(record))


def load_article(project: Project, article_id: str) -> Record:
    """The record of one article. Raises ArticleError when it is missing or not a JSON object."""
    return _load(article_path(project, article_id))


def article_ids(project: Project) -> list[str]:
    """The ids of all articles, sorted."""
    return sorted(path.stem for path in project.articles.glob("[!.]*.json"))


def iter_articles(project: Project) -> Iterator[Record]:
    """All article records in the order of their ids."""
    for article_id in article_ids(project):
        yield load_article(project, article_id)


def _load(path: Path) -> Record:
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ArticleError(
            "There is no such article.", file=path, mend="see 'communique stats' for the ids, or ingest it"
        ) from None
    except (ValueError, RecursionError) as error:
        raise ArticleError(
            "The article record is not JSON.",
            file=path,
            expected="a JSON object",
            found=str(error),
            mend="restore it from version control, or delete it and ingest its raw file again",
        ) from None
    if not isinstance(record, dict):
        raise ArticleError(
            "The article record is not JSON.",
            file=path,
            expected="a JSON object",
            found=type(record).__name__,
        )
    return record


# Provenance


def load_sources(project: Project) -> list[Record]:
    """The lines of `sources.jsonl`, in order; a last line without its end, left by a killed run, is not one.

    Raises ArticleError when another line is not a JSON object.
    """
    try:
        content = project.sources.read_bytes()
    except FileNotFoundError:
        return []
    lines = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            record = json.loads(line)
        except ValueError as error:
            record = error
        if not isinstance(record, dict):
            raise ArticleError(
                "A provenance line is not a JSON object.",
                file=project.sources,
                record=f"line {number}",
                found=str(record),
                mend="restore the file from version control",
            )
        lines.append(record)
    return lines


def append_sources(project: Project, lines: Iterable[Record]) -> None:
    """Add lines at the end, first cutting off an incomplete last line."""
    data = b"".join(_dump_line(line) for line in lines)
    if not data:
        return
    with open(project.sources, "a+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        if size:
            stream.seek(size - 1)
            if stream.read(1) != b"\n":
                stream.seek(0)
                stream.truncate(stream.read().rfind(b"\n") + 1)
        stream.write(data)


def save_sources(project: Project, lines: Iterable[Record]) -> None:
    """Replace the whole file in one step."""
    write_atomically(project.sources, b"".join(_dump_line(line) for line in lines))


def _dump_line(line: Record) -> bytes:
    return (json.dumps(line, ensure_ascii=False) + "\n").encode()


# Raw files


def raw_name(project: Project, name: str, data: bytes, pending: Mapping[str, bytes] = {}) -> tuple[str, bool]:
    """The name in `corpus/raw/` for a file called `name` that holds `data`, and whether it is there already.

    Its own name; if other bytes have that name, name and eight digits of the bytes' SHA-256.
    `pending` are the files of this run that are not written yet.
    """
    name = _storable(name)
    digest = hashlib.sha256(data).hexdigest()
    stem, suffix = os.path.splitext(name)
    for candidate in (name, f"{stem}-{digest[:8]}{suffix}", f"{stem}-{digest}{suffix}"):
        path = project.raw / candidate
        if candidate.lower() == project.sources.name:
            continue
        if candidate in pending:
            if pending[candidate] == data:
                return candidate, False
            continue
        if not path.exists():
            return candidate, False
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return candidate, True
    raise AssertionError(f"{path} has other bytes with the same SHA-256")


def _storable(name: str) -> str:
    """`name` as valid Unicode, not hidden, and short enough to take a suffix."""
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = "".join(char if char.isprintable() else "_" for char in name)
    if name.startswith("."):
        name = "_" + name[1:]
    stem, suffix = os.path.splitext(name)
    while len((stem + suffix).encode()) > _NAME_BYTES:
        stem, suffix = (stem[:-1], suffix) if len(stem) > 1 else (stem, suffix[:-1])
    return stem + suffix
