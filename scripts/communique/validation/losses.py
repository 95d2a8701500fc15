"""What a restored corpus lacks: the report of `communique hydrate`, so that what was not restored is no fault."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHY = "words of the article were not restored"

#: Checks whose finding is in one record and whose reason may be in another that was not restored.
ELSEWHERE = frozenset(
    {
        "L2/group-without-mention",
        "L2/event-without-action",
        "L3/child-outside-parent",
        "L3/parent-not-innermost",
        # Lines that only the reader's copy has, as advertisements, are in no zone.
        "L3/zone-gap",
        "L4/cue-not-realised",
        "L4/conditional-without-condition",
        # Values that were sealed come back with most of the text only.
        "L4/time-without-expression",
        "L4/time-says-nothing",
    }
)


@dataclass(frozen=True)
class Losses:
    """Articles that were restored in part or from another text, and the records (table, key) of which a span is missing."""

    articles: frozenset[str] = frozenset()
    records: frozenset[tuple[str, str]] = frozenset()


def read_losses(root: Path, manifest: dict[str, Any] | None) -> Losses:
    """The losses that the report beside the manifest lists; none where nothing was restored or no report is there."""
    if not (manifest or {}).get("hydrated"):
        return Losses()
    from communique.corpus.hydrate import REPORT

    try:
        documents = json.loads((root / REPORT).read_text(encoding="utf-8"))["documents"]
        other = [one for one in documents if one["status"] == "partial" or one["text"] == "drifted"]
        records = {(lost["table"], lost["key"]) for one in other for lost in one["lost"]}
        return Losses(frozenset(one["article_id"] for one in other), frozenset(records))
    except (OSError, ValueError, KeyError, TypeError):
        return Losses()
