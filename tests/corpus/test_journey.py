"""The whole way of the shipped corpus: released, shared without its text, opened, and restored from a reader's copy."""

from __future__ import annotations

import html
import json
import random
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FIRST, copy_of
from tests.corpus.cli import contents, git, run, said

import communique
from communique.corpus.hydrate import REPORT
from communique.corpus.load import WithheldTextWarning, load_arrow
from communique.corpus.manifest import read_manifest
from communique.errors import ProjectError
from communique.project import Project

pytestmark = pytest.mark.slow

WORD_COLUMNS = ("text", "cue_text", "content_text", "trigger_text", "title")


@dataclass(frozen=True)
class Journey:
    """What the publisher has, and what the reader has: the public folder and the raw text."""

    project: Project
    public: Path
    raw: Path


@pytest.fixture(scope="module")
def journey(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    root = tmp_path_factory.mktemp("journey")
    project = copy_of(shipped, root / "project")
    assert run("build", cwd=project.root).returncode == 0
    git(project.root, "init", "-q")
    git(project.root, "add", ".")
    git(project.root, "commit", "-qm", "one")
    made = said("release", "--date", "2026-11-25", cwd=project.root)
    assert (made["version"], made["not_tagged"]) == ("1.0.0", None)
    published = said("release", made["version"], "--public", root / "public", cwd=project.root)
    assert (published["withheld"], published["version"]) == ([FIRST], "1.0.0")
    source = json.loads((project.articles / f"{FIRST}.json").read_text(encoding="utf-8"))["source_file"]
    return Journey(project, root / "public", project.raw / source)


@pytest.fixture
def reader(journey: Journey, tmp_path: Path) -> Path:
    """A folder that holds the public corpus and nothing of the publisher's."""
    folder = tmp_path / "reader"
    folder.mkdir()
    shutil.copytree(journey.public, folder / "public")
    return folder


def _copy(reader: Path, name: str, text: str | bytes) -> Path:
    path = reader / "mine" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_public_corpus_opens_and_says_what_it_lacks(reader: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    public = reader / "public"
    manifest = read_manifest(public / "corpus")
    for name, entry in manifest["tables"].items():
        with pytest.warns(WithheldTextWarning, match=r"communique hydrate .* --out"):
            ours = communique.load(name, path=public)
        plain = load_dataset(str(public / "corpus"), name, split="train", cache_dir=str(tmp_path / "cache"))
        assert plain.to_list() == ours.to_list()
        assert len(plain) == entry["rows"] > 0
        for column in WORD_COLUMNS:
            if column in plain.column_names:
                assert set(plain[column]) == {None}, (name, column)
    with pytest.warns(WithheldTextWarning, match="withheld"):
        corpus = communique.open_corpus(public)
    article = corpus[FIRST]
    assert article.statements
    assert article.actions
    with pytest.raises(ProjectError, match="communique hydrate"):
        article.highlight()


def test_commands_read_the_public_corpus(reader: Path) -> None:
    shown = run("show", "--path", "public", cwd=reader)
    assert (shown.returncode, "communique hydrate" in shown.stdout) == (0, True)
    assert "None" not in shown.stdout
    assert shown.stderr.count("withheld") == 1
    assert "WithheldTextWarning" not in shown.stderr
    figures = said("stats", "public", cwd=reader)
    assert figures["tables"]["statements"] > 0
    checked = json.loads(run("validate", "public", "--json", cwd=reader).stdout)
    assert checked["summary"]["errors"] == 0
    assert run("validate", "public", cwd=reader).returncode in (0, 2)
    missing = {one["id"]: (one["count"], one["why"]) for one in checked["not_checked"]}
    assert missing["L2/text-digest"] == (1, "the text is withheld")
    spans, why = missing["L3/span-text-differs"]
    assert spans > checked["summary"]["records"]["mentions"]
    assert "withheld" in why


def test_the_readers_copy_gives_the_working_corpus_back(journey: Journey, reader: Path) -> None:
    _copy(reader, journey.raw.name, journey.raw.read_bytes())
    before = contents(reader / "public")
    made = said("hydrate", "public", "--texts", "mine", "--out", "whole", cwd=reader)
    assert (made["complete"], made["identical"], made["unused"]) == (True, True, [])
    document = made["documents"][0]
    assert document["recovered"] == document["spans"] > 500
    assert contents(reader / "public") == before
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in read_manifest(journey.project.corpus)["tables"]:
            ours = load_arrow(name, path=reader / "whole")[1].to_pylist()
            assert ours == load_arrow(name, path=journey.project.root)[1].to_pylist(), name
            assert ours == load_arrow(name, path=journey.project.root, version="1.0.0")[1].to_pylist(), name
    same = run("diff", "1.0.0", reader / "whole", "--exit-code", cwd=journey.project.root)
    assert (same.returncode, "same records" in same.stdout) == (0, True)
    assert run("validate", "whole", cwd=reader).returncode in (0, 2)
    assert "withheld" not in run("show", "--path", "whole", cwd=reader).stdout


ADVERTISEMENT = "Sign up to our newsletter for one pound a week and never miss a story again."


def _damaged(lines: list[str], rng: random.Random) -> list[str]:
    """Paragraphs as another scrape might have them: cut, corrected, shuffled, quoted, with advertisements."""
    body = [*lines]
    if rng.random() < 0.4:
        body = body[1:]
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(body))
        words = body[at].split(" ")
        how = rng.choice(["drop", "word", "swap", "cut", "twice", "quote", "space"])
        spot = rng.randrange(len(words))
        if how == "drop":
            del body[at]
        elif how == "word":
            words[spot] = "reportedly"
            body[at] = " ".join(words)
        elif how == "swap":
            other = rng.randrange(len(words))
            words[spot], words[other] = words[other], words[spot]
            body[at] = " ".join(words)
        elif how == "cut":
            body[at] = " ".join(words[:spot]) or "Cut."
        elif how == "twice":
            body.insert(rng.randrange(len(body)), body[at])
        elif how == "quote":
            body[at] = f"“{body[at]}”"
        else:
            body[at] = "\u00a0 ".join(words)
    if rng.random() < 0.5:
        rng.shuffle(body)
    if rng.random() < 0.5:
        body.insert(rng.randrange(len(body) + 1), ADVERTISEMENT)
    return body


def _nested(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if {"start", "end", "text"} <= node.keys():
            yield node
        for value in node.values():
            yield from _nested(value)
    elif isinstance(node, list):
        for item in node:
            yield from _nested(item)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


@pytest.mark.parametrize("seed", range(10))
def test_a_damaged_copy_gives_no_wrong_span(journey: Journey, reader: Path, seed: int) -> None:
    rng = random.Random(seed)
    head, date, address, *body = journey.raw.read_text(encoding="utf-8").split("\n")
    _copy(reader, journey.raw.name, "\n".join([head, date, address, *_damaged(body, rng)]))
    done = run("hydrate", "public", "--texts", "mine", "--out", "part", "--json", cwd=reader)
    made = json.loads(done.stdout)
    document = made["documents"][0]
    assert done.returncode == (0 if made["complete"] else 1)
    assert (document["status"] == "restored") == made["complete"]
    assert document["recovered"] + sum(len(one["spans"]) for one in document["lost"]) == document["spans"]
    assert all(one["reason"] for one in document["lost"])
    assert document["recovered"] > document["spans"] / 3
    assert json.loads((reader / "part" / "corpus" / REPORT).read_text(encoding="utf-8"))["documents"] == [
        document
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if document["lost"] else "error")
        new, old = (
            {name: {row[key]: row for row in load_arrow(name, path=path)[1].to_pylist()}
             for name, key in (("mentions", "mention_id"), ("statements", "statement_id"), ("actions", "action_id"))}
            for path in (reader / "part", journey.project.root)
        )  # fmt: skip
        text = load_arrow("articles", path=reader / "part")[1]["text"][0].as_py()
    seen = 0
    for name, rows in new.items():
        assert rows.keys() <= old[name].keys()
        for key, row in rows.items():
            before = list(_nested(old[name][key]))
            words = [_letters(one["text"]) for one in before]
            for span in _nested(row):
                if span["start"] is None:
                    continue
                assert text[span["start"] : span["end"]] == span["text"], (name, key)
                assert _letters(span["text"]) in words, (name, key)
                seen += 1
    assert seen > 0
    lost = {one["key"] for one in document["lost"] if one["table"] == "mentions" and one["path"] == ""}
    assert lost == old["mentions"].keys() - new["mentions"].keys()
    if seed < 4:
        shown = run("show", "--path", "part", cwd=reader)
        assert (shown.returncode, "None" in shown.stdout) == (0, False)
        assert ("in part" in shown.stderr) == bool(document["lost"])
    checked = json.loads(run("validate", "part", "--json", cwd=reader).stdout)
    assert [one for one in checked["findings"] if one["severity"] == "error"] == []


def test_another_article_under_the_right_name_is_refused(reader: Path) -> None:
    _copy(
        reader,
        f"{FIRST}.txt",
        "Rain fell on the orchard all week.\nNobody picked the pears; wasps had them.\n" * 9,
    )
    before = contents(reader)
    done = run("hydrate", "public", "--texts", "mine", "--out", "wrong", cwd=reader)
    assert done.returncode == 3
    assert "not the article that its name says" in done.stderr
    for part in ("file:", FIRST, "expected:", "found:", "to mend:"):
        assert part in done.stderr
    assert contents(reader) == before
    assert not (reader / "wrong").exists()


def test_of_two_texts_none_is_chosen_unless_they_are_one(journey: Journey, reader: Path) -> None:
    raw = journey.raw.read_text(encoding="utf-8")
    one = _copy(reader, journey.raw.name, raw.replace("Putin", "the president"))
    two = _copy(reader, f"{FIRST}.txt", raw.replace("said", "told reporters"))
    before = contents(reader)
    done = run("hydrate", "public", "--texts", "mine", "--out", "two", cwd=reader)
    assert (done.returncode, "two different texts" in done.stderr) == (3, True)
    assert one.name in done.stderr
    assert two.name in done.stderr
    assert "to mend:" in done.stderr
    assert (contents(reader), (reader / "two").exists()) == (before, False)
    one.write_text(raw, encoding="utf-8")
    two.write_bytes(raw.replace("\n", "\r\n").encode("utf-8-sig"))
    assert said("hydrate", "public", "--texts", "mine", "--out", "two", cwd=reader)["identical"]


def test_a_web_page_restores_what_it_has(journey: Journey, reader: Path) -> None:
    text = json.loads((journey.project.articles / f"{FIRST}.json").read_text(encoding="utf-8"))["text"]
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if len(line) > 100)
    _copy(
        reader,
        "saved.html",
        f"<html><head><title>x</title></head><body><article>{lines}</article></body></html>",
    )
    done = run("hydrate", "public", "--html", "mine", "--out", "page", "--json", cwd=reader)
    document = json.loads(done.stdout)["documents"][0]
    assert done.returncode == (0 if document["status"] == "restored" else 1)
    assert document["recovered"] > 0.9 * document["spans"]


def test_a_reader_without_a_copy_gets_the_records_and_is_told(reader: Path) -> None:
    _copy(reader, "other.txt", "Rain fell on the orchard all week.\n" * 9)
    done = run("hydrate", "public", "--texts", "mine", "--out", "none", cwd=reader)
    assert (done.returncode, "no copy was given" in done.stdout) == (1, True)
    assert "other.txt" in done.stdout
    shown = run("stats", "none", cwd=reader)
    assert (shown.returncode, "not at all" in shown.stderr) == (0, True)


def test_a_result_goes_to_a_new_folder_only(journey: Journey, reader: Path) -> None:
    _copy(reader, journey.raw.name, journey.raw.read_bytes())
    _copy(reader, "note.txt", "x")
    before = contents(reader)
    for goal, why in (("mine", "not empty"), ("public", "not empty"), ("public/more", "never written to")):
        done = run("hydrate", "public", "--texts", "mine", "--out", goal, cwd=reader)
        assert (done.returncode, why in done.stderr) == (3, True), done.stderr
    assert contents(reader) == before
