"""Faults that nobody listed, in files and their form: one plant each, and where exactly it is found."""

from __future__ import annotations

import json
import re
import shutil

from faults_json import gold
from faults_unlisted import article as art
from faults_unlisted import by_name as rec
from faults_unlisted import gold_path as G
from faults_unlisted import raw_bytes as rawtext
from faults_unlisted import registry as reg
from faults_unlisted import unlisted
from sound import A, B, read, write

from communique.project import Project


@unlisted("L0/name-twice", None, None, "event_type", file=f"annotations/gold/{A}.json")
def dup_key_in_record(p: Project) -> None:
    rawtext(
        G(p),
        lambda b: b.replace(b'"event_type": "CONSULT"', b'"event_type": "AID", "event_type": "CONSULT"', 1),
    )


@unlisted("L0/name-twice", None, None, "events", file=f"annotations/gold/{A}.json")
def dup_section(p: Project) -> None:
    rawtext(G(p), lambda b: b.replace(b'"events":', b'"events": [], "events":', 1))


@unlisted("L1/unstorable", "mentions", A + ".m1", "start", file=f"annotations/gold/{A}.json")
def huge_int(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m1")["start"] = 10**400


@unlisted("L1/wrong-type", "mentions", B + ".m1", "start", file=f"annotations/gold/{B}.json")
def bool_for_int(p: Project) -> None:
    rawtext(G(p, B), lambda b: b.replace(b'"start": 0', b'"start": false', 1))


@unlisted("L1/wrong-type", "statements", A + ".S5", "addressee_implicit", file=f"annotations/gold/{A}.json")
def int_for_bool(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S5")["addressee_implicit"] = 1


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def bom(p: Project) -> None:
    rawtext(G(p), lambda b: b"\xef\xbb\xbf" + b)


@unlisted("L0/not-json", "actors", "line 1", None, file="annotations/actors.jsonl")
def bom_registry(p: Project) -> None:
    rawtext(p.actors, lambda b: b"\xef\xbb\xbf" + b)


@unlisted("L0/not-json", "actors", "line 1", None, file="annotations/actors.jsonl")
def cr_registry(p: Project) -> None:
    rawtext(p.actors, lambda b: b.replace(b"\n", b"\r"))


@unlisted("L0/not-utf8", None, None, None, file=f"annotations/gold/{A}.json")
def utf16_gold(p: Project) -> None:
    rawtext(G(p), lambda b: b.decode().encode("utf-16"))


@unlisted("L1/unstorable", "mentions", A + ".m1", "start", file=f"annotations/gold/{A}.json")
def nan_value(p: Project) -> None:
    rawtext(G(p), lambda b: re.sub(rb'"start": \d+', b'"start": NaN', b, count=1))


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def trailing_comma(p: Project) -> None:
    rawtext(G(p), lambda b: b.rstrip()[:-1] + b",}")


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def two_objects(p: Project) -> None:
    rawtext(G(p), lambda b: b + b)


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def nul_bytes(p: Project) -> None:
    rawtext(G(p), lambda b: b + b"\x00" * 10)


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def all_nul(p: Project) -> None:
    rawtext(G(p), lambda b: b"\x00" * len(b))


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def comment_json(p: Project) -> None:
    rawtext(G(p), lambda b: b"// gold\n" + b)


@unlisted("L0/file-form", "actors", "line 1", None, file="annotations/actors.jsonl")
def registry_as_array(p: Project) -> None:
    rows = [json.loads(line) for line in p.actors.read_text().splitlines()]
    p.actors.write_text(json.dumps(rows))


@unlisted("L0/not-json", "actors", "line 1", None, file="annotations/actors.jsonl")
def registry_two_on_a_line(p: Project) -> None:
    rawtext(p.actors, lambda b: b.replace(b"\n", b" ", 1))


@unlisted("L0/unreadable", None, None, None, file=f"annotations/gold/{A}.json")
def gold_is_folder(p: Project) -> None:
    G(p).unlink()
    G(p).mkdir()


@unlisted("L0/unreadable", None, None, None, file=f"annotations/gold/{A}.json")
def gold_symlink_loop(p: Project) -> None:
    G(p).unlink()
    G(p).symlink_to(G(p))


@unlisted("L0/file-misnamed", None, None, "article_id", file=f"annotations/gold/{A} (1).json")
def gold_copy_backup(p: Project) -> None:
    shutil.copy(G(p), p.gold / f"{A} (1).json")


@unlisted("L0/file-stray", None, None, None, file="annotations/gold/notes.txt")
def gold_stray_txt(p: Project) -> None:
    (p.gold / "notes.txt").write_text("x")


@unlisted("L0/not-json", None, None, None, file=f"annotations/gold/{A}.json")
def merge_conflict(p: Project) -> None:
    rawtext(G(p), lambda b: b.replace(b'  "mentions"', b'<<<<<<< HEAD\n  "mentions"', 1))


@unlisted("L1/pattern", "mentions", A + ".m1", "actor_id", file=f"annotations/gold/{A}.json")
def zero_width_in_actor_ref(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m1")["actor_id"] = "RU\u200bS"


@unlisted("L1/pattern", "mentions", A + ".m1", "actor_id", file=f"annotations/gold/{A}.json")
def cyrillic_actor_ref(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m1")["actor_id"] = "\u0420US"


@unlisted("L1/pattern", "mentions", A + ".m１２", "mention_id", file=f"annotations/gold/{A}.json")
def fullwidth_id(p: Project) -> None:
    with gold(p) as d:
        rec(d, "mentions", "m12")["mention_id"] = A + ".m１２"


@unlisted("L1/pattern", "annotation", "a.b", "article_id", file=f"annotations/gold/{A}.json")
def article_id_dots(p: Project) -> None:
    with gold(p) as d:
        d["article_id"] = "a.b"


@unlisted("L1/pattern", "statements", A + ".S1", "time/value", file=f"annotations/gold/{A}.json")
def time_edtf_approx(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "2021-12-07~"


@unlisted("L1/pattern", "statements", A + ".S1", "time/value", file=f"annotations/gold/{A}.json")
def time_edtf_interval(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "2021-12-07/2021-12-09"


@unlisted("L1/pattern", "statements", A + ".S1", "time/value", file=f"annotations/gold/{A}.json")
def time_arabic_digits(p: Project) -> None:
    with gold(p) as d:
        rec(d, "statements", "S1")["time"]["value"] = "٢٠٢١-12-07"


@unlisted("L1/repeated-item", "actions", A + ".E4", "contexts", file=f"annotations/gold/{A}.json")
def contexts_dup(p: Project) -> None:
    with gold(p) as d:
        rec(d, "actions", "E4")["contexts"] = ["military", "military"]


@unlisted("L1/pattern", "actors", "BIDEN", "wikidata_qid", file="annotations/actors.jsonl")
def qid_lower(p: Project) -> None:
    reg(p, lambda r: r[1].update(wikidata_qid="q6279"))


@unlisted("L1/pattern", "actors", "BIDEN", "wikidata_qid", file="annotations/actors.jsonl")
def qid_property(p: Project) -> None:
    reg(p, lambda r: r[1].update(wikidata_qid="P31"))


@unlisted("L1/pattern", "actors", "BIDEN", "wikidata_qid", file="annotations/actors.jsonl")
def qid_url(p: Project) -> None:
    reg(p, lambda r: r[1].update(wikidata_qid="https://www.wikidata.org/wiki/Q6279"))


@unlisted("L1/pattern", "actors", "BIDEN", "wikidata_qid", file="annotations/actors.jsonl")
def qid_leading_zero(p: Project) -> None:
    reg(p, lambda r: r[1].update(wikidata_qid="Q06279"))


@unlisted("L1/pattern", "actors", "FRA", "country_iso3", file="annotations/actors.jsonl")
def country_iso2(p: Project) -> None:
    reg(p, lambda r: r[2].update(country_iso3="FR"))


@unlisted("L1/pattern", "actors", "FRA", "country_iso3", file="annotations/actors.jsonl")
def country_lower(p: Project) -> None:
    reg(p, lambda r: r[2].update(country_iso3="fra"))


@unlisted("L1/date-form", "articles", A, "published_on", file=f"corpus/articles/{A}.json")
def date_us_form(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "12/07/2021"


@unlisted("L1/date-form", "articles", A, "published_on", file=f"corpus/articles/{A}.json")
def date_datetime(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "2021-12-07T00:00:00"


@unlisted("L1/date-form", "articles", A, "published_on", file=f"corpus/articles/{A}.json")
def date_compact(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "20211207"


@unlisted("L1/date-form", "articles", A, "published_on", file=f"corpus/articles/{A}.json")
def date_week(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "2021-W49-2"


@unlisted("L1/date-form", "articles", A, "published_on", file=f"corpus/articles/{A}.json")
def date_feb29(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "2021-02-29"


@unlisted("L1/date-form", "articles", A, "published_on", file=f"corpus/articles/{A}.json")
def date_spaces(p: Project) -> None:
    with art(p) as d:
        d["published_on"] = "2021-12-07 "


@unlisted("L0/raw-path", "articles", A, "source_file", file=f"corpus/articles/{A}.json")
def raw_file_traversal(p: Project) -> None:
    with art(p) as d:
        d["source_file"] = "../../annotations/actors.jsonl"


@unlisted("L0/raw-path", "articles", A, "source_file", file=f"corpus/articles/{A}.json")
def raw_file_absolute(p: Project) -> None:
    with art(p) as d:
        d["source_file"] = "/etc/passwd"


@unlisted("L1/wrong-type", "articles", A, "extra", file=f"corpus/articles/{A}.json")
def extra_not_object(p: Project) -> None:
    with art(p) as d:
        d["extra"] = [1]


@unlisted("L0/guidelines-version", None, None, None, file="annotations/guidelines/VERSION")
def guidelines_version_file_bad(p: Project) -> None:
    (p.guidelines / "VERSION").write_text("v0.2\n")


@unlisted("L0/guidelines-version", None, None, None, file="annotations/guidelines/VERSION")
def guidelines_version_missing(p: Project) -> None:
    (p.guidelines / "VERSION").unlink()


@unlisted("L0/not-json", None, None, None, file="corpus/corpus.json")
def corpus_json_broken(p: Project) -> None:
    p.facts.write_text("{")


@unlisted("L0/facts-form", None, None, "name", file="corpus/corpus.json")
def corpus_json_no_name(p: Project) -> None:
    d = read(p.facts)
    d.pop("name")
    write(p.facts, d)


@unlisted("L0/facts-form", None, None, "version", file="corpus/corpus.json")
def corpus_json_version_v(p: Project) -> None:
    d = read(p.facts)
    d["version"] = "v1"
    write(p.facts, d)


@unlisted("L0/facts-form", None, None, "language", file="corpus/corpus.json")
def corpus_json_language(p: Project) -> None:
    d = read(p.facts)
    d["language"] = ["xx"]
    write(p.facts, d)


@unlisted("L0/sources-contradict", None, "line 1", "sha256", file="corpus/raw/sources.jsonl")
def sources_contradict(p: Project) -> None:
    p.sources.write_text(
        json.dumps(
            {
                "source_file": f"{A}.txt",
                "sha256": "0" * 64,
                "article_id": A,
                "redistribution": "none",
                "rights": "x",
            }
        )
        + "\n"
    )


@unlisted("L0/not-json", None, "line 1", None, file="corpus/raw/sources.jsonl")
def sources_garbage(p: Project) -> None:
    p.sources.write_text("not json\n")
