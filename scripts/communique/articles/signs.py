"""What a text shows of its quotation marks and apostrophes: kept, or stripped on the way here.

Both judgements add up independent observations as log-odds (naive Bayes, even prior). The weights are
assumed likelihood ratios, not estimated ones: a contraction written without its apostrophe counts as 20
times likelier in a stripped text than in one with apostrophes, a paragraph in the first person closed by
", she said" without a mark as 10 times.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from communique.articles.lexicon import words

MIN_WORDS = 40
MIN_CONFIDENCE = 0.8
_SHOWN = 4

_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’ʼ](?=[^\W\d_])|(?<=s)['’](?= [a-z])")

# Contractions that are no words without their apostrophe; so no well, were, shed, hell, ill, its, cant, wont.
_WITHOUT: dict[str, frozenset[str]] = {
    "en": words(
        "isnt arent wasnt werent dont doesnt didnt hasnt havent hadnt couldnt shouldnt wouldnt",
        "mustnt neednt aint youre theyre weve theyve youve ive im hes shes thats whats theres heres",
        "wheres whos youll theyll itll youd theyd",
    ),
    "fr": words(
        "cest jai quil quils quon quune quun daccord dun lon lun aujourdhui nest",
        "nont navait jusquà dabord dici davoir dêtre lhomme leau lavenir laccord larmée letat",
        "lannée",
    ),
    "it": words(
        "dellanno dellaltro allinizio unaltra cè nellambito dellunione dellaccordo allestero",
        "lunione laccordo",
    ),
}
_NO_APOSTROPHE_LANGUAGES = words("de es pt pl cs sv da no fi hu ru")
_PLURALS = words(
    "Mr Democrat Republican American Tory Labour Senator Minister President Oscar Olympic",
)

_MARKS = re.compile(r"[“”„«»\"「」『』]|(?<!\w)[‘'](?=\w)|(?<=[\w.,!?])[’'](?=\W|$)")
_PAIRS = re.compile(
    r"“[^”]{2,}”|„[^“”]{2,}[“”]|«[^»]{2,}»|»[^«]{2,}«|\"[^\"]{2,}\"|「[^」]+」|(?<!\w)[‘'][^‘\n]{2,}?[,.!?\w][’'](?=\W|$)"
)
_SAY = {
    "en": r"(?:said|says|told|tells|adds|added|insisted|warned|explained|argued|wrote|replied|declared)",
    "de": r"(?:sagte|sagt|erklärte|betonte|fügte|meinte|warnte|schrieb)",
    "fr": r"(?:a dit|a déclaré|a affirmé|a ajouté|dit-il|dit-elle|déclare|affirme|explique|ajoute)",
    "es": r"(?:dijo|afirmó|declaró|añadió|aseguró|explicó|señaló|dice)",
    "it": r"(?:ha detto|ha dichiarato|ha aggiunto|ha affermato|dice|spiega|afferma)",
}
_FIRST_PERSON = {
    "en": r"\b(?:I|we|We|our|Our|my|My|us|me|lets|Let us)\b",
    "de": r"\b(?:[Ii]ch|[Ww]ir|[Uu]ns(?:er\w*)?|[Mm]ein\w*)\b",
    "fr": r"\b(?:[Jj]e|[Nn]ous|[Nn]otre|[Nn]os|[Mm]on|[Mm]es)\b",
    "es": r"\b(?:[Nn]osotros|[Nn]uestr[oa]s?|[Yy]o|[Vv]amos|[Tt]enemos|[Hh]emos|[Ss]omos)\b",
    "it": r"\b(?:[Nn]oi|[Nn]ostr[oaie]|[Ii]o|[Aa]bbiamo|[Ss]iamo|[Dd]obbiamo)\b",
}


@dataclass(frozen=True)
class Judgement:
    """A value with the probability assigned to it; `unknown` always has confidence 0."""

    value: str
    confidence: float
    evidence: str


def unknown(reason: str) -> Judgement:
    return Judgement("unknown", 0.0, reason)


def judge(log_odds: float, yes: str, no: str, evidence: str) -> Judgement:
    """`yes` for positive log-odds, `no` for negative, `unknown` below MIN_CONFIDENCE; capped at 0.99."""
    confidence = min(0.99, 1 / (1 + math.exp(-abs(log_odds))))
    if confidence < MIN_CONFIDENCE:
        return unknown(f"not enough either way: {evidence}")
    return Judgement(yes if log_odds > 0 else no, round(confidence, 2), evidence)


def apostrophes(text: str, language: str | None) -> Judgement:
    """Whether apostrophes were kept or stripped, from contractions and genitives with and without them."""
    count = len(text.split())
    if count < MIN_WORDS:
        return unknown(f"the text is too short: {count} words, at least {MIN_WORDS} needed")
    kept = [text[max(0, m.start() - 8) : m.end() + 3] for m in _APOSTROPHE.finditer(text)]
    bare = _contractions(text, language)
    orphans = _orphan_genitives(text) if language == "en" else Counter()
    if not kept and not bare and not orphans:
        if language in _NO_APOSTROPHE_LANGUAGES:
            return unknown(f"the text has none, and the language ({language}) rarely needs one")
        return unknown("no apostrophe, and no word that lacks one")
    log_odds = 3.0 * bare.total() + 1.0 * min(orphans.total(), 6) - 3.0 * len(kept)
    parts = [
        _shown(bare, "contractions without apostrophe"),
        _shown(orphans, "names with an orphaned genitive s"),
        f"{len(kept)} apostrophes inside words",
    ]
    return judge(log_odds, "stripped", "kept", "; ".join(part for part in parts if part))


def quotation_marks(paragraphs: Sequence[str], language: str | None) -> Judgement:
    """Whether quotation marks were kept or stripped, from the marks and from quotations that lack them."""
    count = sum(len(paragraph.split()) for paragraph in paragraphs)
    if count < MIN_WORDS:
        return unknown(f"the text is too short: {count} words, at least {MIN_WORDS} needed")
    pairs = sum(len(_PAIRS.findall(paragraph)) for paragraph in paragraphs)
    if language is not None and language not in _SAY and not pairs:
        return unknown(
            f"no quotation marks, and no rule for unmarked quotations in this language ({language})"
        )
    bare = [paragraph for paragraph in paragraphs if not _MARKS.search(paragraph)]
    quotes = [sample for paragraph in bare if (sample := _unmarked(paragraph, language or "en"))]
    if not pairs and not quotes:
        return unknown("no quotation marks, and nothing that reads like a quotation without them")
    evidence = (
        f"{pairs} marked quotations; {len(quotes)} in the first person with a verb of saying and no marks"
    )
    if quotes:
        evidence += ": " + " | ".join(quotes[:2])
    return judge(2.3 * len(quotes) - 3.0 * pairs, "stripped", "kept", evidence)


def _contractions(text: str, language: str | None) -> Counter[str]:
    known = _WITHOUT.get(language or "en", frozenset())
    return Counter(word for word in re.findall(r"[^\W\d_]+", text) if word.lower() in known)


def _orphan_genitives(text: str) -> Counter[str]:
    """Names that also occur without their final s, before a lower-case word and after no article."""
    tokens = re.findall(r"[^\W\d_]+|[^\w\s]", text)
    names = {token for token in tokens if token[:1].isupper()}
    found: Counter[str] = Counter()
    for before, token, after in zip([".", *tokens], tokens, tokens[1:], strict=False):
        stem = token[:-1]
        if (
            token.endswith("s")
            and stem in names
            and token[0].isupper()
            and len(stem) > 2
            and stem not in _PLURALS
            and not re.search(r"(?:an|[^aeiou]i|ese|er|or|ist|crat)$", stem)
            and before.lower() not in {"the", "many", "some", "two", "all", "these", "those", "of"}
            and after.islower()
            and after
            not in {"and", "or", "are", "were", "have", "in", "of", "who", "to", "said", "say", "will"}
        ):
            found[token] += 1
    return found


def _unmarked(paragraph: str, language: str) -> str | None:
    """The end of a quotation without marks: first person, and a comma before a verb of saying near a name."""
    say = _SAY[language]
    if not re.search(_FIRST_PERSON[language], paragraph):
        return None
    for match in re.finditer(rf", (?:[^\s,.]+ ){{0,8}}?(?:[^,.]+, )?{say}\b", paragraph):
        if not re.search(rf"\b{say}\b", paragraph[: match.start()]):
            return "…" + paragraph[max(0, match.start() - 40) : match.end()] + "…"
    return None


def _shown(found: Counter[str], what: str) -> str:
    if not found:
        return ""
    words = ", ".join(word for word, _ in found.most_common(_SHOWN))
    return f"{found.total()} {what} ({words})"
