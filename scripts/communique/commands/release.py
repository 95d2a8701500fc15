"""`communique release`: a version that can be cited, and what of it may be shared."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from communique.commands import FOUND
from communique.commands.options import JsonOption, ProjectOption, print_json

if TYPE_CHECKING:
    from communique.corpus.release import Plan
    from communique.project import Project


def release(
    version: Annotated[
        str | None, typer.Argument(help="Version x.y.z; default: the smallest that the changes allow.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be released; write nothing.")
    ] = False,
    public: Annotated[
        Path | None,
        typer.Option(
            help="Instead build a corpus to share into this new folder, texts withheld where rights say so."
        ),
    ] = None,
    fingerprints: Annotated[
        str, typer.Option(help="What is shipped to find a withheld text again: none, paragraph or token.")
    ] = "token",
    push: Annotated[
        str | None,
        typer.Option(metavar="ORG/NAME", help="Instead upload the public form of a released version."),
    ] = None,
    date: Annotated[str | None, typer.Option(help="Day of the release, ISO 8601; default: today.")] = None,
    tag: Annotated[bool, typer.Option("--tag/--no-tag", help="Commit the release and tag it in git.")] = True,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Release the present build, or share a release: --public and --push.

    Refuses a dirty tree, failed validation, a stale build, and a number smaller than the changes ask for.

    Example: `communique release --dry-run`, `communique release`, `communique release --public ../public`
    """
    from communique.project import find_project

    found = find_project(project)
    if public is not None or push is not None:
        _share(found, version, public, fingerprints, push, as_json)
        return
    from communique.corpus import release as releasing

    day = _day(date)
    releasing.refuse_unready(found)
    _stop_at_faults(found)
    planned = releasing.plan(found, version)
    if dry_run:
        _say(planned, found, as_json, [])
        return
    written = releasing.release(found, planned, day)
    why = releasing.commit_and_tag(found, planned, written) if tag else "--no-tag was given"
    _say(planned, found, as_json, written, why)


def _day(date: str | None) -> datetime.date:
    from communique.errors import CommuniqueError

    try:
        return datetime.date.fromisoformat(date) if date else datetime.date.today()
    except ValueError:
        raise CommuniqueError(
            "This is not a day.", field="--date", expected="YYYY-MM-DD", found=date
        ) from None


def _stop_at_faults(project: Project) -> None:
    from communique.validation.api import validate
    from communique.validation.render import render

    report = validate(project.root, project=project.root)
    if report.errors:
        typer.echo(render(report, "text", project.root), nl=False, err=True)
        raise typer.Exit(FOUND)


def _say(planned: Plan, project: Project, as_json: bool, written: list[Path], why: str | None = None) -> None:
    from communique.corpus.diff_render import as_dict, as_text
    from communique.schema import load_schema

    schema = load_schema(project.schema)
    if as_json:
        print_json(
            {
                "last": planned.last,
                "version": planned.version,
                "step": planned.step,
                "reasons": planned.reasons,
                "written": [str(path.relative_to(project.root)) for path in written],
                "not_tagged": why,
                "diff": as_dict(planned.diff, schema, whole=False) if planned.diff else None,
            }
        )
        return
    if planned.diff is not None:
        typer.echo(as_text(planned.diff, schema))
    done = "Released" if written else "Would release"
    after = f", a {planned.step} step after {planned.last}: {'; '.join(planned.reasons[:3])}"
    typer.echo(f"{done} {planned.version}{after if planned.last else ', the first release'}.")
    for path in written:
        typer.echo(f"  {path.relative_to(project.root)}")
    if written:
        tagged = f"Committed and tagged v{planned.version}."
        typer.echo(tagged if why is None else f"Not tagged: {why}.")


def _share(
    project: Project,
    version: str | None,
    public: Path | None,
    fingerprints: str,
    push: str | None,
    as_json: bool,
) -> None:
    import tempfile

    from communique.corpus.public import publish

    with tempfile.TemporaryDirectory(prefix="communique-") as folder:
        goal = public if public is not None else Path(folder) / "public"
        made = publish(project, goal, fingerprints, version)
        said = {**made.as_dict(), "pushed": None}
        if push is not None:
            from communique.corpus.push import push_public

            said["pushed"] = push_public(goal, push)
    if as_json:
        print_json(said)
        return
    typer.echo(made.text())
    if push is not None:
        typer.echo(f"Pushed to {push} as {said['pushed']['tag']}.")
