"""A public corpus without the words of its articles: the site shows what was decided, and no words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser import opened
from tests.conftest import FIRST
from tests.explore.conftest import copied

from communique.corpus.build import build
from communique.corpus.load import WithheldTextWarning, open_corpus
from communique.corpus.public import publish
from communique.explore.site import build_site
from communique.project import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::communique.corpus.load.WithheldTextWarning"),
]

assert WithheldTextWarning


@pytest.fixture(scope="module")
def public(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("public")
    project = copied(shipped, root / "project")
    build(project)
    publish(project, root / "shared")
    return build_site(root / "shared", root / "site").out


def test_no_words_are_in_the_site(public: Path, shipped: Project) -> None:
    article = open_corpus(shipped.root)[FIRST]
    prose = [one for one in article.zones if one["zone"] not in ("url_line", "date_line")]
    words = re.findall(r"\w+", " | ".join(article.text[one["start"] : one["end"]] for one in prose))
    runs = {" ".join(words[i : i + 5]).casefold() for i in range(len(words) - 4)}
    for path in public.rglob("*.*"):
        if path.suffix in (".html", ".js"):
            said = re.findall(
                r"\w+",
                path.read_text(encoding="utf-8").replace(FIRST, " ").replace(FIRST.replace("-", " "), " "),
            )
            found = {" ".join(said[i : i + 5]).casefold() for i in range(len(said) - 4)} & runs
            assert not found, path


def test_what_was_decided_is_shown(browser: Browser, public: Path, shipped: Project) -> None:
    article = open_corpus(shipped.root)[FIRST]
    with opened(browser, width=1200) as tab:
        tab.page.goto((public / "articles" / f"{FIRST}.html").as_uri())
        assert "withheld" in tab.page.locator("main").inner_text()
        assert tab.page.locator(".note.action").count() == len(article.actions)
        tab.page.locator(".note .self").first.click()
        assert tab.page.locator("#ui-card").is_visible()
        tab.page.select_option("#ui-group", "negated")
        assert tab.page.locator(".note.action:not(.dim):visible").count() > 0
        for name in ("index.html", "actions.html", "statements.html", "actors.html", "codebook.html"):
            tab.page.goto((public / name).as_uri())
            assert tab.page.locator("h1").count() == 1
        assert (tab.errors, tab.blocked) == ([], [])
