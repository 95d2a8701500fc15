"""Files of a project beside its records: strays, corpus.json, the inventory of raw files, the guidelines' version (L0)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from communique.articles.languages import CODES
from communique.corpus.manifest import sha256_of
from communique.corpus.versions import is_number
from communique.project import Project
from communique.validation import level0, level1
from communique.validation.finding import Finding
from communique.validation.gold import Reader
from communique.validation.readjson import parse, read_text

Record = dict[str, Any]

_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
#: What an article and the inventory of raw files both say.
_SHARED = (
    ("source_sha256", "sha256"),
    ("text_sha256", "text_sha256"),
    ("rights", "rights"),
    ("rights_holder", "rights_holder"),
    ("redistribution", "redistribution"),
)


def stray_files(project: Project) -> list[Finding]:
    """What lies in the folders of gold and articles and is never read. Names that begin with a dot are passed over."""
    found = []
    for folder in (project.articles, project.gold):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix == ".json" or path.name.startswith("."):
                continue
            name = path.relative_to(project.root).as_posix()
            what = "a folder" if path.is_dir() else "a file that does not end in .json"
            found.append(level0.STRAY.finding(f"This is {what}: nothing reads it.", file=name))
    return found


def facts(project: Project) -> list[Finding]:
    """The corpus's own facts have the form that build, card and release rely on."""
    if not project.facts.exists():
        return []
    name = project.facts.relative_to(project.root).as_posix()
    data, findings = _json(project.facts, name)
    if data is None:
        return findings

    def wrong(key: str, expected: str) -> None:
        said = f"'{key}' is {level1.shown(data.get(key), 60)}."
        findings.append(
            level0.FACTS.finding(said, file=name, field=key, pointer=f"/{key}", expected=expected)
        )

    for key in ("name", "version"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            wrong(key, "text")
    for key in ("title", "description", "annotations_licence"):
        if key in data and (not isinstance(data[key], str) or not data[key].strip()):
            wrong(key, "text")
    if isinstance(data.get("version"), str) and not is_number(data["version"]):
        wrong("version", "x.y.z")
    elif str(data.get("version")).startswith("v"):
        wrong("version", "x.y.z without a v")
    if "language" in data:
        languages = data["language"]
        if not isinstance(languages, list) or any(one not in CODES for one in languages):
            wrong("language", "a list of ISO 639-1 codes")
    return findings


def guidelines(project: Project) -> tuple[str | None, list[Finding]]:
    """The version of the guidelines as annotations/guidelines/VERSION says it, None where it says none."""
    path = project.guidelines / "VERSION"
    if not project.guidelines.is_dir():
        return None, []
    name = path.relative_to(project.root).as_posix()
    if not path.is_file():
        said = "There are guidelines and no file VERSION."
        return None, [level0.GUIDELINES.finding(said, file=name, expected="x.y.z")]
    text = path.read_bytes().decode("utf-8", "replace").strip()
    if _VERSION.fullmatch(text):
        return text, []
    said = f"The file says {level1.shown(text, 40)}."
    return None, [level0.GUIDELINES.finding(said, file=name, found=text[:40], expected="x.y.z")]


def inventory(reader: Reader, project: Project) -> list[Finding]:
    """`raw/sources.jsonl` against the articles and the raw files; nothing where there is none."""
    if not project.sources.exists():
        return []
    name = project.sources.relative_to(project.root).as_posix()
    text, findings = read_text(project.sources, name) if project.sources.stat().st_size else ("", [])
    lines: dict[tuple[str, Any], tuple[int, Record]] = {}
    for number, line in enumerate((text or "").split("\n"), start=1):
        if not line.strip():
            continue
        place: Record = {"key": f"line {number}", "pointer": f"line {number}"}
        record, found = parse(line, name, **place)
        findings += found
        if record is None:
            continue
        if not isinstance(record, dict) or not isinstance(record.get("source_file"), str):
            said = f"Line {number} holds {level1.shown(record, 60)}."
            expected = "an object with source_file"
            findings.append(level0.FORM.finding(said, file=name, expected=expected, **place))
            continue
        lines[record["source_file"], record.get("source_record")] = number, record
        findings += _raw(project, record, name, place)
    if not findings:
        findings += _against(reader, lines, name)
    return findings


def _raw(project: Project, record: Record, name: str, place: Record) -> list[Finding]:
    """The raw file of a line is as the line says, in size too."""
    path = project.raw / record["source_file"]
    if not inside(project, record["source_file"]) or not path.is_file():
        return []
    for key, found in (("bytes", path.stat().st_size), ("sha256", None)):
        if key not in record:
            continue
        seen = sha256_of(path) if key == "sha256" else found
        if record[key] != seen:
            said = f"'{key}' of {record['source_file']} is {seen}."
            expected = {"found": str(record[key]), "expected": str(seen)}
            return [level0.SOURCES.finding(said, file=name, field=key, **expected, **place)]
    return []


def _against(reader: Reader, lines: dict[tuple[str, Any], tuple[int, Record]], name: str) -> list[Finding]:
    found = []
    for article in reader.records["articles"]:
        key = article["source_file"], article["source_record"]
        place: Record = {
            "table": "articles",
            "key": article["article_id"],
            "article_id": article["article_id"],
        }
        if key not in lines:
            said = f"No line is about {key[0]}{f', record {key[1]}' if key[1] else ''}."
            found.append(level0.SOURCES.finding(said, file=name, field="source_file", found=key[0], **place))
            continue
        number, line = lines[key]
        for field, stated in _SHARED:
            if stated in line and line[stated] != article[field]:
                here, there = level1.shown(article[field], 60), level1.shown(line[stated], 60)
                said = f"The article says {here}, the inventory {there}."
                found.append(
                    level0.SOURCES.finding(
                        said, file=name, field=stated, pointer=f"line {number}", found=str(line[stated]),
                        expected=str(article[field]), **place,
                    )
                )  # fmt: skip
                break
    return found


def inside(project: Project, source_file: str) -> bool:
    """Whether the path of a raw file stays in corpus/raw."""
    raw = project.raw.resolve()
    return (raw / source_file).resolve().is_relative_to(raw)


def _json(path: Path, name: str) -> tuple[Record | None, list[Finding]]:
    text, findings = read_text(path, name)
    value, more = parse(text, name) if text is not None else (None, [])
    findings = findings + more
    if findings or isinstance(value, dict):
        return (value if isinstance(value, dict) else None), findings
    said = f"The file holds {level1.shown(value, 40)}."
    return None, [level0.FORM.finding(said, file=name, expected="one object")]
