"""L4: values that the guidelines of a record did not have (`x-since` and `x-until` of a value)."""

from __future__ import annotations

from communique.schema import Schema
from communique.schema.model import VALUES, core
from communique.validation.evaluate import Evaluation
from communique.validation.paths import Path, flatten, nodes
from communique.validation.registry import Rule, declare
from communique.validation.views_base import View

VERSIONED = declare(
    "L4/value-of-another-version",
    "A value that the record's guidelines do not have",
    why="A value that came later, or was given up before, was not among those that the annotator chose from.",
    columns=("every value of a list", "provenance of every record"),
    bad='a value with "x-since": "1.2.0" in a record of the guidelines 1.0.0',
    good="a value that the guidelines of the record have",
    mend="annotate the record anew under the guidelines that have the value, or choose a value that they had",
)


def check_versioned_values(run: Evaluation) -> None:
    """Nothing is read unless a value list says since when, or until when, a value is valid."""
    if VERSIONED.id not in run.wanted:
        return
    schema = run.shard.schema
    if not any(_bounds(schema, name) for name in schema.lists):
        return
    for name, frame in run.shard.frames.items():
        if "provenance" not in frame.columns or frame.is_empty():
            continue
        for path, node in nodes(schema.table(name)):
            list_name = core(node).get(VALUES)
            if list_name and (bounds := _bounds(schema, list_name)):
                _check(run, path, bounds)


Bounds = dict[str, tuple[str | None, str | None]]


def _bounds(schema: Schema, list_name: str) -> Bounds:
    values = schema.values(list_name).values
    bounds = {value.const: (value.facts.get("since"), value.facts.get("until")) for value in values}
    return {const: pair for const, pair in bounds.items() if any(pair)}


def _check(run: Evaluation, path: Path, bounds: Bounds) -> None:
    import polars as pl

    frame = run.shard.frames[path.table]
    values = flatten(frame, path, positions=True).filter(pl.col("value").is_in(sorted(bounds)))
    versions = frame["provenance"].struct.field("guideline_version").gather(values["row"])
    parts = [
        (value in bounds and _outside(version, *bounds[value]), version)
        for value, version in zip(values["value"], versions, strict=True)
    ]
    values = values.with_columns(bad=pl.Series([bad for bad, _ in parts], dtype=pl.Boolean), version=versions)
    rule = Rule(
        pl.col("bad"),
        "The guidelines {expected} do not have the value {found}.",
        "",
        pl.col("value"),
        pl.col("version"),
    )
    failing = values.filter(rule.where)
    if not failing.is_empty():
        run.emit(VERSIONED, rule, View("versioned", path.table, values, path.root), failing)


def _outside(version: str, since: str | None, until: str | None) -> bool:
    def number(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split("."))

    mine = number(version)
    return (since is not None and mine < number(since)) or (until is not None and mine > number(until))
