"""The four readers, on the real first article and on invented ones; zones cover every text."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.articles import zones as z
from communique.articles.detect import source_format
from communique.articles.draft import ArticleError, Draft, ReadOptions
from communique.articles.readers import READERS
from communique.articles.readers.fields import PATHS
from communique.articles.readers.html import declared_encoding
from communique.errors import CommuniqueError
from communique.text.canonical import TextError

from .conftest import FORMS, HTML, PARAGRAPHS, RECORD, SCRAPE, SCRAPE_URL, SEED, TEXT

FORMATS = {"scrape.txt": "scrape", "text.txt": "text", "page.html": "html", "api.jsonl": "jsonl"}

# Zones of the seed article, hand-made by its first annotator: kind, start, end.
SEED_ZONES = [
    ("caption", 0, 155),
    ("caption", 155, 310),
    ("date_line", 311, 319),
    ("url_line", 320, 420),
    *[
        ("body", a, b)
        for a, b in [(421, 731), (732, 842), (843, 1036), (1037, 1279), (1280, 1702), (1703, 1812)]
    ],
    *[("body", a, b) for a, b in [(1813, 2054), (2055, 2397), (2398, 2694), (2695, 2881), (2882, 3145)]],
    *[("body", a, b) for a, b in [(3146, 3443), (3444, 3571), (3572, 3729), (3730, 3909), (3910, 4116)]],
    *[("body", a, b) for a, b in [(4117, 4310), (4311, 4562), (4563, 4868)]],
    ("standfirst", 4869, 4985),
    *[("body", a, b) for a, b in [(4986, 5129), (5130, 5368), (5369, 5610), (5611, 5923), (5924, 6169)]],
]


def one(format_: str, text: str | bytes, name: str = "file", **said: str) -> Draft:
    data = text.encode() if isinstance(text, str) else text
    (draft,) = READERS[format_](data, name, ReadOptions(**said))
    if isinstance(draft, ArticleError):
        raise draft
    return draft


def kinds(draft: Draft) -> list[str]:
    return [zone.zone for zone in draft.zones]


def test_the_seed_has_its_29_zones() -> None:
    draft = one("scrape", SEED.read_bytes())
    assert [(zone.zone, zone.start, zone.end) for zone in draft.zones] == SEED_ZONES
    assert [index for index, zone in enumerate(draft.zones) if zone.duplicate_of is not None] == [1]
    assert draft.zones[1].duplicate_of == 0
    assert draft.date_raw == "20211207"
    assert hashlib.sha256(draft.text.encode()).hexdigest().startswith("ff18771eb727ce1e")


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_recognised_by_its_content(name: str) -> None:
    assert source_format(FORMS[name].encode(), "no-suffix") == FORMATS[name]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_paragraphs_and_covers_the_text(name: str) -> None:
    draft = one(FORMATS[name], FORMS[name])
    assert [draft.text[s.start : s.end] for s in draft.zones if s.zone == "body"] == PARAGRAPHS
    assert z.uncovered(draft.text, draft.zones) == []


def test_scrape_header() -> None:
    draft = one("scrape", SCRAPE)
    assert kinds(draft)[:4] == ["caption", "caption", "date_line", "url_line"]
    assert (draft.url, draft.date_raw, draft.title) == (SCRAPE_URL, "20210304", None)


def test_scrape_headline_is_the_line_that_the_url_repeats() -> None:
    lines = SCRAPE.split("\n")
    lines.insert(5, "Harbour talks end without a deal on fishing")
    draft = one("scrape", "\n".join(lines))
    assert draft.title == "Harbour talks end without a deal on fishing"
    assert kinds(draft)[6] == "headline"


def test_scrape_without_a_caption_or_with_blank_lines() -> None:
    draft = one("scrape", "\n\n" + "\n\n".join(SCRAPE.split("\n")[1:]))
    assert kinds(draft) == ["date_line", "url_line"] + ["body"] * 5
    assert z.uncovered(draft.text, draft.zones) == []


def test_scrape_needs_its_date_line() -> None:
    with pytest.raises(ArticleError, match="not in the scrape format"):
        one("scrape", TEXT)


def test_standfirst_rule_says_nothing_where_lines_have_no_final_stops() -> None:
    lines = [line.rstrip(".") for line in PARAGRAPHS * 3]
    assert z.standfirsts(lines) == set()
    full = PARAGRAPHS * 3 + ["Ministers leave after two days without agreeing on fishing rights", "What now"]
    assert z.standfirsts(full) == {15}


@pytest.mark.parametrize("copies", [2, 3])
@pytest.mark.parametrize("gap", ["", " "])
def test_a_caption_that_repeats_itself(copies: int, gap: str) -> None:
    caption = "Boats lie in Port Amber on 4 March  Photograph Ana Ruiz"
    line = gap.join([caption] * copies)
    spans = z.repeats(line)
    if gap and copies == 3:
        assert spans == [(0, len(line))]  # only an exact repeat is split into more than two
    else:
        assert [line[a:b].strip() for a, b in spans] == [caption] * copies


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("Boats lie in Port Amber on 4 March  Photograph Ana Ruiz", True),
        ("Boats lie in Port Amber. Photo by Ana Ruiz", True),
        ("The fisheries minister, Ola Berg, in Port Amber Ana Ruiz/Getty Images", True),
        ("He took a photograph of the president.", False),
        ("Photographs of the boats were sent to Reuters on Monday.", False),
        ("The court spoke to AFP", False),
        ("a" * 5000, False),
    ],
)
def test_captions(line: str, caption: bool) -> None:
    assert z.looks_like_caption(line) is caption


def test_text_header_lines() -> None:
    draft = one("text", TEXT)
    assert kinds(draft)[:3] == ["headline", "byline", "date_line"]
    assert (draft.title, draft.byline, draft.date_raw) == (
        "Harbour talks end without a deal",
        "By Ana Ruiz",
        "4 March 2021",
    )


def test_text_wrapped_at_a_fixed_width_keeps_its_paragraphs_together() -> None:
    import textwrap

    wrapped = "\n\n".join(textwrap.fill(paragraph, 70) for paragraph in PARAGRAPHS)
    draft = one("text", wrapped)
    assert kinds(draft) == ["body"] * 5
    assert [" ".join(draft.text[s.start : s.end].split()) for s in draft.zones] == PARAGRAPHS


def test_html_metadata_and_zones() -> None:
    draft = one("html", HTML)
    assert kinds(draft) == ["headline", "standfirst", "byline"] + ["body"] * 5
    assert (draft.title, draft.byline, draft.publisher) == (
        "Harbour talks end without a deal",
        "Ana Ruiz",
        "Meridian Courier",
    )
    assert (draft.url, draft.date_raw, draft.language) == (SCRAPE_URL, "2021-03-04T10:00:00Z", "en")


def test_html_without_text() -> None:
    with pytest.raises(ArticleError, match="No text is left"):
        one(
            "html", "<!doctype html><html><head><title>x</title></head><body><script>1</script></body></html>"
        )


def test_html_declares_its_encoding() -> None:
    page = HTML.replace("utf-8", "iso-8859-1").replace("Port Amber", "Port Ämber")
    assert declared_encoding(page.encode("cp1252")) == "cp1252"
    draft = one("html", page.encode("cp1252"))
    assert "Port Ämber" in draft.text
    assert draft.encoding == "cp1252"


def test_html_keeps_an_impossible_date_for_the_ingest_to_refuse() -> None:
    draft = one("html", HTML.replace("2021-03-04T10:00:00Z", "2021-02-30"))
    assert draft.date_raw == "2021-02-30"


def test_jsonl_maps_newsapi_and_keeps_the_rest() -> None:
    draft = one("jsonl", json.dumps(RECORD))
    assert (draft.title, draft.byline, draft.publisher) == (RECORD["title"], "Ana Ruiz", "Meridian Courier")
    assert (draft.url, draft.date_raw, draft.source_record) == (SCRAPE_URL, "2021-03-04T10:00:00Z", "1")
    assert draft.extra == {"source": {"id": None}, "urlToImage": "https://img.example/1.jpg"}


BODY = "\n".join(PARAGRAPHS)
API_RECORDS = {
    "guardian": (
        {
            "id": "world/2021/x",
            "webTitle": "Talks end",
            "webUrl": SCRAPE_URL,
            "webPublicationDate": "2021-03-04T10:00:00Z",
            "fields": {"bodyText": BODY, "byline": "Ana Ruiz", "lang": "en", "publication": "The Guardian"},
        },
        {
            "publisher": "The Guardian",
            "title": "Talks end",
            "language": "en",
            "extra": {"id": "world/2021/x"},
        },
    ),
    "newscatcher": (
        {
            "title": "Talks end",
            "link": SCRAPE_URL,
            "published_date": "2021-03-04 10:00:00",
            "content": BODY,
            "authors": ["Ana Ruiz", "Bo Lind"],
            "language": "en",
            "rights": "meridiancourier.example",
        },
        {"byline": "Ana Ruiz, Bo Lind", "rights": None, "extra": {"rights": "meridiancourier.example"}},
    ),
    "mediacloud": (
        {
            "text": BODY,
            "media_name": "Courier",
            "publish_date": "2021-03-04",
            "language": "en",
            "stories_id": 7,
        },
        {"publisher": "Courier", "date_raw": "2021-03-04", "extra": {"stories_id": 7}},
    ),
    "gdelt": (
        {
            "url": SCRAPE_URL,
            "seendate": "20210304T101500Z",
            "domain": "x.example",
            "language": "English",
            "text": BODY,
        },
        {"date_raw": "20210304T101500Z", "language": "en", "extra": {"domain": "x.example"}},
    ),
    "cc-news": (
        {
            "maintext": BODY,
            "date_publish": "2021-03-04 10:00:00",
            "authors": [],
            "source_domain": "x.example",
        },
        {
            "date_raw": "2021-03-04 10:00:00",
            "byline": None,
            "extra": {"authors": [], "source_domain": "x.example"},
        },
    ),
    "wikinews": (
        {"id": "12", "title": "Talks end", "text": BODY, "url": "https://en.wikinews.org/wiki/Talks_end"},
        {"title": "Talks end", "extra": {"id": "12"}},
    ),
}


@pytest.mark.parametrize("api", API_RECORDS)
def test_jsonl_field_names_of_news_apis(api: str) -> None:
    record, expected = API_RECORDS[api]
    draft = one("jsonl", json.dumps(record))
    assert draft.text == BODY
    assert {name: getattr(draft, name) for name in expected} == expected


def test_jsonl_html_body_and_cut_off_text() -> None:
    draft = one("jsonl", json.dumps({"fields": {"body": "".join(f"<p>{p}</p>" for p in PARAGRAPHS)}}))
    assert [draft.text[s.start : s.end] for s in draft.zones] == PARAGRAPHS
    cut = one("jsonl", json.dumps({"content": BODY + "… [+2419 chars]"}))
    assert kinds(cut)[-2:] == ["body", "boilerplate"]
    assert z.uncovered(cut.text, cut.zones) == []
    assert "cut the text off" in cut.notes[0]


@pytest.mark.parametrize(
    "whole",
    [
        [RECORD, RECORD],
        {"status": "ok", "totalResults": 2, "articles": [RECORD, RECORD]},
        {"response": {"results": [RECORD, RECORD]}},
    ],
)
def test_a_whole_api_answer(whole: object) -> None:
    for text in (json.dumps(whole), json.dumps(whole, indent=2)):
        assert source_format(text.encode(), "x") == "jsonl"
        drafts = READERS["jsonl"](text.encode(), "x", ReadOptions())
        assert [draft.source_record for draft in drafts if isinstance(draft, Draft)] == ["1", "2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json}", "not a JSON record"),
        ("[1, 2]", "not a JSON record"),
        ('{"title": "x"}', "no text"),
        ('{"text": NaN}', "not a JSON record"),
        ('{"text": "half an emoji \\ud83d in here"}', "lone surrogate"),
        ('{"text": "a fine text", "title": "\\ud83d"}', "lone surrogate"),
        ('{"text": "a fine text", "more": {"deep": "\\u0000"}}', None),
        ("[" * 100_000, "not a JSON record"),
    ],
)
def test_a_bad_jsonl_record_is_an_error_and_its_neighbours_are_read(line: str, message: str | None) -> None:
    good = json.dumps(RECORD)
    reading = READERS["jsonl"](f"{good}\n{line}\n{good}\n".encode(), "api.jsonl", ReadOptions())
    assert [isinstance(item, Draft) for item in reading] == [True, message is None, True]
    if message is not None:
        error = reading[1]
        assert isinstance(error, ArticleError)
        assert message in str(error)
        assert error.record == "line 2"
        assert error.file == "api.jsonl"


def test_no_path_stands_for_two_fields() -> None:
    paths = [path for paths in PATHS.values() for path in paths]
    assert len(paths) == len(set(paths))


LINES = st.lists(
    st.one_of(
        st.sampled_from([*PARAGRAPHS, "20210304", SCRAPE_URL, "By Ana Ruiz", "Read more", " ", "", "\t"]),
        st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=150)
@given(LINES, st.sampled_from(["scrape", "text"]), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_zones_always_cover_the_text(lines: list[str], format_: str, newline: str) -> None:
    if format_ == "scrape":
        lines = ["20210304", *lines]
    try:
        draft = one(format_, newline.join(lines))
    except TextError:
        return
    assert z.uncovered(draft.text, draft.zones) == []
    for zone in draft.zones:
        if zone.duplicate_of is not None:
            first = draft.zones[zone.duplicate_of]
            assert draft.text[first.start : first.end].strip() == draft.text[zone.start : zone.end].strip()


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(sorted({p.split(".")[0] for ps in PATHS.values() for p in ps})),
        st.recursive(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(allow_nan=False, allow_infinity=False),
                st.text(),
            ),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "x"]), inner)
            ),
            max_leaves=6,
        ),
    )
)
def test_any_json_object_is_read_or_refused(record: dict[str, object]) -> None:
    for item in READERS["jsonl"](json.dumps(record).encode(), "x.jsonl", ReadOptions()):
        assert isinstance(item, CommuniqueError) or z.uncovered(item.text, item.zones) == []
