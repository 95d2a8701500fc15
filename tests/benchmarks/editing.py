"""Damages of an editor, for `adversarial.py`: copies, corrections, moves and cuts."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator

from planting import Document, copy_of, lines_of, of_sentences, text_of, words_of
from reanchor import NAMES, drift, join, plain, sentences

from communique.text.keys import keyed

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


def _pairs(
    lines: list[list[Document]], rng: random.Random
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Up to four pairs of sentences, each as its line and its number there."""
    places = [(i, j) for i, line in enumerate(lines) for j in range(len(line))]
    chosen = rng.sample(places, min(len(places) // 2 * 2, 8))
    return zip(chosen[::2], chosen[1::2], strict=True)


def replaced_by_copy(document: Document, rng: random.Random) -> Document:
    """Sentences gone, and copies of others, which stay, in their places."""
    lines = [sentences(line) for line in lines_of(document)]
    for (i, j), (k, m) in _pairs(lines, rng):
        if keyed(text_of(lines[i][j])).whole != keyed(text_of(lines[k][m])).whole:
            lines[i][j] = copy_of(lines[k][m])
    return of_sentences(lines)


def nearly_copied(document: Document, rng: random.Random) -> Document:
    """Sentences gone, and copies of others, which stay, in their places with one word different."""
    lines = [sentences(line) for line in lines_of(document)]
    for (i, j), (k, m) in _pairs(lines, rng):
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


def headline(document: Document, rng: random.Random) -> Document:
    lines = lines_of(document)
    lines[0] = plain("Der Kreml weist die Vorwürfe zurück, sagt ein Sprecher")
    return join(lines)


def little(document: Document, rng: random.Random) -> Document:
    share = rng.choice([0.01, 0.05, 0.1, 0.2])
    return drift(document, share, [word for word in text_of(document).split() if len(word) > 1] + NAMES, rng)
