"""Tokens for formats that count in them, cut so that every span begins and ends at one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Token:
    """`[start, end)` in code points; `line` counts the text's lines with a token from 0."""

    start: int
    end: int
    line: int


def tokenise(text: str, edges: Iterable[int] = ()) -> list[Token]:
    """Words and single signs of `text`, cut again at each offset of `edges` that falls inside one.

    A run of white space with an edge inside or beside it is no token: spans are trimmed of white space.
    """
    cuts = sorted(set(edges))
    tokens = []
    line, at, cut = -1, 0, 0
    for number, match in enumerate(_TOKEN.finditer(text)):
        start, end = match.span()
        if number == 0 or "\n" in text[at:start]:
            line += 1
        at = end
        while cut < len(cuts) and cuts[cut] <= start:
            cut += 1
        while cut < len(cuts) and cuts[cut] < end:
            tokens.append(Token(start, cuts[cut], line))
            start = cuts[cut]
            cut += 1
        tokens.append(Token(start, end, line))
    return tokens


class Cover:
    """Finds the tokens under a span."""

    def __init__(self, tokens: list[Token]) -> None:
        self._starts = [token.start for token in tokens]
        self._ends = [token.end for token in tokens]

    def __call__(self, start: int, end: int) -> tuple[int, int]:
        """Indices `[first, last)` of the tokens that overlap `[start, end)`."""
        return bisect_right(self._ends, start), bisect_left(self._starts, end)
