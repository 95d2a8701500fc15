"""A small empty project, and invented articles in each of the four forms."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from communique.articles.article import IngestOptions
from communique.project import Project

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "tests" / "data" / "seed" / "article.txt"
TODAY = date(2026, 1, 15)

PARAGRAPHS = [
    "Ministers from Norland and Sudland ended two days of talks in Port Amber on Thursday without a deal "
    "on fishing rights, officials said, leaving hundreds of boats in harbour.",
    '"We will not sign a bad agreement," said Ola Berg, the Norland fisheries minister. "Our boats can wait."',
    "Sudland's foreign ministry said it remained open to talks. Berg said the next round would be in April.",
    "The two countries have disputed the Amber Bank since 1974, when Sudland widened its zone. Berg's party "
    "isn't willing to give it up.",
    "Fishing crews in Port Amber said they didn't expect a quick end to the dispute.",
]
SCRAPE_URL = "https://www.meridiancourier.example/world/2021/mar/04/harbour-talks-end-without-deal"
CAPTION = "Boats lie in Port Amber on 4 March  Photograph Ana RuizMeridian Pictures"
SCRAPE = "\n".join(
    [
        "Boats lie in Port Amber on 4 March  Photograph Ana RuizMeridian Pictures" * 2,
        "20210304",
        SCRAPE_URL,
        *PARAGRAPHS,
    ]
)
TEXT = "\n\n".join(
    ["Harbour talks end without a deal", "By Ana Ruiz", "4 March 2021", *PARAGRAPHS],
)
HTML = f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Harbour talks end without a deal | Meridian Courier</title>
<link rel="canonical" href="{SCRAPE_URL}"><meta property="og:site_name" content="Meridian Courier">
<meta property="article:published_time" content="2021-03-04T10:00:00Z"><meta name="author" content="Ana Ruiz">
<meta name="description" content="Ministers leave after two days without agreeing on fishing rights"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Harbour talks end without a deal</h1>
<p>Ministers leave after two days without agreeing on fishing rights</p><p>By Ana Ruiz</p>
{"".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)}</article><footer>Imprint</footer></body></html>
"""
RECORD: dict[str, Any] = {
    "source": {"id": None, "name": "Meridian Courier"},
    "author": "Ana Ruiz",
    "title": "Harbour talks end without a deal",
    "url": SCRAPE_URL,
    "urlToImage": "https://img.example/1.jpg",
    "publishedAt": "2021-03-04T10:00:00Z",
    "content": "\n".join(PARAGRAPHS),
}
FORMS = {"scrape.txt": SCRAPE, "text.txt": TEXT, "page.html": HTML, "api.jsonl": json.dumps(RECORD) + "\n"}


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """A project with the shipped schema and nothing in it."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "annotations" / "schema", root / "annotations" / "schema")
    return Project(root)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def options(**said: Any) -> IngestOptions:
    return IngestOptions(**{"received_on": TODAY, **said})


def state(project: Project) -> dict[str, bytes]:
    """Every file of the corpus with its bytes."""
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for path in sorted(project.corpus.rglob("*"))
        if path.is_file()
    }
