"""spaCy: one DocBin with the texts as Docs and the annotation as span groups.

Groups: `mentions` (label: the mention's type, kb_id: the actor), `sources`, `cues`, `contents`, `addressees`
(label: the statement), `triggers` (label: the event type). Ids of records are in `span.id_`. A span that does
not begin and end at tokens is widened to them and counted; `doc.user_data["communique"]` has the exact
offsets and the records.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from communique.annotation.source import Source
from communique.exchange.format import Record, WriteOptions, Written, need
from communique.exchange.items import Item, items, put, trimmed

GROUPS = {
    "source_spans": "sources",
    "cue_spans": "cues",
    "content_spans": "contents",
    "addressee_spans": "addressees",
}


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """`communique.spacy`. Raises ExchangeError when spaCy is not installed."""
    spacy, tokens = need("spacy", "spacy"), need("spacy.tokens", "spacy")
    written = Written()
    pipelines: dict[str, Any] = {}
    bins = tokens.DocBin(attrs=["ORTH", "SPACY"], store_user_data=True)
    for item in items(source, options):
        language = item.article["language"] or "xx"
        if language not in pipelines:
            pipelines[language] = _blank(spacy, language)
        doc = pipelines[language].make_doc(item.text)
        if doc.text != item.text:
            written.left_out["text that the tokenizer does not keep"] += 1
            continue
        _annotate(doc, item, source, written)
        bins.add(doc)
    put(out, "communique.spacy", bins.to_bytes(), written)
    return written


def _blank(spacy: Any, language: str) -> Any:
    try:
        return spacy.blank(language)
    except (ImportError, ValueError):
        return spacy.blank("xx")


def _annotate(doc: Any, item: Item, source: Source, written: Written) -> None:
    groups: dict[str, list[Any]] = {name: [] for name in ("mentions", *GROUPS.values(), "triggers")}

    def add(group: str, span: Record, label: str, id: str, actor: str = "") -> None:
        found = doc.char_span(span["start"], span["end"], label=label, kb_id=actor, span_id=id)
        if found is None:
            written.counts["spans widened to tokens"] += 1
            found = doc.char_span(
                span["start"], span["end"], label=label, kb_id=actor, span_id=id, alignment_mode="expand"
            )
        written.counts["spans"] += 1
        groups[group].append(found)

    for mention in item.annotation.tables.get("mentions", ()):
        add(
            "mentions",
            mention,
            mention["mention_type"] or "",
            mention["mention_id"],
            mention["actor_id"] or "",
        )
    for statement in item.annotation.tables.get("statements", ()):
        for column, group in GROUPS.items():
            for span in statement[column] or ():
                add(group, span, statement["statement_kind"] or "", statement["statement_id"])
    for action in item.annotation.tables.get("actions", ()):
        for span in action["trigger_spans"]:
            add("triggers", span, action["event_type"], action["action_id"])
    for name, spans in groups.items():
        doc.spans[name] = spans
    doc.user_data["communique"] = {
        "article": {name: value for name, value in item.article.items() if name != "text"},
        "provenance": item.annotation.provenance,
        "remarks": item.annotation.remarks,
        **{
            name: [trimmed(item, name, record, source) for record in found]
            for name, found in item.annotation.tables.items()
        },
    }
