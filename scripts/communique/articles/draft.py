"""What a reader hands over: one article's text with its zones and whatever the file says about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from communique.errors import CommuniqueError


class ArticleError(CommuniqueError):
    """An article that cannot be taken in; nothing of it has been written."""


@dataclass(frozen=True)
class Zone:
    """A stretch of the text with one function: `[start, end)` in code points into the text.

    `zone` is a value of the schema's zone list; `duplicate_of` is the index of the first zone with the
    same text.
    """

    zone: str
    start: int
    end: int
    duplicate_of: int | None = None


@dataclass(frozen=True)
class ReadOptions:
    """What the user said about the file. `encoding` None means: as the file declares, else UTF-8."""

    encoding: str | None = None
    url: str | None = None


@dataclass
class Draft:
    """One article as read. `text` is canonical; `zones` cover it; the rest is None where the file is silent.

    `date_raw` is the date as the source writes it, not yet checked. `order_evidence` is set by readers
    of formats that fix the order of paragraphs. `notes` are sentences for the user.
    """

    text: str
    zones: list[Zone]
    encoding: str
    source_record: str | None = None
    url: str | None = None
    publisher: str | None = None
    title: str | None = None
    byline: str | None = None
    date_raw: str | None = None
    language: str | None = None
    rights: str | None = None
    rights_holder: str | None = None
    redistribution: str | None = None
    order_evidence: str | None = None
    extra: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)


Reading = list[Draft | ArticleError]
"""A record of a file that cannot be used stands in the list as its error; the others remain usable."""
