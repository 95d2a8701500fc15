"""`communique init`: a project for a corpus of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not hold a project yet.")],
    name: Annotated[
        str | None, typer.Option(help="Short name of the corpus; default: the folder's name.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the corpus.")] = None,
) -> None:
    """Make `corpus/` and `annotations/` with the default schema and guidelines, to edit freely.

    Example: `communique init my-corpus && cd my-corpus && communique ingest ../articles`
    """
    from communique.corpus.start import start_project

    project = start_project(folder, name, title)
    typer.echo(f"Made {project.root}: schema in {project.schema}, empty corpus in {project.corpus}.")
    typer.echo("Next: communique ingest PATH, annotate, communique build.")
