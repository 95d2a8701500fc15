"""Restore a corpus whose texts are withheld from the reader's own copies of the articles.

The public folder is never written to; the result is a new one. What can't be restored beyond doubt is
reported and left empty: a span that was not found has no offsets, a mention that was not found no row.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from communique.annotation.derive import derive_actors
from communique.corpus.build import CARD
from communique.corpus.checksums import sealed_folder, write_sums
from communique.corpus.croissant import CROISSANT, croissant_json
from communique.corpus.hydrate_rows import Places, Restored, claims_of, restore, restore_row, unseal_rows
from communique.corpus.hydrate_texts import Copy, Wanted, assign, refuse_wrong
from communique.corpus.load import locate
from communique.corpus.manifest import NAME, manifest_json, read_manifest, verify_file
from communique.corpus.public import WITHHELD, Homes, parts_of, read_rows, shards_of
from communique.corpus.snapshot import Snapshot
from communique.corpus.tableset import content_digest, write_tables
from communique.corpus.walk import Walker
from communique.corpus.withheld_schema import write_schema
from communique.errors import ProjectError
from communique.files import folder_atomically, write_atomically
from communique.parallel import Parallel, no_collection
from communique.project import Project
from communique.schema import Schema, load_schema
from communique.text.keys import keyed

Record = dict[str, Any]

REPORT = "hydrate-report.json"


@dataclass
class Document:
    """One withheld article. `status`: restored (all of it), partial, or missing (no copy was given)."""

    article_id: str
    status: str
    file: str | None = None
    text: str | None = None
    spans: int = 0
    recovered: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    values: str = "none sealed"
    lost: list[Record] = field(default_factory=list)


@dataclass
class Hydrated:
    """The report: one document for each withheld article, files that were of none, and whether the result
    is, by its content digests, the very corpus that was withheld."""

    folder: str
    documents: list[Document]
    unused: list[str]
    identical: bool

    @property
    def complete(self) -> bool:
        return all(one.status == "restored" for one in self.documents)

    def as_dict(self) -> Record:
        documents = [dict(vars(one)) for one in self.documents]
        return {**vars(self), "documents": documents, "complete": self.complete}

    def text(self) -> str:
        lines = [f"Restored corpus in {self.folder}"]
        for one in self.documents:
            if one.status == "missing":
                lines.append(f"  {one.article_id}: no copy was given; its words stay withheld")
                continue
            share = f"{one.recovered:,} of {one.spans:,} spans"
            lines.append(
                f"  {one.article_id}: {one.status} from {one.file} ({one.text}), {share}, {one.values}"
            )
            for lost in one.lost[:5]:
                where = f"{lost['table']} {lost['key']} {lost['path']}".strip()
                lines.append(f"    {lost['status']}: {where}: {lost['reason']}")
            if len(one.lost) > 5:
                lines.append(f"    … {len(one.lost) - 5} more in corpus/{REPORT}")
        if self.unused:
            lines.append(f"  {len(self.unused)} file(s) are copies of no withheld article: {self.unused[0]}")
        if self.identical:
            lines.append("  Content digests: identical to the corpus that was withheld.")
        return "\n".join(lines)


def hydrate(public: Path, copies: Iterable[Copy], goal: Path) -> Hydrated:
    """Restore `public` into the new folder `goal`, which appears whole or not at all.

    Raises ProjectError when nothing is withheld there, a file is damaged, `goal` isn't empty, two texts are
    given for one article, or a text that bears an article's name is another one; nothing is written then.
    """
    project = locate(public)
    manifest = read_manifest(project.corpus)
    if not manifest.get("withheld"):
        raise ProjectError(
            "No text of this corpus is withheld.", file=project.corpus, mend="load it as it is"
        )
    if goal.exists() and (not goal.is_dir() or any(goal.iterdir())):
        raise ProjectError("The folder is not empty.", file=goal, mend="name a new folder with --out")
    released = sealed_folder(project.corpus) or public
    if released.resolve() in (goal.resolve(), *goal.resolve().parents):
        raise ProjectError("A release is never written to.", file=goal, mend="name a folder outside of it")
    with no_collection():
        return _hydrate(project, manifest, copies, goal)


def _hydrate(project: Project, manifest: Record, copies: Iterable[Copy], goal: Path) -> Hydrated:
    lines = read_withheld(project, manifest)
    snapshot, schema = Snapshot("public", project), load_schema(project.schema)
    articles = {
        row["article_id"]: row for _, rows in shards_of(snapshot, schema.table("articles")) for row in rows
    }
    missing = [line["article_id"] for line in lines if line["article_id"] not in articles]
    if missing:
        raise ProjectError(
            "What finds the texts again is of another corpus.", file=project.corpus / WITHHELD, record=missing[0],
            mend="fetch the release again",
        )  # fmt: skip
    wanted, texts = Wanted(lines, articles), list(copies)

    def anchor(copy: Copy) -> tuple[str | None, bool, tuple[Restored, Places] | None]:
        new = keyed(copy.text)
        article_id, named = wanted.article_of(copy, new)
        return article_id, named, restore(wanted.lines[article_id], new) if article_id else None

    work = Parallel(anchor, texts)
    tables, homes = read_rows(snapshot, schema)
    done = work.results()
    found, unused = assign(texts, [(article_id, named) for article_id, named, _ in done])
    anchored = {article_id: made for article_id, _, made in done if article_id and made}
    restored = restore_tables(tables, schema, lines, found, anchored)
    documents = [_document(line, restored, found) for line in lines]
    with folder_atomically(goal) as made:
        hydrated = _write(made, goal.name, project, manifest, tables, homes, documents, unused)
    hydrated.folder = str(goal)
    return hydrated


def read_withheld(project: Project, manifest: Record) -> list[Record]:
    """The lines of `withheld.jsonl`, its bytes verified. Raises ProjectError when they aren't as released."""
    path = verify_file(project.corpus, manifest["withheld"])
    try:
        return msgspec.json.Decoder().decode_lines(path.read_bytes())
    except ValueError as error:
        raise ProjectError(f"Not JSON lines: {error}", file=path, mend="fetch the release again") from None


def restore_tables(
    tables: dict[str, list[Record]],
    schema: Schema,
    lines: list[Record],
    found: dict[str, Copy],
    anchored: dict[str, tuple[Restored, Places]] | None = None,
) -> dict[str, Restored]:
    """The inverse of communique.corpus.withhold: rewrite `tables` in place; the outcome by article.

    `lines` are those of `withheld.jsonl`, `found` the copy of each article that has one, `anchored` what
    communique.corpus.hydrate_rows.restore gave for it, if that was done.
    Raises ProjectError for a text that has nothing of its article.
    """
    restored: dict[str, Restored] = {}
    places = {}
    for line in lines:
        copy = found.get(line["article_id"])
        if copy is None:
            continue
        made, where = (anchored or {}).get(line["article_id"]) or restore(line, keyed(copy.text))
        if made.report.status == "unrelated":
            raise refuse_wrong(line["article_id"], copy)
        restored[made.article_id], places[made.article_id] = made, where
    for name, rows in tables.items():
        if schema.table(name).is_view:
            continue
        walker = Walker(schema.table(name), frozenset(("span", "spans", "place")))
        kept = []
        for row in rows:
            one = restored.get(row["article_id"])
            new = restore_row(name, row, walker, one, places[one.article_id]) if one else row
            if new is not None:
                kept.append(new)
        tables[name] = kept
    actions = {row["action_id"]: row for row in tables["actions"] if row["article_id"] in restored}
    for name, rows in tables.items():
        if schema.table(name).is_view and "trigger_text" in schema.table(name).by_name:
            tables[name] = [dict(row) for row in rows]
            claims_of(tables[name], actions)
    unseal_rows(tables, schema, list(restored.values()))
    counts = {row["actor_id"]: row for row in tables["actors"]}
    said = [row for row in tables["mentions"] if row["text"] is not None]
    for row in derive_actors(tables["actors"], said):
        counts[row["actor_id"]]["aliases"] = row["aliases"]
    return restored


def _document(line: Record, restored: dict[str, Restored], found: dict[str, Copy]) -> Document:
    one = restored.get(line["article_id"])
    if one is None:
        return Document(line["article_id"], "missing")
    values = "none sealed"
    if "sealed" in line:
        values = f"{len(one.sealed)} sealed values opened" if one.opened else "sealed values stay closed"
    return Document(
        one.article_id,
        "restored" if one.whole else "partial",
        found[one.article_id].file,
        one.report.status,
        one.spans,
        one.recovered,
        {str(status): count for status, count in one.report.counts.items()},
        values,
        [lost._asdict() for lost in one.lost],
    )


def _write(
    made: Path,
    name: str,
    project: Project,
    manifest: Record,
    tables: dict[str, list[Record]],
    homes: Homes,
    documents: list[Document],
    unused: list[str],
) -> Hydrated:
    whole = all(one.status == "restored" for one in documents)
    annotations = project.schema.parent
    goal = made / "annotations" / "schema"
    write_schema(project.schema, goal, "whole" if whole else "partial")
    for part in ("guidelines", "codebook"):
        if (annotations / part).is_dir():
            shutil.copytree(annotations / part, made / "annotations" / part)
    schema = load_schema(goal)
    corpus = made / "corpus"
    written, _ = write_tables(corpus, schema, parts_of(tables, homes), manifest["shards"])
    shown = {**manifest, "schema": schema.fingerprint, "digest": content_digest(written), "tables": written}
    withheld = shown.pop("withheld")
    identical = all(written[table]["digest"] == value for table, value in withheld["whole"].items())
    left = [one.article_id for one in documents if one.status == "missing"]
    if left:
        lines = [line for line in read_withheld(project, manifest) if line["article_id"] in left]
        data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_atomically(corpus / WITHHELD, data)
    shown["hydrated"] = {
        "restored": sum(one.status == "restored" for one in documents),
        "partial": sum(one.status == "partial" for one in documents),
        "missing": len(left),
        "identical": identical,
    }
    write_atomically(corpus / NAME, manifest_json(shown))
    _prose(made, project, shown)
    report = Hydrated(name, documents, unused, identical)
    write_atomically(corpus / REPORT, _report_json(report))
    write_sums(made)
    return report


def _report_json(report: Hydrated) -> str:
    """The report with one document a line: json indents at a fifth of the speed."""
    said = report.as_dict()
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in said.pop("documents"))
    head = json.dumps(said, indent=2, ensure_ascii=False).removesuffix("\n}")
    return f'{head},\n  "documents": [\n{lines}\n  ]\n}}\n'


def _prose(made: Path, project: Project, manifest: Record) -> None:
    """Card and Croissant of the public corpus with the files, digests and version of the restored one."""
    import yaml

    text = (project.corpus / CARD).read_text(encoding="utf-8")
    _, head, prose = text.split("---\n", 2)
    front = yaml.safe_load(head)
    tables = manifest["tables"]
    for config in front.get("configs", []):
        entry = tables[config["config_name"]]
        config["description"] = f"sha256-{entry['digest']}"
        for one in config["data_files"]:
            one["path"] = [file["path"] for file in entry["files"] if file["split"] == one["split"]]
    front["configs"] = [
        config for config in front.get("configs", []) if tables[config["config_name"]]["rows"]
    ]
    prose = prose.partition("\n## Withheld texts\n")[0].rstrip("\n") + (
        "\n\n## Restored texts\n\nThe words of withheld articles were restored from a reader's own copies "
        f"(`communique hydrate`); `{REPORT}` says how. They may not be passed on.\n"
    )
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)
    write_atomically(made / "corpus" / CARD, f"---\n{head}---\n{prose}")
    facts = json.loads((project.corpus / CROISSANT).read_text(encoding="utf-8"))
    schema = load_schema(made / "annotations" / "schema")
    said = {
        "description": facts["description"],
        "language": facts["inLanguage"],
        "annotations_licence": facts["license"],
    }
    write_atomically(made / "corpus" / CROISSANT, croissant_json(schema, manifest, said))
