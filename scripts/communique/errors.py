"""The errors that users see: what is wrong, where, and how to mend it."""

from __future__ import annotations

from pathlib import Path


class CommuniqueError(Exception):
    """Something a user can mend. Commands print it without a traceback and exit non-zero.

    Each part is optional; those given are printed one a line, in a fixed order, so that an error
    always says file, record and field, what was expected, what was found, and how to mend it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        record: str | None = None,
        field: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.message = message
        self.file = str(file) if file is not None else None
        self.record = record
        self.field = field
        self.expected = expected
        self.found = found
        self.mend = mend
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [("file", self.file), ("record", self.record), ("field", self.field)]
        parts += [("expected", self.expected), ("found", self.found), ("to mend", self.mend)]
        return "\n".join([self.message, *(f"  {name}: {value}" for name, value in parts if value)])

    def as_dict(self) -> dict[str, str | None]:
        """The same parts for `--json`."""
        names = ("message", "file", "record", "field", "expected", "found", "mend")
        return {name: getattr(self, name) for name in names}


class ProjectError(CommuniqueError):
    """The project folder is missing, incomplete or contradicts itself."""


class SchemaError(CommuniqueError):
    """A schema file is itself wrong; `field` is the JSON pointer into `file`."""
