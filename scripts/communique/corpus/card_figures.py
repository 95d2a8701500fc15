"""Figures of the card, each computed from the built tables or from the rounds' own reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from communique.annotation.source import Source
from communique.corpus.manifest import table_files
from communique.schema.arrow import arrow_schema

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]

_MOST = 12


def data_figures(source: Source, manifest: Record, corpus: Path) -> dict[str, str]:
    """Markdown by name, for the places of the card's prose. `corpus` holds the files of the manifest."""
    articles = _read(source, corpus, manifest, "articles", [
        "publisher", "language", "split", "published_on", "redistribution", "rights", "paragraph_order",
        "quotation_marks", "source_format", "guideline_version", "char_count",
    ])  # fmt: skip
    actions = _read(source, corpus, manifest, "actions", ["status", "in_statement_id", "exportable"])
    provenance = {
        name: _read(source, corpus, manifest, name, ["provenance"])
        for name in manifest["tables"]
        if name in source.schema.tables and "provenance" in source.schema.table(name).by_name
    }
    return {
        "annotated": f"{articles.height - articles['guideline_version'].null_count():,}",
        "publishers": _counts(articles, "publisher", "publisher", "articles"),
        "languages": _counts(articles, "language", "language", "articles"),
        "splits": _counts(articles, "split", "split", "articles"),
        "formats": _counts(articles, "source_format", "received as", "articles"),
        "state": _state(articles),
        "period": _period(articles),
        "characters": f"{int(articles['char_count'].sum()):,}",
        "redistribution": _counts(articles, "redistribution", "redistribution", "articles"),
        "rights": _counts(articles, "rights", "rights stated by the source", "articles"),
        "statuses": _counts(actions, "status", "status", "actions", most=100),
        "in_statements": _share(actions.height - actions["in_statement_id"].null_count(), actions.height),
        "exportable": _share(int(actions["exportable"].sum()), actions.height),
        **_provenance(provenance),
        "agreement": _agreement(source.project.rounds),
        "citation": _citation(source, manifest),
    }


def _read(source: Source, corpus: Path, manifest: Record, table: str, columns: list[str]) -> pl.DataFrame:
    import polars as pl

    files = table_files(manifest, table) if table in manifest["tables"] else []
    if not files:
        empty = pl.from_arrow(arrow_schema(source.schema.table(table)).empty_table())
        assert isinstance(empty, pl.DataFrame)
        return empty.select(columns)
    return pl.concat([pl.read_parquet(corpus / file["path"], columns=columns) for file in files])


def _table(heads: tuple[str, str], rows: list[tuple[str, int]], most: int = _MOST) -> str:
    if not rows:
        return "None yet."
    shown = [f"| {name} | {count:,} |" for name, count in rows[:most]]
    rest = sum(count for _, count in rows[most:])
    if rest:
        shown.append(f"| {len(rows) - most} others | {rest:,} |")
    return "\n".join([f"| {heads[0]} | {heads[1]} |", "|---|---:|", *shown])


def _counts(frame: pl.DataFrame, column: str, head: str, unit: str, most: int = _MOST) -> str:
    found: dict[str, int] = {}
    for value in frame[column].to_list():
        name = "not stated" if value is None else str(value).replace("|", "/")
        found[name] = found.get(name, 0) + 1
    return _table((head, unit), sorted(found.items(), key=lambda one: (-one[1], one[0])), most)


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" + (f" ({100 * part / whole:.0f} %)" if whole else "")


def _period(articles: pl.DataFrame) -> str:
    days = sorted(str(day) for day in articles["published_on"].to_list() if day is not None)
    if not days:
        return "no article states its date"
    return days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def _state(articles: pl.DataFrame) -> str:
    shuffled = int((articles["paragraph_order"] == "shuffled").sum())
    stripped = int((articles["quotation_marks"] == "stripped").sum())
    total = articles.height
    return (
        f"{_share(shuffled, total)} articles reached us with shuffled paragraphs, "
        f"{_share(stripped, total)} without their quotation marks"
    )


def _provenance(tables: dict[str, pl.DataFrame]) -> dict[str, str]:
    kinds: dict[str, int] = {}
    decisions: dict[str, int] = {}
    people: dict[str, int] = {}
    versions: set[str] = set()
    reviewed = total = 0
    for frame in tables.values():
        for one in frame["provenance"].to_list():
            total += 1
            reviewed += bool(one["reviewed_by_person"])
            versions |= {one["guideline_version"]} - {None}
            kinds[one["annotator_kind"]] = kinds.get(one["annotator_kind"], 0) + 1
            decisions[one["decision"]] = decisions.get(one["decision"], 0) + 1
            for name in one["annotators"]:
                people[name] = people.get(name, 0) + 1

    def ordered(found: dict[str, int]) -> list[tuple[str, int]]:
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    return {
        "annotator_kinds": _table(("annotators are", "records"), ordered(kinds)),
        "decisions": _table(("decision", "records"), ordered(decisions)),
        "annotators": _table(("annotator", "records"), ordered(people)),
        "reviewed": _share(reviewed, total),
        "guideline_versions": ", ".join(sorted(versions)) or "none",
    }


def _agreement(rounds: Path) -> str:
    """The figures over all units of the newest round with a report, a row per layer and annotators."""
    found = sorted(rounds.glob("*/agreement.json"))
    if not found:
        return "Agreement between annotators has not been reported for any round yet."
    report = json.loads(found[-1].read_text(encoding="utf-8"))
    figures = [
        one for one in report.get("figures", []) if one.get("label") is None and one["value"] is not None
    ]
    if any(one["pair"] == ["*", "*"] for one in figures):
        figures = [one for one in figures if one["pair"] == ["*", "*"]]
    rows: dict[tuple[str, str], list[Record]] = {}
    for one in figures:
        pair = " and ".join("all" if name == "*" else name for name in dict.fromkeys(one["pair"]))
        rows.setdefault((one["layer"], pair), []).append(one)
    head = ["| layer | annotators | units | matched | figures |", "|---|---|---:|---:|---|"]
    lines = [
        f"| {layer} | {pair} | {ones[0]['units']:,} | {ones[0]['matched']:,} | {' · '.join(map(_figure, ones))} |"
        for (layer, pair), ones in rows.items()
    ]
    missing = sorted({one["interval_reason"] for one in figures if one.get("interval_reason")})
    notes = [f"\nWhere no 95 % interval stands: {reason}." for reason in missing]
    return f"Round {report.get('round') or found[-1].parent.name}.\n\n" + "\n".join([*head, *lines, *notes])


def _figure(one: Record) -> str:
    known = one.get("low") is not None and one.get("high") is not None
    return f"{one['measure']} {one['value']:.3f}" + (
        f" [{one['low']:.2f}, {one['high']:.2f}]" if known else ""
    )


def _citation(source: Source, manifest: Record) -> str:
    """BibTeX from the corpus's own facts."""
    facts = source.facts
    fields = {
        "title": facts["title"],
        "author": " and ".join(f"{{{name}}}" for name in authors(facts)),
        "version": manifest["version"],
        "doi": facts.get("doi"),
        "url": facts.get("url"),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join(["```bibtex", f"@misc{{{manifest['name']},", *lines, "}", "```"])


def authors(facts: Record) -> list[str]:
    """Who made the corpus, as `authors` of corpus.json says."""
    return list(facts.get("authors") or [f"The {facts.get('title') or 'corpus'} authors"])
