"""What travels with the package: the schema, the guidelines and the corpus itself."""

from __future__ import annotations

from pathlib import Path

from communique.errors import ProjectError
from communique.project import Project


def packaged_project() -> Project:
    """The project inside an installed wheel, or the checkout around an editable install.

    Raises ProjectError when neither is there, which means a broken installation.
    """
    here = Path(__file__).resolve().parent
    for root in (here / "_project", here.parent.parent):
        if (root / "annotations" / "schema").is_dir():
            return Project(root)
    raise ProjectError(
        "The package was installed without its data.",
        file=here / "_project",
        mend="install it again: pip install --force-reinstall communique",
    )
