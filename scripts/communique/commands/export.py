"""`communique export`: the corpus in a format of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, print_json


def export(
    format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="brat, cas, conllu, csv, dna, docbin, events, gexf, graphml, jsonld or sqlite.",
        ),
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder to write into; it is made if it is not there.")
    ],
    article: Annotated[list[str] | None, typer.Option(help="Only this article (repeatable).")] = None,
    include_claims: Annotated[
        bool,
        typer.Option(
            "--include-claims", help="events: also what only sources assert, with asserter and status."
        ),
    ] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the annotated articles in another format.

    Texts go along, whatever their rights allow: an export is for your own work, not a release. What each
    format keeps and loses stands in annotations/formats.md.

    Example: `communique export events out/ --include-claims`
    """
    from communique.annotation.source import open_source
    from communique.exchange.format import WriteOptions
    from communique.exchange.formats import get
    from communique.project import find_project

    writer = get(format, "write").write
    assert writer is not None
    out.mkdir(parents=True, exist_ok=True)
    written = writer(
        open_source(find_project(project)), out, WriteOptions(include_claims, tuple(article or ()))
    )
    if as_json:
        print_json(
            {
                "files": written.files,
                "counts": written.counts,
                "left_out": written.left_out,
                "notes": written.notes,
            }
        )
        return
    typer.echo(f"{len(written.files)} files in {out}")
    for name, count in written.counts.items():
        typer.echo(f"  {count:>8,}  {name}")
    if written.left_out:
        typer.echo("Left out:")
        for name, count in sorted(written.left_out.items()):
            typer.echo(f"  {count:>8,}  {name}")
