"""Whatever stands in a file, validation answers with findings and never with a crash."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from sound import A, make_project, read
from tables import edit_rows, relist

from communique.project import Project
from communique.schema import load_schema
from communique.validation import validate

JUNK: list[Any] = [
    None,
    "",
    " ",
    "x",
    -1,
    0,
    10**9,
    2**40,
    2**70,
    1.5,
    1e400,
    True,
    [],
    {},
    [None],
    ["a"],
    {"a": 1},
    "\n",
    "a.b",
    "a\ud800",
    "AUTHOR",
    "2021-02-30",
    "\u0301",
    [[]],
    {"start": 1, "end": 2, "text": "a"},
    "RUS",
]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        found += places(child, (*path, key))
    return found


def mangle(data: Any, rng: random.Random) -> None:
    path = rng.choice(places(data))
    node = data
    for key in path[:-1]:
        node = node[key]
    kind = rng.randrange(4)
    if kind == 0:
        del node[path[-1]]
    elif kind == 1 and isinstance(node, list):
        node.append(copy.deepcopy(node[path[-1]]))
    else:
        node[path[-1]] = copy.deepcopy(rng.choice(JUNK))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_mangled_json_never_crashes(seed: int, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    rng = random.Random(seed)
    files = {path: read(path) for path in [project.gold / f"{A}.json", project.articles / f"{A}.json"]}
    registry = project.actors.read_text(encoding="utf-8")
    for _ in range(12):
        for path, sound in files.items():
            data = copy.deepcopy(sound)
            if rng.random() < 0.6:
                for _ in range(rng.randrange(1, 4)):
                    mangle(data, rng)
            path.write_text(json.dumps(data), encoding="utf-8")
        lines = [json.loads(line) for line in registry.splitlines()]
        if rng.random() < 0.5:
            mangle(lines, rng)
        project.actors.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        report = validate(project.root)
        report.as_dict()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_mangled_tables_never_crash(seed: int, built: Project) -> None:
    """Values of the right Arrow type in the wrong place."""
    schema = load_schema(built.schema)
    rng = random.Random(seed)
    sound = {path: path.read_bytes() for path in built.corpus.rglob("*.parquet")}
    for _ in range(6):
        for path, data in sound.items():
            path.write_bytes(data)
        table = rng.choice(
            ["articles", "actors", "mentions", "statements", "actions", "events", "event_links", "claims"]
        )

        def change(rows: list[dict[str, Any]], name: str = table) -> None:
            row, other = rng.choice(rows), rng.choice(rows)
            column = rng.choice(list(row))
            row[column] = (
                rng.choice([None, other[column]]) if rng.random() < 0.5 else _same_kind(row[column], rng)
            )
            rng.shuffle(rows)

        try:
            edit_rows(built.corpus, schema, table, change)
        except (TypeError, ValueError, AttributeError):
            continue
        relist(built.corpus, schema)
        validate(built.corpus).as_dict()


def _same_kind(value: Any, rng: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice([0, -5, 2**31 - 1, value + 1])
    if isinstance(value, str):
        return rng.choice(["", "x", value + "\n", value[:-1], value.upper(), "AUTHOR"])
    if isinstance(value, list):
        return rng.choice([[], value * 2, value[::-1], [None, *value]])
    return None


@pytest.mark.slow
def test_damaged_bytes_of_a_shard_never_crash(built: Project) -> None:
    rng = random.Random(0)
    path = sorted((built.corpus / "data" / "statements").glob("*.parquet"))[0]
    sound = path.read_bytes()
    for _ in range(25):
        data = bytearray(sound)
        for _ in range(rng.randrange(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(bytes(data))
        report = validate(built.corpus)
        assert report.exit_code == 1
        assert report.findings[0].id in ("L0/checksum", "L0/not-parquet", "L0/file-size")
