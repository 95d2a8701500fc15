"""What users see: levels and selections, severities, caps, formats, exit codes, and answers to bad input."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warm
from faults_json import gold, record
from sound import A, B, make_project, read, write

from communique.errors import CommuniqueError
from communique.project import Project
from communique.validation import validate
from communique.validation.render import github, render, sarif, text


@pytest.fixture
def faulty(tmp_path: Path) -> Project:
    """One fault at levels 1, 3 and 4, and a warning."""
    project = make_project(tmp_path)
    with record(project, "actions", "E4") as one:
        one["status"] = "happened"
    with record(project, "mentions", "m1") as one:
        one["text"] = "Rusia"
    with record(project, "statements", "S5") as one:
        one["source_form"] = "implicit"
    with record(project, "actions", "E3") as one:
        one["other_views"][0]["status"] = "occurred"
    return project


IDS = ["L1/unknown-value", "L3/span-text-differs", "L4/source-implicit-with-span", "L4/view-not-different"]


def ids(*args: Any, **options: Any) -> list[str]:
    return [one.id for one in validate(*args, **options).findings]


def test_levels_and_selections(faulty: Project) -> None:
    assert ids(faulty.root) == IDS
    assert ids(faulty.root, level=3) == IDS[:2]
    assert ids(faulty.root, only=["L4"]) == IDS[2:]
    assert ids(faulty.root, only=["L3/span-text-differs", "L1/"]) == IDS[:2]
    assert ids(faulty.root, skip=["L1", "L4/view-not-different"]) == IDS[1:3]
    with pytest.raises(CommuniqueError, match="no check 'L4/nothing'"):
        validate(faulty.root, only=["L4/nothing"])


def test_the_gate_by_article_stops_what_is_higher(faulty: Project) -> None:
    assert ids(faulty.root, gate="article", skip=["L1"]) == IDS[1:2]
    with pytest.raises(CommuniqueError, match="gate"):
        validate(faulty.root, gate="corpus")


def test_one_file_of_a_project(faulty: Project) -> None:
    assert ids(faulty.gold / f"{A}.json") == IDS
    assert ids(faulty.gold / f"{B}.json") == []
    assert ids(faulty.gold) == IDS
    assert ids(faulty.actors) == []
    assert ids(faulty.articles / f"{A}.json") == []


def test_findings_are_capped_and_counted(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    with gold(project) as data:
        for one in data["mentions"]:
            one["text"] = "wrong"
    report = validate(project.root, max_per_check=3, level=4)
    assert len(report.findings) == 3
    assert report.errors == report.count_of("L3/span-text-differs") == 12
    assert "and 9 more" in text(report)
    assert len(validate(project.root, max_per_check=None, level=4).findings) == 12


def test_json_has_summary_findings_and_not_checked(faulty: Project) -> None:
    data = json.loads(render(validate(faulty.root), "json"))
    assert set(data) == {"summary", "findings", "not_checked"}
    wanted = {
        "id", "level", "severity", "table", "key", "article_id", "field", "start", "end", "found", "expected",
        "message", "mend", "file", "pointer",
    }  # fmt: skip
    assert all(set(finding) == wanted for finding in data["findings"])
    assert data["summary"]["errors"] == 3
    assert data["summary"]["warnings"] == 1
    assert data["summary"]["counts"] == dict.fromkeys(IDS, 1)
    differs = data["findings"][1]
    assert (differs["found"], differs["expected"]) == ("Rusia", "Russia")
    assert differs["end"] - differs["start"] == 6
    assert differs["pointer"] == "/mentions/0/text"


def test_text_explains_each_kind_once(faulty: Project) -> None:
    out = text(validate(faulty.root))
    for id_ in IDS:
        assert out.count(id_) == 1
    assert out.count("Why:") == 4
    assert "Failed: 3 errors, 1 warnings" in out


def test_github_annotations_point_at_the_line_of_the_record(faulty: Project) -> None:
    lines = github(validate(faulty.root), faulty.root).splitlines()
    assert len(lines) == 4
    assert lines[-1].startswith("::warning ")
    source = (faulty.gold / f"{A}.json").read_text(encoding="utf-8").splitlines()
    number = int(lines[1].split("line=")[1].split(",")[0])
    assert f'"{A}.m1"' in source[number - 1]
    assert "\n" not in lines[1]


def test_sarif_has_the_form_of_2_1_0(faulty: Project) -> None:
    data = sarif(validate(faulty.root), faulty.root)
    (run,) = data["runs"]
    assert data["version"] == "2.1.0"
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert rules == IDS
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith(
            "annotations/gold/"
        )


def grade(project: Project, *gradings: dict[str, Any]) -> None:
    write(project.root / "annotations" / "severity.json", {"gradings": list(gradings)})


def test_a_project_regrades_findings_with_a_reason(faulty: Project) -> None:
    reason = {"reason": "a scrape"}
    grade(
        faulty,
        {"check": "L4/*", "severity": "ignore", "table": "actions", **reason},
        {"check": "L1/unknown-value", "severity": "warning", "where": f"{A}*", **reason},
        {"check": "L3/span-text-differs", "severity": "note", "where": f"{B}*", **reason},
    )
    report = validate(faulty.root)
    assert [(one.id, one.severity) for one in report.findings] == [
        ("L1/unknown-value", "warning"),
        ("L3/span-text-differs", "error"),
        ("L4/source-implicit-with-span", "error"),
    ]
    assert report.found.ignored == {"L4/view-not-different": 1}
    assert "1 findings are ignored" in text(report)


def test_an_expired_grading_no_longer_counts_and_is_reported(faulty: Project) -> None:
    grade(
        faulty,
        {"check": "L1/unknown-value", "severity": "ignore", "reason": "until fixed", "expires": "2026-01-31"},
    )
    before = validate(faulty.root, today=datetime.date(2026, 1, 31))
    after = validate(faulty.root, today=datetime.date(2026, 2, 1))
    assert before.errors == 2
    assert after.errors == 3
    assert after.notices == ["The grading of L1/unknown-value expired on 2026-01-31: until fixed"]


@pytest.mark.parametrize(
    ("grading", "field"),
    [
        ({"check": "L1/unknown-value", "severity": "ignore"}, "reason"),
        ({"check": "L1/unknown-value", "severity": "mild", "reason": "x"}, "severity"),
        ({"check": "L9/none", "severity": "ignore", "reason": "x"}, "check"),
        ({"check": "L1/*", "severity": "ignore", "reason": "x", "expires": "soon"}, "expires"),
        ({"check": "L1/*", "severity": "ignore", "reason": "x", "who": "me"}, "/gradings/0"),
    ],
)
def test_a_malformed_severity_file_is_refused(faulty: Project, grading: dict[str, Any], field: str) -> None:
    grade(faulty, grading)
    with pytest.raises(CommuniqueError) as caught:
        validate(faulty.root)
    assert field in str(caught.value.field)


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = "from communique.commands import main; main()"
    return warm.run([sys.executable, "-c", program, "validate", *args], cwd=cwd)


@pytest.mark.slow
def test_exit_codes(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    done = run("--json", cwd=project.root)
    assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])
    with record(project, "actions", "E3") as one:
        one["other_views"][0]["status"] = "occurred"
    assert run(cwd=project.root).returncode == 2
    with record(project, "mentions", "m1") as one:
        one["text"] = "Rusia"
    assert run(cwd=project.root).returncode == 1
    nothing = run("nowhere", cwd=project.root)
    assert nothing.returncode == 3
    assert "nothing here to check" in nothing.stderr
    assert "Traceback" not in nothing.stderr


def test_several_faults_in_one_article_are_each_reported(tmp_path: Path) -> None:
    """Faults of many levels planted at once: the gate is by record, so that none hides another."""
    project = make_project(tmp_path)
    with gold(project) as data:
        by_name = {
            next(iter(one.values())): one
            for table in ("mentions", "statements", "actions")
            for one in data[table]
        }
        by_name[f"{A}.m1"]["text"] = "Rusia"
        by_name[f"{A}.m2"]["actor_id"] = "UKRAINE"
        by_name[f"{A}.m3"]["mention_type"] = "NAME"
        del by_name[f"{A}.m4"]["mention_type"]
        by_name[f"{A}.m12"]["end"] = 9999
        by_name[f"{A}.m7"]["mention_id"] = f"{A}.m8"
        by_name[f"{A}.S1"]["mode_evidence"] = "none"
        by_name[f"{A}.S5"]["parent_statement_id"] = f"{A}.S3"
        by_name[f"{A}.E1"]["agents"][0]["implicit"] = True
        by_name[f"{A}.E4"]["mode"] = "drone"
        data["events"].append({"event_id": f"{A}.V9", "gloss": "nothing", "event_type": "AID"})
    found = sorted(one.id for one in validate(project.root).findings)
    assert found == [
        "L1/missing-field", "L1/unknown-value", "L2/actor-unknown", "L2/event-without-action", "L2/key-repeated",
        "L3/child-outside-parent", "L3/span-beyond-text", "L3/span-text-differs", "L4/direct-without-evidence",
        "L4/implicit-with-span", "L4/mode-of-another-type",
    ]  # fmt: skip


# Bad input


def test_an_empty_project_is_sound(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    for path in [*project.articles.iterdir(), *project.gold.iterdir()]:
        path.unlink()
    report = validate(project.root, skip=["L2/actor-without-mention"])
    assert report.findings == []


def test_a_folder_that_is_no_corpus(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    with pytest.raises(CommuniqueError):
        validate(tmp_path / "notes")


def test_deep_and_strange_json(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    (project.gold / f"{A}.json").write_text("[" * 100_000)
    assert [one.id for one in validate(project.root).findings] == ["L0/not-json"]
    (project.gold / f"{A}.json").write_text('{"article_id": NaN}')
    assert "L1/unstorable" in ids(project.root)


@pytest.mark.slow
def test_an_article_with_100_000_mentions_and_a_million_characters(tmp_path: Path) -> None:
    import hashlib
    import time

    project = make_project(tmp_path)
    count = 100_000
    body = "France " * count + "\n"
    base = read(project.articles / f"{B}.json")
    zones = [{"zone_id": 0, "zone": "body", "start": 0, "end": len(body) - 1, "duplicate_of": None}]
    digest = hashlib.sha256(body.encode()).hexdigest()
    write(
        project.articles / "c-20211207-long.json",
        base
        | {
            "article_id": "c-20211207-long",
            "text": body,
            "text_sha256": digest,
            "char_count": len(body),
            "zones": zones,
        },
    )
    template = read(project.gold / f"{B}.json")
    mentions = [
        {
            "mention_id": f"c-20211207-long.m{n}",
            "actor_id": "FRA",
            "start": 7 * n,
            "end": 7 * n + 6,
            "text": "France",
            "mention_type": "NAM",
        }
        for n in range(count)
    ]
    for one in mentions:
        one["mention_type"] = "NAM"
    mentions[77_777]["text"] = "Francf"
    write(
        project.gold / "c-20211207-long.json",
        {
            "article_id": "c-20211207-long",
            "text_sha256": digest,
            "provenance": template["provenance"],
            "mentions": mentions,
        },
    )
    start = time.monotonic()
    report = validate(project.root)
    assert [(one.id, one.key) for one in report.findings if one.severity == "error"] == [
        ("L3/span-text-differs", "c-20211207-long.m77777")
    ]
    assert time.monotonic() - start < 240


def test_a_corpus_on_a_disk_that_cannot_be_written(built: Project) -> None:
    for folder, _, files in os.walk(built.corpus):
        for name in files:
            os.chmod(Path(folder) / name, 0o444)
        os.chmod(folder, 0o555)
    try:
        assert validate(built.corpus)
    finally:
        for folder, _, _ in os.walk(built.corpus):
            os.chmod(folder, 0o755)


def test_a_million_findings_of_one_kind_are_counted_not_kept(tmp_path: Path) -> None:
    from communique.validation.finding import Finding, Findings

    found = Findings(cap=20)
    for number in range(10_000):
        found.add(Finding("L3/span-empty", 3, "error", "x", "y", key=str(number)), 100)
    assert len(found.kept) == 20
    assert found.of("error") == 1_000_000
