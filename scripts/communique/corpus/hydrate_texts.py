"""The reader's own copies of withheld articles: read, and matched to the articles they are copies of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from communique.articles.detect import source_format
from communique.articles.draft import ArticleError, ReadOptions
from communique.articles.readers import READERS
from communique.errors import CommuniqueError, ProjectError
from communique.files import text_lines
from communique.text import fingerprint as fp
from communique.text.canonical import canonical, decode, digest
from communique.text.keys import Keyed

Record = dict[str, Any]


@dataclass(frozen=True)
class Copy:
    """One text that may be a copy of an article. `named`: whether its name or id says of which."""

    text: str
    file: str
    names: frozenset[str] = frozenset()
    named: bool = False


class Wanted:
    """The withheld articles, found by id, name of the file, address, or content."""

    def __init__(self, lines: list[Record], articles: dict[str, Record]) -> None:
        self.lines = {line["article_id"]: line for line in lines}
        self._named: dict[str, set[str]] = {}
        self._content: dict[str, set[str]] = {}
        for article_id, line in self.lines.items():
            row = articles[article_id]
            stem = Path(row["source_file"]).stem
            for name in (article_id, stem, _address(row["url"])):
                if name:
                    self._named.setdefault(name, set()).add(article_id)
            print_ = line["fingerprint"]
            keys = [f"d{print_['digest']}", f"k{print_['key_digest']}"]
            keys += [f"p{one['digest']}" for one in print_.get("paragraphs", []) if one["tokens"] >= fp.SHORT]
            keys += [f"s{one['tag']}" for one in print_.get("sentences", [])]
            for key in keys:
                self._content.setdefault(key, set()).add(article_id)

    def by_name(self, names: Iterable[str]) -> str | None:
        """The article that one of the names means, in their order, if it means exactly one."""
        for name in names:
            found = self._named.get(name, set())
            if len(found) == 1:
                return next(iter(found))
        return None

    def article_of(self, copy: Copy, source: Keyed) -> tuple[str | None, bool]:
        """The article that a copy is of, and whether its name says so. `source`: its text cut into tokens."""
        named = self.by_name(sorted(copy.names))
        return (named, True) if named else (self.by_content(source), False)

    def by_content(self, source: Keyed) -> str | None:
        """The article that most of the text's paragraphs and sentences belong to; None without a clear one."""
        keys = [f"d{digest(source.text)}", f"k{fp.key_digest(source.whole)}"]
        keys += [f"p{fp.paragraph_digest(source, at)}" for at in range(len(source.paragraphs))]
        keys += [f"s{fp.sentence_tag(source.key(*one))}" for one in source.sentences]
        votes: dict[str, int] = {}
        for key in keys:
            for article_id in self._content.get(key, ()):
                votes[article_id] = votes.get(article_id, 0) + 1
        best = sorted(votes.values(), reverse=True)[:2]
        if not best or (len(best) == 2 and best[0] < 2 * best[1]):
            return None
        return max(votes, key=lambda one: votes[one])


def _address(url: str | None) -> str | None:
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/") if url else None


def assign(
    copies: Iterable[Copy], articles: Iterable[tuple[str | None, bool]]
) -> tuple[dict[str, Copy], list[str]]:
    """The copy of each article, and the files that are copies of none. `articles`: `Wanted.article_of` each.

    Raises ProjectError when two copies with different texts are of one article.
    """
    found: dict[str, Copy] = {}
    unused: list[str] = []
    for copy, (article_id, named) in zip(copies, articles, strict=True):
        if article_id is None:
            unused.append(copy.file)
            continue
        known = found.get(article_id)
        if known is not None and known.text != copy.text:
            raise ProjectError(
                "There are two different texts for one article.",
                file=copy.file,
                record=article_id,
                expected="one text an article",
                found=f"{known.file} and {copy.file}",
                mend="take one of them away",
            )
        if known is None:
            found[article_id] = Copy(copy.text, copy.file, copy.names, named)
    return found, unused


def read_copies(path: Path, html: bool = False) -> Iterator[Copy]:
    """Every text in a folder, a JSON lines file, or one file. `html`: the files are web pages.

    A line of JSON holds `text`, and `article_id` or `url` to say of what. Hidden files are passed over.
    Raises ProjectError when there is nothing at `path`, and TextError or ArticleError for a file that
    holds no text.
    """
    if not path.exists():
        raise ProjectError("There are no texts here.", file=path, mend="name a folder or a file of texts")
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    files = [
        one for one in files if not any(part.startswith(".") for part in one.relative_to(path.parent).parts)
    ]
    if not files:
        raise ProjectError(
            "The folder holds no file.", file=path, mend="put your copies of the articles there"
        )
    for file in files:
        if file.suffix in (".jsonl", ".ndjson"):
            yield from _lines(file)
        else:
            yield from _file(file, html)


def _file(file: Path, html: bool) -> Iterator[Copy]:
    data = file.read_bytes()
    kind = "html" if html else source_format(data, file.name)
    names = frozenset({file.stem, file.name})
    if kind in ("scrape", "text"):
        yield Copy(canonical(decode(data, file=file), file=file), str(file), names)
        return
    for one in READERS[kind](data, str(file), ReadOptions()):
        if isinstance(one, ArticleError):
            raise one
        more = {_address(one.url)} if one.url else set()
        yield Copy(one.text, str(file), names | {name for name in more if name})


def _lines(file: Path) -> Iterator[Copy]:
    for number, line in enumerate(text_lines(file), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise ProjectError(
                f"Not valid JSON: {error}",
                file=file,
                record=f"line {number}",
                mend="one JSON object a line, with 'text' and best with 'article_id' or 'url'",
            ) from None
        text = record.get("text") if isinstance(record, dict) else None
        if not isinstance(text, str):
            raise ProjectError(
                "A line has no text.", file=file, record=f"line {number}", field="text", expected="a string"
            )
        names = [record.get("article_id"), record.get("id"), _address(record.get("url"))]
        known = frozenset(name for name in names if isinstance(name, str))
        yield Copy(canonical(text, file=file), f"{file}:{number}", known)


def refuse_wrong(article_id: str, copy: Copy) -> CommuniqueError:
    """The error for a text that bears an article's name and has nothing of it."""
    return ProjectError(
        "This is not the article that its name says: not one paragraph or sentence of it was found.",
        file=copy.file,
        record=article_id,
        expected="a copy of this article, however changed",
        found="another text",
        mend="take the file away, or give it its own article's name",
    )
