"""What annotators decided, from the server into one file per annotator and article.

A pull changes only what has changed on the server, and takes nothing away: an annotation that was deleted,
emptied, skipped afterwards or comes from an older export leaves the file of the finished work as it is, and
`pull.json` says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_json, dump_json
from communique.annotation.model import Annotation
from communique.annotation.source import Source
from communique.errors import CommuniqueError
from communique.files import clear_unfinished, write_atomically
from communique.rounds.accounts import address
from communique.rounds.client import LabelStudio
from communique.rounds.convert_from import read_annotation
from communique.rounds.form import Form
from communique.rounds.formbuild import make_form
from communique.rounds.partwise import survey_parts
from communique.rounds.push import project_title
from communique.rounds.regions import fatal, read_result
from communique.rounds.round import PULL_FILE, Round, RoundError, annotation_path, check_schema, pull_path
from communique.rounds.survey import DONE, REFUSED, Sight, survey
from communique.rounds.tasks import names_in_task

TAKEN, KEPT = "taken", "kept"
REPLACES = "replaces"  # in an entry while its file is being written: the entry before

_WRITERS = 8

Record = dict[str, Any]


class ExportError(CommuniqueError):
    """A file that should be an export of Label Studio is not one that can be used."""


def pull_round(
    source: Source,
    plan: Round,
    clients: Mapping[str, LabelStudio],
    *,
    accounts: Mapping[str, str] | None = None,
) -> Record:
    """Pull every annotator's project; the content of the new `pull.json`.

    clients: the server of each annotator. accounts: e-mail addresses by annotator. An annotator whose
    project is not there is reported under `annotators` with no articles. All exports are fetched before
    the first file is written. Raises LabelStudioError.
    """
    sights = {}
    for one in plan.annotators:
        project = clients[one.name].find_project(project_title(plan, one.name))
        tasks = clients[one.name].export_tasks(project.id) if project else iter(())
        emails = {user.id: user.email for user in clients[one.name].users()}
        sights[one.name] = survey_parts(tasks, plan, one.name, accounts, emails)
    return take(source, plan, sights)


def pull_file(
    source: Source,
    plan: Round,
    path: Path,
    annotator: str,
    *,
    accounts: Mapping[str, str] | None = None,
) -> Record:
    """Pull one annotator's articles out of a JSON export made by hand; articles not in it stay as they are.

    Raises ExportError when the file is not Label Studio's JSON, RoundError for an unknown annotator.
    """
    plan.annotator(annotator)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ExportError("There is no such file.", file=path) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ExportError(
            f"This is not JSON: {error}", file=path, mend="export again, in the format JSON"
        ) from None
    good = isinstance(data, list) and all(
        isinstance(one, dict) and isinstance(one.get("data"), dict) for one in data
    )
    if not good or any("annotations" not in one for one in data):
        raise ExportError(
            "This is not an export in Label Studio's format JSON.",
            file=path,
            expected="a list of tasks with data and annotations",
            mend="export again, in the format JSON rather than JSON-MIN or CSV",
        )
    # An export made by hand gives accounts as numbers; whoever gave the file says whose work it is.
    known = (accounts or {}).get(annotator)
    emails = _numbers(data, known or address(annotator))
    there = {one["data"].get("article_id") for one in data}
    sights = [one for one in survey(data, plan, annotator, accounts, emails) if one.article_id in there]
    return take(source, plan, {annotator: sights})


def _numbers(data: list[Record], email: str) -> dict[int, str]:
    """The one account number of an export as the annotator's. Raises ExportError when there are several."""
    by = [one.get("completed_by") for task in data for one in task["annotations"] or []]
    numbers = {number for number in by if isinstance(number, int)}
    if len(numbers) > 1:
        raise ExportError(
            "The export has annotations by several accounts.",
            found=", ".join(map(str, sorted(numbers))),
            mend="export the annotator's own project, or pull from the server, which tells them apart",
        )
    return dict.fromkeys(numbers, email)


def take(source: Source, plan: Round, sights: Mapping[str, Iterable[Sight]]) -> Record:
    """Write the annotations among `sights` and `pull.json`; its content. Annotators not given keep their entries.

    All sights are read before the first file is written; of several of one article the last one holds.
    """
    form = make_form(source.schema)
    check_schema(plan, source.schema, mend="restore the schema from git for the pull")
    before = read_pull(source, plan)
    writes: dict[Path, bytes] = {}
    report: dict[str, dict[str, Record]] = {}
    replaced: dict[str, dict[str, Record]] = {}
    for one in plan.annotators:
        earlier = before.get(one.name, {})
        entries = dict(earlier)
        for sight in sights.get(one.name, ()):
            path = annotation_path(source.project, plan.round, one.name, _safe(sight.article_id))
            entry, content = _entry(
                source, plan, form, one.name, sight, earlier.get(sight.article_id, {}), path
            )
            entries[sight.article_id] = entry
            writes.pop(path, None)
            replaced.setdefault(one.name, {}).pop(sight.article_id, None)
            if content is not None:
                writes[path] = content.encode("utf-8")
                old = earlier.get(sight.article_id, {})
                replaced[one.name][sight.article_id] = {**entry, REPLACES: old}
        order = [*plan.assignments[one.name], *sorted(set(entries) - set(plan.assignments[one.name]))]
        report[one.name] = {article: entries[article] for article in order if article in entries}
    whole = {"round": plan.round, "annotators": report}
    path, content = pull_path(source.project, plan.round), dump_json(whole)
    _sweep(path.parent)
    if writes:
        # Killed among the files, a pull leaves some of them new. Without a note of both states the next
        # one would take its own files for changed by hand.
        under_way = {name: {**entries, **replaced.get(name, {})} for name, entries in report.items()}
        write_atomically(path, dump_json({"round": plan.round, "annotators": under_way}))
    _write_all(writes)
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        write_atomically(path, content)
    return whole


def _write_all(files: Mapping[Path, bytes]) -> None:
    """Each file whole or not at all. Several at a time, because almost all the time is waiting for the disk."""
    with ThreadPoolExecutor(_WRITERS) as writers:
        for _ in writers.map(lambda one: write_atomically(*one), files.items()):
            pass


def _sweep(folder: Path) -> None:
    """Delete what killed pulls were just writing. A file being written now is not a minute old."""
    for pattern in (f".{PULL_FILE}.*.tmp", "*/.*.json.*.tmp"):
        clear_unfinished(folder, pattern, older_than=60)


def read_pull(source: Source, plan: Round) -> dict[str, dict[str, Record]]:
    """The entries of the last pull by annotator and article; empty before the first."""
    path = pull_path(source.project, plan.round)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["annotators"]
        return {
            name: {
                article: settled
                for article, entry in entries.items()
                if (settled := _settled(source, plan, name, article, entry))
            }
            for name, entries in found.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RoundError(
            f"The file of the last pull cannot be read: {error}", file=path, mend="delete it"
        ) from None


def _settled(source: Source, plan: Round, annotator: str, article_id: str, entry: Record) -> Record:
    """An entry of a pull that was ended among the files: the one of the file that is there."""
    if REPLACES not in entry:
        return entry
    path = annotation_path(source.project, plan.round, annotator, _safe(article_id))
    if path.exists() and _digest(path.read_text(encoding="utf-8")) == entry["sha256"]:
        return {key: value for key, value in entry.items() if key != REPLACES}
    before: Record = entry[REPLACES]
    return before


def _safe(article_id: str) -> str:
    """An article id from a server, which may be anything, as a file name; ids of ours are never changed."""
    return "".join(one if one.isalnum() or one in "-_." else "_" for one in article_id)[:120] or "_"


def _entry(
    source: Source, plan: Round, form: Form, annotator: str, sight: Sight, earlier: Record, path: Path
) -> tuple[Record, str | None]:
    """The new entry of an article and what its file is to hold, or None where it stays as it is."""
    entry: Record = {"state": sight.state}
    if sight.why:
        entry["why"] = sight.why
    if sight.warnings:
        entry["warnings"] = sight.warnings
    annotation = None
    if sight.state == DONE:
        entry |= {"annotation": sight.annotation.get("id"), "updated_at": sight.annotation.get("updated_at")}
        if sight.lead_time:
            entry["lead_time"] = round(sight.lead_time, 1)
        annotation, notes, why = _convert(source, plan, form, annotator, sight)
        if annotation is None:
            entry |= {"state": REFUSED, "why": why}
        elif notes:
            entry["notes"] = notes
    if annotation is None:
        return (
            (_kept(entry, earlier, entry.get("why") or f"it is now {sight.state}"), None)
            if path.exists()
            else (entry, None)
        )
    content = dump_json(annotation_json(annotation, source.schema))
    entry |= {"state": TAKEN, "sha256": _digest(content)}
    if path.exists():
        there = _digest(path.read_text(encoding="utf-8"))
        if there == entry["sha256"]:
            return entry, None
        if there != earlier.get("sha256"):
            return _kept(
                entry, earlier, "its file was changed since the last pull; move it away to take the server's"
            ), None
        if str(sight.annotation.get("updated_at") or "") < str(earlier.get("updated_at") or ""):
            return _kept(entry, earlier, "what comes is older than what is there"), None
        if not any(annotation.tables.values()):
            return _kept(entry, earlier, "what comes is empty"), None
    return entry, content


def _kept(entry: Record, earlier: Record, why: str) -> Record:
    """The entry of finished work that stays, with what the server has now and why it was not taken."""
    stays = {
        key: earlier[key]
        for key in ("annotation", "updated_at", "lead_time", "sha256", "notes")
        if key in earlier
    }
    told = {"why": why} | ({"warnings": entry["warnings"]} if "warnings" in entry else {})
    return {"state": KEPT, **stays, **told}


def _convert(
    source: Source, plan: Round, form: Form, annotator: str, sight: Sight
) -> tuple[Annotation | None, list[str], str | None]:
    """The annotation, what it leaves open, and why it cannot be used."""
    text = sight.task["data"]["text"]
    result, problems = read_result(sight.annotation.get("result"), len(text), form)
    if fatal(problems):
        return None, [], str(fatal(problems)[0])
    names = names_in_task(sight.task["data"])
    names |= {number: one["canonical_name"] for number, one in source.actors.items()}
    annotation, more = read_annotation(
        result,
        text,
        form,
        article_id=sight.article_id,
        text_sha256=plan.digest(sight.article_id),
        provenance=plan.provenance(annotator, plan.annotator(annotator).kind == "person"),
        actor_names=names,
    )
    if fatal(more):
        return None, [], str(fatal(more)[0])
    notes = [str(one) for one in (*problems, *more)]
    if not result.regions:
        notes.append("the annotation has no region at all")
    return annotation, notes, None


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def counts(report: Record) -> dict[str, dict[str, int]]:
    """How many articles are in which state, by annotator."""
    found: dict[str, dict[str, int]] = {}
    for name, entries in report["annotators"].items():
        for entry in entries.values():
            row = found.setdefault(name, {})
            row[entry["state"]] = row.get(entry["state"], 0) + 1
    return found


def anything_refused(report: Record) -> bool:
    """Whether some finished work could not be taken."""
    return any(
        entry["state"] in (REFUSED, KEPT)
        for entries in report["annotators"].values()
        for entry in entries.values()
    )
