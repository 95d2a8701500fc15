"""Communiqué: an annotated corpus of news articles, and the tools to grow, check, version and load it.

Importing the package is cheap: the libraries that read tables are loaded with the first table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communique.corpus.document import Article
    from communique.corpus.load import load, open_corpus
    from communique.validation import validate

__version__ = "0.1.0"
__all__ = ["Article", "__version__", "load", "open_corpus", "validate"]

_HOMES = {
    "load": "communique.corpus.load",
    "open_corpus": "communique.corpus.load",
    "Article": "communique.corpus.document",
    "validate": "communique.validation",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'communique' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
