"""`communique round pull`: annotations into files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, console, print_json
from communique.commands.round_push import UrlOption, asked_key
from communique.commands.round_status import AccountOption, accounts_of


def pull(
    name: Annotated[str, typer.Argument(help="The round.")],
    url: UrlOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="An export made by hand in Label Studio, format JSON.")
    ] = None,
    annotator: Annotated[str | None, typer.Option("--annotator", help="Whose work --file is.")] = None,
    account: AccountOption = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Write one file per annotator and article, and pull.json with what was left out and why.

    Pulling twice changes nothing. Exit code 1 when finished work could not be taken.
    Example: `communique round pull r01`
    """
    from communique.annotation.source import open_source
    from communique.commands import FOUND, OK
    from communique.errors import CommuniqueError
    from communique.project import find_project
    from communique.rounds.pull import anything_refused, counts, pull_file, pull_round
    from communique.rounds.round import load_round, round_folder
    from communique.rounds.serve import clients_of

    home = find_project(project)
    plan = load_round(home, name)
    accounts = accounts_of(account)
    if file is not None:
        if annotator is None and len(plan.annotators) == 1:
            annotator = plan.annotators[0].name
        if annotator is None:
            names = ", ".join(one.name for one in plan.annotators)
            raise CommuniqueError("Whose work is the export?", mend=f"add --annotator, one of {names}")
        report = pull_file(open_source(home), plan, file, annotator, accounts=accounts)
    else:
        with clients_of(home, plan, url, asked_key(url)) as clients:
            report = pull_round(open_source(home), plan, clients, accounts=accounts)
    if as_json:
        print_json(report)
    else:
        out = console()
        for who, row in counts(report).items():
            out.print(f"{who}: " + ", ".join(f"{number} {state}" for state, number in row.items()))
        for who, entries in report["annotators"].items():
            for article, entry in entries.items():
                for text in [
                    *([entry["why"]] if "why" in entry else []),
                    *entry.get("notes", []),
                    *entry.get("warnings", []),
                ]:
                    out.print(f"  {who}, {article}: {text}", soft_wrap=True)
        out.print(f"Files: {round_folder(home, name)}")
    raise typer.Exit(FOUND if anything_refused(report) else OK)
