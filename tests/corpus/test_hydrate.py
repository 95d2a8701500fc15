"""Hydrating: the identity on the same text, never a wrong span on another, and a clear word on bad input."""

from __future__ import annotations

import copy
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import FIRST
from tests.corpus.small import Text, tables_of

from communique.corpus.checksums import SUMS
from communique.corpus.hydrate import REPORT, hydrate, restore_tables
from communique.corpus.hydrate_rows import laid_out
from communique.corpus.hydrate_texts import Copy, read_copies
from communique.corpus.load import WithheldTextWarning, load, load_arrow, open_corpus
from communique.corpus.manifest import read_manifest
from communique.corpus.public import publish
from communique.corpus.withhold import runs_of, withhold
from communique.errors import CommuniqueError, ProjectError
from communique.project import Project
from communique.schema import Schema

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

WORDS = [
    "minister", "province", "said", "nobody", "asked", "him", "for", "money", "the", "bridge", "would", "open", "in",
    "May", "“whatever", "critics”", "say", "it", "isn’t", "about", "1.5", "€20", "naïve", "—", "👩‍👩‍👧", "шаг", "中文",
]  # fmt: skip


@pytest.fixture(scope="module")
def public(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public") / "public"
    publish(shipped, folder)
    return folder


@pytest.fixture(scope="module")
def text(shipped: Project) -> str:
    return str(json.loads((shipped.articles / f"{FIRST}.json").read_text(encoding="utf-8"))["text"])


def _copies(*texts: str, name: str = "copy") -> list[Copy]:
    return [
        Copy(one, f"{name}{number}.txt", frozenset({f"{name}{number}"})) for number, one in enumerate(texts)
    ]


def test_the_same_text_gives_the_same_corpus(
    public: Path, shipped: Project, text: str, tmp_path: Path
) -> None:
    before = (public / SUMS).read_bytes()
    made = hydrate(public, _copies(text), tmp_path / "out")
    assert (made.complete, made.identical) == (True, True)
    assert (made.documents[0].text, made.documents[0].lost) == ("identical", [])
    ours, theirs = read_manifest(tmp_path / "out" / "corpus"), read_manifest(shipped.corpus)
    for name, entry in theirs["tables"].items():
        assert ours["tables"][name]["digest"] == entry["digest"]
    assert (ours["schema"], ours["digest"]) == (theirs["schema"], theirs["digest"])
    assert (
        load("statements", path=tmp_path / "out").to_list() == load("statements", path=shipped.root).to_list()
    )
    assert (public / SUMS).read_bytes() == before
    assert json.loads((tmp_path / "out" / "corpus" / REPORT).read_text())["identical"] is True


texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=25), min_size=1, max_size=6).map(
    lambda paragraphs: "\n".join(" ".join(words) + "." for words in paragraphs)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), level=st.sampled_from(["none", "paragraph", "token"]))
def test_withhold_then_hydrate_is_the_identity(schema: Schema, data: st.DataObject, level: Any) -> None:
    articles = []
    for number in range(data.draw(st.integers(1, 3))):
        words = data.draw(texts)
        offsets = st.tuples(st.integers(0, len(words) - 1), st.integers(1, 30))
        drawn = data.draw(st.lists(offsets, max_size=12))
        spans = [(start, min(start + size, len(words))) for start, size in drawn]
        notes = data.draw(st.lists(st.one_of(texts, st.just(words)), max_size=4))
        redistribution = data.draw(st.sampled_from(["annotations_only", "annotations_only", "text_ok"]))
        title = data.draw(st.one_of(st.none(), texts))
        articles.append(Text(f"paper-20200101-{number}", words, spans, redistribution, notes, title))
    whole = tables_of(articles, schema)
    before = copy.deepcopy(whole)
    made = withhold(whole, schema, level, runs_of(whole["articles"]))
    assert whole == before
    withheld = {one.article_id: one.text for one in articles if one.redistribution != "text_ok"}
    found = {key: Copy(value, key) for key, value in withheld.items()}
    restored = restore_tables(made.tables, schema, made.lines, found)
    assert made.tables == whole
    assert all(one.whole for one in restored.values())


def _drift(text: str, rng: random.Random, share: float) -> str:
    lines = []
    for line in text.split("\n"):
        words = line.split(" ")
        for at in range(len(words)):
            draw = rng.random()
            if draw < share / 3:
                words[at] = ""
            elif draw < 2 * share / 3:
                words[at] = rng.choice(WORDS)
            elif draw < share:
                words[at] += " " + rng.choice(WORDS)
        lines.append(" ".join(words))
    if rng.random() < 0.5:
        rng.shuffle(lines)
    if rng.random() < 0.3:
        lines.insert(rng.randrange(len(lines)), "Subscribe now for one pound a week.")
    drifted = "\n".join(lines)
    return drifted.translate({ord(c): None for c in "“”’"}) if rng.random() < 0.5 else drifted


@pytest.mark.parametrize("seed", range(8))
def test_every_emitted_span_is_a_slice_with_the_old_words(
    public: Path, shipped: Project, text: str, seed: int, tmp_path: Path
) -> None:
    """What comes back covers the words it covered, letter for letter; the rest is listed with a reason."""
    rng = random.Random(seed)
    drifted = _drift(text, rng, rng.choice([0.0, 0.005, 0.01, 0.03]))
    made = hydrate(public, _copies(drifted), tmp_path / "out")
    old = {row["mention_id"]: row["text"] for row in load("mentions", path=shipped.root).to_list()}
    rows = load_arrow("articles", path=tmp_path / "out")[1].to_pylist()
    assert rows[0]["text"] == drifted
    new = load_arrow("mentions", path=tmp_path / "out")[1].to_pylist()
    for row in new:
        assert drifted[row["start"] : row["end"]] == row["text"]
        assert _letters(row["text"]) == _letters(old[row["mention_id"]])
    seen = 0
    for table in ("statements", "actions"):
        for row in load_arrow(table, path=tmp_path / "out")[1].to_pylist():
            for span in _spans(row):
                assert drifted[span["start"] : span["end"]] == span["text"]
                seen += 1
    lost = [one for one in made.documents[0].lost if one["table"] == "mentions" and one["path"] == ""]
    assert len(new) + len(lost) == len(old)
    assert all(one["reason"] for one in made.documents[0].lost)
    assert seen > 0
    assert made.documents[0].recovered < made.documents[0].spans or made.complete


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _spans(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        here = [node] if {"start", "end", "text"} <= node.keys() and node["text"] is not None else []
        return here + [span for value in node.values() for span in _spans(value)]
    return [span for item in node for span in _spans(item)] if isinstance(node, list) else []


def test_another_scrape_with_the_same_letters_restores_everything(
    public: Path, text: str, tmp_path: Path
) -> None:
    other = "\n\n".join(f"  {line}" for line in text.split("\n")).replace(" said", "  said")
    made = hydrate(public, _copies(other), tmp_path / "out")
    assert made.documents[0].text == "normalised"
    assert made.complete
    assert not made.identical
    values = {row["cue_lemma"] for row in load_arrow("statements", path=tmp_path / "out")[1].to_pylist()}
    assert None not in values


def test_copies_are_found_by_id_name_address_and_content(
    shipped: Project, public: Path, text: str, tmp_path: Path
) -> None:
    row = json.loads((shipped.articles / f"{FIRST}.json").read_text(encoding="utf-8"))
    raw = (shipped.raw / row["source_file"]).read_bytes()
    for number, (name, content) in enumerate(
        {
            f"{FIRST}.txt": raw,
            row["source_file"]: raw,
            "mine.txt": raw.replace(b"\n", b"\r\n"),
            "all.jsonl": json.dumps({"url": row["url"] + "/", "text": text}).encode(),
            "ids.jsonl": json.dumps({"article_id": FIRST, "text": text}).encode() + b"\n\n",
        }.items()
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(content)
        (folder / ".hidden").write_bytes(b"\xff")
        assert hydrate(public, read_copies(folder), tmp_path / f"out{number}").identical, name


def test_a_line_of_copies_may_hold_other_separators(public: Path, text: str, tmp_path: Path) -> None:
    line = json.dumps({"text": text.replace("\n", "\u2028\n"), "article_id": FIRST}, ensure_ascii=False)
    (tmp_path / "copies.jsonl").write_text(line + "\n", encoding="utf-8")
    assert [one.names for one in read_copies(tmp_path / "copies.jsonl")] == [frozenset({FIRST})]


def test_zones_of_another_text_are_in_its_order_with_the_signs_of_their_lines() -> None:
    text = "“Two two.”\nAn advertisement\n“One.” More one.\n"

    def zone(number: int, words: str) -> dict[str, int]:
        start = text.index(words)
        return {"zone_id": number, "start": start, "end": start + len(words)}

    found = laid_out([zone(1, "One"), zone(2, "More one."), zone(3, "Two two.")], text)
    words = [(one["zone_id"], text[one["start"] : one["end"]]) for one in found]
    assert words == [(3, "“Two two.”"), (1, "“One.”"), (2, "More one.")]
    assert laid_out([], text) == []


def test_a_web_page_is_read(public: Path, text: str, tmp_path: Path) -> None:
    lines = [f"<p>{line}</p>" for line in text.split("\n") if len(line) > 100]
    page = f"<html><head><title>x</title></head><body><article>{''.join(lines)}</article></body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    made = hydrate(public, read_copies(tmp_path / "page.html", html=True), tmp_path / "out")
    assert made.documents[0].recovered > 500


def test_the_wrong_article_under_the_right_name_is_refused(public: Path, tmp_path: Path) -> None:
    wrong = "\n".join(
        f"Entirely other words about number {n} stand here and nowhere else." for n in range(30)
    )
    (tmp_path / f"{FIRST}.txt").write_text(wrong, encoding="utf-8")
    with pytest.raises(ProjectError, match="not the article that its name says"):
        hydrate(public, read_copies(tmp_path / f"{FIRST}.txt"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_texts_for_one_article_are_refused(public: Path, text: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="two different texts") as error:
        hydrate(public, _copies(text, text + " More."), tmp_path / "out")
    assert "copy0.txt and copy1.txt" in str(error.value)
    assert not (tmp_path / "out").exists()
    assert hydrate(public, _copies(text, text), tmp_path / "out").identical


def test_files_of_no_article_are_named_and_the_rest_stays_withheld(public: Path, tmp_path: Path) -> None:
    made = hydrate(public, _copies("Something else altogether."), tmp_path / "out")
    assert (made.documents[0].status, made.unused, made.complete) == ("missing", ["copy0.txt"], False)
    assert load_arrow("articles", path=tmp_path / "out")[1]["text"].null_count == 1


def test_bad_places_are_refused(public: Path, shipped: Project, text: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="No text of this corpus is withheld"):
        hydrate(shipped.root, [], tmp_path / "out")
    with pytest.raises(ProjectError, match="never written to"):
        hydrate(public, _copies(text), public / "out")
    with pytest.raises(ProjectError, match="never written to"):
        hydrate(public / "corpus", _copies(text), public / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(ProjectError, match="not empty"):
        hydrate(public, _copies(text), tmp_path / "full")
    with pytest.raises(ProjectError, match="no texts here"):
        list(read_copies(tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectError, match="holds no file"):
        list(read_copies(tmp_path / "empty"))
    (tmp_path / "bad.jsonl").write_text('{"text": 1}\n')
    with pytest.raises(ProjectError, match="has no text"):
        list(read_copies(tmp_path / "bad.jsonl"))
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9 and more")
    with pytest.raises(CommuniqueError, match="not valid utf-8"):
        list(read_copies(tmp_path / "bad.txt"))


def _break(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "flipped":
        data = data[:-20] + bytes([data[-20] ^ 1]) + data[-19:]
    elif how == "truncated":
        data = data[:-9]
    elif how == "lfs":
        data = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["flipped", "truncated", "lfs"])
@pytest.mark.parametrize("name", ["corpus/data/statements", "corpus/withheld.jsonl", "corpus/manifest.json"])
def test_a_damaged_release_is_refused(public: Path, text: str, tmp_path: Path, name: str, how: str) -> None:
    damaged = tmp_path / "public"
    shutil.copytree(public, damaged)
    path = damaged / name
    _break(next(path.iterdir()) if path.is_dir() else path, how)
    with pytest.raises(ProjectError, match=r"changed|another size|LFS"):
        hydrate(damaged, _copies(text), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_shard_of_another_version_is_noticed(
    public: Path, shipped: Project, text: str, tmp_path: Path
) -> None:
    damaged = tmp_path / "public"
    shutil.copytree(public, damaged)
    theirs = next((shipped.corpus / "data" / "statements").iterdir())
    shutil.copyfile(theirs, next((damaged / "corpus" / "data" / "statements").iterdir()))
    with pytest.raises(ProjectError, match=r"size|changed"):
        hydrate(damaged, _copies(text), tmp_path / "out")


def test_loaders_say_what_to_do(public: Path) -> None:
    with pytest.warns(WithheldTextWarning, match="communique hydrate"):
        table = load("articles", path=public)
    assert table["text"] == [None]
    with pytest.raises(ProjectError, match="hydrate"):
        open_corpus(public)[FIRST].highlight()


def test_any_flipped_byte_of_the_public_folder_is_noticed(
    public: Path, schema: Schema, tmp_path: Path
) -> None:
    damaged = tmp_path / "public"
    shutil.copytree(public, damaged)
    rng = random.Random(5)
    files = sorted(path for path in damaged.rglob("*") if path.is_file())
    for path in rng.sample(files, 25):
        whole = path.read_bytes()
        at = rng.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :])
        table = path.parent.name if path.suffix == ".parquet" else "events"
        with pytest.raises(ProjectError):
            load_arrow(table, path=damaged)
        path.write_bytes(whole)
