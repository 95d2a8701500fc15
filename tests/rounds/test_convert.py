"""annotation → task → annotation is the identity, whatever the text and the records."""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from communique.annotation.files import annotation_json
from communique.annotation.model import Annotation
from communique.rounds.convert_from import read_annotation
from communique.rounds.convert_to import ConversionError, regions_of
from communique.rounds.form import NEW_ACTOR, Form
from communique.rounds.formbuild import make_form
from communique.rounds.regions import Problem, fatal, read_result, write_result
from communique.rounds.tasks import make_task, names_in_task
from communique.schema import Schema, load_schema
from communique.schema.model import core

sys.path.insert(0, str(Path(__file__).parent))
import made

SCHEMA = made.schema()
FORM = make_form(SCHEMA)
NAMES = {"MIN": "The Minister", "ARMY": "The Army", "AUTHOR": "article narrator"}


def back(
    items: Any, text: str, like: Annotation, form: Form, names: dict[str, str]
) -> tuple[Annotation, list[Problem]]:
    result, problems = read_result(items, len(text), form)
    assert problems == []
    return read_annotation(
        result, text, form, article_id=like.article_id, text_sha256=like.text_sha256,
        provenance=like.provenance, actor_names=names,
    )  # fmt: skip


def there_and_back(
    annotation: Annotation, text: str, form: Form = FORM, names: dict[str, str] = NAMES, seed: int = 0
) -> None:
    items = write_result(regions_of(annotation, text, form, names), text, form)
    # As JSON over the wire, and in any order, which Label Studio does not keep.
    items = json.loads(json.dumps(items))
    random.Random(seed).shuffle(items)
    for one in items:
        if "text" in one.get("value", {}) and one["type"] == "labels":
            one["value"]["text"] = "what the server says here is not to be trusted"
    again, problems = back(items, text, annotation, form, names)
    assert not fatal(problems)
    assert annotation_json(again, form.schema) == annotation_json(annotation, form.schema)


def test_the_real_gold_annotation_comes_back_as_it_is() -> None:
    annotation, text = made.gold()
    # Who decided it is said anew on everything that comes back.
    for one in (one for records in annotation.tables.values() for one in records):
        one["provenance"] = annotation.provenance
    registry = made.registry()
    article = {"article_id": annotation.article_id, "text": text, "text_sha256": annotation.text_sha256}
    task = make_task(article, FORM, registry, annotation)
    items = task["predictions"][0]["result"]
    again, problems = back(items, text, annotation, FORM, names_in_task(task["data"]))
    assert problems == []
    assert annotation_json(again, SCHEMA) == annotation_json(annotation, SCHEMA)
    # Widgets carry it, not a blob: patches are the rare exception.
    patched = [one for one in items if one["type"] == "textarea" and one["from_name"].endswith("_more")]
    assert len(patched) < len(annotation["actions"]) / 20


# ---- generated annotations


def values(node: dict[str, Any], text: str, ids: dict[str, list[str]]) -> st.SearchStrategy[Any]:
    """Values of a column, from its JSON Schema."""
    inner = core(node)
    options: list[st.SearchStrategy[Any]] = [] if inner is node else [st.none()]
    if inner.get("x-values"):
        options.append(st.sampled_from([one["const"] for one in inner["oneOf"]]))
    elif "x-span-of" in inner:
        options.append(spans_of(text, 1).map(lambda found: found[0]))
    elif inner.get("type") == "array":
        items = core(inner["items"])
        least = inner.get("minItems", 0)
        if "x-span-of" in items:
            options.append(spans_of(text, 3, least))
        else:
            unique = {"unique_by": repr} if inner.get("uniqueItems") else {}
            options.append(st.lists(values(inner["items"], text, ids), min_size=least, max_size=3, **unique))
    elif inner.get("type") == "object":
        options.append(
            st.fixed_dictionaries({k: values(v, text, ids) for k, v in inner["properties"].items()})
        )
    elif inner.get("type") == "boolean":
        options.append(st.booleans())
    elif inner.get("type") in ("integer", "number"):
        kind = (
            st.integers(-(2**60), 2**60)
            if inner["type"] == "integer"
            else st.floats(allow_nan=False, allow_infinity=False)
        )
        options.append(kind)
    else:
        reference = (node.get("x-references") or inner.get("x-references") or "").partition(".")[0]
        known = ids.get(reference) or ids.get(inner.get("pattern", ""))
        words = st.text(st.characters(codec="utf-8"), min_size=inner.get("minLength", 0), max_size=12)
        options.append(
            st.sampled_from(known)
            if known
            else st.one_of(words, st.sampled_from(["", "  a\n\n b ", "yes", '{"a": 1}']))
        )
    return st.one_of(*options)


def spans_of(text: str, most: int, least: int = 1) -> st.SearchStrategy[list[dict[str, Any]]]:
    def cut(bounds: set[int]) -> list[dict[str, Any]]:
        points = sorted(bounds)
        pairs = zip(points[::2], points[1::2], strict=False)
        return [{"start": a, "end": b, "text": text[a:b]} for a, b in pairs]

    sizes = st.sets(st.integers(0, len(text)), min_size=2 * max(least, 0) or 0, max_size=2 * most)
    return sizes.map(cut).filter(lambda found: len(found) >= least)


TEXTS = st.one_of(
    st.just(made.HOSTILE),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=8, max_size=60),
    st.text(st.sampled_from("ab \n\t\U0001f600\u200d\u0301\u202e\u00a0\ufeff&<>"), min_size=8, max_size=60),
)


@st.composite
def annotations(draw: st.DrawFn, schema: Schema = SCHEMA) -> tuple[Annotation, str]:
    text = draw(TEXTS)
    numbers = {
        name: [f"art.{name[0]}{n}" for n in range(3)]
        for name in ("mentions", "statements", "actions", "events")
    }
    ids = {**numbers, "actors": [*NAMES, "art.GROUP"]}
    ids[schema.shared["record_id"]["pattern"]] = numbers["statements"]
    tables: dict[str, list[dict[str, Any]]] = {}
    for name in ("actors", "mentions", "statements", "actions", "events", "event_links"):
        table = schema.table(name)
        keys = ["art.GROUP"] if name == "actors" else numbers.get(name, [None] * 3)
        tables[name] = []
        for key in keys[: draw(st.integers(0, len(keys)))]:
            record = {}
            for column in table.stored:
                if not column.from_file and (column.required or draw(st.booleans())):
                    record[column.name] = draw(values(column.json, text, ids))
            record |= {table.key[0]: key} if key else {}
            if name == "actors":
                record["article_id"] = "art"
                record["canonical_name"] = "some group"
            if name == "mentions":
                record |= draw(spans_of(text, 1))[0]
            tables[name].append(record)
    links = {tuple(one[key] for key in schema.table("event_links").key): one for one in tables["event_links"]}
    tables["event_links"] = list(links.values())
    annotation = made.annotation("art", text, tables, schema)
    annotation.remarks = draw(st.one_of(st.none(), st.just(" two\nlines ")))
    return annotation, text


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(annotations(), st.integers(0, 99))
def test_generated_annotations_come_back_as_they_are(given_: tuple[Annotation, str], seed: int) -> None:
    annotation, text = given_
    own = {one["actor_id"]: one["canonical_name"] for one in annotation["actors"]}
    there_and_back(annotation, text, names=NAMES | own, seed=seed)


def test_what_users_add_to_the_schema_gets_a_widget_and_comes_back(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(made.ROOT / "annotations" / "schema", tmp_path / "schema")
    parts = {"a": {"type": "integer"}, "b": {"type": ["string", "null"]}}
    box = {"type": "object", "properties": parts, "required": ["a", "b"], "additionalProperties": False}
    extra: dict[str, Any] = {
        "tone": {"title": "Tone", "type": ["string", "null"], "default": None},
        "weight": {"title": "Weight", "type": "number", "default": 0.5},
        "rank": {"title": "Rank", "type": "integer", "minimum": 1, "maximum": 9, "default": 1},
        "sure": {"title": "Sure", "type": "boolean", "default": True},
        "checked": {"title": "Checked", "type": ["boolean", "null"], "default": None},
        "tags": {"title": "Tags", "type": "array", "items": {"type": "string"}, "default": []},
        "kinds": {"title": "Kinds", "type": "array", "items": {"$ref": "values.schema.json#/$defs/polarity"}, "default": []},
        "when": {"title": "When", "type": ["string", "null"], "format": "date", "default": None},
        "box": {"title": "Box", "anyOf": [box, {"type": "null"}], "default": None},
    }  # fmt: skip
    for name in ("mentions", "statements", "actions", "events", "event_links"):
        path = tmp_path / "schema" / f"{name}.schema.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        data["properties"] |= {key: {**one, "description": f"{one['title']}."} for key, one in extra.items()}
        path.write_text(json.dumps(data), encoding="utf-8")
    schema = load_schema(tmp_path / "schema")
    form = make_form(schema)
    assert {f"statements_{name}" for name in extra if name != "box"} <= set(form.fields)
    assert {"statements_box_a", "statements_box_b"} <= set(form.fields)
    text = made.HOSTILE
    here = {
        "tone": "dry",
        "weight": 2.0,
        "rank": 7,
        "sure": False,
        "checked": False,
        "tags": ["a", ""],
        "kinds": ["negative", "positive"],
        "when": "2024-02-29",
        "box": {"a": 3, "b": None},
    }
    said = {
        "layer": "core",
        "statement_kind": "assertion",
        "source_actor_ids": [],
        "source_form": "implicit",
        "cue_class": "neutral",
        "mode": "indirect",
        "speech_act": "assertive",
    }
    tables = {
        "statements": [
            {
                "statement_id": "art.S1",
                **said,
                "cue_spans": [made.span(text, "said")],
                "content_spans": [made.span(text, "that")],
                **here,
            }
        ],
        "actions": [
            {
                "action_id": f"art.A{n}",
                "event_id": f"art.V{n}",
                "trigger_spans": [made.span(text, word)],
                "event_type": "ASSAULT",
                "status": "occurred",
                **here,
            }
            for n, word in enumerate(["attacked", "come"])
        ],
        "events": [
            {"event_id": f"art.V{n}", "gloss": "g", "event_type": "ASSAULT", **here} for n in range(2)
        ],
        "event_links": [{"type": "cause_of", "from_event_id": "art.V0", "to_event_id": "art.V1", **here}],
        "mentions": [
            {
                "mention_id": "art.m1",
                "mention_type": "NOM",
                "actor_id": "MIN",
                **made.span(text, "The minister"),
                **here,
            }
        ],
    }
    there_and_back(made.annotation("art", text, tables, schema), text, form)


def test_a_long_article_with_two_thousand_regions() -> None:
    rng = random.Random(3)
    text = "".join(rng.choice("word \U0001f600e\u0301 \u0645\u0631 \n") for _ in range(100_000))
    mentions = []
    for n in range(2000):
        start = rng.randrange(len(text) - 40)
        end = (
            start + rng.randrange(1, 40)
            if n % 5
            else start + rng.randrange(1, 30_000 % (len(text) - start) + 1)
        )
        mentions.append(
            {
                "mention_id": f"art.m{n}",
                "mention_type": "NAM",
                "actor_id": "MIN",
                "start": start,
                "end": end,
                "text": text[start:end],
            }
        )
    mentions += [{**one, "mention_id": f"{one['mention_id']}x"} for one in mentions[:50]]  # coinciding
    there_and_back(made.annotation("art", text, {"mentions": mentions}, SCHEMA), text)


# ---- what annotators draw


def region(number: str, text: str, words: str, label: str, **fields: Any) -> list[dict[str, Any]]:
    at = made.span(text, words)
    place = {"start": at["start"], "end": at["end"]}
    items = [
        {
            "id": number,
            "from_name": "span",
            "to_name": "text",
            "type": "labels",
            "value": {**place, "labels": [label]},
        }
    ]
    for control, value in fields.items():
        kind = FORM.controls[control]
        key = {"textarea": "text"}.get(kind, kind)
        items.append(
            {
                "id": number,
                "from_name": control,
                "to_name": "text",
                "type": kind,
                "value": {**place, key: value},
            }
        )
    return items


def labelled(start: Any, end: Any, label: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label]}
    return {"id": "a", "from_name": "span", "to_name": "text", "type": "labels", "value": value}


def relation(source: str, target: str, *labels: str, direction: str = "right") -> dict[str, Any]:
    return {
        "type": "relation",
        "from_id": source,
        "to_id": target,
        "labels": list(labels),
        "direction": direction,
    }


TEXT = "The minister said that the army attacked. The army denied it."


def read(*items: Any, text: str = TEXT) -> tuple[Annotation, list[Problem]]:
    flat = [one for item in items for one in (item if isinstance(item, list) else [item])]
    result, problems = read_result(flat, len(text), FORM)
    annotation, more = read_annotation(
        result,
        text,
        FORM,
        article_id="art",
        text_sha256=made.digest(text),
        provenance=made.PROVENANCE,
        actor_names=NAMES,
    )
    return annotation, problems + more


def test_a_statement_drawn_by_hand() -> None:
    annotation, problems = read(
        region(
            "m", TEXT, "The minister", "Mention", mentions_actor_id=[["MIN"]], mentions_mention_type=["NOM"]
        ),
        region("c", TEXT, "said", "Cue", statements_layer=["core"]),
        region("k", TEXT, "that the army attacked", "Content"),
        relation("c", "m", "source"),
        relation("k", "c", "content"),  # drawn the wrong way round
    )
    (statement,) = annotation["statements"]
    assert statement["statement_id"] == "art.c"
    assert statement["source_actor_ids"] == ["MIN"]
    assert [one["text"] for one in statement["source_spans"]] == ["The minister"]
    assert [one["text"] for one in statement["content_spans"]] == ["that the army attacked"]
    assert {one.where for one in problems} >= {"statements c, mode", "statements c, speech_act"}
    assert not fatal(problems)


def test_an_unlabelled_relation_is_read_where_its_ends_leave_no_doubt() -> None:
    annotation, problems = read(
        region("m", TEXT, "The minister", "Mention", mentions_mention_type=["NOM"]),
        region("c", TEXT, "said", "Cue"),
        region("k", TEXT, "that the army attacked", "Content"),
        relation("c", "k"),
        relation("c", "m"),
    )
    assert len(annotation["statements"][0]["content_spans"]) == 1
    assert annotation["statements"][0]["source_spans"] == []
    assert any("no label" in one.what and one.where == "relation c → m" for one in problems)


def test_one_actor_can_be_agent_and_target() -> None:
    annotation, _ = read(
        region("m", TEXT, "the army", "Mention", mentions_actor_id=[["ARMY"]], mentions_mention_type=["NOM"]),
        region("t", TEXT, "attacked", "Trigger", actions_event_type=[["ASSAULT", "ASSAULT/aerial"]]),
        relation("t", "m", "agent", "target"),
    )
    (action,) = annotation["actions"]
    assert (
        action["agents"]
        == action["targets"]
        == [{"actor_id": "ARMY", "span": made.span(TEXT, "the army"), "implicit": False}]
    )
    assert (action["event_type"], action["mode"]) == ("ASSAULT", "aerial")


def test_events_by_relation_by_name_and_their_links() -> None:
    annotation, problems = read(
        region(
            "t1", TEXT, "said", "Trigger", actions_event_id=["the talk"], actions_event_type=[["CONSULT"]]
        ),
        region(
            "t2", TEXT, "attacked", "Trigger", actions_event_type=[["ASSAULT"]], events_gloss=["the attack"]
        ),
        region("t3", TEXT, "denied", "Trigger"),
        relation("t3", "t1", "same_event", "response_to"),
        relation("t2", "t1", "cause_of", direction="left"),
    )
    by_id = {one["action_id"]: one["event_id"] for one in annotation["actions"]}
    assert by_id == {"art.t1": "art.the_talk", "art.t3": "art.the_talk", "art.t2": "art.V-t2"}
    assert {one["event_id"]: (one["gloss"], one["event_type"]) for one in annotation["events"]} == {
        "art.the_talk": ("said", "CONSULT"),
        "art.V-t2": ("the attack", "ASSAULT"),
    }
    links = {(one["type"], one["from_event_id"], one["to_event_id"]) for one in annotation["event_links"]}
    assert ("cause_of", "art.the_talk", "art.V-t2") in links
    assert not fatal(problems)


def test_a_proposed_actor_is_one_record_for_all_its_mentions() -> None:
    proposed = {NEW_ACTOR: ["\u0627\u0644\u062c\u064a\u0634"], "actors_actor_kind": ["armed_force"]}
    annotation, _ = read(
        region("a", TEXT, "the army", "Mention", mentions_mention_type=["NOM"], **proposed),
        region(
            "b",
            TEXT,
            "The army",
            "Mention",
            mentions_mention_type=["NOM"],
            **{NEW_ACTOR: ["\u0627\u0644\u062c\u064a\u0634"]},
        ),
        region(
            "c",
            TEXT,
            "The minister",
            "Mention",
            mentions_mention_type=["NOM"],
            **{NEW_ACTOR: ["The Minister"]},
        ),
    )
    (actor,) = annotation["actors"]
    assert actor["canonical_name"] == "\u0627\u0644\u062c\u064a\u0634"
    assert (actor["actor_kind"], actor["qid_status"]) == ("armed_force", "none")
    found = {one["mention_id"]: one["actor_id"] for one in annotation["mentions"]}
    assert found == {"art.a": actor["actor_id"], "art.b": actor["actor_id"], "art.c": "MIN"}


def test_a_part_makes_a_discontinuous_cue() -> None:
    annotation, problems = read(
        region("c", TEXT, "denied", "Cue"), region("p", TEXT, "it", "Part", ), relation("c", "p", "part")
    )  # fmt: skip
    assert [one["text"] for one in annotation["statements"][0]["cue_spans"]] == ["denied", "it"]
    assert not fatal(problems)


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([*region("a", TEXT, "said", "Cue"), relation("a", "gone", "source")], "no region gone"),
        ([labelled(0, 3, "Speech")], "Speech"),
        ([labelled(9, 3, "Cue")], "9 to 3"),
        ([labelled(0, 9999, "Cue")], "9999"),
        ([labelled(0.0, 3, "Cue")], "0.0"),
        ([labelled(0, 3, "Cue") | {"from_name": "old", "type": "choices"}], "no widget 'old'"),
        ([{"id": "a", "type": "labels"}], "lacks"),
        ([*region("c", TEXT, "said", "Cue"), relation("c", "c", "befriends")], "befriends"),
        (region("c", TEXT, "said", "Cue", statements_layer=["middle"]), "middle"),
        (region("c", TEXT, "said", "Cue", statements_more=["{not json"]), "JSON"),
        (region("t", TEXT, "said", "Trigger", actions_other_views=["[1,"]), "JSON"),
        ("text", "not a list"),
    ],
)  # fmt: skip
def test_what_would_lock_a_task_or_lose_work_is_fatal(items: Any, says: str) -> None:
    result, problems = read_result(items, len(TEXT), FORM)
    if not fatal(problems):
        _, problems = read_annotation(
            result,
            TEXT,
            FORM,
            article_id="art",
            text_sha256="0" * 64,
            provenance=made.PROVENANCE,
            actor_names=NAMES,
        )
    assert any(says in one.what for one in fatal(problems)), problems


def test_a_patch_never_overrules_what_the_annotator_changed() -> None:
    text = TEXT
    action = {
        "action_id": "art.A1",
        "event_id": "art.V1",
        "trigger_spans": [made.span(text, "attacked")],
        "event_type": "ASSAULT",
        "status": "occurred",
        "agents": [
            {"actor_id": "ARMY", "span": None, "implicit": True},
            {"actor_id": "MIN", "span": made.span(text, "The minister"), "implicit": False},
        ],
    }
    event = {"event_id": "art.V1", "gloss": "g", "event_type": "ASSAULT"}
    annotation = made.annotation("art", text, {"actions": [action], "events": [event]}, SCHEMA)
    result = regions_of(annotation, text, FORM, NAMES)
    assert "actions_more" in result.regions["A1"].fields  # the order of the agents
    changed = copy.deepcopy(result)
    del changed.regions["A1"].fields["actions_agents_understood"]
    items = write_result(changed, text, FORM)
    again, _ = back(items, text, annotation, FORM, NAMES)
    assert [one["actor_id"] for one in again["actions"][0]["agents"]] == ["MIN"]


def test_a_span_outside_the_text_survives_as_a_record_and_a_double_id_is_refused() -> None:
    mention = {
        "mention_id": "art.m",
        "mention_type": "NAM",
        "actor_id": None,
        "start": 0,
        "end": 3,
        "text": "xyz",
    }
    annotation = made.annotation("art", TEXT, {"mentions": [mention]}, SCHEMA)
    there_and_back(annotation, TEXT)
    good = {**mention, **made.span(TEXT, "The")}
    doubled = made.annotation("art", TEXT, {"mentions": [good, good]}, SCHEMA)
    with pytest.raises(ConversionError, match="same id"):
        regions_of(doubled, TEXT, FORM, NAMES)
