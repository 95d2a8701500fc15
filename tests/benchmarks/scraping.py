"""Damages of a scrape and of an encoder, for `adversarial.py`: layout and characters."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

from planting import Document, lines_of, words_of
from reanchor import join, plain, sentences

ADS = (
    "Sign up to our newsletter and read the news every day.",
    "ADVERTISEMENT",
    "Read more: what we know so far",
    "© 2021 All rights reserved. This story has been corrected.",
    "Share on Facebook",
    "Have you got something to say? Write to us, he said, at the address below.",
)


# -- layout ---------------------------------------------------------------------------------------------


def adverts(document: Document, rng: random.Random) -> Document:
    lines = lines_of(document)
    for _ in range(rng.randint(2, 6)):
        if rng.random() < 0.6:
            lines.insert(rng.randrange(len(lines) + 1), plain(rng.choice(ADS)))
        else:
            at = rng.randrange(len(lines))
            low, _ = rng.choice(words_of(lines[at]) or [(0, 0)])
            lines[at] = lines[at][:low] + plain(f"{rng.choice(ADS)} ") + lines[at][low:]
    return join(lines)


def merge(document: Document, rng: random.Random) -> Document:
    return join(lines_of(document), rng.choice([" ", "  ", "\u2029", " • "]))


def split(document: Document, rng: random.Random) -> Document:
    """Each sentence a paragraph; some broken in the middle."""
    made = []
    for line in lines_of(document):
        for one in sentences(line):
            found = words_of(one)
            if len(found) > 8 and rng.random() < 0.3:
                at = found[rng.randrange(3, len(found) - 3)][0]
                made += [one[:at], one[at:]]
            else:
                made.append(one)
    return join(made)


def drop_captions(document: Document, rng: random.Random) -> Document:
    lines = lines_of(document)
    kept = [line for line in lines if len(words_of(line)) > 12]
    return join(kept or lines)


def reverse(document: Document, rng: random.Random) -> Document:
    return join(lines_of(document)[::-1])


def half(document: Document, rng: random.Random) -> Document:
    at = len(document) // 2
    return document[:at] if rng.random() < 0.5 else document[at:]


def truncate(document: Document, rng: random.Random) -> Document:
    return document[: min(4096, len(document) * 2 // 3)]


def hyphenate(document: Document, rng: random.Random) -> Document:
    """Set in a column: words broken at line ends with a hyphen, running heads between."""
    made: Document = []
    width = 0
    for at, cell in enumerate(document):
        width += 1
        inside = (
            0 < at < len(document) - 1 and document[at - 1][0].isalpha() and document[at + 1][0].isalpha()
        )
        if width > 60 and cell[0].isspace():
            made.append(("\n", None))
            width = 0
            if rng.random() < 0.04:
                made += plain(f"The Daily News, page {rng.randint(1, 9)}\n")
            continue
        if width > 66 and inside and cell[0].isalpha():
            made += plain("-\n")
            width = 0
        made.append(cell)
    return made


# -- characters -----------------------------------------------------------------------------------------


def _each(document: Document, change: Callable[[str], str]) -> Document:
    return [(made, origin) for character, origin in document for made in change(character)]


def decompose(document: Document, rng: random.Random) -> Document:
    return _each(document, lambda character: unicodedata.normalize("NFD", character))


def compatible(document: Document, rng: random.Random) -> Document:
    return _each(document, lambda character: unicodedata.normalize("NFKC", character))


def invisible(document: Document, rng: random.Random) -> Document:
    made: Document = []
    for character, origin in document:
        made.append((character, origin))
        if rng.random() < 0.1:
            made.append((rng.choice("\u00ad\u200b\u200d\u2060\ufeff\u200e"), None))
    return made


def spaces(document: Document, rng: random.Random) -> Document:
    return _each(document, lambda c: rng.choice(["\xa0", "\u2009", " ", "\t", "  "]) if c == " " else c)


def entities(document: Document, rng: random.Random) -> Document:
    to = {"&": "&amp;", "“": "&ldquo;", "”": "&rdquo;", "’": "&#8217;", "'": "&#x27;", '"': "&quot;", "—": "&mdash;",
          "\xa0": "&nbsp;", "é": "&eacute;", "£": "&pound;", "<": "&lt;"}  # fmt: skip
    return [(made, origin if made == c else None if c in to else origin)
            for c, origin in document for made in to.get(c, c)]  # fmt: skip


def tags(document: Document, rng: random.Random) -> Document:
    """Marks of HTML left around some words. Their letters are from nowhere."""
    made: Document = []
    at = 0
    for low, high in words_of(document):
        word = document[low:high]
        made += document[at:low] + (plain("<em>") + word + plain("</em>") if rng.random() < 0.05 else word)
        at = high
    return made + document[at:]


def ellipses(document: Document, rng: random.Random) -> Document:
    to = {"…": "...", "—": " -- ", "–": "-", "-": "‐", "“": "``", "”": "''", "«": '"', "»": '"'}
    return _each(document, lambda character: to.get(character, character))


def mojibake(document: Document, rng: random.Random) -> Document:
    def damaged(character: str) -> str:
        made = character.encode("utf-8").decode("cp1252", errors="replace")
        return made if not any(unicodedata.category(one) == "Cc" for one in made) else "\ufffd"

    return _each(document, lambda character: character if character.isascii() else damaged(character))


def lost_characters(document: Document, rng: random.Random) -> Document:
    return [(c, origin) if c.isascii() else ("?", None) for c, origin in document]


def lower(document: Document, rng: random.Random) -> Document:
    return _each(document, str.lower)


def upper(document: Document, rng: random.Random) -> Document:
    return _each(document, str.upper)


def misread(document: Document, rng: random.Random) -> Document:
    """Letters mistaken for one another by a reading machine."""
    to = {"l": "1", "O": "0", "e": "c", "n": "u", "s": "5"}
    return [(to[c], None) if c in to and rng.random() < 0.01 else (c, origin) for c, origin in document]


def run_together(document: Document, rng: random.Random) -> Document:
    """Spaces lost, and words cut."""
    made: Document = []
    for character, origin in document:
        if character == " " and rng.random() < 0.03:
            continue
        made.append((character, origin))
        if character.isalpha() and rng.random() < 0.005:
            made.append((" ", None))
    return made
