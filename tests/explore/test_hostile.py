"""Texts and names are data: nothing that they say is ever run, loaded or linked to."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser import opened
from tests.conftest import FIRST
from tests.explore.conftest import HOSTILE, TEXT

from communique.project import Project

pytestmark = pytest.mark.slow

PAGES = [
    "index.html",
    "actions.html",
    "statements.html",
    "actors.html",
    "network.html",
    "timeline.html",
    "codebook.html",
]


@pytest.mark.parametrize("name", [*PAGES, f"articles/{FIRST}.html", "actors/AUTHOR.html"])
def test_nothing_hostile_runs(browser: Browser, hostile: tuple[Project, Path], name: str) -> None:
    with opened(browser, width=1200) as tab:
        said: list[str] = []
        tab.page.on("console", lambda message: said.append(message.text))
        tab.page.goto((hostile[1] / name).as_uri())
        for mark in tab.page.locator(".words [data-r]").all()[:6]:
            mark.click()
        tab.page.wait_for_timeout(200)
        assert tab.page.evaluate("window.hit") is None
        assert tab.page.locator("main img, main svg[onload], main script:not([type])").count() == 0
        assert tab.page.locator("a[href^='javascript' i]").count() == 0
        assert (tab.errors, said, tab.blocked) == ([], [], [])


def test_what_was_written_is_what_is_read(browser: Browser, hostile: tuple[Project, Path]) -> None:
    with opened(browser) as tab:
        tab.page.goto((hostile[1] / "articles" / f"{FIRST}.html").as_uri())
        shown = tab.page.locator("h1").text_content()
        assert shown == HOSTILE
        text = tab.page.locator(".words").first.text_content() or ""
        assert text.removeprefix("1") == TEXT
        tab.page.locator(".words a.trigger").first.click()
        assert HOSTILE in (tab.page.locator("#ui-card").text_content() or "")


def test_right_to_left_and_crossing_contents(browser: Browser, hostile: tuple[Project, Path]) -> None:
    with opened(browser) as tab:
        page = tab.page
        page.goto((hostile[1] / "articles" / f"{FIRST}.html").as_uri())
        words = page.locator(".words").first
        assert words.evaluate("one => getComputedStyle(one).direction") == "rtl"
        assert words.get_attribute("lang") == "he"
        trigger = words.locator("a.trigger").first
        assert (trigger.text_content(), trigger.evaluate("one => one.closest('.l2') !== null")) == (
            "יתקוף",
            True,
        )
        covered = words.evaluate(
            """(words) => {
              const found = {};
              for (const one of words.querySelectorAll('.content')) {
                found[one.dataset.r] = (found[one.dataset.r] || '') + one.textContent;
              }
              return found;
            }"""
        )
        first, second = sorted(covered, key=lambda one: one == "Sx")
        assert covered[first] == TEXT[9:-1]
        assert covered[second] == TEXT[TEXT.index("הצבא") - 3 :]
        # The number of the paragraph stands at the right, where the text begins.
        number, box = page.locator(".number").first.bounding_box(), words.bounding_box()
        assert number
        assert box
        assert number["x"] > box["x"] + box["width"] / 2
