"""Plain text: header lines (headline, standfirst, byline, date, URL) where there are any, then paragraphs.

A paragraph is a line, or, in text wrapped at a fixed width, a block of lines between blank ones.
"""

from __future__ import annotations

import re
from itertools import pairwise

from communique.articles import zones as z
from communique.articles.dates import parse_date
from communique.articles.draft import Draft, Reading, ReadOptions, Zone
from communique.text.canonical import canonical, decode

_WRAP_WIDTHS = range(45, 121)
_WRAP_SHARE = 0.6
_DATE_WORDS = 8


def read(data: bytes, name: str, options: ReadOptions) -> Reading:
    """One draft. Raises TextError for bad bytes."""
    encoding = options.encoding or "utf-8"
    return [from_text(canonical(decode(data, encoding, file=name), file=name), encoding)]


def from_text(text: str, encoding: str) -> Draft:
    """The draft of a canonical text without markup."""
    spans = _wrapped_blocks(text) or z.line_spans(text)
    draft = Draft(text=text, zones=[], encoding=encoding)
    zones: list[Zone] = []
    in_header = True
    for position, (start, end) in enumerate(spans):
        line = text[start:end].strip()
        kind = z.simple_kind(line)
        if kind is None and in_header:
            kind = _header_kind(line, draft, last=position == len(spans) - 1)
            in_header = kind is not None
        if kind == "url_line" and in_header and draft.url is None:
            draft.url = line
        if kind is None and z.looks_like_caption(line):
            kind = "caption"
        zones.append(Zone(kind or "body", start, end))
    draft.zones = z.mark_duplicates(text, zones)
    return draft


def _header_kind(line: str, draft: Draft, *, last: bool) -> str | None:
    """The zone of a line before the first paragraph; fills the draft's fields. None: the body begins here."""
    if z.words(line) <= _DATE_WORDS and _is_date(line):
        draft.date_raw = draft.date_raw or line
        return "date_line"
    if z.is_byline(line):
        draft.byline = draft.byline or line
        return "byline"
    if last or z.looks_like_caption(line):
        return None
    if draft.title is None and z.may_be_headline(line):
        draft.title = line
        return "headline"
    return "standfirst" if draft.title and z.standfirsts([line]) else None


def _is_date(line: str) -> bool:
    try:
        return re.search(r"\d{4}", line) is not None and parse_date(line) is not None
    except (ValueError, OverflowError, OSError):
        return True  # a date line with an impossible date is still one; the ingest refuses it


def _wrapped_blocks(text: str) -> list[tuple[int, int]]:
    """Blocks between blank lines if most lines break inside a sentence at a fixed width, else []."""
    lines = text.split("\n")
    inner = [line for line, after in pairwise(lines) if line.strip() and after.strip()]
    broken = [line for line in inner if len(line) in _WRAP_WIDTHS and not z.has_final_stop(line)]
    if len(inner) < 3 or len(broken) < _WRAP_SHARE * len(inner):
        return []
    return [match.span() for match in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text)]
