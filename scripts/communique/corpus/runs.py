"""Runs of words of withheld articles: found in any other text, and masked there.

A run is five words in a row, whatever their case and punctuation. Words are cut in two ways, at everything
that is no letter or digit, and at white space with the punctuation taken off; a run of either kind counts.
Scripts that write no spaces between words (Chinese, Japanese, Thai, Lao, Burmese, Khmer) are cut into characters
too, of which ten in a row are a run. A URL is one word: the address of an article is a fact and not an excerpt.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from communique.text.keys import token_key

LENGTH = 5
#: The same in characters of a script without spaces, whose words have two on average.
CHARACTERS = 10
MASK = "[…]"
#: Strings of up to this many characters are searched once: names and addresses stand in many rows.
_SHORT = 400

_URL = r"https?://\S+"
_WORD = re.compile(rf"{_URL}|[^\W_]+")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"\S+")
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_CHARACTER = re.compile(rf"(?!_)\w(?<=[{_UNSPACED}])|[^\W_{_UNSPACED}]+")
_EDGES = re.compile(r"[^\W_](?:.*[^\W_])?")

_TAG = re.compile(r"<[^<>]*>|[*`~]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")
_JSON_ESCAPE = re.compile(r"\\[^\"\\/]|&|%|<")
_PNG = b"\x89PNG\r\n\x1a\n"
#: A word that no text has, so that no run goes from one value to the next.
_APART = " zzvaluezz "

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


def characters(text: str) -> list[Word]:
    """Each character of a script without spaces, and the words between them; empty for a text without any."""
    if text.isascii() or not _HAS_UNSPACED.search(text):
        return []
    return [(match.group().casefold(), match.start(), match.end()) for match in _CHARACTER.finditer(text)]


def _runs_of(text: str) -> Iterator[Iterator[int]]:
    """The runs of each cut without their offsets, which most texts never need."""
    cut = _WORD if "://" in text else _PLAIN_WORD
    yield _runs([word.casefold() for word in cut.findall(text)])
    yield _runs([key for key in map(token_key, text.split()) if key])
    if found := characters(text):
        yield _runs([word for word, _, _ in found], CHARACTERS)


def _runs(found: list[str], length: int = LENGTH) -> Iterator[int]:
    return map(hash, zip(*(found[at:] for at in range(length)), strict=False))


class Runs:
    """The runs of withheld texts that stand in no text that may be shared."""

    def __init__(self) -> None:
        self._of: dict[int, str] = {}
        self._seen: dict[str, list[tuple[int, int, str]]] = {}

    def add(self, article_id: str, text: str) -> None:
        """Withhold the runs of a text. One of fewer words than a run has none."""
        self._seen.clear()
        for runs in _runs_of(text):
            for run in runs:
                self._of.setdefault(run, article_id)

    def allow(self, text: str) -> None:
        """The runs of a text that is shared anyway give nothing away."""
        self._seen.clear()
        for runs in _runs_of(text):
            for run in runs:
                self._of.pop(run, None)

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
        if all(map(self._of.keys().isdisjoint, _runs_of(text))):
            return []
        found: list[tuple[int, int, str]] = []
        for cut, length in ((words, LENGTH), (tokens, LENGTH), (characters, CHARACTERS)):
            cut_text = cut(text)
            for at, run in enumerate(_runs([word for word, _, _ in cut_text], length)):
                article_id = self._of.get(run)
                if article_id is not None:
                    found.append((cut_text[at][1], cut_text[at + length - 1][2], article_id))
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
        if len(text) < 2 * LENGTH - 1:
            return text, None
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

    Parquet: the strings of each column, nested ones too, in order and joined, so that words in rows of their own
    are a run; minima and maxima of the statistics; metadata. JSON: every string and key. PNG: the texts of its
    chunks. Any text with marks of HTML, Markdown or an escape also as it reads without them.
    """
    data = path.read_bytes()
    text = data.decode("utf-8", errors="replace")
    read = path.suffix in (".parquet", ".json", ".jsonl")
    yield from [("bytes", text)] if read else _readings("bytes", text)
    if data[:2] != b"PK" and b"\x00" in data[:4096]:
        yield "bytes as UTF-16", data.decode("utf-16-le", errors="replace")
    if path.suffix == ".parquet":
        for place, value in _parquet(path):
            yield from _readings(place, value)
    elif path.suffix in (".json", ".jsonl"):
        for place, value in _json(path, data.decode("utf-8")):
            yield from _readings(place, value)
    elif data.startswith(_PNG):
        yield from _png(data)


def _readings(place: str, text: str) -> Iterable[tuple[str, str]]:
    """A text as it is and, where it holds marks or escapes between words, as it reads without them."""
    yield place, text
    if "\\" in text:
        plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", text)
        yield f"{place}, escapes resolved", plain
    if "<" in text or "&" in text or "*" in text:
        plain = html.unescape(_TAG.sub("", text))
        yield f"{place}, without tags", plain
        yield f"{place}, without tags", html.unescape(_TAG.sub(" ", text))
    if "%" in text:
        yield f"{place}, percent-encoding resolved", unquote_plus(text)


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
    data = file.read()
    yield "column names", " ".join(data.schema.names)
    for name, column in zip(data.schema.names, data.columns, strict=True):
        for leaf in _leaves(column.combine_chunks()):
            yield f"column {name}", leaf


def _leaves(array: Any) -> Iterator[str]:
    """The values of each string or bytes inside a column, in order and joined."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.dictionary_decode(), kind.value_type
    if pa.types.is_struct(kind):
        for child in array.flatten():
            yield from _leaves(child)
    elif pa.types.is_map(kind):
        yield from _leaves(array.keys)
        yield from _leaves(array.items)
    elif pa.types.is_nested(kind):
        yield from _leaves(array.flatten())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        yield " ".join(array.drop_null().to_pylist())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        yield " ".join(value.decode(errors="replace") for value in array.drop_null().to_pylist())


def _json(path: Path, text: str) -> Iterable[tuple[str, str]]:
    for number, line in enumerate([text] if path.suffix == ".json" else text.split("\n"), start=1):
        # The bytes were read as they are: without these escapes, the values stand there word by word.
        if line.strip() and _JSON_ESCAPE.search(line):
            values: list[str] = []
            _collect(json.loads(line), values)
            yield f"line {number}" if path.suffix == ".jsonl" else "string", _APART.join(values)


def _png(data: bytes) -> Iterable[tuple[str, str]]:
    """The texts of tEXt, zTXt, iTXt and eXIf chunks (PNG, third edition, 11.3). Pictures of words stay unread."""
    at = len(_PNG)
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        chunk = data[at + 8 : at + 8 + size]
        at += size + 12
        if kind not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
            continue
        yield f"chunk {kind.decode()}", chunk.decode("utf-8", errors="replace")
        for start in (place.end() for place in re.finditer(b"\0", chunk)):
            with contextlib.suppress(zlib.error):
                yield (
                    f"chunk {kind.decode()}",
                    zlib.decompressobj().decompress(chunk[start:]).decode("utf-8", "replace"),
                )


def _collect(node: object, found: list[str]) -> None:
    if isinstance(node, str):
        found.append(node)
    elif isinstance(node, dict):
        for key, value in node.items():
            found.append(key)
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
