"""`communique diff`: what changed between two versions, record by record."""

from __future__ import annotations

from typing import Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, ProjectOption, print_json


def diff(
    a: Annotated[
        str, typer.Argument(help="Version x.y.z, folder, 'current', git revision, or ORG/NAME@REVISION.")
    ],
    b: Annotated[str, typer.Argument(help="The other version; default: the present build.")] = "current",
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Compare the schemas only.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 when there is a difference.")
    ] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what changed from version A to version B, in the terms of the field.

    Example: `communique diff 1.0.0 current`, `communique diff main~5 --markdown`
    """
    from communique.corpus import diff as records
    from communique.corpus import diff_render
    from communique.corpus.diff_schema import schema_changes
    from communique.corpus.snapshot import open_snapshot
    from communique.errors import ProjectError
    from communique.project import find_project

    try:
        found = find_project(project)
    except ProjectError:
        if project is not None:
            raise
        found = None
    with open_snapshot(a, found) as old, open_snapshot(b, found) as new:
        target = new.read_schema()
        if schema:
            changes = schema_changes(old.read_schema(), target)
            if as_json:
                print_json(
                    [{**{k: getattr(one, k) for k in ("kind", "where", "what", "step")}} for one in changes]
                )
            else:
                typer.echo("\n".join(f"{one.step}: {one}" for one in changes) or "The schemas are the same.")
            raise typer.Exit(FOUND if changes and exit_code else 0)
        made = records.diff(old, new)
    if as_json:
        print_json(diff_render.as_dict(made, target))
    elif markdown:
        typer.echo(diff_render.as_markdown(made, target), nl=False)
    else:
        typer.echo(diff_render.as_text(made, target), nl=False)
    raise typer.Exit(FOUND if exit_code and not made.empty else 0)
