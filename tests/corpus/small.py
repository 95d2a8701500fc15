"""Whole rows of a small corpus with made-up texts: what a build would give, without the files."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from communique.annotation.derive import derive, derive_actors
from communique.annotation.files import annotation_tables, fill
from communique.annotation.model import Annotation
from communique.corpus.claims import claims
from communique.schema import Schema
from communique.text.canonical import NORMALISER, digest

Record = dict[str, Any]
Tables = dict[str, list[Record]]

PROVENANCE = {
    "round": "r01", "annotators": ["a"], "annotator_kind": "language_model", "decision": "single",
    "reviewed_by_person": False, "guideline_version": "0.1.0",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """One article to make: spans are (start, end) into its text; notes go to its records in turn."""

    article_id: str
    text: str
    spans: Sequence[tuple[int, int]] = ()
    redistribution: str = "annotations_only"
    notes: Sequence[str] = ()
    title: str | None = None


def article_of(one: Text) -> Record:
    return {
        "article_id": one.article_id, "url": f"https://example.org/{one.article_id}", "publisher": "Example",
        "title": one.title, "byline": None, "published_on": "2021-12-07", "date_raw": None, "language": "en",
        "paragraph_order": "original", "quotation_marks": "kept", "apostrophes": "kept",
        "detections": [{"feature": "quotation_marks", "value": "kept", "confidence": 0.9, "evidence": one.text[:40] or "-"}],
        "rights": None, "rights_holder": None, "redistribution": one.redistribution, "split": "train",
        "source_format": "text", "source_file": f"{one.article_id}.txt", "source_record": None,
        "source_sha256": digest(one.text), "normaliser": NORMALISER, "text_sha256": digest(one.text),
        "char_count": len(one.text), "extra": {"note": "none"}, "text": one.text, "remarks": None,
        "guideline_version": "0.1.0",
        "zones": [{"zone_id": 0, "zone": "body", "start": 0, "end": len(one.text), "duplicate_of": None}],
    }  # fmt: skip


def tables_of(texts: Sequence[Text], schema: Schema, seed: int = 0) -> Tables:
    """Every span is a mention; spans in pairs are cue and content of statements, or trigger and theme."""
    rng = random.Random(seed)
    registry = [_filled(schema, "actors", actor_id=name, canonical_name=name.title(), actor_kind="person",
                        qid_status="none", resolution="named") for name in ("AUTHOR", "ONE", "TWO")]  # fmt: skip
    tables: Tables = {name: [] for name in schema.tables}
    actors: list[Record] = list(registry)
    for one in texts:
        article = article_of(one)
        annotation = _annotation(one, schema, rng)
        by_id = {row["actor_id"]: row for row in [*registry, *annotation["actors"]]}
        rows = derive(annotation, article, by_id, schema)
        names = {key: row["canonical_name"] for key, row in by_id.items()}
        rows["claims"] = claims(
            rows["actions"], {row["event_id"]: row["gloss"] for row in rows["events"]}, names
        )
        actors += rows.pop("actors")
        tables["articles"].append(article)
        for name, found in rows.items():
            tables[name] += found
    tables["actors"] = derive_actors(actors, tables["mentions"])
    return tables


def _annotation(one: Text, schema: Schema, rng: random.Random) -> Annotation:
    spans = [{"start": start, "end": end, "text": one.text[start:end]} for start, end in one.spans]
    notes = iter(one.notes)
    made = Annotation(one.article_id, digest(one.text), PROVENANCE)
    made.tables = {table.name: [] for table in annotation_tables(schema)}
    group = f"{one.article_id}.GROUP"
    made.tables["actors"].append(
        _filled(
            schema,
            "actors",
            actor_id=group,
            article_id=one.article_id,
            canonical_name="some people",
            actor_kind="group",
            qid_status="none",
            resolution="nominal",
        )
    )
    for number, span in enumerate(spans):
        made.tables["mentions"].append(
            _filled(
                schema,
                "mentions",
                mention_id=f"{one.article_id}.m{number}",
                article_id=one.article_id,
                actor_id=rng.choice(["ONE", "TWO", group, None]),
                mention_type="NAM",
                note=next(notes, None),
                **span,
            )
        )
    for number in range(0, len(spans) - 3, 4):
        cue, content, trigger, theme = spans[number : number + 4]
        content_spans = sorted([content, theme], key=lambda span: span["start"])
        if content_spans[0]["end"] > content_spans[1]["start"]:
            content_spans = [content]
        key = f"{one.article_id}.S{number}"
        made.tables["statements"].append(
            _filled(
                schema,
                "statements",
                statement_id=key,
                article_id=one.article_id,
                layer="core",
                statement_kind="assertion",
                source_actor_ids=["ONE"],
                source_form="named",
                cue_spans=[cue],
                cue_class="neutral",
                content_spans=content_spans,
                mode="indirect",
                speech_act="inform",
                cue_lemma=cue["text"].lower(),
                note=next(notes, None),
                time={"value": None, "expression": trigger["text"], "basis": "expression", "modifier": None},
            )
        )
        event = f"{one.article_id}.V{number}"
        made.tables["events"].append(
            _filled(
                schema,
                "events",
                event_id=event,
                article_id=one.article_id,
                gloss=next(notes, "something"),
                event_type="CONSULT",
            )
        )
        made.tables["actions"].append(
            _filled(
                schema,
                "actions",
                action_id=f"{one.article_id}.E{number}",
                article_id=one.article_id,
                event_id=event,
                trigger_spans=[trigger],
                event_type="CONSULT",
                mode="visit",
                status="occurred",
                theme=theme,
                polarity="positive",
                certainty="certain",
                agents=[{"actor_id": "ONE", "span": cue, "implicit": False}],
            )
        )
    return made


def _filled(schema: Schema, table: str, **record: Any) -> Record:
    return fill(schema.table(table), record, {"article_id": None, "provenance": PROVENANCE})
