"""One reader a source format; each has `read(data, name, options) -> Reading`."""

from __future__ import annotations

from collections.abc import Callable

from communique.articles.draft import Reading, ReadOptions
from communique.articles.readers import html, jsonl, scrape, text

Reader = Callable[[bytes, str, ReadOptions], Reading]

READERS: dict[str, Reader] = {
    "scrape": scrape.read,
    "text": text.read,
    "html": html.read,
    "jsonl": jsonl.read,
}
