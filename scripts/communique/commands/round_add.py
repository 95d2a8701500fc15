"""`communique round add`: one more annotator for a round."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, console, print_json


def add(
    name: Annotated[str, typer.Argument(help="The round.")],
    annotator: Annotated[
        str, typer.Option("--annotator", help="A name; 'name:language_model' for what is no person.")
    ],
    articles: Annotated[
        str, typer.Option("--articles", help="Article ids of the round with commas between, or 'all'.")
    ] = "all",
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", help="An annotation that exists already, in the form of gold (repeatable)."),
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Add an annotator to a round. Plans, annotations and decisions of those before stay as they are.

    Example: `communique round add r01 --annotator carol:person --file carol/first-article.json`
    """
    from dataclasses import asdict

    from communique.annotation.source import open_source
    from communique.project import find_project
    from communique.rounds.joining import add_annotator
    from communique.rounds.round import Annotator, load_round

    home = find_project(project)
    who, _, kind = annotator.partition(":")
    plan = add_annotator(
        open_source(home),
        load_round(home, name),
        Annotator(who, kind or "person"),
        [one.strip() for one in articles.split(",") if one.strip()],
        files or [],
    )
    if as_json:
        print_json(asdict(plan))
        return
    out = console()
    given = len(files or [])
    out.print(
        f"{who}: {len(plan.assignments[who])} articles of round {name}, {given} annotated already.",
        style="bold",
    )
    if given < len(plan.assignments[who]):
        out.print(f"To annotate: communique round serve {name}, then communique round push {name}")
    if given:
        out.print(f"Next: communique round agreement {name}, communique round adjudicate {name}")
