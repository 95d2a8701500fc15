"""What is detected of a text: on the real article, on an invented one, and on both after damage."""

from __future__ import annotations

import random
import re

import pytest

from communique.articles import detect, order, signs
from communique.articles.draft import Draft, ReadOptions
from communique.articles.readers import scrape, text

from .conftest import PARAGRAPHS, SEED

LONG = [
    "The regional court in Port Amber ordered a new count of the harbour vote on Monday, a week after the result.",
    "Mira Solberg, the head of the electoral office, said the count would begin at once. “We have nothing to "
    "hide,” she told reporters. “Our people did their work.”",
    "The opposition's candidate, Jonas Vidal, had asked for the count. He didn't accept the result.",
    "Solberg said the office hadn't found any fault in the papers.",
    "“I don't believe them,” Vidal said. “They're hiding something from us.”",
    "Observers from the Union of Coastal States, led by Petra Lang, a former judge, stayed in the town.",
    "Lang said her team's report would be ready in a week.",
    "Vidal's lawyers are to meet Solberg on Friday, and Lang will be there.",
]


def strip(paragraphs: list[str]) -> list[str]:
    return [re.sub("[“”\"'’]", "", paragraph) for paragraph in paragraphs]


def seen(paragraphs: list[str], language: str | None = "en") -> dict[str, str]:
    draft = text.from_text("\n".join(paragraphs) + "\n", "utf-8")
    return {name: judgement.value for name, judgement in detect.features(draft, language).items()}


def test_the_seed_is_shuffled_and_stripped_and_says_why() -> None:
    (draft,) = scrape.read(SEED.read_bytes(), "article.txt", ReadOptions())
    assert isinstance(draft, Draft)
    found = detect.features(draft, "en")
    assert {name: judgement.value for name, judgement in found.items()} == {
        "paragraph_order": "shuffled",
        "quotation_marks": "stripped",
        "apostrophes": "stripped",
    }
    assert all(0.8 <= judgement.confidence <= 0.99 for judgement in found.values())
    assert "Klimkin" in found["paragraph_order"].evidence
    assert "isnt" in found["apostrophes"].evidence
    assert "Russias" in found["apostrophes"].evidence
    assert "he said" in found["quotation_marks"].evidence


def test_an_intact_article_is_kept_and_original() -> None:
    assert seen(LONG) == {"paragraph_order": "original", "quotation_marks": "kept", "apostrophes": "kept"}


def test_the_same_article_stripped() -> None:
    assert seen(strip(LONG)) == {
        "paragraph_order": "original",
        "quotation_marks": "stripped",
        "apostrophes": "stripped",
    }


def test_marks_and_apostrophes_are_judged_apart() -> None:
    only_marks = [re.sub("[“”]", "", paragraph) for paragraph in LONG]
    assert seen(only_marks)["quotation_marks"] == "stripped"
    assert seen(only_marks)["apostrophes"] == "kept"


def test_reversed_paragraphs_are_shuffled_and_few_shuffles_pass_for_original() -> None:
    assert seen(LONG[::-1])["paragraph_order"] == "shuffled"
    orders = []
    for seed in range(30):
        paragraphs = LONG[:]
        random.Random(seed).shuffle(paragraphs)
        orders.append(seen(paragraphs)["paragraph_order"])
    assert orders.count("shuffled") > 3 * orders.count("original")


@pytest.mark.parametrize("paragraphs", [PARAGRAPHS[:1], ["Talks end."] * 3])
def test_too_short_is_unknown_with_confidence_zero_and_a_reason(paragraphs: list[str]) -> None:
    draft = text.from_text("\n".join(paragraphs), "utf-8")
    for judgement in detect.features(draft, "en").values():
        assert (judgement.value, judgement.confidence) == ("unknown", 0.0)
        assert judgement.evidence


def test_nothing_to_see_is_unknown() -> None:
    dry = ["The committee of the harbour met in the town hall and dealt with the plan for the new quay."] * 5
    assert set(seen(dry).values()) == {"unknown"}


def test_plurals_are_no_orphaned_genitives() -> None:
    plural = (
        "The Russians and the Democrats met the Americans. Democrats voted, Russians stayed away, and many a Russian "
        "Democrat was American. Senators spoke. A Senator left. Germans came, and one German went home to the coast "
        "before the end of the long night in the town."
    )
    assert signs.apostrophes(plural, "en").value == "unknown"


def test_one_slip_does_not_make_a_text_stripped() -> None:
    assert signs.apostrophes(" ".join(LONG) + " He dont care.", "en").value == "kept"


def test_a_language_without_rules_is_said_so() -> None:
    german = [
        "Die Minister aus Norland und Sudland haben ihre Gespräche am Donnerstag ohne Ergebnis beendet."
    ] * 6
    found = order.paragraph_order(german, "de")
    assert found.value == "unknown"
    assert "(de)" in found.evidence


@pytest.mark.parametrize(
    ("code", "sample"),
    [
        ("en", " ".join(PARAGRAPHS)),
        (
            "de",
            "Die Ministerinnen beider Länder haben am Donnerstag ihre Gespräche über die Fischerei ergebnislos beendet.",
        ),
        (
            "fr",
            "Les ministres des deux pays ont terminé jeudi leurs discussions sur la pêche sans parvenir à un accord.",
        ),
        ("ru", "Министры двух стран завершили в четверг переговоры о рыболовстве, не достигнув соглашения."),
    ],
)
def test_language(code: str, sample: str) -> None:
    assert detect.language(sample).value == code


@pytest.mark.parametrize("sample", ["", "Talks end", "1234567890 " * 20, "Xqz vrtk plm " * 10])
def test_language_is_not_guessed(sample: str) -> None:
    assert detect.language(sample).value == "unknown"


@pytest.mark.parametrize(
    ("data", "name", "format_"),
    [
        (b"20210304\nhttps://a.example/x\nText.", "a", "scrape"),
        (b"A caption line\r\n20210304\r\nhttps://a.example/x\r\nText.", "a", "scrape"),
        (b"20210304\nText without a URL line.", "a", "text"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>x", "a", "html"),
        (b"<p>only a fragment</p>", "a.html", "html"),
        (b"He wrote <html> in his text", "a.txt", "text"),
        (b'{"text": "x"}\n', "a.txt", "jsonl"),
        (b'{"text": "' + b"x" * 20_000 + b'"}\n', "a", "jsonl"),
        (b"[Music] The talks ended.", "a", "text"),
    ],
)
def test_source_format(data: bytes, name: str, format_: str) -> None:
    assert detect.source_format(data, name) == format_
