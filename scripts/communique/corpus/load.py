"""Load built tables and articles, from a checkout, an installed wheel, or any folder with a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from communique.corpus.manifest import NAME, read_manifest, table_files, verify_file
from communique.errors import ProjectError
from communique.package import packaged_project
from communique.project import Project, find_project
from communique.schema import Schema, load_schema

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset

    from communique.corpus.document import Corpus


def load(
    table: str = "statements",
    *,
    path: str | Path | None = None,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    class_labels: bool | Sequence[str] = False,
) -> Dataset:
    """One table of the corpus, or the view `claims`, as a Hugging Face `Dataset`.

    `path` is a project or its `corpus/` folder; by default the project around the working directory,
    else the corpus that came with the package. `columns` chooses columns: reading `articles` without
    `text` reads no text. `class_labels` turns enumerations into class labels, all (True) or those named.
    `.to_pandas()` and `.to_polars()` give data frames. Offsets are code points into `articles.text`.

    Raises ProjectError when the corpus is not built, the table or a column does not exist, or a file is
    not what the manifest says. Nothing is cached, so nothing is ever stale.
    """
    from datasets import Dataset
    from datasets.table import InMemoryTable

    from communique.schema.features import features

    schema, data = load_arrow(table, path=path, split=split, columns=columns)
    labels = class_labels if isinstance(class_labels, bool) else tuple(class_labels)
    made = Dataset(InMemoryTable(data))
    if labels:
        wanted = features(schema, schema.table(table), labels)
        made = made.cast(type(wanted)({name: wanted[name] for name in made.column_names}))
    return made


def load_arrow(
    table: str,
    *,
    path: str | Path | None = None,
    split: str | None = None,
    columns: Sequence[str] | None = None,
) -> tuple[Schema, pa.Table]:
    """The schema and one table as Arrow; arguments and errors as in `load`."""
    from communique.corpus.parquet import read_parquet

    project = locate(path)
    schema = load_schema(project.schema)
    manifest = read_manifest(project.corpus)
    files = table_files(manifest, table, split)
    if split is not None and not files:
        known = {file["split"] for entry in manifest["tables"].values() for file in entry["files"]}
        raise ProjectError(
            f"There is no split '{split}' of {table}.", expected=", ".join(sorted(known)), found=split
        )
    spec = schema.table(table)
    unknown = [name for name in columns or () if name not in spec.by_name]
    if unknown:
        raise ProjectError(
            f"{table} has no column '{unknown[0]}'.",
            expected=", ".join(spec.by_name),
            found=", ".join(unknown),
        )
    paths = [verify_file(project.corpus, file) for file in files]
    return schema, read_parquet(paths, spec, list(columns) if columns is not None else None)


def open_corpus(path: str | Path | None = None) -> Corpus:
    """The corpus as articles with their statements as a tree; `path` as in `load`."""
    from communique.corpus.document import Corpus

    return Corpus(locate(path))


def locate(path: str | Path | None = None) -> Project:
    """The project that `path` names, or that is around the working directory, or the packaged one.

    A `corpus/` folder without a project around it is opened with the packaged schema beside it.
    """
    if path is None:
        try:
            return find_project()
        except ProjectError:
            return packaged_project()
    given = Path(path)
    if not given.exists():
        raise ProjectError("The folder does not exist.", file=given)
    try:
        return find_project(given)
    except ProjectError:
        if not (given / NAME).exists() and not (given / "corpus" / NAME).exists():
            raise
        corpus = given if (given / NAME).exists() else given / "corpus"
        return Project(packaged_project().root, corpus_at=corpus)
