"""JSON Lines, one record a line; also a whole JSON answer of a news API (a list, also in an envelope)."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from communique.articles import zones as z
from communique.articles.draft import ArticleError, Draft, Reading, ReadOptions, Zone
from communique.articles.languages import language_code
from communique.articles.readers import html
from communique.articles.readers.fields import ENVELOPES, PATHS
from communique.articles.readers.text import from_text
from communique.errors import CommuniqueError
from communique.text.canonical import canonical, decode

_MARKUP = re.compile(r"(?i)<(?:p|div|br|h[1-6])\b[^>]*>")
_HOST = re.compile(r"(?:[\w-]+\.)+[A-Za-z]{2,}")
_CUT = re.compile(r"\s*… ?\[\+\d+ chars\]\s*$|\s*\[\+\d+ chars\]\s*$")


def read(data: bytes, name: str, options: ReadOptions) -> Reading:
    """A draft or an error for each record, in the order of the file.

    `source_record` is the 1-based line number, or the 1-based position in a whole-file list. Raises
    TextError for bad bytes, ArticleError when the file holds no JSON record at all.
    """
    encoding = options.encoding or "utf-8"
    text = decode(data, encoding, file=name)
    found: Reading = []
    for number, record in _records(text, name):
        if isinstance(record, ArticleError):
            found.append(record)
            continue
        try:
            found.append(_draft(record, str(number), name, encoding))
        except CommuniqueError as error:
            found.append(_at_record(error, name, f"line {number}"))
    if not found:
        raise ArticleError(
            "The file holds no records.", file=name, expected="one JSON object a line", found="an empty list"
        )
    return found


def _records(text: str, name: str) -> Iterator[tuple[int, dict[str, Any] | ArticleError]]:
    whole = _whole(text)
    if whole is not None:
        yield from enumerate(whole, start=1)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _parse(line)
        except (ValueError, RecursionError) as error:
            yield number, _not_json(name, number, f"{error}: {line.strip()[:60]!r}")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            yield number, _not_json(name, number, f"a JSON {type(record).__name__}: {line.strip()[:60]!r}")


def _whole(text: str) -> list[dict[str, Any]] | None:
    """The records of a file that is one JSON value over several lines or holds a list of articles."""
    if (
        text.count("\n") <= 1
        and text.lstrip().startswith("{")
        and not any(f'"{e.split(".")[0]}"' in text for e in ENVELOPES)
    ):
        return None
    try:
        value = _parse(text)
    except (ValueError, RecursionError):
        return None
    lists = [value] if isinstance(value, list) else [_get(value, path) for path in ENVELOPES]
    for candidate in lists:
        if isinstance(candidate, list) and all(isinstance(item, dict) for item in candidate):
            return candidate
    return [value] if isinstance(value, dict) else None


def _parse(text: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def _not_json(name: str, number: int, found: str) -> ArticleError:
    return ArticleError(
        "The line is not a JSON record.",
        file=name,
        record=f"line {number}",
        expected="one JSON object",
        found=found,
        mend="correct or remove the line; each record stands on one line",
    )


def _at_record(error: CommuniqueError, name: str, record: str) -> ArticleError:
    parts = error.as_dict() | {"file": name, "record": record}
    return ArticleError(str(parts.pop("message")), **parts)


def _draft(record: dict[str, Any], number: str, name: str, encoding: str) -> Draft:
    rest = copy.deepcopy(record)
    values = {field: _take(rest, field, paths) for field, paths in PATHS.items()}
    body = values.pop("text")
    if body is None:
        names = ", ".join(PATHS["text"])
        raise ArticleError(
            "The record has no text.",
            field="text",
            expected=f"a text in one of: {names}",
            found="the fields " + ", ".join(sorted(record)[:12]),
            mend="rename the field that holds the text to 'text'",
        )
    if _MARKUP.search(body):
        markup = f"<html><body><article>{body}</article></body></html>"
        draft = html.from_markup(markup, name, encoding, None)
        draft.notes.append("the text field holds HTML; its running text was extracted")
    else:
        draft = from_text(canonical(body, file=name), encoding)
    draft.source_record = number
    language = values.pop("language")
    draft.language = language_code(language) if language else draft.language
    if language and draft.language is None:
        rest["language"] = language
    for field, value in values.items():
        if value is not None:
            setattr(draft, field, canonical(value, file=name))
    _zone_known_lines(draft)
    if cut := _CUT.search(draft.text):
        _split_cut(draft, cut.start() + len(cut.group()) - len(cut.group().lstrip()))
        draft.notes.append(f"the source cut the text off: it ends in {cut.group().strip()!r}")
    canonical(json.dumps(rest, ensure_ascii=False), file=name)
    draft.extra = rest or None
    return draft


def _zone_known_lines(draft: Draft) -> None:
    """Make the first line a headline exactly when it is the record's title."""
    first = next(iter(draft.zones), None)
    if (
        first is not None
        and draft.title
        and draft.text[first.start : first.end].strip() == draft.title.strip()
    ):
        draft.zones[0] = Zone("headline", first.start, first.end)


def _split_cut(draft: Draft, at: int) -> None:
    last = draft.zones[-1]
    if last.start < at < last.end:
        draft.zones[-1:] = [Zone(last.zone, last.start, at), Zone("boilerplate", at, last.end)]
        draft.zones = z.mark_duplicates(draft.text, draft.zones)


def _take(record: dict[str, Any], field: str, paths: tuple[str, ...]) -> str | None:
    """The first usable value among `paths`, removed from `record`."""
    for path in paths:
        value = _as_text(field, _get(record, path))
        if value is not None:
            _remove(record, path.split("."))
            return value
    return None


def _as_text(field: str, value: Any) -> str | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, list) and field == "byline":
        names = [item.get("name") if isinstance(item, dict) else item for item in value]
        value = ", ".join(name for name in names if isinstance(name, str) and name.strip())
    if isinstance(value, int | float) and field == "date_raw":
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    if field in ("publisher", "rights") and _HOST.fullmatch(value.strip()):
        return (
            None  # NewsCatcher's `rights`, GDELT's and CC-News's source are hosts; the URL says them already
        )
    return value if field == "text" else value.strip()


def _get(record: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(part)
    return record


def _remove(record: dict[str, Any], path: list[str]) -> None:
    head, *rest = path
    if not rest:
        del record[head]
        return
    _remove(record[head], rest)
    if not record[head]:
        del record[head]
