"""Tables as script files: a page on file:// may load a script, and may not fetch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from communique.explore.templating import script_json

#: A file is closed when it has grown to this many characters.
CHUNK = 2_000_000


def write_script(path: Path, name: str, json: str) -> None:
    """A script that puts `json` into `window.communique[name]`."""
    head = f'(window.communique=window.communique||{{}})["{name}"]='
    path.write_text(f"{head}{json};\n", encoding="utf-8", newline="\n")


class Chunks:
    """Rows of one table, written out as they come; `names` are the files so far."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.names: list[str] = []
        self.count = 0
        self._lines: list[str] = []
        self._size = 0

    def add(self, row: Sequence[Any]) -> None:
        line = script_json(row)
        self._lines.append(line)
        self._size += len(line)
        self.count += 1
        if self._size >= CHUNK:
            self.close()

    def close(self) -> None:
        """Write what is left."""
        if self._lines:
            name = f"{self.name}-{len(self.names)}"
            write_script(self.folder / f"{name}.js", name, "[" + ",\n".join(self._lines) + "]")
            self.names.append(name)
            self._lines, self._size = [], 0
