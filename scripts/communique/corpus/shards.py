"""Article-aligned shards: all rows of one article lie in the same shard number of every table."""

from __future__ import annotations

import hashlib

#: Above this mean number of articles a shard, the number of shards doubles.
ARTICLES_PER_SHARD = 2000


def shard_count(articles: int) -> int:
    """A power of two, so that a growing corpus splits shards rather than reshuffling them."""
    count = 1
    while articles > count * ARTICLES_PER_SHARD:
        count *= 2
    return count


def shard_of(article_id: str | None, count: int) -> int:
    """The shard of an article, from the leading bits of the SHA-256 of its id.

    A new article touches one shard. Rows without an article (the actor registry) lie in shard 0.
    """
    if article_id is None:
        return 0
    return int.from_bytes(hashlib.sha256(article_id.encode()).digest()[:8], "big") * count >> 64


def shard_name(split: str, shard: int, count: int, digest: str) -> str:
    """File name of a shard. It carries the digest of the content: equal names, equal rows."""
    return f"{split}-{shard:05d}-of-{count:05d}-{digest[:12]}.parquet"
