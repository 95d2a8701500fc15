"""Read a folder of brat files: whose annotation is over which text, and PolNeAR's layout as a profile."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from communique.articles.draft import Zone
from communique.articles.readers.text import from_text
from communique.exchange import brat_own
from communique.exchange.assemble import assemble, safe
from communique.exchange.brat import BratFile, find_text, read_pair
from communique.exchange.format import Document, ExchangeError, Log, Pass, Reading, ReadOptions, files_of
from communique.exchange.mapping import POLNEAR, Mapping, load_mapping
from communique.schema import Schema

PROFILES = ("polnear",)


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The documents below `path`. Our own exports are known by their `communique.json`.

    Several .ann files over one text are passes of several annotators: named by the folder they lie in, or
    by what follows the text's name and an underscore. Raises ExchangeError for unknown labels and for
    offsets in another unit.
    """
    root = path if path.is_dir() else path.parent
    if (root / brat_own.SIDECAR).exists():
        return brat_own.read(root, options, schema, log)
    profile = options.profile or ("polnear" if _looks_like_polnear(root) else None)
    if profile not in (None, *PROFILES):
        raise ExchangeError("There is no such profile.", expected=", ".join(PROFILES), found=profile)
    mapping = load_mapping(options.mapping, schema) if options.mapping else POLNEAR if profile else Mapping()
    facts = _metadata(root) if profile else {}
    texts: dict[str, list[Path]] = defaultdict(list)
    for text in sorted(root.rglob("*.txt")):
        texts[text.stem].append(text)
    by_text: dict[Path, list[tuple[str | None, Path]]] = defaultdict(list)
    for ann in files_of(path, [".ann"]):
        log.seen["annotation files"] += 1
        try:
            text, annotator = find_text(ann, texts)
        except ExchangeError as error:
            log.refuse(ann, ann.stem, f"{error.message} {error.expected}")
            continue
        by_text[_first(text, texts)].append((annotator, ann))
    documents = []
    for text, passes in sorted(by_text.items()):
        document = _document(text, passes, mapping, options, schema, log, root, profile)
        if document is not None:
            _describe(document, facts.get(text.stem))
            documents.append(document)
    return Reading(documents, annotator_kind="person" if profile else None)


def _first(text: Path, texts: dict[str, list[Path]]) -> Path:
    """The first copy of a text of the same name and bytes, so that annotators' copies are one article."""
    for other in texts.get(text.stem, ()):
        if other.stat().st_size == text.stat().st_size and other.read_bytes() == text.read_bytes():
            return other
    return text


def _document(
    text: Path, files: list[tuple[str | None, Path]], mapping: Mapping, options: ReadOptions, schema: Schema,
    log: Log, root: Path, profile: str | None,
) -> Document | None:  # fmt: skip
    from communique.errors import CommuniqueError
    from communique.text.canonical import TextError

    passes = []
    content, raw = "", b""
    for annotator, ann in files:
        try:
            found, content, raw = read_pair(ann, text, options.offsets or "code-points", log, options.limit)
        except TextError as error:
            log.refuse(ann, ann.stem, error.message + (f" {error.found}" if error.found else ""))
            return None
        tables = assemble(found.graph, mapping, content, schema, log, ann)
        log.seen["spans"] += len(found.graph.marks)
        log.seen["spans exact"] += found.exact
        log.seen["frames"] += len(found.graph.frames)
        _count_notes(found, log)
        name = annotator or (ann.parent.name if len(files) > 1 else options.annotator) or "annotator"
        passes.append(Pass(safe(name), tables))
    try:
        draft = from_text(content, "utf-8")
    except CommuniqueError as error:
        log.refuse(text, text.stem, error.message)
        return None
    return Document(text.stem, draft, raw, passes, text.relative_to(root).as_posix())


def _count_notes(found: BratFile, log: Log) -> None:
    for notes in found.notes.values():
        for kind, _ in notes:
            log.unheld[f"note {kind}"] += 1
    log.unheld["reference to a knowledge base"] += sum(len(refs) for refs in found.references.values())
    if not log.unheld["reference to a knowledge base"]:
        del log.unheld["reference to a knowledge base"]


# PolNeAR


def _looks_like_polnear(root: Path) -> bool:
    return (root / "attributions").is_dir() and (root / "text").is_dir()


def _metadata(root: Path) -> dict[str, dict[str, str]]:
    """The rows of metadata.tsv by file name, from the corpus folder or one above it."""
    import csv

    for folder in (root, root.parent, root.parent.parent):
        path = folder / "metadata.tsv"
        if path.exists():
            with open(path, encoding="utf-8", newline="") as stream:
                rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
                return {row["filename"]: row for row in rows if row.get("filename")}
    return {}


def _describe(document: Document, row: dict[str, str] | None) -> None:
    if row is None:
        return

    def said(name: str) -> str | None:
        value = (row.get(name) or "").strip()
        return value if value not in ("", "None") else None

    draft = document.draft
    draft.publisher, draft.date_raw = said("publisher"), said("publication_date")
    draft.byline, draft.title = said("author"), said("title")
    extra: dict[str, Any] = {
        name: said(name) for name in ("compartment", "level", "wire", "credit") if said(name)
    }
    draft.extra = extra or None
    # The text holds no headline: what the reader took for one is a paragraph, unless it is the title.
    draft.zones = [
        Zone("body", z.start, z.end)
        if z.zone in ("headline", "standfirst") and draft.text[z.start : z.end].strip() != draft.title
        else z
        for z in draft.zones
    ]
