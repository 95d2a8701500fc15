"""Texts compared by their letters and digits: what survives another scrape of the same article.

The key of a text is what is left when case, quotation marks, apostrophes, punctuation, symbols, white space
and invisible characters are taken away. Two copies of one article, one of them with its quotation marks
stripped or its line breaks elsewhere, have the same key, and a position in the one is found in the other by
counting key characters. `communique-keys/1`:

- tokens are runs without white space; each Han or kana character is a token of its own, since these
  scripts have no spaces (Thai, Lao and Khmer are cut at their spaces only, so their tokens are long);
- of a token, characters of the categories L, N, Mn, Mc and Sc are kept, after compatibility decomposition
  and case folding (NFKD, casefold, NFKD); letters used as apostrophes and variation selectors are not;
- a full stop or comma between two digits is kept, because 1.5 million is not 15 million;
- tokens with nothing left are dropped.

Offsets are code points; key offsets count key characters from the start of the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

KEYS = "communique-keys/1"

_CJK = "\u3040-\u3098\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECE = re.compile(rf"\n|[{_CJK}][\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*|[^\s{_CJK}]+")
_KEPT = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Mn", "Mc", "Sc"))
_APOSTROPHE_LETTERS = frozenset("ʹʺʻʼʽʾʿˈՙꞋꞌ")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ASCII_DROPPED = {c: None for c in range(128) if not chr(c).isalnum() and chr(c) != "$"}
_DECIMAL = re.compile(r"\d[.,]\d")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][^\w\s]*$")


@lru_cache(maxsize=1 << 16)
def token_key(token: str) -> str:
    """The key of one token; empty when it holds no letter, digit or currency sign."""
    if token.isascii() and not _DECIMAL.search(token):
        return token.lower().translate(_ASCII_DROPPED)
    return key_sources(token)[0]


@lru_cache(maxsize=1 << 14)
def key_sources(token: str) -> tuple[str, tuple[int, ...]]:
    """The key of one token and, for each key character, the index in `token` that it came from."""
    kept: list[str] = []
    sources: list[int] = []
    for at, character in enumerate(token):
        if character in ".,":
            if token[at - 1 : at].isdigit() and token[at + 1 : at + 2].isdigit():
                kept.append(character)
                sources.append(at)
            continue
        if (
            unicodedata.category(character) not in _KEPT
            or character in _APOSTROPHE_LETTERS
            or _VARIATION.match(character)
        ):
            continue
        folded = unicodedata.normalize("NFKD", character).casefold()
        for part in unicodedata.normalize("NFKD", folded):
            if unicodedata.category(part) in _KEPT:
                kept.append(part)
                sources.append(at)
    # All parts are decomposed already, so this only puts combining marks in canonical order: the length
    # and, to within one base character's marks, the sources stay right.
    return unicodedata.normalize("NFD", "".join(kept)), tuple(sources)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A text's tokens and key offsets. Token ranges are half-open and 0-based.

    `starts`, `ends`: code point offsets of each token. `whole`: all keys joined. `bounds[t]`: key offset
    where token t starts, with the total at the end. `paragraphs`: token ranges of the lines that hold
    tokens. `sentences`: token ranges, cut after sentence-final punctuation and at line ends; every
    paragraph is a whole number of them.
    """

    text: str
    starts: list[int]
    ends: list[int]
    keys: list[str]
    whole: str
    bounds: list[int]
    paragraphs: list[tuple[int, int]]
    sentences: list[tuple[int, int]]

    @property
    def total(self) -> int:
        """Number of key characters."""
        return self.bounds[-1]

    def key(self, first: int, last: int) -> str:
        """The key of the tokens first..last-1, without boundaries."""
        return self.whole[self.bounds[first] : self.bounds[last]]

    def token_at(self, key: int) -> int:
        """The token that holds the key character at offset `key`."""
        return bisect_right(self.bounds, key) - 1

    def key_at(self, offset: int) -> int:
        """Number of key characters that come from before a code point offset."""
        token = bisect_left(self.starts, offset) - 1
        if token < 0:
            return 0
        if offset >= self.ends[token]:
            return self.bounds[token + 1]
        sources = key_sources(self.text[self.starts[token] : self.ends[token]])[1]
        return self.bounds[token] + bisect_left(sources, offset - self.starts[token])

    def source_at(self, key: int) -> int:
        """Code point offset of the character that gave the key character at offset `key`."""
        token = self.token_at(key)
        start = self.starts[token]
        return start + key_sources(self.text[start : self.ends[token]])[1][key - self.bounds[token]]


def keyed(text: str) -> Keyed:
    """Cut `text` into tokens, sentences and paragraphs. Paragraphs end at `\\n`."""
    starts: list[int] = []
    ends: list[int] = []
    keys: list[str] = []
    bounds = [0]
    line_starts = [0]
    sentence_starts = [0]
    total = 0
    for piece in _PIECE.finditer(text):
        token = piece.group()
        if token == "\n":
            if line_starts[-1] != len(keys):
                line_starts.append(len(keys))
                if sentence_starts[-1] != len(keys):
                    sentence_starts.append(len(keys))
            continue
        key = token_key(token)
        if key:
            start, end = piece.span()
            starts.append(start)
            ends.append(end)
            keys.append(key)
            total += len(key)
            bounds.append(total)
        if not token[-1].isalnum() and sentence_starts[-1] != len(keys) and _SENTENCE_END.search(token):
            sentence_starts.append(len(keys))
    paragraphs, sentences = _ranges(line_starts, keys), _ranges(sentence_starts, keys)
    return Keyed(text, starts, ends, keys, "".join(keys), bounds, paragraphs, sentences)


def _ranges(starts: list[int], keys: list[str]) -> list[tuple[int, int]]:
    edges = [*starts, len(keys)]
    return [(low, high) for low, high in pairwise(edges) if low < high]
