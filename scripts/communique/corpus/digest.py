"""Digest of rows as such: the same for every version of pyarrow and every number of shards."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any

Record = dict[str, Any]


def row_digest(row: Record) -> bytes:
    """SHA-256 of a row written as JSON with sorted keys and dates in ISO 8601."""
    return hashlib.sha256(_CANONICAL.encode(row).encode()).digest()


def combined(digests: Iterable[bytes]) -> str:
    """SHA-256 of sorted row digests: rows as a set, since a table is sorted by key anyway."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"no canonical form for {type(value).__name__}")


# Made once: a corpus has hundreds of thousands of rows.
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
