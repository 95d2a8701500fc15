"""`communique import`: another corpus into this project."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, ProjectOption, print_json
from communique.exchange.format import MAX_BYTES, Refusal

_SHOWN = 10


def import_(
    format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="brat, cas, citron, conllu, label-studio, plover, spans or webanno."
        ),
    ],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File or folder of the other corpus.")],
    mapping: Annotated[Path | None, typer.Option(help="Which of its labels is what (JSON or YAML).")] = None,
    offsets: Annotated[
        str | None,
        typer.Option(
            help="What its offsets count: code-points, utf-16 or bytes; default: what its own tools count."
        ),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="A known layout: polnear.")] = None,
    annotator: Annotated[
        str | None, typer.Option(help="Name of the annotator where the files name none.")
    ] = None,
    annotator_kind: Annotated[
        str | None,
        typer.Option(help="person, program, language_model or mixed; known for PolNeAR, GUM and PLOVER."),
    ] = None,
    round_: Annotated[
        str, typer.Option("--round", help="Round under which the annotators' passes are kept.")
    ] = "import",
    allow_null: Annotated[
        bool,
        typer.Option(
            "--allow-null",
            help="Let columns that the source says nothing of be null in this project's schema.",
        ),
    ] = False,
    rights: Annotated[
        str | None, typer.Option(help="Licence of the texts, where the source names none.")
    ] = None,
    redistribution: Annotated[str | None, typer.Option(help="text_ok, annotations_only or none.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Publisher, where the source names none.")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code, where the source names none.")] = None,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Limit for one file; larger ones are refused unread.")
    ] = MAX_BYTES,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over the texts and annotations of another corpus.

    What the source does not say stays null. What no column can hold is counted, what cannot be taken over
    is listed with its reason; then the exit code is 1. The raw files stay as they are.

    Example: `communique init polnear && communique import brat PolNeAR/data/dev --project polnear --allow-null`
    """
    from communique.exchange.format import Log, ReadOptions
    from communique.exchange.formats import get
    from communique.exchange.receive import ReceiveOptions, receive
    from communique.project import find_project
    from communique.schema import load_schema

    found = find_project(project)
    reader = get(format, "read").read
    assert reader is not None
    log = Log()
    options = ReadOptions(mapping, offsets, profile, max_bytes, annotator)
    reading = reader(path, options, load_schema(found.schema), log)
    received = receive(
        found, reading, log,
        ReceiveOptions(
            round_, annotator_kind, allow_null=allow_null, rights=rights, redistribution=redistribution, publisher=publisher,
            language=language,
        ),
    )  # fmt: skip
    if as_json:
        print_json(
            {
                "articles": received.articles, "passes": received.passes, "records": received.records,
                "widened": received.widened, "refused": [asdict(one) for one in log.refused],
                "faults": [asdict(one) for one in log.faults], "not_held": log.unheld, "seen": log.seen, "notes": log.notes,
            }
        )  # fmt: skip
        raise typer.Exit(FOUND if log.refused else 0)
    typer.echo(f"{len(received.articles)} articles, {received.passes} annotations of them.")
    if received.several:
        typer.echo(
            f"{received.several} articles have several annotators: 'communique round agreement {round_}' compares them."
        )
    _counts("In gold:", received.records)
    _counts("Read:", log.seen)
    _counts("Not held by any column:", log.unheld)
    if received.widened:
        typer.echo(
            "May be null now in annotations/schema: " + ", ".join(f"{t}.{c}" for t, c in received.widened)
        )
    for note in [*log.notes, *received.notes]:
        typer.echo(f"Note: {note}")
    _listed("Faults of the source:", log.faults)
    _listed("Refused:", log.refused)
    raise typer.Exit(FOUND if log.refused else 0)


def _counts(title: str, counts: dict[str, int]) -> None:
    if counts:
        typer.echo(title)
        for name, count in counts.items():
            typer.echo(f"  {count:>8,}  {name}")


def _listed(title: str, listed: list[Refusal]) -> None:
    if listed:
        typer.echo(f"{title} {len(listed)}")
        for one in listed[:_SHOWN]:
            typer.echo(f"  {one.file} {one.record}: {one.reason}")
        if len(listed) > _SHOWN:
            typer.echo(f"  … {len(listed) - _SHOWN} more; --json lists all")
