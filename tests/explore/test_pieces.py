"""The text cut into pieces: nothing of it is lost, and every mark is on exactly its words."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import FIRST

from communique.explore.pieces import Mark, marks, pieces

KINDS = ("content", "cue", "trigger", "mention")


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(st.text(min_size=1, max_size=40))
    edge = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(edge, edge, st.sampled_from(KINDS), st.integers(0, 3)), max_size=8))
    found = [
        Mark(min(a, b), max(a, b), kind, f"{FIRST}.r{number}", rank)
        for number, (a, b, kind, rank) in enumerate(spans)
        if a != b
    ]
    return text, found


@settings(max_examples=300)
@given(marked())
def test_every_mark_lies_on_exactly_its_words(case: tuple[str, list[Mark]]) -> None:
    text, found = case
    at, depth, covered = 0, [], {mark.record_id: set() for mark in found}
    for piece in pieces(text, 0, len(text), found, FIRST):
        if piece.kind == "open":
            depth.append(piece.records)
        elif piece.kind == "close":
            depth.pop()
        else:
            for one in [*depth, *piece.records.split()]:
                covered[f"{FIRST}.{one}"].update(range(at, at + len(piece.text)))
            assert text.startswith(piece.text, at)
            at += len(piece.text)
    assert at == len(text)
    assert depth == []
    assert covered == {mark.record_id: set(range(mark.start, mark.end)) for mark in found}


@given(marked())
def test_a_part_of_the_text_is_cut_like_the_whole(case: tuple[str, list[Mark]]) -> None:
    text, found = case
    middle = len(text) // 2
    parts = [
        piece.text
        for low, high in ((0, middle), (middle, len(text)))
        for piece in pieces(text, low, high, found, FIRST)
        if piece.kind == "leaf"
    ]
    assert "".join(parts) == text


def test_the_marks_of_a_record_are_its_spans() -> None:
    span = {"start": 1, "end": 2, "text": "b"}
    rows = {
        "mentions": [],
        "statements": [
            {
                "statement_id": "a.S",
                "nesting_depth": 1,
                "layer": "extended",
                "statement_status": "negated",
                "content_spans": [span],
                "cue_spans": [],
            }
        ],
        "actions": [{"action_id": "a.A", "status": "denied", "trigger_spans": [span]}],
    }
    looks = [mark.look for mark in marks(rows, {"denied": "negated"})]
    assert looks == [" ext unmade", "negated"]
