"""`communique round push`: tasks onto the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands.options import ProjectOption, console

if TYPE_CHECKING:
    from communique.rounds.push import Pushed
    from communique.rounds.secret import Secret

UrlOption = Annotated[
    str | None, typer.Option("--url", help="A running server; default: the project's own (round serve).")
]


def asked_key(url: str | None) -> Secret | None:
    """The API key for a server by address: from LABEL_STUDIO_API_KEY, or asked for. Never an option.

    Raises WrongKey when there is nobody to ask.
    """
    import os

    from communique.rounds.secret import Secret
    from communique.rounds.serve import KEY_VARIABLE
    from communique.rounds.transport import WrongKey

    if url is None:
        return None
    if given := os.environ.get(KEY_VARIABLE):
        return Secret(given)
    try:
        return Secret(typer.prompt(f"API key for {url}", hide_input=True))
    except typer.Abort:
        raise WrongKey(
            "No API key was given.", mend=f"set {KEY_VARIABLE}, or type it in when asked"
        ) from None


def push(
    name: Annotated[str, typer.Argument(help="The round.")],
    url: UrlOption = None,
    update_config: Annotated[
        bool, typer.Option("--update-config", help="Replace a form that was changed on the server.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Send every annotator's tasks; run it again after any interruption, nothing is sent twice.

    The key for --url comes from LABEL_STUDIO_API_KEY or a prompt. Example: `communique round push r01`
    """
    from communique.annotation.source import open_source
    from communique.project import find_project
    from communique.rounds.push import push_round
    from communique.rounds.round import load_round
    from communique.rounds.serve import clients_of

    home = find_project(project)
    plan = load_round(home, name)
    with clients_of(home, plan, url, asked_key(url)) as clients:
        show(push_round(open_source(home), plan, clients, update_config=update_config))


def show(pushed: list[Pushed]) -> None:
    """Print what was done, a line an annotator."""
    out = console()
    for one in pushed:
        removed = f", {one.removed} doubles removed" if one.removed else ""
        out.print(
            f"{one.annotator}: {one.sent} sent, {one.present} there already{removed}; {one.url}",
            soft_wrap=True,
        )
