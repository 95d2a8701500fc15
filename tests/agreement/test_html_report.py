"""The page in a real Chromium: shut in, complete, and deaf to what hostile texts bring along."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from communique.agreement.figures import Sampling
from communique.agreement.gains import patterns
from communique.agreement.groups import group_article
from communique.agreement.html import page
from communique.agreement.report import agreement_report
from communique.annotation.files import load_annotation
from communique.schema import load_schema

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT / "tests") not in sys.path:
    sys.path.insert(0, str(ROOT / "tests"))

from browser import opened  # noqa: E402

ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
SCHEMA = load_schema(ROOT / "annotations" / "schema")
R01 = {
    name: load_annotation(ROOT / "annotations" / "rounds" / "r01" / name / f"{ARTICLE}.json", SCHEMA)
    for name in ("model-a", "model-b")
}
GROUPING = group_article(R01, SCHEMA, sorted(R01))


@pytest.fixture(scope="module")
def text(shipped: Any) -> str:
    import json

    return str(json.loads((shipped.articles / f"{ARTICLE}.json").read_text(encoding="utf-8"))["text"])


@pytest.fixture
def browser(chromium: Any) -> Any:
    return chromium


def made(text: str) -> str:
    report = agreement_report({ARTICLE: R01}, SCHEMA, sampling=Sampling(1, 0), round_name="r01")
    return page(report, [GROUPING], {ARTICLE: text}, dict.fromkeys(R01, "language_model"))


@pytest.mark.slow
def test_the_page_shows_why_they_differ(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        assert tab.blocked == []
        assert tab.errors == []
        shown = tab.page.inner_text("body")
        assert "model-a (language model, 1 article)" in shown
        assert (
            "mentions, span: with or without 'the' in front (18 units): model-a the longer 18; model-b the shorter 18"
        ) in shown
        # both columns hold the whole text
        for column in (1, 2):
            cells = tab.page.locator(f"table.parallel tbody tr td:nth-child({column})").all_inner_texts()
            assert "\n".join(cells) == "\n".join(line for line in text.split("\n") if line.strip())
        differing = sum(not one.agreed for one in GROUPING.groups)
        assert tab.page.locator(".difference").count() == differing
        order = [section.get_attribute("class") for section in tab.page.locator("details[class^=kind]").all()]
        assert order == ["kind-missing", "kind-link", "kind-boundary", "kind-label"]
        weights = [
            float(re.findall(r"weight ([\d.]+)", one)[0])
            for one in tab.page.locator(".kind-label .difference .weight").all_inner_texts()
        ]
        assert weights == sorted(weights, reverse=True)
        assert weights
        # every link into the text has a target
        missing = tab.page.evaluate(
            "[...document.querySelectorAll('.difference a')].filter(a => !document.getElementById("
            "decodeURIComponent(a.hash.slice(1)))).length"
        )
        assert missing == 0


@pytest.mark.slow
def test_from_the_text_to_the_reason_and_back_by_keyboard(text: str, browser: Any, tmp_path: Path) -> None:
    """Every marked disagreement leads to its entry, and the entry back to the text; the first key press offers
    the way past the figures."""
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        page_ = tab.page
        page_.goto(path.as_uri())
        dangling = page_.evaluate(
            "[...document.querySelectorAll('a[href]')].filter(a => !document.getElementById("
            "decodeURIComponent(a.hash.slice(1)))).map(a => a.hash)"
        )
        assert dangling == []
        page_.keyboard.press("Tab")
        assert page_.evaluate("document.activeElement.className") == "skip"
        page_.keyboard.press("Enter")
        assert page_.url.endswith("#disagreements")
        link = page_.locator(
            "table.parallel td:nth-child(2) a.differs", has_text=re.compile("^breakthrough$")
        )
        link.focus()
        page_.keyboard.press("Enter")
        target = page_.evaluate("decodeURIComponent(location.hash.slice(1))")
        entry = page_.locator(f"[id='{target}']")
        assert "nothing here" in entry.inner_text()
        assert "breakthrough" in entry.inner_text()
        assert entry.bounding_box()["y"] < page_.viewport_size["height"]
        entry.locator("a").first.focus()
        page_.keyboard.press("Enter")
        assert page_.evaluate("decodeURIComponent(location.hash.slice(1))") == target.removeprefix("why-")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read(text: str, browser: Any, tmp_path: Path, scheme: str) -> None:
    """Contrast of WCAG 2.1 AA (4.5) for what is written on any of the page's grounds."""
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.emulate_media(color_scheme=scheme)
        tab.page.goto(path.as_uri())
        worst = tab.page.evaluate(CONTRAST)
        ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert worst["ratio"] >= 4.5, worst
    assert (ground == "rgb(255, 255, 255)") is (scheme == "light")


CONTRAST = r"""() => {
  const numbers = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = colour => { const [r, g, b] = colour.map(c => { c /= 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  let worst = {ratio: 99};
  const seen = new Set();
  for (const one of document.querySelectorAll('body, p, a, td, th, mark, span, dd, summary')) {
    if (!one.textContent.trim()) continue;
    let ground = one, back = [];
    while (ground) { back = numbers(getComputedStyle(ground).backgroundColor);
      if (back.length < 4 || back[3] > 0) break; ground = ground.parentElement; }
    const ink = numbers(getComputedStyle(one).color).slice(0, 3), key = ink + '|' + back;
    if (seen.has(key)) continue;
    seen.add(key);
    const [a, b] = [light(ink), light(back.slice(0, 3))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst.ratio) worst = {ratio, ink, back, text: one.textContent.slice(0, 40)};
  }
  return worst;
}"""


@pytest.mark.slow
def test_confusion_starts_with_what_is_confused_most(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        section = tab.page.locator("section", has=tab.page.locator("#confusion"))
        titles = section.locator("summary").all_inner_texts()
        counts = [re.search(r": (\d+) of (\d+) differ$", title) for title in titles]
        apart = [int(one[1]) for one in counts if one]
        assert len(apart) == len(titles) > 10
        assert apart == sorted(apart, reverse=True)
        first = section.locator("table.confusion").first
        assert first.is_visible()
        cells = first.locator("td.apart").all_inner_texts()
        assert sum(map(int, cells)) == apart[0]


@pytest.mark.slow
def test_a_narrow_window_scrolls_tables_not_the_page(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.set_viewport_size({"width": 390, "height": 800})
        tab.page.goto(path.as_uri())
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        cell = tab.page.locator("table.parallel tbody td").first
        assert cell.bounding_box()["width"] > 300
        said = "getComputedStyle(document.querySelector('table.parallel tbody td'), '::before').content"
        assert tab.page.evaluate(said) != "none"
        assert cell.get_attribute("data-name") == "model-a"


@pytest.mark.slow
def test_context_is_cut_between_words(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    words = set(text.split())
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        titles = tab.page.locator(".kind-missing .difference h4").all_inner_texts()
    cut = [title for title in titles if title.startswith("actions: …") and title.endswith("…")]
    assert len(cut) > 5
    for title in cut:
        said = title.removeprefix("actions: ").replace("…", " ").split()
        assert {said[0], said[-1]} <= words, title


def test_gains_name_the_habit_and_an_example(text: str) -> None:
    report = agreement_report({ARTICLE: R01}, SCHEMA, sampling=Sampling(1, 0))
    for one in patterns(GROUPING.groups, report.seen):
        assert one.example is not None
        assert all(sum(stances.values()) <= one.units for stances in one.who.values())
        if one.field == "mode":
            assert [sum(stances.values()) for stances in one.who.values()] == [one.units, one.units]
    assert "model-a reported 13; model-b indirect 13" in made(text)


@pytest.mark.slow
def test_only_paragraphs_with_disagreements(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        rows = tab.page.locator("table.parallel tbody tr")
        before = sum(row.is_visible() for row in rows.all())
        tab.page.check("#only")
        after = sum(row.is_visible() for row in rows.all())
        assert before == rows.count()
        assert 0 < after < before


@pytest.mark.slow
def test_marked_differently_is_seen_in_both_columns(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        for column, marked in ((1, False), (2, True)):
            found = tab.page.locator(
                f"table.parallel td:nth-child({column}) .differs", has_text=re.compile("^breakthrough$")
            )
            assert found.count() == 1
            assert ("trigger" in str(found.get_attribute("class"))) is marked


@pytest.mark.slow
def test_nothing_in_a_text_becomes_markup(text: str, browser: Any, tmp_path: Path) -> None:
    """A text, a gloss and a name that try to break out: no element, no request, no script."""
    import copy

    evil = "</td><script>document.title='owned'</script><img src=http://evil.example/x onerror=alert(1)>"
    hostile = copy.deepcopy(R01)
    for annotation in hostile.values():
        for row in annotation["events"]:
            row["gloss"] = evil
        for row in annotation["actors"]:
            row["canonical_name"] += evil
        for row in annotation["actions"]:
            row["trigger_spans"][0]["text"] = evil
    grouping = group_article(hostile, SCHEMA, sorted(hostile))
    report = agreement_report({ARTICLE: hostile}, SCHEMA, sampling=Sampling(1, 0), round_name=evil)
    path = tmp_path / "evil.html"
    path.write_text(page(report, [grouping], {ARTICLE: evil + text[len(evil) :]}), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        assert tab.page.locator("script, img").count() == 0
        assert tab.blocked == []
        assert tab.errors == []
        assert evil in tab.page.inner_text("body")


def test_the_policy_lets_nothing_in(text: str) -> None:
    html = made(text)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in html
    assert "http-equiv" in html
    assert not re.findall(r'(?:src|href)="(?!#)', html)
    assert html == made(text)


def test_gains_say_how_many_units_a_rule_would_make_whole() -> None:
    report = agreement_report({ARTICLE: R01}, SCHEMA, sampling=Sampling(1, 0))
    found = {(one.table, one.field, one.pattern): one for one in patterns(GROUPING.groups, report.seen)}
    mode = found["statements", "mode", "indirect ~ reported"]
    assert mode.units == 13
    assert mode.alpha == pytest.approx(report.find("statement.mode", "alpha_nominal").value)
    assert mode.alpha_then == pytest.approx(1.0)
    assert all(0 <= one.settled <= one.units for one in found.values())
