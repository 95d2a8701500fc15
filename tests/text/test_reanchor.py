"""Re-anchoring: identity on the same text, recovery from drift, and never a span in the wrong place."""

from __future__ import annotations

import importlib.util
import json
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communique.text.canonical import TextError
from communique.text.fingerprint import Level, fingerprint, span_checks
from communique.text.reanchor import Anchored, reanchor, reanchor_text, together


def _load_benchmark(name: str) -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


bench = _load_benchmark("reanchor")
LEVELS: tuple[Level, ...] = ("none", "paragraph", "token")

STORY = (
    "Leaders met in the capital on Tuesday to discuss the border.\n"
    "“We will never accept any ultimatum from our neighbours,” the minister’s spokesman said "
    "after the talks.\n"
    "The president said that the two sides had agreed to meet again in Geneva before the end of the year. "
    "He declined to answer questions about the price, which he put at $1.5 million.\n"
    "He agreed.\n"
    "Analysts at three institutes in the region warned that sanctions could follow within weeks if the "
    "troops did not withdraw from the villages that they had occupied since March."
)

WORDS = st.sampled_from(
    [
        "the",
        "the",
        "said",
        "Putin",
        "Biden",
        "“we",
        "won’t”",
        "👩‍👩‍👧",
        "e\u0301t\u00e9",
        "שלום",
        "\u202eabc",
        "a\xa0b",
        "中文",
        "ﬁn.",
        "no.",
        "1.5",
        "—",
    ]
)


@st.composite
def hostile_texts(draw: st.DrawFn) -> str:
    sentences = draw(
        st.lists(
            st.lists(WORDS, min_size=1, max_size=14).map(lambda w: " ".join(w) + "."), min_size=1, max_size=8
        )
    )
    picked = draw(st.lists(st.integers(0, len(sentences) - 1), min_size=1, max_size=14))
    separators = draw(
        st.lists(st.sampled_from([" ", "\n", "\n\n", "  "]), min_size=len(picked), max_size=len(picked))
    )
    return "".join(sentences[at] + separator for at, separator in zip(picked, separators, strict=True))


def every_span(text: str, step: int = 1) -> list[dict[str, int]]:
    edges = range(0, len(text) + 1, step)
    return [{"start": a, "end": b} for a in edges for b in edges if a < b <= a + 40]


def span(text: str, words: str) -> dict[str, int]:
    assert text.count(words) == 1
    return {"start": text.index(words), "end": text.index(words) + len(words)}


def follow(old: str, new: str, words: str, level: Level = "token") -> Anchored:
    spans = [span(old, words)]
    # Through JSON, as it is shipped.
    shipped = json.loads(json.dumps([fingerprint(old, level), span_checks(old, spans, level)]))
    report = reanchor(shipped[0], shipped[1], new)
    for anchored in report.spans:
        if anchored.recovered:
            assert anchored.text == new[anchored.start : anchored.end]
    return report.spans[0]


@pytest.mark.parametrize("level", LEVELS)
@given(text=hostile_texts())
@settings(max_examples=40)
def test_the_same_text_gives_the_same_spans(level: Level, text: str) -> None:
    spans = every_span(text, 3)
    report = reanchor(fingerprint(text, level), span_checks(text, spans, level), text)
    assert report.status == "identical"
    assert report.complete
    assert [(a.start, a.end) for a in report.spans] == [(s["start"], s["end"]) for s in spans]
    assert report.counts["exact"] == len(spans)


@given(text=hostile_texts(), level=st.sampled_from(LEVELS), space=st.sampled_from([" ", "\xa0", "  ", "\n"]))
@settings(max_examples=60)
def test_other_white_space_loses_nothing_and_moves_nothing_wrongly(
    text: str, level: Level, space: str
) -> None:
    pieces = text.split(" ")
    new = space.join(pieces)
    goes = {}
    at = there = 0
    for piece in pieces:
        goes.update({at + i: there + i for i in range(len(piece))})
        at, there = at + len(piece) + 1, there + len(piece) + len(space)
    spans = [s for s in every_span(text, 2) if s["start"] in goes and s["end"] - 1 in goes]
    spans = [s for s in spans if bench.letters(text, s["start"], s["end"])]
    report = reanchor(fingerprint(text, level), span_checks(text, spans, level), new)
    # A text without letters or digits has no key to be known by.
    known = report.status in ("identical", "normalised")
    assert known or not bench.letters(text, 0, len(text))
    for wanted, anchored in zip(spans, report.spans, strict=True):
        assert anchored.recovered
        letters = bench.letters(text, wanted["start"], wanted["end"])
        assert bench.letters(new, anchored.start, anchored.end) == [goes[letter] for letter in letters]


@given(
    text=hostile_texts(),
    level=st.sampled_from(LEVELS),
    share=st.sampled_from([0.0, 0.1, 0.3]),
    condition=st.sampled_from(["edits only", "stripped", "restyled"]),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_emitted_has_the_spans_own_letters(
    text: str, level: Level, share: float, condition: str, seed: int
) -> None:
    rng = random.Random(seed)
    document = bench.drift(bench.cells(text), share, text.split() or ["x"], rng)
    for damage in bench.CONDITIONS[condition]:
        document = damage(document, rng)
    new = "".join(character for character, _ in document)
    spans = [s for s in every_span(text, 4) if bench.letters(text, s["start"], s["end"])]
    report = reanchor(fingerprint(text, level), span_checks(text, spans, level), new)
    had, made = bench.keyed(text), bench.keyed(new)
    for wanted, anchored in zip(spans, report.spans, strict=True):
        if anchored.recovered:
            key = had.whole[had.key_at(wanted["start"]) : had.key_at(wanted["end"])]
            assert made.whole[made.key_at(anchored.start) : made.key_at(anchored.end)] == key
        else:
            assert anchored.reason
            assert anchored.start is anchored.end is anchored.text is None


@pytest.mark.parametrize("condition", sorted(bench.CONDITIONS))
@pytest.mark.parametrize("level", ["paragraph", "token"])
def test_no_span_is_wrong_under_drift(condition: str, level: Level) -> None:
    counts: Counter[str] = Counter()
    for number, article in enumerate(bench.generate(4, random.Random(f"{condition} 11"), 24)):
        for share in (0.0, 0.05, 0.2):
            counts += bench.trial(
                article, share, condition, level, random.Random(f"{condition} {number} {share}")
            )
    assert counts["wrong"] == 0
    # Spans of a paragraph that is printed twice are alive, and rightly ambiguous.
    least = 0.3 if level == "paragraph" else 0.75 if "cluttered" in condition else 0.9
    assert counts["recovered"] > least * counts["alive"]


def test_quotation_marks_stripped_and_restored() -> None:
    bare = STORY.replace("“", "").replace("”", "").replace("’", "")
    for level in LEVELS:
        quoted = "“We will never accept any ultimatum from our neighbours,”"
        there = follow(STORY, bare, quoted, level)
        assert there.text == "We will never accept any ultimatum from our neighbours,"
        back = follow(bare, STORY, "We will never accept any ultimatum from our neighbours", level)
        assert back.text == "We will never accept any ultimatum from our neighbours"
        assert back.status == "moved"
        assert follow(bare, STORY, "ministers spokesman", level).text == "minister’s spokesman"
        assert follow(STORY, bare, "minister", level).text == "minister"


def test_shuffled_paragraphs_and_a_correction() -> None:
    lines = STORY.replace("three institutes", "four institutes").split("\n")
    new = "\n\n".join([lines[4], lines[2], lines[0], lines[1], lines[3]])
    for words in ("The president", "had agreed to meet", "border", "$1.5 million"):
        for level in ("paragraph", "token"):
            assert follow(STORY, new, words, level).text == words
    assert follow(STORY, new, "sanctions could follow").text == "sanctions could follow"
    assert follow(STORY, new, "three institutes").status == "changed"
    assert follow(STORY, new, "three institutes").near is not None
    assert follow(STORY, new, "sanctions could follow", "paragraph").status == "lost"
    assert follow(STORY, new, "The president", "none").status == "lost"


@pytest.mark.parametrize(
    ("before", "after"), [("$1.5 million", "$15 million"), ("president", "premier"), ("Geneva", "Vienna")]
)
def test_a_changed_word_is_never_taken_for_the_old_one(before: str, after: str) -> None:
    anchored = follow(STORY, STORY.replace(before, after), before)
    assert anchored.status == "changed"
    assert not anchored.recovered


def test_a_paragraph_printed_twice_is_ambiguous_and_the_rest_is_not() -> None:
    lines = STORY.split("\n")
    new = "\n".join([lines[4], *lines])
    assert follow(STORY, new, "Analysts").status == "ambiguous"
    assert follow(STORY, new, "The president").status == "moved"


def test_a_name_replaced_and_named_elsewhere_is_not_moved_there() -> None:
    old = STORY.replace("The president", "Orlova")
    new = old.replace("Orlova", "Her deputy").replace("Analysts at", "Analysts who know Orlova at")
    assert not follow(old, new, "Orlova").recovered


def test_punctuation_alone_has_a_place() -> None:
    words = " — "
    old = STORY.replace("said after", f"said{words}after")
    mark = {"start": old.index("—"), "end": old.index("—") + 1}
    new = "An advertisement that nobody asked for.\n" + old.replace("Leaders", "They")
    report = reanchor(fingerprint(old, "token"), span_checks(old, [mark], "token"), new)
    assert report.spans[0].start == new.index("—")
    gone = reanchor(fingerprint(old, "token"), span_checks(old, [mark], "token"), new.replace("—", ""))
    assert not gone.spans[0].recovered


def test_another_article_gives_nothing() -> None:
    first, second = bench.generate(2, random.Random(5))
    spans = [{"start": a, "end": b} for a, b in first.spans]
    for level in ("paragraph", "token"):
        report = reanchor(fingerprint(first.text, level), span_checks(first.text, spans, level), second.text)
        assert report.status == "unrelated"
        assert report.counts["lost"] == len(spans)
    assert (
        reanchor(fingerprint(first.text, "none"), span_checks(first.text, spans, "none"), "x").status
        == "differs"
    )
    assert reanchor(fingerprint(first.text, "token"), span_checks(first.text, spans, "token"), "").counts[
        "lost"
    ]


def test_a_discontinuous_unit_is_whole_or_flagged() -> None:
    fragments = [
        span(STORY, "The president said"),
        span(STORY, "the two sides"),
        span(STORY, "three institutes"),
    ]
    new = "Advertisement.\n" + STORY.replace("three", "four")
    found = reanchor_text(STORY, fragments, new).spans
    whole = together(found[:2])
    assert (whole.status, [s["text"] for s in whole.spans]) == (
        "moved",
        ["The president said", "the two sides"],
    )
    flagged = together(found)
    assert (flagged.status, flagged.spans) == ("changed", [])
    assert "none is kept" in str(flagged.reason)
    assert together(found[1::-1]).status == "changed"


def test_too_little_of_the_text_opens_nothing() -> None:
    article = bench.generate(1, random.Random(8))[0]
    lines = article.text.split("\n")
    spans = [{"start": a, "end": b} for a, b in article.spans]
    source, checks = fingerprint(article.text, "token"), span_checks(article.text, spans, "token")
    few = reanchor(source, checks, "\n".join(lines[:2]) + " And so on.")
    assert not few.opened
    assert few.status == "drifted"
    assert reanchor_text(article.text, spans, "\n".join(lines[:2]) + " And so on.").opened


def test_nothing_readable_is_shipped() -> None:
    spans = [{"start": m, "end": m + 20} for m in range(0, len(STORY) - 20, 7)]
    shipped = json.dumps(
        [fingerprint(STORY, "token"), span_checks(STORY, spans, "token")], ensure_ascii=False
    )
    for word in {w.strip("“”,.’$") for w in STORY.split()}:
        if len(word) > 4 and word.casefold() not in ("tokens", "scheme"):
            assert word not in shipped


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"scheme": "communique-fingerprint/99"}, "doesn't know"),
        ({"keys": "other"}, "doesn't know"),
        ({"paragraphs": None}, "damaged"),
        ({"tokens": "AAAA"}, "damaged"),
        ({"sentences": [{"tag": 1}]}, "damaged"),
    ],
)
def test_a_foreign_or_damaged_fingerprint_is_refused(damage: dict[str, Any], message: str) -> None:
    source: Any = {**fingerprint(STORY, "token"), **damage}
    checks = span_checks(STORY, [span(STORY, "Analysts")], "token")
    with pytest.raises(TextError, match=message):
        reanchor(source, checks, STORY.replace("three", "four"))


def test_bad_spans_and_levels_are_refused() -> None:
    for start, end in ((5, 5), (-1, 3), (0, len(STORY) + 1)):
        with pytest.raises(TextError, match="does not lie in its text"):
            span_checks(STORY, [{"start": start, "end": end}], "token")
    wrong: Any = "sentence"
    with pytest.raises(TextError, match="level"):
        fingerprint(STORY, wrong)


def test_a_changed_paragraph_and_an_unchanged_copy_of_it_are_told_apart_by_nobody() -> None:
    """The span's own place lies in the changed one; the copy has all of its words and the paragraph's digest."""
    lines = STORY.split("\n")
    changed = lines[1].replace("after the talks", "before the talks")
    new = "\n".join([lines[0], changed, *lines[2:4], lines[1], *lines[4:]])
    for words in (
        "minister",
        "accept any ultimatum",
        "We will never accept any ultimatum from our neighbours",
    ):
        for level in ("paragraph", "token"):
            assert follow(STORY, new, words, level).status == "ambiguous", (words, level)
    assert follow(STORY, new, "Leaders", "token").recovered


def test_a_cue_is_not_kept_by_the_end_of_another_sentence() -> None:
    first = "“We shall never trade the prisoners that were taken in the spring,” he said."
    other = "“Nobody had been asked about the price of the bridge until Friday,” he said."
    old = f"{STORY}\n{first} Ministers of four countries left the room early."
    new = f"{STORY}\n{other} Ministers of four countries left the room early."
    at = old.index("said. Ministers")
    cue = {"start": at, "end": at + 4}
    report = reanchor(fingerprint(old, "token"), span_checks(old, [cue], "token"), new)
    assert report.spans[0].status == "ambiguous"
    assert follow(old, new, "four countries", "token").recovered


planting = _load_benchmark("planting")
for _name in ("editing", "scraping"):
    _load_benchmark(_name)
adversary = _load_benchmark("adversarial")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["strangers", "several", *adversary.DAMAGES])
def test_no_span_is_wrong_under_an_adversary(kind: str) -> None:
    """Texts as they are, and texts in which sentences and paragraphs return."""
    rng = random.Random(f"{kind} 5")
    articles = bench.generate(3, rng, 24)
    # Equal sentences that change places among one another inside a paragraph are told apart by nobody.
    if kind != "shuffle_sentences":
        articles += planting.of_many_kinds(articles, rng)
        articles += [planting.planted(article, rng) for article in articles] + planting.monotonous(1, rng)
    counts: Counter[str] = Counter()
    if kind == "strangers":
        counts = adversary.strangers(articles, "token")
    for article in articles if kind != "strangers" else ():
        for _ in range(6 if kind == "several" else 1):
            damages = adversary.DAMAGES.get(kind) or tuple(rng.choice(adversary.MORE) for _ in range(3))
            counts += adversary.trial(article, damages, rng)
    assert counts["spans"] > 200
    assert counts["wrong"] == 0


@pytest.mark.parametrize("level", ["token", "paragraph"])
@pytest.mark.parametrize("broken", [False, True])
def test_a_note_shared_by_two_articles_does_not_make_one_of_the_other(level: Level, broken: bool) -> None:
    """Boilerplate has the digest of a paragraph of the article, though the text is another article's."""
    first, second = bench.generate(2, random.Random(13), 24)
    note = "Editor’s note: the candidate has said again and again that nobody will ever be asked to pay."
    old = f"{first.text}\n{note}"
    spans = [span(old, note), span(old, "the candidate")]
    other = f"{second.text}\n{note.replace(' again and ', chr(10) + 'again and ') if broken else note}"
    source, checks = fingerprint(old, level), span_checks(old, spans, level)
    report = reanchor(source, checks, other)
    assert [one.status for one in report.spans] == ["lost", "lost"]
    half = reanchor(source, checks, old[len(old) // 2 :])
    assert [one.text for one in half.spans] == [note, "the candidate"]


@pytest.mark.parametrize("words", ["said", "Tuesday", "Senate Majority Leader", "will be overridden"])
@pytest.mark.parametrize(
    "edits",
    [
        ((" is that", " is not that"), ("R-Ky., said", "R-Ky.,said")),
        ((" is that", " was that"), ("on Tuesday", "onTuesday")),
        (("Our assumption", "The assumption"), ("Leader Mitch", "Leader (Mitch")),
    ],
)
def test_a_cue_is_not_moved_to_an_exact_copy_of_its_damaged_paragraph(
    words: str, edits: tuple[tuple[str, str], ...]
) -> None:
    line = (
        "“Our assumption is that the veto will be overridden,” Senate Majority Leader Mitch McConnell, R-Ky., "
        "said on Tuesday."
    )
    lines = STORY.split("\n")
    old = "\n".join([*lines[:3], line, *lines[3:]])
    damaged = line
    for before, after in edits:
        assert before in damaged
        damaged = damaged.replace(before, after)
    for copy in (line, line.replace("McConnell, R-Ky.", "McConnell,R-Ky.")):
        new = "\n".join([lines[0], copy, *lines[1:3], damaged, *lines[3:]])
        at = old.index(words, old.index(line))
        check = span_checks(old, [{"start": at, "end": at + len(words)}], "token")
        found = reanchor(fingerprint(old, "token"), check, new).spans[0]
        assert found.start is None or found.start >= new.index(damaged), (words, found)
        assert follow(old, new, "Analysts").recovered


@pytest.mark.parametrize("words", ["declined", "the price", "for the bridge"])
def test_of_equal_sentences_the_one_that_is_left_is_not_given_to_the_one_that_is_gone(words: str) -> None:
    again = "He declined to answer a question about the price that was asked for the bridge."
    first = f"Ministers of four countries left the room early on Friday. {again}"
    second = f"{again} A deputy then read out a list of the villages that the army holds."
    lines = STORY.split("\n")
    old = "\n".join([*lines[:2], first, *lines[3:5], second, lines[4]])
    spans = [
        {"start": at, "end": at + len(words)}
        for at in (old.index(words, old.index(again)), old.index(words, old.rindex(again)))
    ]
    new = "\n".join([*lines[:2], again, *lines[3:5], second.removeprefix(f"{again} "), lines[4]])
    gone = reanchor_text(old, spans, new).spans
    assert not gone[1].recovered
    kept = reanchor_text(old, spans, old.replace("Leaders met", "They all met")).spans
    assert [one.text for one in kept] == [words, words]
    places = [one.start or 0 for one in kept]
    assert places == sorted(set(places))


@pytest.mark.parametrize("words", ["declined", "the price", "bridge. A deputy", "a list"])
def test_a_line_made_of_the_rests_of_two_others_is_neither(words: str) -> None:
    """Its digest is that of the first, whose own sentence stands alone now; the second has lost the others."""
    one = "He declined to answer a question about the price that was asked for the bridge."
    two = "A deputy then read out a list of the villages that the army holds."
    gone = "Ministers of four countries left the room early on Friday."
    lines = STORY.split("\n")
    old = "\n".join([*lines[:3], f"{one} {two}", lines[4], f"{gone} {one} {gone[:-1]} at noon. {two}"])
    new = "\n".join([*lines[:3], one, lines[4], f"{one} {two}"])
    at = old.index(words)
    found = reanchor_text(old, [{"start": at, "end": at + len(words)}], new).spans[0]
    assert found.start is None or found.start < new.index(one) + len(one)
