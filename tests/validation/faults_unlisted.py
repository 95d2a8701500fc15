"""What the modules of unlisted faults share: the register, and short ways to change a project."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sound import A, read, write

from communique.project import Project

Record = dict[str, Any]
Plant = Callable[[Project], None]


@dataclass(frozen=True)
class Unlisted:
    """A fault and the one finding that it gives; faults of files (levels 0 and 1) name the file."""

    id: str
    plant: Plant
    table: str | None
    key: str | None
    field: str | None
    file: str | None

    @property
    def of_rows(self) -> bool:
        """Whether built tables can have it too."""
        return self.id[1] in "234" and self.table is not None


UNLISTED: list[Unlisted] = []
#: What looks like a fault and is none, with the reason.
LEGAL: list[tuple[str, Plant]] = []


def unlisted(
    id: str, table: str | None, key: str | None, field: str | None, file: str | None = None
) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        UNLISTED.append(Unlisted(id, plant, table, key, field, file))
        return plant

    return register


def legal(why: str) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        LEGAL.append((why, plant))
        return plant

    return register


def gold_path(project: Project, article_id: str = A) -> Path:
    return project.gold / f"{article_id}.json"


@contextlib.contextmanager
def article(project: Project, article_id: str = A) -> Iterator[Record]:
    path = project.articles / f"{article_id}.json"
    data = read(path)
    yield data
    write(path, data)


def by_name(data: Record, table: str, name: str) -> Record:
    """The record of a gold file whose id ends in `name`."""
    found: Record = next(one for one in data[table] if str(next(iter(one.values()))).endswith(f".{name}"))
    return found


def registry(project: Project, change: Callable[[list[Record]], Any]) -> None:
    rows = [json.loads(line) for line in project.actors.read_text().splitlines()]
    change(rows)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    project.actors.write_text(lines, encoding="utf-8")


def raw_bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))
