"""Identity: the id of an article, and when two records are the same article."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from communique.articles.lexicon import words

MAX_SLUG = 32
_LEADING_WORDS = 8
_TRACKING = re.compile(r"(?i)utm_.*|fbclid|gclid|cmp|ocid|ref|smid|at_medium|at_campaign")
# Path segments that name a page's form or place, not the article.
_EMPTY_SEGMENTS = words(
    "index amp article articles story stories news home default print html page world politics",
    "video live",
)


def slug(text: str, limit: int = MAX_SLUG) -> str:
    """Lower-case ASCII words joined by hyphens, cut to whole words within `limit`; "" when nothing is left.

    Other scripts are transliterated (anyascii). A single first word over the limit is cut inside.
    """
    if not text.isascii():
        from anyascii import anyascii

        text = anyascii(text)
    parts = re.findall(r"[a-z0-9]+", re.sub(r"['’`]", "", text.lower()))
    if not parts:
        return ""
    kept = parts[0][:limit]
    for part in parts[1:]:
        if len(kept) + 1 + len(part) > limit:
            break
        kept += "-" + part
    return kept


def url_slug(url: str | None) -> str | None:
    """All words of the last path segment that says something of the article, or None."""
    if not url:
        return None
    for segment in reversed(unquote(urlsplit(url).path).split("/")):
        name = re.sub(r"\.(?:s?html?|php|aspx?|jsp|cms)$", "", segment, flags=re.IGNORECASE)
        words = slug(name, limit=10_000)
        letters = re.sub(r"[^a-z]", "", words)
        is_hash = re.fullmatch(r"[0-9a-f-]{8,}", words) and re.search(r"\d", words)
        if len(letters) >= 3 and words not in _EMPTY_SEGMENTS and not is_hash:
            return words
    return None


def registrable_name(url: str | None) -> str | None:
    """`theguardian` for `https://www.theguardian.com/…`, `bbc` for `news.bbc.co.uk`; None without a host."""
    host = urlsplit(url).hostname if url else None
    if url is None or not host:
        return None
    from courlan import extract_domain

    domain = extract_domain(url)
    if domain and not re.fullmatch(r"[\d.]+", domain):
        return domain.split(".")[0]
    labels = re.sub(r"^www\d?\.", "", host).split(".")
    if re.fullmatch(r"[\d.:]+|[0-9a-f:]+", host):
        return re.sub(r"[.:]+", "-", host)
    return labels[-2] if len(labels) > 1 else labels[0]  # a top-level domain that no list has


def publisher_slug(publisher: str | None, url: str | None) -> str:
    """The publisher's name without a leading "The", else the registrable name of the host, else `unknown`."""
    name = re.sub(r"(?i)^the\s+(?=\S)", "", publisher.strip()) if publisher else None
    return slug(name or registrable_name(url) or "") or "unknown"


def base_id(record: dict[str, Any]) -> str:
    """`<publisher>-<yyyymmdd or undated>-<slug>`, before any suffix against collisions."""
    day = record["published_on"].replace("-", "") if record["published_on"] else "undated"
    body = next(
        (zone for zone in record["zones"] if zone["zone"] in ("headline", "standfirst", "body")), None
    )
    opening = record["text"][body["start"] : body["end"]] if body else record["text"]
    words = (
        slug(url_slug(record["url"]) or "")
        or slug(record["title"] or "")
        or slug(" ".join(opening.split()[:_LEADING_WORDS]))
        or record["text_sha256"][:8]
    )
    return f"{publisher_slug(record['publisher'], record['url'])}-{day}-{words}"


def suffixed(base: str, record: dict[str, Any], length: int = 6) -> str:
    """`base` with a digest of the URL (of the text, without one), for when another article has `base`."""
    key = url_key(record["url"]) or record["text_sha256"]
    return f"{base}-{hashlib.sha256(key.encode()).hexdigest()[:length]}"


def url_key(url: str | None) -> str | None:
    """The URL as far as it tells articles apart: no scheme, `www.`, fragment, tracking or final slash."""
    if not url:
        return None
    parts = urlsplit(url.strip())
    query = urlencode(sorted((k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k)))
    host = re.sub(r"^www\.", "", parts.hostname or "")
    return f"{host}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def same_article(one: dict[str, Any], other: dict[str, Any], *, same_file: bool) -> bool:
    """Whether two records under the same base id are versions of one article.

    By their URLs when both have one; else by `same_file` (the files they came in have the same name), or
    by title, publisher and date together.
    """
    keys = url_key(one["url"]), url_key(other["url"])
    if None not in keys:
        return keys[0] == keys[1]
    return same_file or all(
        one[name] is not None and one[name] == other[name] for name in ("title", "publisher", "published_on")
    )
