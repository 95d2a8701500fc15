"""Statements for Discourse Network Analyzer (Leifeld): the table that DNA exports and rDNA reads.

One row is one statement of one source. `concept` and `agreement` are those of the statement; where nobody
coded a concept the cell is empty, since a content is not a concept.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from communique.annotation.source import Source
from communique.exchange.csv_bundle import neutralised
from communique.exchange.format import Record, WriteOptions, Written
from communique.exchange.items import items, put
from communique.text.spans import hull

COLUMNS = (
    "statement_id", "time", "document_id", "document_title", "document_author", "document_source", "document_section",
    "document_type", "start_position", "stop_position", "text", "coder", "person", "organization", "concept", "agreement",
)  # fmt: skip


def write(source: Source, out: Path, options: WriteOptions) -> Written:
    """`dna_statements.csv`. Positions count code points into the text, as DNA's do into its documents."""
    written = Written()
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items(source, options):
        for statement in item.rows.get("statements", ()):
            sources = statement["source_actor_ids"]
            if not sources:
                written.left_out["statement without a known source"] += 1
                continue
            for id in sources:
                row = _row(statement, item.actors[id], item.actors, item.article)
                writer.writerow(
                    ["" if v is None else neutralised(v) if isinstance(v, str) else v for v in row]
                )
                written.counts["statements"] += 1
                written.counts["without a concept"] += statement["concept_id"] is None
    put(out, "dna_statements.csv", sink.getvalue(), written)
    return written


def _row(statement: Record, actor: Record, actors: dict[str, Record], article: Record) -> list[Any]:
    person = actor["canonical_name"] if actor["actor_kind"] == "person" else None
    belongs = [actors[id]["canonical_name"] for id in actor["affiliated_with"] or () if id in actors]
    organization = (belongs[0] if belongs else None) if person else actor["canonical_name"]
    start, stop = hull(statement["content_spans"])
    agreement = None if statement["agreement"] is None else int(statement["agreement"])
    annotators = statement["provenance"]["annotators"]
    return [
        statement["statement_id"], article["published_on"], article["article_id"], article["title"], article["byline"],
        article["publisher"], statement["zone"], "article", start, stop, statement["content_text"], "; ".join(annotators),
        person, organization, statement["concept_id"], agreement,
    ]  # fmt: skip
