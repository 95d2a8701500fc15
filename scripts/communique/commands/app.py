"""The Typer application with every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from communique import __version__
from communique.commands import (
    build,
    diff,
    explore,
    export,
    hydrate,
    import_,
    ingest,
    init,
    mend,
    release,
    round_add,
    round_adjudicate,
    round_agreement,
    round_merge,
    round_new,
    round_pull,
    round_push,
    round_serve,
    round_status,
    schema,
    show,
    stats,
    validate,
)

Commands = dict[str, Callable[..., None]]

_TOP: Commands = {
    "init": init.init,
    "ingest": ingest.ingest,
    "build": build.build,
    "validate": validate.validate,
    "mend": mend.mend,
    "show": show.show,
    "stats": stats.stats,
    "diff": diff.diff,
    "release": release.release,
    "hydrate": hydrate.hydrate,
    "export": export.export,
    "import": import_.import_,
    "explore": explore.explore,
    "schema": schema.schema,
}
_ROUND: Commands = {
    "new": round_new.new,
    "add": round_add.add,
    "serve": round_serve.serve,
    "push": round_push.push,
    "status": round_status.status,
    "pull": round_pull.pull,
    "agreement": round_agreement.agreement,
    "adjudicate": round_adjudicate.adjudicate,
    "merge": round_merge.merge,
}


def make_app() -> typer.Typer:
    """All commands; each module named above holds one."""
    app = _group(_TOP, "An annotated corpus of news articles: actors, statements, geopolitical actions.")
    app.callback()(_root)
    app.add_typer(_group(_ROUND, "Rounds of annotation: plan, annotate, compare, settle."), name="round")
    return app


def _group(commands: Commands, help_text: str) -> typer.Typer:
    group = typer.Typer(
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, command in commands.items():
        group.command(name)(command)
    return group


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version),
    ] = False,
) -> None:
    pass
