"""Communiqué: an annotated corpus of news articles, and the tools to grow, check, version and load it."""

__version__ = "0.1.0"
