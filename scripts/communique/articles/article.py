"""From a reader's draft to the article record that is stored and built."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from communique.articles import detect
from communique.articles import zones as z
from communique.articles.dates import publication_date
from communique.articles.draft import ArticleError, Draft
from communique.articles.gather import MAX_BYTES
from communique.articles.languages import CODES, language_code
from communique.articles.readers import READERS
from communique.schema import ValueList
from communique.text.canonical import NORMALISER, digest

Record = dict[str, Any]

FORMATS = ("auto", *READERS)


@dataclass(frozen=True)
class IngestOptions:
    """What the user says about the files; a value given here goes before what a file says.

    `received_on` is the day of receipt: no article may be published after it. `encoding` None means as
    the file declares, else UTF-8. `max_bytes` is the limit for one file.
    """

    received_on: date = field(default_factory=date.today)
    format: str = "auto"
    rights: str | None = None
    rights_holder: str | None = None
    redistribution: str | None = None
    publisher: str | None = None
    date: str | None = None
    language: str | None = None
    url: str | None = None
    encoding: str | None = None
    supersede: bool = False
    max_bytes: int = MAX_BYTES
    split: str = "train"

    def check(self, redistribution: ValueList) -> None:
        """Raises ArticleError for a value that can be right for no file."""
        checks = (
            ("--format", self.format, self.format in FORMATS, "one of " + ", ".join(FORMATS)),
            (
                "--redistribution",
                self.redistribution,
                self.redistribution is None or self.redistribution in redistribution,
                _one_of(redistribution),
            ),
            (
                "--language",
                self.language,
                self.language is None or self.language in CODES,
                "an ISO 639-1 code, as en",
            ),
            (
                "--url",
                self.url,
                self.url is None or _is_web(self.url),
                "an address that begins with http:// or https://",
            ),
            ("--date", self.date, self.date is None or _is_day(self.date), "a date as 2021-12-07"),
        )
        for option, value, right, expected in checks:
            if not right:
                raise ArticleError(
                    f"{option} has no usable value.", field=option, expected=expected, found=repr(value)
                )
        publication_date(self.date, received_on=self.received_on)


@dataclass(frozen=True)
class RawFile:
    """A file's bytes as received: the path as given, its name in `corpus/raw/`, and its format."""

    given: str
    name: str
    data: bytes
    format: str
    sha256: str

    @classmethod
    def of(cls, given: str, name: str, data: bytes, format: str) -> RawFile:
        return cls(given, name, data, format, hashlib.sha256(data).hexdigest())


def make_record(
    draft: Draft, raw: RawFile, options: IngestOptions, redistributions: ValueList
) -> tuple[Record, list[str]]:
    """The record of a draft, with article_id still empty, and sentences for the user on what was inferred.

    Raises ArticleError when no text is left, or the date or the URL is impossible.
    """
    place = f"line {draft.source_record}" if draft.source_record else None
    notes = list(draft.notes)
    if detect.blank_text(draft):
        raise ArticleError(
            "No text is left after extraction.",
            file=raw.given,
            record=place,
            field="text",
            expected="at least one headline, standfirst or paragraph",
            found=f"only {', '.join(sorted({zone.zone for zone in draft.zones})) or 'white space'}",
            mend="check the source; another --format may read it",
        )
    if holes := z.uncovered(draft.text, draft.zones):
        raise AssertionError(f"{raw.given}: characters {holes[0]} stand in no zone")
    url = options.url or draft.url
    if url is not None and not _is_url(url):
        raise ArticleError(
            "The URL is impossible.",
            file=raw.given,
            record=place,
            field="url",
            expected="a URL",
            found=repr(url),
        )
    published = publication_date(
        options.date or draft.date_raw, received_on=options.received_on, file=raw.given, record=place
    )
    if published is None and draft.date_raw:
        notes.append(
            f"the date {draft.date_raw!r} is in no known form: published_on stays empty; --date sets it"
        )
    language = options.language or draft.language
    if language is None:
        guess = detect.language(
            "\n".join(
                draft.text[zone.start : zone.end] for zone in draft.zones if detect.is_running(zone.zone)
            )
        )
        language = language_code(guess.value)
        told = f"detected as {language} ({guess.confidence:.2f}, {guess.evidence})"
        notes.append(f"language {told if language else f'left empty: {guess.evidence}'}; --language sets it")
    found = detect.features(draft, language)
    rights = options.rights or draft.rights
    redistribution = options.redistribution or draft.redistribution
    if redistribution is not None and redistribution not in redistributions:
        raise ArticleError(
            "The record's redistribution is unknown.",
            file=raw.given,
            record=place,
            field="redistribution",
            expected=_one_of(redistributions),
            found=repr(redistribution),
        )
    if redistribution is None:
        notes.append("nothing was said of redistribution: none, so no public release holds the article")
    record: Record = {
        "article_id": "",
        "url": url,
        "publisher": options.publisher or draft.publisher,
        "title": draft.title,
        "byline": draft.byline,
        "published_on": published.isoformat() if published else None,
        "date_raw": draft.date_raw or options.date,
        "language": language,
        **{name: judgement.value for name, judgement in found.items()},
        "detections": [
            {"feature": name, "value": seen.value, "confidence": seen.confidence, "evidence": seen.evidence}
            for name, seen in found.items()
        ],
        "rights": rights,
        "rights_holder": options.rights_holder or draft.rights_holder,
        "redistribution": redistribution or "none",
        "split": options.split,
        "source_format": raw.format,
        "source_file": raw.name,
        "source_record": draft.source_record,
        "source_sha256": raw.sha256,
        "normaliser": NORMALISER,
        "text_sha256": digest(draft.text),
        "char_count": len(draft.text),
        "extra": draft.extra,
        "zones": [
            {
                "zone_id": number,
                "zone": zone.zone,
                "start": zone.start,
                "end": zone.end,
                "duplicate_of": zone.duplicate_of,
            }
            for number, zone in enumerate(draft.zones)
        ],
        "text": draft.text,
    }
    return record, notes


def source_line(record: Record, raw: RawFile, draft: Draft, received_on: date) -> Record:
    """The line of `sources.jsonl` for one raw file or one record of it."""
    return {
        "source_file": raw.name,
        "source_record": draft.source_record,
        "sha256": raw.sha256,
        "bytes": len(raw.data),
        "received_from": raw.given,
        "received_on": received_on.isoformat(),
        "format": raw.format,
        "encoding": draft.encoding,
        "rights": record["rights"],
        "rights_holder": record["rights_holder"],
        "redistribution": record["redistribution"],
        "article_id": record["article_id"],
        "text_sha256": record["text_sha256"],
    }


def _one_of(values: ValueList) -> str:
    return "one of " + ", ".join(values.by_const)


def _is_web(url: str) -> bool:
    return _is_url(url) and urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError:
        return False
    return not re.search(r"\s", url)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return (
            re.fullmatch(r"(?a:\d{4}-?\d{2}-?\d{2})", value) is not None
        )  # impossible: publication_date says why
    return True
