"""How long the site takes to make and to open, and how large it is.

    python tests/benchmarks/explore.py [--articles 1 1000 5000] [--annotated SHARE] [--json]

Corpora are copies of the first article under ids and dates of their own; `--annotated` of them carry its
annotation, too (all of them by default). Times in Chromium are the best of five, in milliseconds, from file://:
first contentful paint, and from a key in the filter to the rows that fit. Beside them displaCy's rendering
of the spans of the first article (it needs spaCy) and the page of the same table in Datasette.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser  # noqa: E402
from tests.browser import launched, opened  # noqa: E402
from tests.conftest import FIRST  # noqa: E402
from tests.explore.conftest import copied, multiply  # noqa: E402

from communique.corpus.build import build  # noqa: E402
from communique.corpus.load import open_corpus  # noqa: E402
from communique.explore.site import build_site  # noqa: E402
from communique.project import Project  # noqa: E402

PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
#: From the input to the frame after the rows have changed.
ANSWER = """([field, rows, text]) => new Promise((done) => {
  const input = document.querySelector(field), start = performance.now();
  const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  new MutationObserver((_, watch) => { watch.disconnect(); painted(); })
    .observe(document.querySelector(rows), {childList: true, subtree: true, attributes: true, characterData: true});
  input.value = text;
  input.dispatchEvent(new Event('input'));
})"""


def opening(browser: Browser, address: str, asked: list[str] | None = None) -> dict[str, float]:
    """Best of five openings: first contentful paint, end of loading, and the answer of a filter."""
    paints, loads, answers = [], [], []
    for _ in range(5):
        with opened(browser, width=1400) as tab:
            tab.page.goto(address)
            tab.page.wait_for_timeout(150)
            paints.append(tab.page.evaluate(PAINT) or float("inf"))
            loads.append(tab.page.evaluate(LOADED))
            if asked:
                answers.append(tab.page.evaluate(ANSWER, asked))
    best = {"first_paint_ms": round(min(paints)), "loaded_ms": round(min(loads))}
    return best | ({"filter_ms": round(min(answers))} if answers else {})


def measured(browser: Browser, shipped: Project, articles: int, share: float) -> dict[str, Any]:
    """Make and open the site of a corpus of so many articles."""
    with tempfile.TemporaryDirectory() as folder:
        project = copied(shipped, Path(folder) / "project")
        multiply(project, articles - 1, round((articles - 1) * share))
        build(project)
        start = time.perf_counter()
        site = build_site(project.root)
        took = time.perf_counter() - start
        rows = open_corpus(project.root).manifest["tables"]
        sizes = {path.name: path.stat().st_size for path in (site.out / "data").iterdir()}
        return {
            "articles": articles,
            "statements": rows["statements"]["rows"],
            "claims": rows["claims"]["rows"],
            "seconds": round(took, 2),
            "files": site.files,
            "megabytes": round(site.bytes / 1e6, 1),
            "megabytes_of_tables": round(sum(sizes.values()) / 1e6, 1),
            "index": opening(browser, (site.out / "index.html").as_uri(), ["#ui-q", "#ui-rows", "summit 00"]),
            "article": opening(
                browser, (site.out / "articles" / f"{FIRST}.html").as_uri(), ["#ui-find", "#ui-found", "nato"]
            ),
            "actions": opening(browser, (site.out / "actions.html").as_uri(), ["#ui-q", "#ui-rows", "nato"]),
        }


def displacy(browser: Browser, shipped: Project) -> dict[str, Any]:
    """The spans of the first article by displaCy, in the style that can show overlapping ones."""
    from spacy import displacy as renderer

    article = open_corpus(shipped.root)[FIRST]
    text, tokens, starts, at = article.text, [], [], 0
    for token in text.split(" "):
        tokens.append(token)
        starts.append(at)
        at += len(token) + 1
    spans = []
    for label, rows, column in (
        ("cue", article.rows["statements"], "cue_spans"),
        ("content", article.rows["statements"], "content_spans"),
        ("action", article.rows["actions"], "trigger_spans"),
    ):
        for row in rows:
            for span in row[column]:
                inside = [
                    i
                    for i, start in enumerate(starts)
                    if start < span["end"] and start + len(tokens[i]) > span["start"]
                ]
                spans.append({"start_token": inside[0], "end_token": inside[-1] + 1, "label": label})
    spans += [
        {"start_token": i, "end_token": i + 1, "label": "mention"}
        for row in article.mentions
        for i, start in enumerate(starts)
        if start <= row["start"] < start + len(tokens[i]) + 1
    ]
    start = time.perf_counter()
    page = renderer.render(
        [{"text": text, "spans": spans, "tokens": tokens}], style="span", manual=True, page=True
    )
    took = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, encoding="utf-8")
        return {
            "seconds": round(took, 3),
            "kilobytes": round(len(page.encode()) / 1000, 1),
            **opening(browser, path.as_uri()),
        }


def datasette(browser: Browser, shipped: Project, articles: int) -> dict[str, Any]:
    """The page of the claims table in Datasette, and the page that its search box answers with."""
    from communique.annotation.source import open_source
    from communique.exchange.format import WriteOptions
    from communique.exchange.sqlite import write

    with tempfile.TemporaryDirectory() as folder:
        project = copied(shipped, Path(folder) / "project")
        multiply(project, articles - 1, articles - 1)
        write(open_source(project), Path(folder) / "corpus.sqlite", WriteOptions())
        command = [sys.executable, "-m", "datasette", str(Path(folder) / "corpus.sqlite"), "--port", "8765"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = "http://127.0.0.1:8765/corpus/actions"
            time.sleep(6)
            page = opening(browser, address)
            asked = opening(browser, f"{address}?status__exact=denied")
        finally:
            server.terminate()
            server.wait()
    return {"articles": articles, **page, "filtered_page_ms": asked["loaded_ms"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, nargs="+", default=[1, 1000, 5000])
    parser.add_argument(
        "--annotated", type=float, default=1.0, help="share of the articles that are annotated"
    )
    parser.add_argument("--skip-others", action="store_true", help="leave displaCy and Datasette out")
    arguments = parser.parse_args()
    shipped = Project(ROOT)
    figures: dict[str, Any] = {}
    with launched() as browser:
        for number in arguments.articles:
            figures[f"site of {number}"] = measured(browser, shipped, number, arguments.annotated)
            print(json.dumps(figures[f"site of {number}"]), file=sys.stderr, flush=True)
        if not arguments.skip_others:
            figures["displaCy"] = displacy(browser, shipped)
            figures["Datasette"] = datasette(browser, shipped, min(arguments.articles[-1], 1000))
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
