"""Publication dates: from what sources write to an ISO 8601 calendar date, or an error that says why not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from communique.articles.draft import ArticleError

# Only forms with one reading. 03/04/2021 is March or April, so no form with a bare slash is here.
_WRITTEN = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d")
_COMPACT = re.compile(r"(?a:(\d{4})(\d{2})(\d{2})(?:[T ]\d{4,6}Z?|\d{6})?)")
_ISO = re.compile(r"(?a:(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?)", re.DOTALL)
_EPOCH = re.compile(r"(?a:\d{9,10}|\d{12,13})(?:\.\d+)?")
_LEAD = re.compile(
    r"(?i)(?:published|updated|posted)?(?: on)?:?\s*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
)
_TIME = re.compile(r"(?i),?\s+(?:at\s+)?\d{1,2}[.:]\d{2}.*$")


def parse_date(raw: str) -> date | None:
    """The calendar date that `raw` states, or None when it is in no form known here.

    Read: YYYYMMDD and YYYY-MM-DD with or without a time, RFC 2822, seconds or milliseconds since 1970
    (UTC), and dates with the month in English letters. A time zone does not move the date: the day is
    the one the publisher wrote. Raises ValueError for a date of a known form that no calendar has.
    """
    text = raw.strip()
    if match := _COMPACT.fullmatch(text) or _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
        return date(year, month, day)
    if _EPOCH.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC).date()
    bare = _TIME.sub("", _LEAD.sub("", text, count=1)).strip()
    for form in _WRITTEN:
        try:
            return datetime.strptime(bare, form).date()
        except ValueError:
            continue
    if re.match(r"(?a:\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2},? \d{4})$", bare):
        name = re.search(r"[A-Z][a-z]+", bare)
        if name and name.group()[:3] in _MONTHS:
            raise ValueError("day is out of range for month")
    try:
        return parsedate_to_datetime(text).date()
    except (TypeError, ValueError, IndexError):
        return None


_MONTHS = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}


def publication_date(
    raw: str | None, *, received_on: date, file: str | None = None, record: str | None = None
) -> date | None:
    """`parse_date` with the checks of an ingest: None for no date or an unknown form.

    Raises ArticleError when the date exists in no calendar or lies after `received_on`.
    """
    if raw is None or not raw.strip():
        return None
    try:
        found = parse_date(raw)
    except (ValueError, OverflowError, OSError) as error:
        raise ArticleError(
            "The publication date is impossible.",
            file=file,
            record=record,
            field="published_on",
            expected="a day of the calendar, as YYYYMMDD or YYYY-MM-DD",
            found=f"{raw!r} ({error})",
            mend="correct it in the source, or give the right one with --date YYYY-MM-DD",
        ) from None
    if found is not None and found > received_on:
        raise ArticleError(
            "The publication date lies in the future.",
            file=file,
            record=record,
            field="published_on",
            expected=f"a day no later than the day of receipt, {received_on.isoformat()}",
            found=repr(raw),
            mend="correct it in the source, give --date YYYY-MM-DD, or say with --received-on when it came",
        )
    return found
