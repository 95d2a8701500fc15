"""`communique round new`: who annotates what."""

from __future__ import annotations

from typing import Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, console, print_json


def new(
    name: Annotated[str, typer.Argument(help="Name of the round, such as r02.")],
    articles: Annotated[str, typer.Option("--articles", help="Article ids with commas between, or 'all'.")],
    annotators: Annotated[
        str,
        typer.Option(
            "--annotators", help="Names with commas between; 'name:language_model' for what is no person."
        ),
    ],
    overlap: Annotated[
        str,
        typer.Option(
            "--overlap", help="Articles that everybody gets: 'all', a number, or a share such as 0.2."
        ),
    ] = "all",
    prefill: Annotated[
        str, typer.Option("--prefill", help="'none', 'gold', or an annotation file or folder.")
    ] = "none",
    seed: Annotated[int, typer.Option("--seed", help="Decides the shares and orders.")] = 0,
    guidelines: Annotated[
        str | None,
        typer.Option(
            "--guidelines", help="Version of the guidelines; default: annotations/guidelines/VERSION."
        ),
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Plan a round: some articles go to everybody for agreement, the others are split evenly.

    Example: `communique round new r01 --articles all --annotators ana,ben --overlap 10`
    """
    from dataclasses import asdict

    from communique.annotation.source import open_source
    from communique.project import find_project
    from communique.rounds.design import new_round, parse_overlap
    from communique.rounds.round import Annotator, round_path

    home = find_project(project)
    people = []
    for word in filter(None, (word.strip() for word in annotators.split(","))):
        who, _, kind = word.partition(":")
        people.append(Annotator(who, kind or "person"))
    plan = new_round(
        open_source(home),
        name,
        [one.strip() for one in articles.split(",") if one.strip()],
        people,
        overlap=parse_overlap(overlap),
        seed=seed,
        prefill=prefill,
        guideline_version=guidelines,
    )
    if as_json:
        print_json(asdict(plan))
        return
    out = console()
    out.print(
        f"Round {name}: {len(plan.articles)} articles, guidelines {plan.guideline_version}.", style="bold"
    )
    for one in plan.annotators:
        out.print(f"  {one.name}: {len(plan.assignments[one.name])} articles")
    out.print(f"Plan: {round_path(home, name)}", soft_wrap=True)
    out.print(f"Next: communique round serve {name} --push", soft_wrap=True)
