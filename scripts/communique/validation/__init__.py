"""The validation room: seven levels of checks over JSON files and built tables, and what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from communique.validation.api import validate
    from communique.validation.finding import Finding
    from communique.validation.report import Report

__all__ = ["Finding", "Report", "validate"]

_HOMES = {"validate": "api", "Finding": "finding", "Report": "report"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"communique.validation.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'communique.validation' has no attribute '{name}'")
