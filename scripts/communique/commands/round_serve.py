"""`communique round serve`: the embedded Label Studio."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands.options import ProjectOption, console

if TYPE_CHECKING:
    from rich.console import Console


def serve(
    name: Annotated[str, typer.Argument(help="The round.")],
    isolated: Annotated[
        bool, typer.Option("--isolated", help="A server for each annotator: nobody can see others' work.")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", help="Default: the last one, else the first free one from 8090.")
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host", help="Interface to listen on; anything but loopback lets others in the network in."
        ),
    ] = "127.0.0.1",
    push: Annotated[
        bool, typer.Option("--push", help="Push the round's tasks once the server runs.")
    ] = False,
    new_passwords: Annotated[
        bool,
        typer.Option(
            "--new-passwords", help="Give the round's accounts new passwords, for those that were lost."
        ),
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Start Label Studio for a round, make the accounts, print addresses; runs until Ctrl+C.

    Passwords of new accounts are shown once and kept nowhere. Example: `communique round serve r01 --push`
    """
    import signal

    from communique.project import find_project
    from communique.rounds.round import load_round
    from communique.rounds.serve import serve_round
    from communique.rounds.serverfolder import ADMIN_EMAIL, reset_password

    home = find_project(project)
    plan = load_round(home, name)
    out = console()
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # ended by a supervisor, the servers end in order too
    serving = serve_round(
        home,
        plan,
        isolated=isolated,
        port=port,
        host=host,
        progress=_progress(out),
    )
    try:
        for one in serving.servers:
            if one.admin_password is not None:
                page = serving.lead_pages[one.url]
                shown = f"password {one.admin_password.reveal()}"
                out.print(f"{page}  lead  {ADMIN_EMAIL}  {shown}", soft_wrap=True)
        for who, account in serving.accounts.items():
            password = account.password
            if new_passwords:
                folder = next(one.folder for one in serving.servers if one.url == serving.urls[who])
                password = reset_password(folder, account.email)
            shown = f"password {password.reveal()}" if password else "password as before"
            out.print(f"{serving.pages[who]}  {who}  {account.email}  {shown}", soft_wrap=True)
        if push:
            from communique.annotation.source import open_source
            from communique.commands.round_push import show
            from communique.rounds.push import push_round
            from communique.rounds.serve import clients_of

            with clients_of(home, plan) as clients:
                show(push_round(open_source(home), plan, clients))
        out.print("Serving. Ctrl+C stops; the work stays.", style="bold")
        for one in serving.servers:
            one.wait()
    except KeyboardInterrupt:
        out.print("Stopping.")
    finally:
        serving.stop()


def _progress(out: Console) -> Callable[[str], None]:
    """Show what is waited for: on a terminal in one line that counts, in a file once for each thing."""
    said: set[str] = set()

    def show(text: str) -> None:
        what = text.partition(" (")[0]
        if out.is_terminal:
            out.print(text, style="dim", end="\r", overflow="crop", no_wrap=True)
        elif what not in said:
            out.print(what, style="dim", soft_wrap=True)
        said.add(what)

    return show
