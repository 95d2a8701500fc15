"""Re-anchoring where a text says the same more than once: a span is at its own place or it is flagged."""

from __future__ import annotations

import random

import pytest

from communique.text.fingerprint import Level, fingerprint, span_checks
from communique.text.reanchor import Anchored, reanchor, reanchor_text

OPENING = "Ministers of four countries left the summit room early on Friday without a common statement."
BRIDGE = "Engineers had warned since the spring that the old bridge would not carry the convoy."
VILLAGES = "A deputy then read out a list of the villages that the army still holds."
HARVEST = "Farmers along the river lost most of their harvest when the dam was opened at night."
SCHOOLS = "Schools in the province will stay closed until the children have somewhere to shelter."
AGAIN = "He declined to answer a question about the price."
FILLER = (OPENING, BRIDGE, HARVEST, SCHOOLS)


def lined(*lines: str) -> str:
    return "\n".join(lines)


def place(text: str, words: str, nth: int = 0) -> dict[str, int]:
    at = -1
    for _ in range(nth + 1):
        at = text.index(words, at + 1)
    return {"start": at, "end": at + len(words)}


def put_back(old: str, new: str, *spans: dict[str, int]) -> list[Anchored]:
    return reanchor_text(old, spans, new).spans


@pytest.mark.parametrize("words", ["declined", "a question", AGAIN])
def test_of_equal_neighbours_the_one_that_is_left_is_neither(words: str) -> None:
    """The second is gone and the line end with it: what stands before the second's neighbour is the first."""
    old = lined(OPENING, AGAIN, f"{AGAIN} {VILLAGES}", BRIDGE, HARVEST)
    for new in (
        lined(OPENING, f"{AGAIN} {VILLAGES}", BRIDGE, HARVEST),
        " ".join([OPENING, AGAIN, VILLAGES, BRIDGE, HARVEST]),
        lined(f"{AGAIN} {VILLAGES}", BRIDGE, HARVEST),
    ):
        assert not any(one.recovered for one in put_back(old, new, place(old, words), place(old, words, 1)))
        assert put_back(old, new, place(old, VILLAGES))[0].text == VILLAGES
    kept = put_back(old, old.replace("Farmers", "Peasants"), place(old, words), place(old, words, 1))
    assert [one.start for one in kept] == [place(old, words, nth)["start"] for nth in (0, 1)]


@pytest.mark.parametrize("words", ["declined", "a question", "price"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_equal_sentence_moved_into_a_row_of_them_makes_all_doubtful(words: str, at: int) -> None:
    old = lined(f"{AGAIN} {BRIDGE}", OPENING, f"{AGAIN} {AGAIN} {VILLAGES}", HARVEST, SCHOOLS)
    row = [AGAIN, AGAIN]
    row.insert(at, AGAIN)
    new = lined(BRIDGE, OPENING, " ".join([*row, VILLAGES]), HARVEST, SCHOOLS)
    found = put_back(old, new, *(place(old, words, nth) for nth in range(3)))
    assert not any(one.recovered for one in found)
    assert put_back(old, new, place(old, "old bridge"))[0].text == "old bridge"


@pytest.mark.parametrize("words", ["declined", "a question"])
def test_a_neighbour_that_is_printed_again_vouches_for_nothing(words: str) -> None:
    """The span's own sentence was printed over; a copy of it and of its neighbour stands elsewhere."""
    old = lined(f"{AGAIN} {HARVEST}", OPENING, f"{AGAIN} {VILLAGES}", BRIDGE, SCHOOLS)
    new = lined(
        f"{AGAIN} {HARVEST}", f"{AGAIN} {VILLAGES}", OPENING, f"{SCHOOLS} {VILLAGES}", BRIDGE, SCHOOLS
    )
    assert not put_back(old, new, place(old, words, 1))[0].recovered


@pytest.mark.parametrize("level", ["token", "paragraph"])
def test_two_lines_that_make_a_paragraph_are_not_it_when_most_else_is_gone(level: Level) -> None:
    """The second line is what is left of another paragraph; too little is there to open the token digests."""
    old = lined(
        OPENING, f"{VILLAGES} {AGAIN}", f"{BRIDGE} {AGAIN}", HARVEST, SCHOOLS, f"{HARVEST[:-1]} again."
    )
    spans = [place(old, words) for words in ("declined", "the price")]
    source, checks = fingerprint(old, level), span_checks(old, spans, level)
    gone = reanchor(source, checks, lined(VILLAGES, AGAIN))
    assert not gone.opened
    assert not any(one.recovered for one in gone.spans)
    split = reanchor(source, checks, old.replace(f"{VILLAGES} ", f"{VILLAGES}\n"))
    assert [one.text for one in split.spans] == ["declined", "the price"]


@pytest.mark.parametrize("level", ["token", "paragraph"])
@pytest.mark.parametrize("order", [1, -1])
def test_an_article_printed_twice_has_no_place_for_a_span(level: Level, order: int) -> None:
    """A word is changed in one of the two, so that what is near it is there once."""
    old = lined(*FILLER, VILLAGES)
    spans = [place(old, words) for words in ("Engineers", "the convoy", "Farmers", VILLAGES, "deputy")]
    for changed in (
        old.replace("old bridge", "new bridge"),
        lined(*FILLER),
        old.replace("A deputy then", "Nobody"),
        lined(BRIDGE, HARVEST, SCHOOLS),
    ):
        # The last is a part of an article, and that twice, once with a word changed.
        whole = old if "deputy" in changed or OPENING in changed else changed.replace("the river", "a river")
        new = lined(*[whole, changed][::order])
        found = reanchor(fingerprint(old, level), span_checks(old, spans, level), new).spans
        assert {one.status for one in found} == {"ambiguous"}


@pytest.mark.parametrize("level", ["paragraph", "token"])
def test_printed_twice_with_lines_broken_elsewhere_too(level: Level) -> None:
    """No sentence is there once, and no line is a paragraph; the reader's copy alone must open the digests."""
    old = lined(f"{OPENING} {BRIDGE}", f"{HARVEST} {SCHOOLS}", f"{VILLAGES} {AGAIN}")
    spans = [place(old, words) for words in ("Engineers", "the convoy", "Farmers", VILLAGES, "deputy")]
    words = f"{old} {old.replace('old bridge', 'new bridge')}".split()
    for width in range(4, 12):
        new = lined(*(" ".join(words[at : at + width]) for at in range(0, len(words), width)))
        found = reanchor(fingerprint(old, level), span_checks(old, spans, level), new).spans
        assert not any(one.recovered for one in found)


def test_words_that_are_all_alike_have_no_place_but_in_their_paragraph() -> None:
    """Of a text of twelve words, five in a row are found elsewhere by chance."""
    rng = random.Random(4)
    some = ["him", "her", "it", "to", "was", "the", "on", "when", "a", "said", "in", "minister"]
    alike = [" ".join(rng.choices(some, k=14)) + "." for _ in range(20)]
    news = [" ".join(rng.choices([f"w{n}" for n in range(200)], k=14)) + "." for _ in range(20)]
    for lines, recovered in ((alike, 18), (news, 20)):
        old = lined(*(" ".join(lines[at : at + 2]) for at in range(0, 20, 2)))
        spans = [{"start": old.index(line), "end": old.index(line) + len(line)} for line in lines]
        found = put_back(old, old.replace(lines[4], lines[4][:-1] + " xylograph."), *spans)
        assert sum(one.recovered for one in found) == recovered


def test_lines_broken_elsewhere_leave_repeated_text_where_it_is() -> None:
    old = lined(f"{OPENING} {AGAIN} {BRIDGE}", HARVEST, f"{VILLAGES} {AGAIN} {SCHOOLS}")
    spans = [place(old, words, nth) for words in ("declined", "the price", AGAIN) for nth in (0, 1)]
    words = old.replace("Farmers", "Peasants").split()
    for width in range(3, 12):
        new = lined(*(" ".join(words[at : at + width]) for at in range(0, len(words), width)))
        found = put_back(old, new, *spans)
        assert [" ".join((one.text or "").split()) for one in found] == [
            old[s["start"] : s["end"]] for s in spans
        ]
        starts = [one.start or 0 for one in found]
        assert all(first < second for first, second in zip(starts[::2], starts[1::2], strict=True))


@pytest.mark.parametrize("words", ["nobody in the capital", "had been told", "Nobody"])
def test_a_sentence_of_which_a_word_is_its_own_is_not_known_by_that_word(words: str) -> None:
    """The rest of the sentence returns; its end is another sentence's now, and its own stands elsewhere."""
    tail = "said that nobody in the capital had been told."
    old = lined(f"{OPENING} Orlova {tail}", HARVEST, f"Petrenko {tail} {VILLAGES}", BRIDGE, SCHOOLS)
    new = lined(f"{OPENING} Orlova {tail} {VILLAGES}", HARVEST, f"Petrenko {tail}", BRIDGE, SCHOOLS)
    if words == "Nobody":
        words = "told"
    for nth in (0, 1):
        span = place(old, words, nth)
        found = put_back(old, new, span)[0]
        assert found.start is None or found.start == place(new, words, nth)["start"]


@pytest.mark.parametrize("words", ["never trade", "prisoners", "said"])
def test_equal_quotes_whose_speakers_changed_places_stay_or_are_flagged(words: str) -> None:
    quote = "“We shall never trade the prisoners that were taken in the spring,”"
    one, two = f"{quote} Orlova said.", f"{quote} Petrenko said."
    old = lined(OPENING, f"{BRIDGE} {one} {HARVEST}", SCHOOLS, f"{VILLAGES} {two} He left.")
    new = lined(OPENING, f"{BRIDGE} {two} {HARVEST}", SCHOOLS, f"{VILLAGES} {one} He left.")
    for nth in (0, 1):
        found = put_back(old, new, place(old, words, nth))[0]
        assert found.start is None or found.start == place(new, words, nth)["start"]
    for name in ("Orlova", "Petrenko"):
        assert not put_back(old, new, place(old, name))[0].recovered


def test_of_two_nearly_equal_paragraphs_the_one_that_is_left_keeps_only_its_own() -> None:
    one, two = f"{VILLAGES} {BRIDGE}", f"{VILLAGES} {BRIDGE.replace('convoy', 'tanks')}"
    old = lined(OPENING, one, HARVEST, two, SCHOOLS)
    for gone, kept in ((0, 1), (1, 0)):
        new = lined(OPENING, HARVEST, (one, two)[kept], SCHOOLS)
        if kept == 0:
            new = lined(OPENING, one, HARVEST, SCHOOLS)
        for words in ("deputy", "the villages", "old bridge", VILLAGES):
            assert not put_back(old, new, place(old, words, gone))[0].recovered


def test_a_live_blog_in_reverse_has_its_paragraphs_and_no_time_of_another() -> None:
    times = ["3.15pm GMT", "3.40pm GMT", "3.15pm GMT", "4.05pm GMT", "3.40pm GMT"]
    posts = [*FILLER, VILLAGES]
    old = lined(*(line for pair in zip(times, posts, strict=True) for line in pair))
    new = lined(*(line for pair in [*zip(times, posts, strict=True)][::-1] for line in pair))
    for post in posts:
        assert put_back(old, new, place(old, post))[0].text == post
    for nth, time in enumerate(times):
        found = put_back(old, new, place(old, time, times[:nth].count(time)))[0]
        assert found.start is None or new.startswith(f"{time}\n{posts[nth]}", found.start)


@pytest.mark.parametrize("gone", range(6))
def test_of_the_equal_lines_of_a_list_none_is_another(gone: int) -> None:
    rows = [
        "Ohio",
        "Trump 45% of the vote, Clinton 44%",
        "Ohio",
        "Total",
        "Trump 45% of the vote, Clinton 44%",
        "Total",
    ]
    old = lined(OPENING, BRIDGE, *rows, HARVEST, SCHOOLS)
    left = rows[:gone] + rows[gone + 1 :]
    new = lined(OPENING, BRIDGE, *left, HARVEST, SCHOOLS)
    for at, row in enumerate(rows):
        found = put_back(old, new, place(old, row, rows[:at].count(row)))[0]
        if found.start is not None:
            assert at != gone
            to = at - (at > gone)
            assert found.start == place(new, row, left[:to].count(row))["start"]


def test_a_text_cut_in_the_middle_of_a_span_loses_that_span_only() -> None:
    old = lined(*FILLER, f"{AGAIN} {VILLAGES}")
    for cut in range(old.index(VILLAGES) + 4, old.index(VILLAGES) + len(VILLAGES) - 1, 7):
        found = put_back(old, old[:cut], place(old, VILLAGES), place(old, "Engineers"))
        assert [one.text for one in found] == [None, "Engineers"]
