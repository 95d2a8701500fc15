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
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from editing import (
    corrected_copy,
    doubled_words,
    drop_paragraphs,
    drop_sentences,
    headline,
    little,
    move_sentence,
    nearly_copied,
    negate,
    paragraph_twice,
    printed_twice,
    pull_quote,
    renumber,
    renumber_some,
    replaced_by_copy,
    shuffle_sentences,
    summary,
    swap_clauses,
    swap_ends,
    swap_names,
    swap_speakers,
    teasers,
    without_repetition,
)
from planting import (
    Document,
    copy_of,
    monotonous,
    of_many_kinds,
    planted,
    text_of,
)
from reanchor import (
    Article,
    Truth,
    cells,
    generate,
    join,
    letters,
    line_of,
    read_brat,
    restyle,
    shuffle,
    strip_quotes,
    wrap,
)
from scraping import (
    adverts,
    compatible,
    decompose,
    drop_captions,
    ellipses,
    entities,
    half,
    hyphenate,
    invisible,
    lost_characters,
    lower,
    merge,
    misread,
    mojibake,
    reverse,
    run_together,
    spaces,
    split,
    tags,
    truncate,
    upper,
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
