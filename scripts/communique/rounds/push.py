"""Tasks of a round onto a server: one project for each annotator, safe to interrupt and to repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from communique.annotation.files import load_annotation
from communique.annotation.source import Source
from communique.errors import CommuniqueError
from communique.parallel import Parallel
from communique.rounds.client import LabelStudio
from communique.rounds.client import Project as ServerProject
from communique.rounds.design import prefill_path, text_digest
from communique.rounds.form import Form
from communique.rounds.formbuild import make_form
from communique.rounds.importer import encoded, import_encoded
from communique.rounds.labeling import form_xml
from communique.rounds.round import Round, RoundError, check_schema
from communique.rounds.tasks import PREFILL, make_task

Progress = Callable[[str, int, int], None]
_TITLE = 50  # Label Studio's limit


class ConfigChanged(CommuniqueError):
    """The form on the server is not the one that the schema gives."""


@dataclass(frozen=True)
class Pushed:
    """What a push did for one annotator."""

    annotator: str
    project_id: int
    url: str
    sent: int
    present: int
    removed: int


def project_title(plan: Round, annotator: str) -> str:
    """The title of an annotator's project, the same on every server."""
    title = f"{plan.round} / {annotator}"
    if len(title) <= _TITLE:
        return title
    return f"{title[: _TITLE - 9]} {hashlib.sha256(title.encode()).hexdigest()[:8]}"


def same_config(one: str, other: str) -> bool:
    """Whether two labeling configs are the same XML, however it is indented."""
    try:
        return ET.canonicalize(one, strip_text=True) == ET.canonicalize(other, strip_text=True)
    except ET.ParseError:
        return False


def push_round(
    source: Source,
    plan: Round,
    clients: Mapping[str, LabelStudio],
    *,
    update_config: bool = False,
    progress: Progress = lambda annotator, done, total: None,
) -> list[Pushed]:
    """Make every annotator's project hold a task for each assigned article.

    clients: the server of each annotator, by name. What is there already is not sent again. All tasks are
    made and checked before the first is sent. update_config: replace a form on the server that differs.
    Raises RoundError, ConversionError, ConfigChanged before anything is sent, LabelStudioError afterwards.
    """
    form = make_form(source.schema)
    check_schema(plan, source.schema, mend="make a new round, or restore the schema from git")
    config = form_xml(form)
    wanted = list(dict.fromkeys(article for ids in plan.assignments.values() for article in ids))
    tasks = _encoded_tasks(source, plan, form, wanted)
    done = []
    for one in plan.annotators:
        client = clients[one.name]
        project = _project(client, plan, one.name, config, update_config)
        articles = plan.assignments[one.name]

        def tell(count: int, total: int, name: str = one.name) -> None:
            progress(name, count, total)

        own = {article: tasks[article] for article in articles}
        report = import_encoded(client, project.id, own, fresh=project.created, progress=tell)
        url = f"{client.url}/projects/{project.id}"
        done.append(Pushed(one.name, project.id, url, report.sent, report.present, len(report.removed)))
    return done


def _encoded_tasks(source: Source, plan: Round, form: Form, articles: list[str]) -> dict[str, bytes]:
    made = Parallel(lambda article: encoded([_task(source, plan, form, article)]), articles).results()
    return {name: body for one in made for name, body in one.items()}


def _task(source: Source, plan: Round, form: Form, article_id: str) -> dict[str, Any]:
    digest = text_digest(source, article_id)
    if digest != plan.digest(article_id):
        raise RoundError(
            "The article's text has changed since the round was made.",
            file=source.articles[article_id],
            record=article_id,
            field="text_sha256",
            expected=plan.digest(article_id),
            found=digest,
            mend="make a new round; annotations of the old text do not fit the new one",
        )
    path = prefill_path(source, plan, article_id)
    prefill = load_annotation(path, source.schema) if path is not None else None
    return make_task(source.article(article_id), form, source.actors, prefill)


def _project(client: LabelStudio, plan: Round, annotator: str, config: str, update: bool) -> ServerProject:
    title = project_title(plan, annotator)
    project = client.get_or_create_project(
        title,
        config,
        description=f"Round {plan.round}, annotator {annotator}, guidelines {plan.guideline_version}",
        maximum_annotations=1,
        sampling="Sequential sampling",
        show_collab_predictions=True,
        model_version=PREFILL,
        enable_empty_annotation=True,
        show_skip_button=True,
    )
    if not project.created and not same_config(client.project_config(project.id), config):
        if not update:
            raise ConfigChanged(
                f"The form of project {title!r} on the server is not the one that the schema gives.",
                found="it was changed in Label Studio's settings, or by another version of Communiqué",
                mend="give --update-config to replace it by the schema's; work that is done stays",
            )
        client.update_config(project.id, config)
    return project
