"""Code points to UTF-16 code units and back.

Browsers count UTF-16 code units: a character beyond U+FFFF counts two. Offsets of ours are code points;
these maps are used only where text crosses to a browser.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Utf16Map:
    """The two offset maps of one text. Offsets run from 0 to the length, both included."""

    def __init__(self, text: str) -> None:
        # Position of each astral character, in code points and in code units.
        self._points = [match.start() for match in _ASTRAL.finditer(text)]
        self._units = [point + rank for rank, point in enumerate(self._points)]
        self.length = len(text)
        self.utf16_length = len(text) + len(self._points)

    def to_utf16(self, offset: int) -> int:
        """Code point offset to code unit offset. Raises ValueError outside 0..length."""
        if not 0 <= offset <= self.length:
            raise ValueError(f"code point offset {offset} outside 0..{self.length}")
        return offset + bisect_left(self._points, offset)

    def to_code_point(self, offset: int) -> int:
        """Code unit offset to code point offset.

        Raises ValueError outside 0..utf16_length and for an offset that falls between the two halves of
        a surrogate pair, since no code point starts there.
        """
        if not 0 <= offset <= self.utf16_length:
            raise ValueError(f"UTF-16 offset {offset} outside 0..{self.utf16_length}")
        before = bisect_left(self._units, offset)
        if before and self._units[before - 1] + 1 == offset:
            raise ValueError(f"UTF-16 offset {offset} splits a surrogate pair")
        return offset - before

    def all_to_utf16(self, offsets: Iterable[int]) -> list[int]:
        """`to_utf16` of each."""
        return [self.to_utf16(offset) for offset in offsets]

    def all_to_code_point(self, offsets: Iterable[int]) -> list[int]:
        """`to_code_point` of each."""
        return [self.to_code_point(offset) for offset in offsets]


def to_utf16(text: str, offset: int) -> int:
    """One code point offset of `text` in UTF-16 code units; use Utf16Map for many."""
    return Utf16Map(text).to_utf16(offset)


def to_code_point(text: str, offset: int) -> int:
    """One UTF-16 code unit offset of `text` in code points; use Utf16Map for many."""
    return Utf16Map(text).to_code_point(offset)
