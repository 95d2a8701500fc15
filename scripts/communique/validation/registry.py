"""The registry of checks: what each looks for, why, and how to mend what it finds.

A check is declared once, next to the code that makes it. Ids are `L<level>/<name>` and never reused: the
ids of checks that were given up stay in RETIRED.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from communique.schema import Schema
from communique.validation.finding import SEVERITIES, Finding

if TYPE_CHECKING:
    import polars as pl

LEVELS = {
    0: "files and hashes",
    1: "record schema",
    2: "keys and references",
    3: "spans and zones",
    4: "codebook",
    5: "corpus",
    6: "release",
}

#: Ids of checks that are no longer made.
RETIRED: frozenset[str] = frozenset()

_ID = re.compile(r"^L([0-6])/[a-z][a-z0-9-]*$")


@dataclass(frozen=True)
class Rule:
    """Which rows of a view are faulty, and what to say of them.

    Expressions run over the rows of the check's view. `where` is true for a faulty row; null counts as
    sound, so a rule that cannot judge a row must say so by `unknown`. `field`, `found` and `expected` are
    literal text or an expression. `message` is a format string over `found`, `expected`, `key` and `field`.
    """

    where: pl.Expr
    message: str
    field: pl.Expr | str | None = None
    found: pl.Expr | str | None = None
    expected: pl.Expr | str | None = None
    unknown: pl.Expr | None = None
    unknown_why: str = ""


@dataclass(frozen=True)
class Check:
    """One kind of fault. `view` and `rule` are set for checks of rows; other checks live in code that reads files."""

    id: str
    severity: str
    title: str
    why: str
    bad: str
    good: str
    mend: str
    columns: tuple[str, ...] = ()
    view: str | None = None
    rule: Callable[[Schema], Rule] | None = None
    #: Tables of which all records of an article must be sound before an absence can be called a fault.
    whole: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        return int(self.id[1])

    def finding(self, message: str, **parts: Any) -> Finding:
        """A finding of this check."""
        return Finding(self.id, self.level, self.severity, message, self.mend, **parts)


_CHECKS: dict[str, Check] = {}


def declare(
    id: str,
    title: str,
    *,
    why: str,
    bad: str,
    good: str,
    mend: str,
    severity: str = "error",
    columns: tuple[str, ...] = (),
    view: str | None = None,
    rule: Callable[[Schema], Rule] | None = None,
    whole: tuple[str, ...] = (),
) -> Check:
    """Register a check and return it. Raises ValueError on an id that is malformed, taken or retired."""
    if not _ID.match(id) or id in _CHECKS or id in RETIRED:
        raise ValueError(f"'{id}' is malformed, taken or retired")
    if severity not in SEVERITIES:
        raise ValueError(f"no severity '{severity}'")
    check = Check(id, severity, title, why, bad, good, mend, columns, view, rule, whole)
    _CHECKS[id] = check
    return check


def rule(id: str, title: str, *, view: str, **facts: Any) -> Callable[[Callable[[Schema], Rule]], Check]:
    """Decorator: register a function from the schema to a Rule as a check of the rows of `view`."""

    def register(function: Callable[[Schema], Rule]) -> Check:
        return declare(id, title, view=view, rule=function, **facts)

    return register


#: The modules that declare checks, in the order in which checks are run and listed.
_MODULES = (
    "level0",
    "level1",
    "level2",
    "level2_circles",
    "level3",
    "level3_zones",
    "level3_statements",
    "level4_statements",
    "level4_evidence",
    "level4_actions",
    "level4_actors",
    "level4_articles",
    "level4_times",
    "level4_words",
    "versioned",
    "rederived",
    "level5",
    "level6",
)


@cache
def checks() -> dict[str, Check]:
    """All checks by id, in the order of level, module and declaration."""
    from importlib import import_module

    rank: dict[str, int] = {}
    for name in _MODULES:
        module = import_module(f"communique.validation.{name}")
        for value in vars(module).values():
            declared = value.values() if isinstance(value, dict) else [value]
            for check in declared:
                if isinstance(check, Check):
                    rank.setdefault(check.id, len(rank))
    return dict(sorted(_CHECKS.items(), key=lambda item: (item[1].level, rank[item[0]])))


#: By id and fingerprint of the schema.
_RULES: dict[tuple[str, str], Rule] = {}


def rule_of(check: Check, schema: Schema) -> Rule:
    """The rule of a check under a schema, made once: expressions are the same for every shard."""
    known = _RULES.get((check.id, schema.fingerprint))
    if known is None:
        assert check.rule is not None
        known = _RULES[(check.id, schema.fingerprint)] = check.rule(schema)
    return known
