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


def test_the_page_shows_why_they_differ(text: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "r01.html"
    path.write_text(made(text), encoding="utf-8")
    with opened(browser) as tab:
        tab.page.goto(path.as_uri())
        assert tab.blocked == []
        assert tab.errors == []
        shown = tab.page.inner_text("body")
        assert "model-a (language model, 1 articles)" in shown
        assert "mentions, span: with or without 'the' in front (18 units)" in shown
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
