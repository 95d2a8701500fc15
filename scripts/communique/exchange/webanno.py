"""Read WebAnno TSV 3 (3.0 to 3.3), as WebAnno and INCEpTION export it.

Offsets count UTF-16 code units, since both are written in Java. A span over several tokens, or one of
several on a token, has a number: `PER[3]`. A relation stands at its dependent and names its governor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from communique.exchange.foreign import Gathered, RawMark, place
from communique.exchange.format import ExchangeError, Log, Reading, ReadOptions, bounded, files_of
from communique.exchange.graph import Graph, Link
from communique.exchange.mapping import Mapping, load_mapping
from communique.schema import Schema
from communique.text.canonical import decode

_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r"}
_NUMBER = re.compile(r"^(.*?)(?<!\\)\[([0-9]+)\]$", re.DOTALL)
_ARC = re.compile(r"^([0-9.-]+)(?:\[([0-9]+)_([0-9]+)\])?$")
_ANALYSIS = ("segmentation.type", "lexmorph.type", "syntax.type")
_LABELS = ("value", "label", "identifier")


@dataclass
class Layer:
    """One layer of the header: span (`SP`), relation (`RL`) or chain (`CH`), with its feature columns."""

    kind: str
    name: str
    features: list[str]

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def analysis(self) -> bool:
        return any(part in self.name for part in _ANALYSIS)


@dataclass
class Open:
    """A span while its tokens are read."""

    layer: Layer
    start: int
    end: int
    values: dict[str, str] = field(default_factory=dict)


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The documents below `path`. Files over one text are passes of several annotators, named by the files."""
    gathered = Gathered(load_mapping(options.mapping, schema) if options.mapping else Mapping(), schema, log)
    for file in files_of(path, [".tsv"]):
        content = decode(bounded(file, options.limit), file=file).replace("\r\n", "\n")
        if not content.startswith("#FORMAT=WebAnno TSV 3"):
            raise ExchangeError(
                "Not WebAnno TSV 3.",
                file=file,
                record="line 1",
                expected="#FORMAT=WebAnno TSV 3.3",
                found=content[:40],
            )
        document = _Document(content, file, log)
        original, text = gathered.text(document.text, file)
        graph = document.graph(original, text, options.offsets or "utf-16", log)
        inception = file.parent.suffix in (".txt", ".tsv", ".xmi")
        name = file.parent.stem if inception else file.stem
        gathered.add(
            name, text, options.annotator or (file.stem if inception else "annotator"), graph, file.name, file
        )
    return Reading(list(gathered.documents.values()))


class _Document:
    def __init__(self, content: str, file: Path, log: Log) -> None:
        self.file = file
        self.layers: list[Layer] = []
        self.spans: dict[tuple[int, str], Open] = {}
        self.arcs: list[tuple[str, str, str | None, str, str | None, int]] = []
        self.text = ""
        self.units = 0
        said: list[str] = []
        for number, line in enumerate(content.split("\n"), start=1):
            if line.startswith("#T_"):
                self._layer(line)
            elif line.startswith("#Text="):
                said.append(line[6:])
            elif re.match(r"[0-9]+-[0-9]+", line):
                cells = line.split("\t")
                if said:
                    self._sentence("\n".join(said), cells, number)
                    said = []
                self._token(cells, number)
        for layer in self.layers:
            if layer.kind == "CH":
                log.unheld[f"coreference chain {layer.short}"] += 1

    def _layer(self, line: str) -> None:
        kind, _, rest = line[3:].partition("=")
        name, *features = rest.split("|")
        self.layers.append(Layer(kind, name, features))

    def _fault(self, number: int, message: str, found: str) -> ExchangeError:
        return ExchangeError(message, file=self.file, record=f"line {number}", found=found)

    def _sentence(self, said: str, cells: list[str], number: int) -> None:
        """Put a sentence into the text where its first token says; what lies between sentences is unknown white space."""
        sentence = _plain(said)
        lead = sentence.find(_plain(cells[2])) if len(cells) > 2 else -1
        try:
            begin = int(cells[1].split("-")[0]) - len(sentence[: max(lead, 0)].encode("utf-16-le")) // 2
        except (ValueError, IndexError):
            raise self._fault(number, "Not a token of WebAnno TSV.", "\t".join(cells)[:60]) from None
        gap = begin - self.units
        if gap < 0:
            raise self._fault(
                number, "A sentence begins inside the one before it.", f"{begin} before {self.units}"
            )
        if gap > 1_000_000:
            raise self._fault(
                number, "A sentence begins far behind the one before it.", f"{gap:,} characters"
            )
        self.text += ("\n" + " " * (gap - 1) if self.text else " " * gap) if gap else ""
        self.text += sentence
        self.units = begin + len(sentence.encode("utf-16-le")) // 2

    def _token(self, cells: list[str], number: int) -> None:
        try:
            start, end = map(int, cells[1].split("-"))
        except (ValueError, IndexError):
            raise self._fault(number, "Not a token of WebAnno TSV.", "\t".join(cells)[:60]) from None
        at = 3
        for index, layer in enumerate(self.layers):
            values = [[*_values_of(cell)] for cell in cells[at : at + len(layer.features)]]
            if len(values) < len(layer.features):
                raise self._fault(
                    number, f"Too few columns for the layer {layer.name}.", "\t".join(cells)[:60]
                )
            at += len(layer.features)
            if layer.kind == "SP" and not layer.analysis:
                self._spans(index, layer, values, cells[0], start, end)
            elif layer.kind == "RL" and not layer.analysis:
                self._relations(layer, values, cells[0])

    def _spans(
        self, index: int, layer: Layer, values: list[list[str]], token: str, start: int, end: int
    ) -> None:
        for feature, listed in zip(layer.features or ["value"], values or [["_"]], strict=False):
            if listed == ["_"]:
                continue
            for position, one in enumerate(listed):
                match = _NUMBER.match(one)
                value, number = (match[1], match[2]) if match else (one, None)
                key = (index, number or f"{token}#{position}")
                span = self.spans.setdefault(key, Open(layer, start, end))
                span.end = max(span.end, end)
                if value not in ("*", "_") and not feature.startswith("ROLE_"):
                    span.values[feature] = _plain(value)

    def _relations(self, layer: Layer, values: list[list[str]], token: str) -> None:
        if values[-1] == ["_"]:
            return
        for position, one in enumerate(values[-1]):
            match = _ARC.match(one)
            if match is None:
                continue
            label = layer.short
            for listed in values[:-1]:
                value = _NUMBER.sub(r"\1", listed[position]) if position < len(listed) else "_"
                if value not in ("_", "*"):
                    label = f"{layer.short}:{_plain(value)}"
                    break
            base = layer.features[-1].removeprefix("BT_")
            of = next((n for n, other in enumerate(self.layers) if other.name == base), -1)
            self.arcs.append((label, match[1], match[2], token, match[3], of))

    def graph(self, original: str, text: str, unit: str, log: Log) -> Graph:
        """The spans and relations over the document's text."""
        marks, by_place = [], {}
        for number, ((index, key), span) in enumerate(self.spans.items(), start=1):
            label = next((f"{span.layer.short}:{span.values[n]}" for n in _LABELS if n in span.values), None)
            if label is None and span.values:
                first = next(iter(span.values))
                label = f"{span.layer.short}:{span.values[first]}"
            rest = {
                name: value for name, value in span.values.items() if not (label or "").endswith(f":{value}")
            }
            marks.append(
                RawMark(
                    f"{span.layer.short}{number}",
                    label or span.layer.short,
                    [(span.start, span.end)],
                    None,
                    rest,
                )
            )
            by_place[index, key] = f"{span.layer.short}{number}"
        graph = Graph(place(marks, original, text, unit, self.file, log))
        for label, governor, a, dependent, b, of in self.arcs:
            ends = [
                self._end(by_place, of, token, number) for token, number in ((governor, a), (dependent, b))
            ]
            if any(end is None or end not in graph.marks for end in ends):
                log.refuse(
                    self.file,
                    f"{label} at {dependent}",
                    f"a relation to {governor}, where no {label} can end",
                )
                continue
            graph.links.append(Link(label, str(ends[0]), str(ends[1])))
        return graph

    def _end(
        self, by_place: dict[tuple[int, str], str], of: int, token: str, number: str | None
    ) -> str | None:
        if number and number != "0":
            return by_place.get((of, number))
        return by_place.get((of, f"{token}#0"))


def _values_of(cell: str) -> list[str]:
    """The values of a cell, parted by bars that no backslash escapes."""
    return re.split(r"(?<!\\)\|", cell)


def _plain(written: str) -> str:
    """A text without the escapes of the format."""
    return re.sub(r"\\(->|.)", lambda match: _ESCAPES.get(match[0], match[1]), written)
