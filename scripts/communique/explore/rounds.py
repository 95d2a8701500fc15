"""Where annotators differed: the report of each round that is shipped with the project, as a page of the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from communique.annotation.files import load_annotation
from communique.annotation.model import Annotation
from communique.project import Project
from communique.schema import Schema


@dataclass(frozen=True)
class Shipped:
    """A round on disk: its annotators with their kind, and their annotations by article."""

    name: str
    kinds: dict[str, str]
    collected: dict[str, dict[str, Annotation]]


def shipped_rounds(project: Project, schema: Schema) -> list[Shipped]:
    """The rounds of the project in which an article has two annotators, in the order of their names.

    Raises AnnotationError when a file of a round cannot be read.
    """
    made = []
    for plan in sorted(project.rounds.glob("*/round.json")):
        said: dict[str, Any] = json.loads(plan.read_text(encoding="utf-8"))
        kinds = {str(one["name"]): str(one["kind"]) for one in said["annotators"]}
        collected: dict[str, dict[str, Annotation]] = {}
        for article in said["articles"]:
            files = {name: plan.parent / name / f"{article['article_id']}.json" for name in kinds}
            found = {name: load_annotation(path, schema) for name, path in files.items() if path.exists()}
            if len(found) > 1:
                collected[str(article["article_id"])] = found
        if collected:
            made.append(Shipped(plan.parent.name, kinds, collected))
    return made


def round_page(one: Shipped, schema: Schema, texts: Mapping[str, str]) -> str:
    """The report of the round as a page of its own; `texts` of the articles whose words may be shown."""
    from communique.agreement.groups import group_article
    from communique.agreement.html import page
    from communique.agreement.report import agreement_report

    lengths = {article_id: len(text) for article_id, text in texts.items()}
    report = agreement_report(
        one.collected, schema, annotators=list(one.kinds), lengths=lengths, round_name=one.name
    )
    groupings = [group_article(found, schema, list(one.kinds)) for _, found in sorted(one.collected.items())]
    return page(report, groupings, texts, one.kinds)
