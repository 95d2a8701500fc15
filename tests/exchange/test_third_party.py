"""Other people's readers open our exports of the shipped article and find the same counts."""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from communique.annotation.source import open_source
from communique.exchange.format import WriteOptions, Written
from communique.exchange.formats import get
from communique.project import Project


def export(name: str, shipped: Project, out: Path) -> Written:
    return get(name, "write").write(open_source(shipped), out, WriteOptions())


@pytest.fixture(scope="session")
def counts(shipped: Project) -> dict[str, int]:
    """Records by table, counted in the gold file itself."""
    import json

    (path,) = shipped.gold.glob("*.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    return {name: len(data[name]) for name in ("mentions", "statements", "actions", "events", "event_links")}


def test_brat_by_its_own_rules(shipped: Project, tmp_path: Path, counts: dict[str, int]) -> None:
    """The checks of brat's parser: ids are unique, words stand at their offsets, no span crosses a line, arguments exist."""
    export("brat", shipped, tmp_path)
    (ann,) = tmp_path.glob("*.ann")
    text = ann.with_suffix(".txt").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in ann.read_text(encoding="utf-8").splitlines()]
    ids = [row[0] for row in rows]
    assert len(set(ids)) == len(ids)
    for row in rows:
        if row[0][0] == "T":
            pieces = [tuple(map(int, piece.split())) for piece in row[1].split(" ", 1)[1].split(";")]
            assert " ".join(text[start:end] for start, end in pieces) == row[2]
            assert "\n" not in row[2]
        elif row[0][0] == "E":
            assert all(part.split(":")[1] in ids for part in row[1].split())
        elif row[0][0] in "AN#":
            assert row[1].split(" ")[1] in ids
    labels = Counter(row[1].split(" ")[0] for row in rows if row[0][0] == "T")
    events = Counter(row[1].split(":")[0] for row in rows if row[0][0] == "E")
    assert labels["Mention"] == counts["mentions"]
    assert events["Statement"] == counts["statements"]
    assert sum(events.values()) == counts["statements"] + counts["actions"]


def test_cas_by_cassis(shipped: Project, tmp_path: Path, counts: dict[str, int]) -> None:
    import cassis

    export("cas", shipped, tmp_path)
    with open(tmp_path / "TypeSystem.xml", "rb") as types:
        system = cassis.load_typesystem(types)
    (xmi,) = tmp_path.glob("*.xmi")
    with open(xmi, "rb") as stream:
        cas = cassis.load_cas_from_xmi(stream, typesystem=system)
    for name, kind in (("mentions", "Mention"), ("statements", "Statement"), ("actions", "Action")):
        assert len(cas.select(f"communique.{kind}")) == counts[name]


def test_conllu_by_conllu(shipped: Project, tmp_path: Path, counts: dict[str, int]) -> None:
    import conllu

    export("conllu", shipped, tmp_path)
    (path,) = tmp_path.glob("*.conllu")
    sentences = conllu.parse(path.read_text(encoding="utf-8"))
    roles: dict[str, set[str]] = {}
    for sentence in sentences:
        for token in sentence:
            for name, value in (token["misc"] or {}).items():
                roles.setdefault(name, set()).update(part.split(":")[0] for part in (value or "").split(","))
    assert len(roles["Mention"]) == counts["mentions"]
    assert len(roles["Cue"]) == len(roles["Content"]) == counts["statements"]
    assert len(roles["Trigger"]) == counts["actions"]


def test_docbin_by_spacy(shipped: Project, tmp_path: Path, counts: dict[str, int]) -> None:
    import spacy
    from spacy.tokens import DocBin

    export("docbin", shipped, tmp_path)
    (doc,) = DocBin().from_disk(tmp_path / "communique.spacy").get_docs(spacy.blank("en").vocab)
    assert len(doc.spans["mentions"]) == counts["mentions"]
    assert len({span.id_ for span in doc.spans["cues"]}) == counts["statements"]
    assert len({span.id_ for span in doc.spans["triggers"]}) == counts["actions"]


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_networks_by_networkx(name: str, shipped: Project, tmp_path: Path) -> None:
    import networkx

    written = export(name, shipped, tmp_path)
    graph = getattr(networkx, f"read_{name}")(tmp_path / f"network.{name}")
    assert graph.number_of_nodes() == written.counts["nodes"]
    assert graph.number_of_edges() == written.counts["edges"]


def test_sqlite_and_csv(shipped: Project, tmp_path: Path, counts: dict[str, int]) -> None:
    for name in ("sqlite", "csv"):
        export(name, shipped, tmp_path)
    database = sqlite3.connect(tmp_path / "communique.sqlite")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for table, count in counts.items():
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)
        with open(tmp_path / f"{table}.csv", newline="", encoding="utf-8") as stream:
            assert len(list(csv.DictReader(stream))) == count
