"""The Typer application with every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from communique import __version__
from communique.commands import build, ingest, init, schema, show, stats, validate


def make_app() -> typer.Typer:
    """All commands; each module below holds one."""
    app = typer.Typer(
        help="An annotated corpus of news articles: actors, statements, geopolitical actions.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    commands: dict[str, Callable[..., None]] = {
        "init": init.init,
        "ingest": ingest.ingest,
        "build": build.build,
        "validate": validate.validate,
        "show": show.show,
        "stats": stats.stats,
        "schema": schema.schema,
    }
    for name, command in commands.items():
        app.command(name)(command)
    return app


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
