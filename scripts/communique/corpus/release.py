"""Release a version: decide its number from the diff, and put an immutable copy into `corpus/versions/`."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from communique.annotation.source import read_json
from communique.corpus.build import CARD, build, check
from communique.corpus.buildsums import NAME as BUILD_SUMS
from communique.corpus.checksums import SUMS, write_sums
from communique.corpus.croissant import CROISSANT, croissant_json
from communique.corpus.diff import Diff, diff
from communique.corpus.diff_render import as_markdown
from communique.corpus.diff_schema import schema_changes
from communique.corpus.diff_step import ORDER, step_of
from communique.corpus.manifest import NAME, read_manifest, sha256_of, verify_file
from communique.corpus.snapshot import SCHEMA, Snapshot, at_version
from communique.corpus.versions import (
    FOLDER,
    INDEX,
    Release,
    Step,
    after,
    chained,
    index_json,
    numbers,
    releases,
    verify_versions,
)
from communique.errors import ProjectError
from communique.files import folder_atomically, write_atomically
from communique.project import Project
from communique.schema import load_schema

FIRST = "1.0.0"
CHANGELOG = "CHANGELOG.md"
CITATION = "CITATION.cff"


@dataclass
class Plan:
    """What would be released: `last` and `diff` are None for the first release or a major change of schema."""

    last: str | None
    version: str
    step: Step | None
    reasons: list[str] = field(default_factory=list)
    diff: Diff | None = None


def plan(project: Project, version: str | None = None) -> Plan:
    """The release that the present build asks for, or `version` if it is at least that.

    Raises ProjectError when nothing changed since the last release, the version is smaller than the diff
    asks for or exists already, or a released version was tampered with.
    """
    for error in verify_versions(project.corpus, strays=False):
        raise error
    known = releases(project.corpus)
    if not known:
        wanted = (version or FIRST).removeprefix("v")
        numbers(wanted)
        return Plan(None, wanted, None, ["the first release"])
    last = known[-1].version
    found, step, reasons = _since(project, last)
    if not reasons and _same_prose(project, last):
        raise ProjectError(
            f"Nothing changed since {last}: neither records nor schema nor card.",
            mend="there is nothing to release",
        )
    least = after(last, step)
    wanted = (version or least).removeprefix("v")
    if numbers(wanted) < numbers(least):
        raise ProjectError(
            f"The version {wanted} is too small a step after {last}.",
            expected=f"{least} or higher: a {step} step, since {'; '.join(reasons[:3]) or 'only prose changed'}",
            found=wanted,
            mend="leave the number out and the right one is taken",
        )
    return Plan(last, wanted, step, reasons or ["only prose or metadata changed"], found)


def _since(project: Project, last: str) -> tuple[Diff | None, Step, list[str]]:
    old = Snapshot(last, at_version(project, last))
    new = Snapshot("current", project)
    schema = new.read_schema()
    changes = schema_changes(old.read_schema(), schema)
    major = [str(one) for one in changes if one.step == "major"]
    try:
        made = diff(old, new)
    except ProjectError:
        if not major:
            raise
        return None, "major", major
    step, reasons = step_of(made, schema)
    return made, step, reasons


def _same_prose(project: Project, last: str) -> bool:
    """Whether the card is the same but for the places that name the version."""
    old = (project.corpus / FOLDER / last / CARD).read_text(encoding="utf-8")
    new = (project.corpus / CARD).read_text(encoding="utf-8")
    number = re.compile(r"\d+\.\d+\.\d+(\+changed)?")
    return number.sub("", old) == number.sub("", new)


def refuse_unready(project: Project) -> None:
    """Raises ProjectError when the tree is dirty or the build is stale. Validation is the command's part."""
    changed = dirty(project.root)
    if changed:
        raise ProjectError(
            "The working tree has changes that are not committed.",
            file=project.root,
            found=", ".join(changed[:5]) + (f" … ({len(changed)})" if len(changed) > 5 else ""),
            mend="commit or put away these changes, then release",
        )
    stale = check(project)
    if stale:
        raise ProjectError(
            "The build is not up to date.",
            file=project.corpus,
            found="; ".join(stale[:3]),
            mend="run 'communique build', look at the result and commit it",
        )


def dirty(root: Path) -> list[str]:
    """Paths below `root` that differ from the last commit, untracked ones too; none outside of git."""
    if shutil.which("git") is None:
        return []
    found = _git(root, "status", "--porcelain", "--", ".")
    return [line[3:] for line in found.stdout.splitlines()] if found.returncode == 0 else []


def release(project: Project, planned: Plan, day: datetime.date) -> list[Path]:
    """Carry out a plan; the paths that were written. `day` goes into changelog and citation.

    The immutable copy appears whole or not at all; a release that was cut off can be run again.
    """
    facts = read_json(project.facts)
    facts["version"] = planned.version
    write_atomically(project.facts, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    written = _citation(project, planned, day)  # before the build: the card quotes it
    build(project)
    schema = load_schema(project.schema)
    manifest = read_manifest(project.corpus)
    write_atomically(project.corpus / CROISSANT, croissant_json(schema, manifest, facts))
    folder = _keep(project, planned.version)
    written += [
        project.facts,
        *(project.corpus / name for name in (NAME, CARD, CROISSANT, BUILD_SUMS)),
        folder,
    ]
    known = releases(project.corpus)
    sums = sha256_of(folder / SUMS)
    chain = chained(known[-1].chain if known else "", planned.version, manifest["digest"], sums)
    known.append(Release(planned.version, manifest["digest"], sums, chain))
    write_atomically(project.corpus / FOLDER / INDEX, index_json(known))
    written.append(project.corpus / FOLDER / INDEX)
    path = project.root / CHANGELOG
    before = path.read_text(encoding="utf-8") if path.exists() else "# Changelog\n\n## [Unreleased]\n"
    write_atomically(path, with_section(before, planned, project, day))
    return [*written, path]


def _keep(project: Project, version: str) -> Path:
    """Copy the build into `versions/<version>`. Nothing else ever writes there."""
    goal = project.corpus / FOLDER / version
    with folder_atomically(goal) as made:
        manifest = read_manifest(project.corpus)
        for table in manifest["tables"].values():
            for entry in table["files"]:
                (made / entry["path"]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(verify_file(project.corpus, entry), made / entry["path"])
        for name in (NAME, CARD, CROISSANT):
            shutil.copyfile(project.corpus / name, made / name)
        (made / SCHEMA).mkdir()
        for path in sorted(project.schema.glob("*.json")):
            shutil.copyfile(path, made / SCHEMA / path.name)
        write_sums(made)
        if goal.exists():
            # Left over from a release that was cut off: no entry of the index names it.
            shutil.rmtree(goal)
    return goal


def _citation(project: Project, planned: Plan, day: datetime.date) -> list[Path]:
    path = project.root / CITATION
    if not path.exists():
        return []
    write_atomically(path, cited(path.read_text(encoding="utf-8"), planned.version, day))
    return [path]


def with_section(changelog: str, planned: Plan, project: Project, day: datetime.date) -> str:
    """The changelog with a section for the release; what stood under Unreleased moves into it."""
    head = f"## [{planned.version}] - {day.isoformat()}"
    if head in changelog:
        return changelog
    records = "### Records\n\nThe first release.\n"
    if planned.diff is not None:
        records = as_markdown(planned.diff, load_schema(project.schema), "### Records")
    elif planned.last is not None:
        records = "### Schema\n\n" + "".join(f"- {reason}\n" for reason in planned.reasons)
    mark = re.search(r"^## \[Unreleased\][^\n]*\n", changelog, re.MULTILINE)
    if mark is None:
        first = re.search(r"^## ", changelog, re.MULTILINE)
        at = first.start() if first else len(changelog)
        return f"{changelog[:at]}{head}\n\n{records}\n{changelog[at:]}"
    follows = re.search(r"^## ", changelog[mark.end() :], re.MULTILINE)
    end = mark.end() + (follows.start() if follows else len(changelog) - mark.end())
    kept = changelog[mark.end() : end].strip()
    body = f"{head}\n\n{records}" + (f"\n{kept}\n" if kept else "")
    rest = changelog[end:]
    return f"{changelog[: mark.end()]}\n{body}" + (f"\n{rest}" if rest else "")


def cited(text: str, version: str, day: datetime.date) -> str:
    """A CITATION.cff with the version and the day of its release."""
    text = re.sub(r"^version:.*$", f"version: {version}", text, count=1, flags=re.MULTILINE)
    line = f"date-released: {day.isoformat()}"
    if re.search(r"^date-released:", text, re.MULTILINE):
        return re.sub(r"^date-released:.*$", line, text, count=1, flags=re.MULTILINE)
    return re.sub(r"^(version:.*)$", rf"\1\n{line}", text, count=1, flags=re.MULTILINE)


def commit_and_tag(project: Project, planned: Plan, written: list[Path]) -> str | None:
    """Commit exactly what the release wrote and tag it; None when done, else why not.

    A convenience: nothing reads the tag.
    """
    if shutil.which("git") is None or _git(project.root, "rev-parse", "--git-dir").returncode:
        return "the project is not in a git repository"
    paths = [str(path.relative_to(project.root)) for path in written]
    paths.append(str((project.corpus / "data").relative_to(project.root)))
    steps = [
        ("add", "--", *paths),
        ("commit", "--quiet", "-m", f"Release {planned.version}", "--", *paths),
        ("tag", f"v{planned.version}"),
    ]
    for step in steps:
        done = _git(project.root, *step)
        if done.returncode:
            return f"git {step[0]}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}"
    return None


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)


__all__ = ["ORDER", "Plan", "commit_and_tag", "dirty", "plan", "refuse_unready", "release"]
