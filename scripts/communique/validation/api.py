"""`communique.validate`: find out what a path is, and validate it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from communique.corpus.buildsums import NAME as BUILD_SUMS
from communique.errors import CommuniqueError, ProjectError
from communique.project import Project, find_project
from communique.schema import Schema, load_schema
from communique.validation import level0
from communique.validation.finding import Findings, NotChecked
from communique.validation.report import Report
from communique.validation.session import Options
from communique.validation.severity import NAME, expired, read_gradings, regrader
from communique.validation.tablesrun import Progress


def validate(
    path: str | Path | None = None,
    *,
    level: int = 6,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    max_per_check: int | None = 20,
    gate: str = "record",
    engine: str = "local",
    project: str | Path | None = None,
    today: datetime.date | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a project, an annotation file, a folder of them, a built corpus or a released version.

    Without `path` the project around the working directory is checked: articles, actor registry, gold,
    annotation files of rounds, and the built tables. `level` is the highest level to check, `only` and `skip`
    name ids (`L3/span-empty`) or levels (`L3`). At most `max_per_check` findings of one id are kept (None: all);
    all are counted. `gate` is "record": a record with a fault is not checked at higher levels; or "article": nor is
    the rest of its article. `engine` is "local" (threads) or "ray". `today` decides which gradings of
    `annotations/severity.json` have expired.

    The report is truthy when there is no error. Raises CommuniqueError when `path` is nothing that can be checked.
    """
    if gate not in ("record", "article"):
        raise CommuniqueError("There is no such gate.", found=gate, expected="record or article")
    if engine not in ("local", "ray"):
        raise CommuniqueError("There is no such engine.", found=engine, expected="local or ray")
    options = Options(level, tuple(only), tuple(skip), max_per_check, gate, engine)
    options.wanted()
    target = Path(path) if path is not None else None
    if target is not None and not target.exists():
        raise CommuniqueError(
            "There is nothing here to check.",
            file=target,
            mend="name a project, an annotation file, or a built corpus",
        )
    home = _project(Path(project) if project is not None else target, required=project is not None)
    gradings = read_gradings(home.root / "annotations" / NAME) if home else []
    day = today or datetime.date.today()
    found = Findings(max_per_check, regrade=regrader(gradings, day))
    report = _validate(target, home, options, found, progress)
    report.notices += expired(gradings, day)
    return report


def _project(path: Path | None, *, required: bool) -> Project | None:
    try:
        return find_project(path)
    except ProjectError:
        if required or path is None:
            raise
    try:
        return find_project(None)
    except ProjectError:
        return None


def _validate(
    target: Path | None, home: Project | None, options: Options, found: Findings, progress: Progress | None
) -> Report:
    from communique.validation.tablesrun import validate_tables

    if target is None or (home and target.resolve() == home.root):
        assert home is not None
        return _whole_project(home, options, found, progress)
    resolved = target.resolve()
    if resolved.is_dir():
        tables = next((one for one in (resolved, resolved.parent) if _is_built(one, resolved)), None)
        if tables is not None:
            report = validate_tables(
                tables, _schema(home, tables), options, found, progress, _guidelines(home)
            )
            _sealed(tables, options, found)
            return report
        files = sorted(resolved.glob("*.json"))
        if files and home:
            return _some(home, files, options, found)
    elif home and resolved.suffix in (".json", ".jsonl"):
        return _some(home, [resolved], options, found)
    elif resolved.suffix == ".parquet" and len(resolved.parents) > 2:
        report = validate_tables(
            resolved.parents[2],
            _schema(home, resolved.parents[2]),
            replace(options, cap=None),
            Findings(regrade=found.regrade),
            guidelines=_guidelines(home),
        )
        return _about(report, resolved.relative_to(resolved.parents[2]).as_posix(), found=found)
    raise CommuniqueError(
        "This is nothing that can be checked.",
        file=target,
        expected="a project, an annotation or article file, a folder of annotation files, "
        "a folder with data/ and manifest.json, or a shard",
        mend="inside a project, 'communique validate' without a path checks everything",
    )


def _is_built(folder: Path, asked: Path) -> bool:
    whole = (folder / "manifest.json").exists() or (folder / "data").is_dir()
    return whole and (folder == asked or asked.name == "data")


def _schema(home: Project | None, tables: Path) -> Schema:
    """The schema of a built corpus: its own if it carries one, else the project's, else the package's."""
    from communique.package import packaged_project

    own = tables / "schema"
    return load_schema(own if own.is_dir() else (home or packaged_project()).schema)


def _guidelines(home: Project | None) -> str | None:
    from communique.validation.jsonrun import guideline_version

    return guideline_version(home) if home else None


def _whole_project(home: Project, options: Options, found: Findings, progress: Progress | None) -> Report:
    """The JSON files, then rounds, then the built tables; a fault that a table took over from its source is said once."""
    from communique.validation.jsonrun import guideline_version, validate_files, validate_project
    from communique.validation.release import release_findings
    from communique.validation.tablesrun import validate_tables

    report = validate_project(home, options, found)
    for folder in sorted(path for path in home.rounds.glob("*/*") if path.is_dir()):
        files = sorted(folder.glob("*.json"))
        if files:
            # What annotators did is checked for form; faults against the codebook are settled by adjudication.
            part = validate_files(
                home,
                files,
                replace(options, level=min(options.level, 3)),
                Findings(options.cap, regrade=found.regrade),
            )
            _merge(report, part, records=False)
    if (home.corpus / "manifest.json").exists() or any((home.corpus / "data").rglob("*.parquet")):
        quiet = Findings(options.cap, regrade=found.regrade)
        schema = load_schema(home.schema)
        built = validate_tables(home.corpus, schema, options, quiet, progress, guideline_version(home))
        kept = [replace(one, file=f"corpus/{one.file}") if one.file else one for one in built.findings]
        built.found.kept[:] = kept
        _merge(report, built, records=False)
        report.shards += built.shards
        if not any(report.records.values()):
            report.records = built.records
        manifest = (home.corpus / "manifest.json").relative_to(home.root).as_posix()
        if not any(one.file == manifest and one.severity == "error" for one in found.kept):
            for finding, count in release_findings(home, schema, options.wanted(), options.cap):
                found.add(finding, count)
        _seals(home, options, found)
        if level0.SOURCE_CHANGED.id in options.wanted() and not (home.corpus / BUILD_SUMS).exists():
            why = f"corpus/{BUILD_SUMS} is not there; the next build writes it"
            report.not_checked.append(NotChecked(level0.SOURCE_CHANGED.id, 1, why))
    return report


def _sealed(tables: Path, options: Options, found: Findings) -> None:
    """The other files of a released version or of a public folder."""
    from communique.validation.sealed import seal_findings

    for finding in seal_findings(tables, {one.file for one in found.kept}):
        if finding.id in options.wanted():
            found.add(finding)


def _seals(home: Project, options: Options, found: Findings) -> None:
    """What may not change unseen: released versions, and files of which nothing else is said."""
    from communique.validation.sealed import build_findings, seal_findings, version_findings

    said = {one.file for one in found.kept}
    sealed = [*version_findings(home), *build_findings(home, said), *seal_findings(home.root, said)]
    for finding in sealed:
        if finding.id in options.wanted():
            found.add(finding)


def _merge(report: Report, part: Report, *, records: bool) -> None:
    """Add the findings of another report that are not said yet, with their true counts."""
    said = {(one.id, one.table, one.key, one.field) for one in report.findings if one.key}
    for id_ in dict.fromkeys(id_ for id_, _ in part.found.counts):
        fresh = [
            one
            for one in part.findings
            if one.id == id_ and (one.id, one.table, one.key, one.field) not in said
        ]
        kept = sum(1 for one in part.findings if one.id == id_)
        rest = part.count_of(id_) - kept
        for finding in fresh:
            report.found.add(finding, 1 + (rest if finding is fresh[-1] else 0))
    for id_, count in part.found.ignored.items():
        report.found.ignored[id_] = report.found.ignored.get(id_, 0) + count
    report.not_checked += [one for one in part.not_checked if one not in report.not_checked]
    if records:
        for table, count in part.records.items():
            report.records[table] = report.records.get(table, 0) + count


def _some(home: Project, files: list[Path], options: Options, found: Findings) -> Report:
    """Some JSON files of a project: annotation files, article files, or the registry."""
    from communique.validation.jsonrun import validate_files, validate_project

    inside = {home.articles.resolve(), home.actors.resolve().parent}
    if files[0].parent in inside or files[0].suffix == ".jsonl":
        whole = validate_project(home, replace(options, cap=None), Findings(regrade=found.regrade))
        names = {path.relative_to(home.root).as_posix() for path in files}
        return _about(whole, *names, found=found)
    return validate_files(home, files, options, found)


def _about(report: Report, *names: str, found: Findings) -> Report:
    """The same report with the findings of some files only."""
    for finding in report.findings:
        if finding.file in names:
            found.add(replace(finding))
    report.found = found
    report.target = ", ".join(names)
    return report
