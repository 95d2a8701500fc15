"""`communique explore`: write the site that shows the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from communique.commands.options import JsonOption, console, print_json


def explore(
    path: Annotated[
        Path | None, typer.Argument(help="Project or built corpus; default: the one around here.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the site; default: site/ in the project.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the site in the browser.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a static site of the built corpus: articles with their margins, tables, network, timeline, codebook.

    It works from disk and from any static host, and asks nothing of any server.

    Example: `communique explore --out site --open`
    """
    from communique.explore.site import build_site

    screen = console()
    with screen.status("articles") as status:

        def progress(done: int, total: int) -> None:
            status.update(f"articles {done:,}/{total:,}")

        made = build_site(path, out, None if as_json else progress)
    index = made.out / "index.html"
    if as_json:
        print_json(
            {
                "site": str(index),
                "articles": made.articles,
                "bound": made.bound,
                "files": made.files,
                "bytes": made.bytes,
            }
        )
    else:
        if made.bound:
            screen.print(
                f"{made.bound:,} of its articles may not be passed on: do not publish this site",
                style="yellow",
            )
        screen.print(f"{index}  {made.articles:,} articles, {made.files:,} files, {made.bytes / 1e6:,.1f} MB")
    if open_:
        typer.launch(index.as_uri())
