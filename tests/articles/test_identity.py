"""Ids, dates and languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.articles import identity
from communique.articles.dates import parse_date, publication_date
from communique.articles.draft import ArticleError
from communique.articles.languages import language_code


def record(**said: Any) -> dict[str, Any]:
    base = {
        "url": None,
        "title": None,
        "publisher": None,
        "published_on": None,
        "text": "Talks between Norland and Sudland ended on Thursday without any deal.",
        "zones": [{"zone": "body", "start": 0, "end": 68}],
        "text_sha256": "ab" * 32,
    }
    return {**base, **said}


GUARDIAN = (
    "https://www.theguardian.com/world/2021/dec/07/joe-biden-vladimir-putin-virtual-summit-ukraine-russia"
)


@pytest.mark.parametrize(
    ("said", "article_id"),
    [
        (
            {"url": GUARDIAN, "publisher": "The Guardian", "published_on": "2021-12-07"},
            "guardian-20211207-joe-biden-vladimir-putin-virtual",
        ),
        (
            {"url": GUARDIAN, "published_on": "2021-12-07"},
            "theguardian-20211207-joe-biden-vladimir-putin-virtual",
        ),
        ({"url": "https://www.bbc.co.uk/news/world-europe-59567377"}, "bbc-undated-world-europe-59567377"),
        ({"url": "https://a.example.com/2021/talks-end.html?x=1"}, "example-undated-talks-end"),
        ({"url": "https://m.courier.example/talks-end/amp/"}, "courier-undated-talks-end"),
        ({"url": "https://courier.example/a1b2c3d4e5", "title": "Talks End"}, "courier-undated-talks-end"),
        ({"title": "Société générale: l’été"}, "unknown-undated-societe-generale-lete"),
        ({"title": "Переговоры закончились"}, "unknown-undated-peregovory-zakonchilis"),
        ({}, "unknown-undated-talks-between-norland-and"),
        ({"text": "…", "zones": [{"zone": "body", "start": 0, "end": 1}]}, "unknown-undated-abababab"),
    ],
)
def test_base_id(said: dict[str, Any], article_id: str) -> None:
    assert identity.base_id(record(**said)) == article_id


@given(st.text(max_size=80))
def test_slug_is_ascii_words_within_the_limit(text: str) -> None:
    slug = identity.slug(text)
    assert len(slug) <= identity.MAX_SLUG
    assert slug == "" or all(
        part.isascii() and part.isalnum() and part == part.lower() for part in slug.split("-")
    )
    assert identity.slug(slug) == slug


def test_slug_keeps_whole_words() -> None:
    assert identity.slug("one two three", limit=8) == "one-two"
    assert identity.slug("incomprehensibilities", limit=8) == "incompre"


def test_url_key_ignores_what_does_not_tell_articles_apart() -> None:
    same = {
        "https://www.a.example/x/",
        "http://a.example/x#top",
        "https://a.example/x?utm_source=rss&fbclid=1",
    }
    assert {identity.url_key(url) for url in same} == {"a.example/x"}
    assert identity.url_key("https://a.example/x?id=1") != identity.url_key("https://a.example/x?id=2")


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("20211207", date(2021, 12, 7)),
        ("2021-12-07", date(2021, 12, 7)),
        ("2021-12-07T23:59:00-11:00", date(2021, 12, 7)),
        ("20211207T183000Z", date(2021, 12, 7)),
        ("2021-12-07 18:30:00", date(2021, 12, 7)),
        ("Tue, 07 Dec 2021 18:30:00 GMT", date(2021, 12, 7)),
        ("1638901800", date(2021, 12, 7)),
        ("1638901800000", date(2021, 12, 7)),
        ("7 December 2021", date(2021, 12, 7)),
        ("Tuesday 7 Dec 2021 19.30 GMT", date(2021, 12, 7)),
        ("Published: December 7, 2021", date(2021, 12, 7)),
        ("03/04/2021", None),
        ("last Tuesday", None),
        ("٢٠٢١١٢٠٧", None),
    ],
)
def test_parse_date(raw: str, day: date | None) -> None:
    assert parse_date(raw) == day


@pytest.mark.parametrize("raw", ["20211332", "2021-02-30", "00000101", "31 February 2021", "20210229"])
def test_impossible_dates_are_refused(raw: str) -> None:
    with pytest.raises(ArticleError, match="impossible"):
        publication_date(raw, received_on=date(2026, 1, 1))


def test_the_future_begins_after_the_day_of_receipt() -> None:
    assert publication_date("20260101", received_on=date(2026, 1, 1)) == date(2026, 1, 1)
    with pytest.raises(ArticleError, match="in the future"):
        publication_date("20260102", received_on=date(2026, 1, 1))


@given(st.dates())
def test_dates_round_trip(day: date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(day.strftime("%Y%m%d").rjust(8, "0")) == day


def test_language_codes() -> None:
    names = ["en", "en-GB", "en_US", "English", "eng"]
    assert {language_code(name) for name in names} == {"en"}
    assert language_code("xx") is None
