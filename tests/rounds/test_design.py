"""Plans of rounds: who gets what, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.rounds.design import assign, new_round, parse_overlap, shared_count
from communique.rounds.round import Annotator, RoundError, load_round, round_path

sys.path.insert(0, str(Path(__file__).parent))
import made

ANA, BEN = Annotator("ana"), Annotator("ben", "language_model")


@given(
    st.integers(1, 60),
    st.integers(1, 5),
    st.one_of(st.just("all"), st.integers(0, 70), st.sampled_from(["0", "0.2", "1"])),
    st.integers(),
)
def test_everybody_gets_the_shared_and_nobody_elses_the_rest(
    articles: int, people: int, overlap: int | str, seed: int
) -> None:
    ids = [f"a{n}" for n in range(articles)]
    names = [f"p{n}" for n in range(people)]
    assigned = assign(ids, names, overlap, seed)
    shared = shared_count(overlap, articles)
    counts = {one: sum(one in own for own in assigned.values()) for one in ids}
    assert sorted(counts.values()) == sorted([1] * (articles - shared) + [people] * shared)
    sizes = [len(own) for own in assigned.values()]
    assert max(sizes) - min(sizes) <= 1
    assert all(len(own) == len(set(own)) for own in assigned.values())
    assert assigned == assign(list(reversed(ids)), names, overlap, seed)


def test_orders_differ_between_annotators() -> None:
    assigned = assign([f"a{n}" for n in range(20)], ["ana", "ben"], "all", 1)
    assert assigned["ana"] != assigned["ben"]
    assert sorted(assigned["ana"]) == sorted(assigned["ben"])


def test_overlap_words() -> None:
    assert [parse_overlap(one) for one in ("all", "2", "0.2")] == ["all", 2, "0.2"]
    assert [shared_count(one, 10) for one in ("all", 2, "0.25", 99)] == [10, 2, 2, 10]
    for bad in ("some", "-1", "1.5", ""):
        with pytest.raises(RoundError, match="no overlap"):
            parse_overlap(bad)


def test_a_round_is_saved_and_comes_back(tmp_path: Path) -> None:
    source = made.project(tmp_path, {"a1": "One.", "a2": "Two."})
    plan = new_round(source, "r01", ["all"], [ANA, BEN], overlap=1, seed=7)
    assert load_round(source.project, "r01") == plan
    assert plan.guideline_version == "0.1.0"
    assert plan.provenance("ben")["annotator_kind"] == "language_model"
    with pytest.raises(RoundError, match="exists already"):
        new_round(source, "r01", ["all"], [ANA])


def test_what_cannot_be_a_round_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    source = made.project(tmp_path, {"a1": "One."})
    refused = [
        ({"articles": ["nowhere"]}, "no such article"),
        ({"annotators": [ANA, Annotator("ANA")]}, "name of its own"),
        ({"annotators": [Annotator("../ana")]}, "cannot be the name"),
        ({"prefill": "gold"}, "nothing to prefill"),
        ({"name": "a/b"}, "cannot be the name"),
    ]
    for change, says in refused:
        with pytest.raises(RoundError, match=says):
            new_round(source, **{"name": "r01", "articles": ["all"], "annotators": [ANA], **change})  # type: ignore[arg-type]
    (source.project.guidelines / "VERSION").unlink()
    with pytest.raises(RoundError, match="guidelines have no version"):
        new_round(source, "r01", ["all"], [ANA])
    (source.project.articles / "a1.json").write_text(
        '{"article_id": "a1", "text": "Other.", "text_sha256": "x"}'
    )
    with pytest.raises(RoundError, match="text is missing"):
        new_round(source, "r01", ["all"], [ANA], guideline_version="0.1.0")
    assert not source.project.rounds.exists()


def test_a_damaged_plan_says_where(tmp_path: Path) -> None:
    source = made.project(tmp_path, {"a1": "One."})
    with pytest.raises(RoundError, match=r"no round 'r09'"):
        load_round(source.project, "r09")
    new_round(source, "r01", ["all"], [ANA])
    path = round_path(source.project, "r01")
    good = path.read_text()
    for bad, says in (
        ("{", "Not a JSON file"),
        ("[]", "one JSON object"),
        (good.replace('"seed"', '"sown"'), "lacks a field"),
        (good.replace('"ana": [', '"eve": ['), "other annotators"),
        (good.replace('"person"', '"robot"'), "Unknown kind"),
        (good.replace('"round": "r01"', '"round": "r02"'), "another round"),
    ):
        assert bad != good
        path.write_text(bad)
        with pytest.raises(RoundError, match=says):
            load_round(source.project, "r01")
