"""The schema is complete, what is derived from it does not drift, and a faulty one is refused in its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator

from communique.errors import SchemaError
from communique.project import Project
from communique.schema import Schema, load_schema
from communique.schema.arrow import arrow_schema, arrow_type
from communique.schema.codebook import page, pages
from communique.schema.features import features


def test_the_value_lists_are_complete(schema: Schema) -> None:
    """The numbers of the reference, counted and not copied: a lost value is noticed."""
    types = schema.values("event_type")
    assert len([value for value in types.values if value.const != "OTHER"]) == 16
    modes = [mode for value in types.values for mode in (schema.modes(value.const) or _empty()).values]
    assert len(modes) == 67
    sizes = {name: len(found.values) for name, found in schema.lists.items()}
    assert (sizes["context"], sizes["sector_code"], sizes["action_status"]) == (37, 25, 15)
    assert (sizes["actor_kind"], sizes["cue_class"], sizes["cameo_root"]) == (17, 21, 20)
    assert (sizes["statement_mode"], sizes["mode_evidence"], sizes["link_type"]) == (6, 9, 9)
    assert (sizes["source_form"], sizes["statement_kind"], sizes["medium"], sizes["zone"]) == (11, 11, 9, 9)


def _empty() -> Any:
    class Nothing:
        values: tuple[()] = ()

    return Nothing


def test_every_value_has_a_title_and_a_definition_of_its_own(schema: Schema) -> None:
    for found in schema.lists.values():
        texts = [value.description for value in found.values]
        assert all(text.endswith((".", ")")) for text in texts), found.name
        assert len(set(texts)) == len(texts), found.name


def test_every_example_stands_in_the_first_article_and_is_short(schema: Schema, shipped: Project) -> None:
    article = json.loads(next(shipped.articles.glob("guardian-20211207-*.json")).read_text(encoding="utf-8"))
    examples = [text for found in schema.lists.values() for value in found.values for text in value.examples]
    assert len(examples) > 100
    assert [text for text in examples if text not in article["text"] or len(text.split()) > 4] == []


def test_status_groups_and_quad_classes_cover_all(schema: Schema) -> None:
    groups = {value.facts["group"] for value in schema.values("action_status").values}
    assert groups == {"real", "intended", "pressed", "possible", "negated"}
    quads = {value.const: value.facts.get("quad") for value in schema.values("event_type").values}
    assert {const for const, quad in quads.items() if quad is None} == {"OTHER"}
    assert quads["SANCTION"] == 4  # a ruling of ours: PLOVER's files disagree


def test_arrow_and_features_agree_and_survive_parquet(schema: Schema, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    for table in schema.tables.values():
        made = arrow_schema(table)
        assert made.names == [column.name for column in table.columns]
        assert features(schema, table).arrow_schema.names == made.names
        pq.write_table(made.empty_table(), tmp_path / "t.parquet")
        assert pq.read_schema(tmp_path / "t.parquet").remove_metadata() == made


def test_class_labels_on_request(schema: Schema) -> None:
    from datasets import ClassLabel

    made = features(schema, schema.table("actions"), ("status",))
    assert isinstance(made["status"], ClassLabel)
    assert made["status"].names == [value.const for value in schema.values("action_status").values]
    assert not isinstance(made["event_type"], ClassLabel)
    assert isinstance(features(schema, schema.table("actions"), True)["event_type"], ClassLabel)


def test_record_schemas_are_valid_json_schema(schema: Schema) -> None:
    for table in schema.tables.values():
        Draft202012Validator.check_schema(table.row_schema)
        Draft202012Validator.check_schema(table.stored_schema)
        assert "$ref" not in json.dumps(table.row_schema)


def test_the_committed_codebook_is_what_the_schema_gives(schema: Schema, shipped: Project) -> None:
    folder = shipped.schema.parent / "codebook"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")} == pages(schema)


def test_the_codebook_shows_every_column_and_value(schema: Schema) -> None:
    for name, table in schema.tables.items():
        text = page(schema, name)
        assert all(f"| `{column.name}` |" in text for column in table.columns)
    text = page(schema, "event_type")
    assert all(f"| `{mode.const}` |" in text for mode in schema.lists["mode_assault"].values)
    assert all(
        ruling["ruling"] in pages(schema)["plover.md"]
        for ruling in schema.values("event_type").facts["rulings"]
    )


def test_fingerprint_follows_structure_and_values_not_prose(schema: Schema, project: Project) -> None:
    assert load_schema(project.schema).fingerprint == schema.fingerprint
    _edit(
        project, "values", lambda data: data["$defs"]["zone"]["oneOf"][0].update(description="Other words.")
    )
    assert load_schema(project.schema).fingerprint == schema.fingerprint
    _edit(project, "values", lambda data: data["$defs"]["zone"]["oneOf"].append(_value("letter")))
    assert load_schema(project.schema).fingerprint != schema.fingerprint


def _value(const: str) -> dict[str, str]:
    return {"const": const, "title": const.title(), "description": f"A {const}."}


def _edit(project: Project, name: str, change: Callable[[dict[str, Any]], Any]) -> Path:
    path = project.schema / f"{name}.schema.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


FAULTS: dict[str, tuple[str, Callable[[dict[str, Any]], Any], str]] = {
    "unknown reference": (
        "mentions",
        lambda d: d["properties"].update(zone={"$ref": "values.schema.json#/$defs/zzz"}),
        "/properties/zone/$ref",
    ),
    "circular reference": (
        "common",
        lambda d: d["$defs"].update(span={"$ref": "#/$defs/spans"}),
        "/$defs/span/$ref",
    ),
    "duplicate value": (
        "values",
        lambda d: d["$defs"]["zone"]["oneOf"].append(_value("body")),
        "/$defs/zone/oneOf/9",
    ),
    "value without definition": (
        "values",
        lambda d: d["$defs"]["zone"]["oneOf"].append({"const": "x"}),
        "/$defs/zone/oneOf/9",
    ),
    "unknown mode list": (
        "values",
        lambda d: d["$defs"]["event_type"]["oneOf"][0].update({"x-modes": "#/$defs/none"}),
        "/$defs/event_type/oneOf/0",
    ),
    "union of types": (
        "actors",
        lambda d: d["properties"].update(rank={"type": ["string", "integer"], "default": ""}),
        "/properties/rank",
    ),
    "array without items": (
        "actors",
        lambda d: d["properties"].update(rank={"type": "array", "default": []}),
        "/properties/rank",
    ),
    "open object": (
        "actors",
        lambda d: d["properties"].update(rank={"type": "object", "additionalProperties": True}),
        "/properties/rank/additionalProperties",
    ),
    "unsupported keyword": (
        "actors",
        lambda d: d["properties"].update(rank={"type": "string", "contentEncoding": "base64"}),
        "/properties/rank/contentEncoding",
    ),
    "unsupported format": (
        "actors",
        lambda d: d["properties"].update(rank={"type": ["string", "null"], "format": "uri"}),
        "/properties/rank/format",
    ),
    "bad pattern": (
        "actors",
        lambda d: d["properties"].update(rank={"type": ["string", "null"], "pattern": "("}),
        "/properties/rank/pattern",
    ),
    "optional without a default": (
        "actors",
        lambda d: d["properties"].update(rank={"type": "string"}),
        "/properties/rank",
    ),
    "invalid default": (
        "actors",
        lambda d: d["properties"].update(rank={"type": "string", "default": 3}),
        "/properties/rank/default",
    ),
    "unknown required column": ("actors", lambda d: d["required"].append("rank"), "/required"),
    "unknown key": ("actors", lambda d: d.update({"x-key": ["rank"]}), "/x-key"),
    "reference to no column": (
        "mentions",
        lambda d: d["properties"]["article_id"].update({"x-references": "articles.rank"}),
        "/properties/article_id",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_schema_is_refused_with_file_and_pointer(fault: str, project: Project) -> None:
    name, change, pointer = FAULTS[fault]
    path = _edit(project, name, change)
    with pytest.raises(SchemaError) as caught:
        load_schema(project.schema)
    assert (caught.value.field, Path(caught.value.file or "").name) == (pointer, path.name)


def test_json_that_does_not_parse_and_repeated_names_are_refused(project: Project) -> None:
    path = project.schema / "events.schema.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SchemaError, match="Not valid JSON"):
        load_schema(project.schema)
    path.write_text('{"title": "a", "title": "b"}', encoding="utf-8")
    with pytest.raises(SchemaError, match="twice"):
        load_schema(project.schema)


def test_integers_become_int32_only_when_bounded() -> None:
    assert arrow_type({"type": "integer", "minimum": 0, "maximum": 10}) == "int32"
    assert arrow_type({"type": "integer", "minimum": 0}) == "int64"
    assert arrow_type({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}) == "date32"
    assert arrow_type({"type": "object", "x-arrow": "json"}) == "string"


def test_a_project_may_add_a_table(project: Project) -> None:
    shutil.copy(project.schema / "events.schema.json", project.schema / "places.schema.json")
    made = load_schema(project.schema)
    assert "places" in made.tables
    assert isinstance(arrow_schema(made.table("places")), pa.Schema)
