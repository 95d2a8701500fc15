"""Scrape: [caption line] · YYYYMMDD line · URL line · one paragraph a line.

The caption may stand twice without a break and may end in a run-in photo credit, which stays inside the
caption zone because nothing marks where it begins. The order of the paragraphs, the quotation marks and
the apostrophes may be lost; `detect` judges that later.
"""

from __future__ import annotations

import re

from communique.articles import zones as z
from communique.articles.draft import ArticleError, Draft, Reading, ReadOptions, Zone
from communique.articles.identity import url_slug
from communique.text.canonical import canonical, decode

DATE_LINE = re.compile(r"(?a:\d{8})")
_HEAD_LINES = 6


def header(lines: list[str]) -> tuple[int, int | None] | None:
    """Indices of the date line and the URL line among `lines` (empty ones left out), or None: no scrape."""
    for index, line in enumerate(lines[:_HEAD_LINES]):
        if DATE_LINE.fullmatch(line.strip()):
            follows = index + 1 < len(lines) and z.URL_LINE.fullmatch(lines[index + 1].strip())
            return index, index + 1 if follows else None
    return None


def read(data: bytes, name: str, options: ReadOptions) -> Reading:
    """One draft. Raises TextError for bad bytes, ArticleError when there is no date line."""
    encoding = options.encoding or "utf-8"
    text = canonical(decode(data, encoding, file=name), file=name)
    spans = z.line_spans(text)
    lines = [text[start:end] for start, end in spans]
    found = header(lines)
    if found is None:
        raise ArticleError(
            "The file is not in the scrape format.",
            file=name,
            expected=f"a line of eight digits, YYYYMMDD, among the first {_HEAD_LINES} lines",
            found=f"{lines[0][:60]!r} …",
            mend="read it with --format text and give --date and --url",
        )
    date_at, url_at = found
    url = lines[url_at].strip() if url_at is not None else None
    slug = url_slug(url or options.url)
    zones: list[Zone] = []
    title = None
    body: list[int] = []
    for index, (line, (start, end)) in enumerate(zip(lines, spans, strict=True)):
        if index == date_at:
            zones.append(Zone("date_line", start, end))
        elif index == url_at:
            zones.append(Zone("url_line", start, end))
        elif title is None and z.matches_slug(line, slug):
            title = line.strip()
            zones.append(Zone("headline", start, end))
        elif kind := z.simple_kind(line):
            zones.append(Zone(kind, start, end))
        elif index < date_at or z.looks_like_caption(line):
            zones += [Zone("caption", start + a, start + b) for a, b in z.repeats(line)]
        else:
            body.append(index)
    standfirst = {body[at] for at in z.standfirsts([lines[index] for index in body])}
    zones += [Zone("standfirst" if index in standfirst else "body", *spans[index]) for index in body]
    return [
        Draft(
            text=text,
            zones=z.mark_duplicates(text, zones),
            encoding=encoding,
            url=url,
            title=title,
            date_raw=lines[date_at].strip(),
            notes=[] if url or options.url else ["no URL line follows the date line"],
        )
    ]
