"""`communique mend`: repairs of annotation files, listed, shown, and applied only when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, print_json

if TYPE_CHECKING:
    from communique.project import Project


def mend(
    repairs: Annotated[list[str] | None, typer.Argument(help="Repairs to apply; none lists all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the diff and write nothing.")] = False,
    files: Annotated[
        list[Path] | None, typer.Option("--file", help="Mend only this annotation file (repeatable).")
    ] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Repair annotation files, kind by kind.

    Without ids it lists every repair with the number of places it would change, safe or destructive. With ids it
    shows the diff and applies it, unless --dry-run is given.

    Example: `communique mend trim-spans --dry-run`
    """
    from communique.project import find_project
    from communique.validation.mend import REPAIRS, apply, edits

    home = find_project(project)
    paths = [path.resolve() for path in files] if files else None
    if not repairs:
        _list(home, paths, as_json)
        return
    found = list(edits(home, repairs, paths)) if dry_run else apply(home, repairs, paths)
    if as_json:
        parts = [
            {"repair": e.repair.id, "file": str(e.path), "places": e.places, "diff": e.diff(home.root)}
            for e in found
        ]
        print_json({"applied": not dry_run, "edits": parts})
        return
    for edit in found:
        typer.echo(edit.diff(home.root), nl=False)
    word = "would change" if dry_run else "changed"
    kinds = ", ".join(f"{one} ({'safe' if REPAIRS[one].safe else 'destructive'})" for one in repairs)
    typer.echo(
        f"{kinds}: {word} {sum(edit.places for edit in found)} places in {len({edit.path for edit in found})} files."
    )


def _list(home: Project, paths: list[Path] | None, as_json: bool) -> None:
    from communique.validation.mend import REPAIRS, edits

    counts = dict.fromkeys(REPAIRS, 0)
    for edit in edits(home, None, paths):
        counts[edit.repair.id] += edit.places
    if as_json:
        parts = {
            one.id: {
                "safe": one.safe,
                "title": one.title,
                "answers": list(one.answers),
                "places": counts[one.id],
            }
            for one in REPAIRS.values()
        }
        print_json({"repairs": parts})
        return
    for one in REPAIRS.values():
        kind = "safe" if one.safe else "destructive"
        typer.echo(
            f"{one.id:24} {kind:12} {counts[one.id]:>6} places  {one.title} ({', '.join(one.answers)})"
        )
    typer.echo("Name the repairs to apply; --dry-run shows the diff first.")
