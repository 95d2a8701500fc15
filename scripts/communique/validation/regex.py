"""Patterns of Python's `re`, which jsonschema uses, for Polars' Rust engine, with the same verdict."""

from __future__ import annotations

import re
from functools import cache

#: What both engines read alike, or what is translated; anything else is left to Python.
_SIMPLE_ESCAPES = frozenset("tnrfv")
#: What may follow a `$` that is spelt out: the line feed that it takes in may not be wanted by what comes next.
_ENDS = re.compile(r"\)*\Z|\|")
_QUANTIFIER = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")


@cache
def to_rust(pattern: str) -> str | None:
    """The pattern for Polars, or None when only Python gives its verdict.

    `$` also stands before a final line feed in Python and nowhere else in Rust, so it is spelt out where it ends
    the pattern or an alternative outside of groups. `\\d` is
    any decimal digit of Unicode in both. `\\w`, `\\s` and `\\b` cover different characters, and Rust has no
    look-around and no back-references: such patterns are left to Python.
    """
    out: list[str] = []
    at = depth = 0
    while at < len(pattern):
        char = pattern[at]
        depth -= char == ")"
        if char == "\\":
            part = _escape(pattern[at + 1 : at + 2], in_class=False)
            if part is None:
                return None
            out.append(part)
            at += 2
        elif char == "[":
            found = _character_class(pattern, at)
            if found is None:
                return None
            part, at = found
            out.append(part)
        elif char == "(":
            if pattern.startswith("(?", at) and not pattern.startswith("(?:", at):
                return None
            depth += 1
            out.append(char)
            at += 1
        elif char == "{":
            quantifier = _QUANTIFIER.match(pattern, at)
            if quantifier is None:
                return None
            out.append(quantifier.group())
            at = quantifier.end()
        elif char == "}" or (char in "*+?" and pattern[at + 1 : at + 2] == "+"):
            return None
        elif char == "$":
            if not _ENDS.match(pattern, at + 1) or (depth and pattern[at + 1 : at + 2] == "|"):
                return None
            out.append(r"(?:\n?\z)")
            at += 1
        else:
            out.append(char)
            at += 1
    return "".join(out) if _compiles("".join(out)) else None


def _escape(char: str, *, in_class: bool) -> str | None:
    if char in ("d", "D") or char in _SIMPLE_ESCAPES:
        return "\\" + char
    if not in_class and char == "A":
        return r"\A"
    if not in_class and char == "Z":
        return r"\z"
    if char and not char.isalnum() and char.isascii():
        return re.escape(char) if not char.isspace() else char
    return None


def _character_class(pattern: str, at: int) -> tuple[str, int] | None:
    """The class that begins at `at`, and where it ends. Everything that Rust reads specially is escaped."""
    out = ["["]
    at += 1
    if pattern.startswith("^", at):
        out.append("^")
        at += 1
    first = True
    while at < len(pattern):
        char = pattern[at]
        if char == "]" and not first:
            return "".join([*out, "]"]), at + 1
        first = False
        if char == "\\":
            part = _escape(pattern[at + 1 : at + 2], in_class=True)
            if part is None:
                return None
            out.append(part)
            at += 2
            continue
        out.append("\\" + char if char in "[]&~^" else char)
        if char == "-" and (pattern[at - 1] in "[^" or pattern[at + 1 : at + 2] == "]"):
            out[-1] = "\\-"
        elif pattern.startswith("--", at):
            return None
        at += 1
    return None


def _compiles(pattern: str) -> bool:
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        pl.Series([""]).str.contains(pattern)
    except PolarsError:
        return False
    return True
