"""The public form of a corpus: a folder to share, built beside the working corpus and searched afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

from communique.annotation.source import Source, read_json
from communique.corpus.build import CARD
from communique.corpus.card import card
from communique.corpus.checksums import write_sums
from communique.corpus.croissant import CROISSANT, croissant_json
from communique.corpus.digest import combined
from communique.corpus.manifest import NAME, manifest_json, sha256_of, table_files, verify_file
from communique.corpus.runs import Runs, search
from communique.corpus.snapshot import Snapshot, at_version
from communique.corpus.tables import Part
from communique.corpus.tableset import content_digest, row_digests, write_tables
from communique.corpus.withheld_schema import write_schema
from communique.corpus.withhold import Tables, runs_of, withhold, without
from communique.errors import ProjectError
from communique.files import folder_atomically, write_atomically
from communique.parallel import no_collection
from communique.project import Project
from communique.schema import Schema, Table, load_schema
from communique.text.fingerprint import Level

Record = dict[str, Any]
#: Split and shard by article, the same in all tables; None for what belongs to no article (the actor registry).
Homes = dict[str | None, tuple[str, int]]

WITHHELD = "withheld.jsonl"
_PROSE = ("guidelines", "codebook")
_EXTRA = ("LICENSE-DATA", "CITATION.cff")


@dataclass
class Published:
    """What was built: article ids by what became of them, the values of records that were masked, and the
    files that no search can read."""

    folder: str
    version: str
    fingerprints: str
    withheld: list[str]
    shared: list[str]
    left_out: list[str]
    masked: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def as_dict(self) -> Record:
        return asdict(self)

    def text(self) -> str:
        lines = [
            f"Public form of {self.version} in {self.folder}",
            f"  {len(self.shared)} articles with text, {len(self.withheld)} without, {len(self.left_out)} left out",
            f"  fingerprints: {self.fingerprints}",
            "  searched: no five words in a row of a withheld article in any file",
        ]
        if self.masked:
            lines.append(f"  {len(self.masked)} values quoted a withheld article and are masked:")
            lines += [f"    {one}" for one in self.masked[:5]]
        if self.unread:
            lines.append(
                f"  {len(self.unread)} files are no text: see for yourself that no picture shows an article:"
            )
            lines += [f"    {one}" for one in self.unread[:5]]
        return "\n".join(lines)


def publish(
    project: Project, goal: Path, fingerprints: str = "token", version: str | None = None
) -> Published:
    """Build the public form of the present build, or of a released version, into the new folder `goal`.

    `goal` gets `corpus/` (tables, manifest, card, Croissant, what finds the texts again) and
    `annotations/` (schema, guidelines, codebook); nothing else of the project. It appears whole or not at all.
    Raises ProjectError when `goal` holds something already, a file of the corpus is damaged, or words of a
    withheld article are left somewhere that can't be masked.
    """
    if fingerprints not in get_args(Level):
        raise ProjectError(
            "There is no such kind of fingerprint.", found=fingerprints, expected=", ".join(get_args(Level))
        )
    if goal.exists() and (not goal.is_dir() or any(goal.iterdir())):
        raise ProjectError("The folder is not empty.", file=goal, mend="name a new folder")
    origin = at_version(project, version) if version else project
    snapshot = Snapshot(version or "current", origin)
    with no_collection(), folder_atomically(goal) as made:
        published = _publish(project, snapshot, made, fingerprints)  # type: ignore[arg-type]
    published.folder = str(goal)
    return published


def read_rows(snapshot: Snapshot, schema: Schema) -> tuple[Tables, Homes]:
    """All rows of all tables, and where the rows of each article lie."""
    tables: Tables = {}
    homes: Homes = {}
    for name, table in schema.tables.items():
        tables[name] = []
        for entry, rows in shards_of(snapshot, table):
            tables[name] += rows
            homes.update(dict.fromkeys((row["article_id"] for row in rows), (entry["split"], entry["shard"])))
    return tables, homes


def shards_of(snapshot: Snapshot, table: Table) -> Iterator[tuple[Record, list[Record]]]:
    """The entries of a table in the manifest, each with its rows."""
    from communique.corpus.parquet import read_parquet, records

    entries = table_files(snapshot.manifest, table.name) if table.name in snapshot.manifest["tables"] else []
    for entry in entries:
        yield entry, list(records(read_parquet([verify_file(snapshot.corpus, entry)], table), table))


def parts_of(tables: Tables, homes: Homes) -> Iterator[Part]:
    """The rows in the splits and shards that they came from."""
    for name, rows in tables.items():
        by_home: dict[tuple[str, int], list[Record]] = {}
        for row in rows:
            by_home.setdefault(homes[row["article_id"]], []).append(row)
        for (split, shard), found in sorted(by_home.items()):
            yield split, shard, name, found


def table_digests(tables: Tables, schema: Schema) -> dict[str, str]:
    """Content digest by table, as in a manifest."""
    return {name: combined(row_digests(schema.table(name), rows)) for name, rows in tables.items()}


def _publish(project: Project, snapshot: Snapshot, made: Path, level: Level) -> Published:
    schema = snapshot.read_schema()
    manifest = snapshot.manifest
    if manifest.get("withheld"):
        raise ProjectError(
            "The texts of this corpus are withheld already.",
            file=snapshot.corpus,
            mend="share the folder as it is",
        )
    whole, homes = read_rows(snapshot, schema)
    runs = runs_of(whole["articles"])
    left_out = {row["article_id"] for row in whole["articles"] if row["redistribution"] == "none"}
    kept = without(whole, left_out)
    public = withhold(kept, schema, level, runs)
    corpus = made / "corpus"
    write_schema(project.schema if snapshot.project is project else snapshot.project.schema,
                 made / "annotations" / "schema", "withheld")  # fmt: skip
    shown_schema = load_schema(made / "annotations" / "schema")
    tables, _ = write_tables(corpus, shown_schema, parts_of(public.tables, homes), manifest["shards"])
    facts = read_json(project.facts)
    shown = {
        **manifest,
        "schema": shown_schema.fingerprint,
        "digest": content_digest(tables),
        "tables": tables,
    }
    if public.lines:
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in public.lines)
        write_atomically(corpus / WITHHELD, lines)
        shown["withheld"] = {
            "articles": len(public.lines),
            "fingerprints": level,
            "path": WITHHELD,
            "bytes": (corpus / WITHHELD).stat().st_size,
            "sha256": sha256_of(corpus / WITHHELD),
            "whole_schema": schema.fingerprint,
            "whole": table_digests(kept, schema),
        }
    write_atomically(corpus / NAME, manifest_json(shown))
    write_card(made, project, shown_schema, facts, shown, runs, WITHHELD_NOTE if public.lines else "")
    write_atomically(corpus / CROISSANT, croissant_json(shown_schema, shown, facts))
    unread = _copy_prose(project, made, runs)
    write_sums(made)
    _refuse_leaks(made, runs)
    return Published(
        str(made),
        shown["version"],
        level if public.lines else "none needed",
        [line["article_id"] for line in public.lines],
        [row["article_id"] for row in kept["articles"] if row["redistribution"] == "text_ok"],
        sorted(left_out),
        public.masked,
        unread,
    )


WITHHELD_NOTE = """
## Withheld texts

{articles} of the articles may not be passed on: their texts, titles and excerpts are null here, and a value
that quoted one has `[…]` in place of the words. Whoever has the articles restores the rest with

```
communique hydrate THIS_FOLDER --texts FOLDER_WITH_YOUR_COPIES --out NEW_FOLDER
```

A span comes back only if its own check passed; every other one is reported with the reason. `withheld.jsonl`
holds what finds the texts again (fingerprints: {fingerprints}); what it gives away is said in the
documentation of `communique.text.fingerprint` and `communique.corpus.seal`.
"""


def write_card(
    made: Path, project: Project, schema: Schema, facts: Record, manifest: Record, runs: Runs, note: str
) -> None:
    """The card of the folder `made`, from the project's prose with words of withheld articles masked."""
    prose = (
        runs.mask(project.card_text.read_text(encoding="utf-8"))[0] if project.card_text.exists() else None
    )
    text = card(Source(project, schema, facts, {}, {}, {}), manifest, made / "corpus", prose)
    withheld = manifest.get("withheld") or {"articles": 0, "fingerprints": "none"}
    for name in ("articles", "fingerprints"):
        note = note.replace(f"{{{name}}}", str(withheld[name]))
    write_atomically(made / "corpus" / CARD, text + note)


def _copy_prose(project: Project, made: Path, runs: Runs) -> list[str]:
    """Guidelines and codebook, and citation and licence, with words of withheld articles masked.

    The result are the files that are no text, such as pictures: copied as they are, and searched as bytes only.
    """
    pairs = [
        (path, made / "annotations" / path.relative_to(project.root / "annotations"))
        for name in _PROSE
        for path in sorted((project.root / "annotations" / name).rglob("*"))
        if path.is_file()
    ]
    pairs += [(project.root / name, made / name) for name in _EXTRA if (project.root / name).exists()]
    unread = []
    for path, goal in pairs:
        data = path.read_bytes()
        try:
            write_atomically(goal, runs.mask(data.decode("utf-8"))[0])
        except UnicodeDecodeError:
            write_atomically(goal, data)
            unread.append(path.relative_to(project.root).as_posix())
    for path in sorted((made / "annotations" / "schema").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        masked = _masked_json(json.loads(text), runs)
        write_atomically(path, json.dumps(masked, indent=2, ensure_ascii=False) + "\n")
    return unread


def _masked_json(node: Any, runs: Runs) -> Any:
    if isinstance(node, str):
        return runs.mask(node)[0]
    if isinstance(node, dict):
        return {key: _masked_json(value, runs) for key, value in node.items()}
    return [_masked_json(item, runs) for item in node] if isinstance(node, list) else node


def _refuse_leaks(made: Path, runs: Runs) -> None:
    found = search(made, runs)
    if found:
        name, place, article_id = found[0]
        raise ProjectError(
            "Words of a withheld article are left in the public corpus; nothing was written.",
            file=name,
            record=article_id,
            field=place,
            expected="no five words in a row of the article",
            found=f"{len(found)} place(s)" + (f", also {found[1][0]}" if len(found) > 1 else ""),
            mend="change the value in the annotation or the project's prose; ids and names of files can't be masked",
        )


def source_of_card(text: str) -> str:
    """The card without its front matter."""
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
