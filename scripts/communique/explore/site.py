"""Write the whole site: pages, data, assets. Same corpus, same bytes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from communique.corpus.document import Corpus
from communique.corpus.load import open_corpus
from communique.errors import ProjectError
from communique.explore.article import article_page, heading
from communique.explore.chunks import Chunks
from communique.explore.codebook import codebook_page
from communique.explore.corpuspages import (
    write_actors,
    write_network,
    write_rounds,
    write_tables,
    write_timeline,
)
from communique.explore.desk import Desk
from communique.explore.links import file_name
from communique.explore.notes import Notes
from communique.explore.sheets import (
    ARTICLES,
    CLAIMS,
    EVENTS,
    STATEMENTS,
    article_row,
    claim_rows,
    event_rows,
    statement_rows,
)
from communique.explore.tally import Tally

#: A folder that holds this file is a site of ours and may be replaced.
MARK = "assets/site.js"
#: So many articles are listed for readers without JavaScript.
_LISTED = 500


@dataclass(frozen=True)
class Site:
    """A site that was written: where, how many articles, how many of them with words that may not be
    passed on, files and bytes."""

    out: Path
    articles: int
    bound: int
    files: int
    bytes: int


def build_site(
    path: str | Path | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Site:
    """Write the site of the corpus at `path` (as in `communique.load`) to `out`, by default `site/` in its project.

    The folder appears whole or not at all: the site is built beside it and swapped in. `progress` is told
    articles done and in all. Raises ProjectError when the corpus is not built, or when `out` holds
    something that is not a site made by this function.
    """
    corpus = open_corpus(path)
    goal = (out or corpus.project.root / "site").resolve()
    refuse_other(goal)
    goal.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{goal.name}.", dir=goal.parent))
    try:
        articles, bound = _write(corpus, made, progress)
        made.chmod(0o755)
        _swap(made, goal)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    sizes = [found.stat().st_size for found in goal.rglob("*") if found.is_file()]
    return Site(goal, articles, bound, len(sizes), sum(sizes))


def refuse_other(goal: Path) -> None:
    """Raises ProjectError when `goal` is there and is neither empty nor a site."""
    if goal.exists() and not (goal.is_dir() and ((goal / MARK).is_file() or not any(goal.iterdir()))):
        raise ProjectError(
            "The folder holds something else than a site.",
            file=goal,
            expected="a folder that does not exist yet, is empty, or holds an earlier site",
            mend="choose another folder with --out",
        )


def _swap(made: Path, goal: Path) -> None:
    old = made.with_name(made.name + ".old")
    if goal.exists():
        os.replace(goal, old)
    try:
        os.replace(made, goal)
    except OSError:
        if old.exists():
            os.replace(old, goal)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write(corpus: Corpus, folder: Path, progress: Callable[[int, int], None] | None) -> tuple[int, int]:
    """Write all pages; how many articles there are, and how many of them may not be passed on."""
    desk = Desk(corpus, folder)
    total = len(corpus)
    sheets = {one.name: Chunks(folder / "data", one.name) for one in (ARTICLES, STATEMENTS, CLAIMS, EVENTS)}
    tally = Tally(desk.words, set(desk.registry))
    first: list[tuple[str, str]] = []
    texts: dict[str, str] = {}
    done = bound = 0
    for article in corpus:
        file = file_name(article.record["article_id"])
        notes = Notes(article, desk.words)
        page = article_page(article, notes)
        held = [one.name for one in desk.rounds if article.record["article_id"] in one.collected]
        if held and article.record["text"] is not None:
            texts[article.record["article_id"]] = article.record["text"]
        files = {"actor_files": desk.actor_files, "rounds": held}
        desk.page("article.html", f"articles/{file}.html", "../", **page, **files)
        bound += article.record["text"] is not None and article.record["redistribution"] != "text_ok"
        sheets["articles"].add(article_row(article))
        for name, rows in (
            ("statements", statement_rows(article, desk.words)),
            ("actions", claim_rows(article)),
            ("events", event_rows(article, desk.words)),
        ):
            for row in rows:
                sheets[name].add(row)
        tally.add(article, notes, file)
        if len(first) < _LISTED:
            first.append((file, heading(article.record)))
        done += 1
        if progress:
            progress(done, total)
    write_tables(desk, sheets, tally, first, bound)
    write_actors(desk, tally)
    write_network(desk, tally)
    write_timeline(desk, sheets["events"], tally)
    desk.page("codebook.html", "codebook.html", "", **codebook_page(desk.words, tally, corpus))
    desk.assets()
    write_rounds(desk, texts)
    return done, bound
