"""`communique round adjudicate`: the disagreements of a round that nothing settles yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, ProjectOption, console, print_json

if TYPE_CHECKING:
    from communique.project import Project
    from communique.rounds.adjudication import Adjudication


def adjudicate(
    round_name: Annotated[str, typer.Argument(metavar="ROUND", help="The round.")],
    push: Annotated[bool, typer.Option("--push", help="Send what is open to Label Studio.")] = False,
    pull: Annotated[bool, typer.Option("--pull", help="Take decisions from Label Studio.")] = False,
    url: Annotated[
        str | None, typer.Option("--url", help="A running server; default: the project's own (round serve).")
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Write the open disagreements to `tasks.jsonl`, to be decided in `decisions.jsonl` or in Label Studio.

    What all annotators agree on is taken and never asked. In Label Studio annotators are not named. Exit
    code 1: a decision is stale, in conflict or cannot be read.

    Example: `communique round adjudicate r01`
    """
    from communique.project import find_project
    from communique.rounds.adjudication import open_round
    from communique.schema import load_schema

    home = find_project(project)
    schema = load_schema(home.schema)
    state = open_round(home, round_name, schema)
    server: dict[str, object] = {}
    problems: list[tuple[str, str]] = []
    if push or pull:
        server, problems = _label_studio(home, state, url, push, pull)
        state = open_round(home, round_name, schema)
    path = _write_tasks(home, state)
    refused = [one.as_dict() for one in state.refused]
    if as_json:
        print_json(
            {"round": round_name, **state.counts(), **server, "refused": refused, "problems": problems}
        )
    else:
        screen = console()
        for name, number in {**state.counts(), **server}.items():
            screen.print(f"{name.replace('_', ' '):<20}{number:>7}", soft_wrap=True)
        if state.open:
            screen.print(f"open disagreements: {path}", soft_wrap=True)
        for one in refused:
            screen.print(
                f"decisions.jsonl line {one['line']}, {one['table']} {one['unit']}: {one['why']}",
                soft_wrap=True,
            )
        for unit, why in problems:
            screen.print(f"not taken from Label Studio, {unit}: {why}", soft_wrap=True)
    if refused or problems:
        raise typer.Exit(FOUND)


def _write_tasks(home: Project, state: Adjudication) -> Path:
    import json

    from communique.files import write_atomically
    from communique.rounds.adjudication import TASKS_FILE, task
    from communique.rounds.collected import texts
    from communique.rounds.round import round_folder

    words = texts(home, state.plan)
    path = round_folder(home, state.plan.round) / TASKS_FILE
    if state.open:
        lines = [
            json.dumps(task(state, one, words[one.article_id]), ensure_ascii=False) for one in state.open
        ]
        write_atomically(path, "".join(line + "\n" for line in lines))
    else:
        path.unlink(missing_ok=True)
    return path


def _label_studio(
    home: Project, state: Adjudication, url: str | None, push: bool, pull: bool
) -> tuple[dict[str, object], list[tuple[str, str]]]:
    from communique.commands.round_push import asked_key
    from communique.rounds.adjudication import decisions_path
    from communique.rounds.adjudication_project import pull_adjudication, push_adjudication
    from communique.rounds.collected import texts
    from communique.rounds.decisions import load_decisions, save_decisions
    from communique.rounds.serve import clients_of

    said: dict[str, object] = {}
    problems: list[tuple[str, str]] = []
    with clients_of(home, state.plan, url, asked_key(url)) as clients:
        client = next(iter(clients.values()))
        if push:
            number, sent = push_adjudication(client, state, texts(home, state.plan))
            said |= {"sent": sent, "at": f"{client.url}/projects/{number}"}
        if pull:
            version = (home.guidelines / "VERSION").read_text(encoding="utf-8").strip()
            pulled = pull_adjudication(client, state, version)
            path = decisions_path(home, state.plan.round)
            if pulled.decisions:
                save_decisions([*load_decisions(path), *pulled.decisions], path)
            said |= {"pulled": len(pulled.decisions)}
            problems = pulled.problems
    return said, problems
