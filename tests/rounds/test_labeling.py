"""The labeling config follows from the schema and nothing else."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from communique.rounds.formbuild import make_form
from communique.rounds.labeling import config_xml
from communique.rounds.push import same_config
from communique.schema import load_schema

sys.path.insert(0, str(Path(__file__).parent))
import made

SCHEMA = made.schema()
ROOT = ET.fromstring(config_xml(SCHEMA))


def test_every_stored_column_has_its_place() -> None:
    form = make_form(SCHEMA)
    for anchored in form.anchored.values():
        held = {one.column for one in anchored.fields} | {one.modes for one in anchored.fields}
        held |= {anchored.key, anchored.column, "start", "end", "text"}
        held |= {name for role in anchored.roles for name in (role.column, role.actors, role.implied)}
        held |= {one.column for one in anchored.references}
        held |= {anchored.cluster.column} if anchored.cluster else set()
        missing = {c.name for c in anchored.table.stored if not c.from_file} - held
        assert not missing, anchored.table.name
    assert {"mentions", "statements", "actions"} == {one.table.name for one in form.anchored.values()}


def test_every_value_is_offered_with_its_definition() -> None:
    form = make_form(SCHEMA)
    for name, allowed in form.allowed.items():
        (widget,) = [one for one in ROOT.iter() if one.get("name") == name]
        choices = list(widget.iter("Choice"))
        assert {one.get("alias") for one in choices} == allowed, name
        assert all(one.get("hint") for one in choices), name
        for branch in [widget, *choices]:
            titles = [one.get("value") for one in branch.findall("Choice")]
            assert len(titles) == len(set(titles)), name


def test_names_and_hotkeys_are_unique_and_widgets_show_for_their_own_label() -> None:
    names = [one.get("name") for one in ROOT.iter() if one.get("name")]
    assert len(names) == len(set(names))
    keys = [one.get("hotkey") for one in ROOT.iter("Label") if one.get("hotkey")]
    assert len(keys) == len(set(keys)) >= 10
    labels = {one.get("value") for one in ROOT.iter("Label")}
    for one in ROOT.iter():
        if one.get("perRegion"):
            assert set(one.get("whenLabelValue", "").split(",")) <= labels - {None}
    # An alias true or false would reach Label Studio as a truth value, and no task would open.
    assert not {one.get("alias") for one in ROOT.iter("Choice")} & {"true", "false", "null"}


def test_the_same_schema_gives_the_same_config_and_indentation_does_not_matter() -> None:
    xml = config_xml(SCHEMA)
    assert xml == config_xml(made.schema())
    assert same_config(xml, "".join(line.strip() + "\n" for line in xml.splitlines()))
    assert not same_config(xml, xml.replace("Mention", "Person"))
    assert not same_config(xml, "<View")


def test_hints_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    def bare(node: object) -> object:
        if isinstance(node, dict):
            return {key: bare(value) for key, value in node.items() if key != "x-label-studio"}
        return [bare(one) for one in node] if isinstance(node, list) else node

    shutil.copytree(made.ROOT / "annotations" / "schema", tmp_path / "schema")
    for path in (tmp_path / "schema").glob("*.json"):
        path.write_text(json.dumps(bare(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    without = load_schema(tmp_path / "schema")
    assert without.fingerprint == SCHEMA.fingerprint
    # Without any hint the form still holds everything; only colours, keys and relation names are plainer.
    assert {one.table.name for one in make_form(without).anchored.values()} == {
        "mentions",
        "statements",
        "actions",
    }
