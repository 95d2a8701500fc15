"""Options that several commands share, and how they print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

ProjectOption = Annotated[
    Path | None,
    typer.Option("--project", help="Project folder; default: the one around the working directory."),
]
VersionOption = Annotated[
    str | None, typer.Option("--version", help="A released version, x.y.z; default: the present build.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]


def print_json(data: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def console() -> Console:
    """The console that commands print to."""
    from rich.console import Console

    return Console(highlight=False)
