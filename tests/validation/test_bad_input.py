"""Input that is damaged, mixed up or huge: an answer in seconds that says what to do, and nothing half-written."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pace import slowness
from sound import A, make_project, read, write
from tables import edit_manifest, edit_rows, file_of, relist

from communique.project import Project
from communique.schema import load_schema
from communique.validation import validate

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again


def rewrite(corpus: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> str:
    """Change one shard with pyarrow, the manifest with it; the name of the file."""
    path = file_of(corpus, table)
    pq.write_table(change(pq.read_table(path, partitioning=None)), path)
    relist(corpus)
    return path.relative_to(corpus).as_posix()


def cast(column: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(
        table.schema.get_field_index(column), column, table[column].cast(kind)
    )


@pytest.mark.parametrize(
    ("table", "change", "id", "field"),
    [
        ("events", lambda t: t.drop_columns(["gloss"]), "L1/column-absent", "gloss"),
        ("mentions", cast("start", pa.int64()), "L1/column-type", "start"),
        ("mentions", cast("start", pa.string()), "L1/column-type", "start"),
        (
            "events",
            lambda t: t.append_column("mood", pa.array(["sad"] * len(t))),
            "L1/column-unknown",
            "mood",
        ),
    ],
)
def test_a_column_of_another_form(
    table: str, change: Callable[[pa.Table], pa.Table], id: str, field: str, built: Project
) -> None:
    file = rewrite(built.corpus, table, change)
    assert [(one.id, one.file, one.field) for one in validate(built.corpus).findings] == [(id, file, field)]


@pytest.mark.parametrize(
    "change",
    [cast("gloss", pa.large_string()), lambda t: t.select(t.column_names[::-1])],
    ids=["wide", "order"],
)
def test_the_same_values_written_otherwise_are_no_fault(
    change: Callable[[pa.Table], pa.Table], built: Project
) -> None:
    rewrite(built.corpus, "events", change)
    assert validate(built.corpus).findings == []


def test_an_absent_table_is_one_finding(built: Project) -> None:
    shutil.rmtree(built.corpus / "data" / "actors")
    report = validate(built.corpus)
    assert [(one.id, one.table) for one in report.findings] == [("L0/table-absent", "actors")]
    assert "L2/actor-unknown" in {one.id for one in report.not_checked}


def test_a_table_that_the_manifest_forgot(built: Project) -> None:
    shutil.rmtree(built.corpus / "data" / "actors")
    edit_manifest(built.corpus, lambda manifest: manifest["tables"].pop("actors"))
    found = [(one.id, one.field) for one in validate(built.corpus).findings]
    assert found == [("L0/manifest-form", "tables/actors"), ("L0/manifest-digest", "digest")]


def test_a_shard_without_rows_and_what_referred_to_them(built: Project) -> None:
    file = rewrite(built.corpus, "events", lambda table: table.slice(0, 0))
    report = validate(built.corpus)
    assert (report.findings[0].id, report.findings[0].file) == ("L0/shard-empty", file)
    assert {one.id for one in report.findings[1:]} == {"L2/event-unknown"}


def test_a_shard_of_another_version(built: Project) -> None:
    """Its bytes are not those of the manifest; its rows refer to what this version has no more."""
    schema = load_schema(built.schema)
    path = file_of(built.corpus, "events")
    now = path.read_bytes()
    edit_rows(built.corpus, schema, "events", lambda rows: [row.update(gloss="older") for row in rows])
    older = path.read_bytes()
    path.write_bytes(now)
    relist(built.corpus, schema)
    path.write_bytes(older)
    report = validate(built.corpus)
    assert report.findings[0].id in ("L0/file-size", "L0/checksum")
    assert report.findings[0].file == path.relative_to(built.corpus).as_posix()
    assert not report


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(shards=0),
        lambda m: m.update(tables=[]),
        lambda m: m["tables"]["events"].update(files=[None]),
        lambda m: m["tables"]["events"]["files"][0].update(bytes="many"),
    ],
)
def test_a_manifest_of_another_form(change: Callable[[dict[str, Any]], Any], built: Project) -> None:
    edit_manifest(built.corpus, change)
    report = validate(built.corpus)
    assert report.findings[0].id == "L0/manifest-form"
    assert report.findings[0].file == "manifest.json"


def lengthen(project: Project, line: str, times: int) -> tuple[int, str]:
    """Put many lines at the end of the first article; where they begin, and the whole text."""
    path = project.articles / f"{A}.json"
    article = read(path)
    start = len(article["text"])
    text = article["text"] + "".join(line.format(number) for number in range(times))
    digest = hashlib.sha256(text.encode()).hexdigest()
    zone = {"zone_id": 99, "zone": "body", "start": start, "end": len(text) - 1, "duplicate_of": None}
    article.update(text=text, char_count=len(text), text_sha256=digest, source_sha256=digest)
    article["zones"].append(zone)
    write(path, article)
    (project.raw / f"{A}.txt").write_bytes(text.encode())
    gold = project.gold / f"{A}.json"
    write(gold, read(gold) | {"text_sha256": digest})
    return start, text


def test_an_article_of_20_megabytes(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    _, text = lengthen(project, "Biden met — number {:06d} today.\n", 600_000)
    assert len(text.encode()) > 20_000_000
    before = time.process_time()
    assert validate(project.root).findings == []
    assert time.process_time() - before < 20 * slowness()


def test_an_article_of_100_000_mentions(tmp_path: Path) -> None:
    """About 3 s of processor time."""
    project = make_project(tmp_path)
    line = "Biden met number {:06d} today.\n"
    start, _ = lengthen(project, line, 100_000)
    path, size = project.gold / f"{A}.json", len(line.format(0))
    gold = read(path)
    places = [start + number * size for number in range(100_000)]
    gold["mentions"] += [
        {"mention_id": f"{A}.x{at}", "actor_id": "BIDEN", "start": at, "end": at + 5, "text": "Biden", "mention_type": "NAM"}
        for at in places
    ]  # fmt: skip
    gold["mentions"][-1]["text"] = "Putin"
    path.write_text(json.dumps(gold), encoding="utf-8")
    before = time.process_time()
    found = [(one.id, one.key) for one in validate(project.root).findings]
    assert found == [("L3/span-text-differs", f"{A}.x{places[-1]}")]
    assert time.process_time() - before < 15 * slowness()


def repeat(corpus: Path, times: int) -> None:
    rewrite(corpus, "mentions", lambda table: table.take(pa.array([0] * times, pa.int64())))


def test_a_million_findings_of_one_kind(built: Project) -> None:
    repeat(built.corpus, 1_000_001)
    before = time.process_time()
    report = validate(built.corpus)
    assert report.count_of("L2/key-repeated") == 1_000_000
    assert sum(one.id == "L2/key-repeated" for one in report.findings) == 20
    assert time.process_time() - before < 20 * slowness()


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC])
def test_a_disk_that_takes_nothing(
    code: int, built: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Validation writes nothing; a build says what the disk says, and leaves the corpus as it was."""
    import os
    import tempfile

    from communique.commands import FAILED, main

    def refuse(*arguments: Any, **options: Any) -> None:
        raise OSError(code, os.strerror(code), str(built.corpus))

    before = {path: path.read_bytes() for path in built.root.rglob("*") if path.is_file()}
    gold = built.gold / f"{A}.json"
    write(gold, read(gold) | {"remarks": "changed"})
    before[gold] = gold.read_bytes()
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert validate(built.root)
    monkeypatch.setattr(sys, "argv", ["communique", "build", "--project", str(built.root)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == FAILED
    said = capsys.readouterr().err
    assert os.strerror(code) in said
    assert "to mend" in said
    assert {path: path.read_bytes() for path in built.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_run_gives_no_verdict_and_writes_nothing(sign: signal.Signals, built: Project) -> None:
    repeat(built.corpus, 500_000)
    before = set(built.root.rglob("*"))
    command = [sys.executable, "-c", _RUN, "validate", str(built.corpus)]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stderr is not None
    assert run.stderr.readline() == "started\n"
    run.send_signal(sign)
    said, complained = run.communicate(timeout=600)
    assert said == ""
    assert set(built.root.rglob("*")) == before
    if sign == signal.SIGINT:
        assert run.returncode == 130
        assert "no verdict" in complained
    else:
        assert run.returncode == -signal.SIGKILL


#: The command, which says when it has begun to read the shards.
_RUN = """
import sys
from communique.commands import main
from communique.validation import tablesrun
read = tablesrun.read_layout
def started(*arguments):
    layout = read(*arguments)
    print("started", file=sys.stderr, flush=True)
    return layout
tablesrun.read_layout = started
sys.argv[0] = "communique"
main()
"""
