"""Whether an article's paragraphs still stand in the order in which they were written.

News introduces people in full and then goes on with the surname: "Pavlo Klimkin, the former minister"
comes before "Klimkin said". For a name whose full form and m paragraphs with the surname alone are put in
random order, the full form comes first with probability 1 / (m + 1); in the written order nearly always.
The log-likelihood ratios of all names are added, and those of three observations on the layout: where a
standfirst stands, where a dateline stands, and whether the first paragraph points back. Even prior.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from communique.articles.signs import Judgement, judge, unknown

MIN_PARAGRAPHS = 4
# Measured on edited news in its written order: full form first for 9 names of 10.
_FULL_FIRST = 0.9
_MAX_NAMES = 8

# Languages that write only names with capitals and put the given name first.
_LANGUAGES = frozenset("en fr es it pt nl sv da no pl cs ro ca".split())
_TITLES = frozenset(
    "President Prime Minister Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lord Lady Baroness King Queen Prince Princess "
    "Pope Senator Sen Rep Representative Congressman Congresswoman Governor Gov Mayor Judge Justice General Gen Colonel "
    "Col Captain Lieutenant Major Sergeant Secretary Chancellor Ambassador Director Chairman Chief Attorney Speaker "
    "Commissioner Detective Officer Pastor Rev Reverend Bishop Cardinal Sheikh Ayatollah Vice Former New North South "
    "East West Great United San Los Las Saint St The A An In On At But And For From With By After Before When While As "
    "If He She It They We I You This That These Those What Who Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "January February March April May June July August September October November December".split()
)
_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z](?: [A-Z]\.)?(?: (?:de|da|van|von|der|al|el|bin|ben|la|le|di))?(?: [A-Z][\w’'-]*[a-z]){1,2}\b")
_DATELINE = re.compile(r"[A-Z][A-Z .,'-]{2,30}(?:, [A-Z][\w. ]+)?(?: \((?:Reuters|AP|AFP|dpa|UPI|Xinhua)[^)]*\))? ?[—–-]+ ")
_BACKWARD = re.compile(r"(?:He|She|They|His|Her|Their|It|That|This|Those|These|But|And|However|Meanwhile|The (?:two|pair|move))\b")


def paragraph_order(paragraphs: Sequence[str], language: str | None, standfirst_at: float | None = None) -> Judgement:
    """The judgement on the body's `paragraphs`.

    `standfirst_at` is the position of a standfirst among all running lines, 0 for the first and 1 for the
    last, None without one.
    """
    if len(paragraphs) < MIN_PARAGRAPHS:
        return unknown(f"the text is too short: {len(paragraphs)} paragraphs, at least {MIN_PARAGRAPHS} needed")
    log_odds, notes = 0.0, []
    if standfirst_at is not None:
        share = 1 / len(paragraphs)
        early = standfirst_at <= 2 * share
        log_odds += math.log(max(2 * share, 0.05) / 0.9) if early else math.log((1 - 2 * share) / 0.1)
        notes.append("the standfirst stands " + ("before the text" if early else "in the middle of the text"))
    datelines = [index for index, paragraph in enumerate(paragraphs) if _DATELINE.match(paragraph)]
    if len(datelines) == 1:
        log_odds += math.log(1 / len(paragraphs) / 0.95) if datelines == [0] else math.log(0.9 / 0.05)
        notes.append("the dateline opens the text" if datelines == [0] else "the dateline stands inside the text")
    if match := _BACKWARD.match(paragraphs[0]):
        share = sum(bool(_BACKWARD.match(paragraph)) for paragraph in paragraphs) / len(paragraphs)
        log_odds += math.log(max(share, 0.05) / 0.05)
        notes.append(f"the first paragraph points back ({match.group()!r})")
    if language is None or language in _LANGUAGES:
        first, late = _introductions(paragraphs)
        odds = [math.log((1 / (m + 1)) / _FULL_FIRST) for m in first.values()]
        odds += [math.log((m / (m + 1)) / (1 - _FULL_FIRST)) for m in late.values()]
        log_odds += sum(sorted(odds, key=abs, reverse=True)[:_MAX_NAMES])
        if first or late:
            named = f" ({', '.join(sorted(late))})" if late else ""
            notes.append(f"{len(first)} names in full before the surname alone, {len(late)} after it{named}")
    elif not notes:
        return unknown(f"no rule for the order of names in this language ({language})")
    if not notes:
        return unknown("no name is given both in full and by surname, and no dateline or standfirst")
    return judge(log_odds, "shuffled", "original", "; ".join(notes))


def _introductions(paragraphs: Sequence[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Names whose full form comes first, and those whose surname alone does, each with the number of
    other paragraphs that have the surname alone."""
    full: dict[str, set[int]] = {}
    for index, paragraph in enumerate(paragraphs):
        for match in _NAME.finditer(paragraph):
            parts = match.group().split()
            while parts and parts[0] in _TITLES:
                parts = parts[1:]
            if len(parts) > 1 and not any(part in _TITLES for part in parts):
                full.setdefault(parts[-1], set()).add(index)
    first, late = {}, {}
    for surname, where in full.items():
        alone = re.compile(rf"(?:(?<![\w-] )|(?<=[a-z] )|(?<=(?:Mr|Ms|Dr) )|(?<=Mrs )|(?<=President ))\b{re.escape(surname)}(?:['’]?s)?\b(?! [A-Z])")
        places = {
            index
            for index, paragraph in enumerate(paragraphs)
            if index not in where and any(not paragraph[: m.start()].endswith((" the ", "The ")) for m in alone.finditer(paragraph))
        }
        if places:
            target = first if min(where) < min(places) else late
            target[surname] = len(places)
    return first, late
