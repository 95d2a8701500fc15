"""The edges of a span: the punctuation that belongs to it though the text's key has none.

Keys hold letters and digits only. A span that starts with a quotation mark or ends with a full stop is put
back by its edge, folded so that any quotation mark or apostrophe counts as one and the same.
"""

from __future__ import annotations

import unicodedata

from communique.text.keys import Keyed

_QUOTE = '"'
_QUOTES = frozenset("\"'`´′″‴‘’‚‛“”„‟‹›«»「」『』〝〞〟＂＇ʹʺʻʼʽʾʿˈ״׳")
_DASHES = frozenset("-‐‑‒–—―−")


def fold(edge: str) -> str:
    """One folded character for each of `edge`: quotation marks, dashes and white space made alike."""
    return "".join([_fold(character) for character in edge])


def _fold(character: str) -> str:
    if character in _QUOTES:
        return _QUOTE
    if character in _DASHES:
        return "-"
    return " " if character.isspace() else character


def place(text: Keyed, low: int, high: int, lead: str, trail: str) -> tuple[int, int] | None:
    """Code point offsets of the key range low..high with its edges, or None.

    None when no pair of offsets cuts out exactly these key characters (an edge inside a ligature).
    """
    first, last = text.source_at(low), text.source_at(high - 1) + 1
    before = text.text[text.source_at(low - 1) + 1 if low else 0 : first]
    after = text.text[last : text.source_at(high) if high < text.total else len(text.text)]
    start = first - _taken(before[::-1], lead[::-1])
    end = last + _taken(after, trail)
    if text.key_at(start) != low or text.key_at(end) != high:
        return None
    return start, end


def place_between(text: Keyed, key: int, edge: str, clip: tuple[int, int]) -> tuple[int, int] | None:
    """Offsets of a span that is all punctuation and stands before the key character at `key`, or None.

    None when `edge` doesn't occur there exactly once. `clip`: code points outside which it can't lie.
    """
    low = max(clip[0], text.source_at(key - 1) + 1 if key else 0)
    high = min(clip[1], text.source_at(key) if key < text.total else len(text.text))
    gap = fold(text.text[low:high])
    at = gap.find(edge)
    if at < 0 or gap.find(edge, at + 1) >= 0:
        return None
    return low + at, low + at + len(edge)


def _taken(gap: str, edge: str) -> int:
    """How many characters of `gap`, read away from the key, belong to an edge.

    Quotation marks and invisible characters that the edge hasn't got are passed over but not taken unless
    more of the edge follows; white space only where the edge has some, but then any amount of it.
    """
    taken = wanted = 0
    for at, character in enumerate(gap):
        folded = _fold(character)
        if folded == " " and edge[wanted - 1 : wanted] == " ":
            taken = at + 1
            continue
        if wanted == len(edge):
            break
        found = edge.find(folded, wanted)
        if found >= 0:
            taken, wanted = at + 1, found + 1
        elif folded != _QUOTE and unicodedata.category(character) not in ("Cf", "Mn"):
            break
    return taken
