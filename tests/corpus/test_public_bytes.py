"""Every byte of a public build, read in as many ways as there are: no five words in a row of a withheld article.

The reading here is a second one, written apart from the search that the build itself makes.
"""

from __future__ import annotations

import html
import json
import random
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.corpus.small import Text, tables_of

from communique.corpus.build import build
from communique.corpus.hydrate import hydrate
from communique.corpus.hydrate_texts import Copy
from communique.corpus.load import load
from communique.corpus.manifest import manifest_json, read_manifest
from communique.corpus.public import publish
from communique.corpus.runs import MASK
from communique.corpus.start import start_project
from communique.corpus.tableset import content_digest, write_tables
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import load_schema


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"https?://\S+", " ", text).casefold())


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def _readings(data: bytes, name: str, scratch: Path) -> Iterator[str]:
    """The bytes as text, and as whatever else can be made of them."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = data.decode(encoding, errors="replace")
        yield text
        yield html.unescape(re.sub(r"<[^>]*>|\\u[0-9a-f]{4}|\\.", " ", text))
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    if name.endswith(".parquet"):
        file = pq.ParquetFile(scratch)
        yield " ".join(f"{key!r} {value!r}" for key, value in (file.metadata.metadata or {}).items())
        # Pages without compression and dictionary: every value and every statistic as bytes.
        plain = scratch.with_suffix(".plain")
        pq.write_table(file.read(), plain, compression="none", use_dictionary=False, write_page_index=True)
        for encoding in ("utf-8", "latin-1"):
            yield plain.read_bytes().decode(encoding, errors="replace")
        yield json.dumps(file.read().to_pylist(), ensure_ascii=False, default=str)
        yield " ".join(str(file.metadata.row_group(group)) for group in range(file.metadata.num_row_groups))
    if name.endswith((".json", ".jsonl")):
        lines = [data.decode()] if name.endswith(".json") else data.decode().splitlines()
        for line in lines:
            yield json.dumps(json.loads(line), ensure_ascii=False)


def _all_of(folder: Path, scratch: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            yield "names", name.replace("-", " ").replace("/", " ")
            copy = scratch / path.name
            shutil.copyfile(path, copy)
            for text in _readings(path.read_bytes(), path.name, copy):
                yield name, text
    tree = scratch / "tree"
    shutil.copytree(folder, tree)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Public build"]):
        subprocess.run([*git, *arguments], cwd=tree, check=True, capture_output=True)
    objects = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"], cwd=tree, check=True, capture_output=True
    ).stdout
    yield "git objects", objects.decode("utf-8", errors="replace")


def _nothing_of(texts: list[str], folder: Path, scratch: Path, shared: list[str]) -> int:
    forbidden = set().union(*map(_runs, texts)) - set().union(set(), *map(_runs, shared))
    read = 0
    for place, text in _all_of(folder, scratch):
        found = _runs(text) & forbidden
        assert not found, f"{place}: {sorted(found)[:3]}"
        read += len(text)
    return read


@pytest.mark.slow
@pytest.mark.parametrize("level", ["none", "paragraph", "token"])
def test_nothing_of_the_first_article_is_in_any_byte(shipped: Project, tmp_path: Path, level: str) -> None:
    publish(shipped, tmp_path / "public", level)
    texts = []
    for path in shipped.articles.glob("*.json"):
        row = json.loads(path.read_text(encoding="utf-8"))
        raw = (shipped.raw / row["source_file"]).read_text(encoding="utf-8")
        # The address line is a fact of the article's row.
        texts += [line for line in raw.splitlines() if "://" not in line] + [row["title"] or ""]
        texts.append(" ".join(line for line in raw.splitlines() if "://" not in line))
    (tmp_path / "scratch").mkdir()
    assert _nothing_of(texts, tmp_path / "public", tmp_path / "scratch", []) > 500_000


WORDS = [
    f"{a}{b}{c}" for a in "bdgklmprst" for b in ("a", "e", "io", "u") for c in ("n", "r", "st", "ll", "é")
]


def _prose(rng: random.Random, sentences: int) -> str:
    return "\n".join(
        " ".join(rng.choices(WORDS, k=rng.randint(6, 20))).capitalize() + "." for _ in range(sentences)
    )


def _mixed(folder: Path) -> tuple[Project, dict[str, str], dict[str, str]]:
    """A project of nine articles, three of each right, whose remarks quote one another in many dresses."""
    rng = random.Random(7)
    project = start_project(folder, "mixed")
    texts = {f"mixed-20200101-{number}": _prose(rng, 12) for number in range(9)}
    rights = dict(zip(texts, ["text_ok", "annotations_only", "none"] * 3, strict=True))
    spans = [(0, 12), (20, 33), (40, 48), (52, 70), (80, 95), (100, 130), (140, 141), (150, 190)]
    quoted = [text.split() for key, text in texts.items() if rights[key] != "text_ok"]
    notes = []
    for words in quoted:
        some = words[5:12]
        notes += [
            " ".join(some), "\n".join(some), "—".join(some).upper(), "\u200b ".join(some), "_".join(some),
            f"see '{some[0]}, {some[1]}; {' '.join(some[2:])}'", "\t".join(some), "\xa0".join(some),
        ]  # fmt: skip
    rng.shuffle(notes)
    build(project)
    schema = load_schema(project.schema)
    made = tables_of(
        [
            Text(key, text, spans, rights[key], notes[6 * at : 6 * at + 6], " ".join(text.split()[:7]))
            for at, (key, text) in enumerate(texts.items())
        ],
        schema,
    )
    written, _ = write_tables(
        project.corpus, schema, (("train", 0, name, rows) for name, rows in made.items() if rows), 1
    )
    manifest = {**read_manifest(project.corpus), "tables": written, "digest": content_digest(written)}
    (project.corpus / "manifest.json").write_text(manifest_json(manifest), encoding="utf-8")
    return project, texts, rights


@pytest.mark.slow
@pytest.mark.parametrize("level", ["none", "token"])
def test_nothing_of_many_articles_of_mixed_rights(tmp_path: Path, level: str) -> None:
    project, texts, rights = _mixed(tmp_path / "project")
    rounds = project.root / "annotations" / "rounds" / "r01"
    rounds.mkdir(parents=True)
    secret = next(text for key, text in texts.items() if rights[key] == "none")
    reasons = {"choice": "a", "reason": " ".join(secret.split()[3:20])}
    (rounds / "decisions.jsonl").write_text(json.dumps(reasons) + "\n", encoding="utf-8")
    project.guidelines.mkdir(parents=True, exist_ok=True)
    (project.guidelines / "rulings.md").write_text(f"> {' '.join(secret.split()[30:44])}\n", encoding="utf-8")
    made = publish(project, tmp_path / "public", level)
    assert (len(made.shared), len(made.withheld), len(made.left_out)) == (3, 3, 3)
    assert made.masked
    (tmp_path / "scratch").mkdir()
    hidden = [text for key, text in texts.items() if rights[key] != "text_ok"]
    shown = [text for key, text in texts.items() if rights[key] == "text_ok"]
    _nothing_of(hidden, tmp_path / "public", tmp_path / "scratch", shown)
    found = {row["article_id"]: row["text"] for row in load("articles", path=tmp_path / "public").to_list()}
    assert found == {
        key: text if rights[key] == "text_ok" else None
        for key, text in texts.items()
        if rights[key] != "none"
    }
    copies = [Copy(text, key) for key, text in texts.items() if rights[key] == "annotations_only"]
    back = hydrate(tmp_path / "public", copies, tmp_path / "out")
    # Remarks that quote an article that was left out stay masked, and the result says that it isn't the whole.
    assert (back.complete, back.identical) == (True, False)


def _png(kind: bytes, content: bytes) -> bytes:
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IEND\xaeB`\x82"


HIDDEN = {
    "picture.svg": lambda words: f"<svg><text>{'</text><text>'.join(words)}</text></svg>".encode(),
    "page.html": lambda words: ("<p>" + " ".join(f"<b>{one[:2]}</b>{one[2:]}" for one in words)).encode(),
    "bold.md": lambda words: " ".join(f"**{one[:1]}**{one[1:]}" for one in words).encode(),
    "entities.html": lambda words: "&nbsp;".join(words).encode(),
    "escaped.json": lambda words: json.dumps({"x": "\n".join(words)}).encode(),
    "coded.json": lambda words: ('{"x": "' + " ".join(f"\\u{ord(one[0]):04x}{one[1:]}" for one in words) + '"}').encode(),
    "query.md": lambda words: ("mailto:x?body=" + "%20".join(words)).encode(),
    "text.png": lambda words: _png(b"tEXt", b"Comment\0" + " ".join(words).encode()),
    "packed.png": lambda words: _png(b"zTXt", b"Comment\0\0" + zlib.compress(" ".join(words).encode())),
    "wide.bin": lambda words: b"\xff\xfe" + " ".join(words).encode("utf-16-le"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(HIDDEN))
def test_words_in_another_dress_stop_the_build(project: Project, tmp_path: Path, name: str) -> None:
    article = json.loads(next(project.articles.glob("*.json")).read_text(encoding="utf-8"))
    words = re.findall(r"[a-z]+", article["text"].lower().partition("\n")[2])
    at = next(at for at in range(200, 900) if all(len(one) > 2 for one in words[at : at + 7])
              and " ".join(words[at : at + 7]) in article["text"])  # fmt: skip
    (project.guidelines / name).write_bytes(HIDDEN[name](words[at : at + 7]))
    if name == "bold.md":
        # Marks inside words are no obstacle to masking.
        publish(project, tmp_path / "public", "none")
        left = (tmp_path / "public" / "annotations" / "guidelines" / name).read_bytes()
        assert MASK.encode() in left
        return
    with pytest.raises(ProjectError, match="Words of a withheld article are left"):
        publish(project, tmp_path / "public", "none")
    assert not (tmp_path / "public").exists()


def test_a_picture_is_copied_and_said_to_be_unread(project: Project, tmp_path: Path) -> None:
    (project.guidelines / "figure.png").write_bytes(_png(b"IHDR", b"\xff\xfe\xfd"))
    made = publish(project, tmp_path / "public", "none")
    assert [Path(one).name for one in made.unread] == ["figure.png"]
    assert "no text" in made.text()
