"""`communique stats`: counts per table, value and zone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from communique.commands.options import JsonOption, VersionOption, console, print_json


def stats(
    path: Annotated[
        Path | None, typer.Argument(help="Project or built corpus; default: the one around here.")
    ] = None,
    version: VersionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count rows, values and zones of the built corpus.

    Example: `communique stats --version 0.1.0 --json`
    """
    from communique.corpus.statistics import statistics

    figures = statistics(path, version)
    if as_json:
        print_json(figures)
        return
    from rich.table import Table

    screen = console()
    table = Table("table", "rows", box=None, header_style="dim")
    table.columns[1].justify = "right"
    for name, rows in figures["tables"].items():
        table.add_row(name, f"{rows:,}")
    screen.print(table)
    for title, counts in [
        ("derived", figures["derived"]),
        *figures["values"].items(),
        *figures["zones"].items(),
    ]:
        if counts:
            screen.print(
                f"[bold]{title}[/]  " + " · ".join(f"{name} {count:,}" for name, count in counts.items())
            )
