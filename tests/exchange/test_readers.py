"""Small corpora of our own in the layouts of others, through the readers and into a project that is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import load_actors, load_gold
from communique.corpus.start import start_project
from communique.exchange.format import ExchangeError, Log, Reading, ReadOptions
from communique.exchange.formats import get
from communique.exchange.receive import Received, ReceiveOptions, receive
from communique.project import Project
from communique.rounds.round import load_round
from communique.schema import Schema, load_schema

DATA = Path(__file__).resolve().parents[1] / "data" / "exchange"


def read(name: str, path: Path, schema: Schema, **options: Any) -> tuple[Reading, Log]:
    log = Log()
    return get(name, "read").read(path, ReadOptions(**options), schema, log), log


def take(
    name: str, path: Path, root: Path, kind: str | None = None, **options: Any
) -> tuple[Project, Received, Log]:
    project = start_project(root)
    reading, log = read(name, path, load_schema(project.schema), **options)
    return project, receive(project, reading, log, ReceiveOptions(annotator_kind=kind, allow_null=True)), log


def words(spans: list[Any]) -> list[str]:
    return [span["text"] for span in spans]


def test_polnear(tmp_path: Path) -> None:
    project, received, log = take("brat", DATA / "polnear", tmp_path / "p")
    assert (len(received.articles), received.passes, received.several) == (1, 2, 1)
    assert log.seen["spans exact"] == log.seen["spans"]
    assert [(one.record, one.reason) for one in log.refused] == [
        ("line 24", "not a line of brat: 'note without a tab'"),
        ("E5", "no cue"),
    ]
    assert log.unheld == {"Discuss (ignored)": 1, "note AnnotatorNotes": 1}
    schema = load_schema(project.schema)
    ((_, gold),) = load_gold(project.gold, schema)
    assert gold.provenance["decision"] == "imported"
    assert gold.provenance["guideline_version"] == "0.0.0"
    assert [words(row["cue_spans"]) for row in gold["statements"]] == [["said"], ["added"], ["warned"]]
    said = gold["statements"][0]
    unsaid = (
        "mode",
        "speech_act",
        "layer",
        "statement_kind",
        "cue_class",
        "statement_status",
        "medium",
        "source_form",
    )
    assert {said[name] for name in unsaid} == {None}
    plan = load_round(project, "import")
    assert [one.name for one in plan.annotators] == ["aaaa", "bbbb"]
    ((_, other),) = load_gold(project.rounds / "import" / "bbbb", schema)
    assert words(other["statements"][1]["content_spans"]) == ["that it", "will stay open", "all winter"]
    assert other["statements"][3]["source_form"] == "unspecified"


def test_gum(tmp_path: Path) -> None:
    project, _, log = take("conllu", DATA / "gum", tmp_path / "p")
    assert log.refused == []
    assert log.faults == []
    ((_, gold),) = load_gold(project.gold, load_schema(project.schema))
    by_text = {row["text"]: row for row in gold["mentions"]}
    assert set(by_text) == {"Bridge in Northtown", "Northtown", "Mayor Ann Reed", "it", "engineers"}
    assert by_text["Mayor Ann Reed"]["actor_id"].startswith("Ann_Reed__mayor-")
    assert by_text["it"]["nonactor_type"] == "object"
    assert by_text["it"]["mention_type"] == "PRO"
    assert [
        (words(s["source_spans"]), words(s["cue_spans"]), words(s["content_spans"]))
        for s in gold["statements"]
    ] == [
        (["Mayor Ann Reed"], ["said"], ["it doesn't move."]),
        (["engineers"], ["According to"], ["it was checked."]),
    ]
    names = {actor["canonical_name"] for actor in load_actors(project.actors, load_schema(project.schema))}
    assert "Ann Reed, mayor" in names


def test_plover(tmp_path: Path) -> None:
    project, _, log = take("plover", DATA / "plover.json", tmp_path / "p")
    schema = load_schema(project.schema)
    gold = [annotation for _, annotation in load_gold(project.gold, schema)]
    actions = {
        action["action_id"].rpartition("-")[0].rpartition(".")[2]: action
        for one in gold
        for action in one["actions"]
    }
    demand, fight = actions["A-G-DEMAND"], actions["A-G-FIGHT"]
    assert (demand["event_type"], demand["contexts"], demand["status"]) == (
        "REQUEST",
        ["asylum", "military"],
        None,
    )
    assert (fight["event_type"], fight["mode"]) == ("ASSAULT", "targeted")
    assert [one["actor_id"] for one in fight["agents"]] == [one["actor_id"] for one in fight["targets"]]
    assert {one.record: one.reason.split(":")[0] for one in log.refused} == {
        "G-FIGHT-2": "no trigger",
        "G-ODD-1": "the event type DANCE is unknown",
    }
    assert [one.reason for one in log.faults if "XQX" in one.reason] == [
        "XQX is the code of no country and no kind of organisation"
    ]
    assert log.unheld["context odd"] == log.unheld["sector kur"] == 1


def test_citron(schema: Schema) -> None:
    reading, log = read("citron", DATA / "citron.json", schema)
    tables = reading.documents[0].passes[0].tables
    assert [words(row["content_spans"]) for row in tables["statements"]] == [["“Stop,”"], ['It is "safe"']]
    assert [row["source_actor_ids"] for row in tables["statements"]] == [[".G1"], [".G1"]]
    assert [one.reason for one in log.refused] == ["no content"]


def test_label_studio(schema: Schema) -> None:
    reading, log = read(
        "label-studio", DATA / "label-studio.json", schema, mapping=DATA / "label-studio.mapping.json"
    )
    (document,) = reading.documents
    assert [one.annotator for one in document.passes] == ["annotator3", "annotator4"]
    (statement,) = document.passes[0].tables["statements"]
    assert (words(statement["source_spans"]), words(statement["content_spans"]), statement["mode"]) == (
        ["Ann"],
        ["“Stop,”"],
        "direct",
    )
    assert "skipped" in log.refused[0].reason


def test_webanno(schema: Schema) -> None:
    reading, _ = read("webanno", DATA / "webanno", schema, mapping=DATA / "webanno.mapping.json")
    (document,) = reading.documents
    assert document.draft.text == "😀 Ann Reed said it_is [so].\nShe left."
    (statement,) = document.passes[0].tables["statements"]
    assert words(statement["source_spans"]) == ["Ann Reed"]
    assert words(statement["content_spans"]) == ["it_is [so"]
    assert [row["text"] for row in document.passes[0].tables["mentions"]] == ["She"]


def test_spans(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "a.txt").write_text("Ann said no.", encoding="utf-8")
    (tmp_path / "m.json").write_text(
        '{"spans": {"who": {"part": "source_spans"}, "cue": {"part": "cue_spans"}, "what": {"part": "content_spans"}},'
        '"frames": {"record": {"table": "statements", '
        '"roles": {"who": "source_spans", "cue": "cue_spans", "what": "content_spans"}}}}'
    )
    rows = "doc;begin;end;type;words;group\n"
    rows += "a;0;3;who;Ann;1\na;4;8;cue;said;1\na;9;11;what;no;1\na;9;x;what;no;2\nb;0;1;who;B;3\n"
    (tmp_path / "t.csv").write_text(rows, encoding="utf-8")
    reading, log = read("spans", tmp_path / "t.csv", schema, mapping=tmp_path / "m.json")
    (statement,) = reading.documents[0].passes[0].tables["statements"]
    assert (words(statement["source_spans"]), words(statement["content_spans"])) == (["Ann"], ["no"])
    assert len(log.refused) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "path"), [("brat", "polnear"), ("conllu", "gum"), ("plover", "plover.json")]
)
def test_an_import_builds_loads_and_validates(name: str, path: str, tmp_path: Path) -> None:
    import datasets

    from communique.corpus.build import build
    from communique.validation.api import validate

    project, _, _ = take(name, DATA / path, tmp_path / "p")
    counts = build(project).counts()
    for table, count in counts.items():
        if count:
            loaded = datasets.load_dataset(str(project.corpus), table, cache_dir=str(tmp_path / "cache"))
            assert loaded["train"].num_rows == count
    assert validate(project.root).errors == 0


def test_nothing_is_written_when_the_schema_wants_more(tmp_path: Path) -> None:
    project = start_project(tmp_path / "p")
    before = sorted(path.read_bytes() for path in project.root.rglob("*") if path.is_file())
    reading, log = read("brat", DATA / "polnear", load_schema(project.schema))
    with pytest.raises(ExchangeError, match="--allow-null"):
        receive(project, reading, log)
    assert sorted(path.read_bytes() for path in project.root.rglob("*") if path.is_file()) == before
