"""Drifts of an adversary: what scrapes, editors and encoders do to an article, beyond those of `reanchor.py`.

    python tests/benchmarks/adversarial.py [FOLDER] [--seed N] [--rounds N]

FOLDER as for `reanchor.py`. Every character of a damaged text knows which character of the old text it came from, so
where each span went is known. An emitted span is *wrong* unless the letters in it came from the span's own letters,
all of them, in order, with no other letter between. Letters put in, also copies of the old text's own, come from
nowhere. A *copy* is a span whose own letters are gone, with most of those around them, and which was put in a copy
that was made of them: no method can tell that from a move. If what is around them is left, a copy is wrong, unless it
was put in there, with SAME letters on each side as they were. *Twins*
are those of `reanchor.py`, spans at their own place of which some letters were replaced by the same letters, and
spans of repeated text that were put where old letters, none of them a copy, surround them that are the same, lines
included, for at least as far as where their letters went, or for ENOUGH on each side if these are gone (equal
sentences that changed places: the new text says the same of either); with copies, for SAME letters, and only if their
own are gone. Last, spans of two whole lines that have changed places for all that the texts say. Texts with planted
repetitions are tried as well as texts as they are. Exit code 1 for one wrong span.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from planting import (
    Document,
    copy_of,
    lines_of,
    monotonous,
    of_many_kinds,
    of_sentences,
    planted,
    text_of,
    words_of,
)
from reanchor import (
    NAMES,
    Article,
    Truth,
    cells,
    drift,
    generate,
    join,
    letters,
    line_of,
    plain,
    read_brat,
    restyle,
    sentences,
    shuffle,
    strip_quotes,
    wrap,
)

from communique.text.fingerprint import Level, fingerprint, span_checks
from communique.text.keys import keyed
from communique.text.reanchor import reanchor

Damage = Callable[[Document, random.Random], Document]
SPACE = re.compile(r"\s")
# Code points on each side of a span whose survival makes its own place recognisable.
AROUND = 60
# Letters on each side by which a place among equal sentences is known when the span's own one is gone.
ENOUGH = 20
# Letters and line ends on each side that are looked at; so much is counted where both texts end.
LONG = 400
# The same where an equal sentence was printed over it: the text says there what it said.
SAME = 50
ADS = (
    "Sign up to our newsletter and read the news every day.",
    "ADVERTISEMENT",
    "Read more: what we know so far",
    "© 2021 All rights reserved. This story has been corrected.",
    "Share on Facebook",
    "Have you got something to say? Write to us, he said, at the address below.",
)


# -- copies ---------------------------------------------------------------------------------------------


def paragraph_twice(document: Document, rng: random.Random) -> Document:
    lines = lines_of(document)
    for _ in range(rng.randint(1, 3)):
        lines.insert(rng.randrange(len(lines) + 1), copy_of(rng.choice(lines)))
    return join(lines)


def pull_quote(document: Document, rng: random.Random) -> Document:
    """A sentence, or a part of one, printed a second time as a line of its own or inside a paragraph."""
    lines = [sentences(line) for line in lines_of(document)]
    for _ in range(rng.randint(1, 4)):
        line = rng.choice(lines)
        some = copy_of(rng.choice(line))
        found = words_of(some)
        if len(found) > 6 and rng.random() < 0.5:
            low = rng.randrange(len(found) - 5)
            some = some[found[low][0] : found[rng.randint(low + 4, len(found) - 1)][1]]
        if rng.random() < 0.5:
            lines.insert(rng.randrange(len(lines) + 1), [some])
        else:
            at = rng.choice(lines)
            at.insert(rng.randrange(len(at) + 1), [*some, (" ", None)])
    return of_sentences(lines)


def corrected_copy(document: Document, rng: random.Random) -> Document:
    """A paragraph printed again with a few of its words changed, before or after the old one."""
    lines = lines_of(document)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        again = copy_of(lines[at])
        for _ in range(rng.randint(1, 3)):
            low, high = rng.choice(words_of(again) or [(0, 0)])
            again = again[:low] + plain(rng.choice(NAMES)) + again[high:]
        lines.insert(rng.choice([at, at + 1, rng.randrange(len(lines) + 1)]), again)
    return join(lines)


def replaced_by_copy(document: Document, rng: random.Random) -> Document:
    """Sentences gone, and copies of others, which stay, in their places."""
    lines = [sentences(line) for line in lines_of(document)]
    places = [(i, j) for i, line in enumerate(lines) for j in range(len(line))]
    chosen = rng.sample(places, min(len(places) // 2 * 2, 8))
    for (i, j), (k, m) in zip(chosen[::2], chosen[1::2], strict=True):
        if keyed(text_of(lines[i][j])).whole != keyed(text_of(lines[k][m])).whole:
            lines[i][j] = copy_of(lines[k][m])
    return of_sentences(lines)


def nearly_copied(document: Document, rng: random.Random) -> Document:
    """Sentences gone, and copies of others, which stay, in their places with one word different."""
    lines = [sentences(line) for line in lines_of(document)]
    places = [(i, j) for i, line in enumerate(lines) for j in range(len(line))]
    chosen = rng.sample(places, min(len(places) // 2 * 2, 8))
    for (i, j), (k, m) in zip(chosen[::2], chosen[1::2], strict=True):
        found = words_of(lines[k][m])
        if found and keyed(text_of(lines[i][j])).whole != keyed(text_of(lines[k][m])).whole:
            low, high = rng.choice([found[0], found[-1], rng.choice(found)])
            again = copy_of(lines[k][m])
            lines[i][j] = again[:low] + plain(rng.choice(NAMES)) + again[high:] + plain(" ")
    return of_sentences(lines)


def summary(document: Document, rng: random.Random) -> Document:
    """Sentences, or parts of them, printed a second time in a list at the top, some with a word changed."""
    lines = lines_of(document)
    points = []
    for _ in range(rng.randint(2, 5)):
        some = copy_of(rng.choice(sentences(rng.choice(lines))))
        found = words_of(some)
        if len(found) > 6 and rng.random() < 0.6:
            low = rng.randrange(len(found) - 5)
            some = some[found[low][0] : found[rng.randint(low + 4, len(found) - 1)][1]]
            found = words_of(some)
        if found and rng.random() < 0.4:
            low, high = rng.choice(found)
            some = some[:low] + plain(rng.choice(NAMES)) + some[high:]
        points.append(plain(rng.choice(["• ", "- ", ""])) + some)
    return join([*points, *lines])


def printed_twice(document: Document, rng: random.Random) -> Document:
    """The whole article a second time, either of the two with a few edits."""
    words = [word for word in text_of(document).split() if len(word) > 1] + NAMES
    own, again = document, copy_of(document)
    if rng.random() < 0.5:
        own = drift(own, 0.1, words, rng)
    else:
        again = drift(again, 0.1, words, rng)
    return join([own, again] if rng.random() < 0.5 else [again, own])


def doubled_words(document: Document, rng: random.Random) -> Document:
    for low, high in sorted(rng.sample(words_of(document), 3), reverse=True):
        document = document[:high] + plain(" ") + copy_of(document[low:high]) + document[high:]
    return document


# -- edits ----------------------------------------------------------------------------------------------


def swap_names(document: Document, rng: random.Random) -> Document:
    """Two names exchanged wherever they stand: the letters are another's now."""
    text = text_of(document)
    names = [name for name, count in Counter(re.findall(r"\b[A-Z][a-z]{3,}\b", text)).items() if count > 1]
    if len(names) < 2:
        return document
    one, two = rng.sample(names, 2)
    made: Document = []
    at = 0
    for match in re.finditer(rf"\b(?:{one}|{two})\b", text):
        made += document[at : match.start()] + plain(two if match.group() == one else one)
        at = match.end()
    return made + document[at:]


def swap_speakers(document: Document, rng: random.Random) -> Document:
    """What stands beside "said" exchanged between sentences; "said" itself stays, or it would be at its own place and
    yet come from nowhere."""
    text = text_of(document)
    found = [match.span() for match in re.finditer(r"\w+(?= said\b)|(?<=\bsaid )\w+", text)]
    if len(found) < 2:
        return document
    (a, b), (c, d) = sorted(rng.sample(found, 2))
    one, two = text_of(document[a:b]), text_of(document[c:d])
    if keyed(one).whole == keyed(two).whole:
        return document
    return document[:a] + plain(two) + document[b:c] + plain(one) + document[d:]


def negate(document: Document, rng: random.Random) -> Document:
    text = text_of(document)
    found = [
        match.end()
        for match in re.finditer(r"\b(?:is|are|was|were|will|would|has|have|had|said|the)\b", text)
    ]
    for at in sorted(rng.sample(found, min(len(found), 4)), reverse=True):
        document = document[:at] + plain(" not") + document[at:]
    return document


def renumber(document: Document, rng: random.Random) -> Document:
    return [
        (str((int(character) + rng.randint(1, 9)) % 10), None)
        if character in "0123456789"
        else (character, origin)
        for character, origin in document
    ]


def move_sentence(document: Document, rng: random.Random) -> Document:
    lines = [sentences(line) for line in lines_of(document)]
    for _ in range(3):
        line = rng.choice([line for line in lines if line])
        some = line.pop(rng.randrange(len(line)))
        to = rng.choice(lines)
        to.insert(rng.randrange(len(to) + 1), [*some, (" ", None)])
    return of_sentences([line for line in lines if line])


def shuffle_sentences(document: Document, rng: random.Random) -> Document:
    lines = [sentences(line) for line in lines_of(document)]
    for line in lines:
        line[:] = [[*one, (" ", None)] for one in line]
        rng.shuffle(line)
    return of_sentences(lines)


def drop_sentences(document: Document, rng: random.Random) -> Document:
    lines = [[one for one in sentences(line) if rng.random() > 0.2] for line in lines_of(document)]
    return of_sentences([line for line in lines if line])


def drop_paragraphs(document: Document, rng: random.Random) -> Document:
    lines = lines_of(document)
    return join([line for line in lines if rng.random() > 0.3] or lines)


def is_copy(sentence: Document) -> bool:
    """Whether no letter of it is the old text's own."""
    return all(origin is None or origin < 0 for _, origin in sentence)


def without_repetition(document: Document, rng: random.Random) -> Document:
    """Of equal lines, or equal sentences, one kept: the first or the last."""
    lines = [sentences(line) if rng.random() < 0.7 else [line] for line in lines_of(document)]
    last = rng.random() < 0.5
    # A copy that is kept in the place of what it was made of is a sentence moved, and its spans are where it is.
    seen = {keyed(text_of(one)).whole for line in lines for one in line if not is_copy(one)}
    lines = [
        [one for one in line if not is_copy(one) or keyed(text_of(one)).whole not in seen] for line in lines
    ]
    seen = set()
    kept = []
    for line in lines[::-1] if last else lines:
        fresh = [one for one in line if keyed(text_of(one)).whole not in seen]
        seen |= {keyed(text_of(one)).whole for one in fresh}
        if fresh:
            kept.append(fresh)
    return of_sentences(kept[::-1] if last else kept)


def swap_ends(document: Document, rng: random.Random) -> Document:
    """The first or the last words of two sentences exchanged, of equal ones if there are: another said it."""
    lines = [sentences(line) for line in lines_of(document)]
    by_word: dict[str, list[tuple[int, int]]] = {}
    for i, line in enumerate(lines):
        for j, one in enumerate(line):
            found = words_of(one)
            if len(found) > 3:
                by_word.setdefault(keyed(text_of(one[found[1][0] : found[2][1]])).whole, []).append((i, j))
    pairs = [places for places in by_word.values() if len(places) > 1] or [
        [(i, j) for i, line in enumerate(lines) for j, one in enumerate(line) if len(words_of(one)) > 3]
    ]
    for _ in range(3):
        places = rng.choice(pairs)
        if len(places) < 2:
            continue
        (i, j), (k, m) = rng.sample(places, 2)
        at = rng.choice([0, -1])
        one, two = lines[i][j], lines[k][m]
        (a, b), (c, d) = words_of(one)[at], words_of(two)[at]
        if keyed(text_of(one[a:b])).whole != keyed(text_of(two[c:d])).whole:
            lines[i][j], lines[k][m] = one[:a] + two[c:d] + one[b:], two[:c] + one[a:b] + two[d:]
    return of_sentences(lines)


def renumber_some(document: Document, rng: random.Random) -> Document:
    """Some numbers changed: of a sentence that returns, in one of its places."""
    made: Document = []
    at = 0
    for match in re.finditer(r"\d+", text_of(document)):
        made += document[at : match.start()]
        number = document[match.start() : match.end()]
        made += plain(str(int(match.group()) + rng.randint(1, 9))) if rng.random() < 0.4 else number
        at = match.end()
    return made + document[at:]


def teasers(document: Document, rng: random.Random) -> Document:
    """Long paragraphs cut anywhere, with a word that says so."""
    made = []
    for line in lines_of(document):
        cut = len(line) > 80 and rng.random() < 0.4
        made.append(line[: rng.randint(40, len(line))] + plain("… Read more") if cut else line)
    return join(made)


def swap_clauses(document: Document, rng: random.Random) -> Document:
    """Two stretches of words exchanged, letters kept: each moved, and neither lost."""
    found = words_of(document)
    if len(found) < 40:
        return document
    at = sorted(rng.sample(range(len(found)), 4))
    a, b, c, d = (found[one][0] for one in at)
    return document[:a] + document[c:d] + document[b:c] + document[a:b] + document[d:]


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


# -- wholes ---------------------------------------------------------------------------------------------


def headline(document: Document, rng: random.Random) -> Document:
    lines = lines_of(document)
    lines[0] = plain("Der Kreml weist die Vorwürfe zurück, sagt ein Sprecher")
    return join(lines)


def little(document: Document, rng: random.Random) -> Document:
    share = rng.choice([0.01, 0.05, 0.1, 0.2])
    return drift(document, share, [word for word in text_of(document).split() if len(word) > 1] + NAMES, rng)


DAMAGES: dict[str, tuple[Damage, ...]] = {
    one.__name__: (one,)
    for one in (
        paragraph_twice, pull_quote, corrected_copy, replaced_by_copy, doubled_words, swap_names, swap_speakers, negate,
        renumber, move_sentence, shuffle_sentences, drop_sentences, swap_clauses, adverts, merge, split, drop_captions,
        reverse, half, truncate, hyphenate, decompose, compatible, invisible, spaces, entities, tags, ellipses, mojibake,
        lost_characters, lower, upper, misread, run_together, headline, nearly_copied, summary, printed_twice,
        drop_paragraphs, without_repetition, swap_ends, renumber_some, teasers,
    )
}  # fmt: skip
MORE: tuple[Damage, ...] = (
    little, little, shuffle, strip_quotes, restyle, wrap, *(one for ones in DAMAGES.values() for one in ones),
)  # fmt: skip


# -- judgement ------------------------------------------------------------------------------------------


def judge(article: Article, document: Document, level: Level, show: int = 0) -> Counter[str]:
    """Counts of spans, alive, recovered, wrong and twins."""
    text = text_of(document)
    spans = [{"start": start, "end": end} for start, end in article.spans]
    report = reanchor(fingerprint(article.text, level), span_checks(article.text, spans, level), text)
    lettered = letters(text, 0, len(text))
    origins = [document[at][1] for at in lettered]
    own = set(letters(article.text, 0, len(article.text)))
    where: dict[int, list[int]] = {}
    for rank, origin in enumerate(origins):
        if origin is not None:
            where.setdefault(origin, []).append(rank)
    counts: Counter[str] = Counter(articles=1)
    for (start, end), anchored in zip(article.spans, report.spans, strict=True):
        wanted = letters(article.text, start, end)
        counts["spans"] += 1
        alive = _alive(origins, where, wanted, own)
        counts["alive"] += alive
        if anchored.start is None or anchored.end is None:
            continue
        counts["recovered"] += 1
        low, high = bisect_left(lettered, anchored.start), bisect_left(lettered, anchored.end)
        got = origins[low:high]
        if _is(got, wanted, own):
            continue
        if any(one == other for one, other in zip(got, wanted, strict=False)):
            # At its own place, where some of its letters were replaced by equal ones.
            counts["twin"] += 1
            continue
        copied = any(one is None or one < 0 for one in got)
        if not alive and _is([None if one is None else max(one, -2 - one) for one in got], wanted, own):
            # A person could tell, if most of the letters around the span's own place are there still.
            near = letters(article.text, max(start - AROUND, 0), end + AROUND)
            if 2 * sum(letter in where for letter in near) < len(near):
                counts["copy"] += 1
                continue
            # Put in at the place of its own letters, but for a line end: the text is the old one there.
            if min(_support(article.text, start, end, text, anchored.start, anchored.end, "")) >= SAME:
                counts["twin"] += 1
                continue
        elif not (alive and copied):
            here = _support(article.text, start, end, text, anchored.start, anchored.end)
            there = (SAME, SAME) if copied else (ENOUGH, ENOUGH)
            if alive:
                rank = where[wanted[0]][0]
                there = _support(
                    article.text, start, end, text, lettered[rank], lettered[rank + len(got) - 1] + 1
                )
            if here[0] >= there[0] and here[1] >= there[1]:
                counts["twin"] += 1
                continue
        if (
            alive
            and not copied
            and _exchanged(article.text, start, end, text, anchored.start, got, lettered[where[wanted[0]][0]])
        ):
            counts["twin"] += 1
            continue
        # Found out anew for each: what is damaged is seldom wrong.
        known = [(c, None if origin is None or origin < 0 else origin) for c, origin in document]
        twin = Truth(article.text, known).twin(start, end, lettered[low:high])
        counts["twin" if twin else "wrong"] += 1
        if not twin and counts["wrong"] <= show:
            around = (
                article.text[max(start - 60, 0) : start],
                article.text[start:end],
                article.text[end : end + 60],
            )
            placed = (
                text[max(anchored.start - 60, 0) : anchored.start],
                anchored.text,
                text[anchored.end : anchored.end + 60],
            )
            print(f"    wrong, {alive=}: {around}\n       to: {placed}", file=sys.stderr)
    return counts


def _exchanged(old: str, start: int, end: int, new: str, low: int, got: list[int | None], own: int) -> bool:
    """Whether two whole lines have changed places, for all that the texts say.

    The span of an old line was put where that line stands in the new text; the letters it got are of a second old
    line, which stands in the new text where the span's own letters went. Moved words and moved lines end in one text.
    """
    second = next(origin for origin in got if origin is not None)
    return _line(old, start) == _line(new, low) != _line(new, own) == _line(old, second)


def _line(text: str, at: int) -> str:
    return keyed(text[slice(*line_of(text, at, at))]).whole


def _support(
    old: str, start: int, end: int, new: str, low: int, high: int, line_end: str = "\n"
) -> tuple[int, int]:
    """How many letters and line ends before and after are the same, text ends as endless agreement."""
    before = _lined(old[:start], line_end)[-LONG:], _lined(new[:low], line_end)[-LONG:]
    after = _lined(old[end:], line_end)[:LONG], _lined(new[high:], line_end)[:LONG]
    return _common(before[0][::-1], before[1][::-1]), _common(*after)


def _lined(text: str, line_end: str) -> str:
    return line_end.join(keyed(line).whole for line in re.split(r"\s*\n\s*", text))


def _common(one: str, two: str) -> int:
    if one == two and len(one) < LONG:
        return LONG
    return next(
        (at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )


def _is(got: list[int | None], wanted: list[int], own: set[int]) -> bool:
    """Whether letters with these origins are those wanted, in order; one may have become several."""
    # A mark that had no letter (an entity's, say) may have brought some.
    rest = [origin for origin in got if origin is None or origin in own]
    return [one for at, one in enumerate(rest) if at == 0 or one != rest[at - 1]] == wanted


def _alive(origins: list[int | None], where: dict[int, list[int]], wanted: list[int], own: set[int]) -> bool:
    """Whether the wanted letters stand somewhere in the new text, in order and without others between."""
    if not wanted or wanted[0] not in where or wanted[-1] not in where:
        return False
    return _is(origins[where[wanted[0]][0] : where[wanted[-1]][-1] + 1], wanted, own)


def trial(
    article: Article, damages: tuple[Damage, ...], rng: random.Random, level: Level = "token", show: int = 0
) -> Counter[str]:
    """Damage one article and judge what comes back."""
    document = cells(article.text)
    for damage in damages:
        document = damage(document, rng)
    return judge(article, document, level, show)


def strangers(articles: list[Article], level: Level) -> Counter[str]:
    """Each article in the place of the next: nothing may come back. Then both in one file."""
    counts: Counter[str] = Counter()
    for one, other in zip(articles, articles[1:] + articles[:1], strict=True):
        counts += judge(one, copy_of(cells(other.text)), level)
        for parts in (
            [cells(one.text), copy_of(cells(other.text))],
            [copy_of(cells(other.text)), cells(one.text)],
        ):
            counts += judge(one, join(parts), level)
    return counts


def main() -> int:
    """Run all; exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--show", type=int, default=2)
    parser.add_argument("--level", choices=["token", "paragraph"], default="token")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    sets = {"generated": generate(options.articles, rng), "monotonous": monotonous(2 * options.articles, rng)}
    if options.folder:
        sets["PolNeAR"] = read_brat(options.folder)
    kinds = {
        f"{name}, of many kinds": of_many_kinds(sets[name], rng) for name in sets if name != "monotonous"
    }
    sets |= {f"{name}, planted": [planted(one, rng) for one in articles] for name, articles in sets.items()}
    sets |= kinds
    wrong = 0
    for name, articles in sets.items():
        print(f"\n{name}: {len(articles)} articles, level {options.level}")
        print(
            f"{'damage':24}"
            + "".join(
                f"{one:>11}" for one in ("spans", "alive", "of-all", "of-alive", "wrong", "twin", "copy")
            )
        )
        rows = {kind: Counter[str]() for kind in [*DAMAGES, "several of them", "strangers"]}
        for number in range(options.rounds):
            for kind, damages in DAMAGES.items():
                for article in articles:
                    rng = random.Random(f"{options.seed} {number} {name} {kind} {article.name}")
                    rows[kind] += trial(article, damages, rng, options.level, options.show)
            for article in articles * 4:
                rng = random.Random(
                    f"{options.seed} {number} {name} several {article.name} {rows['several of them']['articles']}"
                )
                chosen = tuple(rng.choice(MORE) for _ in range(rng.randint(2, 4)))
                rows["several of them"] += trial(article, chosen, rng, options.level, options.show)
        rows["strangers"] += strangers(articles, options.level)
        for kind, counts in rows.items():
            shares = [f"{counts['recovered'] / max(counts[of], 1):.2%}" for of in ("spans", "alive")]
            figures = [
                counts["spans"],
                counts["alive"],
                *shares,
                counts["wrong"],
                counts["twin"],
                counts["copy"],
            ]
            print(
                f"{kind:24}"
                + "".join(f"{one:>11}" for one in figures)
                + ("  WRONG" if counts["wrong"] else ""),
                flush=True,
            )
            wrong += counts["wrong"]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
