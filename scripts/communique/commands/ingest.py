"""`communique ingest`: take articles into the project."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.articles.gather import MAX_BYTES
from communique.errors import CommuniqueError
from communique.project import find_project

if TYPE_CHECKING:
    from communique.articles.ingest import Progress, Report

_LISTED = 20


def ingest(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, folders or quoted glob patterns.")
    ],
    format: Annotated[str, typer.Option("--format", help="auto, scrape, text, html or jsonl.")] = "auto",
    rights: Annotated[str | None, typer.Option(help="SPDX id or text of the licence, as CC-BY-4.0.")] = None,
    rights_holder: Annotated[str | None, typer.Option(help="Who holds the rights to the text.")] = None,
    redistribution: Annotated[
        str | None, typer.Option(help="What a release may hold: text_ok, annotations_only or none.")
    ] = None,
    publisher: Annotated[str | None, typer.Option(help="The publisher's name, as 'The Guardian'.")] = None,
    date_: Annotated[str | None, typer.Option("--date", help="Publication date, YYYY-MM-DD.")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1 code; otherwise read or detected.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Where the article stands on the web; for a single file.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of files that are not UTF-8, as cp1252.")
    ] = None,
    received_on: Annotated[
        str | None, typer.Option(help="Day of receipt, YYYY-MM-DD; default today.")
    ] = None,
    supersede: Annotated[
        bool,
        typer.Option(
            "--supersede",
            help="Replace the text or metadata of an article that is in; the old raw file stays.",
        ),
    ] = False,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Limit for one file; larger ones are refused unread.")
    ] = MAX_BYTES,
    project: Annotated[
        Path | None, typer.Option(help="The project folder; default: the one around here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    """Take articles into the project: raw bytes, provenance, and the canonical text with its zones.

    Formats: scrape (caption, YYYYMMDD line, URL line, a paragraph a line), text, html, jsonl. Running it
    twice changes nothing. Good files go in, bad ones are listed at the end; then the exit code is 1.

    Example: communique ingest inbox/ 'old/*.txt' --publisher 'The Guardian' --redistribution annotations_only
    """
    from communique.articles.article import IngestOptions
    from communique.articles.ingest import ingest as take_in

    options = IngestOptions(
        received_on=_day(received_on),
        format=format,
        rights=rights,
        rights_holder=rights_holder,
        redistribution=redistribution,
        publisher=publisher,
        date=date_,
        language=language,
        url=url,
        encoding=encoding,
        supersede=supersede,
        max_bytes=max_bytes,
    )
    with _Bar() as progress:
        report = take_in(find_project(project), paths, options, progress=progress)
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print(report)
    raise typer.Exit(report.exit_code)


def _day(value: str | None) -> date:
    if value is None:
        return date.today()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise CommuniqueError(
            "--received-on is no date.",
            field="--received-on",
            expected="a date as 2026-11-25",
            found=repr(value),
        ) from None


class _Bar:
    """A progress bar on standard error, only where that is a terminal."""

    def __enter__(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar.start()
        task = self._bar.add_task("", total=None)

        def step(done: int, total: int, file: str) -> None:
            self._bar.update(task, completed=done, total=total, description=Path(file).name)

        return step

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def _print(report: Report) -> None:
    from rich.console import Console
    from rich.text import Text

    console, errors = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
    good = [outcome for outcome in report.outcomes if outcome.error is None]
    listed = (
        good if len(good) <= _LISTED else [one for one in good if one.status in ("duplicate", "superseded")]
    )
    for outcome in listed:
        record = f" line {outcome.record}" if outcome.record else ""
        head = Text.assemble(
            (outcome.status, "bold"), f"  {outcome.article_id}  ", (f"{outcome.file}{record}", "dim")
        )
        console.print(head)
        if outcome.status in ("added", "completed", "superseded"):
            console.print(Text(f"  {outcome.summary}"))
        for note in outcome.notes:
            console.print(Text(f"  note: {note}"))
        for path in outcome.stale:
            console.print(
                Text(f"  stale: {path} points into the replaced text; nothing re-anchored it", style="yellow")
            )
    if len(good) > _LISTED:
        for note, count in _repeated(report):
            console.print(Text(f"note, {count} times: {note}"))
    for outcome in report.refused:
        errors.print(Text(str(outcome.error), style="red"))
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items()) or "no files found"
    console.print(Text(counts, style="bold"))


def _repeated(report: Report) -> list[tuple[str, int]]:
    """The notes of all added articles, counted; what stands in brackets varies and is dropped."""
    import re
    from collections import Counter

    notes = Counter(
        re.sub(r" \([^()]*(?:\([^()]*\))?[^()]*\)", "", note)
        for outcome in report.outcomes
        if outcome.status == "added"
        for note in outcome.notes
    )
    return notes.most_common(10)
