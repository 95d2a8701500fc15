"""Ingest: from files to articles in the project, each whole or not at all, however often it is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from communique.articles import detect, gather, identity, store
from communique.articles.article import IngestOptions, RawFile, Record, make_record, source_line
from communique.articles.draft import ArticleError, Draft, ReadOptions
from communique.articles.gather import Found
from communique.articles.readers import READERS
from communique.errors import CommuniqueError
from communique.files import write_atomically
from communique.project import Project
from communique.schema import ValueList, load_schema

_BATCH, _BATCH_BYTES, _WRITERS = 64, 32_000_000, 16

Progress = Callable[[int, int, str], None]

_METADATA = ("url", "publisher", "title", "byline", "published_on", "language")
_RIGHTS = ("rights", "rights_holder", "redistribution", "split")


@dataclass(frozen=True)
class Outcome:
    """What became of one file or one record of it.

    `status` is one of added, completed (a killed run had left it unfinished), unchanged, duplicate,
    superseded, refused. `stale` are annotation files whose offsets pointed into the replaced text.
    """

    file: str
    status: str
    record: str | None = None
    article_id: str | None = None
    summary: str = ""
    notes: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    error: CommuniqueError | None = None


@dataclass
class Report:
    """All outcomes, in the order of the files."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(outcome.status for outcome in self.outcomes))

    @property
    def refused(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.error is not None]

    @property
    def exit_code(self) -> int:
        """0, or 1 when a file or record was refused."""
        return 1 if self.refused else 0

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        rows = []
        for outcome in self.outcomes:
            error = outcome.error.as_dict() if outcome.error else None
            rows.append(
                {**vars(outcome), "notes": list(outcome.notes), "stale": list(outcome.stale), "error": error}
            )
        return {"counts": self.counts, "outcomes": rows}


def ingest(
    project: Project,
    paths: Sequence[str | Path],
    options: IngestOptions | None = None,
    *,
    progress: Progress | None = None,
) -> Report:
    """Take the files that `paths` name (files, folders, globs) into the project.

    `progress` is called with (done, all, file) before each file and once at the end. Raises ArticleError
    when nothing can be done at all: a path that names nothing, an option no file can fit, a project
    another ingest holds. What is wrong with single files stands in the report; the others go in.
    """
    options = options or IngestOptions()
    redistribution = load_schema(project.schema).values("redistribution")
    options.check(redistribution)
    files = gather.find_files(paths)
    files = [found for found in files if found.path.absolute() != project.sources.absolute()]
    if options.url and len(files) > 1:
        raise ArticleError(
            "--url names one article, but there are several files.",
            field="--url",
            expected="one file",
            found=f"{len(files)} files",
            mend="ingest the files one by one, or leave --url out",
        )
    report = Report()
    with store.locked(project):
        intake = _Intake(project, options, redistribution)
        for done, found in enumerate(files):
            if progress:
                progress(done, len(files), found.given)
            report.outcomes += intake.take(found)
        intake.flush()
    if progress:
        progress(len(files), len(files), "")
    return report


class _Intake:
    """One run: what the project holds already, kept up to date while files go in."""

    def __init__(self, project: Project, options: IngestOptions, redistribution: ValueList) -> None:
        self.project = project
        self.redistribution = redistribution
        self.options = options
        self.heads: dict[str, Record] = {}
        self.by_text: dict[str, str] = {}
        self.by_url: dict[str, str] = {}
        self.by_file: dict[str, str] = {}
        for record in store.iter_articles(project):
            self._know(record)
        self.pending: list[tuple[Record, Record]] = []
        self.pending_raw: dict[str, bytes] = {}
        self.lines = {_key(line): line for line in store.load_sources(project)}

    def take(self, found: Found) -> list[Outcome]:
        """Read one file and put its articles in; errors of the file or of its records become outcomes."""
        try:
            if found.error:
                raise found.error
            data = gather.read_bytes(found, self.options.max_bytes)
            name, stored = store.raw_name(self.project, found.path.name, data, self.pending_raw)
            if (before := self._seen(name, stored, found)) is not None:
                return [before]
            format_ = self.options.format
            if format_ == "auto":
                format_ = detect.source_format(data, found.path.name)
            raw = RawFile.of(found.given, name, data, format_)
            reading = READERS[format_](
                data, found.given, ReadOptions(self.options.encoding, self.options.url)
            )
            if self.options.url and len(reading) > 1:
                raise ArticleError(
                    "--url names one article, but the file holds several.",
                    file=found.given,
                    field="--url",
                    found=f"{len(reading)} records",
                )
        except CommuniqueError as error:
            return [Outcome(found.given, "refused", error=error)]
        outcomes, writes = [], []
        for draft in reading:
            if isinstance(draft, ArticleError):
                outcomes.append(Outcome(found.given, "refused", draft.record, error=draft))
                continue
            try:
                outcome, record = self._decide(draft, raw, stored)
            except CommuniqueError as error:
                outcome, record = Outcome(found.given, "refused", draft.source_record, error=error), None
            outcomes.append(outcome)
            if record is not None:
                self._know(record)
                writes.append((record, source_line(record, raw, draft, self.options.received_on)))
        if writes:
            self.pending += writes
            if not stored:
                self.pending_raw[raw.name] = raw.data
            size = sum(len(data) for data in self.pending_raw.values())
            if len(self.pending) >= _BATCH or size >= _BATCH_BYTES:
                self.flush()
        return outcomes

    def _seen(self, name: str, stored: bool, found: Found) -> Outcome | None:
        """The outcome for a file whose one article is in as these options would have it; None: read it."""
        article_id = self.by_file.get(name)
        if not stored or article_id is None or (name, None) not in self.lines or self.options.supersede:
            return None
        head, options = self.heads[article_id], self.options
        if head["source_file"] != name or options.format not in ("auto", head["source_format"]):
            return None
        said = {field: getattr(options, field, None) for field in (*_METADATA, *_RIGHTS)}
        said["published_on"] = options.date
        if any(value is not None and value != head[field] for field, value in said.items()):
            return None
        return Outcome(found.given, "unchanged", article_id=article_id)

    def _decide(self, draft: Draft, raw: RawFile, stored: bool) -> tuple[Outcome, Record | None]:
        """What to do with a draft, and the record to write, if any."""
        record, notes = make_record(draft, raw, self.options, self.redistribution)
        outcome = Outcome(
            raw.given, "added", draft.source_record, notes=tuple(notes), summary=_summary(record)
        )
        known = self.by_text.get(record["text_sha256"])
        if known is not None:
            return self._same_text(known, self._inherit(known, record, draft), stored, outcome)
        if (changed := self._version_of(record, raw)) is not None:
            record = self._inherit(changed, record, draft)
            stale = self._annotations(changed)
            if not self.options.supersede:
                raise self._changed(changed, record, raw, stale)
            return replace(outcome, status="superseded", article_id=changed, stale=stale), record
        base = identity.base_id(record)
        length = 6
        record["article_id"] = base
        while record["article_id"] in self.heads:
            record["article_id"] = identity.suffixed(base, record, length)
            length += 2
        unfinished = self.lines.get((raw.name, draft.source_record)) is not None
        status = "completed" if unfinished and stored else "added"
        return replace(outcome, status=status, article_id=record["article_id"]), record

    def _same_text(
        self, known: str, record: Record, stored: bool, outcome: Outcome
    ) -> tuple[Outcome, Record | None]:
        head = self.heads[known]
        outcome = replace(outcome, article_id=known, notes=())
        if _key(head) != _key(record):
            where = head["source_file"] + (f" line {head['source_record']}" if head["source_record"] else "")
            note = f"the same text is already in as {known}, from {where}; nothing was written"
            return replace(outcome, status="duplicate", notes=(note,)), None
        differs = [
            f"{name} {head[name]!r} → {record[name]!r}" for name in _METADATA if head[name] != record[name]
        ]
        if differs and self.options.supersede:
            return replace(outcome, status="superseded", notes=tuple(differs)), record
        is_pending = any(record["article_id"] == known for record, _ in self.pending)
        if not is_pending and (not stored or _key(record) not in self.lines):
            return replace(outcome, status="completed"), store.load_article(self.project, known)
        if differs:
            note = "already in, and kept as it is; to take over " + ", ".join(differs) + " use --supersede"
            return replace(outcome, status="unchanged", notes=(note,)), None
        return replace(outcome, status="unchanged"), None

    def _inherit(self, known: str, record: Record, draft: Draft) -> Record:
        """`record` under the id of the known article, with the known metadata where nothing new is said."""
        head = self.heads[known]
        said = dict(record)
        if not (self.options.redistribution or draft.redistribution):
            said["redistribution"] = None
        kept = {name: head[name] for name in (*_METADATA, *_RIGHTS) if said[name] is None}
        return {**record, **kept, "article_id": known}

    def _version_of(self, record: Record, raw: RawFile) -> str | None:
        """The id of the article of which `record` is another version; None: a new article."""
        key = identity.url_key(record["url"])
        if key is not None and key in self.by_url:
            return self.by_url[key]
        base = identity.base_id(record)
        for article_id in (base, identity.suffixed(base, record)):
            head = self.heads.get(article_id)
            if head is not None:
                line = self.lines.get(_key(head), {})
                same_file = Path(str(line.get("received_from", ""))).name == Path(raw.given).name
                if identity.same_article(head, record, same_file=same_file):
                    return article_id
        return None

    def _changed(self, article_id: str, record: Record, raw: RawFile, stale: tuple[str, ...]) -> ArticleError:
        head = self.heads[article_id]
        mend = "keep the text that is in, or replace it with --supersede (the old raw file stays)"
        if stale:
            mend += f"; the offsets of {', '.join(stale)} would then be stale, and nothing re-anchors them"
        return ArticleError(
            f"The article {article_id} is in already, with another text.",
            file=raw.given,
            record=f"line {record['source_record']}" if record["source_record"] else None,
            field="text",
            expected=f"{_identified(head)}, from {head['source_file']}",
            found=_identified(record),
            mend=mend,
        )

    def _annotations(self, article_id: str) -> tuple[str, ...]:
        """Annotation files of an article, relative to the project: gold and those of the rounds."""
        name = f"{article_id}.json"
        paths = [self.project.gold / name, *sorted(self.project.rounds.glob(f"*/*/{name}"))]
        return tuple(path.relative_to(self.project.root).as_posix() for path in paths if path.exists())

    def _know(self, record: Record) -> None:
        """Index a record without its text and zones."""
        old = self.heads.get(record["article_id"])
        if old is not None:
            self.by_text.pop(old["text_sha256"], None)
        head = {
            name: value
            for name, value in record.items()
            if name not in ("text", "zones", "detections", "extra")
        }
        self.heads[record["article_id"]] = head
        self.by_text[record["text_sha256"]] = record["article_id"]
        if record["source_record"] is None:
            self.by_file[record["source_file"]] = record["article_id"]
        if (key := identity.url_key(record["url"])) is not None:
            self.by_url[key] = record["article_id"]

    def flush(self) -> None:
        """Write what is pending: raw files, provenance, records, in this order (see store).

        Each file is on the disk before its name appears, which costs a wait; the waits of a batch overlap.
        """
        if not self.pending:
            return
        raws = self.pending_raw
        records = {record["article_id"]: record for record, _ in self.pending}.values()
        with ThreadPoolExecutor(_WRITERS) as pool:
            list(pool.map(lambda name: write_atomically(self.project.raw / name, raws[name]), raws))
            self._write_lines([line for _, line in self.pending])
            list(pool.map(lambda record: store.save_article(self.project, record), records))
        self.pending, self.pending_raw = [], {}

    def _write_lines(self, lines: list[Record]) -> None:
        new, replaced = [], False
        for line in lines:
            old = self.lines.get(_key(line))
            if old is None:
                new.append(line)
            elif _content(old) != _content(line):
                line.update(received_from=old["received_from"], received_on=old["received_on"])
                replaced = True
            else:
                continue
            self.lines[_key(line)] = line
        if replaced:
            store.save_sources(self.project, self.lines.values())
        else:
            store.append_sources(self.project, new)


def _key(record: Record) -> tuple[str, str | None]:
    return record["source_file"], record["source_record"]


def _content(line: Record) -> Record:
    return {name: value for name, value in line.items() if name not in ("received_from", "received_on")}


def _identified(record: Record) -> str:
    return f"SHA-256 {record['text_sha256'][:12]}…, {record['char_count']} characters"


def _summary(record: Record) -> str:
    paragraphs = sum(zone["zone"] == "body" for zone in record["zones"])
    seen = ", ".join(
        f"{item['feature'].replace('_', ' ')} {item['value']}"
        + (f" ({item['confidence']:.2f})" if item["value"] != "unknown" else "")
        for item in record["detections"]
    )
    return f"{record['source_format']}, {paragraphs} paragraphs; {seen}"
