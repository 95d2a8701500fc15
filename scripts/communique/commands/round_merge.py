"""`communique round merge`: gold from what annotators agree on and what was decided."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, console, print_json

if TYPE_CHECKING:
    from communique.project import Project
    from communique.rounds.merge import Merged
    from communique.schema import Schema


def merge(
    round_name: Annotated[str, typer.Argument(metavar="ROUND", help="The round.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to; default: annotations/gold.")
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Make gold of a round. Refuses while anything is open, or when the result is not valid.

    Example: `communique round merge r01`
    """
    from communique.annotation.files import load_actors, save_annotation
    from communique.project import find_project
    from communique.rounds.adjudication import open_round
    from communique.rounds.collected import texts
    from communique.rounds.merge import merge as run
    from communique.schema import load_schema

    home = find_project(project)
    schema = load_schema(home.schema)
    state = open_round(home, round_name, schema)
    known = [one["actor_id"] for one in load_actors(home.actors, schema)]
    merged = run(state, schema, texts(home, state.plan), known)
    _validate(home, merged, schema)
    target = out or home.gold
    for article_id, annotation in merged.annotations.items():
        save_annotation(annotation, target / f"{article_id}.json", schema)
    if as_json:
        counts = {"articles": len(merged.annotations), **merged.counts}
        print_json(
            {"round": round_name, "folder": str(target), "records": counts, "links_dropped": merged.dropped}
        )
        return
    screen = console()
    screen.print(f"{len(merged.annotations)} articles written to {target}")
    for name, number in merged.counts.items():
        screen.print(f"{name:<20}{number:>7,} records")
    for one in merged.dropped:
        screen.print(f"left out with its event: {one}")


def _validate(home: Project, merged: Merged, schema: Schema) -> None:
    """Validate the merged files before any of them is in place."""
    from communique.annotation.files import save_annotation
    from communique.rounds.merge import MergeError
    from communique.validation.api import validate
    from communique.validation.render import render

    with tempfile.TemporaryDirectory() as folder:
        for article_id, annotation in merged.annotations.items():
            save_annotation(annotation, Path(folder) / f"{article_id}.json", schema)
        report = validate(folder, project=home.root)
        if not report:
            raise MergeError(
                "The merged annotations are not valid; nothing was written.\n"
                + render(report, "text", Path(folder)),
                mend="mend the decisions that it names, or the annotators' files",
            )
