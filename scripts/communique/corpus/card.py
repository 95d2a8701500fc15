"""The dataset card: front matter that makes the folder load, and prose with figures from the data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from communique.annotation.source import Source
from communique.corpus.card_figures import data_figures
from communique.errors import ProjectError
from communique.schema import Table
from communique.schema.arrow import arrow_type

Record = dict[str, Any]

#: The table that `load_dataset` opens when no configuration is named.
DEFAULT_TABLE = "statements"
_PLAIN = "# {{ title }}\n\n{{ description }}\n\n{{ counts }}\n"
_PLACE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


def card(source: Source, manifest: Record, corpus: Path | None = None, prose: str | None = None) -> str:
    """The text of the card, `README.md` of the dataset folder.

    `corpus` holds the files of the manifest (default: the project's), `prose` replaces the project's own.

    Every configuration carries version and content digest: both enter the cache key of `datasets`, which
    would otherwise hand out the rows of an older build. A table without rows has no configuration,
    since `datasets` cannot open one.
    Raises ProjectError when the prose has a place for a figure that does not exist.
    """
    import yaml

    tables = {name: entry for name, entry in manifest["tables"].items() if entry["rows"]}
    default = DEFAULT_TABLE if DEFAULT_TABLE in tables else next(iter(tables), None)
    front = {
        "pretty_name": source.facts["title"],
        "license": source.facts.get("annotations_licence", "other").lower(),
        "language": source.facts.get("language", []),
        "tags": source.facts.get("tags", []),
        "size_categories": [_size(sum(entry["rows"] for entry in tables.values()))],
        "configs": [
            {
                "config_name": name,
                **({"default": True} if name == default else {}),
                # datasets admits x.y.z only; a build that isn't the released version differs in the digest.
                "version": manifest["version"].partition("+")[0],
                "description": f"sha256-{entry['digest']}",
                "features": _features(source.schema.table(name)),
                "data_files": _data_files(entry["files"]),
            }
            for name, entry in tables.items()
        ],
    }
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)
    path = source.project.card_text
    if prose is None:
        prose = path.read_text(encoding="utf-8") if path.exists() else _PLAIN
    figures = _figures(source, manifest) | data_figures(source, manifest, corpus or source.project.corpus)

    def fill(match: re.Match[str]) -> str:
        if match[1] not in figures:
            raise ProjectError(
                f"The card has a place for an unknown figure '{match[1]}'.",
                file=path,
                expected=", ".join(sorted(figures)),
            )
        return figures[match[1]]

    return f"---\n{head}---\n\n{_PLACE.sub(fill, prose)}"


def _data_files(files: list[Record]) -> list[Record]:
    splits = list(dict.fromkeys(file["split"] for file in files))
    return [
        {"split": split, "path": [file["path"] for file in files if file["split"] == split]}
        for split in splits
    ]


def _figures(source: Source, manifest: Record) -> dict[str, str]:
    facts = {key: value for key, value in source.facts.items() if isinstance(value, str)}
    rows = {f"rows.{name}": f"{entry['rows']:,}" for name, entry in manifest["tables"].items()}
    counts = ["| table | rows | one row is |", "|---|---:|---|"]
    for name, entry in manifest["tables"].items():
        counts.append(
            f"| `{name}` | {entry['rows']:,} | {source.schema.table(name).description.split('.')[0]} |"
        )
    return {
        **facts,
        **rows,
        "version": manifest["version"],
        "counts": "\n".join(counts),
        "digest": manifest["digest"],
        "schema": manifest["schema"],
    }


def _size(rows: int) -> str:
    steps = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
    return next((name for limit, name in steps if rows < limit), "1M<n<10M" if rows < 10_000_000 else "n>10M")


def _features(table: Table) -> list[Record]:
    """The features in the form that `datasets` writes into cards."""
    return [{"name": column.name, **_feature(arrow_type(column.json))} for column in table.columns]


def _feature(kind: str | list[Any]) -> Record:
    if isinstance(kind, str):
        return {"dtype": kind}
    if kind[0] == "struct":
        return {"struct": [{"name": name, **_feature(inner)} for name, inner in kind[1]]}
    inner = _feature(kind[1])
    return {"list": inner.get("dtype") or inner.get("struct") or inner}
