"""Texts in which sentences, paragraphs and lines return, exactly or nearly, for `adversarial.py`."""

from __future__ import annotations

import random
import re

from reanchor import NAMES, Article, Cell, cells, join, letters, paragraphs, plain, sentences

Document = list[Cell]


def text_of(document: Document) -> str:
    return "".join(character for character, _ in document)


def copy_of(document: Document) -> Document:
    """The same letters, marked as copies: -2 - origin."""
    return [(c, None if origin is None else min(origin, -2 - origin)) for c, origin in document]


def words_of(document: Document) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"\S+", text_of(document))]


def lines_of(document: Document) -> list[Document]:
    return [line for line in paragraphs(document) if line]


def of_sentences(lines: list[list[Document]]) -> Document:
    return join([cell for one in line for cell in one] for line in lines)


def planted(article: Article, rng: random.Random) -> Article:
    """The article with some of its sentences and paragraphs standing in it several times, spans in each copy."""
    lines = [sentences(line) for line in lines_of(cells(article.text))]
    for _ in range(rng.randint(2, 5)):
        line = rng.choice(lines)
        if rng.random() < 0.3:
            lines.insert(rng.randrange(len(lines) + 1), [list(one) for one in line])
        else:
            to = rng.choice(lines)
            to.insert(rng.randrange(len(to) + 1), [*rng.choice(line), (" ", None)])
    return _article(article, of_sentences(lines))


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


def nearly(article: Article, rng: random.Random) -> Article:
    """Sentences and paragraphs that return with another name at one end, as equal quotes of two speakers do."""
    lines = [sentences(line) for line in lines_of(cells(article.text))]
    for _ in range(rng.randint(3, 6)):
        line = rng.choice(lines)
        some = [list(one) for one in (line if rng.random() < 0.4 else [rng.choice(line)])]
        found = words_of(some[-1])
        low, high = rng.choice([found[0], found[-1], rng.choice(found)]) if found else (0, 0)
        some[-1] = some[-1][:low] + plain(rng.choice(NAMES)) + some[-1][high:] + plain(" ")
        if rng.random() < 0.5:
            lines.insert(rng.randrange(len(lines) + 1), some)
        else:
            to = rng.choice(lines)
            at = rng.randrange(len(to) + 1)
            to[at:at] = some
    return _article(article, of_sentences(lines))


def live(article: Article, rng: random.Random) -> Article:
    """A live blog: each paragraph under a time, of which some return, and a note that returns."""
    times = [f"{rng.randint(1, 12)}.{rng.randint(10, 59)}pm" for _ in range(4)]
    note = "Here is what we know so far. The Kremlin said no."
    lines = []
    for line in lines_of(cells(article.text)):
        lines.append(plain(rng.choice([f"{rng.choice(times)} GMT", rng.choice(times), "Updated at 3.15pm"])))
        if rng.random() < 0.3:
            lines.append(plain(note))
        lines.append([*plain(f"{note} "), *line] if rng.random() < 0.1 else line)
    return _spanned(_article(article, join(lines)), rng)


def tabular(article: Article, rng: random.Random) -> Article:
    """Lists and tables put in: lines of a few words, many of them equal or nearly."""
    lines = lines_of(cells(article.text))
    rows = [" ".join(rng.choices(["Ohio", "Trump", "Clinton", "45%", "44%", "Total", "no"], k=rng.randint(1, 7)))
            for _ in range(5)]  # fmt: skip
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines) + 1)
        lines[at:at] = [plain(rng.choice(rows)) for _ in range(rng.randint(4, 12))]
    return _spanned(_article(article, join(lines)), rng)


def _spanned(article: Article, rng: random.Random) -> Article:
    """With more spans, anywhere."""
    found = words_of(cells(article.text))
    spans = set(article.spans)
    for _ in range(40):
        at = rng.randrange(len(found))
        start, end = found[at][0], found[min(at + rng.choice([0, 0, 1, 2, 5, 12]), len(found) - 1)][1]
        if letters(article.text, start, end):
            spans.add((start, end))
    return Article(article.name, article.text, sorted(spans))


def of_many_kinds(articles: list[Article], rng: random.Random) -> list[Article]:
    """Each article made one of these, in turn."""
    return [(nearly, live, tabular)[at % 3](article, rng) for at, article in enumerate(articles)]


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
