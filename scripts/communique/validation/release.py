"""Compare a built corpus with the releases before it (level 6)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.annotation.source import read_json
from communique.corpus.manifest import NAME, verify_file
from communique.corpus.versions import FOLDER, is_number, numbers, releases, version_folder
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema, Table
from communique.validation import level6
from communique.validation.finding import Finding
from communique.validation.frames import key_expr
from communique.validation.registry import Check

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]


def release_findings(
    project: Project, schema: Schema, wanted: set[str], cap: int | None
) -> list[tuple[Finding, int]]:
    """Findings with their true counts; none when nothing was released yet."""
    corpus = project.corpus
    if not (corpus / FOLDER).is_dir() or not any(id_.startswith("L6/") for id_ in wanted):
        return []
    try:
        known = releases(corpus)
        present = read_json(corpus / NAME)
    except ProjectError:
        return []
    stated = str(present.get("version"))
    # The build marks tables that are not those of the released version of the same number.
    changed = stated.endswith("+changed")
    present["version"] = stated.removesuffix("+changed")
    if not known or not is_number(present["version"]):
        return []
    latest = max(known, key=lambda one: numbers(one.version)).version
    try:
        folder = version_folder(corpus, latest)
        before = read_json(folder / NAME)
    except ProjectError:
        # Said by the checks of released files.
        return []
    found = [(finding, 1) for finding in _numbers(project, present, before, changed)]
    if present.get("digest") != before.get("digest"):
        major = numbers(present["version"])[0] > numbers(before["version"])[0]
        for name, table in schema.tables.items():
            if table.is_view:
                continue
            try:
                now, was = _read(corpus, present, name), _read(folder, before, name)
            except ProjectError:
                # Said by the checks of files.
                continue
            found += _table(table, now, was, cap, gone=not major and not changed)
    return [(finding, count) for finding, count in found if finding.id in wanted]


def _numbers(project: Project, present: Record, before: Record, marked: bool) -> list[Finding]:
    """The version's number, its step, its changelog, and the sizes of the tables."""
    found = []
    file = f"corpus/{NAME}"
    new, old = numbers(present["version"]), numbers(before["version"])
    changed = present.get("digest") != before.get("digest")
    said = f"The version is {present['version']}, the latest release {before['version']}."
    place = {
        "file": file,
        "field": "version",
        "found": present["version"],
        "expected": f"more than {before['version']}",
    }
    if new < old or (new == old and changed and not marked):
        found.append(level6.STEP.finding(said + (" Its tables are others." if new == old else ""), **place))
    elif new[:2] == old[:2] and new != old and present.get("schema") != before.get("schema"):
        found.append(level6.SCHEMA_STEP.finding(f"{said} The schema is another.", **place))
    log = project.root / "CHANGELOG.md"
    if (
        new != old
        and log.exists()
        and not re.search(rf"^##.*\b{re.escape(present['version'])}\b", log.read_text(encoding="utf-8"), re.M)
    ):
        found.append(
            level6.CHANGELOG.finding(
                f"CHANGELOG.md has no section {present['version']}.", file="CHANGELOG.md"
            )
        )
    for name, table in before.get("tables", {}).items():
        rows, was = present.get("tables", {}).get(name, {}).get("rows", 0), table.get("rows", 0)
        if was >= 100 and not was / 2 <= rows <= was * 3 / 2:
            said = f"{name} has {rows} rows, {was} in {before['version']}."
            found.append(
                level6.JUMP.finding(
                    said,
                    table=name,
                    file=file,
                    field=f"tables/{name}/rows",
                    found=str(rows),
                    expected=f"about {was}",
                )
            )
    return found


def _read(corpus: Path, manifest: Record, name: str) -> pl.DataFrame | None:
    """A table, or None when it has no files. Raises ProjectError for a file that is not as the manifest says."""
    import polars as pl
    from polars.exceptions import PolarsError

    files = manifest.get("tables", {}).get(name, {}).get("files", [])
    try:
        parts = [
            pl.read_parquet(verify_file(corpus, entry)).with_columns(_file=pl.lit(f"corpus/{entry['path']}"))
            for entry in files
        ]
        return pl.concat(parts) if parts else None
    except (PolarsError, OSError) as error:
        raise ProjectError(str(error), file=corpus) from None


def _table(
    table: Table, now: pl.DataFrame | None, was: pl.DataFrame | None, cap: int | None, *, gone: bool
) -> list[tuple[Finding, int]]:
    import polars as pl

    if was is None:
        return []
    if now is None:
        now = was.clear()
    labels = [
        column.name
        for column in table.stored
        if column.values and column.name in now.columns and column.name in was.columns
    ]
    place = _position(table, now)
    now = now.with_columns(_key=key_expr(table)).unique("_key", keep="first")
    was = was.with_columns(_key=key_expr(table)).unique("_key", keep="first")
    found: list[tuple[Finding, int]] = []

    def report(
        check: Check,
        rows: pl.DataFrame,
        field: str | None,
        said: str,
        old: str | None = None,
        new: str | None = None,
    ) -> None:
        rows = rows.sort("_key")
        for number, one in enumerate(rows.head(rows.height if cap is None else cap).iter_rows(named=True)):
            parts = {
                "table": table.name,
                "key": one["_key"],
                "article_id": one.get("article_id"),
                "field": field,
                "file": one["_file"],
            }
            values = {
                "expected": _text(one.get(old)) if old else None,
                "found": _text(one.get(new)) if new else None,
            }
            times = rows.height - min(rows.height, cap or rows.height) + 1 if number == 0 else 1
            found.append((check.finding(said.format(**values), **parts, **values), times))

    if gone:
        report(level6.GONE, was.join(now, on="_key", how="anti"), None, "The latest release had the record.")
    both = now.join(was, on="_key", suffix="_was")
    moved = both.clear()
    if table.name == "articles":
        moved = both.filter(pl.col("text_sha256") != pl.col("text_sha256_was"))
        report(
            level6.TEXT,
            moved,
            "text_sha256",
            "The text is another than in the latest release.",
            "text_sha256_was",
            "text_sha256",
        )
        split = both.filter(pl.col("split") != pl.col("split_was"))
        report(
            level6.SPLIT,
            split,
            "split",
            "The article is in {found}, in the latest release in {expected}.",
            "split_was",
            "split",
        )
    elif place is not None and all(f"{name}_was" in both.columns for name in place.meta.root_names()):
        spans = both.with_columns(_now=place, _then=_renamed(place))
        moved = spans.filter(
            (pl.col("_now").list.get(1) <= pl.col("_then").list.get(0))
            | (pl.col("_then").list.get(1) <= pl.col("_now").list.get(0))
        )
        report(level6.REUSED, moved, None, "The record stands at another place than in the latest release.")
    same = both.join(moved, on="_key", how="anti")
    if "provenance" in table.by_name:
        same = same.filter(pl.col("provenance") == pl.col("provenance_was"))
        for label in labels:
            other = same.filter(pl.col(label).ne_missing(pl.col(f"{label}_was")))
            report(
                level6.RELABELLED,
                other,
                label,
                "It was {expected} in the latest release and is {found}.",
                f"{label}_was",
                label,
            )
            same = same.join(other, on="_key", how="anti")
    return found


def _position(table: Table, frame: pl.DataFrame) -> pl.Expr | None:
    """First and last offset of a record, for tables whose records have a place in the text."""
    import polars as pl

    if {"start", "end"} <= set(table.by_name):
        return pl.concat_list("start", "end")
    column = {"statements": "cue_spans", "actions": "trigger_spans"}.get(table.name)
    if column is None or column not in frame.columns:
        return None
    spans = pl.col(column)
    return pl.concat_list(spans.list.first().struct.field("start"), spans.list.last().struct.field("end"))


def _renamed(place: pl.Expr) -> pl.Expr:
    import polars as pl

    names = place.meta.root_names()
    if names == ["start", "end"]:
        return pl.concat_list("start_was", "end_was")
    spans = pl.col(f"{names[0]}_was")
    return pl.concat_list(spans.list.first().struct.field("start"), spans.list.last().struct.field("end"))


def _text(value: Any) -> str | None:
    return None if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
