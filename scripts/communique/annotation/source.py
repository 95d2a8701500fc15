"""What a corpus is built from: articles, annotations, actor registry, and the corpus's own facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from communique.annotation.files import AnnotationError, load_actors, load_annotation
from communique.annotation.model import Annotation
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema, load_schema

Record = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A project ready to be built: `articles` are paths by id, `gold` the annotated ones among them."""

    project: Project
    schema: Schema
    facts: Record
    actors: dict[str, Record]
    articles: dict[str, Path]
    gold: dict[str, Path]

    def article(self, article_id: str) -> Record:
        """The record of an article. Raises ProjectError when its file is not a JSON object."""
        return read_json(self.articles[article_id])

    def annotation(self, article_id: str) -> Annotation | None:
        """The gold annotation of an article, or None. Raises AnnotationError when it belongs to another text."""
        path = self.gold.get(article_id)
        if path is None:
            return None
        annotation = load_annotation(path, self.schema)
        digest = self.article(article_id).get("text_sha256")
        if annotation.article_id != article_id or annotation.text_sha256 != digest:
            raise AnnotationError(
                "The annotation belongs to another text.",
                file=path,
                record=annotation.article_id,
                field="text_sha256",
                expected=f"{article_id} with the digest {digest}",
                found=annotation.text_sha256,
                mend="re-anchor the annotation to the present text, or restore the article",
            )
        return annotation


def open_source(project: Project) -> Source:
    """Find what there is to build. Raises ProjectError when gold annotates an article that is not there."""
    articles = {path.stem: path for path in sorted(project.articles.glob("*.json"))}
    gold = {path.stem: path for path in sorted(project.gold.glob("*.json"))}
    for article_id in sorted(set(gold) - set(articles)):
        raise ProjectError(
            "An annotation without its article.",
            file=gold[article_id],
            record=article_id,
            expected=f"an article {project.articles / (article_id + '.json')}",
            mend="ingest the article, or move the annotation away",
        )
    schema = load_schema(project.schema)
    actors = {actor["actor_id"]: actor for actor in load_actors(project.actors, schema)}
    return Source(project, schema, read_json(project.facts), actors, articles, gold)


def read_json(path: Path) -> Record:
    """A file that holds one JSON object. Raises ProjectError when it does not."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError("The file is missing.", file=path) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"Not a JSON file: {error}", file=path) from None
    if not isinstance(data, dict):
        raise ProjectError("Expected one JSON object.", file=path, found=type(data).__name__)
    return data
