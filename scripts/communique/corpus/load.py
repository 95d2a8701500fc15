"""Load built tables and articles, from a checkout, an installed wheel, or any folder with a manifest."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.corpus.checksums import verify_small
from communique.corpus.manifest import NAME, read_manifest, table_files, verify_file
from communique.corpus.snapshot import at_version, fetch, flat
from communique.corpus.versions import is_number
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
    version: str | None = None,
    split: str | None = None,
    columns: Sequence[str] | None = None,
    class_labels: bool | Sequence[str] = False,
) -> Dataset:
    """One table of the corpus, or the view `claims`, as a Hugging Face `Dataset`.

    `path` is a project or its `corpus/` folder; by default the project around the working directory,
    else the corpus that came with the package. `version` is a released version of it ("1.0.0"); with it
    `path` may also name a dataset on the Hub ("ORG/NAME", any revision). `columns` chooses columns:
    reading `articles` without `text` reads no text. `class_labels` turns enumerations into class labels,
    all (True) or those named.
    `.to_pandas()` and `.to_polars()` give data frames. Offsets are code points into `articles.text`.

    Raises ProjectError when the corpus is not built, the table or a column does not exist, or a file is
    not what the manifest says. Nothing is cached, so nothing is ever stale.
    """
    from datasets import Dataset
    from datasets.table import InMemoryTable

    from communique.schema.features import features

    schema, data = load_arrow(table, path=path, version=version, split=split, columns=columns)
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
    version: str | None = None,
    split: str | None = None,
    columns: Sequence[str] | None = None,
) -> tuple[Schema, pa.Table]:
    """The schema and one table as Arrow; arguments and errors as in `load`."""
    import tempfile

    if version is not None and _on_hub(path):
        revision = f"v{version.removeprefix('v')}" if is_number(version) else version
        with tempfile.TemporaryDirectory(prefix="communique-") as folder:
            project = fetch(str(path), revision, Path(folder))
            return _read(project, table, split, columns)
    project = locate(path)
    return _read(project if version is None else at_version(project, version), table, split, columns)


def _on_hub(path: str | Path | None) -> bool:
    return isinstance(path, str) and path.count("/") == 1 and not Path(path).exists()


def _read(
    project: Project, table: str, split: str | None, columns: Sequence[str] | None
) -> tuple[Schema, pa.Table]:
    from communique.corpus.parquet import read_parquet

    schema = load_schema(project.schema)
    manifest = read_manifest(project.corpus)
    _warn_if_withheld(project, manifest)
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


class WithheldTextWarning(UserWarning):
    """The corpus was published without the texts of some articles, or they were not all restored."""


def _warn_if_withheld(project: Project, manifest: dict[str, Any], level: int = 4) -> None:
    """Say, where the words of articles would be, that they are withheld and how to get them back."""
    withheld, hydrated = manifest.get("withheld"), manifest.get("hydrated") or {}
    if withheld:
        said = (
            f"{project.corpus}: the words of {withheld['articles']} article(s) are withheld: texts, titles and "
            f"the words of spans are null. Restore them from your own copies: "
            f"communique hydrate {project.root} --texts DIR --out NEW_FOLDER"
        )
    elif hydrated.get("missing") or hydrated.get("partial"):
        from communique.corpus.hydrate import REPORT

        said = (
            f"{project.corpus}: {hydrated['partial']} article(s) were restored in part and {hydrated['missing']} "
            f"not at all; {REPORT} says which spans are not here, and why."
        )
    else:
        return
    warnings.warn(said, WithheldTextWarning, stacklevel=level)


def open_corpus(path: str | Path | None = None, version: str | None = None) -> Corpus:
    """The corpus as articles with their statements as a tree; `path` and `version` as in `load`."""
    from communique.corpus.document import Corpus

    project = locate(path)
    opened = Corpus(project if version is None else at_version(project, version))
    _warn_if_withheld(opened.project, opened.manifest, 3)
    return opened


def locate(path: str | Path | None = None) -> Project:
    """The project that `path` names, or that is around the working directory, or the packaged one.

    A `corpus/` folder without a project around it is opened with the packaged schema beside it.
    """
    if path is None:
        try:
            found = find_project()
        except ProjectError:
            return packaged_project()
        verify_small(found.root)
        return found
    given = Path(path)
    if not given.exists():
        raise ProjectError(
            "The folder does not exist.",
            file=given,
            mend="see the spelling; corpus/versions/versions.json lists the released versions",
        )
    if own := flat(given):
        return own
    try:
        found = find_project(given)
    except ProjectError:
        if not (given / NAME).exists() and not (given / "corpus" / NAME).exists():
            raise
        corpus = given if (given / NAME).exists() else given / "corpus"
        return Project(packaged_project().root, corpus_at=corpus)
    verify_small(found.root)
    return found
