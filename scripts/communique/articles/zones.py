"""Zones: which function each line of an article has, decided by form, not by wording alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from communique.articles.draft import Zone

URL_LINE = re.compile(r"https?://\S+")
BYLINE = re.compile(
    r"(?:By|Von|Par|Por|Di|Door|Af|Av)\s+\w[\w.'’-]*(?:[ ,]+(?:and|und|et|y|e|&|\w[\w.'’-]*))*"
)
# "Photograph: X", "Photo by X", and, where a scraper has stripped the colon, "Photograph X" with X all names.
CREDIT = re.compile(
    r"[(\[]?(?:(?i:photo(?:graph|s)?|image|picture|illustration|credit|source|foto|crédit)s?(?: credit)?"
    r"\s*(?:by\b|:|©).*|(?:Photograph|Photo|Image)s?(?: (?:[A-Z][\w.'’/-]*|the|of|via))+[)\]]?)"
)
_CAPTION_CUE = re.compile(
    r"\b(?:Photographs?\b|Photos? by\b|(?:File |Pool |AP )?[Pp]hotos?:|Image credit|Images? by\b|"
    r"Getty ?Images|(?:AFP|Reuters|EPA|AP)/)"
)
BOILERPLATE = re.compile(
    r"(?i)(?:advertise?ment|read more\b.*|related(?: articles?| stories)?:?.*|share this.*|"
    r"sign up (?:to|for)\b.*|"
    r"follow us\b.*|subscribe\b.*|all rights reserved.*|©.*|copyright (?:©|\d{4}).*|\[\+\d+ chars\])"
)
_CLOSERS = "\"'”’»“)]"
_STOPS = ".!?…:;。！？؟।"

_REPEAT_MIN = 20
_STANDFIRST_WORDS = range(8, 41)
_HEADLINE_WORDS = range(2, 26)
_SLUG_SHARE = 0.6


def line_spans(text: str) -> list[tuple[int, int]]:
    """The spans of all lines with at least one character, line breaks left out."""
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def has_final_stop(line: str) -> bool:
    """True when the line ends as a sentence does, closing quotation marks and brackets apart."""
    return line.rstrip().rstrip(_CLOSERS).endswith(tuple(_STOPS))


def words(line: str) -> int:
    return len(line.split())


def looks_like_caption(line: str) -> bool:
    """A picture's caption: it repeats itself, or has a credit in it and, as credits do, no final full stop."""
    if len(repeats(line)) > 1:
        return True
    return not has_final_stop(line) and _CAPTION_CUE.search(line) is not None


def repeats(line: str) -> list[tuple[int, int]]:
    """The copies of which `line` consists: one span, or several when the line is one text k times over.

    White space between two copies goes to the first. Copies under 20 characters don't count.
    """
    size = len(line)
    period = (line + line).find(line, 1)
    if _REPEAT_MIN <= period < size:
        return [(at, at + period) for at in range(0, size, period)]
    if period < _REPEAT_MIN:
        return [(0, size)]
    half = size // 2
    for cut in (half, half + 1):
        first, second = line[:cut], line[cut:]
        if len(second) >= _REPEAT_MIN and first.rstrip() == second.strip():
            return [(0, cut), (cut, size)]
    return [(0, size)]


def simple_kind(line: str) -> str | None:
    """The zone of a line that its form gives away wherever it stands, or None."""
    bare = line.strip()
    if not bare or BOILERPLATE.fullmatch(bare):
        return "boilerplate"
    if URL_LINE.fullmatch(bare):
        return "url_line"
    if words(bare) <= 20 and CREDIT.fullmatch(bare) and not has_final_stop(bare):
        return "credit"
    return None


def is_byline(line: str) -> bool:
    bare = line.strip()
    return words(bare) <= 12 and not has_final_stop(bare) and BYLINE.fullmatch(bare) is not None


def standfirsts(lines: Sequence[str]) -> set[int]:
    """Which of an article's running lines are standfirsts.

    A standfirst is the sentence under the headline that sums the article up. Papers set it without a
    final full stop, and paragraphs with one; so a line of 8 to 40 words without a final stop is a
    standfirst wherever a scraper has put it. Shorter ones are crossheads and stay in the body. Where
    more than a fifth of the lines have no final stop, the missing stop says nothing, and none is taken.
    """
    open_ended = [index for index, line in enumerate(lines) if not has_final_stop(line)]
    if len(open_ended) > max(2, len(lines) // 5):
        return set()
    return {
        index
        for index in open_ended
        if words(lines[index]) in _STANDFIRST_WORDS
        and not lines[index].lstrip()[:1].islower()
        and not looks_like_caption(lines[index])
    }


def matches_slug(line: str, slug: str | None) -> bool:
    """True for a headline: no final stop, and most words of the URL's last segment are in it."""
    if not slug or has_final_stop(line) or words(line) not in _HEADLINE_WORDS:
        return False
    wanted = {part for part in slug.split("-") if len(part) > 2}
    have = set(re.findall(r"\w+", line.lower().replace("'", "").replace("’", "")))
    return len(wanted) >= 3 and len(wanted & have) >= _SLUG_SHARE * len(wanted)


def may_be_headline(line: str) -> bool:
    return words(line) in _HEADLINE_WORDS and not has_final_stop(line)


def mark_duplicates(text: str, zones: Iterable[Zone]) -> list[Zone]:
    """The zones in order, each later copy of at least 20 characters pointing at the first of its kind."""
    first: dict[tuple[str, str], int] = {}
    marked = []
    for index, zone in enumerate(sorted(zones, key=lambda zone: zone.start)):
        key = (zone.zone, text[zone.start : zone.end].strip())
        original = first.setdefault(key, index) if len(key[1]) >= _REPEAT_MIN else index
        marked.append(Zone(zone.zone, zone.start, zone.end, None if original == index else original))
    return marked


def uncovered(text: str, zones: Sequence[Zone]) -> list[tuple[int, int]]:
    """Spans of characters other than line breaks that stand in no zone; [] is the invariant of every article.

    Raises ValueError when zones overlap, are empty, out of order or reach beyond the text.
    """
    at, holes = 0, []
    for zone in zones:
        if not at <= zone.start < zone.end <= len(text):
            raise ValueError(
                f"zone {zone} overlaps its neighbour or leaves the text of {len(text)} characters"
            )
        holes.append((at, zone.start))
        at = zone.end
    holes.append((at, len(text)))
    return [(start, end) for start, end in holes if text[start:end].strip("\n")]
