"""Texts of other corpora that no article may hold as they are: control characters are replaced, one for one.

An ingest refuses such a text, so that its source is mended. A corpus that others annotated can't be mended
without losing their offsets; U+FFFD in the place of each control character keeps every offset. The bytes
as received stay in `corpus/raw`.
"""

from __future__ import annotations

import re
from pathlib import Path

from communique.exchange.format import Log

REPLACEMENT = "\ufffd"
#: What `communique.text.canonical` refuses, apart from carriage returns, which it turns into line feeds.
REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def storable(text: str, file: Path | str, log: Log) -> str:
    """`text` with U+FFFD for each character that no article may hold; each is reported as a fault of the source."""
    for match in REFUSED.finditer(text):
        log.fault(
            file,
            f"character {match.start()}",
            f"U+{ord(match.group()):04X}, a control character, stands as U+FFFD",
        )
    return REFUSED.sub(REPLACEMENT, text)
