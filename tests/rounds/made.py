"""Projects, articles and annotations made for the rounds' tests."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from communique.annotation.files import fill, load_annotation
from communique.annotation.model import Annotation
from communique.annotation.source import Source, open_source
from communique.project import Project
from communique.schema import Schema, load_schema

ROOT = Path(__file__).parents[2]
PROVENANCE = {
    "round": "r01",
    "annotators": ["ana"],
    "annotator_kind": "person",
    "decision": "single",
    "reviewed_by_person": True,
    "guideline_version": "0.1.0",
}

#: What breaks offsets and strings elsewhere: beyond U+FFFF, joined, combining, right to left, blanks, marks.
HOSTILE = (
    "\U0001f600 The minister \U0001f469\u200d\U0001f469\u200d\U0001f467 said\u00a0that"
    "   \u0645\u0631\u062d\u0628\u0627 would come.\n\n\n"
    'e\u0301cole &amp; <b>bold</b> "quoted" \u2028 line\ttab  \ufeff mark; \u202eabc\u202c the army attacked \U0001d518.'
)


def schema() -> Schema:
    """The project's own schema."""
    return load_schema(ROOT / "annotations" / "schema")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def article(article_id: str, text: str) -> dict[str, Any]:
    """What the rounds need of an article's record."""
    return {
        "article_id": article_id,
        "text": text,
        "text_sha256": digest(text),
        "title": f"Title of {article_id}",
    }


def annotation(article_id: str, text: str, tables: dict[str, list[dict[str, Any]]], of: Schema) -> Annotation:
    """An annotation with the defaults filled in."""
    made = Annotation(article_id, digest(text), dict(PROVENANCE))
    filled = {"article_id": article_id, "provenance": made.provenance}
    for name, table in of.tables.items():
        if name != "articles" and not table.is_view:
            made.tables[name] = [fill(table, one, filled) for one in tables.get(name, [])]
    return made


def project(folder: Path, texts: dict[str, str]) -> Source:
    """A project with these articles, the real schema, a registry of three and versioned guidelines."""
    shutil.copytree(ROOT / "annotations" / "schema", folder / "annotations" / "schema")
    home = Project(folder)
    home.guidelines.mkdir(parents=True)
    (home.guidelines / "VERSION").write_text("0.1.0\n", encoding="utf-8")
    home.articles.mkdir(parents=True)
    home.facts.write_text(json.dumps({"name": "test", "version": "0.1.0"}), encoding="utf-8")
    for number, text in texts.items():
        (home.articles / f"{number}.json").write_text(json.dumps(article(number, text)), encoding="utf-8")
    people = [
        ("AUTHOR", "article narrator", "media"),
        ("MIN", "The Minister", "person"),
        ("ARMY", "The Army", "armed_force"),
    ]
    lines = [
        {
            "actor_id": i,
            "canonical_name": n,
            "actor_kind": k,
            "qid_status": "none",
            "resolution": "named",
            "provenance": PROVENANCE,
        }
        for i, n, k in people
    ]
    home.actors.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return open_source(home)


def gold() -> tuple[Annotation, str]:
    """The first article's real annotation on a text that has its words at their places and dots elsewhere.

    The article itself is not ours to copy into the tests; for a conversion only the annotated words matter.
    """
    (path,) = list((ROOT / "annotations" / "gold").glob("guardian-20211207-*.json"))
    found = load_annotation(path, schema())
    letters: dict[int, str] = {}
    _letters(found.tables, letters)
    text = "".join(letters.get(at, "." if at % 7 else " ") for at in range(max(letters) + 20))
    found.text_sha256 = digest(text)
    return found, text


def _letters(node: Any, letters: dict[int, str]) -> None:
    if isinstance(node, list):
        for one in node:
            _letters(one, letters)
    elif isinstance(node, dict):
        if {"start", "end", "text"} <= set(node):
            letters.update(zip(range(node["start"], node["end"]), node["text"], strict=True))
        for one in node.values():
            _letters(one, letters)


def registry() -> dict[str, dict[str, Any]]:
    """The project's real registry by id."""
    from communique.annotation.files import load_actors

    return {one["actor_id"]: one for one in load_actors(ROOT / "annotations" / "actors.jsonl", schema())}


def span(text: str, words: str, nth: int = 0) -> dict[str, Any]:
    """The span of the nth occurrence of some words."""
    at = -1
    for _ in range(nth + 1):
        at = text.index(words, at + 1)
    return {"start": at, "end": at + len(words), "text": words}
