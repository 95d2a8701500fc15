"""One more annotator for a round that exists: nothing that was annotated or decided before changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from communique.annotation.files import load_annotation, save_annotation
from communique.annotation.model import Annotation, Record
from communique.annotation.source import Source
from communique.rounds.design import ALL, in_own_order
from communique.rounds.round import (
    KINDS,
    Annotator,
    Round,
    RoundError,
    annotation_path,
    checked_name,
    round_path,
    save_round,
)
from communique.rounds.wellformed import check_records


def add_annotator(
    source: Source,
    plan: Round,
    annotator: Annotator,
    articles: Sequence[str],
    files: Sequence[Path] = (),
) -> Round:
    """Add an annotator to a round and save it. Those before keep their articles, orders and decisions.

    articles: ids; "all" for every article of the round. files: annotations that exist already, in the form
    of a gold file; they become the annotator's, and everything is checked before anything is written.
    Raises RoundError when the name is taken, an article is not of the round, or a file is of another text
    or would replace one.
    """
    checked_name(annotator.name, "an annotator")
    if annotator.name.lower() in {one.name.lower() for one in plan.annotators}:
        raise RoundError(
            "The round has an annotator of this name.",
            file=round_path(source.project, plan.round),
            found=annotator.name,
            mend="choose another name; an annotation by this one goes into the annotator's folder",
        )
    if annotator.kind not in KINDS:
        raise RoundError("Unknown kind of annotator.", expected=", ".join(KINDS), found=annotator.kind)
    known = [one.article_id for one in plan.articles]
    ids = known if list(articles) == [ALL] else list(dict.fromkeys(articles))
    unknown = [one for one in ids if one not in known]
    if unknown or not ids:
        raise RoundError(
            "There is no such article in the round.",
            found=unknown[0] if unknown else "no article at all",
            expected=", ".join(known[:5]),
            mend="a round's articles are fixed; make a round of the other ones",
        )
    own = in_own_order(ids, annotator.name, plan.seed)
    longer = replace(
        plan,
        annotators=[*plan.annotators, annotator],
        assignments={**plan.assignments, annotator.name: own},
    )
    given = _given(source, longer, annotator.name, files)
    for article_id, annotation in given.items():
        path = annotation_path(source.project, plan.round, annotator.name, article_id)
        save_annotation(annotation, path, source.schema)
    save_round(source.project, longer)
    return longer


def _given(source: Source, plan: Round, name: str, files: Sequence[Path]) -> dict[str, Annotation]:
    given: dict[str, Annotation] = {}
    for path in files:
        found = load_annotation(path, source.schema)
        article_id = found.article_id
        if article_id not in plan.assignments[name] or article_id in given:
            raise RoundError(
                "The file is of an article that is not the annotator's, or that another file is of.",
                file=path,
                field="article_id",
                found=article_id,
                expected=", ".join(plan.assignments[name][:5]),
            )
        if found.text_sha256 != plan.digest(article_id):
            raise RoundError(
                "The annotation belongs to another text than the round.",
                file=path,
                field="text_sha256",
                expected=plan.digest(article_id),
                found=found.text_sha256,
                mend="re-anchor the annotation to the text of the round: communique mend",
            )
        target = annotation_path(source.project, plan.round, name, article_id)
        if target.exists():
            raise RoundError("There is an annotation already.", file=target, mend="move it away first")
        check_records(found, source.schema, path)
        given[article_id] = _attributed(found, plan, name)
    return given


def _attributed(annotation: Annotation, plan: Round, name: str) -> Annotation:
    """The annotation as this annotator's in this round; reviews and guidelines stay what the file says."""
    own = plan.provenance(name)
    kept = ("reviewed_by_person", "guideline_version")

    def attributed(before: Record) -> Record:
        return own | {key: before[key] for key in kept if key in before}

    tables = {
        table: [
            row | ({"provenance": attributed(row["provenance"])} if row.get("provenance") else {})
            for row in rows
        ]
        for table, rows in annotation.tables.items()
    }
    return replace(annotation, provenance=attributed(annotation.provenance), tables=tables)
