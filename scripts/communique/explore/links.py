"""Addresses: what may be linked to, and under which file name a page lies."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote, urlsplit

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,180}")
_QID = re.compile(r"Q[1-9][0-9]*")
#: Names that Windows reserves, whatever follows the dot.
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def web_address(address: object) -> str | None:
    """The address if a page may link to it: http or https with a host and nothing that hides; else None."""
    if not isinstance(address, str) or any(ord(sign) < 33 for sign in address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None


def wikidata(qid: object) -> str | None:
    """The page of a Wikidata item; None for what is not the id of an item."""
    return f"https://www.wikidata.org/wiki/{qid}" if isinstance(qid, str) and _QID.fullmatch(qid) else None


def file_name(key: str) -> str:
    """A file name without suffix for a record id: the id itself, or its digest where a file system may object."""
    if _NAME.fullmatch(key) and not _RESERVED.fullmatch(key) and not key.endswith("."):
        return key
    return "x-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def fragment(record_id: str) -> str:
    """A record id behind the # of an address."""
    return quote(record_id, safe="-._~")


def short(record_id: str, article_id: str) -> str:
    """A record id without the article id in front of it."""
    return record_id.removeprefix(f"{article_id}.")
