"""`communique build`: articles and annotations to Parquet, manifest and card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, ProjectOption, console, print_json

if TYPE_CHECKING:
    from communique.project import Project


def _stop_at_faults(project: Project) -> None:
    """Faults in articles or annotations are printed, and nothing is built."""
    from communique.validation.finding import Findings
    from communique.validation.jsonrun import validate_project
    from communique.validation.render import render
    from communique.validation.session import Options

    report = validate_project(project, Options(level=4), Findings(20))
    if report.errors:
        typer.echo(render(report, "text", project.root), nl=False, err=True)
        raise typer.Exit(FOUND)


def build(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail when the corpus is not up to date.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Build into this folder instead of corpus/.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the tables from articles and annotations.

    Validates first and stops at errors. Same input, same bytes; a killed build leaves the old corpus.

    Example: `communique build`, then `communique build --check` in CI.
    """
    from communique.corpus import build as corpus_build
    from communique.project import find_project

    found = find_project(project)
    if check:
        differences = corpus_build.check(found)
        if as_json:
            print_json({"up_to_date": not differences, "differences": differences})
        else:
            typer.echo("\n".join(differences) or "The corpus is up to date.")
        raise typer.Exit(FOUND if differences else 0)
    _stop_at_faults(found)
    screen = console()
    if screen.is_terminal and not as_json:
        with screen.status("Building") as status:
            built = corpus_build.build(found, out, lambda step: status.update(f"Building {step}"))
    else:
        built = corpus_build.build(found, out)
    if as_json:
        print_json(
            {
                "counts": built.counts(),
                "written": built.written,
                "removed": built.removed,
                "version": built.manifest["version"],
            }
        )
        return
    from rich.table import Table

    table = Table("table", "rows", box=None, header_style="dim")
    table.columns[1].justify = "right"
    for name, rows in built.counts().items():
        table.add_row(name, f"{rows:,}")
    screen.print(table)
    where = out or found.corpus
    screen.print(
        f"Version {built.manifest['version']} in {where}: {len(built.written)} files written, {len(built.removed)} removed."
    )
