"""The command line as a user meets it: real processes, exit codes, JSON, and errors without tracebacks."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import communique
from communique.commands import main
from communique.commands.app import make_app
from communique.project import Project


@dataclass
class Run:
    """What a command left: exit code, standard output and standard error."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path, cwd: Path | None = None) -> Run:
    """`communique ARGUMENTS` by its entry point, in this process since a new one costs a second."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "argv", ["communique", *map(str, arguments)])
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
    return Run(code, out.getvalue(), err.getvalue())


def test_the_installed_command_runs() -> None:
    shown = subprocess.run(["communique", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == communique.__version__


def test_version_and_help() -> None:
    assert run("--version").stdout.strip() == communique.__version__
    for command in make_app().registered_commands:
        shown = run(str(command.name), "--help")
        assert shown.returncode == 0
        assert "Example" in shown.stdout, command.name


def test_build_check_and_json(project: Project) -> None:
    assert run("build", "--check", cwd=project.root).returncode == 0
    path = next(project.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["events"][0]["gloss"] = "Changed"
    path.write_text(json.dumps(data), encoding="utf-8")
    stale = run("build", "--check", "--json", cwd=project.root)
    assert stale.returncode == 1
    assert json.loads(stale.stdout)["differences"]
    built = run("build", "--json", cwd=project.root / "corpus")
    assert json.loads(built.stdout)["counts"]["events"] > 0
    assert run("build", "--check", cwd=project.root).returncode == 0


def test_stats_as_json(project: Project) -> None:
    figures = json.loads(run("stats", "--json", cwd=project.root).stdout)
    assert figures["tables"]["articles"] >= 1
    for table, counts in (
        ("statements", "statements.layer"),
        ("actions", "actions.status"),
        ("mentions", "mentions.zone"),
    ):
        group = figures["zones"] if counts.endswith(".zone") else figures["values"]
        assert sum(group[counts].values()) == figures["tables"][table]


def test_a_released_version_is_counted_and_shown_as_it_was(shipped: Project) -> None:
    """The pilot's figures, counted by hand from the seed's first annotation."""
    figures = json.loads(run("stats", "--version", "0.1.0", "--json", cwd=shipped.root).stdout)
    tables = {name: rows for name, rows in figures["tables"].items() if name != "claims"}
    assert (figures["version"], tables) == (
        "0.1.0",
        {
            "articles": 1,
            "actors": 50,
            "mentions": 190,
            "statements": 55,
            "actions": 85,
            "events": 54,
            "event_links": 34,
        },
    )
    assert figures["values"]["statements.layer"] == {"core": 47, "extended": 8}
    assert figures["derived"]["spans"] == 592
    assert figures["derived"]["statements_nested"] == 21
    assert figures["derived"]["statements_discontinuous"] == 5
    assert figures["derived"]["actions_inside_statements"] == 66
    assert figures["derived"]["actions_asserter_differs_from_innermost_source"] == 26
    shown = json.loads(run("show", "--version", "v0.1.0", "--json", cwd=shipped.root).stdout)
    assert len(shown["actions"]) == 85


def test_a_version_that_does_not_exist_is_named(shipped: Project) -> None:
    for command in ("stats", "show"):
        refused = run(command, "--version", "9.9.9", cwd=shipped.root)
        assert refused.returncode == 3
        assert "9.9.9" in refused.stderr
        assert "0.1.0" in refused.stderr


def test_show_prints_the_article_and_its_claims(project: Project) -> None:
    shown = run("show", "guardian", cwd=project.root)
    assert shown.returncode == 0
    assert "who says that who does what to whom" in shown.stdout
    data = json.loads(run("show", "--json", cwd=project.root).stdout)
    assert data["article"]["article_id"].startswith("guardian-20211207")
    assert len(data["claims"]) >= len(data["actions"])


@pytest.mark.parametrize("form", ["arrow", "features", "json", "codebook"])
def test_schema_prints_what_is_derived(form: str, project: Project) -> None:
    shown = run("schema", form, "actions", cwd=project.root)
    assert "asserted_by" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [("build",), ("show", "--path", "nowhere"), ("schema", "arrow", "nothing"), ("show", "nobody")],
)
def test_errors_have_no_traceback_and_exit_three(arguments: tuple[str, ...], tmp_path: Path) -> None:
    failed = run(*arguments, cwd=tmp_path)
    assert failed.returncode == 3
    assert "communique:" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_init_makes_a_project_that_builds(tmp_path: Path) -> None:
    assert run("init", "mine", "--title", "My corpus", cwd=tmp_path).returncode == 0
    assert run("build", cwd=tmp_path / "mine").returncode == 0
    assert run("build", "--check", cwd=tmp_path / "mine").returncode == 0
    assert "pretty_name: My corpus" in (tmp_path / "mine" / "corpus" / "README.md").read_text(
        encoding="utf-8"
    )
    again = run("init", "mine", cwd=tmp_path)
    assert again.returncode == 3
    assert "already holds a project" in again.stderr
