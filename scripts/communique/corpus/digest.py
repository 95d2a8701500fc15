"""Digest of rows as such: the same for every version of pyarrow and every number of shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

Record = dict[str, Any]

# Made once: a corpus has hundreds of thousands of rows.
_CANONICAL = msgspec.json.Encoder(order="sorted")


def row_digest(row: Record) -> bytes:
    """SHA-256 of a row as JSON in UTF-8: no spaces, sorted keys, only `"`, `\\\\` and controls escaped, dates in
    ISO 8601, numbers in their shortest form. Raises TypeError for a value that JSON has no form for.

    `json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))` gives the same bytes but for
    decimals below 1e-4 or from 1e16 on, which JSON can write in several ways.
    """
    return hashlib.sha256(_CANONICAL.encode(row)).digest()


def combined(digests: Iterable[bytes]) -> str:
    """SHA-256 of sorted row digests: rows as a set, since a table is sorted by key anyway."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()
