"""`communique round status`: how far the annotators are."""

from __future__ import annotations

from typing import Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, console, print_json
from communique.commands.round_push import UrlOption, asked_key

AccountOption = Annotated[
    list[str] | None,
    typer.Option("--account", help="name=address of an annotator's account, where it is another."),
]


def accounts_of(given: list[str] | None) -> dict[str, str]:
    """`name=address` options as a dict. Raises CommuniqueError."""
    from communique.errors import CommuniqueError

    found = {}
    for one in given or []:
        name, mark, address = one.partition("=")
        if not mark or not name or not address:
            raise CommuniqueError("This is no account.", found=one, expected="annotator=address")
        found[name] = address.lower()
    return found


def status(
    name: Annotated[str, typer.Argument(help="The round.")],
    url: UrlOption = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Done, drafts, skips and time of each annotator, with warnings; exit code 2 when there are any.

    Example: `communique round status r01`
    """
    from rich.table import Table

    from communique.commands import OK, WARNED
    from communique.project import find_project
    from communique.rounds.round import load_round
    from communique.rounds.serve import clients_of
    from communique.rounds.status import round_status
    from communique.schema import load_schema

    home = find_project(project)
    plan = load_round(home, name)
    with clients_of(home, plan, url, asked_key(url)) as clients:
        standings = round_status(load_schema(home.schema), plan, clients, accounts=accounts_of(account))
    warned = any(one.warnings for one in standings)
    if as_json:
        print_json([one.as_dict() for one in standings])
    else:
        from communique.rounds.survey import STATES

        out = console()
        table = Table("annotator", "assigned", *STATES, "hours")
        for one in standings:
            cells = [str(one.states.get(state, 0)) for state in STATES]
            table.add_row(one.annotator, str(one.assigned), *cells, f"{one.lead_time / 3600:.1f}")
        out.print(table)
        for one in standings:
            for text in one.warnings:
                out.print(f"{one.annotator}: {text}", style="yellow", soft_wrap=True)
    raise typer.Exit(WARNED if warned else OK)
