"""The commands `round agreement`, `round adjudicate` and `round merge` on round r01."""

from __future__ import annotations

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from communique.commands.round_adjudicate import adjudicate
from communique.commands.round_agreement import agreement
from communique.commands.round_merge import merge
from communique.project import Project
from communique.rounds.merge import MergeError

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"

APP = typer.Typer(pretty_exceptions_enable=False)
for one in (agreement, adjudicate, merge):
    APP.command(one.__name__)(one)


@pytest.fixture
def round_project(project: Project, shipped: Project) -> Project:
    """A copy of the project with round r01."""
    shutil.copytree(shipped.rounds / "r01", project.rounds / "r01", dirs_exist_ok=True)
    return project


def run(project: Project, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(APP, [*arguments, "--project", str(project.root)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_agreement_as_json_saved_and_as_a_page(round_project: Project) -> None:
    html = round_project.root / "r01.html"
    found = json.loads(
        run(round_project, "agreement", "r01", "--json", "--save", "--draws", "50", "--html", str(html))
    )
    saved = json.loads((round_project.rounds / "r01" / "agreement.json").read_text(encoding="utf-8"))
    assert found == saved
    assert found["round"] == "r01"
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_agreement_over_rounds(round_project: Project) -> None:
    shutil.copytree(round_project.rounds / "r01", round_project.rounds / "r02")
    path = round_project.rounds / "r02" / "round.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"r01"', '"r02"'), encoding="utf-8")
    found = json.loads(run(round_project, "agreement", "r01", "r02", "--json", "--draws", "0"))
    assert [one["round"] for one in found] == ["r01", "r02"]
    assert {one["round"] for one in found[1]["figures"]} == {"r02"}
    assert "r02" in run(round_project, "agreement", "r01", "r02", "--draws", "0")


def test_adjudicate_writes_what_is_open_and_takes_it_away_again(round_project: Project) -> None:
    folder = round_project.rounds / "r01"
    decisions = (folder / "decisions.jsonl").read_text(encoding="utf-8")
    (folder / "decisions.jsonl").unlink()
    counts = json.loads(run(round_project, "adjudicate", "r01", "--json"))
    tasks = (folder / "tasks.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(tasks) == counts["open"] == 253
    assert all({"seen", "take", "candidates", "differences"} <= set(json.loads(one)) for one in tasks)
    (folder / "decisions.jsonl").write_text(decisions, encoding="utf-8")
    assert json.loads(run(round_project, "adjudicate", "r01", "--json"))["open"] == 0
    assert not (folder / "tasks.jsonl").exists()


def test_adjudicate_reports_stale_decisions_by_line(round_project: Project) -> None:
    path = round_project.rounds / "r01" / "decisions.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4] = json.dumps(json.loads(lines[4]) | {"text_sha256": "0" * 64})
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "line 5" in run(round_project, "adjudicate", "r01", code=1)


def test_merge_writes_valid_gold_or_nothing(round_project: Project) -> None:
    out = round_project.root / "out"
    (round_project.guidelines / "VERSION").write_text("0.2.0\n", encoding="utf-8")
    run(round_project, "merge", "r01", "--out", str(out))
    assert [path.name for path in out.iterdir()] == [f"{ARTICLE}.json"]
    before = (out / f"{ARTICLE}.json").read_bytes()
    # gold of guidelines that do not exist is not valid
    (round_project.guidelines / "VERSION").write_text("0.1.0\n", encoding="utf-8")
    with pytest.raises(MergeError, match="not valid; nothing was written"):
        run(round_project, "merge", "r01", "--out", str(out))
    path = round_project.rounds / "r01" / "decisions.jsonl"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[1:]) + "\n", encoding="utf-8")
    with pytest.raises(MergeError):
        run(round_project, "merge", "r01", "--out", str(out))
    assert (out / f"{ARTICLE}.json").read_bytes() == before
