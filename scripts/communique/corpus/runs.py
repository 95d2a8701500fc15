"""Runs of words of withheld articles: found in any other text, and masked there.

A run is five words in a row, whatever their case and punctuation. Words are cut in two ways, at everything
that is no letter or digit, and at white space with the punctuation taken off; a run of either kind counts.
A URL is one word: the address of an article is a fact and not an excerpt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from communique.text.keys import token_key

LENGTH = 5
MASK = "[…]"
#: Strings of up to this many characters are searched once: names and addresses stand in many rows.
_SHORT = 400

_URL = r"https?://\S+"
_WORD = re.compile(rf"{_URL}|[^\W_]+")
_TOKEN = re.compile(r"\S+")
_EDGES = re.compile(r"[^\W_](?:.*[^\W_])?")

Word = tuple[str, int, int]


def words(text: str) -> list[Word]:
    """Words in lower case with their offsets, cut at everything that is no letter or digit."""
    return [(match.group().casefold(), match.start(), match.end()) for match in _WORD.finditer(text)]


def tokens(text: str) -> list[Word]:
    """Words as keys of communique.text.keys with their offsets, cut at white space."""
    found: list[Word] = []
    for match in _TOKEN.finditer(text):
        key = token_key(match.group())
        if key:
            edges = _EDGES.search(match.group())
            start, end = edges.span() if edges else (0, len(match.group()))
            found.append((key, match.start() + start, match.start() + end))
    return found


class Runs:
    """The runs of withheld texts that stand in no text that may be shared."""

    def __init__(self) -> None:
        self._of: dict[int, str] = {}
        self._seen: dict[str, list[tuple[int, int, str]]] = {}

    def add(self, article_id: str, text: str) -> None:
        """Withhold the runs of a text. One of fewer words than a run has none."""
        self._seen.clear()
        for cut in (words, tokens):
            found = [word for word, _, _ in cut(text)]
            for at in range(len(found) - LENGTH + 1):
                self._of.setdefault(hash(tuple(found[at : at + LENGTH])), article_id)

    def allow(self, text: str) -> None:
        """The runs of a text that is shared anyway give nothing away."""
        self._seen.clear()
        for cut in (words, tokens):
            found = [word for word, _, _ in cut(text)]
            for at in range(len(found) - LENGTH + 1):
                self._of.pop(hash(tuple(found[at : at + LENGTH])), None)

    def __len__(self) -> int:
        return len(self._of)

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Where runs stand in `text`: code point offsets and the article, in order; overlaps are joined."""
        if len(text) > _SHORT:
            return self._find(text)
        known = self._seen.get(text)
        if known is None:
            known = self._seen[text] = self._find(text)
        return known

    def _find(self, text: str) -> list[tuple[int, int, str]]:
        if len(text) < 2 * LENGTH - 1:
            return []
        found: list[tuple[int, int, str]] = []
        for cut in (words, tokens):
            cut_text = cut(text)
            keys = [word for word, _, _ in cut_text]
            for at in range(len(keys) - LENGTH + 1):
                article_id = self._of.get(hash(tuple(keys[at : at + LENGTH])))
                if article_id is not None:
                    found.append((cut_text[at][1], cut_text[at + LENGTH - 1][2], article_id))
        joined: list[tuple[int, int, str]] = []
        for start, end, article_id in sorted(found):
            if joined and start <= joined[-1][1]:
                last = joined[-1]
                joined[-1] = (last[0], max(end, last[1]), last[2])
            else:
                joined.append((start, end, article_id))
        return joined

    def mask(self, text: str) -> tuple[str, str | None]:
        """`text` with its runs masked, and the article of the first one; None when there is none."""
        found = self.find(text)
        if not found:
            return text, None
        made, at = [], 0
        for start, end, _ in found:
            made += [text[at:start], MASK]
            at = end
        return "".join([*made, text[at:]]), found[0][2]


def strings_of(path: Path) -> Iterable[tuple[str, str]]:
    """Everything in a file that can be read as text, with the place: bytes as they are, and what formats hold.

    Parquet: every string value of every column, one column joined and one by one; minima and maxima of the
    statistics; metadata. JSON: every string and key. Other files: the text.
    """
    data = path.read_bytes()
    yield "bytes", data.decode("utf-8", errors="replace")
    if data[:2] != b"PK" and b"\x00" in data[:4096]:
        yield "bytes as UTF-16", data.decode("utf-16-le", errors="replace")
    if path.suffix == ".parquet":
        yield from _parquet(path)
    elif path.suffix in (".json", ".jsonl"):
        yield from _json(path, data.decode("utf-8"))


def _parquet(path: Path) -> Iterable[tuple[str, str]]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    for key, value in (file.metadata.metadata or {}).items():
        yield "metadata", f"{key.decode(errors='replace')} {value.decode(errors='replace')}"
    for group in range(file.metadata.num_row_groups):
        for index in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(index)
            if column.is_stats_set and column.statistics.has_min_max:
                yield f"statistics of {column.path_in_schema}", f"{column.statistics.min}"
                yield f"statistics of {column.path_in_schema}", f"{column.statistics.max}"
    for name, column in zip(file.schema_arrow.names, file.read().columns, strict=True):
        values: list[str] = []
        _collect(column.to_pylist(), values)
        for value in dict.fromkeys(values):
            yield f"column {name}", value
        yield f"column {name}, values joined", " ".join(values)


def _json(path: Path, text: str) -> Iterable[tuple[str, str]]:
    import json

    for number, line in enumerate([text] if path.suffix == ".json" else text.splitlines(), start=1):
        if line.strip():
            values: list[str] = []
            _collect(json.loads(line), values)
            for value in dict.fromkeys(values):
                yield f"line {number}" if path.suffix == ".jsonl" else "string", value


def _collect(node: object, found: list[str]) -> None:
    if isinstance(node, str):
        found.append(node)
    elif isinstance(node, dict):
        for key, value in node.items():
            _collect(key, found)
            _collect(value, found)
    elif isinstance(node, list):
        for item in node:
            _collect(item, found)


def search(folder: Path, runs: Runs) -> list[tuple[str, str, str]]:
    """Every run in any file below `folder`: path, place and article. Empty when nothing can be read back."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if runs.find(name):
            found.append((name, "its name", runs.find(name)[0][2]))
        if path.is_file():
            found += [
                (name, place, hits[0][2]) for place, text in strings_of(path) if (hits := runs.find(text))
            ]
    return found
