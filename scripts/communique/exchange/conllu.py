"""CoNLL-U: sentences, words with their place in the text, and entities in brackets (CorefUD and GUM)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from communique.exchange.format import ExchangeError, Log

_ENTITY = re.compile(r"\(([^()]+)(\))?|([^()]+)\)")
OWN = "communique::article"
_PART = re.compile(r"\[([0-9]+)/([0-9]+)\]$")


@dataclass
class Word:
    """A syntactic word. `start` and `end` are its place in the document's text; `head` is 0 for a root."""

    id: int
    form: str
    lemma: str
    upos: str
    head: int
    deprel: str
    misc: dict[str, str]
    start: int = -1
    end: int = -1


@dataclass
class Sentence:
    """Words of a sentence, its comments, and whether a paragraph begins with it."""

    words: list[Word] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    paragraph: bool = False


@dataclass
class Entity:
    """One mention: the cluster it is in, its fields by name, and its words as indices into the document's words."""

    group: str
    fields: dict[str, str]
    words: list[int]


@dataclass
class ConlluDocument:
    """A document: its text, sentences, all words in order, entities and metadata."""

    name: str
    meta: dict[str, str] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    text: str = ""
    words: list[Word] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    paragraphs: list[tuple[int, int, str]] = field(default_factory=list)
    #: Comments `communique::record`, of which our own exports have many.
    records: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether all spaces of the text are written down, as in our own exports."""
        return OWN in self.meta


def parse(content: str, file: Path | str, log: Log) -> list[ConlluDocument]:
    """The documents of a file, each with its text rebuilt from the words and `SpaceAfter=No`.

    Sentences are joined by a blank, paragraphs by a line feed. A sentence that differs from its `# text`
    is a fault. Raises ExchangeError for a line without ten columns.
    """
    documents: list[ConlluDocument] = []
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(content.replace("\r\n", "\n").split("\n"), start=1):
        if line.strip():
            lines.append((number, line))
            continue
        if lines:
            _sentence(lines, documents, file, log)
            lines = []
    if lines:
        _sentence(lines, documents, file, log)
    for document in documents:
        document.entities = _entities(document, file, log)
    return documents


def _sentence(
    lines: list[tuple[int, str]], documents: list[ConlluDocument], file: Path | str, log: Log
) -> None:
    sentence = Sentence()
    meta: dict[str, str] = {}
    records: list[str] = []
    rows: list[list[str]] = []
    for number, line in lines:
        if line.startswith("#"):
            key, _, value = line[1:].partition("=")
            if key.strip() == "communique::record":
                records.append(value.strip())
            else:
                meta[key.strip()] = value.strip()
            continue
        row = line.split("\t")
        if len(row) != 10:
            raise ExchangeError(
                "Not a line of CoNLL-U.", file=file, record=f"line {number}", expected="10 columns parted by tabs",
                found=f"{len(row)} columns: {line[:60]!r}",
            )  # fmt: skip
        rows.append(row)
    if "newdoc id" in meta or "newdoc" in meta or not documents:
        documents.append(ConlluDocument(meta.get("newdoc id") or Path(str(file)).stem))
    document = documents[-1]
    document.meta.update({k: v for k, v in meta.items() if k.startswith(("meta::", "global.", "communique"))})
    document.records += records
    sentence.comments = meta
    sentence.paragraph = any(key.partition(" id")[0] == "newpar" for key in meta) or not document.sentences
    _words(document, sentence, rows)
    said = meta.get("text")
    made = document.text[sentence.words[0].start : sentence.words[-1].end] if sentence.words else ""
    if said is not None and made.strip() != said.strip():
        log.fault(
            file, meta.get("sent_id", "?"), f"# text and the words differ: {said[:50]!r}, {made[:50]!r}"
        )
    document.sentences.append(sentence)


def _words(document: ConlluDocument, sentence: Sentence, rows: list[list[str]]) -> None:
    """Append the sentence to the document's text and give each word its place."""
    if document.text and not document.exact:
        if sentence.paragraph:
            document.text = document.text.rstrip(" ") + "\n"
        elif not document.text.endswith(" ") and not _glued(document):
            document.text += " "
    if not document.words and rows:
        document.text += _spaces(_misc(rows[0][9]).get("SpacesBefore", ""))
    begin = len(document.text)
    until, piece, inside = 0, (0, 0), 0
    for row in rows:
        id, misc = row[0], _misc(row[9])
        if "-" in id:
            until = int(id.split("-")[1])
            piece, inside = _add(document, row[1], misc), 0
            continue
        if "." in id:
            continue  # a word that was left out of the text
        word = Word(int(id), row[1], row[2], row[3], int(row[6]) if row[6].isdigit() else 0, row[7], misc)
        if int(id) <= until:
            # A word inside a surface token: its own letters where they stand there, else the whole token.
            at = document.text.find(word.form, piece[0] + inside, piece[1])
            word.start, word.end = (at, at + len(word.form)) if at >= 0 else piece
            inside = word.end - piece[0] if at >= 0 else inside
        else:
            word.start, word.end = _add(document, word.form, misc)
        sentence.words.append(word)
        document.words.append(word)
    block = sentence.comments.get("newpar_block", sentence.comments.get("newpar", ""))
    if sentence.paragraph:
        document.paragraphs.append((begin, len(document.text.rstrip(" ")), block))
    elif document.paragraphs:
        document.paragraphs[-1] = (
            document.paragraphs[-1][0],
            len(document.text.rstrip(" ")),
            document.paragraphs[-1][2],
        )


def _glued(document: ConlluDocument) -> bool:
    last = document.sentences[-1].words if document.sentences else []
    return bool(last) and last[-1].misc.get("SpaceAfter") == "No"


def _add(document: ConlluDocument, form: str, misc: dict[str, str]) -> tuple[int, int]:
    start = len(document.text)
    document.text += form
    end = len(document.text)
    if "SpacesAfter" in misc:
        document.text += _spaces(misc["SpacesAfter"])
    elif misc.get("SpaceAfter") != "No":
        document.text += " "
    return start, end


def _spaces(written: str) -> str:
    """White space as UDPipe and UD write it in MISC."""
    codes = {"s": " ", "n": "\n", "t": "\t", "r": "", "p": "|"}
    return re.sub(r"\\(.)", lambda match: codes.get(match[1], match[1]), written)


def _misc(cell: str) -> dict[str, str]:
    if cell == "_":
        return {}
    return {key: value for key, _, value in (item.partition("=") for item in cell.split("|"))}


def _entities(document: ConlluDocument, file: Path | str, log: Log) -> list[Entity]:
    """Mentions in the order in which they begin; parts of one discontinuous mention are joined."""
    names = document.meta.get("global.Entity", "GRP-etype").split("-")
    found: list[Entity] = []
    open_: dict[str, list[Entity]] = {}
    parts: dict[tuple[str, int], Entity] = {}
    for index, word in enumerate(document.words):
        for match in _ENTITY.finditer(word.misc.get("Entity", "")):
            head, single, close = match.groups()
            if close is not None:
                stack = open_.get(close) or open_.get(_PART.sub("", close))
                if not stack:
                    log.fault(file, f"word {index + 1}", f"the entity {close} ends without having begun")
                    continue
                entity = stack.pop()
                entity.words += range(entity.words[-1] + 1, index + 1)
                continue
            values = head.split("-", len(names) - 1)
            group = values[0]
            entity = Entity(_PART.sub("", group), dict(zip(names, values, strict=False)), [index])
            part = _PART.search(group)
            first = parts.get((entity.group, int(part[2]))) if part and part[1] != "1" else None
            if first is not None:
                entity.words = first.words
                entity.words.append(index)
                entity = first
            else:
                found.append(entity)
                if part:
                    parts[entity.group, int(part[2])] = entity
            if not single:
                open_.setdefault(group, []).append(entity)
    for group, left in open_.items():
        for entity in left:
            log.fault(file, f"word {entity.words[0] + 1}", f"the entity {group} never ends")
            found.remove(entity)
    for entity in found:
        if entity.fields.get("identity"):
            entity.fields["identity"] = unquote(entity.fields["identity"])
    return found
