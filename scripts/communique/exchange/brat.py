"""brat stand-off (Stenetorp et al. 2012): the lines of an .ann file beside its .txt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from communique.exchange.format import ExchangeError, Log
from communique.exchange.graph import Frame, Graph, Link, Mark
from communique.exchange.offsets import choose, loose
from communique.exchange.received_text import REFUSED, REPLACEMENT, storable

_LINE = re.compile(r"(?:[TERAMN#][0-9]+[A-Za-z]*|\*)\t")
_BOUND = re.compile(r"(\S+) ([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)")
_PAIR = re.compile(r"(\S+):([TE][0-9]+)")


@dataclass
class BratFile:
    """The content of one .ann file. `notes` maps an id to its notes by kind; `references` to its N lines."""

    graph: Graph = field(default_factory=Graph)
    notes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    references: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    exact: int = 0
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def resolve(self) -> None:
        """Hand the attributes to what they describe."""
        for id, values in self.values.items():
            target = self.graph.marks.get(id) or self.graph.frames.get(id)
            if target is not None:
                target.values.update(values)


def parse(ann: str, original: str, text: str, unit: str, file: Path | str, log: Log) -> BratFile:
    """Parse an .ann file over a text. `original` is the text with its own line ends, `text` the canonical one.

    Lines that are no annotation are refused to `log`, except the rest of a span whose words hold a line
    break. A span whose words do not stand at its offsets is refused, and with it what refers to it. Raises
    ExchangeError when the offsets are in another unit.
    """
    found = BratFile()
    bounds: list[tuple[str, str, list[tuple[int, int]], str]] = []
    for line in _lines(ann, file, log):
        id, _, rest = line.partition("\t")
        kind = id[0]
        if kind == "T":
            head, _, words = rest.partition("\t")
            match = _BOUND.fullmatch(head.strip())
            if match is None:
                log.refuse(file, id, f"not a span: {head[:60]!r}")
                continue
            pieces = [tuple(map(int, piece.split())) for piece in match[2].split(";")]
            bounds.append((id, match[1], [(a, b) for a, b in pieces], words))
        elif kind == "E":
            _event(found.graph, id, rest, file, log)
        elif kind in "R*":
            _relation(found.graph, id, rest, file, log)
        elif kind in "AM":
            parts = rest.split(" ", 2)
            if len(parts) < 2:
                log.refuse(file, id, "an attribute without a target")
            else:
                found.values.setdefault(parts[1], {})[parts[0]] = parts[2] if len(parts) > 2 else "true"
        elif kind == "N":
            head, _, label = rest.partition("\t")
            parts = head.split(" ")
            if len(parts) == 3:
                found.references.setdefault(parts[1], []).append((parts[2], label))
        elif kind == "#":
            head, _, note = rest.partition("\t")
            name, _, target = head.partition(" ")
            found.notes.setdefault(target, []).append((name, note))
    _place(found, bounds, original, text, unit, file, log)
    found.resolve()
    return found


def _lines(ann: str, file: Path | str, log: Log) -> list[str]:
    lines: list[str] = []
    for number, line in enumerate(ann.replace("\r\n", "\n").split("\n"), start=1):
        if _LINE.match(line):
            lines.append(line)
        elif line.strip():
            if lines and lines[-1].startswith("T"):
                lines[-1] += "\n" + line  # words with a raw line break in them
            else:
                log.refuse(file, f"line {number}", f"not a line of brat: {line[:60]!r}")
    return lines


def _event(graph: Graph, id: str, rest: str, file: Path | str, log: Log) -> None:
    pairs = [_PAIR.fullmatch(part) for part in rest.split()]
    if not pairs or any(pair is None for pair in pairs):
        log.refuse(file, id, f"not an event: {rest[:60]!r}")
        return
    (label, trigger), *args = [(pair[1], pair[2]) for pair in pairs if pair]
    graph.frames[id] = Frame(id, label, trigger, args)


def _relation(graph: Graph, id: str, rest: str, file: Path | str, log: Log) -> None:
    parts = rest.split()
    ends = [part.rpartition(":")[2] for part in parts[1:]]
    if len(ends) < 2:
        log.refuse(file, id, f"not a relation: {rest[:60]!r}")
        return
    graph.links += [Link(parts[0], ends[0], other) for other in ends[1:]]


def _place(
    found: BratFile, bounds: list[tuple[str, str, list[tuple[int, int]], str]], original: str, text: str, unit: str,
    file: Path | str, log: Log,
) -> None:  # fmt: skip
    # Only spans of one piece say which words stand at which offsets; the words of several are joined by blanks.
    triples = [(pieces[0][0], pieces[0][1], words) for _, _, pieces, words in bounds if len(pieces) == 1]
    converter, _ = choose(triples, original, text, unit, file)
    for id, label, pieces, words in bounds:
        spans = [(converter.convert(start), converter.convert(end)) for start, end in pieces]
        if any(start is None or end is None for start, end in spans):
            log.refuse(file, id, f"the offsets {pieces} lie outside the text or inside a character")
            continue
        placed = [(start, end) for start, end in spans if start is not None and end is not None]
        there = " ".join(text[start:end] for start, end in placed)
        if loose(there) != loose(words):
            log.refuse(
                file, id, f"the words {words[:40]!r} do not stand at {pieces}, where {there[:40]!r} is"
            )
            continue
        found.exact += there.replace("\n", " ") == words.replace("\n", " ")
        found.graph.marks[id] = Mark(id, label, placed, {}, words)


def read_pair(ann: Path, txt: Path, unit: str, log: Log, limit: int) -> tuple[BratFile, str, bytes]:
    """One .ann file over its .txt: the parsed file, the canonical text and the text's bytes."""
    from communique.exchange.format import bounded
    from communique.text.canonical import canonical, decode

    raw = bounded(txt, limit)
    original = storable(decode(raw, file=txt), txt, log)
    data = bounded(ann, limit)
    text = canonical(original, file=txt)
    if not data.strip():
        return BratFile(), text, raw
    return parse(REFUSED.sub(REPLACEMENT, decode(data, file=ann)), original, text, unit, ann, log), text, raw


def find_text(ann: Path, texts: dict[str, list[Path]]) -> tuple[Path, str | None]:
    """The text of an annotation file, and the annotator that its name tells.

    The text beside it; else one of the same name elsewhere; else one whose name is followed in the
    annotation's by an underscore and the annotator. Raises ExchangeError when there is none.
    """
    beside = ann.with_suffix(".txt")
    if beside.exists():
        return beside, None
    if ann.stem in texts:
        return texts[ann.stem][0], None
    base, _, annotator = ann.stem.rpartition("_")
    if base in texts:
        return texts[base][0], annotator
    raise ExchangeError(
        "An annotation without its text.",
        file=ann,
        expected=f"{beside.name} beside it",
        mend="put the text beside it",
    )
