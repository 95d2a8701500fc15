"""A project folder: where the raw articles, the annotations and the built corpus lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from communique.errors import ProjectError

_MARK = Path("annotations") / "schema"


@dataclass(frozen=True)
class Project:
    """The paths of one project; `root` holds `corpus/` and `annotations/`.

    `corpus_at` names a built corpus that lies elsewhere: a download, or a released version.
    """

    root: Path
    corpus_at: Path | None = None

    @property
    def schema(self) -> Path:
        return self.root / _MARK

    @property
    def guidelines(self) -> Path:
        return self.root / "annotations" / "guidelines"

    @property
    def actors(self) -> Path:
        """The actor registry, one JSON object a line."""
        return self.root / "annotations" / "actors.jsonl"

    @property
    def gold(self) -> Path:
        return self.root / "annotations" / "gold"

    @property
    def rounds(self) -> Path:
        return self.root / "annotations" / "rounds"

    @property
    def corpus(self) -> Path:
        return self.corpus_at or self.root / "corpus"

    @property
    def raw(self) -> Path:
        """Articles exactly as received."""
        return self.corpus / "raw"

    @property
    def sources(self) -> Path:
        """Provenance of the raw files, one JSON object a line."""
        return self.raw / "sources.jsonl"

    @property
    def facts(self) -> Path:
        """What the corpus says of itself: name, version, title, licence of the annotations."""
        return self.corpus / "corpus.json"

    @property
    def card_text(self) -> Path:
        """The hand-written part of the dataset card, with places for figures."""
        return self.corpus / "card.md"

    @property
    def articles(self) -> Path:
        """Canonical articles, `<article_id>.json`."""
        return self.corpus / "articles"


def find_project(start: Path | None = None) -> Project:
    """The project at `start` (a folder or a file in it) or the nearest one above it.

    Raises ProjectError when no parent holds `annotations/schema`.
    """
    here = (start or Path.cwd()).resolve()
    for folder in [here, *here.parents]:
        if (folder / _MARK).is_dir():
            return Project(folder)
    raise ProjectError(
        f"No Communiqué project at {here} or above it.",
        expected=f"a folder that holds {_MARK.as_posix()}",
        mend="run the command inside a project, name one with --project DIR, or make one with 'communique init DIR'",
    )
