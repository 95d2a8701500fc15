"""Drifts of an adversary: what scrapes, editors and encoders do to an article, beyond those of `reanchor.py`.

    python tests/benchmarks/adversarial.py [FOLDER] [--seed N] [--rounds N]

FOLDER as for `reanchor.py`. Every character of a damaged text knows which character of the old text it came from, so
where each span went is known. An emitted span is *wrong* unless the letters in it came from the span's own letters,
all of them, in order, with no other letter between. Letters put in, also copies of the old text's own, come from
nowhere. A *copy* is a span whose own letters are gone, with most of those around them, and which was put in a copy
that was made of them: no method can tell that from a move. If what is around them is left, a copy is wrong. *Twins*
are those of `reanchor.py`, spans at their own place of which some letters were replaced by the same letters, and
spans of repeated text that were put where old letters, none of them a copy, surround them that are the same, lines
included, for at least as far as where their letters went, or for ENOUGH on each side if these are gone (equal
sentences that changed places: the new text says the same of either); with copies, for SAME letters, and only if their
own are gone. Texts with planted repetitions are tried as well as texts as they are. Exit code 1 for one wrong span.
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

from reanchor import (
    NAMES,
    Article,
    Cell,
    Truth,
    cells,
    drift,
    generate,
    join,
    letters,
    paragraphs,
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

Document = list[Cell]
Damage = Callable[[Document, random.Random], Document]
SPACE = re.compile(r"\s")
# Code points on each side of a span whose survival makes its own place recognisable.
AROUND = 60
# Letters on each side by which a place among equal sentences is known when the span's own one is gone.
ENOUGH = 20
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


def text_of(document: Document) -> str:
    return "".join(character for character, _ in document)


def copy_of(document: Document) -> Document:
    """The same letters, marked as copies: -2 - origin."""
    return [(c, None if origin is None else min(origin, -2 - origin)) for c, origin in document]


def words_of(document: Document) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\S+", text_of(document))]


def _lines(document: Document) -> list[Document]:
    return [line for line in paragraphs(document) if line]


def _of_sentences(lines: list[list[Document]]) -> Document:
    return join([cell for one in line for cell in one] for line in lines)


# -- copies ---------------------------------------------------------------------------------------------


def paragraph_twice(document: Document, rng: random.Random) -> Document:
    lines = _lines(document)
    for _ in range(rng.randint(1, 3)):
        lines.insert(rng.randrange(len(lines) + 1), copy_of(rng.choice(lines)))
    return join(lines)


def pull_quote(document: Document, rng: random.Random) -> Document:
    """A sentence, or a part of one, printed a second time as a line of its own or inside a paragraph."""
    lines = [sentences(line) for line in _lines(document)]
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
    return _of_sentences(lines)


def corrected_copy(document: Document, rng: random.Random) -> Document:
    """A paragraph printed again with a few of its words changed, before or after the old one."""
    lines = _lines(document)
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
    lines = [sentences(line) for line in _lines(document)]
    places = [(i, j) for i, line in enumerate(lines) for j in range(len(line))]
    chosen = rng.sample(places, min(len(places) // 2 * 2, 8))
    for (i, j), (k, m) in zip(chosen[::2], chosen[1::2], strict=True):
        if keyed(text_of(lines[i][j])).whole != keyed(text_of(lines[k][m])).whole:
            lines[i][j] = copy_of(lines[k][m])
    return _of_sentences(lines)


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
    """What stands around "said" exchanged between sentences."""
    text = text_of(document)
    found = [match.span() for match in re.finditer(r"\w+ said|said \w+", text)]
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
    lines = [sentences(line) for line in _lines(document)]
    for _ in range(3):
        line = rng.choice([line for line in lines if line])
        some = line.pop(rng.randrange(len(line)))
        to = rng.choice(lines)
        to.insert(rng.randrange(len(to) + 1), [*some, (" ", None)])
    return _of_sentences([line for line in lines if line])


def shuffle_sentences(document: Document, rng: random.Random) -> Document:
    lines = [sentences(line) for line in _lines(document)]
    for line in lines:
        line[:] = [[*one, (" ", None)] for one in line]
        rng.shuffle(line)
    return _of_sentences(lines)


def drop_sentences(document: Document, rng: random.Random) -> Document:
    lines = [[one for one in sentences(line) if rng.random() > 0.2] for line in _lines(document)]
    return _of_sentences([line for line in lines if line])


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
    lines = _lines(document)
    for _ in range(rng.randint(2, 6)):
        if rng.random() < 0.6:
            lines.insert(rng.randrange(len(lines) + 1), plain(rng.choice(ADS)))
        else:
            at = rng.randrange(len(lines))
            low, _ = rng.choice(words_of(lines[at]) or [(0, 0)])
            lines[at] = lines[at][:low] + plain(f"{rng.choice(ADS)} ") + lines[at][low:]
    return join(lines)


def merge(document: Document, rng: random.Random) -> Document:
    return join(_lines(document), rng.choice([" ", "  ", "\u2029", " • "]))


def split(document: Document, rng: random.Random) -> Document:
    """Each sentence a paragraph; some broken in the middle."""
    made = []
    for line in _lines(document):
        for one in sentences(line):
            found = words_of(one)
            if len(found) > 8 and rng.random() < 0.3:
                at = found[rng.randrange(3, len(found) - 3)][0]
                made += [one[:at], one[at:]]
            else:
                made.append(one)
    return join(made)


def drop_captions(document: Document, rng: random.Random) -> Document:
    lines = _lines(document)
    kept = [line for line in lines if len(words_of(line)) > 12]
    return join(kept or lines)


def reverse(document: Document, rng: random.Random) -> Document:
    return join(_lines(document)[::-1])


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
    lines = _lines(document)
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
        lost_characters, lower, upper, misread, run_together, headline,
    )
}  # fmt: skip
MORE: tuple[Damage, ...] = (
    little, little, shuffle, strip_quotes, restyle, wrap, *(one for ones in DAMAGES.values() for one in ones),
)  # fmt: skip


# -- planted repetition ---------------------------------------------------------------------------------


def planted(article: Article, rng: random.Random) -> Article:
    """The article with some of its sentences and paragraphs standing in it several times, spans in each copy."""
    lines = [sentences(line) for line in _lines(cells(article.text))]
    for _ in range(rng.randint(2, 5)):
        line = rng.choice(lines)
        if rng.random() < 0.3:
            lines.insert(rng.randrange(len(lines) + 1), [list(one) for one in line])
        else:
            to = rng.choice(lines)
            to.insert(rng.randrange(len(to) + 1), [*rng.choice(line), (" ", None)])
    return _article(article, _of_sentences(lines))


def _article(article: Article, document: Document) -> Article:
    text = text_of(document)
    places: dict[int, list[int]] = {}
    for at, (_, origin) in enumerate(document):
        if origin is not None:
            places.setdefault(origin, []).append(at)
    spans = set()
    for start, end in article.spans:
        for low in places.get(start, ()):
            for high in places.get(end - 1, ()):
                if high - low == end - 1 - start and text[low : high + 1] == article.text[start:end]:
                    spans.add((low, high + 1))
    return Article(article.name, text, sorted(spans))


def monotonous(count: int, rng: random.Random) -> list[Article]:
    """Articles of a few words and a few sentences that return again and again, some of them nearly."""
    made = []
    for number in range(count):
        vocabulary = rng.sample(
            "the minister said no to him and her on a day in May when it was cold".split(),  # noqa: SIM905
            9,
        )
        pool = [[rng.choice(vocabulary) for _ in range(rng.randint(4, 14))] for _ in range(8)]
        lines = []
        for _ in range(rng.randint(4, 12)):
            line = []
            for _ in range(rng.randint(1, 4)):
                words = list(rng.choice(pool))
                if rng.random() < 0.4:
                    words[rng.randrange(len(words))] = rng.choice(["Biden", "Putin", "1.5", "never"])
                line.append(" ".join(words).capitalize() + ".")
            lines.append(" ".join(line))
        text = "\n".join(lines)
        found = [match.span() for match in re.finditer(r"\w\S*\w|\w", text)]
        spans = set()
        for _ in range(60):
            at = rng.randrange(len(found))
            spans.add((found[at][0], found[min(at + rng.choice([0, 0, 1, 3, 8, 20]), len(found) - 1)][1]))
        made.append(Article(f"monotonous-{number}", text, sorted(spans)))
    return made


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
            there = (
                text[max(anchored.start - 60, 0) : anchored.start],
                anchored.text,
                text[anchored.end : anchored.end + 60],
            )
            print(f"    wrong, {alive=}: {around}\n       to: {there}", file=sys.stderr)
    return counts


def _support(old: str, start: int, end: int, new: str, low: int, high: int) -> tuple[int, int]:
    """How many letters and line ends before and after are the same, text ends as endless agreement."""
    before = _lined(old[max(start - 600, 0) : start]), _lined(new[max(low - 600, 0) : low])
    after = _lined(old[end : end + 600]), _lined(new[high : high + 600])
    return _common(before[0][::-1], before[1][::-1]), _common(*after)


def _lined(text: str) -> str:
    return "\n".join(keyed(line).whole for line in re.split(r"\s*\n\s*", text))


def _common(one: str, two: str) -> int:
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
    sets |= {f"{name}, planted": [planted(one, rng) for one in articles] for name, articles in sets.items()}
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
