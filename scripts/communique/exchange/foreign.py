"""What readers of foreign span formats share: canonical text, placed marks, documents by text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from communique.articles.draft import Draft
from communique.articles.readers.text import from_text
from communique.exchange.assemble import assemble, safe
from communique.exchange.format import Document, Log, Pass
from communique.exchange.graph import Graph, Mark
from communique.exchange.mapping import Mapping
from communique.exchange.offsets import choose, loose
from communique.exchange.received_text import REFUSED, REPLACEMENT, storable
from communique.schema import Schema
from communique.text.canonical import canonical


@dataclass
class RawMark:
    """A mark with the offsets of its file; `words` are what the file says stands there, or None."""

    id: str
    label: str
    pieces: list[tuple[int, int]]
    words: str | None = None
    values: dict[str, str] = field(default_factory=dict)


def place(
    marks: Sequence[RawMark], original: str, text: str, unit: str, file: Path | str, log: Log
) -> dict[str, Mark]:
    """The marks in code points of the canonical text; those whose words stand elsewhere are refused to `log`.

    Raises ExchangeError when the offsets are in another unit.
    """
    told = [None if m.words is None else REFUSED.sub(REPLACEMENT, m.words) for m in marks]
    triples = [
        (m.pieces[0][0], m.pieces[0][1], w) for m, w in zip(marks, told, strict=True) if len(m.pieces) == 1
    ]
    converter, _ = choose(triples, original, text, unit, file)
    placed = {}
    for mark, words in zip(marks, told, strict=True):
        spans = [(converter.convert(start), converter.convert(end)) for start, end in mark.pieces]
        found = [(start, end) for start, end in spans if start is not None and end is not None]
        if len(found) < len(spans):
            log.refuse(file, mark.id, f"the offsets {mark.pieces} lie outside the text or inside a character")
            continue
        there = " ".join(text[start:end] for start, end in found)
        if words is not None and loose(there) != loose(words):
            log.refuse(
                file,
                mark.id,
                f"the words {words[:40]!r} do not stand at {mark.pieces}, where {there[:40]!r} is",
            )
            continue
        placed[mark.id] = Mark(mark.id, mark.label, found, mark.values, words)
    log.seen["spans"] += len(marks)
    return placed


class Gathered:
    """Documents by their text, so that several annotators of one text become passes of one document."""

    def __init__(self, mapping: Mapping, schema: Schema, log: Log) -> None:
        self.mapping, self.schema, self.log = mapping, schema, log
        self.documents: dict[str, Document] = {}

    def text(self, original: str, file: Path | str) -> tuple[str, str]:
        """The text as it came, storable, and its canonical form."""
        kept = storable(original, file, self.log)
        return kept, canonical(kept, file=file)

    def add(self, name: str, text: str, annotator: str, graph: Graph, origin: str, file: Path | str) -> Draft:
        """Add one annotator's graph over a text; the draft of the document is returned, to be described."""
        tables = assemble(graph, self.mapping, text, self.schema, self.log, file)
        if text not in self.documents:
            self.documents[text] = Document(name, from_text(text, "utf-8"), text.encode("utf-8"), [], origin)
        document = self.documents[text]
        taken = {one.annotator for one in document.passes}
        base = safe(annotator)[:36] or "annotator"
        who = next(n for n in (base, *(f"{base}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)
        document.passes.append(Pass(who, tables))
        return document.draft
