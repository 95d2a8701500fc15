"""Read CoNLL-U with entities, in GUM's profile: mentions, coreference, Wikipedia titles, RST attributions."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

from communique.articles.draft import Draft, Zone
from communique.exchange import conllu, rst
from communique.exchange.blank import blank
from communique.exchange.conllu import ConlluDocument, Entity, Word
from communique.exchange.format import Document, Log, Pass, Reading, ReadOptions, Record, bounded, files_of
from communique.exchange.nesting import nest
from communique.exchange.receive import actor
from communique.exchange.received_text import storable
from communique.schema import Schema
from communique.text.canonical import decode
from communique.text.spans import make_span

#: Types of entities that are actors in our sense; places and things are mentions of what is no actor.
ACTORS = ("person", "organization")
_FORMS = {"PROPN": "NAM", "PRON": "PRO", "NOUN": "NOM", "ADJ": "ADJ"}
#: Fields of an entity that no column of ours holds, in words.
_LOST = {
    "infstat": "information status", "salience": "salience", "centering": "centering", "minspan": "head words",
    "link": "type of coreference link",
}  # fmt: skip


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The documents below `path`; an .rs3 or .rs4 file of the same name gives statements."""
    from communique.exchange import conllu_own

    documents: list[Document] = []
    registry: dict[str, Record] = {}
    for file in files_of(path, [".conllu", ".conllup"]):
        content = storable(decode(bounded(file, options.limit), file=file), file, log)
        for found in conllu.parse(content, file, log):
            if conllu_own.MARK in found.meta:
                document, actors = conllu_own.document(found, file, schema, log)
                registry |= actors
            else:
                document = _document(found, file, options, schema, log, registry)
            documents.append(document)
    gum = any(document.name.startswith("GUM_") for document in documents)
    return Reading(documents, list(registry.values()), "mixed" if gum else None)


def _document(
    found: ConlluDocument,
    file: Path,
    options: ReadOptions,
    schema: Schema,
    log: Log,
    registry: dict[str, Record],
) -> Document:
    text = found.text.rstrip(" ")
    draft = Draft(text, _zones(found), "utf-8", order_evidence="the paragraphs are marked in the source")
    meta = {
        key.removeprefix("meta::"): value for key, value in found.meta.items() if key.startswith("meta::")
    }
    draft.title, draft.url, draft.date_raw = meta.get("title"), meta.get("sourceURL"), meta.get("dateCreated")
    if draft.url and "wikinews.org/" in draft.url:
        draft.publisher, draft.rights, draft.redistribution = "Wikinews", "CC-BY-2.5", "text_ok"
    else:
        draft.byline = meta.get("author")
    draft.extra = {"document": found.name, **{k: meta[k] for k in ("genre", "dateModified") if k in meta}}
    tables: dict[str, list[Record]] = {}
    actors = _clusters(found, schema, registry, tables)
    tables["mentions"] = _mentions(found, text, actors, schema, log, file)
    trees = [path for suffix in (".rs4", ".rs3") if (path := file.with_name(found.name + suffix)).exists()]
    if trees:
        tree = rst.parse(bounded(trees[0], options.limit), trees[0])
        tables["statements"] = _statements(found, text, tree, actors, schema, log, trees[0])
    for name, records in tables.items():
        log.seen[name] += len(records)
    log.unheld["words with part of speech and syntax"] += len(found.words)
    return Document(
        found.name, draft, text.encode("utf-8"), [Pass(options.annotator or "gum", tables)], file.name
    )


def _zones(found: ConlluDocument) -> list[Zone]:
    zones, first = [], True
    for start, end, block in found.paragraphs:
        if start < end:
            head = block.startswith("head") and first
            zones.append(
                Zone("headline" if head else "caption" if "caption" in block else "body", start, end)
            )
            first = False
    return zones


def _type(entity: Entity) -> str:
    return entity.fields.get("etype") or entity.fields.get("type") or "unknown"


def _clusters(
    found: ConlluDocument, schema: Schema, registry: dict[str, Record], tables: dict[str, list[Record]]
) -> dict[str, str]:
    """Actor id by cluster; actors with a Wikipedia title go to the registry, the others stay in the article."""
    clusters: dict[str, list[Entity]] = {}
    for entity in found.entities:
        clusters.setdefault(entity.group, []).append(entity)
    ids = {}
    for group, entities in clusters.items():
        if Counter(map(_type, entities)).most_common(1)[0][0] not in ACTORS:
            continue
        titles = Counter(title for e in entities if (title := e.fields.get("identity")))
        names = [_words(found, e) for e in entities if _form(found, e) == "NAM"]
        resolution = "named" if names or titles else "nominal"
        if titles:
            title = titles.most_common(1)[0][0]
            id = registry_id(title)
            registry.setdefault(
                id,
                actor(
                    schema,
                    id,
                    title.replace("_", " "),
                    resolution=resolution,
                    note=f"English Wikipedia: {title}",
                ),
            )
        else:
            id = f".a{group}"
            name = max(names, key=len) if names else _words(found, entities[0])
            tables.setdefault("actors", []).append(actor(schema, id, name, resolution=resolution))
        ids[group] = id
    return ids


def registry_id(title: str) -> str:
    """A registry id from a title: `Saudi_Arabia`; with a digest where letters had to be dropped."""
    import hashlib

    from anyascii import anyascii

    bare = re.sub(r"[^A-Za-z0-9_-]", "_", title if title.isascii() else anyascii(title)).lstrip("_-")[:140]
    exact = bare == title
    return bare if exact and bare else f"{bare or 'actor'}-{hashlib.sha256(title.encode()).hexdigest()[:6]}"


def _words(found: ConlluDocument, entity: Entity) -> str:
    return found.text[found.words[entity.words[0]].start : found.words[entity.words[-1]].end]


def _head(found: ConlluDocument, indices: list[int]) -> Word:
    """The word that the others hang on: the first whose own head lies outside."""
    words = [found.words[index] for index in indices]
    inside = {word.id for word in words}
    return next((word for word in words if word.head not in inside), words[0])


def _form(found: ConlluDocument, entity: Entity) -> str | None:
    head = _head(found, entity.words)
    if head.upos == "PROPN" and head.deprel in ("compound", "amod"):
        return "ADJ"
    return _FORMS.get(head.upos)


def _mentions(
    found: ConlluDocument, text: str, actors: dict[str, str], schema: Schema, log: Log, file: Path
) -> list[Record]:
    records = []
    for entity in found.entities:
        first, last = entity.words[0], entity.words[-1]
        if entity.words != list(range(first, last + 1)):
            log.refuse(file, f"entity {entity.group} at word {first + 1}", "a discontinuous mention")
            continue
        id = actors.get(entity.group)
        given = {
            "mention_id": f".M{first + 1}-{last + 1}-{re.sub(r'[^A-Za-z0-9_-]', '_', entity.group)}",
            "actor_id": id,
            **make_span(text, found.words[first].start, found.words[last].end),
            "mention_type": _form(found, entity),
            "nonactor_type": None if id else _type(entity),
        }
        records.append(blank(schema, "mentions", given))
        for name, words in _LOST.items():
            if entity.fields.get(name):
                log.unheld[words] += 1
        if id is None:
            log.unheld["coreference of what is no actor"] += 1
            if entity.fields.get("identity"):
                log.unheld["Wikipedia title of what is no actor"] += 1
    for word in found.words:
        log.unheld.update(
            f"MISC {n}" for n in ("Bridge", "SplitAnte", "Discourse", "MSeg", "XML") if n in word.misc
        )
    return records


# RST


def _statements(
    found: ConlluDocument,
    text: str,
    tree: rst.Tree,
    actors: dict[str, str],
    schema: Schema,
    log: Log,
    file: Path,
) -> list[Record]:
    try:
        words = _align(found, tree)
    except ValueError as error:
        log.refuse(file, f"{len(tree.attributions())} attributions", str(error))
        return []
    for relation, count in tree.relations().items():
        if not relation.startswith("attribution"):
            log.unheld["other RST relations"] += count
    mentions = {}
    for entity in sorted(found.entities, key=lambda e: len(e.words)):
        if entity.group in actors:
            mentions[_head(found, entity.words).start] = actors[
                entity.group
            ]  # the longest with this head stays
    records = []
    for node in tree.attributions():
        log.seen["attribution relations"] += 1
        try:
            records.append(_statement(found, text, tree, node, words, mentions, schema))
        except ValueError as error:
            log.refuse(file, f"node {node.id}", str(error))
    log.seen["statements with a source"] += sum(bool(record["source_spans"]) for record in records)
    log.seen["statements with a known source"] += sum(bool(record["source_actor_ids"]) for record in records)
    log.seen["nested statements"] += nest(records)
    return records


def _align(found: ConlluDocument, tree: rst.Tree) -> list[list[int]]:
    """For each elementary unit the indices of its words. Raises ValueError when the two files differ."""
    at, units = 0, []
    for id in tree.segments:
        forms = (tree.nodes[id].text or "").split()
        here = list(range(at, at + len(forms)))
        for index, form in zip(here, forms, strict=True):
            if index >= len(found.words) or found.words[index].form != form:
                there = found.words[index].form if index < len(found.words) else "the end"
                raise ValueError(f"unit {id} has {form!r} where the sentence has {there!r}")
        units.append(here)
        at += len(forms)
    if at != len(found.words):
        raise ValueError(f"the units have {at} words, the sentences {len(found.words)}")
    return units


def _statement(
    found: ConlluDocument, text: str, tree: rst.Tree, node: rst.Node, units: list[list[int]], mentions: dict[int, str],
    schema: Schema,
) -> Record:  # fmt: skip
    satellite = [index for unit in tree.satellite(node.id) for index in units[unit]]
    own = [index for unit in tree.units(node.id) for index in units[unit]]
    content = [i for unit in tree.units(str(node.parent)) for i in units[unit] if i not in set(satellite)]
    if not content:
        raise ValueError("no content: the nucleus has no words of its own")
    source, cue = _roles(found, own)
    cue = _without_edges(found, cue)
    if not cue:
        raise ValueError("no cue: the attributing unit has no word besides its source")
    head = found.words[source[0]] if source else None
    if source:
        head = _head(found, source)
    who = mentions.get(head.start) if head else None
    given: dict[str, Any] = {
        "statement_id": f".A{node.id}",
        "source_actor_ids": [who] if who else [],
        "source_spans": _spans(found, text, source),
        "cue_spans": _spans(found, text, cue),
        "content_spans": _spans(found, text, content),
        "statement_status": "negated" if node.relation == "attribution-negative" else None,
    }
    return blank(schema, "statements", given)


def _roles(found: ConlluDocument, unit: list[int]) -> tuple[list[int], list[int]]:
    """Source and cue inside an attributing unit, by its syntax: the subject of its verb, or what follows "according to"."""
    by_id = {found.words[index].start: index for index in unit}
    inside = set(unit)
    head = _head(found, unit)
    sentence = next(s for s in found.sentences if head in s.words)
    below: dict[int, list[Word]] = {}
    for word in sentence.words:
        below.setdefault(word.head, []).append(word)

    def subtree(word: Word) -> set[int]:
        found_ = {by_id[word.start]} if word.start in by_id else set()
        for child in below.get(word.id, ()):
            found_ |= subtree(child)
        return found_ & inside

    subject = next(
        (w for w in below.get(head.id, ()) if w.deprel == "nsubj" and by_id.get(w.start) in inside), None
    )
    if subject is not None:
        source = subtree(subject)
    else:
        case = next(
            (w for w in below.get(head.id, ()) if w.deprel == "case" and w.lemma in ("accord", "according")),
            None,
        )
        source = subtree(head) - subtree(case) if case is not None else set()
        source = set(_without_edges(found, sorted(source)))
    return sorted(source), [index for index in unit if index not in source]


def _without_edges(found: ConlluDocument, indices: list[int]) -> list[int]:
    while indices and found.words[indices[-1]].upos == "PUNCT":
        indices = indices[:-1]
    while indices and found.words[indices[0]].upos == "PUNCT":
        indices = indices[1:]
    return indices


def _spans(found: ConlluDocument, text: str, indices: list[int]) -> list[Any]:
    """Runs of neighbouring words as spans."""
    runs: list[list[int]] = []
    for index in sorted(indices):
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [make_span(text, found.words[run[0]].start, found.words[run[-1]].end) for run in runs]
