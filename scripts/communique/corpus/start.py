"""Start a project: the folders, the default schema and guidelines, and an actor registry with the narrator."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from communique.annotation.files import load_actors, save_actors
from communique.annotation.model import AUTHOR
from communique.errors import ProjectError
from communique.files import write_atomically
from communique.package import packaged_project
from communique.project import Project
from communique.schema import load_schema


def start_project(folder: Path, name: str | None = None, title: str | None = None) -> Project:
    """A new project at `folder` with version 0.1.0 and no article.

    Raises ProjectError when the folder already holds a project, or files in `corpus/` or `annotations/`.
    """
    project = Project(folder.resolve())
    for there in (project.corpus, project.root / "annotations"):
        if there.exists():
            raise ProjectError(
                "The folder already holds a project.", file=there, mend="choose another folder"
            )
    origin = packaged_project()
    shutil.copytree(origin.schema, project.schema)
    if origin.guidelines.is_dir():
        shutil.copytree(origin.guidelines, project.guidelines)
    for made in (project.gold, project.rounds, project.raw, project.articles):
        made.mkdir(parents=True)
    name = name or project.root.name
    facts = {
        "name": name,
        "title": title or name,
        "description": "News articles with their actors, statements and geopolitical actions.",
        "version": "0.1.0",
        "annotations_licence": "other",
        "language": [],
        "tags": [],
    }
    write_atomically(project.facts, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    write_atomically(project.root / ".gitignore", ".label-studio/\n.*.tmp\n")
    schema = load_schema(project.schema)
    narrator = [actor for actor in load_actors(origin.actors, schema) if actor["actor_id"] == AUTHOR]
    save_actors(narrator, project.actors, schema)
    return project
