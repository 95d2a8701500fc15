"""All formats by name. Each module is imported when it is asked for."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from communique.exchange.format import ExchangeError, Format


@dataclass(frozen=True)
class Entry:
    """Where a format's functions are: `module:function` below this room."""

    title: str
    read: str | None = None
    write: str | None = None
    extra: str | None = None


FORMATS: dict[str, Entry] = {
    "brat": Entry("brat stand-off (.txt and .ann)", "brat_read:read", "brat_own:write"),
    "cas": Entry(
        "UIMA CAS, XMI with type system (INCEpTION, WebAnno, DKPro)", "cas_read:read", "cas_own:write", "cas"
    ),
    "citron": Entry("Citron JSON (quotes)", "citron:read"),
    "conllu": Entry("CoNLL-U with entities; GUM with RST", "conllu_read:read", "conllu_own:write"),
    "csv": Entry("CSV files with a codebook, for R, Stata and spreadsheets", None, "csv_bundle:write"),
    "dna": Entry("Discourse Network Analyzer statements", None, "dna:write"),
    "docbin": Entry("spaCy DocBin with span groups", None, "docbin:write", "spacy"),
    "events": Entry("PLOVER-like event records and ICEWS-like dyads", None, "events:write"),
    "gexf": Entry("GEXF network of who says what about whom", None, "network:write_gexf"),
    "graphml": Entry("GraphML network of who says what about whom", None, "network:write_graphml"),
    "jsonld": Entry("JSON-LD, Web Annotation", None, "jsonld:write"),
    "label-studio": Entry("Label Studio JSON export", "labelstudio:read"),
    "plover": Entry("PLOVER records in JSON", "plover_read:read"),
    "spans": Entry("CSV of spans beside their texts", "spans_csv:read"),
    "sqlite": Entry("SQLite database", None, "sqlite:write"),
    "webanno": Entry("WebAnno TSV 3", "webanno:read"),
}


def names(direction: str) -> list[str]:
    """The formats that can be read (`read`) or written (`write`)."""
    return [name for name, entry in FORMATS.items() if getattr(entry, direction) is not None]


def get(name: str, direction: str) -> Format:
    """The format `name`, to be read or written. Raises ExchangeError that lists those there are."""
    if name not in FORMATS or getattr(FORMATS[name], direction) is None:
        raise ExchangeError(
            f"There is no format '{name}' to {direction}.", expected=", ".join(names(direction)), found=name
        )
    entry = FORMATS[name]
    return Format(name, entry.title, _load(entry.read), _load(entry.write), entry.extra)


def _load(place: str | None) -> Any:
    if place is None:
        return None
    module, _, function = place.partition(":")
    return getattr(importlib.import_module(f"communique.exchange.{module}"), function)
