"""`communique schema`: what is derived from the schema files."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from communique.commands.options import ProjectOption


class Form(StrEnum):
    """What to print."""

    arrow = "arrow"
    features = "features"
    codebook = "codebook"
    json = "json"
    label_studio = "label-studio"


def schema(
    form: Annotated[Form, typer.Argument(help="What to derive.")],
    table: Annotated[str | None, typer.Argument(help="Table; for the codebook also a value list.")] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Codebook only: write all pages into annotations/codebook.")
    ] = False,
    project: ProjectOption = None,
) -> None:
    """Print the Arrow schema, Hugging Face features, codebook page, JSON Schema or labeling config.

    Example: `communique schema codebook actions`
    """
    import json

    from communique.corpus.load import locate
    from communique.schema import load_schema
    from communique.schema.codebook import page, write_codebook

    found = locate(project)
    loaded = load_schema(found.schema)
    if form is Form.codebook:
        if write:
            for path in write_codebook(loaded, found.schema.parent / "codebook"):
                typer.echo(path)
        else:
            typer.echo(page(loaded, table))
        return
    if form is Form.label_studio:
        from communique.rounds.labeling import config_xml

        typer.echo(config_xml(loaded))
        return
    for spec in [loaded.table(table)] if table else loaded.tables.values():
        if form is Form.arrow:
            from communique.schema.arrow import arrow_schema

            typer.echo(f"# {spec.name}\n{arrow_schema(spec).to_string(truncate_metadata=False)}\n")
        elif form is Form.features:
            from communique.schema.features import features

            typer.echo(f"# {spec.name}")
            for name, feature in features(loaded, spec).items():
                typer.echo(f"{name}: {feature}")
        else:
            typer.echo(json.dumps(spec.row_schema, indent=2, ensure_ascii=False))
