"""Word lists written as text."""

from __future__ import annotations


def words(*lines: str) -> frozenset[str]:
    """The words of `lines`, which white space separates."""
    return frozenset(" ".join(lines).split())
