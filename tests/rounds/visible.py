"""The form of a task as an annotator uses it: by mouse and keyboard, on what is to be seen."""

from __future__ import annotations

import re
import time
from typing import Any

import browser

from communique.rounds.form import Form, values_of


class VisibleForm:
    """The form beside the text. Names of controls are looked up in `form`; everything else is on the page."""

    def __init__(self, annotator: browser.LabelStudioTab, form: Form) -> None:
        self.annotator = annotator
        self.page = annotator.page
        self.schema = form.schema
        fields = [field for one in form.anchored.values() for field in one.fields]
        fields += [field for one in form.anchored.values() if one.cluster for field in one.cluster.fields]
        fields += form.proposal
        self.fields = {one.control: one for one in fields}

    def select(self, words: str, nth: int = 0) -> None:
        """Click into the middle of some marked words, which selects their region."""
        self.page.keyboard.press("Escape")
        where = self.page.evaluate(browser._WHERE, [words, nth])
        self.page.mouse.click((where["x1"] + where["x2"]) / 2, where["y1"])
        browser.settle(self.page, 300)

    def row(self, title: str) -> Any:
        """The row of the form with this title, which must be there once."""
        own = self.page.locator(f".cq-name h4:text-is({title!r})")
        found = self.page.locator(".cq-form .cq-row:visible").filter(has=own)
        found.first.wait_for()
        assert found.count() == 1, (title, found.count())
        found.scroll_into_view_if_needed()
        return found

    def unfold(self, title: str) -> None:
        """Open a folded part of the form."""
        head = self.page.locator(".cq-form .ant-collapse-header:visible").filter(has_text=title)
        assert head.count() == 1, (title, head.count())
        if head.get_attribute("aria-expanded") == "false":
            head.click()
            browser.settle(self.page, 400)

    def shown(self, control: str, value: str) -> str:
        """How the form writes a value."""
        return next(
            one.title
            for one in self.schema.values(values_of(self.fields[control])).values
            if one.const == value
        )

    def choose(self, control: str, value: str) -> None:
        """Choose a value: a box to tick, or an entry of a drop-down list."""
        row, shown = self.row(self.fields[control].title), self.shown(control, value)
        trigger = row.locator("[data-testid=select-trigger]")
        if trigger.count():
            trigger.click()
            popup = self.page.locator("[data-testid=select-popup]:visible")
            popup.locator("[role=option]").filter(has=self.page.locator(f"span:text-is({shown!r})")).click()
            browser.settle(self.page, 200)
            if popup.count():
                self.page.keyboard.press("Escape")
        else:
            row.locator(".lsf-choice label").filter(
                has_text=re.compile(rf"^{re.escape(shown)}(\[.\])?$")
            ).click()
        browser.settle(self.page, 200)

    def key_of(self, control: str, value: str) -> str:
        """The key that the form shows beside a value."""
        row, shown = self.row(self.fields[control].title), self.shown(control, value)
        label = row.locator(".lsf-choice label").filter(has_text=re.compile(rf"^{re.escape(shown)}\["))
        return str(label.locator("sup").inner_text()).strip("[]")

    def climb(self, title: str, *path: str) -> None:
        """Open a tree and tick the last of `path`, after opening the branches before it; then close it."""
        row = self.row(title)
        row.locator(".ant-select").click()
        tree = self.page.locator(".ant-select-dropdown:visible")
        tree.locator(".ant-select-tree-title").first.wait_for()
        tree.locator(".ant-select-tree-list-holder").hover()
        self.page.mouse.wheel(0, -5000)  # the list stays where it was scrolled for another region
        browser.settle(self.page, 150)
        for level, name in enumerate(path):
            node = tree.locator(".ant-select-tree-treenode").filter(
                has=self.page.locator(f".ant-select-tree-title >> text=/^{re.escape(name)}$/")
            )
            for _ in range(40):  # a long list draws only what is in sight
                if node.count():
                    break
                tree.locator(".ant-select-tree-list-holder").hover()
                self.page.mouse.wheel(0, 120)
                browser.settle(self.page, 60)
            last = level == len(path) - 1
            node.first.locator(".ant-select-tree-checkbox" if last else ".ant-select-tree-switcher").click()
            browser.settle(self.page, 250)
        row.locator("h4").click()
        browser.settle(self.page, 250)

    def write(self, title: str, words: str) -> None:
        """Type into a text field and press Enter."""
        field = self.row(title).locator("input[type=text], textarea").first
        field.click()
        self.page.keyboard.insert_text(words)
        self.page.keyboard.press("Enter")
        browser.settle(self.page, 250)

    def relate(self, source: str, target: str, *labels: str) -> None:
        """Tie two regions by Alt+R and a click, then name the relation in the tab of relations."""
        count = len(self.annotator.regions())
        self.select(source)
        self.page.keyboard.press("Alt+r")
        browser.settle(self.page, 200)
        where = self.page.evaluate(browser._WHERE, [target, 0])
        self.page.mouse.click((where["x1"] + where["x2"]) / 2, where["y1"])
        browser.settle(self.page, 300)
        self.page.wait_for_function(f"() => ({browser._REGIONS})().length > {count}")
        self.page.keyboard.press("Escape")
        if labels:
            self._name_last_relation(labels)

    def _name_last_relation(self, labels: tuple[str, ...]) -> None:
        self.page.locator("#Relations-draggable .lsf-panel-tabs__tab:visible").first.click()
        entry = self.page.locator(".lsf-relations__item:visible").last
        entry.scroll_into_view_if_needed()
        entry.hover()
        entry.locator("button[aria-label='Show Relation Labels']").click()
        entry.locator("[data-testid^=select-trigger]").click()
        popup = self.page.locator("[data-testid=select-popup]:visible")
        for label in labels:
            popup.locator(f"[data-testid='select-option-{label}']").click()
            browser.settle(self.page, 150)
        if popup.count():
            self.page.keyboard.press("Escape")
        browser.settle(self.page, 200)


def open_from_list(annotator: browser.LabelStudioTab, project: int, nth: int = 0) -> None:
    """Open the nth task of a project by a click into its row, as an annotator does.

    At the address of a task the page loses the prediction if the list of tasks arrives after the task.
    """
    page = annotator.page
    page.goto(f"{annotator.url}/projects/{project}/data")
    page.locator(".lsf-table__row-wrapper").nth(nth).click()
    page.wait_for_selector(".lsf-richtext__container")
    page.wait_for_function(browser._READY)
    browser.settle(page, 500)


def wait_for_regions(annotator: Any, limit: float = 600.0) -> None:
    """Until the prefill has been drawn: regions appear some time after the text."""
    began = since = time.monotonic()
    before: list[int] = []
    while True:
        there, drawn = now = annotator.page.evaluate(
            "() => [Htx.annotationStore.selected.regions, Htx.annotationStore.selected.regions.filter(r => r._spans)]"
            ".map(some => some.length)"
        )
        if now != before:
            before, since = now, time.monotonic()
        if drawn and time.monotonic() - since > (0.5 if drawn == there else 5.0):
            return
        assert time.monotonic() - began < limit, f"{drawn} of {there} regions are drawn after {limit} s"
        annotator.page.wait_for_timeout(100)
