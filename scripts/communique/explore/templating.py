"""Jinja with everything escaped, and the words that all pages share."""

from __future__ import annotations

import json
import re
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from communique.explore.links import fragment, web_address

#: A lone surrogate has no UTF-8; JSON can spell it.
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Nothing but the site's own files; no inline script or style, no frames, no forms, no outside request.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'"
)


def environment() -> Environment:
    """The templates of the site. Every value is escaped, in whatever file; an unknown name is an error."""
    made = Environment(
        loader=PackageLoader("communique.explore"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["fragment"] = fragment
    made.filters["count"] = lambda number: f"{number:,}"
    made.tests["web_address"] = lambda address: web_address(address) is not None
    made.globals["policy"] = POLICY
    made.globals["data"] = data_block
    return made


def script_json(data: Any) -> str:
    """JSON that may stand in a script file or a script element: no `<`, no line separators of JavaScript."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def data_block(data: Any) -> Markup:
    """The inside of a `<script type="application/json">`: data that no browser executes and no sign of which ends it."""
    return Markup(script_json(data))
