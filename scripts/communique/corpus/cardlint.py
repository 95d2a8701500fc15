"""A lint of the dataset card of our own: the Hub's needs a network, and checks less."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from communique.corpus.manifest import read_manifest

#: Sections of the Hub's template that reviewers look for, by a word of their heading.
SECTIONS = (
    "load", "uses", "composition", "collection", "annotation", "annotators", "personal and sensitive information",
    "bias", "rights", "citation",
)  # fmt: skip
#: Licence identifiers of the Hub that an annotated corpus may bear.
LICENCES = frozenset(
    {
        "apache-2.0", "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0",
        "cc-by-sa-4.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
        "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "mit", "odbl", "odc-by", "pddl", "other", "unknown",
    }
)  # fmt: skip
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\{\{.*?\}\}", re.DOTALL)
_TYPED = re.compile(r"(?<![\w.-])\d[\d.,]*(?![\w.-]*\w)")


def lint_card(corpus: Path) -> list[str]:
    """What is wrong with `README.md` of a built corpus; empty when nothing is.

    Front matter: parses, has what the Hub shows, and its configurations name the files and digests of the
    manifest. Text: every section is there and says something, every place for a figure is filled.
    """
    import yaml

    path = corpus / "README.md"
    if not path.exists():
        return ["there is no README.md"]
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n") or text.count("---\n") < 2:
        return ["there is no front matter"]
    _, head, prose = text.split("---\n", 2)
    try:
        front = yaml.safe_load(head)
    except yaml.YAMLError as error:
        return [f"the front matter is no YAML: {str(error).splitlines()[0]}"]
    return _front(front, corpus) + _prose(prose)


def _front(front: Any, corpus: Path) -> list[str]:
    if not isinstance(front, dict):
        return ["the front matter is no mapping"]
    found = [
        f"the front matter lacks {name}"
        for name in ("pretty_name", "license", "configs")
        if not front.get(name)
    ]
    if front.get("license") and front["license"] not in LICENCES:
        found.append(f"the Hub knows no license '{front['license']}'")
    for code in front.get("language") or ():
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)?", str(code)):
            found.append(f"'{code}' is no language code")
    tables = read_manifest(corpus)["tables"]
    configs = front.get("configs") or []
    if sum(bool(one.get("default")) for one in configs) != bool(configs):
        found.append("exactly one configuration is the default")
    named = [one.get("config_name") for one in configs]
    for name in sorted({name for name, entry in tables.items() if entry["rows"]} ^ set(named), key=str):
        found.append(f"the configuration {name} and the tables of the manifest don't match")
    for one in configs:
        entry = tables.get(one.get("config_name"))
        if entry is None:
            continue
        if one.get("description") != f"sha256-{entry['digest']}":
            found.append(f"the configuration {one['config_name']} has another digest than the manifest")
        listed = [path for part in one.get("data_files", []) for path in part["path"]]
        if sorted(listed) != sorted(file["path"] for file in entry["files"]):
            found.append(f"the configuration {one['config_name']} names other files than the manifest")
    return found


def _prose(prose: str) -> list[str]:
    found = [f"a figure is not filled in: {place}" for place in re.findall(r"\{\{\s*[a-z_.]+\s*\}\}", prose)]
    parts = re.split(r"^##? (.+)$", prose, flags=re.MULTILINE)
    sections = {
        head.strip().lower(): body.strip() for head, body in zip(parts[1::2], parts[2::2], strict=True)
    }
    for wanted in SECTIONS:
        bodies = [body for head, body in sections.items() if head == wanted or head.startswith(f"{wanted} ")]
        if not bodies:
            found.append(f"there is no section '{wanted}'")
        elif not any(len(body) > 40 for body in bodies):
            found.append(f"the section '{wanted}' says nothing")
    return found


def typed_figures(prose: str) -> list[str]:
    """Figures typed into the prose of a card instead of being filled in from the data; code is left out."""
    return [
        f"line {number}: {match.group()}"
        for number, line in enumerate(
            _CODE.sub(lambda m: "\n" * m.group().count("\n"), prose).splitlines(), start=1
        )
        for match in _TYPED.finditer(line)
    ]
