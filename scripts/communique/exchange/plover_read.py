"""Read PLOVER records in JSON, such as the gold standard records of version 0.5."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from communique.articles.draft import Draft, Zone
from communique.exchange.assemble import safe
from communique.exchange.blank import blank
from communique.exchange.format import (
    Document,
    ExchangeError,
    Log,
    Pass,
    Reading,
    ReadOptions,
    Record,
    bounded,
    files_of,
)
from communique.exchange.plover_codes import CONTEXTS, MODES, TYPES
from communique.exchange.receive import actor
from communique.exchange.received_text import storable
from communique.schema import Schema
from communique.text.canonical import canonical, decode
from communique.text.spans import make_span

_OPEN = re.compile(r"\(\s*([A-Z]{3}(?:/[A-Z]{3})*)\s*:\s*")
_NOWHERE = ("size", "dead", "injured")


@dataclass
class Markup:
    """A sentence with its marks: tags, and offsets into `text`, the sentence without markup."""

    text: str
    marks: list[tuple[str, int, int]] = field(default_factory=list)


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The records of JSON files below `path`, one document for each distinct text.

    Raises ExchangeError for a file that is not a JSON list of objects.
    """
    documents: dict[str, Document] = {}
    for file in files_of(path, [".json", ".txt"]):
        records = _records(decode(bounded(file, options.limit), file=file), file)
        header: Record = next((r for r in records if r.get("event") == "DOCUMENT"), {})
        dates = Counter(r.get("date") for r in records if r is not header)
        placeholder = len(dates) == 1 and len(records) > 2
        if placeholder:
            log.notes.append(
                f"all records bear the date {next(iter(dates))}: taken for a placeholder, not for a date"
            )
        for number, record in enumerate(records, start=1):
            if record is header:
                continue
            id = str(record.get("id") or f"{file.stem}-{number}")
            log.seen["records"] += 1
            reason = _unusable(record)
            if reason:
                log.refuse(file, id, reason)
                continue
            text = canonical(storable(record["text"], file, log), file=file).strip()
            if text not in documents:
                documents[text] = _document(record, id, text, header, placeholder, file, options)
            one = documents[text].passes[0]
            _Reader(record, id, text, schema, log, file, len(one.tables.get("actors", ()))).add_to(one.tables)
    kept = [document for document in documents.values() if document.passes[0].tables.get("actions")]
    return Reading(kept, annotator_kind="person")


def _records(content: str, file: Path) -> list[Record]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        try:
            data = [json.loads(line) for line in content.split("\n") if line.strip()]
        except (ValueError, RecursionError) as error:
            raise ExchangeError(
                f"Not JSON: {error}", file=file, expected="a list of PLOVER records"
            ) from None
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise ExchangeError(
            "Not a list of records.", file=file, expected="a JSON list of objects", found=type(data).__name__
        )
    return data


def _unusable(record: Record) -> str | None:
    for name in ("event", "text"):
        if not isinstance(record.get(name), str) or not record[name].strip():
            return f"no {name}"
    return None


def _document(
    record: Record, id: str, text: str, header: Record, placeholder: bool, file: Path, options: ReadOptions
) -> Document:
    draft = Draft(
        text, [Zone("body", 0, len(text))] if "\n" not in text else _lines(text), "utf-8", source_record=None
    )
    draft.language = record.get("language") if re.fullmatch("[a-z]{2}", str(record.get("language"))) else None
    draft.date_raw = None if placeholder else record.get("date")
    licence = str(header.get("license", ""))
    if "Attribution-ShareAlike 4.0" in licence:
        draft.rights, draft.redistribution = "CC-BY-SA-4.0", "text_ok"
        draft.rights_holder = header.get("copyright")
    draft.extra = {
        name: record[name] for name in ("publication", "coder", "version", "dateCoded") if record.get(name)
    }
    coder = safe(str(options.annotator or record.get("coder") or "coder"))[:40]
    return Document(safe(id), draft, text.encode("utf-8"), [Pass(coder, {})], file.name, article_id=safe(id))


def _lines(text: str) -> list[Zone]:
    return [Zone("body", *match.span()) for match in re.finditer(r"[^\n]+", text)]


def parse_markup(markup: str) -> Markup:
    """The sentence and the marks of `(SRC: Israel) and (TAR: …)`; brackets of the sentence itself stay.

    Marks may hold others. A bracket that is opened and never closed is taken for text.
    """
    found = Markup("")
    open_: list[tuple[str | None, int]] = []
    at, out = 0, ""
    while at < len(markup):
        match = _OPEN.match(markup, at)
        if match:
            open_.append((match[1], len(out)))
            at = match.end()
            continue
        char = markup[at]
        if char == "(":
            open_.append((None, len(out)))
        elif char == ")" and open_:
            tag, start = open_.pop()
            if tag is not None:
                found.marks.append((tag, start, len(out)))
                at += 1
                continue
        out += char
        at += 1
    found.text = out
    found.marks.sort(key=lambda mark: mark[1])
    return found


@functools.cache
def is_country(code: str) -> bool:
    """Whether a code is an ISO 3166-1 alpha-3 code (as CLDR has them), or PLOVER's KOS for Kosovo."""
    from babel import Locale
    from babel.core import get_global

    two = get_global("territory_aliases").get(code, [])
    return code == "KOS" or (len(code) == 3 and len(two) == 1 and two[0] in Locale("en").territories)


class _Reader:
    """One record with its marks placed in the text."""

    def __init__(
        self, record: Record, id: str, text: str, schema: Schema, log: Log, file: Path, actors: int
    ) -> None:
        self.record, self.id, self.text, self.schema, self.log, self.file = (
            record,
            id,
            text,
            schema,
            log,
            file,
        )
        self.actors = actors
        self.known: dict[tuple[str, str, str], str] = {}
        info = record.get("textInfo")
        markup = parse_markup(str(info.get("markup", "") if isinstance(info, dict) else info or ""))
        exact = markup.text.strip() == text
        log.seen["sentences rebuilt exactly"] += exact
        self.marks = self._place(markup)
        log.seen["marks"] += len(markup.marks)
        log.seen["marks placed"] += len(self.marks)

    def _place(self, markup: Markup) -> list[tuple[str, int, int]]:
        """The marks by their offsets in the record's text; those whose words differ there are left out."""
        blocks = SequenceMatcher(None, markup.text, self.text, autojunk=False).get_matching_blocks()
        placed = []
        for tag, start, end in markup.marks:
            words = markup.text[start:end]
            start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
            for block in blocks:
                if block.a <= start and end <= block.a + block.size and start < end:
                    move = block.b - block.a
                    placed.append((tag, start + move, end + move))
                    break
            else:
                self.log.fault(self.file, self.id, f"the marked words {words[:40]!r} differ from the text")
        return placed

    def add_to(self, tables: dict[str, list[Record]]) -> None:
        """Append the record's action, event and actors, or refuse it."""
        kind, implied = TYPES.get(self.record["event"], (self.record["event"], None))
        if kind not in self.schema.values("event_type"):
            self.log.refuse(self.file, self.id, f"the event type {self.record['event']} is unknown")
            return
        triggers = [make_span(self.text, start, end) for tag, start, end in self.marks if tag == "EVT"]
        if not triggers:
            self.log.refuse(
                self.file, self.id, "no trigger: none of its marked event words stands in the text"
            )
            return
        actors: list[Record] = []
        agents, targets = (
            self._participants("source", "SRC", actors),
            self._participants("target", "TAR", actors),
        )
        both = [one for one in agents if self._is_both(one)]
        targets += [one for one in both if one["actor_id"] not in {t["actor_id"] for t in targets}]
        name = safe(self.id.removeprefix("PLOVER-"))
        places = [
            make_span(self.text, start, end) for tag, start, end in self.marks if "LOC" in tag.split("/")
        ]
        gloss = (
            str(self.record.get("eventText") or "").strip() or self.schema.values("event_type")[kind].title
        )
        given: dict[str, Any] = {
            "action_id": f".A-{name}", "event_id": f".V-{name}", "trigger_spans": triggers, "event_type": kind,
            "mode": self._mode(kind) or implied, "contexts": self._contexts(), "agents": agents, "targets": targets,
            "location": places[0] if places else None, "note": self.record.get("comment") or None,
        }  # fmt: skip
        if len(places) > 1:
            self.log.unheld["further locations"] += len(places) - 1
        self.log.unheld.update(name for name in _NOWHERE if name in self.record)
        if self.record.get("eventLoc") and not places:
            self.log.unheld["location without words"] += 1
        tables.setdefault("actors", []).extend(actors)
        tables.setdefault("actions", []).append(blank(self.schema, "actions", given))
        tables.setdefault("events", []).append(
            blank(self.schema, "events", {"event_id": f".V-{name}", "gloss": gloss, "event_type": kind})
        )
        self.log.seen["actions"] += 1

    def _participants(self, role: str, tag: str, actors: list[Record]) -> list[Record]:
        listed = self.record.get(role)
        if not isinstance(listed, list):
            if listed:
                self.log.fault(self.file, self.id, f"{role} is {listed!r}, not a list of actors")
            return []
        marks = [(start, end) for t, start, end in self.marks if tag in t.split("/")]
        found: list[Record] = []
        for number, one in enumerate(listed):
            words = str(one.get("actorText", "")).strip()
            self.log.seen["actor words"] += 1
            self.log.seen["actor words verbatim"] += bool(words) and words in self.text
            place = self._find(words, number, len(listed), marks)
            if place is None:
                self.log.fault(
                    self.file, self.id, f"the {role} {words!r} stands nowhere in the text and was left out"
                )
                continue
            id = self._actor(one, words, actors)
            if id in {other["actor_id"] for other in found}:
                self.log.fault(self.file, self.id, f"the {role} {words!r} is given twice")
                continue
            found.append({"actor_id": id, "span": make_span(self.text, *place), "implicit": False})
        return found

    def _find(
        self, words: str, number: int, count: int, marks: list[tuple[int, int]]
    ) -> tuple[int, int] | None:
        """Where an actor stands: in a mark of its role, else where its mark is, else where its words are."""
        if not words:
            return None
        for start, end in marks:
            at = self.text.find(words, start, end)
            if at >= 0:
                return at, at + len(words)
        if len(marks) == count:
            return marks[number]
        at = self.text.find(words)
        return (at, at + len(words)) if at >= 0 else None

    def _is_both(self, one: Record) -> bool:
        span = one["span"]
        return any(
            tag in ("SRC/TAR", "TAR/SRC") and s <= span["start"] and span["end"] <= e
            for tag, s, e in self.marks
        )

    def _actor(self, one: Record, words: str, actors: list[Record]) -> str:
        code, sector = str(one.get("code") or ""), str(one.get("sector") or "")
        key = (words, code, sector)
        if key not in self.known:
            self.known[key] = f".P{self.actors + len(self.known) + 1}"
            actors.append(actor(self.schema, self.known[key], words, **self._codes(code, sector)))
        return self.known[key]

    def _codes(self, code: str, sector: str) -> Record:
        given: Record = {}
        if is_country(code):
            given["country_iso3"] = code
        elif code in self.schema.values("nonstate_code"):
            given["nonstate_code"] = code
        elif code:
            self.log.fault(
                self.file, self.id, f"{code} is the code of no country and no kind of organisation"
            )
        # Behind the sector stands a group of people (CVLkur) or a further sector.
        parts = [sector[i : i + 3] for i in range(0, len(sector), 3)]
        known = [part for part in parts if part in self.schema.values("sector_code")]
        for part in parts:
            if part not in known:
                self.log.unheld[f"sector {part}"] += 1
        if known:
            given["sector_code"], given["other_sector_codes"] = known[0], known[1:]
        return given

    def _mode(self, kind: str) -> str | None:
        mode = str(self.record.get("mode") or "").strip()
        if not mode:
            return None
        modes = self.schema.modes(kind)
        ours = MODES.get((kind, mode), mode)
        if modes and ours in modes:
            return ours
        self.log.unheld[f"mode {self.record['event']} {mode}"] += 1
        return None

    def _contexts(self) -> list[str]:
        found = []
        for context in str(self.record.get("context") or "").split(","):
            name = CONTEXTS.get(context.strip(), context.strip())
            if name in self.schema.values("context"):
                found.append(name)
            elif name:
                self.log.unheld[f"context {name}"] += 1
        return list(dict.fromkeys(found))
