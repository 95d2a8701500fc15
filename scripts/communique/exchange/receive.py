"""Put the documents of another corpus into a project: articles, rounds, one gold pass each, actors."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from communique.annotation.files import annotation_tables, fill, load_actors, save_actors, save_annotation
from communique.annotation.model import AUTHOR, Annotation
from communique.articles import identity, store
from communique.articles.article import IngestOptions, RawFile, make_record, source_line
from communique.errors import CommuniqueError
from communique.exchange.blank import blank, lacking, lacking_provenance, relax
from communique.exchange.format import Document, ExchangeError, Log, Pass, Reading, Record
from communique.files import write_atomically
from communique.project import Project
from communique.rounds.round import Annotator, Round, RoundArticle, annotation_path, checked_name, save_round
from communique.schema import Schema, load_schema

#: Version of the guidelines for records that were not made under ours: no guidelines bear this number. It can't be
#: null, since a null version is how the tables say that an article is not annotated.
NOT_OURS = "0.0.0"


@dataclass(frozen=True)
class ReceiveOptions:
    """How an import is filed.

    `round` names the round under which each annotator's pass is kept, `annotator_kind` says who made the
    annotation where the source does not.
    `allow_null` lets the project's schema be widened where the source is silent. What `ingest`
    says of the articles (rights, language, publisher) is for those that the source is silent on.
    """

    round: str = "import"
    annotator_kind: str | None = None
    reviewed_by_person: bool = False
    allow_null: bool = False
    gold: bool = True
    rights: str | None = None
    rights_holder: str | None = None
    redistribution: str | None = None
    publisher: str | None = None
    language: str | None = None
    split: str = "train"
    received_on: date = field(default_factory=date.today)


@dataclass
class Received:
    """The outcome of an import. `records` counts what now stands in gold, by table."""

    articles: list[str] = field(default_factory=list)
    passes: int = 0
    several: int = 0
    records: Counter[str] = field(default_factory=Counter)
    widened: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def receive(project: Project, reading: Reading, log: Log, options: ReceiveOptions | None = None) -> Received:
    """Write a reading into `project`. Articles whose text is in already are annotated where they stand.

    All records are made before the first is written. Raises ExchangeError when the source leaves null what
    the project's schema wants (unless `allow_null`), or when gold of an article is there already.
    """
    options = options or ReceiveOptions()
    checked_name(options.round, "a round")
    schema = load_schema(project.schema)
    options = replace(options, annotator_kind=_kind(schema, reading, options))
    widened = _lacking(schema, reading, options)
    if widened and not options.allow_null:
        listed = ", ".join(f"{table}.{column}" for table, column in sorted(widened))
        raise ExchangeError(
            "The source does not say what the schema of this project wants.",
            file=project.schema,
            expected="values in " + listed,
            found="nothing: what a source lacks stays null",
            mend="import with --allow-null, which lets these columns be null in annotations/schema, "
            "or import into a project of its own made with 'communique init'",
        )
    with store.locked(project):
        filing = _Filing(project, schema, options, log)
        for document in reading.documents:
            filing.take(document)
        if widened:
            relax(schema, widened)
            schema = load_schema(project.schema)
        received = filing.write(schema, reading.actors)
    received.widened = sorted(widened)
    return received


def _kind(schema: Schema, reading: Reading, options: ReceiveOptions) -> str:
    """Who annotated, as the user or the source says. Raises ExchangeError when neither does and it is needed."""
    kind = options.annotator_kind or reading.annotator_kind
    kinds = schema.values("annotator_kind")
    needed = any(one.provenance is None for document in reading.documents for one in document.passes)
    if kind is None and not needed:
        return "mixed"
    if kind is None or kind not in kinds:
        raise ExchangeError(
            "Who made the annotation must be said."
            if kind is None
            else "There is no such kind of annotator.",
            field="--annotator-kind",
            expected=", ".join(kinds.by_const),
            found=kind or "nothing in the source",
            mend="give --annotator-kind person, program, language_model or mixed",
        )
    return kind


def _lacking(schema: Schema, reading: Reading, options: ReceiveOptions) -> set[tuple[str, str]]:
    found = lacking(schema, [("actors", reading.actors)])
    for document in reading.documents:
        for one in document.passes:
            found |= lacking(schema, one.tables.items())
            found |= lacking_provenance(schema, one.provenance or _provenance(options, one))
    return found


def _provenance(options: ReceiveOptions, one: Pass) -> Record:
    return {
        "round": options.round,
        "annotators": [one.annotator],
        "annotator_kind": options.annotator_kind,
        "decision": "imported",
        "reviewed_by_person": options.reviewed_by_person,
        "guideline_version": NOT_OURS,
    }


class _Filing:
    """One import: what will be written, decided document by document."""

    def __init__(self, project: Project, schema: Schema, options: ReceiveOptions, log: Log) -> None:
        self.project, self.schema, self.options, self.log = project, schema, options, log
        self.texts = {record["text_sha256"]: record["article_id"] for record in store.iter_articles(project)}
        self.ids = set(self.texts.values())
        self.raws: dict[str, bytes] = {}
        self.articles: list[tuple[Record, Record]] = []
        self.annotations: dict[str, list[tuple[str, Annotation]]] = {}
        self.received = Received()

    def take(self, document: Document) -> None:
        try:
            article_id, digest = self._article(document)
        except CommuniqueError as error:
            self.log.refuse(
                document.origin, document.name, f"the article: {error.message} {error.found or ''}".strip()
            )
            return
        if article_id in self.annotations or (
            self.options.gold and (self.project.gold / f"{article_id}.json").exists()
        ):
            self.log.refuse(
                document.origin, document.name, f"the article {article_id} has this annotation already"
            )
            return
        made = []
        for one in document.passes:
            annotation = Annotation(
                article_id, digest, one.provenance or _provenance(self.options, one), one.remarks
            )
            for table in annotation_tables(self.schema):
                records = one.tables.get(table.name, [])
                given = {"article_id": article_id, "provenance": annotation.provenance}
                annotation.tables[table.name] = [
                    fill(table, _globalised(r, article_id), given) for r in records
                ]
            made.append((one.annotator, annotation))
        self.annotations[article_id] = made

    def _article(self, document: Document) -> tuple[str, str]:
        """Id and text digest of the document's article; a new one is added to what will be written."""
        o = self.options
        ingest = IngestOptions(
            received_on=o.received_on, rights=o.rights or None, rights_holder=o.rights_holder, publisher=o.publisher,
            redistribution=o.redistribution, language=o.language, split=o.split,
        )  # fmt: skip
        name, _ = store.raw_name(self.project, document.name + ".txt", document.raw)
        if self.raws.get(name, document.raw) != document.raw:
            name = f"{name.removesuffix('.txt')}-{hashlib.sha256(document.raw).hexdigest()[:8]}.txt"
        draft = document.draft
        # Own words of a source about itself go before what the user said of all.
        said: dict[str, Any] = {
            k: None
            for k in ("rights", "rights_holder", "redistribution", "publisher", "language")
            if getattr(draft, k)
        }
        draft.zones = [replace(zone, duplicate_of=None) for zone in draft.zones]
        raw = RawFile.of(document.origin, name, document.raw, "text")
        record, notes = make_record(draft, raw, replace(ingest, **said), self.schema.values("redistribution"))
        record |= {
            k: v
            for k, v in document.article.items()
            if k in record and k not in ("source_file", "source_sha256")
        }
        known = self.texts.get(record["text_sha256"])
        if known is not None:
            self.received.articles.append(known)
            return known, record["text_sha256"]
        base = document.article_id or identity.base_id(record)
        record["article_id"], length = base, 6
        while record["article_id"] in self.ids:
            record["article_id"] = identity.suffixed(base, record, length)
            length += 2
        self.ids.add(record["article_id"])
        self.texts[record["text_sha256"]] = record["article_id"]
        self.raws[name] = document.raw
        self.articles.append((record, source_line(record, raw, draft, o.received_on)))
        self.received.articles.append(record["article_id"])
        self.received.notes += [
            f"{record['article_id']}: {note}" for note in notes if note.startswith("the date")
        ]
        return record["article_id"], record["text_sha256"]

    def write(self, schema: Schema, actors: list[Record]) -> Received:
        """Articles first, then rounds, then the registry, and gold last."""
        for name, data in self.raws.items():
            write_atomically(self.project.raw / name, data)
        store.append_sources(self.project, [line for _, line in self.articles])
        for record, _ in self.articles:
            store.save_article(self.project, record)
        self._rounds(schema)
        self._registry(schema, actors)
        for article_id, passes in self.annotations.items():
            self.received.passes += len(passes)
            self.received.several += len(passes) > 1
            if self.options.gold and passes:
                annotation = min(passes, key=lambda one: one[0])[1]
                save_annotation(annotation, self.project.gold / f"{article_id}.json", schema)
                self.received.records.update(
                    {name: len(rows) for name, rows in annotation.tables.items() if rows}
                )
        return self.received

    def _rounds(self, schema: Schema) -> None:
        if not any(len(passes) > 1 for passes in self.annotations.values()) and self.options.gold:
            return  # gold alone says it all
        assigned: dict[str, list[str]] = {}
        listed = []
        for article_id, passes in self.annotations.items():
            for annotator, annotation in passes:
                assigned.setdefault(annotator, []).append(article_id)
                path = annotation_path(self.project, self.options.round, annotator, article_id)
                save_annotation(annotation, path, schema)
            if passes:
                listed.append(RoundArticle(article_id, passes[0][1].text_sha256))
        # A round has no mixed annotators; which of the kinds took part the source does not say of each.
        kind = "person" if self.options.annotator_kind in (None, "mixed") else self.options.annotator_kind
        people = [Annotator(name, kind) for name in sorted(assigned)]
        save_round(
            self.project,
            Round(
                self.options.round, listed, people, 0, 0, "of another corpus", schema.fingerprint,
                assignments={name: assigned[name] for name in sorted(assigned)},
            ),
        )  # fmt: skip

    def _registry(self, schema: Schema, actors: Iterable[Record]) -> None:
        table = schema.table("actors")
        there = {actor["actor_id"]: actor for actor in load_actors(self.project.actors, schema)}
        whole = {**_provenance(self.options, Pass("import", {})), "annotators": ["import"]}
        new = [
            fill(table, actor, {"provenance": whole}) for actor in actors if actor["actor_id"] not in there
        ]
        uses_narrator = any(
            a["actions"] or a["statements"] for passes in self.annotations.values() for _, a in passes
        )
        if uses_narrator and AUTHOR not in there and AUTHOR not in {actor["actor_id"] for actor in new}:
            narrator = {
                "actor_id": AUTHOR, "canonical_name": "article narrator", "actor_kind": "media", "sector_code": "JRN",
                "qid_status": "none", "resolution": "implicit", "provenance": whole,
            }  # fmt: skip
            new.append(fill(table, narrator, {}))
        if new:
            save_actors([*there.values(), *new], self.project.actors, schema)


def _globalised(node: Any, article_id: str) -> Any:
    """A record with the article's id before each local id."""
    if isinstance(node, list):
        return [_globalised(item, article_id) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _id(value, article_id) if _is_reference(key) else _globalised(value, article_id)
        for key, value in node.items()
    }


def _is_reference(key: str) -> bool:
    return key.endswith(("_id", "_ids")) or key in (
        "view_of",
        "asserted_in",
        "affiliated_with",
        "set_members",
    )


def _id(value: Any, article_id: str) -> Any:
    if isinstance(value, list):
        return [_id(item, article_id) for item in value]
    if isinstance(value, str) and value.startswith("."):
        return article_id + value
    return value


def localised(node: Any, article_id: str) -> Any:
    """The inverse of what arrival does to ids: those that begin with the article's id are local again."""
    if isinstance(node, list):
        return [localised(item, article_id) for item in node]
    if not isinstance(node, dict):
        return node

    def bare(value: Any) -> Any:
        if isinstance(value, list):
            return [bare(item) for item in value]
        own = isinstance(value, str) and value.startswith(article_id + ".")
        return value[len(article_id) :] if own else value

    return {
        key: bare(value) if _is_reference(key) else localised(value, article_id)
        for key, value in node.items()
    }


def actor(schema: Schema, actor_id: str, name: str, **given: Any) -> Record:
    """A stored actor whose unsaid columns are null; an id that begins with a dot is of one article."""
    return blank(
        schema, "actors", {"actor_id": actor_id, "canonical_name": name, "qid_status": "none", **given}
    )
