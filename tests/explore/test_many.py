"""Many articles: the index is there in under a second, and its filter answers at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pace import slowness
from playwright.sync_api import Browser
from tests.browser import opened
from tests.explore.conftest import copied, multiply
from tests.explore.test_pages import until

from communique.corpus.build import build
from communique.explore.site import build_site
from communique.project import Project

pytestmark = pytest.mark.slow

ARTICLES = 5000

#: Milliseconds from the navigation to the first row of the table and to the last paint of the content.
READY = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done({
  rows: document.querySelectorAll('#ui-rows tr').length,
  paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  loaded: performance.getEntriesByType('navigation')[0].loadEventEnd,
}))))"""
#: Milliseconds from a key to the rows that fit.
ANSWER = """(text) => new Promise((done) => {
  const field = document.getElementById('ui-q'), rows = document.getElementById('ui-rows'), start = performance.now();
  new MutationObserver(() => done(performance.now() - start)).observe(rows, {childList: true});
  field.value = text;
  field.dispatchEvent(new Event('input'));
})"""


@pytest.fixture(scope="module")
def many(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = copied(shipped, tmp_path_factory.mktemp("many") / "project")
    multiply(project, ARTICLES, annotated=20)
    build(project)
    return build_site(project.root).out


def test_the_index_of_many_articles_is_quick(browser: Browser, many: Path) -> None:
    bound, times = 1000 * slowness(), [float("inf")]
    while min(times) >= bound and len(times) < 10:  # now and then something else has the processor
        with opened(browser, width=1200) as tab:
            tab.page.goto((many / "index.html").as_uri())
            ready = tab.page.evaluate(READY)
            assert ready["rows"] == 100
            assert f"{ARTICLES + 1:,} of {ARTICLES + 1:,}" in tab.page.inner_text("#ui-found")
            times.append(max(ready["paint"], ready["loaded"]))
            assert (tab.errors, tab.blocked) == ([], [])
    assert min(times) < bound


def test_the_filter_answers_at_once_and_more_rows_can_be_had(browser: Browser, many: Path) -> None:
    with opened(browser, width=1200) as tab:
        tab.page.goto((many / "index.html").as_uri())
        tab.page.click("#ui-more")
        assert tab.page.locator("#ui-rows tr").count() == 200
        assert min(tab.page.evaluate(ANSWER, f"number 0{i}123") for i in range(5)) < 500 * slowness()
        assert tab.page.locator("#ui-rows tr").count() == 1
        tab.page.locator("#ui-rows a").first.click()
        tab.page.wait_for_url("**/articles/norland-*.html")
        assert "04123" in tab.page.inner_text("h1")


def test_tables_of_many_files_say_what_is_not_loaded_yet(
    browser: Browser, shipped: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("communique.explore.chunks.CHUNK", 4000)
    site = build_site(shipped.root, tmp_path / "site").out
    with opened(browser, width=1200) as tab:
        tab.page.goto((site / "actions.html").as_uri())
        first = tab.page.locator("#ui-rows tr").count()
        assert "loaded" in tab.page.inner_text("#ui-found")
        tab.page.click("#ui-rest")
        until(tab.page, f"document.querySelectorAll('#ui-rows tr').length > {first}")
        assert "loaded" not in tab.page.inner_text("#ui-found")
        assert tab.errors == []
