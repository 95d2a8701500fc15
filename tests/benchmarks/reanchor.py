"""How many spans survive a drifting text, and whether one is ever put in the wrong place.

    python tests/benchmarks/reanchor.py [FOLDER] [--seed N] [--level token|paragraph]

FOLDER holds `text/*.txt` and brat stand-off `attributions/*.ann` (PolNeAR's layout). Without it, generated
articles only. Texts are damaged character by character with the origin of each character kept, so that
where each span went is known and not guessed. A span is

- *alive* when all its letters and digits are still there, in order, with none put in between;
- *recovered* when it was emitted; *wrong* when what was emitted is not where its letters went;
- a *twin* when the new text has another history that ends in the very same characters and agrees with what
  was emitted: the old text has several copies of its paragraph and another one was emitted; or of "the
  U.S. … the U.S. said" one of the equal ends was deleted, and part of the span is from the other. No method
  can tell these apart; they are counted, and not among the wrong.

Exit code 1 when a span is wrong or a rate is below its requirement.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from communique.text.fingerprint import Level, fingerprint, span_checks
from communique.text.keys import key_sources, keyed, token_key
from communique.text.reanchor import Report, reanchor

Cell = tuple[str, int | None]
QUOTES = "\"'’‘“”`"
SHOW_WRONG = True
DRIFTS = (0.0, 0.01, 0.05, 0.1, 0.2)
# Issue 6. The share is of the spans that are alive: of the others no letter-for-letter copy is left to find.
REQUIRED_CONDITIONS = (
    "edits only",
    "shuffled",
    "stripped",
    "restored",
    "stripped, shuffled",
    "restyled",
    "wrapped",
)
REQUIRED = {0.0: 0.97, 0.01: 0.97, 0.05: 0.97, 0.1: 0.85, 0.2: 0.85}


@dataclass
class Article:
    """A text and its spans, as start and end offsets."""

    name: str
    text: str
    spans: list[tuple[int, int]]


# -- damage ---------------------------------------------------------------------------------------------


def cells(text: str) -> list[Cell]:
    """The text's characters with their offsets."""
    return [(character, at) for at, character in enumerate(text)]


def plain(text: str) -> list[Cell]:
    """Characters that come from nowhere."""
    return [(character, None) for character in text]


def paragraphs(document: list[Cell]) -> list[list[Cell]]:
    """Lines, without their line feeds."""
    lines: list[list[Cell]] = [[]]
    for cell in document:
        if cell[0] == "\n":
            lines.append([])
        else:
            lines[-1].append(cell)
    return lines


def join(lines: Iterable[list[Cell]], separator: str = "\n") -> list[Cell]:
    """Lines put together again."""
    document: list[Cell] = []
    for line in lines:
        document += plain(separator) if document else []
        document += line
    return document


def sentences(line: list[Cell]) -> list[list[Cell]]:
    """A paragraph cut after sentence-final punctuation and white space."""
    text = "".join(character for character, _ in line)
    edges = [0, *(m.end() for m in re.finditer(r"[.!?][\"'”’]*\s+", text)), len(line)]
    return [line[a:b] for a, b in pairwise(edges) if a < b]


def edit(sentence: list[Cell], words: list[str], rng: random.Random) -> list[Cell]:
    """One random change to a sentence."""
    text = "".join(character for character, _ in sentence)
    found = [m.span() for m in re.finditer(r"\S+", text)]
    if not found:
        return sentence
    kind = rng.choices(
        ["substitute", "insert", "delete", "remove", "replace", "swap", "typo", "halve"],
        [30, 15, 15, 10, 12, 6, 6, 6],
    )[0]
    at = rng.randrange(len(found))
    low, high = found[at][0], found[min(at + rng.randrange(3), len(found) - 1)][1]
    # New words differ from all words around them; otherwise nobody could say which of two equal words is new.
    around = {token_key(text[a:b]) for a, b in found}
    fresh = [w for w in words if token_key(w) and around.isdisjoint(map(token_key, w.split()))] or [
        "xylograph"
    ]
    some = plain(" ".join(rng.choice(fresh) for _ in range(rng.randint(1, 3))))
    if kind == "substitute":
        return sentence[:low] + some + sentence[high:]
    if kind == "insert":
        return sentence[:low] + some + plain(" ") + sentence[low:]
    if kind == "delete":
        return sentence[:low] + sentence[high:]
    if kind == "remove":
        return []
    if kind == "replace":
        return plain(" ".join(rng.choice(fresh) for _ in range(rng.randint(4, 25))) + ". ")
    if kind == "swap" and at + 1 < len(found):
        (a, b), (c, d) = found[at], found[at + 1]
        if token_key(text[a:b]) == token_key(text[c:d]):
            return sentence
        return sentence[:a] + sentence[c:d] + sentence[b:c] + sentence[a:b] + sentence[d:]
    if kind == "typo":
        letter = rng.choice([c for c in "etaoin" if c not in text[low].casefold()])
        return sentence[:low] + plain(letter) + sentence[low + 1 :]
    return sentence[: found[at][1]] + plain(". ")


def drift(document: list[Cell], share: float, words: list[str], rng: random.Random) -> list[Cell]:
    """Change this share of the sentences, at least one if the share isn't 0."""
    lines = [sentences(line) for line in paragraphs(document)]
    places = [(i, j) for i, line in enumerate(lines) for j in range(len(line))]
    wanted = max(1, round(share * len(places))) if share and places else 0
    for i, j in rng.sample(places, min(wanted, len(places))):
        lines[i][j] = edit(lines[i][j], words, rng)
    return join([cell for sentence in line for cell in sentence] for line in lines)


def shuffle(document: list[Cell], rng: random.Random) -> list[Cell]:
    """Paragraphs in another order."""
    lines = paragraphs(document)
    rng.shuffle(lines)
    return join(lines)


def strip_quotes(document: list[Cell], rng: random.Random) -> list[Cell]:
    """No quotation marks and apostrophes."""
    return [cell for cell in document if cell[0] not in QUOTES]


def restyle(document: list[Cell], rng: random.Random) -> list[Cell]:
    """Curly quotation marks made straight, dashes made hyphens, spaces doubled or non-breaking."""
    to = {
        "“": '"',
        "”": '"',
        "’": "'",
        "‘": "'",
        '"': "”",
        "'": "’",
        "—": "–",
        " ": rng.choice([" ", "\xa0", "  "]),
    }
    return [(made, origin) for character, origin in document for made in to.get(character, character)]


def clutter(document: list[Cell], rng: random.Random) -> list[Cell]:
    """An advertisement put in, one paragraph missing, one printed twice, blank lines between."""
    lines = [line for line in paragraphs(document) if line]
    if len(lines) > 4:
        del lines[rng.randrange(len(lines))]
        twice = rng.choice(lines)
        lines.insert(rng.randrange(len(lines)), [(character, None) for character, _ in twice])
    lines.insert(
        rng.randrange(len(lines) + 1), plain("Sign up to our newsletter and read the news every day.")
    )
    return join(lines, "\n\n")


def wrap(document: list[Cell], rng: random.Random) -> list[Cell]:
    """Hard line breaks about every 70 characters, and none where the paragraphs were."""
    width = 0
    made: list[Cell] = []
    for character, origin in document:
        width += 1
        if character.isspace():
            character = "\n" if width > 70 else " "
            width = 0 if width > 70 else width
        made.append((character, origin))
    return made


Damage = Callable[[list[Cell], random.Random], list[Cell]]
CONDITIONS: dict[str, tuple[Damage, ...]] = {
    "edits only": (),
    "shuffled": (shuffle,),
    "stripped": (strip_quotes,),
    "restored": (),
    "stripped, shuffled": (strip_quotes, shuffle),
    "restyled": (restyle,),
    "cluttered": (clutter,),
    "cluttered, shuffled": (clutter, shuffle),
    "wrapped": (wrap,),
}


# -- truth ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def all_letters(text: str) -> list[int]:
    """Offsets of the characters of a text that have a key."""
    found = []
    for match in re.finditer(r"\S+", text):
        found += [match.start() + at for at in dict.fromkeys(key_sources(match.group())[1])]
    return found


def letters(text: str, start: int, end: int) -> list[int]:
    """Those in a range."""
    found = all_letters(text)
    return found[bisect_left(found, start) : bisect_left(found, end)]


@dataclass
class Truth:
    """Where each character of the old text went in the new one."""

    old: str
    document: list[Cell]
    text: str = ""
    goes: dict[int, int] = field(default_factory=dict)
    lettered: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = "".join(character for character, _ in self.document)
        self.goes = {origin: at for at, (_, origin) in enumerate(self.document) if origin is not None}
        self.lettered = letters(self.text, 0, len(self.text))
        self._rank = {at: rank for rank, at in enumerate(self.lettered)}

    def target(self, start: int, end: int) -> list[int] | None:
        """New offsets of a span's letters, or None when it is dead."""
        went = [self.goes.get(at) for at in letters(self.old, start, end)]
        ranks = [self._rank.get(at) if at is not None else None for at in went]
        if not ranks or None in ranks or ranks != list(range(ranks[0], ranks[0] + len(ranks))):  # type: ignore[operator, arg-type]
            return None
        return [at for at in went if at is not None]

    def twin(self, start: int, end: int, got: list[int]) -> bool:
        """Whether another history that ends in the same text agrees with what was emitted."""
        origins = [self.document[at][1] for at in got]
        wanted = letters(self.old, start, end)
        if len(origins) == len(wanted) and None not in origins:
            right = [origin == want for origin, want in zip(origins, wanted, strict=True)]
            shifts = {(o or 0) - w for o, w in zip(origins, wanted, strict=True)}
            if any(right) and len(shifts) == 2 and right in (sorted(right), sorted(right, reverse=True)):
                return True
        low, high = line_of(self.old, start, end)
        there = line_of(self.text, got[0], got[-1])
        key = keyed(self.old[low:high]).whole
        copies = sum(keyed(line).whole == key for line in self.old.split("\n"))
        return (
            copies > 1
            and keyed(self.text[slice(*there)]).whole == key
            and keyed(self.old[low:start]).whole == keyed(self.text[there[0] : got[0]]).whole
        )


def line_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of the line or lines that hold a range."""
    low, high = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return low, high if high >= 0 else len(text)


def judge(truth: Truth, spans: list[tuple[int, int]], report: Report) -> Counter[str]:
    """Counts of spans, alive, recovered, wrong, twins, off edges (right letters, other punctuation)."""
    counts: Counter[str] = Counter()
    for (start, end), anchored in zip(spans, report.spans, strict=True):
        target = truth.target(start, end)
        counts["spans"] += 1
        counts["alive"] += target is not None
        counts[anchored.status] += 1
        if anchored.start is None or anchored.end is None:
            continue
        counts["recovered"] += 1
        got = letters(truth.text, anchored.start, anchored.end)
        assert truth.text[anchored.start : anchored.end] == anchored.text
        if got != target:
            twin = truth.twin(start, end, got)
            counts["twin" if twin else "wrong"] += 1
            if not twin and SHOW_WRONG:
                print(f"    wrong: {truth.old[start:end]!r} at {start} became {anchored}", file=sys.stderr)
            continue
        kept = [truth.goes[at] for at in range(start, end) if at in truth.goes]
        if (anchored.start, anchored.end) != (kept[0], kept[-1] + 1):
            counts["edge"] += 1
    return counts


# -- texts ----------------------------------------------------------------------------------------------


def read_brat(folder: Path) -> list[Article]:
    """PolNeAR's articles with all spans of all annotators."""
    articles = []
    for path in sorted((folder / "text").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        spans = set()
        for notes in sorted((folder / "attributions").glob(f"{path.stem}*.ann")):
            for line in notes.read_text(encoding="utf-8").splitlines():
                if line.startswith("T"):
                    for piece in re.sub(r"^\S+ ", "", line.split("\t")[1]).split(";"):
                        start, end = map(int, piece.split())
                        if letters(text, start, end):
                            spans.add((start, end))
        articles.append(Article(path.stem, text, sorted(spans)))
    return articles


NAMES = [
    "Biden",
    "Putin",
    "the Kremlin",
    "Müller",
    "O’Neill",
    "Nato",
    "the U.S.",
    "l’Élysée",
    "$1.5bn",
    "Иван",
    "शर्मा",
]
ODD = [
    "👩‍👩‍👧",
    "🇺🇦",
    "e\u0301lan",
    "\u202bשלום\u202c",
    "zero\u200bwidth",
    "—",
    "word—word",
    "ﬁnal",
    "中文字",
    "don't",
    "“so-called”",
]


def generate(count: int, rng: random.Random, sentences_each: int = 34) -> list[Article]:
    """Articles of made-up words, Zipf-distributed, with names, odd characters and repeated sentences."""
    syllables = [a + b for a in "bdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er")]
    vocabulary = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(3000)]
    weights = [1 / (rank + 2) for rank in range(len(vocabulary))]
    articles = []
    for number in range(count):
        lines: list[str] = [""]
        kept: list[str] = []
        for _ in range(sentences_each):
            words = rng.choices(vocabulary, weights, k=rng.randint(3, 34))
            for at in range(len(words)):
                draw = rng.random()
                words[at] = rng.choice(NAMES) if draw < 0.1 else rng.choice(ODD) if draw < 0.12 else words[at]
            body = " ".join(words)
            sentence = (
                f"“{body},” {rng.choice(NAMES)} said." if rng.random() < 0.3 else f"{body.capitalize()}."
            )
            if len(kept) > 1 and rng.random() < 0.02:
                # Not the one just before: of two equal neighbours nobody can say which was deleted.
                sentence = rng.choice(kept[:-1])
            kept.append(sentence)
            if lines[-1] and rng.random() < 0.45:
                lines.append("")
            lines[-1] += (" " if lines[-1] else "") + sentence
        text = "\n".join(lines)
        tokens = [m.span() for m in re.finditer(r"\S+", text)]
        spans = set()
        for _ in range(100):
            at = rng.randrange(len(tokens))
            until = min(at + rng.choice([0, 0, 0, 1, 1, 2, 4, 12, 25]), len(tokens) - 1)
            start, end = tokens[at][0], tokens[until][1]
            if rng.random() < 0.3 and text[end - 1] in ".,”":
                end -= 1
            if start < end and letters(text, start, end):
                spans.add((start, end))
        articles.append(Article(f"generated-{number}", text, sorted(spans)))
    return articles


def stripped(article: Article) -> Article:
    """The article as it is after its quotation marks were stripped, with its spans."""
    document = strip_quotes(cells(article.text), random.Random(0))
    truth = Truth(article.text, document)
    spans = []
    for start, end in article.spans:
        kept = [truth.goes[at] for at in range(start, end) if at in truth.goes]
        spans.append((kept[0], kept[-1] + 1))
    return Article(article.name, truth.text, sorted(set(spans)))


# -- runs -----------------------------------------------------------------------------------------------


def trial(article: Article, share: float, condition: str, level: Level, rng: random.Random) -> Counter[str]:
    """Damage one article and re-anchor its spans."""
    words = [w for w in article.text.split() if len(w) > 1] + [n for n in NAMES for _ in range(5)]
    document = cells(article.text)
    if condition == "restored":
        # The corpus has the stripped text, the reader the one with quotation marks.
        source = stripped(article)
        back = {at: rank for rank, at in enumerate(a for a, c in enumerate(article.text) if c not in QUOTES)}
        document = [(character, back.get(at) if at is not None else None) for character, at in document]
        article = source
    document = drift(document, share, words, rng)
    for damage in CONDITIONS[condition]:
        document = damage(document, rng)
    truth = Truth(article.text, document)
    spans = [{"start": start, "end": end} for start, end in article.spans]
    source_print = fingerprint(article.text, level)
    checks = span_checks(article.text, spans, level)
    started = time.process_time()
    report = reanchor(source_print, checks, truth.text)
    spent = time.process_time() - started
    counts = judge(truth, article.spans, report)
    counts["articles"] += 1
    counts["microseconds"] += round(spent * 1e6)
    counts["closed"] += not report.opened
    return counts


def table(name: str, articles: list[Article], level: Level, seed: int) -> bool:
    """Print one table; whether every requirement of level `token` holds."""
    print(f"\n{name}: {len(articles)} articles, {sum(len(a.spans) for a in articles)} spans, level {level}")
    columns = [
        "drift",
        "spans",
        "alive",
        "of-all",
        "of-alive",
        "wrong",
        "twin",
        "edge",
        "closed",
        "ms/article",
    ]
    print(f"{'condition':20}" + "".join(f"{column:>11}" for column in columns))
    good = True
    for condition in CONDITIONS:
        for share in DRIFTS:
            rng = random.Random(f"{seed} {name} {condition} {share}")
            counts: Counter[str] = Counter()
            for article in articles:
                counts += trial(article, share, condition, level, rng)
            of_all = counts["recovered"] / counts["spans"]
            of_alive = counts["recovered"] / max(counts["alive"], 1)
            short = condition in REQUIRED_CONDITIONS and level == "token" and of_alive < REQUIRED[share]
            good = good and not counts["wrong"] and not short
            figures = [f"{share:.0%}", counts["spans"], counts["alive"], f"{of_all:.2%}", f"{of_alive:.2%}"]
            figures += [counts[name] for name in ("wrong", "twin", "edge", "closed")]
            figures.append(f"{counts['microseconds'] / counts['articles'] / 1000:.2f}")
            print(
                f"{condition:20}"
                + "".join(f"{figure:>11}" for figure in figures)
                + ("  WRONG" if counts["wrong"] else "")
                + ("  SHORT" if short else ""),
                flush=True,
            )
    return good


def speed(articles: list[Article], seed: int) -> bool:
    """Time 1,000 damaged articles, fingerprints ready, texts in memory."""
    rng = random.Random(seed)
    jobs = []
    for number in range(1000):
        article = articles[number % len(articles)]
        text = Truth(
            article.text, shuffle(drift(cells(article.text), 0.1, article.text.split(), rng), rng)
        ).text
        spans = [{"start": start, "end": end} for start, end in article.spans]
        jobs.append((article.text, spans, text))
    made, ready = timed(
        lambda: [
            (fingerprint(old, "token"), span_checks(old, spans, "token"), new) for old, spans, new in jobs
        ]
    )
    found, _ = timed(lambda: [reanchor(source, checks, new) for source, checks, new in ready])
    words = sum(len(keyed(new).keys) for _, _, new in jobs)
    print(f"\n1,000 articles, {words} tokens, 10 % drift, shuffled (wall-clock, processor seconds):")
    print(f"  fingerprints {made[0]:.2f} {made[1]:.2f}, re-anchoring {found[0]:.2f} {found[1]:.2f}")
    # Processor time, so that other work on the machine doesn't count.
    return found[1] < 10


def timed(work: Callable[[], list[Any]]) -> tuple[tuple[float, float], list[Any]]:
    """Wall-clock and processor seconds of some work, and its result."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - wall, time.process_time() - processor), result


def main() -> int:
    """Run the benchmark; exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level", choices=["token", "paragraph"], default="token")
    parser.add_argument("--generated", type=int, default=60)
    options = parser.parse_args()
    sets = {"generated": generate(options.generated, random.Random(options.seed))}
    if options.folder:
        sets["PolNeAR"] = read_brat(options.folder)
    good = [table(name, articles, options.level, options.seed) for name, articles in sets.items()]
    good.append(speed(list(sets.values())[-1], options.seed))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
