"""The one interface behind which each foreign format stands: what a reader hands over, what a writer is given.

A reader makes `Document`s and says to a `Log` what it refused and what no column can hold. It knows no
project. `communique.exchange.receive` puts documents into one. A writer gets an opened project (`Source`)
and a path, and returns what it wrote.

Ids inside a document that begin with a dot are local (`.S4`); on arrival the article's id comes before the
dot. Other actor ids are of the registry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.annotation.source import Source
from communique.articles.draft import Draft
from communique.errors import CommuniqueError
from communique.schema import Schema

Record = dict[str, Any]
MAX_BYTES = 100_000_000
"""Default limit for one file of another corpus; larger ones are refused before they are opened."""


class ExchangeError(CommuniqueError):
    """A foreign file that cannot be read, or a corpus that a format cannot hold; nothing was written."""


@dataclass(frozen=True)
class Refusal:
    """One record that was not taken over, and why."""

    file: str
    record: str
    reason: str


@dataclass
class Log:
    """What a reader says besides its documents. `unheld` counts what no column of ours can hold, by kind."""

    refused: list[Refusal] = field(default_factory=list)
    unheld: Counter[str] = field(default_factory=Counter)
    faults: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def refuse(self, file: str | Path, record: str, reason: str) -> None:
        """Record that `record` of `file` is left out."""
        self.refused.append(Refusal(str(file), record, reason))

    def fault(self, file: str | Path, record: str, reason: str) -> None:
        """Record a fault of the source that does not keep the record out."""
        self.faults.append(Refusal(str(file), record, reason))


@dataclass
class Pass:
    """What one annotator gave for one document: records by table. Columns that the source lacks are null."""

    annotator: str
    tables: dict[str, list[Record]]
    remarks: str | None = None
    provenance: Record | None = None


@dataclass
class Document:
    """One text with one or more passes over it.

    `article` overrides fields of the article record that the draft cannot know (our own exports carry the
    whole record). `origin` says which file it is from; `raw` are the bytes of the text as received.
    """

    name: str
    draft: Draft
    raw: bytes
    passes: list[Pass]
    origin: str
    article: Record = field(default_factory=dict)
    article_id: str | None = None


@dataclass(frozen=True)
class Reading:
    """Documents, the registry actors that their records refer to, and who annotated as far as the source says."""

    documents: list[Document]
    actors: list[Record] = field(default_factory=list)
    annotator_kind: str | None = None


@dataclass(frozen=True)
class ReadOptions:
    """What the user said about the files.

    `mapping` is a mapping file (see `mapping.py`), `offsets` the unit in which the files count
    (`code-points`, `utf-16`, `bytes`; None is what the format's own tools count),
    `profile` a known corpus layout, `limit` the largest file in bytes.
    """

    mapping: Path | None = None
    offsets: str | None = None
    profile: str | None = None
    limit: int = MAX_BYTES
    annotator: str | None = None


@dataclass(frozen=True)
class WriteOptions:
    """What the user said about an export. `articles` narrows it to some; `include_claims` adds claims to events."""

    include_claims: bool = False
    articles: tuple[str, ...] = ()


@dataclass
class Written:
    """The outcome of an export: files relative to the target, counts by kind of record, and what was left out."""

    files: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


Reader = Callable[[Path, ReadOptions, Schema, Log], Reading]
Writer = Callable[[Source, Path, WriteOptions], Written]


@dataclass(frozen=True)
class Format:
    """One foreign format. `extra` names the optional dependency group that it needs."""

    name: str
    title: str
    read: Reader | None = None
    write: Writer | None = None
    extra: str | None = None


def need(module: str, extra: str) -> Any:
    """An optional library. Raises ExchangeError that says how to install it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        raise ExchangeError(
            f"This format needs the library '{module}'.", mend=f"pip install 'communique[{extra}]'"
        ) from None


def bounded(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises ExchangeError otherwise, before reading."""
    if not path.is_file():
        raise ExchangeError("There is no such file.", file=path, expected="a regular file")
    size = path.stat().st_size
    if size > limit:
        raise ExchangeError(
            "The file is too large; it was not read.",
            file=path,
            expected=f"at most {limit:,} bytes",
            found=f"{size:,} bytes",
            mend="split it, or raise the limit with --max-bytes",
        )
    return path.read_bytes()


def files_of(path: Path, suffixes: Iterable[str]) -> list[Path]:
    """`path` itself, or the files below it that end in one of `suffixes`, sorted by name.

    Raises ExchangeError when there are none.
    """
    endings = tuple(suffixes)
    if path.is_dir():
        found = sorted(
            p
            for p in path.rglob("*")
            if p.name.endswith(endings) and not p.name.startswith(".") and p.is_file()
        )
    else:
        found = [path] if path.exists() else []
    if not found:
        raise ExchangeError(
            "There is nothing to read here.", file=path, expected="files ending in " + ", ".join(endings)
        )
    return found
