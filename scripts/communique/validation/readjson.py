"""Read JSON strictly: what Python's reader lets pass in silence is a finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from communique.validation import level0
from communique.validation.finding import Finding
from communique.validation.level1 import UNSTORABLE

LFS = b"version https://git-lfs.github.com/spec/"


class Repeated(ValueError):
    """A name stands twice in one object."""


def read_bytes(path: Path, name: str) -> tuple[bytes | None, list[Finding]]:
    """The bytes of a file, or the finding that says why not; `name` is how findings call it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return None, [level0.UNREADABLE.finding(f"{error.strerror}.", file=name)]
    if not data.strip():
        return None, [level0.EMPTY.finding(f"The file holds {len(data)} bytes and no content.", file=name)]
    if data.startswith(LFS):
        return None, [level0.POINTER.finding("The file is a Git LFS pointer.", file=name)]
    return data, []


def read_text(path: Path, name: str) -> tuple[str | None, list[Finding]]:
    """As read_bytes, decoded."""
    data, findings = read_bytes(path, name)
    if data is None:
        return None, findings
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        said = f"Byte {error.start} is {data[error.start]:#04x}: {error.reason}."
        return None, [
            level0.ENCODING.finding(said, file=name, found=f"{data[error.start]:#04x}", expected="UTF-8")
        ]


def parse(text: str, name: str, *, records: bool = False, **place: Any) -> tuple[Any, list[Finding]]:
    """The JSON value of `text`, and findings; the value is None when it cannot be read at all.

    A name that stands twice is reported and its last value used, as Python does. NaN and the infinities are
    left in the value, where the check of each record finds them; outside of records they are reported here.
    """
    twice: list[str] = []
    strange: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            names = [one for one, _ in items]
            twice.extend(sorted({one for one in names if names.count(one) > 1}))
        return found

    def constant(word: str) -> float:
        strange.append(word)
        return float(word)

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        said = f"{error.msg} in line {error.lineno}, column {error.colno}."
        return None, [level0.JSON.finding(said, file=name, **place)]
    except (RecursionError, ValueError) as error:
        return None, [level0.JSON.finding(f"{error}.", file=name, **place)]
    findings = [
        level0.NAME_TWICE.finding(
            f"'{one}' stands twice in one object.", file=name, field=one, found=one, **place
        )
        for one in twice
    ]
    findings += (
        []
        if records
        else [
            UNSTORABLE.finding(f"{word} is no number of JSON.", file=name, found=word, **place)
            for word in dict.fromkeys(strange)
        ]
    )
    return value, findings
