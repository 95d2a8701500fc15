"""HTML pages, by trafilatura: the running text, one paragraph a line; title, author, date, site and URL."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from communique.articles import zones as z
from communique.articles.dates import parse_date
from communique.articles.draft import ArticleError, Draft, Reading, ReadOptions, Zone
from communique.articles.languages import language_code
from communique.text.canonical import canonical, decode

_DECLARED = re.compile(rb"""(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""")
_PRESCAN = 1024
# What https://encoding.spec.whatwg.org makes of labels that pages use loosely.
_WEB_LABELS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
_DATE_PLACES = (
    "//meta[@property='article:published_time' or @name='article:published_time']/@content",
    "//*[@itemprop='datePublished']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//meta[@name='pubdate' or @name='publish-date' or @name='date' or @name='DC.date.issued']/@content",
    "//article//time[@pubdate]/@datetime",
)


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the page names in its first 1024 bytes, read as browsers do; None: it names none."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    match = _DECLARED.search(data[:_PRESCAN])
    if match is None:
        return None
    try:
        name = codecs.lookup(match.group(1).decode("ascii")).name
    except (LookupError, UnicodeDecodeError):
        return None
    return _WEB_LABELS.get(name, name)


def read(data: bytes, name: str, options: ReadOptions) -> Reading:
    """One draft. Raises TextError for bad bytes, ArticleError when no running text is found."""
    encoding = options.encoding or declared_encoding(data) or "utf-8"
    return [from_markup(decode(data, encoding, file=name), name, encoding, options.url)]


def from_markup(markup: str, name: str, encoding: str, url: str | None, record: str | None = None) -> Draft:
    """The draft of a page. Also used for the HTML bodies that some news APIs deliver."""
    import trafilatura

    # htmldate's default upper bound is today's date; the ingest checks against the day of receipt instead.
    dates = {"original_date": True, "extensive_search": False, "max_date": "9999-12-31"}
    tree = trafilatura.load_html(markup)
    page: Any = None
    if tree is not None:
        stated = _stated_date(tree)
        language = tree.xpath("string((//html/@lang | //html/@xml:lang)[1])") or None
        page = trafilatura.bare_extraction(
            tree,
            url=url,
            with_metadata=True,
            include_comments=False,
            date_extraction_params=dates,
        )
    text = canonical(page.text or "", file=name).strip("\n") if page is not None else ""
    if page is None or not text.strip():
        raise ArticleError(
            "No text is left after extraction.",
            file=name,
            record=record,
            field="text",
            expected="a page with running text in its markup",
            found="markup without paragraphs that trafilatura takes for an article",
            mend="save the page after its scripts have run, or save its text and use --format text",
        )
    text += "\n"
    draft = Draft(text=text, zones=[], encoding=encoding, source_record=record)
    draft.url, draft.title, draft.byline = page.url or None, page.title or None, page.author or None
    draft.publisher = page.sitename if page.sitename and page.sitename != page.hostname else None
    draft.date_raw = stated or page.date or None
    draft.language = language_code(language) if language else None
    draft.rights = page.license or None
    draft.order_evidence = "the paragraphs stand in the order of the page's markup"
    draft.zones = _zones(text, draft, page.description)
    return draft


def _zones(text: str, draft: Draft, description: str | None) -> list[Zone]:
    zones: list[Zone] = []
    for start, end in z.line_spans(text):
        line = text[start:end].strip()
        kind = z.simple_kind(line)
        if kind is None and _same(line, draft.title):
            kind = "headline"
        elif kind is None and (z.is_byline(line) or _same(line, draft.byline)):
            kind = "byline"
        elif kind is None and _same(line, description) and not has_zone(zones, "body"):
            kind = "standfirst"
        elif kind is None and z.looks_like_caption(line):
            kind = "caption"
        zones.append(Zone(kind or "body", start, end))
    return z.mark_duplicates(text, zones)


def has_zone(zones: list[Zone], kind: str) -> bool:
    return any(zone.zone == kind for zone in zones)


def _same(line: str, other: str | None) -> bool:
    return other is not None and " ".join(line.split()).casefold() == " ".join(other.split()).casefold()


def _stated_date(tree: Any) -> str | None:
    """The page's own publication date as written; htmldate would mend an impossible one silently."""
    for place in _DATE_PLACES:
        for value in tree.xpath(place):
            if value.strip() and _is_date(value):
                return str(value).strip()
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            value = _find_key(json.loads(script), "datePublished")
        except (ValueError, RecursionError):
            continue
        if value and _is_date(value):
            return value.strip()
    return None


def _is_date(value: str) -> bool:
    try:
        return parse_date(value) is not None
    except (ValueError, OverflowError, OSError):
        return True  # impossible, and to be refused as such


def _find_key(node: Any, key: str) -> str | None:
    if isinstance(node, dict):
        if isinstance(node.get(key), str):
            return str(node[key])
        node = list(node.values())
    if isinstance(node, list):
        return next((found for item in node if (found := _find_key(item, key))), None)
    return None
