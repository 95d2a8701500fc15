"""ISO 639-1 codes, and the other names by which pages and news APIs call a language."""

from __future__ import annotations

from communique.articles.lexicon import words

CODES = words(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy",
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht",
    "hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky",
    "la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny",
    "oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss",
    "st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo",
    "za zh zu",
)

# English names (GDELT, MediaCloud) and ISO 639-2/3 codes (GKG, Wikimedia) that occur in news metadata.
_OTHER_NAMES = {
    "ar": "arabic ara",
    "bg": "bulgarian bul",
    "bn": "bengali ben",
    "cs": "czech ces cze",
    "da": "danish dan",
    "de": "german deu ger",
    "el": "greek ell gre",
    "en": "english eng",
    "es": "spanish spa",
    "et": "estonian est",
    "fa": "persian farsi fas per",
    "fi": "finnish fin",
    "fr": "french fra fre",
    "he": "hebrew heb iw",
    "hi": "hindi hin",
    "hr": "croatian hrv",
    "hu": "hungarian hun",
    "id": "indonesian ind",
    "it": "italian ita",
    "ja": "japanese jpn",
    "ka": "georgian kat",
    "ko": "korean kor",
    "lt": "lithuanian lit",
    "lv": "latvian lav",
    "nl": "dutch nld dut",
    "no": "norwegian nor",
    "pl": "polish pol",
    "pt": "portuguese por",
    "ro": "romanian ron rum",
    "ru": "russian rus",
    "sk": "slovak slk",
    "sl": "slovenian slv",
    "sr": "serbian srp",
    "sv": "swedish swe",
    "th": "thai tha",
    "tr": "turkish tur",
    "uk": "ukrainian ukr",
    "ur": "urdu urd",
    "vi": "vietnamese vie",
    "zh": "chinese zho chi",
}
_BY_NAME = {name: code for code, names in _OTHER_NAMES.items() for name in names.split()}


def language_code(name: str) -> str | None:
    """`en` for `en`, `en-GB`, `en_US`, `eng` or `English`; None for a name not known here."""
    head = name.strip().lower().replace("_", "-").split("-")[0]
    return head if head in CODES else _BY_NAME.get(head)
