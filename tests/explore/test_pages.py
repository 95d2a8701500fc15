"""The site in a real Chromium, from file://, as a reader opens it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import opened
from tests.conftest import FIRST

from communique.annotation.model import AUTHOR
from communique.corpus.document import Article
from communique.corpus.load import open_corpus
from communique.explore.vocabulary import Vocabulary
from communique.project import Project

pytestmark = pytest.mark.slow

ARTICLE = f"articles/{FIRST}.html"
PAGES = [
    "index.html", "actions.html", "statements.html", "actors.html", "network.html", "timeline.html",
    "codebook.html", "rounds.html", ARTICLE, "actors/PUTIN.html", "actors/AUTHOR.html",
]  # fmt: skip
PHONE, TABLET, DESK = 390, 900, 1400


@contextmanager
def shown(browser: Browser, site: Path, page: str, width: int = DESK, **emulated: Any) -> Iterator[Page]:
    """A page of the site; on leaving, nothing went wrong in it and it asked nobody for anything."""
    with opened(browser, width=width, height=1000) as tab:
        said: list[str] = []
        asked: list[str] = []
        tab.page.on("console", lambda message: said.append(message.text))
        tab.page.on("request", lambda request: asked.append(request.url))
        if emulated:
            tab.page.emulate_media(**emulated)
        file, _, fragment = page.partition("#")
        tab.page.goto((site / file).as_uri() + (f"#{fragment}" if fragment else ""))
        yield tab.page
        assert tab.errors == []
        assert said == []
        assert tab.blocked == []
        assert [url for url in asked if not url.startswith((site.as_uri(), "data:,", "blob:null/"))] == []


def until(page: Page, condition: str) -> None:
    """Wait for a condition. Playwright's own way would need a policy that lets pages evaluate strings."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")


@pytest.fixture(scope="module")
def article(shipped: Project) -> Article:
    return open_corpus(shipped.root)[FIRST]


@pytest.fixture(scope="module")
def words(shipped: Project) -> Vocabulary:
    return Vocabulary(open_corpus(shipped.root).schema)


@pytest.mark.parametrize("width", [PHONE, TABLET, DESK])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_complains_or_is_wider_than_the_screen(
    browser: Browser, site: Path, name: str, width: int
) -> None:
    with shown(browser, site, name, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser: Browser, site: Path, name: str, scheme: str) -> None:
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with shown(browser, site, name, color_scheme=scheme) as page:
        page.evaluate(axe)
        found = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], preload: false}).then((result) => result.violations)"
        )
        told = [
            (
                one["id"],
                one["impact"],
                one["nodes"][0]["html"][:200],
                one["nodes"][0].get("failureSummary", "")[:300],
            )
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert told == []


@pytest.mark.parametrize("prefix", [f"{FIRST}.", ""])
def test_a_deep_link_leads_to_the_record(browser: Browser, site: Path, article: Article, prefix: str) -> None:
    ids = [
        article.actions[-1].action_id,
        article.statements[-1].statement_id,
        article.mentions[-1]["mention_id"],
    ]
    for one in ids:
        with shown(browser, site, f"{ARTICLE}#{prefix}{one.removeprefix(f'{FIRST}.')}") as page:
            until(page, "document.querySelector('.on') !== null")
            assert page.locator(f"[id='{one}']").evaluate(
                "one => { const at = one.getBoundingClientRect(); return at.top >= 0 && at.top < innerHeight }"
            )
            assert page.locator("#ui-card").is_hidden()


def test_a_link_from_a_table_of_the_corpus_arrives_at_its_record(browser: Browser, site: Path) -> None:
    with shown(browser, site, "actions.html") as page:
        link = page.locator("#ui-rows tr").nth(3).locator("td").nth(2).locator("a")
        words = link.inner_text()
        link.click()
        page.wait_for_selector(".note.on")
        assert words in page.locator(".note.on > .row").first.inner_text()


def test_who_says_it_and_with_which_status_is_one_search_away(
    browser: Browser, site: Path, article: Article, words: Vocabulary
) -> None:
    """For every action: its words typed into Find leave its line, with each source and the status it gives."""
    with shown(browser, site, ARTICLE) as page:
        for action in [one for one in article.actions if one.asserted_in != AUTHOR]:
            page.fill("#ui-find", action.trigger_text)
            note = page.locator(f"[id='{action.action_id}'] > .row")
            assert note.is_visible()
            text = note.inner_text()
            for view in action.views:
                who = article.actors[view["view_of"]]["canonical_name"] if view["view_of"] else "not named"
                assert who in text
                assert words.status(view["status"], view["polarity"]) in text


def test_what_an_action_is_about_finds_it(browser: Browser, site: Path, article: Article) -> None:
    """The pipeline whose shutdown is conditional is no actor and no trigger, and finds it all the same."""
    about = [one for one in article.actions if one.theme]
    assert about
    with shown(browser, site, ARTICLE) as page:
        for action in about:
            page.fill("#ui-find", action.theme["text"].split()[-1])
            assert page.locator(f"[id='{action.action_id}'] > .row").is_visible()


def test_who_passes_a_claim_on_is_said(browser: Browser, site: Path, article: Article) -> None:
    inside = {
        one.statement_id: (root, one) for root in article.statements for one in root.walk() if one is not root
    }
    passed = [one for one in article.actions if one.asserted_in in inside]
    assert passed
    with shown(browser, site, ARTICLE) as page:
        for action in passed:
            row = page.locator(f"tr[data-id='{action.action_id.removeprefix(f'{FIRST}.')}']").inner_text()
            assert "as told by" in row
            for source in inside[action.asserted_in][0].sources:
                assert source["canonical_name"] in row


def test_filters_show_what_fits_and_nothing_else(
    browser: Browser, site: Path, article: Article, words: Vocabulary
) -> None:
    with shown(browser, site, ARTICLE) as page:
        visible = page.locator(".note.action:not(.dim):visible")
        page.select_option("#ui-group", "negated")
        wanted = {
            one.action_id
            for one in article.actions
            if any(words.groups[view["status"]] == "negated" for view in one.views)
        }
        assert {one.get_attribute("id") for one in visible.all()} == wanted
        assert f"{len(wanted)} of {len(article.actions)} actions" in page.inner_text("#ui-found")
        assert page.evaluate("location.hash") == "#?status=negated"
        page.click("#ui-reset")
        until(page, "!document.body.classList.contains('filtered')")
        page.select_option("#ui-voice", "own")
        own = {one.action_id for one in article.actions if one.asserted_in == AUTHOR}
        assert {one.get_attribute("id") for one in visible.all()} == own
        page.select_option("#ui-voice", "")
        page.select_option("#ui-actor", "PUTIN")
        for one in page.locator(".note:not(.dim):visible").all():
            assert "PUTIN" in (one.get_attribute("data-actors") or "").split()


def test_a_filter_is_kept_in_the_address(browser: Browser, site: Path) -> None:
    with shown(browser, site, f"{ARTICLE}#?q=zzz%2B%25&status=negated") as page:
        assert page.input_value("#ui-find") == "zzz+%"
        assert page.input_value("#ui-group") == "negated"
        assert page.locator(".note:visible").count() == 0


def test_layers_can_be_switched_off(browser: Browser, site: Path) -> None:
    with shown(browser, site, ARTICLE) as page:
        line = "one => getComputedStyle(one).borderBottomWidth"
        content = page.locator(".words .content").first
        assert content.evaluate(line) == "1px"
        page.uncheck("[data-show=content]")
        assert content.evaluate(line) == "0px"


def test_the_voices_have_two_inks_and_depth_has_lines(browser: Browser, site: Path) -> None:
    with shown(browser, site, ARTICLE) as page:
        colour = "one => getComputedStyle(one).color"
        assert page.locator(".words").first.evaluate(colour) != page.locator(
            ".words .content"
        ).first.evaluate(colour)
        bottoms = page.locator(".words .l1 .l2").first.evaluate(
            "one => [one, one.parentElement].map((e) => getComputedStyle(e).paddingBottom)"
        )
        assert bottoms == ["3px", "0px"]


def test_hovering_and_tapping_show_the_record(browser: Browser, site: Path, article: Article) -> None:
    action = article.actions[-1]
    mark = f".words a[href='#{action.action_id}']"
    with shown(browser, site, ARTICLE) as page:
        page.locator(mark).first.hover()
        page.wait_for_selector("#ui-card:not([hidden])")
        assert action.trigger_text in page.inner_text("#ui-card")
        assert page.locator(f"[id='{action.action_id}'].on").count() == 1
        page.mouse.move(5, 5)
        page.wait_for_selector("#ui-card", state="hidden")
    with shown(browser, site, ARTICLE, PHONE) as page:
        page.locator(mark).first.click()
        assert action.trigger_text in page.inner_text("#ui-card h2")
        assert "not reviewed by a person" in page.inner_text("#ui-card")
        page.click("#ui-close")
        assert page.locator("#ui-card").is_hidden()


def test_the_keyboard_goes_everywhere(browser: Browser, site: Path) -> None:
    with shown(browser, site, ARTICLE) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        seen = []
        for _ in range(40):
            if page.evaluate("document.activeElement.matches('.words a[data-r]')"):
                break
            seen.append(page.evaluate("document.activeElement.id"))
            page.keyboard.press("Tab")
        assert {"ui-find", "ui-actor", "ui-group", "ui-voice", "ui-layer"} <= set(seen)
        first = page.evaluate("document.activeElement.dataset.r")
        assert page.locator("#ui-card").is_visible()
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.dataset.r") != first
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("document.activeElement.dataset.r") == first
        page.keyboard.press("Escape")
        assert page.locator("#ui-card").is_hidden()
        page.keyboard.press("Enter")
        until(page, "document.activeElement.matches('.note .self')")
        assert page.evaluate("document.activeElement.closest('.note').dataset.id") == first.split(" ")[0]
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_screen_reader_hears_voices_and_statuses(browser: Browser, site: Path, article: Article) -> None:
    with shown(browser, site, ARTICLE) as page:
        tree = page.locator(".margin").nth(1).aria_snapshot()
        assert "Statement:" in tree
        assert "according to" in tree
        assert "group" in tree


def test_without_scripts_everything_is_there_to_read(browser: Browser, site: Path, article: Article) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / ARTICLE).as_uri())
    assert page.locator(".note.action").count() == len(article.actions)
    page.goto((site / "index.html").as_uri())
    assert page.locator("noscript a").count() == 1
    context.close()


def test_print_leaves_the_tools_away_and_keeps_the_margin(browser: Browser, site: Path) -> None:
    with shown(browser, site, ARTICLE, media="print") as page:
        assert page.locator("#ui-tools").is_hidden()
        text, margin = (page.locator(one).nth(5).bounding_box() for one in (".words", ".margin"))
        assert text
        assert margin
        assert margin["x"] > text["x"] + text["width"]


def test_tables_sort_filter_and_export(
    browser: Browser, site: Path, article: Article, words: Vocabulary
) -> None:
    with shown(browser, site, "actions.html") as page:
        column = "[...document.querySelectorAll('#ui-rows tr td:first-child')].map((one) => one.textContent)"
        page.click("th[data-i='0'] button")
        assert page.evaluate(column) == sorted(page.evaluate(column))
        assert page.get_attribute("th[data-i='0']", "aria-sort") == "ascending"
        page.click("th[data-i='0'] button")
        assert page.evaluate(column) == sorted(page.evaluate(column), reverse=True)
        page.select_option("[data-key=status]", "denied")
        until(page, "location.hash === '#?status=denied'")
        until(page, "document.querySelectorAll('#ui-rows tr').length < 20")
        with page.expect_download() as caught:
            page.click("#ui-csv")
        rows = list(csv.DictReader(io.StringIO(Path(caught.value.path()).read_text(encoding="utf-8-sig"))))
        wanted = [row for row in _claims(article) if row["status"] == "denied"]
        assert [row["status"] for row in rows] == ["denied"] * len(wanted)
        assert {row["trigger"] for row in rows} == {row["trigger_text"] for row in wanted}


def _claims(article: Article) -> list[dict[str, Any]]:
    return (
        article.rows["claims"]
        if "claims" in article.rows
        else [
            {"status": view["status"], "trigger_text": action.trigger_text}
            for action in article.actions
            for view in action.views
        ]
    )


def test_data_of_the_page_is_the_record(site: Path, article: Article) -> None:
    text = (site / ARTICLE).read_text(encoding="utf-8")
    start = text.index('id="ui-data">') + len('id="ui-data">')
    data = json.loads(text[start : text.index("</script>", start)])
    action = article.actions[0]
    row = data["records"][action.action_id.removeprefix(data["prefix"])][2]
    assert row["views"][0]["status"] == action.status
    assert row["trigger_text"] == action.trigger_text
