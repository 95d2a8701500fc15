"""`communique ingest` as a user runs it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from communique.articles import store
from communique.commands.ingest import ingest
from communique.errors import CommuniqueError
from communique.project import Project

from .conftest import FORMS, SCRAPE, SEED, TEXT, state

runner = CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(ingest)
    app.command("other")(lambda: None)
    return app


def run(app: typer.Typer, *arguments: str | Path) -> tuple[int, str, str]:
    result = runner.invoke(app, ["ingest", *map(str, arguments)])
    if isinstance(result.exception, CommuniqueError):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_first_article_with_the_documented_options(app: typer.Typer, empty: Project) -> None:
    code, out, err = run(
        app,
        SEED,
        "--project",
        empty.root,
        "--publisher",
        "The Guardian",
        "--redistribution",
        "annotations_only",
    )
    assert (code, err) == (0, "")
    assert "added  guardian-20211207-joe-biden-vladimir-putin-virtual" in out
    assert "paragraph order shuffled (0.99)" in out
    assert "1 added" in out
    code, out, _ = run(app, SEED, "--project", empty.root)
    assert (code, "1 unchanged" in out) == (0, True)


def test_bad_files_are_listed_and_the_exit_code_is_1(app: typer.Typer, empty: Project, inbox: Path) -> None:
    (inbox / "a.txt").write_text(SCRAPE)
    (inbox / "b.txt").write_bytes(b"caf\xe9 au lait")
    code, out, err = run(app, inbox, "--project", empty.root, "--received-on", "2026-01-15")
    assert code == 1
    assert "1 added, 1 refused" in out
    assert "b.txt" in err
    assert "0xE9 at byte 3" in err
    assert "--encoding" in err


def test_json(app: typer.Typer, empty: Project, inbox: Path) -> None:
    for name, content in FORMS.items():
        (inbox / name).write_text(content)
    (inbox / "empty.txt").write_text("")
    code, out, _ = run(app, inbox, "--project", empty.root, "--json")
    report = json.loads(out)
    assert code == 1
    statuses = {Path(outcome["file"]).name: outcome["status"] for outcome in report["outcomes"]}
    assert statuses["scrape.txt"] == "refused"  # the same URL as the page, with another text
    assert statuses["empty.txt"] == "refused"
    assert sum(report["counts"].values()) == 5


def test_what_supersede_makes_stale_is_said(app: typer.Typer, empty: Project, inbox: Path) -> None:
    path = inbox / "a.txt"
    path.write_text(SCRAPE)
    run(app, path, "--project", empty.root)
    (article_id,) = store.article_ids(empty)
    empty.gold.mkdir(parents=True)
    (empty.gold / f"{article_id}.json").write_text("{}")
    path.write_text(SCRAPE.replace("two days", "three days"))
    code, _, err = run(app, path, "--project", empty.root)
    assert (code, "--supersede" in err) == (1, True)
    code, out, _ = run(app, path, "--project", empty.root, "--supersede")
    assert code == 0
    assert f"stale: annotations/gold/{article_id}.json" in out


def test_what_stops_the_run_is_raised(app: typer.Typer, empty: Project, inbox: Path) -> None:
    for arguments in ([inbox / "none.txt"], [SEED, "--received-on", "yesterday"], [SEED, "--format", "doc"]):
        with pytest.raises(CommuniqueError):
            run(app, *arguments, "--project", empty.root)
    assert state(empty) == {}


def test_many_files_are_summed_up(app: typer.Typer, empty: Project, inbox: Path) -> None:
    for number in range(25):
        (inbox / f"{number}.txt").write_text(TEXT.replace("two days", f"{number} days"))
    code, out, _ = run(app, inbox, "--project", empty.root)
    assert code == 0
    assert "25 added" in out
    assert len(out.splitlines()) < 10


def test_the_example_of_the_help_works(
    app: typer.Typer, empty: Project, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = re.sub(r"[│\s]+", " ", runner.invoke(app, ["ingest", "--help"], env={"COLUMNS": "300"}).stdout)
    found = re.search(r"Example: communique ingest (.*?annotations_only)", shown)
    assert found is not None
    (empty.root / "inbox").mkdir()
    (empty.root / "old").mkdir()
    (empty.root / "inbox" / "a.txt").write_text(SCRAPE)
    (empty.root / "old" / "b.txt").write_text(TEXT)
    monkeypatch.chdir(empty.root)
    code, out, _ = run(app, *shlex.split(found.group(1)))
    assert (code, "2 added" in out) == (0, True)
