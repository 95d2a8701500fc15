"""`communique validate`: is it sound, and if not, where, why, and how to mend it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from communique.commands import INTERRUPTED
from communique.commands.options import JsonOption, ProjectOption


def validate(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="Project, annotation file, folder of annotation files, built corpus, released version or shard."
        ),
    ] = None,
    level: Annotated[
        int, typer.Option(min=0, max=6, help="Highest level to check: 0 files … 6 release.")
    ] = 6,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Check only this id or level (repeatable), e.g. L3/span-empty or L2."),
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave out this id or level (repeatable).")] = None,
    max_per_check: Annotated[
        int, typer.Option(min=0, help="Findings shown for one id; 0 shows all. All are counted.")
    ] = 20,
    gate: Annotated[
        str, typer.Option(help="What a fault keeps from being checked at higher levels: record or article.")
    ] = "record",
    engine: Annotated[
        str, typer.Option(help="Where shards are checked: local (threads) or ray (cluster at RAY_ADDRESS).")
    ] = "local",
    form: Annotated[str, typer.Option("--format", help="text, json, github or sarif.")] = "text",
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Check a project or a part of it, level by level.

    Exit code 0: sound, 1: errors, 2: warnings only, 3: could not run. Every check is explained in
    annotations/checks.md.

    Example: `communique validate annotations/gold/ --level 3`
    """
    from communique.errors import CommuniqueError
    from communique.project import find_project
    from communique.validation.api import validate as run
    from communique.validation.render import FORMATS, render

    form = "json" if as_json else form
    if form not in FORMATS:
        raise CommuniqueError("There is no such format.", found=form, expected=", ".join(FORMATS))
    try:
        with _progress(form) as progress:
            report = run(
                path,
                level=level,
                only=only or (),
                skip=skip or (),
                max_per_check=max_per_check or None,
                gate=gate,
                engine=engine,
                project=project,
                progress=progress,
            )
    except KeyboardInterrupt:
        # No verdict: what was checked so far says nothing of the rest.
        typer.echo("Interrupted: nothing was written, and there is no verdict. Run it again.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    root: Path | None = path if path and path.is_dir() else None
    with contextlib.suppress(CommuniqueError):
        root = find_project(project or path).root
    typer.echo(render(report, form, root), nl=False)
    raise typer.Exit(report.exit_code)


class _progress:
    """A progress bar of shards, records and findings on a terminal; nothing elsewhere."""

    def __init__(self, form: str) -> None:
        from rich.console import Console

        self.console = Console(stderr=True)
        self.shown = form == "text" and self.console.is_terminal

    def __enter__(self) -> Callable[[int, int, int, int], None] | None:
        if not self.shown:
            return None
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("shards"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
        )
        self.bar = Progress(*columns, console=self.console, transient=True)
        self.bar.start()
        task = self.bar.add_task("shards", total=None, said="")

        def update(done: int, total: int, rows: int, findings: int) -> None:
            self.bar.update(
                task, completed=done, total=total, said=f"{rows:,} records, {findings:,} findings"
            )

        return update

    def __exit__(self, *error: object) -> None:
        if self.shown:
            self.bar.stop()
