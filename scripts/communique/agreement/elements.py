"""HTML elements as a tree: what is put in as text can never become markup."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from xml.etree import ElementTree

Element = ElementTree.Element
Child = Element | str | None


def el(tag: str, *children: Child | list[Element], **attributes: str) -> Element:
    """An element; `class_` stands for class, `for_` for for. Children that are None are left out."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    last: Element | None = None
    for child in [one for part in children for one in (part if isinstance(part, list) else [part])]:
        if child is None:
            continue
        if isinstance(child, str):
            clean = "".join(sign if sign >= " " or sign in "\t\n" else "\ufffd" for sign in child)
            if last is None:
                made.text = (made.text or "") + clean
            else:
                last.tail = (last.tail or "") + clean
        else:
            made.append(child)
            last = child
    return made


def table(heads: list[str], rows: list[list[Child]], **attributes: str) -> Element:
    """A table with a head row."""
    return el(
        "table",
        el("thead", el("tr", [el("th", head) for head in heads])),
        el("tbody", [el("tr", [el("td", cell) for cell in row]) for row in rows]),
        **attributes,
    )


def document(title: str, body: list[Element]) -> str:
    """A page that holds all it needs and may ask for nothing: no scripts, and only its own style sheet."""
    style = files("communique.agreement").joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        el("style", style),
    )
    whole = el("html", head, el("body", body), lang="en")
    return "<!DOCTYPE html>\n" + ElementTree.tostring(whole, encoding="unicode", method="html") + "\n"
