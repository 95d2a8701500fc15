"""Mapping files: which foreign label becomes which record, column or value.

A mapping is JSON (or YAML):

    {
      "spans":   {"PER": {"table": "mentions", "values": {"mention_type": "NAM"}},
                  "Cue": {"table": "statements", "column": "cue_spans"},
                  "Source": {"part": "source_spans"}},
      "links":   {"source-of": "source_spans", "content-of": "content_spans"},
      "frames":  {"Attribution": {"table": "statements", "trigger": null,
                                  "roles": {"Source": "source_spans", "Cue": "cue_spans"},
                                  "values": {}}},
      "attributes": {"Mode": {"column": "mode", "values": {"Direct": "direct"}}},
      "ignore":  ["Discuss"]
    }

A span with a `table` makes a record; a span that is a `part` belongs to the record that a link or a frame
joins it to. Labels that stand nowhere are an error, with a template to fill in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from communique.exchange.format import ExchangeError
from communique.schema import Schema
from communique.schema.model import core

Record = dict[str, Any]


@dataclass(frozen=True)
class SpanTarget:
    """What a labelled span becomes: a record of `table` (its words in `column`), or a part of another record."""

    table: str | None = None
    column: str | None = None
    part: str | None = None
    values: Record = field(default_factory=dict)


@dataclass(frozen=True)
class FrameTarget:
    """What an event-like record becomes. `trigger` is the column of its trigger's words, None to drop them."""

    table: str
    trigger: str | None
    roles: dict[str, str]
    values: Record = field(default_factory=dict)


@dataclass(frozen=True)
class AttributeTarget:
    """Column of a foreign attribute, and its values in ours; without `values` they are taken as they stand."""

    column: str
    values: dict[str, Any] | None = None


@dataclass(frozen=True)
class Mapping:
    """A whole mapping; see the module."""

    spans: dict[str, SpanTarget] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    frames: dict[str, FrameTarget] = field(default_factory=dict)
    attributes: dict[str, AttributeTarget] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()

    def knows(self, label: str) -> bool:
        """Whether the mapping says anything of a label."""
        return label in self.spans or label in self.frames or label in self.ignore


#: Layout of PolNeAR (Newell et al. 2018): an event Attribution over Source, Cue and Content.
POLNEAR = Mapping(
    spans={name: SpanTarget(part=f"{name.lower()}_spans") for name in ("Source", "Cue", "Content")},
    frames={
        "Attribution": FrameTarget(
            "statements", None, {"Source": "source_spans", "Cue": "cue_spans", "Content": "content_spans"}
        ),
        "Attribution-no-source": FrameTarget(
            "statements",
            None,
            {"Cue": "cue_spans", "Content": "content_spans"},
            {"source_form": "unspecified"},
        ),
    },
    ignore=frozenset({"Discuss", "Discard"}),
)


def load_mapping(path: Path, schema: Schema) -> Mapping:
    """The mapping in `path`. Raises ExchangeError with file and field for what the schema does not have."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".yaml", ".yml"):
            import yaml

            data = yaml.safe_load(text)
        else:
            data = json.loads(text)
    except (OSError, ValueError) as error:
        raise ExchangeError(f"The mapping cannot be read: {error}", file=path) from None
    except Exception as error:  # yaml.YAMLError derives from Exception alone
        raise ExchangeError(f"The mapping is not YAML: {error}", file=path) from None
    try:
        mapping = Mapping(
            {label: SpanTarget(**target) for label, target in data.get("spans", {}).items()},
            dict(data.get("links", {})),
            {
                label: FrameTarget(**{"trigger": None, "roles": {}, **t})
                for label, t in data.get("frames", {}).items()
            },
            {name: AttributeTarget(**target) for name, target in data.get("attributes", {}).items()},
            frozenset(data.get("ignore", ())),
        )
    except (TypeError, AttributeError) as error:
        raise ExchangeError(
            f"The mapping has another form: {error}",
            file=path,
            expected="an object with spans, links, frames, attributes and ignore",
        ) from None
    _check(mapping, schema, path)
    return mapping


def _check(mapping: Mapping, schema: Schema, path: Path) -> None:
    def column(table: str, name: str | None, field: str) -> None:
        if table not in schema.tables or (name is not None and name not in schema.table(table).by_name):
            raise ExchangeError(
                "The mapping names what the schema does not have.",
                file=path,
                field=field,
                found=f"{table}.{name}",
            )

    def values(table: str, given: Record, field: str) -> None:
        for name, value in given.items():
            column(table, name, field)
            listed = schema.table(table)[name].values
            if listed and value is not None and value not in schema.values(listed):
                expected = ", ".join(schema.values(listed).by_const)
                raise ExchangeError(
                    "No such value.", file=path, field=f"{field}.{name}", found=str(value), expected=expected
                )

    for label, span in mapping.spans.items():
        if span.table:
            column(span.table, span.column, f"spans.{label}")
            values(span.table, span.values, f"spans.{label}.values")
        elif span.part is None:
            raise ExchangeError("A span needs a table, or is a part.", file=path, field=f"spans.{label}")
    for label, frame in mapping.frames.items():
        column(frame.table, frame.trigger, f"frames.{label}")
        values(frame.table, frame.values, f"frames.{label}.values")
        for role, name in frame.roles.items():
            column(frame.table, name, f"frames.{label}.roles.{role}")


def template(labels: Iterable[str], frames: Iterable[str] = (), links: Iterable[str] = ()) -> str:
    """A mapping to fill in, as JSON: every label as a mention, every frame as a statement, to be corrected."""
    return json.dumps(
        {
            "spans": {label: {"table": "mentions", "values": {}} for label in sorted(labels)},
            "frames": {
                label: {"table": "statements", "trigger": "cue_spans", "roles": {}}
                for label in sorted(frames)
            },
            "links": dict.fromkeys(sorted(links), "source_spans"),
            "attributes": {},
            "ignore": [],
        },
        indent=2,
        ensure_ascii=False,
    )


def unknown_labels(file: Path | str, spans: set[str], frames: set[str], links: set[str]) -> ExchangeError:
    """The error for labels that no mapping knows, with a template that holds them."""
    listed = ", ".join(sorted(spans | frames | links))
    return ExchangeError(
        "The labels of this corpus are not known.",
        file=file,
        found=listed,
        expected="a mapping from its labels to our tables",
        mend="save this, correct it, and give it with --mapping FILE:\n" + template(spans, frames, links),
    )


def span_columns(schema: Schema, table: str) -> dict[str, bool]:
    """The columns of `table` that hold spans of the article's text, and whether each holds a list of them."""
    found = {}
    for column in schema.table(table).stored:
        node = core(column.json)
        inner = core(node.get("items", {})) if node.get("type") == "array" else node
        if set(inner.get("properties", {})) == {"start", "end", "text"}:
            found[column.name] = node.get("type") == "array"
    return found
