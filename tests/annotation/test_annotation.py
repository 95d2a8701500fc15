"""Annotation files come back as they were; what follows from them is derived by the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from communique.annotation.assertion import asserter, innermost, nesting_depth
from communique.annotation.derive import cameo_actor_code
from communique.annotation.files import (
    AnnotationError,
    annotation_json,
    annotation_tables,
    dump_json,
    fill,
    load_actors,
    load_annotation,
    parse_annotation,
    save_actors,
    save_annotation,
    trim,
)
from communique.annotation.scores import is_exportable, scores
from communique.project import Project
from communique.schema import Schema

Record = dict[str, Any]


def _gold(shipped: Project) -> list[Path]:
    found = sorted(shipped.gold.glob("*.json"))
    assert found
    return found


def test_gold_is_in_canonical_form(shipped: Project, schema: Schema, tmp_path: Path) -> None:
    """Saving what was loaded gives the same bytes, so a diff shows only what was decided."""
    for path in _gold(shipped):
        annotation = load_annotation(path, schema)
        save_annotation(annotation, tmp_path / path.name, schema)
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    save_actors(load_actors(shipped.actors, schema), tmp_path / "actors.jsonl", schema)
    assert (tmp_path / "actors.jsonl").read_bytes() == shipped.actors.read_bytes()


def test_gold_stores_nothing_that_is_derived(shipped: Project, schema: Schema) -> None:
    for path in _gold(shipped):
        data = json.loads(path.read_text(encoding="utf-8"))
        for table in annotation_tables(schema):
            derived = {column.name for column in table.columns if column.derived}
            assert not any(derived & record.keys() for record in data[table.name])


def test_order_of_records_in_the_file_does_not_matter(shipped: Project, schema: Schema) -> None:
    path = _gold(shipped)[0]
    data = json.loads(path.read_text(encoding="utf-8"))
    turned = {name: value[::-1] if isinstance(value, list) else value for name, value in data.items()}
    assert dump_json(annotation_json(parse_annotation(turned, schema, "turned"), schema)) == path.read_text(
        encoding="utf-8"
    )


scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5)


@settings(max_examples=200)
@given(
    values=st.dictionaries(
        st.sampled_from(["note", "gloss", "presupposed", "contexts", "polarity", "article_id", "x"]), scalars
    ),
    article_id=st.sampled_from(["a", "b"]),
)
def test_fill_undoes_trim(values: Record, article_id: str, schema: Schema) -> None:
    """Also for faulty records: validation must see what the file says."""
    table = schema.table("actions")
    filled = {"article_id": article_id, "provenance": {"round": "r"}}
    whole = fill(table, values, filled)
    assert fill(table, trim(table, whole, filled), filled) == whole


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_dumped_json_reads_back(value: Any) -> None:
    assert json.loads(dump_json(value)) == value


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "one JSON object"),
        ({"article_id": "a"}, "lacks 'text_sha256'"),
        ({"article_id": "a", "text_sha256": "x", "provenance": {}, "mention": []}, "Unknown section"),
        ({"article_id": "a", "text_sha256": "x", "provenance": {}, "mentions": {}}, "list of objects"),
    ],
)
def test_a_file_that_is_no_annotation_is_refused(data: Any, words: str, schema: Schema) -> None:
    with pytest.raises(AnnotationError, match=words):
        parse_annotation(data, schema, "x.json")


def test_invalid_json_names_the_file(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"x\.json"):
        load_annotation(tmp_path / "x.json", schema)
    (tmp_path / "actors.jsonl").write_text('{"actor_id": "A"}\n[]\n', encoding="utf-8")
    with pytest.raises(AnnotationError, match="line 2"):
        load_actors(tmp_path / "actors.jsonl", schema)


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_line_feed_ends_a_line_of_the_registry(
    sign: str, shipped: Project, schema: Schema, tmp_path: Path
) -> None:
    actors = load_actors(shipped.actors, schema)
    actors[0]["note"] = f"before{sign}after"
    save_actors(actors, tmp_path / "actors.jsonl", schema)
    assert load_actors(tmp_path / "actors.jsonl", schema) == actors


# Rule R3, on a tree of statements over "0123456789": outer holds 0-9, inner 3-7.


def _statement(name: str, start: int, end: int, parent: str | None = None, **changes: Any) -> Record:
    return {
        "statement_id": name,
        "parent_statement_id": parent,
        "content_spans": [{"start": start, "end": end, "text": ""}],
        "source_actor_ids": [name.upper()],
        "layer": "core",
        "statement_status": "made",
        **changes,
    }


def _action(start: int, end: int, **changes: Any) -> Record:
    spans = [{"start": start, "end": end, "text": ""}]
    return {"trigger_spans": spans, "presupposed": False, "assertion_override": None, **changes}


def _derived(action: Record, *statements: Record) -> tuple[str | None, str, list[str], list[str]]:
    found = {one["statement_id"]: one for one in statements}
    held_in = innermost(action, found)
    return (held_in, *asserter(action, held_in, found))


OUTER = _statement("outer", 0, 10)


def test_narrator_asserts_what_no_statement_holds() -> None:
    assert _derived(_action(10, 12), OUTER) == (None, "AUTHOR", ["AUTHOR"], [])
    assert _derived(_action(9, 11), OUTER) == (None, "AUTHOR", ["AUTHOR"], [])


def test_the_innermost_made_core_statement_asserts() -> None:
    inner = _statement("inner", 3, 8, "outer")
    assert _derived(_action(4, 5), OUTER, inner) == ("inner", "inner", ["INNER"], [])
    assert _derived(_action(1, 2), OUTER, inner) == ("outer", "outer", ["OUTER"], [])


@pytest.mark.parametrize(
    "change",
    [
        {"layer": "extended"},
        *({"statement_status": s} for s in ("planned", "hypothetical", "negated", "habitual")),
    ],
)
def test_what_was_not_uttered_holds_an_attitude_only(change: Record) -> None:
    inner = _statement("inner", 3, 8, "outer", **change)
    assert _derived(_action(4, 5), OUTER, inner) == ("inner", "outer", ["OUTER"], ["INNER"])
    alone = _statement("inner", 3, 8, **change)
    assert _derived(_action(4, 5), alone) == ("inner", "AUTHOR", ["AUTHOR"], ["INNER"])


def test_presupposed_goes_to_the_narrator_and_an_override_wins() -> None:
    assert _derived(_action(4, 5, presupposed=True), OUTER) == ("outer", "AUTHOR", ["AUTHOR"], ["OUTER"])
    override = {"asserted_in": "outer", "reason": "why"}
    inner = _statement("inner", 3, 8, "outer")
    assert _derived(_action(4, 5, assertion_override=override), OUTER, inner) == (
        "inner",
        "outer",
        ["OUTER"],
        ["INNER"],
    )


def test_a_discontinuous_trigger_lies_inside_only_with_all_its_parts() -> None:
    action = _action(4, 5)
    action["trigger_spans"].append({"start": 11, "end": 12, "text": ""})
    assert _derived(action, OUTER)[0] is None


def test_a_circle_of_parents_ends() -> None:
    one, two = _statement("one", 0, 9, "two"), _statement("two", 0, 9, "one")
    assert nesting_depth(one, {"one": one, "two": two}) == 1


# Scores


def _act(
    event_type: str, mode: str | None = None, status: str = "occurred", polarity: str = "positive"
) -> Record:
    return {"event_type": event_type, "mode": mode, "status": status, "polarity": polarity}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (_act("CONSULT", "phone"), (1, "041", 1.5, 1.0)),
        (_act("CONSULT", "visit"), (1, None, 4.0, 1.0)),
        (_act("SANCTION", "discontinue"), (4, None, -6.0, -4.0)),
        (_act("SANCTION"), (4, "160", -6.0, -4.0)),
        (_act("SANCTION", "convict"), (4, "116", -6.0, -2.0)),
        (_act("PROTEST", "vandalize"), (4, None, None, -6.5)),
        (_act("ASSAULT"), (4, None, -9.0, None)),
        (_act("ASSAULT", "drone"), (4, "1952", -9.5, -10.0)),
        (_act("ACCUSE"), (3, None, -3.0, -2.0)),
        (_act("ASSAULT", "drone", "denied"), (4, "1952", None, None)),
        (_act("OTHER"), (None, None, None, None)),
    ],
)
def test_scores_by_the_tables(action: Record, expected: tuple[Any, ...], schema: Schema) -> None:
    found = scores(action, schema)
    assert (found["quad_class"], found["cameo_code"], found["plover_score"], found["goldstein"]) == expected
    assert (found["plover_table"] is None) == (found["plover_score"] is None)
    assert (found["goldstein_table"] is None) == (found["goldstein"] is None)


def test_rule_r8() -> None:
    assert is_exportable(_act("AID", status="ongoing"))
    assert not is_exportable(_act("AID", polarity="negative"))
    assert not is_exportable(_act("OTHER"))
    assert not any(is_exportable(_act("AID", status=status)) for status in ("planned", "denied", "attempted"))


def test_actor_codes() -> None:
    actor = {
        "actor_id": "X",
        "country_iso3": "RUS",
        "nonstate_code": None,
        "sector_code": "GOV",
        "other_sector_codes": ["MIL"],
    }
    assert cameo_actor_code(actor) == "RUSGOVMIL"
    assert (
        cameo_actor_code(actor | {"country_iso3": None, "nonstate_code": "IGO", "sector_code": None})
        == "IGOMIL"
    )
    assert cameo_actor_code(actor | {"actor_id": "AUTHOR"}) is None
