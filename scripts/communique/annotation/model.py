"""The annotation of one article in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The narrator: asserter of whatever no statement asserts, and a row of the actor registry.
AUTHOR = "AUTHOR"

Record = dict[str, Any]


@dataclass
class Annotation:
    """All records that one annotator, or adjudication, gives for one article.

    `tables` maps a table name of the schema (all but `articles`) to its records. A record holds every
    stored column; its offsets are code points into the article's text whose digest is `text_sha256`.
    `provenance` is that of the records that state none of their own.
    """

    article_id: str
    text_sha256: str
    provenance: Record
    remarks: str | None = None
    tables: dict[str, list[Record]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Record]:
        return self.tables[table]
