"""`communique round adjudicate`: the disagreements of a round that nothing settles yet."""

from __future__ import annotations

from typing import Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, ProjectOption, console, print_json


def adjudicate(
    round_name: Annotated[str, typer.Argument(metavar="ROUND", help="The round.")],
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Write the open disagreements to `tasks.jsonl`, to be decided in `decisions.jsonl`.

    What all annotators agree on is taken and never asked. Exit code 1: a decision is stale or in conflict.

    Example: `communique round adjudicate r01`
    """
    import json

    from communique.files import write_atomically
    from communique.project import find_project
    from communique.rounds.adjudication import TASKS_FILE, open_round, task
    from communique.rounds.collected import texts
    from communique.rounds.round import round_folder
    from communique.schema import load_schema

    home = find_project(project)
    schema = load_schema(home.schema)
    state = open_round(home, round_name, schema)
    words = texts(home, state.plan)
    path = round_folder(home, round_name) / TASKS_FILE
    if state.open:
        lines = [
            json.dumps(task(state, one, words[one.article_id]), ensure_ascii=False) for one in state.open
        ]
        write_atomically(path, "".join(line + "\n" for line in lines))
    else:
        path.unlink(missing_ok=True)
    refused = [one.as_dict() for one in state.refused]
    if as_json:
        print_json({"round": round_name, **state.counts(), "refused": refused})
    else:
        screen = console()
        for name, number in state.counts().items():
            screen.print(f"{name.replace('_', ' '):<20}{number:>7,}")
        if state.open:
            screen.print(f"open disagreements: {path}")
        for one in refused:
            screen.print(f"decisions.jsonl line {one['line']}, {one['table']} {one['unit']}: {one['why']}")
    if refused:
        raise typer.Exit(FOUND)
