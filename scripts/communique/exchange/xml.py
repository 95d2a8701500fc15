"""Parse XML from strangers: no document type, no entities, no network, no huge trees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from communique.exchange.format import ExchangeError

_DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_dtd(data: bytes, file: Path | str) -> None:
    """Raises ExchangeError for XML with a document type declaration, also in UTF-16."""
    found = _DTD.search(data) or _DTD.search(data.replace(b"\0", b""))
    if found:
        raise ExchangeError(
            "The XML has a document type declaration, which is refused.",
            file=file,
            expected="XML without DOCTYPE and entities",
            found=f"{found.group().decode()} at byte {found.start()}",
            mend="remove the declaration; expand its entities first if the content uses them",
        )


def parse_xml(data: bytes, file: Path | str) -> Any:
    """The root element (lxml).

    Raises ExchangeError for XML that is not well-formed and for any document type declaration: no format
    read here has one, and it is how entity bombs and external entities come in.
    """
    from lxml import etree  # type: ignore[import-untyped]

    refuse_dtd(data, file)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ExchangeError(f"Not well-formed XML: {error}", file=file) from None
