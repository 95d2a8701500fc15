"""Ingest: what goes in, what is refused and how, and that the project is whole at every moment."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dying
import pytest
import warm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pace import slowness

from communique.articles import gather, store
from communique.articles.draft import ArticleError
from communique.articles.ingest import Outcome, ingest
from communique.project import Project

from .conftest import FORMS, PARAGRAPHS, RECORD, SCRAPE, SCRAPE_URL, SEED, TEXT, TODAY, options, state

FIRST = "guardian-20211207-joe-biden-vladimir-putin-virtual"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only(project: Project, path: Path, **said: Any) -> Outcome:
    (outcome,) = ingest(project, [path], options(**said)).outcomes
    return outcome


def check_whole(project: Project) -> None:
    """Every article has its raw bytes and its provenance line, and its digests are true."""
    lines = {
        (line["source_file"], line["source_record"], line["text_sha256"])
        for line in store.load_sources(project)
    }
    for article in store.iter_articles(project):
        raw = (project.raw / article["source_file"]).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == article["source_sha256"]
        assert (article["source_file"], article["source_record"], article["text_sha256"]) in lines
        assert hashlib.sha256(article["text"].encode()).hexdigest() == article["text_sha256"]


def test_the_first_article(empty: Project) -> None:
    outcome = only(empty, SEED, publisher="The Guardian", redistribution="annotations_only")
    assert (outcome.status, outcome.article_id) == ("added", FIRST)
    article = store.load_article(empty, FIRST)
    assert (article["char_count"], article["published_on"], article["language"]) == (6170, "2021-12-07", "en")
    assert article["zones"][1] == {
        "zone_id": 1,
        "zone": "caption",
        "start": 155,
        "end": 310,
        "duplicate_of": 0,
    }
    assert (empty.raw / "article.txt").read_bytes() == SEED.read_bytes()
    (line,) = store.load_sources(empty)
    assert line["received_on"] == TODAY.isoformat()
    assert line["received_from"] == str(SEED)
    assert line["article_id"] == FIRST
    check_whole(empty)


@pytest.mark.parametrize("name", FORMS)
def test_a_record_of_every_form_fits_the_schema(empty: Project, inbox: Path, name: str) -> None:
    from jsonschema import Draft202012Validator

    from communique.schema import load_schema

    outcome = only(empty, put(inbox, name, FORMS[name]), redistribution="none")
    assert outcome.status == "added", outcome.error
    path = store.article_path(empty, outcome.article_id or "")
    article = json.loads(path.read_bytes())
    schema = load_schema(empty.schema).table("articles").stored_schema
    assert [error.message for error in Draft202012Validator(schema).iter_errors(article)] == []
    assert path.read_bytes() == store.dump_article(article)
    assert path.read_bytes().endswith(b"}\n")


def test_the_user_goes_before_the_file(empty: Project, inbox: Path) -> None:
    outcome = only(
        empty,
        put(inbox, "page.html", FORMS["page.html"]),
        publisher="The Evening Post",
        date="2021-03-05",
        language="de",
        url="https://post.example/talks",
        rights="CC-BY-4.0",
        rights_holder="Evening Post",
        redistribution="text_ok",
    )
    assert outcome.article_id == "evening-post-20210305-talks"
    article = store.load_article(empty, "evening-post-20210305-talks")
    assert (article["language"], article["rights"], article["rights_holder"]) == (
        "de",
        "CC-BY-4.0",
        "Evening Post",
    )


def test_a_detected_language_and_missing_rights_are_said(empty: Project, inbox: Path) -> None:
    notes = " ".join(only(empty, put(inbox, "a.txt", TEXT)).notes)
    assert "language detected as en" in notes
    assert "redistribution" in notes


# The same again


@pytest.mark.parametrize("name", FORMS)
def test_twice_changes_nothing(empty: Project, inbox: Path, name: str) -> None:
    path = put(inbox, name, FORMS[name])
    only(empty, path)
    before = state(empty)
    for said in ({}, {"supersede": True}, {"received_on": TODAY.replace(year=2030)}):
        assert only(empty, path, **said).status == "unchanged"
        assert state(empty) == before


def test_other_metadata_for_the_same_file_is_told_and_taken_only_with_supersede(
    empty: Project, inbox: Path
) -> None:
    path = put(inbox, "a.txt", SCRAPE)
    first = only(empty, path, rights="CC-BY-4.0", redistribution="text_ok")
    before = state(empty)
    again = only(empty, path, publisher="Courier")
    assert again.status == "unchanged"
    assert "publisher None → 'Courier'" in again.notes[0]
    assert state(empty) == before
    assert only(empty, path, publisher="Courier", supersede=True).status == "superseded"
    article = store.load_article(empty, first.article_id or "")
    assert (article["publisher"], article["rights"], article["redistribution"]) == (
        "Courier",
        "CC-BY-4.0",
        "text_ok",
    )
    assert len(store.load_sources(empty)) == 1
    check_whole(empty)


def test_the_same_article_from_two_files_is_a_duplicate(empty: Project, inbox: Path) -> None:
    first = only(empty, put(inbox, "a.txt", SCRAPE))
    before = state(empty)
    for name, content in (("b.txt", SCRAPE), ("c.txt", SCRAPE.replace("\n", "\r\n"))):
        outcome = only(empty, put(inbox, name, content))
        assert (outcome.status, outcome.article_id) == ("duplicate", first.article_id)
        assert "a.txt" in outcome.notes[0]
    assert state(empty) == before


def test_duplicates_in_one_run_and_in_one_file(empty: Project, inbox: Path) -> None:
    put(inbox, "a.txt", SCRAPE)
    put(inbox, "b.txt", SCRAPE)
    other = {**RECORD, "url": "https://x.example/other", "content": "\n".join(PARAGRAPHS[1:])}
    put(inbox, "c.jsonl", "".join(json.dumps(record) + "\n" for record in (other, other)))
    report = ingest(empty, [inbox], options())
    assert [outcome.status for outcome in report.outcomes] == ["added", "duplicate", "added", "duplicate"]
    assert report.exit_code == 0
    check_whole(empty)


# Changed text


def test_a_changed_text_is_refused_and_superseded_on_demand(empty: Project, inbox: Path) -> None:
    path = put(inbox, "a.txt", SCRAPE)
    article_id = only(empty, path).article_id or ""
    gold = put(empty.gold, f"{article_id}.json", "{}\n")
    rounds = put(empty.rounds, f"r1/anna/{article_id}.json", "{}\n")
    put(inbox, "a.txt", SCRAPE.replace("two days", "three days"))
    before = state(empty)
    outcome = only(empty, path)
    assert outcome.status == "refused"
    assert article_id in str(outcome.error)
    assert "--supersede" in str(outcome.error)
    assert gold.name in str(outcome.error)
    assert state(empty) == before

    outcome = only(empty, path, supersede=True)
    assert (outcome.status, outcome.article_id) == ("superseded", article_id)
    assert outcome.stale == tuple(p.relative_to(empty.root).as_posix() for p in (gold, rounds))
    assert (empty.raw / "a.txt").read_bytes() == SCRAPE.encode()
    article = store.load_article(empty, article_id)
    assert "three days" in article["text"]
    assert article["source_file"] != "a.txt"
    assert gold.read_text() == "{}\n"
    assert len(store.load_sources(empty)) == 2
    check_whole(empty)
    before = state(empty)
    assert only(empty, path, supersede=True).status == "unchanged"
    assert state(empty) == before


def test_the_url_knows_the_article_whatever_the_id(empty: Project, inbox: Path) -> None:
    first = only(empty, put(inbox, "a.txt", SCRAPE))
    changed = SCRAPE.replace("two days", "three days").replace(SCRAPE_URL, SCRAPE_URL + "?utm_source=rss")
    outcome = only(empty, put(inbox, "other.txt", changed), publisher="Another Name")
    assert outcome.status == "refused"
    assert (first.article_id or "") in str(outcome.error)


def test_a_changed_text_without_url_is_known_by_its_file_name(empty: Project, inbox: Path) -> None:
    only(empty, put(inbox, "a.txt", "\n".join(PARAGRAPHS)))
    assert only(empty, put(inbox, "a.txt", "\n".join(PARAGRAPHS[:-1]))).status == "refused"


def test_different_articles_that_would_share_an_id_get_a_digest(empty: Project, inbox: Path) -> None:
    ids = []
    for section in ("world", "fishing"):
        text = SCRAPE.replace("/world/", f"/{section}/").replace("two days", f"{section} days")
        ids.append(only(empty, put(inbox, f"{section}.txt", text)).article_id or "")
    assert ids[0] == "meridiancourier-20210304-harbour-talks-end-without-deal"
    assert ids[1].startswith(ids[0] + "-")
    assert len(ids[1]) == len(ids[0]) + 7


def test_raw_files_of_one_name_both_stay(empty: Project, inbox: Path) -> None:
    put(inbox, "x/1.txt", SCRAPE)
    put(inbox, "y/1.txt", TEXT)
    put(inbox, "z/sources.jsonl", json.dumps({**RECORD, "url": None, "content": "\n".join(PARAGRAPHS[2:])}))
    report = ingest(empty, [inbox], options())
    assert report.counts == {"added": 3}
    names = sorted(path.name for path in empty.raw.iterdir())
    digest = hashlib.sha256(TEXT.encode()).hexdigest()[:8]
    assert names[:2] == [f"1-{digest}.txt", "1.txt"]
    assert names[2].startswith("sources-")
    before = state(empty)
    assert ingest(empty, [inbox], options()).counts == {"unchanged": 3}
    assert state(empty) == before
    check_whole(empty)


# Bad input: its own error, nothing written

BAD: dict[str, tuple[str | bytes, list[str]]] = {
    "latin1.txt": ("Un café à Paris.".encode("latin-1"), ["byte 6", "0xE9", "--encoding"]),
    "empty.txt": (b"", ["empty"]),
    "blank.txt": (b" \n\n ", ["empty"]),
    "image.txt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9, ["binary"]),
    "surrogate.txt": (b"Half an emoji \xed\xa0\xbd here.", ["surrogate"]),
    "surrogate.jsonl": (rb'{"text": "Half an emoji \ud83d here."}', ["lone surrogate", "line 1"]),
    "control.txt": (b"A text with a bell \x07 in the middle of it.", ["control character", "U+0007"]),
    "impossible.txt": (SCRAPE.replace("20210304", "20210230"), ["impossible", "'20210230'", "--date"]),
    "future.txt": (SCRAPE.replace("20210304", "20260116"), ["in the future", "2026-01-15"]),
    "caption.txt": ("A caption\n20210304\nhttps://a.example/x\n", ["No text is left"]),
    "page.html": ("<!doctype html><html><body><script>x</script></body></html>", ["No text is left"]),
    "api.jsonl": ('{"title": "no text"}\n', ["no text", "line 1", "maintext"]),
    "list.jsonl": ("[]", ["no records"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_has_its_own_error_and_writes_nothing(empty: Project, inbox: Path, name: str) -> None:
    content, expected = BAD[name]
    report = ingest(empty, [put(inbox, name, content)], options())
    assert report.exit_code == 1
    assert report.counts == {"refused": 1}
    message = str(report.outcomes[0].error)
    assert name in message
    for part in expected:
        assert part in message
    assert state(empty) == {}


def test_encoding_is_the_way_out(empty: Project, inbox: Path) -> None:
    path = put(inbox, "latin1.txt", "Le café de Paris a fermé ses portes.".encode("latin-1"))
    assert only(empty, path).status == "refused"
    outcome = only(empty, path, encoding="latin-1")
    assert "café" in store.load_article(empty, outcome.article_id or "")["text"]
    assert store.load_sources(empty)[0]["encoding"] == "latin-1"


def test_a_huge_file_is_refused_by_its_size_before_it_is_read(
    empty: Project, inbox: Path, monkeypatch: Any
) -> None:
    path = inbox / "huge.txt"
    with open(path, "wb") as stream:
        stream.truncate(1_000_000_001)
    monkeypatch.setattr("builtins.open", lambda *a, **k: pytest.fail("the file was opened"))
    with pytest.raises(ArticleError, match="too large; it was not read") as caught:
        gather.read_bytes(gather.Found(str(path), path), gather.MAX_BYTES)
    assert "1,000,000,001 bytes" in str(caught.value)
    assert "--max-bytes" in str(caught.value)


def test_the_limit_can_be_set(empty: Project, inbox: Path) -> None:
    path = put(inbox, "a.txt", SCRAPE)
    assert "too large" in str(only(empty, path, max_bytes=100).error)
    assert only(empty, path, max_bytes=100_000).status == "added"


def test_links_that_leave_the_folder_are_refused_and_others_followed(
    empty: Project, inbox: Path, tmp_path: Path
) -> None:
    outside = put(tmp_path / "elsewhere", "secret.txt", TEXT)
    put(inbox, "a.txt", SCRAPE)
    (inbox / "b.txt").symlink_to(outside)
    (inbox / "c.txt").symlink_to(inbox / "a.txt")
    (inbox / "d").symlink_to(outside.parent)
    (inbox / "e").symlink_to(inbox)
    for place in (str(inbox), str(inbox / "*"), str(inbox / "**")):
        report = ingest(empty, [place], options())
        messages = [str(outcome.error) for outcome in report.refused]
        assert len(messages) == 2
        assert all("leaves the given folder through a link" in message for message in messages)
    assert [article["source_file"] for article in store.iter_articles(empty)] == ["a.txt"]
    assert only(empty, inbox / "b.txt").status == "added"  # named by itself, it is what the user wants


def test_unreadable_files(empty: Project, inbox: Path) -> None:
    (inbox / "gone.txt").symlink_to(inbox / "nowhere.txt")
    os.mkfifo(inbox / "pipe.txt")
    put(inbox, "a.txt", SCRAPE)
    report = ingest(empty, [inbox], options())
    assert report.counts == {"added": 1, "refused": 2}
    messages = " ".join(str(outcome.error) for outcome in report.refused)
    assert "cannot be read" in messages
    assert "a named pipe" in messages


def test_a_file_that_may_not_be_read(empty: Project, inbox: Path, monkeypatch: Any) -> None:
    path = put(inbox, "a.txt", SCRAPE)

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", deny)
    with pytest.raises(ArticleError, match="Permission denied"):
        gather.read_bytes(gather.Found(str(path), path), 10_000)


@pytest.mark.parametrize(
    "said",
    [
        {"format": "pdf"},
        {"redistribution": "yes"},
        {"language": "english"},
        {"url": "not a url"},
        {"date": "7 Dec"},
        {"date": "2021-02-30"},
        {"date": "2030-01-01"},
    ],
)
def test_options_that_fit_no_file_stop_the_run(empty: Project, inbox: Path, said: dict[str, Any]) -> None:
    with pytest.raises(ArticleError):
        ingest(empty, [put(inbox, "a.txt", SCRAPE)], options(**said))
    assert state(empty) == {}


def test_paths_that_name_nothing(empty: Project, inbox: Path) -> None:
    for place in (inbox / "nowhere.txt", str(inbox / "*.txt")):
        with pytest.raises(ArticleError, match=r"no such file|matches no file"):
            ingest(empty, [place], options())


def test_url_is_for_one_article(empty: Project, inbox: Path) -> None:
    put(inbox, "a.txt", SCRAPE)
    put(inbox, "b.txt", TEXT)
    with pytest.raises(ArticleError, match="--url names one article"):
        ingest(empty, [inbox], options(url="https://a.example/x"))


def test_good_files_of_a_folder_go_in_and_bad_ones_are_listed(empty: Project, inbox: Path) -> None:
    for name, (content, _) in BAD.items():
        put(inbox, f"bad/{name}", content)
    put(inbox, "good/a.txt", SCRAPE)
    put(inbox, "good/.hidden", "not looked at")
    report = ingest(empty, [inbox], options())
    assert report.counts == {"added": 1, "refused": len(BAD)}
    assert report.exit_code == 1
    assert {Path(outcome.file).name for outcome in report.refused} == set(BAD)
    json.dumps(report.as_dict())
    check_whole(empty)


def test_a_file_name_that_is_not_utf8(empty: Project, inbox: Path) -> None:
    for name, content in ((b"caf\xe9.txt", SCRAPE.encode()), (b"bad\xe9.txt", b"")):
        (inbox / os.fsdecode(name)).write_bytes(content)
    (inbox / os.fsdecode(b"link\xe9")).symlink_to(SEED)
    report = ingest(empty, [inbox], options())
    assert report.counts == {"added": 1, "refused": 2}
    json.dumps(report.as_dict(), ensure_ascii=False).encode()
    check_whole(empty)
    before = state(empty)
    assert ingest(empty, [inbox], options()).counts == {"unchanged": 1, "refused": 2}
    assert state(empty) == before


# Whole or not at all


def test_a_second_ingest_waits_its_turn(empty: Project, inbox: Path) -> None:
    path = put(inbox, "a.txt", SCRAPE)
    with store.locked(empty), pytest.raises(ArticleError, match="Another ingest"):
        ingest(empty, [path], options())
    assert only(empty, path).status == "added"


@pytest.mark.parametrize("stage", ["raw", "lines", "torn line", "first record"])
def test_a_run_that_stops_between_two_writes_is_completed_by_the_next(
    empty: Project, inbox: Path, stage: str, monkeypatch: Any
) -> None:
    records = [
        {**RECORD, "url": f"https://x.example/article-{n}", "content": f"{n} " + PARAGRAPHS[0]} for n in "abc"
    ]
    path = put(inbox, "api.jsonl", "".join(json.dumps(record) + "\n" for record in records))

    class Killed(BaseException):
        pass

    def stop_after(count: int, real: Callable[..., None]) -> Callable[..., None]:
        left = [count]

        def call(*args: Any) -> None:
            if not left[0]:
                raise Killed
            left[0] -= 1
            real(*args)

        return call

    with monkeypatch.context() as patch:
        patch.setattr("communique.articles.ingest._WRITERS", 1)
        if stage == "raw":
            patch.setattr(store, "append_sources", stop_after(0, store.append_sources))
        patch.setattr(store, "save_article", stop_after(stage == "first record", store.save_article))
        with pytest.raises(Killed):
            ingest(empty, [path], options())
    if stage == "torn line":
        empty.sources.write_bytes(empty.sources.read_bytes()[:-40])
    put(empty.raw, ".left.over.tmp", "half")
    check_whole(empty)
    assert len(store.article_ids(empty)) == (stage == "first record")

    assert ingest(empty, [path], options()).exit_code == 0
    check_whole(empty)
    reference = Project(inbox.parent / "reference")
    (reference.root / "annotations").mkdir(parents=True)
    (reference.root / "annotations" / "schema").symlink_to(empty.schema)
    ingest(reference, [path], options())
    assert state(empty) == state(reference)


KILL_ME = """
import sys
from datetime import date
from pathlib import Path
from communique.articles.article import IngestOptions
from communique.articles.ingest import ingest
from communique.project import Project
ingest(Project(Path(sys.argv[1])), [sys.argv[2]], IngestOptions(received_on=date(2026, 1, 15)))
"""


@pytest.mark.slow
def test_kill_at_any_moment(empty: Project, inbox: Path) -> None:
    for number in range(300):
        put(
            inbox,
            f"{number:03}.txt",
            SCRAPE.replace("without-deal", f"no-{number}").replace("two days", f"{number} days"),
        )
    left = []
    for step in (1, 20, 901, 400, 97, 250):
        code = dying.before_step(step) + KILL_ME
        ended = warm.run([sys.executable, "-c", code, str(empty.root), str(inbox)])
        assert ended.returncode == -signal.SIGKILL, ended
        check_whole(empty)
        left.append(len(store.article_ids(empty)))
    assert sum(0 < count < 300 for count in left) >= 3, left
    report = ingest(empty, [inbox], options())
    assert report.exit_code == 0
    assert len(store.article_ids(empty)) == len(store.load_sources(empty)) == 300
    assert not list(empty.corpus.rglob("*.tmp"))
    check_whole(empty)


@pytest.mark.slow
def test_a_thousand_files(empty: Project, inbox: Path) -> None:
    for number in range(1000):
        text = SCRAPE.replace("without-deal", f"no-{number}").replace("two days", f"{number} days")
        put(inbox, f"{number:04}_{hashlib.sha256(text.encode()).hexdigest()[:16]}.txt", text)
    seen: list[int] = []
    start = time.process_time()
    report = ingest(empty, [inbox], options(), progress=lambda done, total, file: seen.append(done))
    assert report.counts == {"added": 1000}
    assert time.process_time() - start < 15 * slowness()
    assert seen == list(range(1001))
    start = time.process_time()
    assert ingest(empty, [inbox], options()).counts == {"unchanged": 1000}
    assert time.process_time() - start < 3 * slowness()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.txt", "b.txt", "c.html", "d.jsonl"]),
            st.sampled_from([*FORMS.values(), "", "Hi"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_ingesting_again_is_the_identity(tmp_path_factory: Any, files: list[tuple[str, str]]) -> None:
    root = tmp_path_factory.mktemp("twice")
    project = Project(root / "project")
    (project.root / "annotations").mkdir(parents=True)
    (project.root / "annotations" / "schema").symlink_to(SEED.parents[3] / "annotations" / "schema")
    for number, (name, content) in enumerate(files):
        put(root / "inbox" / str(number), name, content)
    ingest(project, [root / "inbox"], options())
    check_whole(project)
    before = state(project)
    again = ingest(project, [root / "inbox"], options())
    assert state(project) == before
    assert set(again.counts) <= {"unchanged", "duplicate", "refused"}
