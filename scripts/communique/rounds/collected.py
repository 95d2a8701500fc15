"""The annotations of a round as they lie on disk, by article and annotator."""

from __future__ import annotations

import hashlib
import json

from communique.annotation.files import load_annotation
from communique.annotation.model import Annotation
from communique.project import Project
from communique.rounds.round import Round, RoundArticle, RoundError, annotation_path
from communique.rounds.wellformed import check_records
from communique.schema import Schema

Collected = dict[str, dict[str, Annotation]]


def collect(project: Project, plan: Round, schema: Schema) -> Collected:
    """Article id -> annotator -> annotation, for every file that is there; both in the order of the plan.

    A file that is not there is an article that its annotator skipped or has not reached. Raises RoundError
    when a file belongs to another article or another text than the plan says, or holds a record that
    cannot be compared.
    """
    collected: Collected = {}
    for article in plan.articles:
        found = collected.setdefault(article.article_id, {})
        text = _text(project, article)
        for one in plan.annotators:
            path = annotation_path(project, plan.round, one.name, article.article_id)
            if not path.exists():
                continue
            annotation = load_annotation(path, schema)
            if (annotation.article_id, annotation.text_sha256) != (article.article_id, article.text_sha256):
                raise RoundError(
                    "The annotation belongs to another text than the round.",
                    file=path,
                    field="text_sha256",
                    expected=f"{article.article_id} with the digest {article.text_sha256}",
                    found=f"{annotation.article_id} with the digest {annotation.text_sha256}",
                    mend="re-anchor the annotation to the text of the round, or move the file away",
                )
            check_records(annotation, schema, path, text)
            found[one.name] = annotation
    return collected


def _text(project: Project, article: RoundArticle) -> str | None:
    """The round's text of an article; None where it is not there, or is another one now."""
    try:
        path = project.articles / f"{article.article_id}.json"
        text = json.loads(path.read_text(encoding="utf-8"))["text"]
        return text if hashlib.sha256(text.encode()).hexdigest() == article.text_sha256 else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def texts(project: Project, plan: Round) -> dict[str, str]:
    """The text of each article of the round. Raises RoundError when one is missing or has changed since."""
    found = {}
    for article in plan.articles:
        path = project.articles / f"{article.article_id}.json"
        try:
            text = json.loads(path.read_text(encoding="utf-8"))["text"]
        except (OSError, ValueError, KeyError, TypeError):
            raise RoundError(
                "The article of the round cannot be read.",
                file=path,
                mend="ingest it again: communique ingest",
            ) from None
        digest = hashlib.sha256(text.encode()).hexdigest()
        if digest != article.text_sha256:
            raise RoundError(
                "The text of the article has changed since the round was made.",
                file=path,
                field="text",
                expected=article.text_sha256,
                found=digest,
                mend="restore the text, or re-anchor the annotations and make a new round",
            )
        found[article.article_id] = text
    return found
