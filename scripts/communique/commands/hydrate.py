"""`communique hydrate`: the words of withheld articles restored from your own copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, print_json


def hydrate(
    public: Annotated[Path, typer.Argument(help="Folder of the public corpus; nothing in it is changed.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder for the result.")],
    texts: Annotated[
        Path | None, typer.Option(help="Your copies: a folder of text files, one file, or JSON lines.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Your copies as web pages: a folder or a file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Restore texts and spans of a public corpus. A span comes back only if its own check passed.

    Copies are matched by article id, file name, address, or content. Exit code 0: everything was restored;
    1: not everything, see the report; 3: nothing was written.

    Example: `communique hydrate public --texts my-copies --out restored`
    """
    from communique.corpus.hydrate import hydrate as restore
    from communique.corpus.hydrate_texts import read_copies
    from communique.errors import CommuniqueError

    if texts is None and html is None:
        raise CommuniqueError(
            "No texts were named.", expected="--texts or --html", mend="name the folder with your copies"
        )
    copies = [*(read_copies(texts) if texts else ()), *(read_copies(html, html=True) if html else ())]
    made = restore(public, copies, out)
    if as_json:
        print_json(made.as_dict())
    else:
        typer.echo(made.text())
    raise typer.Exit(0 if made.complete else FOUND)
