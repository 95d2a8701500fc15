"""A real Chromium for tests, shut in: nothing but loopback is reachable, and what was tried is recorded."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds for what comes at all; a slow machine is no fault.
PATIENCE = 180_000
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def chromium_path() -> str:
    """The system's Chromium; Playwright's own builds cannot be downloaded everywhere."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    raise RuntimeError("no Chromium: apt-get update && apt-get install -y chromium")


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A page in a context of its own (own cookies). `blocked` lists the outside addresses it asked for,
    `errors` the uncaught JavaScript errors."""

    page: Page
    blocked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextlib.contextmanager
def opened(browser: Browser, *, width: int = 1600, height: int = 1200) -> Iterator[Tab]:
    """A fresh tab that reaches loopback only."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE)
    tab = Tab(context.new_page())

    def guard(route: Route) -> None:
        address = urlsplit(route.request.url)
        host = address.hostname or ""
        inside = host in LOOPBACK or host.endswith(".localhost")
        if inside or address.scheme in ("data", "blob", "about", "file"):
            route.continue_()
        else:
            tab.blocked.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)[:300]))
    try:
        yield tab
    finally:
        context.close()


def settle(page: Page, milliseconds: int) -> None:
    """Wait some time and then until the page has nothing to do, which on a busy machine takes longer."""
    page.wait_for_timeout(milliseconds)
    page.evaluate("() => new Promise(done => requestIdleCallback(done, {timeout: 10000}))")


# Mouse coordinates of the nth occurrence of a string in the annotated text.
_WHERE = r"""
([needle, nth]) => {
  const root = document.querySelector('.lsf-richtext__container');
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let text = '', places = [];
  while (walker.nextNode()) {
    const part = walker.currentNode.data;
    for (let i = 0; i < part.length; i++) places.push([walker.currentNode, i]);
    text += part;
  }
  let at = -1;
  for (let i = 0; i <= nth; i++) at = text.indexOf(needle, at + 1);
  if (at < 0) return {missing: text};
  const range = document.createRange();
  range.setStart(...places[at]);
  const end = places[at + needle.length - 1];
  range.setEnd(end[0], end[1] + 1);
  range.startContainer.parentElement.scrollIntoView({block: 'center'});
  const boxes = [...range.getClientRects()].filter(box => box.width > 0);
  const first = boxes[0], last = boxes[boxes.length - 1];
  return {x1: first.left, y1: first.top + first.height / 2, x2: last.right, y2: last.top + last.height / 2};
}"""

_REGIONS = "() => JSON.parse(JSON.stringify(Htx.annotationStore.selected.serializeAnnotation()))"
_READY = """() => window.Htx && Htx.annotationStore && Htx.annotationStore.selected
  && Htx.annotationStore.selected.names.get("text")
  && Htx.annotationStore.selected.names.get("text").isLoaded !== false"""


class LabelStudioTab:
    """What an annotator does in Label Studio, by mouse and keyboard."""

    def __init__(self, tab: Tab, url: str) -> None:
        self.tab = tab
        self.page = tab.page
        self.url = url

    def log_in(self, email: str, password: str) -> None:
        self.page.goto(f"{self.url}/user/login/")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/user/login" not in url)

    def open_task(self, project: int, task: int) -> None:
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        # The page opens the task anew when the list of tasks arrives after it.
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_selector(".lsf-richtext__container")
        self.page.wait_for_function(_READY)
        settle(self.page, 500)

    def mark(self, needle: str, *, hotkey: str | None = None, nth: int = 0) -> None:
        """Choose a label by its hotkey and drag over the nth occurrence of `needle`."""
        count = len(self.regions())
        if hotkey:
            self.page.keyboard.press(hotkey)
            settle(self.page, 150)
        where = self.page.evaluate(_WHERE, [needle, nth])
        if "missing" in where:
            raise AssertionError(f"{needle!r} is not in the text shown: {where['missing'][:200]!r}")
        mouse = self.page.mouse
        mouse.move(where["x1"] + 0.5, where["y1"])
        mouse.down()
        mouse.move((where["x1"] + where["x2"]) / 2, (where["y1"] + where["y2"]) / 2)
        mouse.move(where["x2"] - 0.3, where["y2"])
        mouse.up()
        settle(self.page, 300)
        if hotkey:
            self.page.wait_for_function(f"() => ({_REGIONS})().length > {count}")

    def submit(self) -> Any:
        """Press Submit or Update; the annotation as the server answered it."""
        button = self.page.locator('button:has-text("Submit"), button:has-text("Update")').first

        def saves(response: Any) -> bool:
            return "/annotations" in response.url and response.request.method in ("POST", "PATCH", "PUT")

        with self.page.expect_response(saves) as caught:
            button.click()
        answer = caught.value
        assert answer.ok, f"{answer.status} {answer.text()[:300]}"
        return answer.json()

    def regions(self) -> list[dict[str, Any]]:
        """What the open annotation would be saved as."""
        found: list[dict[str, Any]] = self.page.evaluate(_REGIONS)
        return found
