"""Whether an article's paragraphs still stand in the order in which they were written.

News introduces people in full and then goes on with the surname: "Pavlo Klimkin, the former minister"
comes before "Klimkin said". For a name whose full form and m paragraphs with the surname alone are put in
random order, the full form comes first with probability 1 / (m + 1); in the written order nearly always
when the full form is an introduction (says who that is), and mostly for a full name without one, since
papers begin with "Trump" and "Putin" as well. The log-likelihood ratios of all names are added, and those
of three observations on the layout: where a standfirst stands, where an agency's dateline stands, and
whether the first paragraph points back. Even prior.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from communique.articles.lexicon import words
from communique.articles.signs import Judgement, judge, unknown

MIN_PARAGRAPHS = 4
# Assumed shares of names whose full form comes first in edited news: as an introduction, and without one
# (famous people are often named by surname first, so a full name that introduces nobody says little).
# Chosen so that edited articles are seldom called shuffled; not estimated on a held-out corpus.
_INTRODUCED_FIRST = 0.95
_FULL_FIRST = 0.5
_MAX_NAMES = 8

# Languages that write only names with capitals and put the given name first.
_LANGUAGES = words("en fr es it pt nl sv da no pl cs ro ca")
_TITLES = words(
    "President Prime Minister Mr Mrs Ms Miss Dr Prof Professor Sir Dame Lord Lady Baroness King",
    "Queen Prince Princess Pope Senator Sen Rep Representative Congressman Congresswoman",
    "Governor Gov Mayor Judge Justice General Gen Colonel Col Captain Lieutenant Major Sergeant",
    "Secretary Chancellor Ambassador Director Chairman Chief Attorney Speaker Commissioner",
    "Detective Officer Pastor Rev Reverend Bishop Cardinal Sheikh Ayatollah Vice Former New",
    "North South East West Great United San Los Las Saint St The A An In On At But And For From",
    "With By After Before When While As If He She It They We I You This That These Those What",
    "Who Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April",
    "May June July August September October November December",
)
_NAME = re.compile(
    r"\b[A-Z][\w’'-]*[a-z](?: [A-Z]\.)?(?: (?:de|da|van|von|der|al|el|bin|ben|la|le|di))?"
    r"(?: [A-Z][\w’'-]*[a-z]){1,2}\b"
)
_ROLE = re.compile(
    r"\b(?:spokes(?:man|woman|person)|minister|president|premier|chancellor|advis[eo]r|director|leader|chief|secretary|"
    r"ambassador|envoy|senator|lawmaker|deputy|analyst|professor|expert|candidate|attorney|lawyer|officer|manager|"
    r"founder|executive|editor|author|activist|governor|mayor|head|chair(?:man|woman)?|commander|general|colonel|diplomat|"
    r"negotiator|official|scientist|economist|researcher|ministre|porte-parole|ministro|"
    r"portavoz|portavoce|presidente),? $"
)
_APPOSED = re.compile(
    r", (?:\d\d,|(?:the|a|an|who|whose|head|chief|le|la|el|il|une?) |[a-z]+ (?:of|for|at) )"
)
_DATELINE = re.compile(r"[A-Z][A-Za-z .,'-]{2,40} \((?:Reuters|AP|AFP|dpa|UPI|Xinhua|EFE|ANSA)\) ?[—–-]+ ")
_BACKWARD = re.compile(
    r"(?:He|She|They|His|Her|Their|It|That|This|Those|These|But|And|However|Meanwhile|The (?:two|pair))\b"
)


_Names = dict[str, tuple[int, float]]


def paragraph_order(
    paragraphs: Sequence[str], language: str | None, standfirst_at: float | None = None
) -> Judgement:
    """The judgement on the body's `paragraphs`.

    `standfirst_at` is the position of a standfirst among all running lines, 0 for the first and 1 for the
    last, None without one.
    """
    if len(paragraphs) < MIN_PARAGRAPHS:
        return unknown(
            f"the text is too short: {len(paragraphs)} paragraphs, at least {MIN_PARAGRAPHS} needed"
        )
    log_odds, notes = 0.0, []
    if standfirst_at is not None:
        share = 1 / len(paragraphs)
        early = standfirst_at <= 2 * share
        log_odds += math.log(max(2 * share, 0.05) / 0.9) if early else math.log((1 - 2 * share) / 0.1)
        notes.append("the standfirst stands " + ("before the text" if early else "in the middle of the text"))
    datelines = [index for index, paragraph in enumerate(paragraphs) if _DATELINE.match(paragraph)]
    if len(datelines) == 1 and (datelines == [0] or datelines[0] > 2):
        log_odds += math.log(1 / len(paragraphs) / 0.95) if datelines == [0] else math.log(0.9 / 0.05)
        notes.append(
            "the dateline opens the text" if datelines == [0] else "the dateline stands inside the text"
        )
    if match := _BACKWARD.match(paragraphs[0]):
        share = sum(bool(_BACKWARD.match(paragraph)) for paragraph in paragraphs) / len(paragraphs)
        log_odds += math.log(max(share, 0.05) / 0.05)
        notes.append(f"the first paragraph points back ({match.group()!r})")
    if language is None or language in _LANGUAGES:
        first, late = _introductions(paragraphs)
        odds = [math.log((1 / (m + 1)) / share) for m, share in first.values()]
        odds += [math.log((m / (m + 1)) / (1 - share)) for m, share in late.values()]
        log_odds += sum(sorted(odds, key=abs, reverse=True)[:_MAX_NAMES])
        if first or late:
            named = f" ({', '.join(sorted(late))})" if late else ""
            notes.append(f"{len(first)} names in full before the surname alone, {len(late)} after it{named}")
    elif not notes:
        return unknown(f"no rule for the order of names in this language ({language})")
    if not notes:
        return unknown("no name is given both in full and by surname, and no dateline or standfirst")
    return judge(log_odds, "shuffled", "original", "; ".join(notes))


def _introductions(paragraphs: Sequence[str]) -> tuple[_Names, _Names]:
    """Names whose full form comes first, and those whose surname alone does: for each the number of other
    paragraphs with the surname alone, and the share of such names that come in full first when in order."""
    common = set(re.findall(r"\b[a-z][\w-]+", " ".join(paragraphs)))
    full: dict[str, set[int]] = {}
    introduced: dict[str, int] = {}
    for index, paragraph in enumerate(paragraphs):
        for match in _NAME.finditer(paragraph):
            parts = re.sub(r"['’]s$", "", match.group()).split()
            while parts and parts[0] in _TITLES:
                parts = parts[1:]
            if len(parts) < 2 or any(part in _TITLES or part.lower() in common for part in parts):
                continue
            full.setdefault(parts[-1], set()).add(index)
            if _ROLE.search(paragraph[: match.start()]) or _APPOSED.match(paragraph, match.end()):
                introduced.setdefault(parts[-1], index)
    first: _Names = {}
    late: _Names = {}
    for surname, where in full.items():
        alone = re.compile(rf"(?<![\w-])(?<!\bthe )(?<!\bThe ){re.escape(surname)}(?:['’]?s)?\b(?! [A-Z])")
        places = {
            index
            for index, paragraph in enumerate(paragraphs)
            if index not in where
            and surname in paragraph
            and any(_stands_alone(paragraph, m.start()) for m in alone.finditer(paragraph))
        }
        if places:
            target = first if min(where) < min(places) else late
            share = _INTRODUCED_FIRST if introduced.get(surname) == min(where) else _FULL_FIRST
            target[surname] = len(places), share
    return first, late


def _stands_alone(paragraph: str, at: int) -> bool:
    """True when no other name stands before the one at `at`; a title may."""
    before = re.search(r"([\w’'.-]+) $", paragraph[:at])
    return before is None or not before.group(1)[0].isupper() or before.group(1).rstrip(".") in _TITLES
