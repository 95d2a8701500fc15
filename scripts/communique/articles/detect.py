"""What can be told of a file or a text by looking at it: format, language, and what the scrape has lost.

Every answer is judged from evidence and says how sure it is; what the text doesn't show stays `unknown`.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import PurePath
from typing import Any

from communique.articles import order, signs
from communique.articles.draft import Draft
from communique.articles.readers import scrape
from communique.articles.signs import Judgement

_SNIFF = 8192
_HTML = re.compile(
    r"(?i)\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|meta|title)\b",
    re.DOTALL,
)
_HTML_NAMES = frozenset({".html", ".htm", ".xhtml"})
_JSON_NAMES = frozenset({".jsonl", ".ndjson", ".json"})
_MIN_LETTERS = 60
_SAMPLE = 1500
# Enough of any article; the rest of a whole book would cost time and add nothing.
_LOOKED_AT = 100_000
_MIN_LANGUAGE = 0.9


def source_format(data: bytes, name: str) -> str:
    """`scrape`, `text`, `html` or `jsonl`, from the first 8 KiB, and the name where these don't tell."""
    head = data[:_SNIFF].decode("utf-8", "replace").lstrip("\ufeff")
    suffix = PurePath(name).suffix.lower()
    if _HTML.match(head) or (suffix in _HTML_NAMES and "<" in head):
        return "html"
    if suffix in _JSON_NAMES or _starts_json(head):
        return "jsonl"
    lines = [line for line in re.split(r"\r\n|\r|\n", head) if line]
    found = scrape.header(lines)
    return "scrape" if found and found[1] is not None else "text"


def _starts_json(head: str) -> bool:
    """True when the first line is a JSON object, or begins one that is longer than the part looked at."""
    if not re.match(r"\s*[{\[]\s*[\"{\]}]", head):
        return False
    line = head.lstrip().split("\n", 1)[0]
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return re.match(r"\s*(?:\[\s*)?\{\s*\"[^\"\n]*\"\s*:", head) is not None


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language(text: str) -> Judgement:
    """The ISO 639-1 code of the text's language by py3langid (Lui and Baldwin 2012), or `unknown`.

    `unknown` for fewer than 60 letters, a probability under 0.9, or a language that has no such code.
    """
    letters = sum(char.isalpha() for char in text[:_SAMPLE])
    if letters < _MIN_LETTERS:
        return signs.unknown(f"the text is too short: {letters} letters, at least {_MIN_LETTERS} needed")
    code, probability = _identifier().classify(text[:_SAMPLE])
    if probability < _MIN_LANGUAGE or len(code) != 2:
        return signs.unknown(f"py3langid is not sure enough: {code} {probability:.2f}")
    return Judgement(code, round(min(probability, 0.99), 2), "letter patterns (py3langid)")


def features(draft: Draft, language: str | None) -> dict[str, Judgement]:
    """`paragraph_order`, `quotation_marks` and `apostrophes` of a draft, each with its evidence.

    Judged on the zones within the first 100,000 characters, copies left out.
    """
    looked_at = [zone for zone in draft.zones if zone.duplicate_of is None and zone.end <= _LOOKED_AT]
    running = [zone for zone in looked_at if zone.zone in ("standfirst", "body")]
    body = [draft.text[zone.start : zone.end] for zone in running if zone.zone == "body"]
    if draft.order_evidence:
        ordered = Judgement("original", 0.99, draft.order_evidence)
    else:
        standing = [index for index, zone in enumerate(running) if zone.zone == "standfirst"]
        at = max(standing) / max(1, len(running) - 1) if standing else None
        ordered = order.paragraph_order(body, language, at)
    everything = "\n".join(
        draft.text[zone.start : zone.end]
        for zone in looked_at
        if zone.zone not in ("url_line", "date_line", "boilerplate")
    )
    return {
        "paragraph_order": ordered,
        "quotation_marks": signs.quotation_marks(body, language),
        "apostrophes": signs.apostrophes(everything, language),
    }


def is_running(kind: str) -> bool:
    """True for the zones without which a file holds no article."""
    return kind in ("headline", "standfirst", "body")


def blank_text(draft: Draft) -> bool:
    """True when no letter stands in a headline, standfirst or paragraph."""
    return not any(
        is_running(zone.zone) and re.search(r"[^\W\d_]", draft.text[zone.start : zone.end])
        for zone in draft.zones
    )
