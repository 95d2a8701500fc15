"""Withholding: nothing of a withheld article can be read back from any byte of the public corpus."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.corpus.small import Text, tables_of

from communique.corpus.build import build
from communique.corpus.manifest import read_manifest
from communique.corpus.public import publish
from communique.corpus.runs import MASK, Runs, search, strings_of
from communique.corpus.seal import key_of, seal, unseal
from communique.corpus.withheld_schema import write_schema
from communique.corpus.withhold import runs_of, withhold, without
from communique.errors import ProjectError
from communique.project import Project
from communique.schema import Schema, load_schema
from communique.schema.arrow import arrow_schema
from communique.text.keys import keyed

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

WORDS = (
    "On Tuesday the minister of the northern province told reporters that nobody had asked him for money, "
    "and that the bridge would open in May whatever his critics might say about it."
)


@pytest.fixture(scope="module")
def public(shipped: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public") / "public"
    publish(shipped, folder)
    return folder


def _five_word_runs(text: str) -> set[tuple[str, ...]]:
    """An oracle of its own: words of letters and digits, addresses taken out."""
    words = re.findall(r"[^\W_]+", re.sub(r"https?://\S+", " ", text).lower())
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def test_no_five_words_of_the_first_article_stand_in_any_file(public: Path, shipped: Project) -> None:
    article = json.loads(next(shipped.articles.glob("*.json")).read_text(encoding="utf-8"))
    # The address line is a fact of the article's row; the article around it is what is withheld.
    texts = [
        article["text"][zone["start"] : zone["end"]]
        for zone in article["zones"]
        if zone["zone"] != "url_line"
    ]
    forbidden = set().union(*map(_five_word_runs, texts))
    assert len(forbidden) > 500
    read = 0
    for path in public.rglob("*"):
        if path.is_file():
            for place, text in strings_of(path):
                found = _five_word_runs(text) & forbidden
                assert not found, f"{path} {place}: {found}"
                read += len(text)
    assert read > 100_000


def test_the_search_finds_what_was_left_in_each_kind_of_file(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    runs = Runs()
    runs.add("a", WORDS)
    part = "the bridge would open in May"
    for name, content in {
        "plain.md": "He said: THE BRIDGE, would open — in may!",
        "data.json": json.dumps({"deep": [{"x": part}]}),
        "lines.jsonl": json.dumps({"ok": 1}) + "\n" + json.dumps({part: 1}) + "\n",
        "escaped.json": '{"x": "the bri\\u0064ge would open in May"}',
        "sixteen.bin": part.encode("utf-16-le"),
    }.items():
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        assert search(tmp_path, runs), name
        path.unlink()
    table = pa.table({"x": ["nothing", part], "y": pa.array([{"z": [part]}, None])})
    for column in ("x", "y"):
        pq.write_table(table.select([column]), tmp_path / "t.parquet", compression="zstd")
        assert any(place.startswith(("column", "statistics")) for _, place, _ in search(tmp_path, runs))
    meta = pa.table({"n": [1, 2]}).replace_schema_metadata({"note": part})
    pq.write_table(meta, tmp_path / "t.parquet")
    assert [place for _, place, _ in search(tmp_path, runs)]
    pq.write_table(pa.table({"w": part.split()}), tmp_path / "t.parquet")
    assert search(tmp_path, runs), "one word a row"
    (tmp_path / "t.parquet").unlink()
    (tmp_path / "the-bridge-would-open-in-may.txt").write_text("")
    assert search(tmp_path, runs)[0][1] == "its name"


def test_runs_are_masked_whole_and_addresses_are_facts() -> None:
    runs = Runs()
    runs.add("a", WORDS + " https://example.org/2021/dec/07/the-long-slug-of-it")
    assert runs.mask("Note: 'The bridge would open in May', he said.") == (f"Note: '{MASK}', he said.", "a")
    assert runs.mask("the bridge would open soon")[1] is None
    assert runs.mask("https://example.org/2021/dec/07/the-long-slug-of-it")[1] is None
    assert runs.mask("isn't") == ("isn't", None)
    runs.add("b", "It isnt a question of who is to blame")
    assert runs.mask("It isn't a question of blame")[1] == "b"
    runs.allow("A bridge would open in May of course")
    assert runs.mask("bridge would open in May")[1] is None


@pytest.mark.parametrize(
    ("text", "excerpt", "name"),
    [
        (
            "卢里塔尼亚外长周二在首都表示，峰会将讨论该国加入联盟的问题。",
            "外长周二在首都表示，峰会",
            "卢里塔尼亚",
        ),
        (
            "ルリタニアの外相は火曜日に首都で会見し、加盟問題を話し合うと述べた。",
            "火曜日に首都で会見し、加盟",
            "ルリタニア",
        ),
        ("รัฐมนตรีต่างประเทศกล่าวว่าจะหารือเรื่องการเข้าร่วมพันธมิตร", "ต่างประเทศกล่าวว่าจะ", "รัฐมนตรี"),
    ],
)
def test_runs_of_scripts_without_spaces_are_characters(
    tmp_path: Path, text: str, excerpt: str, name: str
) -> None:
    runs = Runs()
    runs.add("a", text)
    assert runs.mask(f"Note: {excerpt} (p. 2)") == (f"Note: {MASK} (p. 2)", "a")
    assert runs.mask(name) == (name, None)
    (tmp_path / "note.json").write_text(json.dumps({"note": f"x {excerpt}"}), encoding="utf-8")
    assert [place for _, place, _ in search(tmp_path, runs)] == ["string"]
    runs.allow(f"as {excerpt} says")
    assert runs.mask(excerpt) == (excerpt, None)


def test_the_public_folder_holds_what_opens_it_and_nothing_else(public: Path) -> None:
    top = {path.relative_to(public).parts[0] for path in public.rglob("*")}
    assert top <= {"corpus", "annotations", "SHA256SUMS", "CITATION.cff", "LICENSE-DATA"}
    assert {path.name for path in (public / "annotations").iterdir()} <= {"schema", "guidelines", "codebook"}
    assert {path.name for path in (public / "corpus").iterdir()} == {
        "README.md", "manifest.json", "croissant.json", "data", "withheld.jsonl",
    }  # fmt: skip


def test_columns_keep_their_types_and_null_is_declared(public: Path, schema: Schema, tmp_path: Path) -> None:
    shown = load_schema(public / "annotations" / "schema")
    assert shown.fingerprint != schema.fingerprint
    for name, table in schema.tables.items():
        assert arrow_schema(table).equals(arrow_schema(shown.table(name)))
    write_schema(public / "annotations" / "schema", tmp_path / "back", "whole")
    assert load_schema(tmp_path / "back").fingerprint == schema.fingerprint
    write_schema(tmp_path / "back", tmp_path / "partial", "partial")
    write_schema(tmp_path / "partial", tmp_path / "again", "whole")
    assert load_schema(tmp_path / "again").fingerprint == schema.fingerprint


def test_offsets_and_labels_stay_and_every_excerpt_is_null(schema: Schema) -> None:
    spans = [(3, 10), (15, 23), (24, 26), (40, 60), (61, 70)]
    texts = [Text("a", WORDS, spans), Text("b", WORDS[::-1], spans, "text_ok")]
    whole = tables_of(texts, schema)
    public = withhold(whole, schema, "none", runs_of(whole["articles"])).tables
    for name, rows in whole.items():
        assert [row.get("article_id") for row in rows] == [row.get("article_id") for row in public[name]]
        for before, after in zip(rows, public[name], strict=True):
            if before.get("article_id") == "b" and name != "actors":
                assert before == after
    assert {row["text"] for row in public["mentions"] if row["article_id"] == "a"} == {None}
    statement = public["statements"][0]
    assert statement["cue_spans"] == [{"start": 3, "end": 10, "text": None}]
    assert (statement["cue_text"], statement["cue_lemma"], statement["time"]["expression"]) == (
        None,
        None,
        None,
    )
    assert public["articles"][0]["detections"][0]["evidence"] is None
    assert public["articles"][0]["zones"] == whole["articles"][0]["zones"]
    shown = {alias for row in public["actors"] for alias in row["aliases"]}
    assert shown <= {row["text"] for row in whole["mentions"] if row["article_id"] == "b"}
    assert [row["mention_count"] for row in public["actors"]] == [
        row["mention_count"] for row in whole["actors"]
    ]


def test_an_article_that_may_not_be_shared_at_all_leaves_nothing(schema: Schema) -> None:
    spans = [(3, 10), (15, 23), (24, 26), (40, 60)]
    whole = tables_of([Text("a", WORDS, spans, "none"), Text("b", WORDS[::-1], spans, "text_ok")], schema)
    kept = without(whole, {"a"})
    assert not any(
        row.get("article_id") == "a" or str(row).count("a.") for rows in kept.values() for row in rows
    )
    assert all(row["article_count"] <= 1 for row in kept["actors"])


def test_a_remark_that_quotes_is_masked_and_sealed(schema: Schema) -> None:
    note = "He claims that nobody had asked him for money, cf. the title"
    whole = tables_of(
        [Text("a", WORDS, [(3, 10)], notes=[note], title="Nobody had asked him for money")], schema
    )
    made = withhold(whole, schema, "none", runs_of(whole["articles"]))
    assert made.tables["mentions"][0]["note"] == f"He claims {MASK}, cf. the title"
    assert made.tables["articles"][0]["title"] is None
    assert made.masked
    values = unseal(made.lines[0]["sealed"], key_of(keyed(WORDS)))
    assert ["mentions", "a.m0", ["note"], note] in values


def test_sealed_values_open_with_the_text_only() -> None:
    key, other = key_of(keyed(WORDS)), key_of(keyed(WORDS + " More."))
    sealed = seal(["ünïcode", 1], key)
    assert unseal(sealed, key) == ["ünïcode", 1]
    assert unseal(sealed, other) is None
    assert key_of(keyed(WORDS.upper().replace(",", " ,"))) == key
    damaged = ("A" if sealed[30] != "A" else "B").join([sealed[:30], sealed[31:]])
    assert unseal(damaged, key) is None


def test_words_in_a_name_that_cannot_be_masked_stop_the_build(project: Project, tmp_path: Path) -> None:
    (project.guidelines / "joe-biden-speaking-by-video-link.md").write_text("x", encoding="utf-8")
    article = json.loads(next(project.articles.glob("*.json")).read_text(encoding="utf-8"))
    words = "-".join(re.findall(r"\w+", article["text"])[:7])
    (project.guidelines / f"{words}.md").write_text("x", encoding="utf-8")
    with pytest.raises(ProjectError, match="Words of a withheld article are left"):
        publish(project, tmp_path / "public")
    assert not (tmp_path / "public").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".public")] == []


def test_prose_that_quotes_is_masked(project: Project, tmp_path: Path) -> None:
    article = json.loads(next(project.articles.glob("*.json")).read_text(encoding="utf-8"))
    quote = " ".join(article["text"].split()[60:70])
    (project.guidelines / "cases.md").write_text(f"# Cases\n\nAs in *{quote}*.\n", encoding="utf-8")
    card = project.card_text.read_text(encoding="utf-8") + f"\n> {quote}\n"
    project.card_text.write_text(card, encoding="utf-8")
    build(project)
    publish(project, tmp_path / "public", "none")
    text = (tmp_path / "public" / "annotations" / "guidelines" / "cases.md").read_text(encoding="utf-8")
    assert MASK in text
    assert quote not in text
    assert quote not in (tmp_path / "public" / "corpus" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("level", ["none", "paragraph", "token"])
def test_fingerprints_are_chosen(schema: Schema, level: Any) -> None:
    whole = tables_of([Text("a", WORDS, [(3, 10)])], schema)
    line = withhold(whole, schema, level, runs_of(whole["articles"])).lines[0]
    assert ("paragraphs" in line["fingerprint"]) == (level != "none")
    assert ("tokens" in line["fingerprint"]) == (level == "token")


def test_bad_input_is_refused(project: Project, tmp_path: Path, public: Path) -> None:
    with pytest.raises(ProjectError, match="no such kind of fingerprint"):
        publish(project, tmp_path / "x", "sentence")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    with pytest.raises(ProjectError, match="not empty"):
        publish(project, tmp_path / "full")
    with pytest.raises(ProjectError, match="There is no version"):
        publish(project, tmp_path / "x", version="9.9.9")
    shutil.copytree(public, tmp_path / "public")
    with pytest.raises(ProjectError, match="withheld already"):
        publish(Project(tmp_path / "public"), tmp_path / "x")
    data = next((project.corpus / "data" / "statements").glob("*"))
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(ProjectError, match="another size"):
        publish(project, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_equal_input_gives_equal_bytes(shipped: Project, tmp_path: Path, public: Path) -> None:
    publish(shipped, tmp_path / "again")
    assert (tmp_path / "again" / "SHA256SUMS").read_bytes() == (public / "SHA256SUMS").read_bytes()


def test_datasets_opens_the_public_corpus(public: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    for name, entry in read_manifest(public / "corpus")["tables"].items():
        made = load_dataset(str(public / "corpus"), name, split="train", cache_dir=str(tmp_path / "cache"))
        assert made.num_rows == entry["rows"]
