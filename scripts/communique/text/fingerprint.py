"""What is shipped to find a withheld text again: digests of it, and checks of its spans.

Three levels, each with all of the one before it:

`none`       SHA-256 of the canonical text and a digest of its key (communique.text.keys). Spans are restored
             in a copy that differs in white space, case, punctuation and quotation marks at most.
`paragraph`  also a 64-bit digest, key length, token count and number of copies of each paragraph.
             Spans are restored in every paragraph whose key is unchanged, wherever it stands. A paragraph
             of fewer than SHORT tokens is digested together with the one before it, so that it can't be
             guessed alone.
`token`      also 8-bit digests of every token, keyed with a secret that is shared out among the
             sentences (communique.text.sharing), and a 48-bit keyed check for each span. Spans are
             restored inside changed paragraphs too.

Threat model. The reader who has the text is to find it again; the person who hasn't is to learn nothing
that helps to rebuild it.

- Digests confirm a guess. Who holds a paragraph (64 bits) or a whole sentence of at least SENTENCE tokens
  (32 bits) from elsewhere can confirm that the article holds it; who can enumerate all likely wordings of
  one can find it. Nobody enumerates ordinary prose of six words and more, but formulaic lines (a credit, a
  fixed disclaimer) can be.
- Plain token digests would let a language model guess a text from left to right, each digest choosing
  among the likely next words. Here they say nothing without the secret, and the secret needs a third of
  the article's longer sentences (two at least). Who holds these, for example from a long excerpt, gets
  the secret and may then guess at the rest in that way: choose `paragraph` or `none` where large parts
  of a text are public and the rest is not.
- Lengths are not hidden: span and paragraph offsets, and at `token` the number of words.
- Punctuation at the edge of a span is shipped, folded (any quotation mark is one character), so that the
  edge can be restored; never a letter, digit or currency sign.
- The digests are of the text itself, without salt: a salt that ships with them would add nothing.

Whether to ship any of this is the publisher's decision, not the program's.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Literal, NotRequired, TypedDict, get_args

from communique.text import sharing
from communique.text.canonical import NORMALISER, TextError, digest
from communique.text.edges import fold
from communique.text.keys import KEYS, Keyed, keyed
from communique.text.spans import SpanLike

FINGERPRINT = "communique-fingerprint/1"
SHORT = 6
SENTENCE = 8
SHARE_OF_SENTENCES = 3

Level = Literal["none", "paragraph", "token"]


class Paragraph(TypedDict):
    """One paragraph: digest (16 hex digits), number of key characters and of tokens.

    `copies`: how often its key occurs in the text, inside other paragraphs too.
    """

    digest: str
    keys: int
    tokens: int
    copies: int


class Sentence(TypedDict):
    """One sentence that holds a share: tag (8 hex digits), number of tokens, masked share."""

    tag: str
    tokens: int
    share: str


class Fingerprint(TypedDict):
    """A text's fingerprint, JSON-able. The last four keys are there at level `token` only."""

    scheme: str
    normaliser: str
    keys: str
    level: Level
    digest: str
    key_digest: str
    paragraphs: NotRequired[list[Paragraph]]
    sentences: NotRequired[list[Sentence]]
    threshold: NotRequired[int]
    secret_check: NotRequired[str]
    tokens: NotRequired[str]


class SpanCheck(TypedDict):
    """How one span is found and checked without its text, JSON-able.

    `start`, `end`: code points in the withheld text. `key`: the same in key characters. `lead`, `trail`:
    folded punctuation at the edges. `paragraph`: index of the paragraph the span starts in (from level
    `paragraph`; None when its line holds no letter or digit). From level `token`: `tokens`, first and last
    token, both included; `chars`, key offset of the span's start in the first and of its end in the last;
    `check`, a keyed digest of the span's key (12 hex digits).
    """

    start: int
    end: int
    key: list[int]
    lead: str
    trail: str
    paragraph: NotRequired[int | None]
    tokens: NotRequired[list[int]]
    chars: NotRequired[list[int]]
    check: NotRequired[str]


def fingerprint(text: str, level: Level) -> Fingerprint:
    """The fingerprint of a canonical text at a level."""
    _known(level)
    return fingerprint_of(keyed(text), level)


def fingerprint_of(source: Keyed, level: Level) -> Fingerprint:
    """`fingerprint` of a text already cut into tokens."""
    made: Fingerprint = {
        "scheme": FINGERPRINT,
        "normaliser": NORMALISER,
        "keys": KEYS,
        "level": level,
        "digest": digest(source.text),
        "key_digest": key_digest(source.whole),
    }
    if level == "none":
        return made
    made["paragraphs"] = [
        {
            "digest": paragraph_digest(source, index),
            "keys": source.bounds[last] - source.bounds[first],
            "tokens": last - first,
            "copies": source.whole.count(source.key(first, last)),
        }
        for index, (first, last) in enumerate(source.paragraphs)
    ]
    if level == "paragraph":
        return made
    own = secret_of(source.text)
    sentences = {
        source.key(first, last): last - first for first, last in source.sentences if last - first >= SENTENCE
    }
    threshold = max(2, -(-len(sentences) // SHARE_OF_SENTENCES))
    shares = sharing.split(own, list(sentences), threshold)
    made["sentences"] = [
        {"tag": sentence_tag(key), "tokens": tokens, "share": share}
        for (key, tokens), share in zip(sentences.items(), shares, strict=True)
    ]
    made["threshold"] = threshold
    made["secret_check"] = sharing.secret_check(own)
    made["tokens"] = base64.b64encode(token_digests(source, own)).decode("ascii")
    return made


def span_checks(text: str, spans: Sequence[SpanLike], level: Level) -> list[SpanCheck]:
    """One check for each span of `text`, in the order given. Only `start` and `end` of a span are read.

    Raises TextError for a span that is empty or outside the text.
    """
    _known(level)
    return span_checks_of(keyed(text), spans, level)


def span_checks_of(source: Keyed, spans: Sequence[SpanLike], level: Level) -> list[SpanCheck]:
    """`span_checks` of a text already cut into tokens."""
    own = secret_of(source.text) if level == "token" else None
    return [_check(source, span["start"], span["end"], level, own) for span in spans]


def _check(source: Keyed, start: int, end: int, level: Level, own: bytes | None) -> SpanCheck:
    text = source.text
    if not 0 <= start < end <= len(text):
        raise TextError(
            "A span does not lie in its text.",
            expected=f"0 <= start < end <= {len(text)}",
            found=f"{start}:{end}",
            mend="correct the span's offsets, or give the text that they point into",
        )
    low, high = source.key_at(start), source.key_at(end)
    made: SpanCheck = {"start": start, "end": end, "key": [low, high], "lead": "", "trail": ""}
    if low == high:
        made["lead"] = fold(text[start:end])
    else:
        made["lead"] = fold(text[start : source.source_at(low)])
        made["trail"] = fold(text[source.source_at(high - 1) + 1 : end])
    if level == "none":
        return made
    made["paragraph"] = _paragraph_at(source, start, end)
    if own is None or not source.keys:
        return made
    # A span without key characters is placed by its neighbours on both sides.
    first_key, last_key = (low, high - 1) if low < high else (max(low - 1, 0), min(low, source.total - 1))
    first, last = source.token_at(first_key), source.token_at(last_key)
    made["tokens"] = [first, last]
    made["chars"] = [low - source.bounds[first], high - source.bounds[last]]
    made["check"] = span_digest(source.whole[low:high], own)
    return made


def _paragraph_at(source: Keyed, start: int, end: int) -> int | None:
    line_start = source.text.rfind("\n", 0, start) + 1
    line_end = source.text.find("\n", start)
    line_end = len(source.text) if line_end < 0 else line_end
    for index, (first, last) in enumerate(source.paragraphs):
        if source.starts[first] < line_end and source.ends[last - 1] > line_start:
            return index
    return None


def secret_of(text: str) -> bytes:
    """The secret of a text: follows from all of it, so only its owner can compute it directly."""
    return sharing.make_secret(text.encode("utf-8"))


def key_digest(key: str) -> str:
    """128-bit digest of a whole text's key, in hex."""
    return _hex(key, b"communique-text", 16)


def paragraph_digest(source: Keyed, index: int) -> str:
    """64-bit digest of a paragraph's key; of a short one together with the paragraph before it."""
    first, last = source.paragraphs[index]
    before = source.paragraphs[index - 1][0] if index and last - first < SHORT else first
    return block_digest(source.key(first, last), source.key(before, first))


def block_digest(key: str, before: str = "") -> str:
    """64-bit digest of the key of a paragraph, wherever it stands; `before` for short paragraphs only."""
    return _hex(f"{before}\n{key}", b"communique-para", 8)


def sentence_tag(key: str) -> str:
    """32-bit digest of a sentence's key."""
    return _hex(key, b"communique-sent", 4)


def token_digests(source: Keyed, own: bytes) -> bytes:
    """One keyed byte a token."""
    of = {
        key: blake2b(key.encode("utf-8"), key=own, digest_size=1, person=b"communique-tokn").digest()
        for key in set(source.keys)
    }
    return b"".join([of[key] for key in source.keys])


def span_digest(key: str, own: bytes) -> str:
    """48-bit keyed digest of a span's key."""
    return blake2b(key.encode("utf-8"), key=own, digest_size=6, person=b"communique-span").hexdigest()


def _hex(key: str, person: bytes, size: int) -> str:
    return blake2b(key.encode("utf-8"), digest_size=size, person=person).hexdigest()


def _known(level: Any) -> None:
    if level not in get_args(Level):
        raise TextError(
            "Unknown fingerprint level.",
            expected=", ".join(get_args(Level)),
            found=repr(level),
            mend="use one of them",
        )
