"""What others' files get wrong: each is refused with file, record and the way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from communique.exchange.format import Document, ExchangeError, Log, ReadOptions
from communique.exchange.formats import get
from communique.schema import Schema

TEXT = "😀😀 Zoë “said” no – é.\n"


def brat(folder: Path, text: bytes, ann: str, schema: Schema, **options: Any) -> tuple[list[Document], Log]:
    (folder / "d.txt").write_bytes(text)
    (folder / "d.ann").write_text(ann, encoding="utf-8")
    log = Log()
    reading = get("brat", "read").read(folder, ReadOptions(profile="polnear", **options), schema, log)
    return reading.documents, log


def lines(offset: object) -> str:
    """An attribution whose offsets are given by `offset`, a function of code points."""
    found = [("Source", "Zoë"), ("Cue", "said"), ("Content", "no")]
    marks = [(n, TEXT.index(n), TEXT.index(n) + len(n), label) for label, n in found]
    body = "".join(
        f"T{i}\t{label} {offset(s)} {offset(e)}\t{w}\n" for i, (w, s, e, label) in enumerate(marks, 1)
    )  # type: ignore[operator]
    return body + "E1\tAttribution:T2 Source:T1 Cue:T2 Content:T3\n"


@pytest.mark.parametrize(
    ("unit", "offset"),
    [
        ("utf-16", lambda at: len(TEXT[:at].encode("utf-16-le")) // 2),
        ("bytes", lambda at: len(TEXT[:at].encode())),
    ],
)
def test_offsets_in_another_unit(unit: str, offset: object, tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(ExchangeError) as caught:
        brat(tmp_path, TEXT.encode(), lines(offset), schema)
    assert f"--offsets {unit}" in str(caught.value)
    assert "100.0%" in str(caught.value)
    documents, log = brat(tmp_path, TEXT.encode(), lines(offset), schema, offsets=unit)
    assert [s["text"] for s in documents[0].passes[0].tables["statements"][0]["source_spans"]] == ["Zoë"]
    assert log.refused == []


@pytest.mark.parametrize("counted", [True, False])
def test_cr_lf_text_beside_either_reading(counted: bool, tmp_path: Path, schema: Schema) -> None:
    text = "First line.\r\nSecond.\r\nAnn said no.\r\n"
    seen = text if counted else text.replace("\r\n", "\n")
    marks = [("Source", "Ann"), ("Cue", "said"), ("Content", "no")]
    ann = "".join(
        f"T{i}\t{k} {seen.index(w)} {seen.index(w) + len(w)}\t{w}\n" for i, (k, w) in enumerate(marks, 1)
    )
    documents, log = brat(
        tmp_path, text.encode(), ann + "E1\tAttribution:T2 Source:T1 Cue:T2 Content:T3\n", schema
    )
    (statement,) = documents[0].passes[0].tables["statements"]
    assert [statement[f"{k.lower()}_spans"][0]["text"] for k, _ in marks] == ["Ann", "said", "no"]
    assert log.refused == []


def test_annotation_without_its_text(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "x.ann").write_text("T1\tCue 0 1\tA\n")
    log = Log()
    assert get("brat", "read").read(tmp_path, ReadOptions(), schema, log).documents == []
    assert "without its text" in log.refused[0].reason


def test_overlapping_fragments_and_offsets_outside(tmp_path: Path, schema: Schema) -> None:
    ann = "T1\tCue 0 1;0 2\tA AB\nT2\tContent 3 4\tC\nT3\tContent 90 95\tzzzzz\nE1\tAttribution:T1 Cue:T1 Content:T2\n"
    _, log = brat(tmp_path, b"AB C D\n", ann, schema)
    reasons = " ".join(one.reason for one in log.refused)
    assert "overlapping fragments" in reasons
    assert "outside the text" in reasons


def test_unknown_labels_bring_a_template(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(ExchangeError) as caught:
        brat(tmp_path, b"Ann said\n", "T1\tPerson 0 3\tAnn\nE1\tQuote:T1\n", schema)
    assert '"Quote": {' in str(caught.value)
    assert "--mapping" in str(caught.value)


BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "{}"><!ENTITY b "&a;&a;">]><rst><segment id="1">&b;</segment></rst>'


@pytest.mark.parametrize(
    "data", [BOMB.encode(), BOMB.encode("utf-16"), b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><rst/>']
)
def test_xml_with_entities_is_refused(data: bytes, tmp_path: Path) -> None:
    from communique.exchange.xml import parse_xml

    with pytest.raises(ExchangeError, match="document type"):
        parse_xml(data, "x.rs4")


def test_xmi_with_entities_is_refused(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "x.xmi").write_text(BOMB)
    with pytest.raises(ExchangeError, match="document type"):
        get("cas", "read").read(tmp_path, ReadOptions(), schema, Log())


def test_a_huge_file_is_refused_unread(tmp_path: Path, schema: Schema) -> None:
    with open(tmp_path / "x.conllu", "wb") as stream:
        stream.truncate(2_000_000_000)  # sparse
    with pytest.raises(ExchangeError, match="too large"):
        get("conllu", "read").read(tmp_path, ReadOptions(), schema, Log())


@pytest.mark.parametrize(
    ("name", "file", "content"),
    [
        ("conllu", "x.conllu", "1\tonly\tthree\n"),
        ("webanno", "x.tsv", "no header\n"),
        ("plover", "x.json", "{"),
        ("citron", "x.json", "[]"),
        ("label-studio", "x.json", '[{"id": 1, "text": "JSON-MIN"}]'),
        ("spans", "x.csv", "a,b\n1,2\n"),
        ("cas", "x.json", "{}"),
    ],
)
def test_files_of_another_kind(name: str, file: str, content: str, tmp_path: Path, schema: Schema) -> None:
    (tmp_path / file).write_text(content)
    with pytest.raises(ExchangeError) as caught:
        get(name, "read").read(tmp_path, ReadOptions(), schema, Log())
    assert file in str(caught.value)


def test_a_span_table_cannot_name_files_elsewhere(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "in" / "t.csv").write_text("document,start,end,label\n../secret,0,3,x\n")
    log = Log()
    assert get("spans", "read").read(tmp_path / "in", ReadOptions(), schema, log).documents == []
    assert len(log.refused) == 1


def test_formulas_are_neutralised_in_every_csv(tmp_path: Path, schema: Schema) -> None:
    import csv

    from communique.exchange.format import WriteOptions

    from . import matrix

    source = matrix.rich_corpus(schema)
    for name in ("csv", "events", "dna"):
        (tmp_path / name).mkdir()
        get(name, "write").write(source, tmp_path / name, WriteOptions(include_claims=True))
        for path in (tmp_path / name).glob("*.csv"):
            for row in csv.reader(path.open(newline="", encoding="utf-8")):
                for cell in row:
                    number = cell.replace(".", "", 1).lstrip("-").isdigit()
                    assert number or cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), (path.name, cell)
