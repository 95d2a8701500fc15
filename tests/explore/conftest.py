"""Sites to look at: of the shipped corpus, of hostile texts, of withheld texts, and of many articles."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.conftest import FIRST

from communique.annotation.files import load_annotation, save_annotation
from communique.corpus.build import build
from communique.explore.site import build_site
from communique.project import Project
from communique.schema import Schema

Record = dict[str, Any]


def copied(shipped: Project, root: Path) -> Project:
    """A copy of the shipped project without its rounds and released versions."""
    shutil.copytree(
        shipped.root / "annotations", root / "annotations", ignore=shutil.ignore_patterns("rounds")
    )
    shutil.copytree(shipped.corpus, root / "corpus", ignore=shutil.ignore_patterns("versions", "data"))
    return Project(root)


def change_json(path: Path, change: Callable[[Record], None]) -> None:
    """Read, change and write a JSON file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def multiply(project: Project, articles: int, annotated: int = 0) -> None:
    """Add copies of the first article under ids of their own, `annotated` of them with its annotation."""
    article = (project.articles / f"{FIRST}.json").read_text(encoding="utf-8")
    gold = (project.gold / f"{FIRST}.json").read_text(encoding="utf-8")
    for number in range(articles):
        day = f"20{10 + number % 12:02d}-{1 + number % 9:02d}-{1 + number % 28:02d}"
        name = f"norland-{day.replace('-', '')}-summit-{number:05d}"
        record = json.loads(article.replace(FIRST, name))
        record |= {"published_on": day, "title": f"Summit number {number:05d}", "publisher": "Norland Post"}
        path = project.articles / f"{name}.json"
        path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        if number < annotated:
            (project.gold / f"{name}.json").write_text(gold.replace(FIRST, name), encoding="utf-8")


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture(scope="session")
def site(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the shipped corpus."""
    return build_site(shipped.root, tmp_path_factory.mktemp("site") / "out").out


HOSTILE = '</script><script>window.hit=1</script><img src=x onerror="window.hit=1">"\'><svg onload=window.hit=1>{{7*7}}'
#: Letters from right to left, combining signs, a sign outside the basic plane, and two ways out of a script element.
TEXT = "קיר אמר כי <b>הצבא</b> לא יתקוף את שכניו 😀 </script><script>window.hit=1</script>\u2028 javascript:alert(1)"


@pytest.fixture(scope="session")
def hostile(
    shipped: Project, schema: Schema, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Path]:
    """A project whose every free word is an attack, and its site: hostile text, names, notes, glosses, addresses."""
    project = copied(shipped, tmp_path_factory.mktemp("hostile") / "project")
    path = project.gold / f"{FIRST}.json"
    annotation = load_annotation(path, schema)
    start = TEXT.index("הצבא")
    trigger = {"start": TEXT.index("יתקוף"), "end": TEXT.index("יתקוף") + 5, "text": "יתקוף"}
    content = {"start": 9, "end": len(TEXT) - 1, "text": TEXT[9:-1]}
    # Crosses the content: one begins inside it and ends with the text.
    across = {"start": start - 3, "end": len(TEXT), "text": TEXT[start - 3 :]}

    def clean(record: Record) -> Record:
        return record | {"note": HOSTILE}

    statement = next(row for row in annotation.tables["statements"] if not row["parent_statement_id"])
    action = annotation.tables["actions"][0]
    event = next(row for row in annotation.tables["events"] if row["event_id"] == action["event_id"])
    mention = annotation.tables["mentions"][0]
    cue = {"start": 4, "end": 7, "text": TEXT[4:7]}
    first = clean(statement) | {
        "cue_spans": [cue],
        "content_spans": [content],
        "source_spans": [{"start": 0, "end": 3, "text": TEXT[:3]}],
        "cue_lemma": HOSTILE,
        "addressee_spans": [],
        "addressee_actor_ids": [],
        "concept_id": None,
        "time": {"value": None, "expression": HOSTILE, "basis": "none", "modifier": None},
    }
    second = first | {"statement_id": f"{FIRST}.Sx", "content_spans": [across], "cue_spans": [cue]}
    annotation.tables["statements"] = [first, second]
    annotation.tables["actions"] = [
        clean(action)
        | {
            "trigger_spans": [trigger],
            "gloss": HOSTILE,
            "status": "denied",
            "agents": [{**one, "span": None, "implicit": True} for one in action["agents"]],
            "targets": [],
            "theme": trigger,
            "instrument": None,
            "location": None,
            "condition_spans": [],
            "realises_statement_id": None,
            "assertion_override": None,
            "other_views": [],
        }
    ]
    annotation.tables["events"] = [clean(event) | {"gloss": HOSTILE}]
    annotation.tables["event_links"] = []
    annotation.tables["mentions"] = [
        clean(mention) | {"start": start, "end": start + 4, "text": "הצבא", "nonactor_type": None}
    ]
    digest = __import__("hashlib").sha256(TEXT.encode()).hexdigest()
    annotation.text_sha256 = digest
    save_annotation(annotation, path, schema)

    def article(record: Record) -> None:
        zone = {"zone_id": 0, "zone": "body", "start": 0, "end": len(TEXT), "duplicate_of": None}
        record |= {"title": HOSTILE, "byline": HOSTILE, "publisher": HOSTILE, "rights": HOSTILE}
        record |= {"url": "javascript:window.hit=1", "language": "he", "text": TEXT, "text_sha256": digest}
        record |= {"zones": [zone], "char_count": len(TEXT)}

    change_json(project.articles / f"{FIRST}.json", article)
    change_json(project.facts, lambda facts: facts.update(title=HOSTILE))
    lines = []
    for line in project.actors.read_text(encoding="utf-8").splitlines():
        actor = json.loads(line)
        lines.append(
            json.dumps(actor | {"canonical_name": HOSTILE, "wikidata_qid": 'Q1"onclick=', "note": HOSTILE})
        )
    project.actors.write_text("\n".join(lines) + "\n", encoding="utf-8")
    build(project)
    return project, build_site(project.root, project.root / "site").out
