"""`communique round agreement`: how far the annotators of a round agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands.options import JsonOption, ProjectOption, console, print_json

if TYPE_CHECKING:
    from communique.agreement.report import Report
    from communique.project import Project


def agreement(
    rounds: Annotated[
        list[str], typer.Argument(help="Rounds; several show how agreement changes from one to the next.")
    ],
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report of one round as a page.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write agreement.json into the round's folder.")
    ] = False,
    draws: Annotated[int, typer.Option(min=0, help="Bootstrap draws for intervals; 0: no intervals.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 20211207,
    project: ProjectOption = None,
) -> None:
    """Compare what the annotators of a round decided, layer by layer.

    Example: `communique round agreement r01 --html r01.html`
    """
    from communique.agreement.figures import Sampling
    from communique.errors import CommuniqueError
    from communique.files import write_atomically
    from communique.project import find_project
    from communique.rounds.round import round_folder

    home = find_project(project)
    if html is not None and len(rounds) > 1:
        raise CommuniqueError("A page shows one round.", found=", ".join(rounds), mend="name one round")
    reports = [round_report(home, name, Sampling(seed, draws)) for name in rounds]
    if save:
        for name, report in zip(rounds, reports, strict=True):
            path = round_folder(home, name) / "agreement.json"
            write_atomically(path, report_json(report))
    if html is not None:
        write_atomically(html, _page(home, rounds[0], reports[0]))
    if as_json:
        print_json(reports[0].as_dict() if len(reports) == 1 else [one.as_dict() for one in reports])
    else:
        _show(reports)


def round_report(home: Project, name: str, sampling: object = None) -> Report:
    """The report of one round on disk."""
    from communique.agreement.figures import Sampling
    from communique.agreement.report import agreement_report
    from communique.rounds.collected import collect, texts
    from communique.rounds.round import load_round
    from communique.schema import load_schema

    plan, schema = load_round(home, name), load_schema(home.schema)
    assert sampling is None or isinstance(sampling, Sampling)
    return agreement_report(
        collect(home, plan, schema),
        schema,
        annotators=[one.name for one in plan.annotators],
        lengths={article: len(text) for article, text in texts(home, plan).items()},
        round_name=name,
        sampling=sampling,
    )


def report_json(report: Report) -> str:
    """What agreement.json holds: the same input gives the same bytes."""
    import json

    return json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"


def _page(home: Project, name: str, report: Report) -> str:
    from communique.agreement.groups import group_article
    from communique.agreement.html import page
    from communique.rounds.collected import collect, texts
    from communique.rounds.round import load_round
    from communique.schema import load_schema

    plan, schema = load_round(home, name), load_schema(home.schema)
    order = [one.name for one in plan.annotators]
    groupings = [group_article(one, schema, order) for one in collect(home, plan, schema).values() if one]
    kinds = {one.name: one.kind for one in plan.annotators}
    return page(report, groupings, texts(home, plan), kinds)


def _show(reports: list[Report]) -> None:
    from rich.table import Table

    from communique.agreement.html import MAIN

    screen = console()
    screen.width = max(screen.width, 120)
    several = len(reports) > 1
    heads = ["layer", "measure", "annotators", "value", "95 % interval", "units", "matched"]
    table = Table(*(["round"] if several else []), *heads, box=None, header_style="dim")
    for column in table.columns:
        column.no_wrap = True
    for report in reports:
        counts = ", ".join(f"{name} {number}" for name, number in report.articles.items())
        screen.print(f"Round {report.round}: articles annotated by {counts}")
        if not report.seen:
            screen.print("No article has two annotators: there is no agreement to report.")
        for layer, measure in MAIN:
            for one in report.figures:
                if (one.layer, one.measure, one.label) != (layer, measure, None):
                    continue
                value = f"{one.value:.3f}" if one.value is not None else "undefined"
                known = one.low is not None and one.high is not None
                interval = f"{one.low:.3f} – {one.high:.3f}" if known else "–"
                cells = [
                    layer,
                    measure,
                    " – ".join(one.pair),
                    value,
                    interval,
                    str(one.units),
                    str(one.matched),
                ]
                table.add_row(*([report.round or ""] if several else []), *cells)
    screen.print(table)
    reasons = {
        (one.reason if one.value is None else one.interval_reason)
        for report in reports
        for one in report.figures
    } - {None}
    for reason in sorted(str(one) for one in reasons):
        screen.print(f"[dim]no value or interval: {reason}[/]")
