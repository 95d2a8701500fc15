"""The site as files: complete, the same each time, never half there, never in place of something else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.conftest import FIRST

from communique.corpus.load import open_corpus
from communique.errors import ProjectError
from communique.explore import site as module
from communique.explore.site import build_site
from communique.project import Project

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


class Page(HTMLParser):
    """Ids, links and what could run, of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")


def test_same_corpus_same_bytes(site: Path, shipped: Project, tmp_path: Path) -> None:
    assert contents(build_site(shipped.root, tmp_path / "again").out) == contents(site)


def test_every_record_has_a_place_to_link_to(site: Path, shipped: Project) -> None:
    article = open_corpus(shipped.root)[FIRST]
    page = Page((site / "articles" / f"{FIRST}.html").read_text(encoding="utf-8"))
    wanted = [
        row[f"{table[:-1]}_id"]
        for table in ("mentions", "statements", "actions", "events")
        for row in article.rows[table]
    ]
    wanted += [row["actor_id"] for row in article.mentions if row["actor_id"]]
    assert set(wanted) <= set(page.ids)


def test_ids_are_unique_and_every_link_arrives(site: Path) -> None:
    pages = {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
    }
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name
        for link in page.links:
            if re.match(r"https?:|data:,$", link):
                continue
            file, _, goal = link.partition("#")
            target = (site / name).parent / file if file else site / name
            assert target.is_file(), f"{name}: {link}"
            if goal:
                there = pages[target.resolve().relative_to(site.resolve()).as_posix()]
                assert goal in there.ids, f"{name}: {link}"


def test_pages_load_nothing_from_outside_and_hold_no_inline_code(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        assert "Content-Security-Policy" in text, path
        assert not [name for name in page.attributes if name == "style" or name.startswith("on")], path
        assert not {"iframe", "object", "embed", "base"} & set(page.tags), path
        assert not re.search(r'(?:src|<link[^>]*href)="(?:https?:)?//', text), path


def test_rounds_are_shown_with_both_annotations(site: Path) -> None:
    text = (site / "rounds" / "r01.html").read_text(encoding="utf-8")
    assert "model-a" in text
    assert "model-b" in text
    assert "rounds/r01.html" in (site / "rounds.html").read_text(encoding="utf-8")


def test_a_folder_with_something_else_is_left_alone(shipped: Project, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ProjectError, match="something else"):
        build_site(shipped.root, tmp_path)
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_an_earlier_site_is_replaced_whole(shipped: Project, tmp_path: Path) -> None:
    out = tmp_path / "site"
    build_site(shipped.root, out)
    (out / "articles" / "left-over.html").write_text("old")
    build_site(shipped.root, out)
    assert not (out / "articles" / "left-over.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_failure_leaves_the_earlier_site(
    shipped: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    before = contents(build_site(shipped.root, out).out)

    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(module, "codebook_page", fails)
    with pytest.raises(OSError, match="full"):
        build_site(shipped.root, out)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_rows_of_the_tables_are_those_of_the_corpus(site: Path, shipped: Project) -> None:
    counts = {name: entry["rows"] for name, entry in open_corpus(shipped.root).manifest["tables"].items()}
    for name, table in (
        ("statements", "statements"),
        ("actions", "claims"),
        ("events", "events"),
        ("actors", "actors"),
    ):
        script = (site / "data" / f"{name}-0.js").read_text(encoding="utf-8")
        assert len(json.loads(script[script.index("=[") + 1 : -2])) == counts[table]
