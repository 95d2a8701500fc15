"""JSON files as a shard: articles, annotation files and the registry, checked at levels 0 and 1 record by record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from communique.annotation.files import annotation_tables, fill
from communique.schema import Schema, Table
from communique.schema.files import pointer
from communique.validation import level0, level1
from communique.validation.finding import Finding
from communique.validation.frames import NO_ROUND, Record, Shard, frame_of, key_of, strings_in, unstorable
from communique.validation.quick import Surely, surely_valid
from communique.validation.readjson import parse, read_text

_PLACEHOLDER = {
    "round": NO_ROUND, "annotators": ["?"], "annotator_kind": "mixed", "decision": "single",
    "reviewed_by_person": False, "guideline_version": "0.0.0",
}  # fmt: skip


_ID = re.compile(r'"([a-z_]+_id)"\s*:\s*"([^"\n]{1,200})"')


class Reader:
    """Collects the sound records of many JSON files, and the findings about the others."""

    def __init__(self, schema: Schema, root: Path, name: str = "") -> None:
        self.schema = schema
        self.root = root
        self.findings: list[Finding] = []
        self.records: dict[str, list[Record]] = {
            table: [] for table in schema.tables if not schema.table(table).is_view
        }
        self.shard = Shard(name, schema, {})
        self.headers: list[Record] = []
        self.counts: dict[str, int] = dict.fromkeys(self.records, 0)
        self._validators: dict[str, Any] = {}
        self._quick: dict[str, Surely] = {}

    def name_of(self, path: Path) -> str:
        """How findings call a file: relative to the root where it lies below it."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def article(self, path: Path) -> None:
        """One file of corpus/articles."""
        name = self.name_of(path)
        data, gone = self._object(path, name)
        if data is None:
            # The article is named by its file: what hangs on it is not judged.
            self.shard.lose("articles", path.stem, path.stem, set())
        if data is None or gone:
            self.shard.gated.add(path.stem)
            if data is None:
                return
        stated = data.get("article_id")
        if isinstance(stated, str) and stated != path.stem:
            self._misnamed(name, stated, path.stem)
        self._check("articles", data, name, "", path.stem)

    def annotation(self, path: Path) -> None:
        """One annotation file."""
        name = self.name_of(path)
        data, _ = self._object(path, name)
        if data is None:
            self.shard.gated.add(path.stem)
            self._lose_file(path.stem, path)
            return
        tables = annotation_tables(self.schema)
        sections = {table.name for table in tables}
        header = {key: value for key, value in data.items() if key not in sections}
        self._sections(header, name, sections)
        stated = data.get("article_id")
        article_id = stated if isinstance(stated, str) else path.stem
        faults = self._header(header, name, article_id)
        if isinstance(stated, str) and stated != path.stem and "article_id" not in faults:
            self._misnamed(name, stated, path.stem)
            if _states(path.with_name(f"{stated}.json"), stated):
                # A copy: its records are those of the file that bears the right name.
                return
        provenance = _PLACEHOLDER if faults & {"provenance"} else data["provenance"]
        own_id = path.stem if "article_id" in faults else article_id
        filled = {"article_id": own_id, "provenance": provenance}
        if not faults & {"article_id", "text_sha256"}:
            self.headers.append({"article_id": article_id, "text_sha256": data["text_sha256"], "file": name})
        for table in tables:
            section = data.get(table.name, [])
            if not isinstance(section, list):
                said = f"The section '{table.name}' is {level1.shown(section, 40)}."
                self.add(level0.FORM.finding(said, file=name, field=table.name, expected="a list of objects"))
                continue
            for index, record in enumerate(section):
                at = pointer(table.name, index)
                if not isinstance(record, dict):
                    said = f"A record of '{table.name}' is {level1.shown(record, 40)}."
                    self.add(
                        level0.FORM.finding(
                            said, file=name, pointer=at, field=table.name, expected="an object"
                        )
                    )
                    continue
                self._check(table.name, fill(table, record, filled), name, at, own_id)

    def registry(self, path: Path) -> None:
        """The actor registry, one object a line."""
        name = self.name_of(path)
        text, findings = read_text(path, name)
        for finding in findings:
            self.add(finding)
        table = self.schema.table("actors")
        for number, line in enumerate((text or "").split("\n"), start=1):
            if not line.strip():
                continue
            place: dict[str, Any] = {"table": "actors", "key": f"line {number}"}
            record, found = parse(line, name, records=True, **place)
            for finding in found:
                self.add(finding)
            if record is None:
                self._lose_ids(line)
                self.shard.lose("actors", None, None, set())
            elif not isinstance(record, dict):
                said = f"Line {number} holds {level1.shown(record, 40)}."
                self.add(level0.FORM.finding(said, file=name, expected="an object", **place))
                self._lose_ids(line)
                self.shard.lose("actors", None, None, set())
            else:
                self._check("actors", fill(table, record, {}), name, f"line {number}", None)

    def done(self) -> Shard:
        """The shard of all that was read."""
        import polars as pl

        for table, records in self.records.items():
            self.shard.frames[table] = frame_of(records, self.schema.table(table))
        kinds = {"article_id": pl.String, "text_sha256": pl.String, "file": pl.String}
        self.shard.digests = pl.DataFrame(self.headers, schema=kinds)
        return self.shard

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)

    def _object(self, path: Path, name: str) -> tuple[Record | None, list[Finding]]:
        text, findings = read_text(path, name)
        value, more = parse(text, name, records=True) if text is not None else (None, [])
        findings += more
        if text is not None and not findings and not isinstance(value, dict):
            findings = [
                level0.FORM.finding(
                    f"The file holds {level1.shown(value, 40)}.", file=name, expected="one object"
                )
            ]
        for finding in findings:
            self.add(finding)
        return (value if isinstance(value, dict) else None), findings

    def _misnamed(self, name: str, stated: str, stem: str) -> None:
        said = f"The file is named after '{stem}' and holds '{stated}'."
        self.add(
            level0.MISNAMED.finding(
                said, file=name, field="article_id", found=stated, expected=stem, article_id=stated
            )
        )

    def _sections(self, header: Record, name: str, sections: set[str]) -> None:
        known = set(self.schema.shared["annotation_header"]["properties"])
        for one in sorted(set(header) - known):
            said = f"There is no section '{one}'."
            near = level1._closest(one, sorted(known | sections))
            self.add(
                level0.FORM.finding(
                    said, file=name, pointer=pointer(one), field=one, found=one, expected=near
                )
            )
            del header[one]

    def _header(self, header: Record, name: str, article_id: str) -> set[str]:
        """Check the header; the names of its faulty fields."""
        faults: set[str] = set()
        place = {"file": name, "article_id": article_id, "table": "annotation", "key": article_id}
        for finding in self._faults("annotation_header", header, None, place):
            faults.add((finding.field or "").split("/")[0])
            if finding.id == level1.UNSTORABLE.id:
                # Nothing else was looked at.
                faults |= {"provenance", "text_sha256"}
            self.add(_pointed(finding, ""))
        return faults

    def _check(self, table_name: str, record: Record, name: str, at: str, article_id: str | None) -> None:
        table = self.schema.table(table_name)
        self.counts[table_name] += 1
        key = key_of(table, record)
        own = record.get("article_id") if isinstance(record.get("article_id"), str) else article_id
        place = {
            "file": name,
            "table": table_name,
            "key": key or at.lstrip("/").replace("/", " "),
            "article_id": own,
        }
        faults = list(self._faults(table_name, record, table, place))
        if faults:
            for finding in faults:
                self.add(_pointed(finding, at))
            self.shard.lose(table_name, own, key, strings_in(record))
            return
        self.records[table_name].append(record)
        self.shard.origin.setdefault((table_name, key or at), []).append((name, at))

    def _faults(
        self, schema_name: str, record: Record, table: Table | None, place: dict[str, Any]
    ) -> Iterable[Finding]:
        shape = table.stored_schema if table else self.schema.shared[schema_name]
        if schema_name not in self._quick:
            self._quick[schema_name] = surely_valid(level1.lists_as_enums(shape))
        if self._quick[schema_name](record):
            return []
        bad = unstorable(record)
        if bad is not None:
            path, why = bad
            return [
                level1.UNSTORABLE.finding(
                    f"The value holds {why}.", field=level1.path_of(path), found=why, **place
                )
            ]
        if schema_name not in self._validators:
            self._validators[schema_name] = level1.validator(shape)
        return level1.explain(self._validators[schema_name].iter_errors(record), table, **place)

    def _lose_file(self, article_id: str, path: Path) -> None:
        """A whole annotation file that cannot be read: count it in every table, and spare what it may name."""
        self.shard.lost_file = True
        for table in annotation_tables(self.schema):
            self.shard.lose(table.name, article_id, None, set())
        try:
            self._lose_ids(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            return

    def _lose_ids(self, text: str) -> None:
        """Spare what a text that cannot be read as JSON may name or define."""
        self.shard.named |= {part for part in text.split('"')[1::2] if len(part) <= 200}
        keys = {self.schema.table(name).key[0]: name for name in self.records}
        for column, value in _ID.findall(text):
            if column in keys:
                self.shard.broken_keys.setdefault(keys[column], set()).add(value)


def _pointed(finding: Finding, at: str) -> Finding:
    from dataclasses import replace

    return replace(finding, pointer=at + ("/" + finding.field if finding.field else ""))


def _states(path: Path, article_id: str) -> bool:
    """Whether another annotation file says that it is of this article."""
    text, _ = read_text(path, path.name) if path.is_file() else (None, [])
    value, _ = parse(text, path.name) if text is not None else (None, [])
    return isinstance(value, dict) and value.get("article_id") == article_id
