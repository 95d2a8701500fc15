"""One planted fault for each check of JSON files: what to change, and where exactly it must be found."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sound import TEXT_A, A, B, read, span, write

from communique.project import Project


@dataclass(frozen=True)
class Fault:
    """`plant` breaks a sound project; exactly one finding `id` at table, key and field must follow."""

    id: str
    plant: Callable[[Project], None]
    table: str | None
    key: str | None
    field: str | None

    @property
    def name(self) -> str:
        return f"{self.id}:{self.plant.__name__}"


FAULTS: list[Fault] = []


def fault(
    id: str, table: str | None = None, key: str | None = None, field: str | None = None
) -> Callable[[Any], Any]:
    def register(plant: Callable[[Project], None]) -> Callable[[Project], None]:
        FAULTS.append(Fault(id, plant, table, key, field))
        return plant

    return register


@contextlib.contextmanager
def gold(project: Project, article_id: str = A) -> Iterator[dict[str, Any]]:
    path = project.gold / f"{article_id}.json"
    data = read(path)
    yield data
    write(path, data)


@contextlib.contextmanager
def record(project: Project, table: str, name: str, article_id: str = A) -> Iterator[dict[str, Any]]:
    """The record of a gold file whose id ends in `name`."""
    with gold(project, article_id) as data:
        yield next(one for one in data[table] if next(iter(one.values())) == f"{article_id}.{name}")


@contextlib.contextmanager
def article(project: Project, article_id: str = A) -> Iterator[dict[str, Any]]:
    path = project.articles / f"{article_id}.json"
    data = read(path)
    yield data
    write(path, data)


@contextlib.contextmanager
def registry(project: Project) -> Iterator[list[dict[str, Any]]]:
    lines = [json.loads(line) for line in project.actors.read_text(encoding="utf-8").splitlines()]
    yield lines
    project.actors.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )


@contextlib.contextmanager
def actor(project: Project, actor_id: str) -> Iterator[dict[str, Any]]:
    with registry(project) as lines:
        yield next(line for line in lines if line["actor_id"] == actor_id)


def path_of(project: Project, article_id: str = A) -> Path:
    return project.gold / f"{article_id}.json"


# L0


@fault("L0/not-utf8")
def latin1(p: Project) -> None:
    path_of(p).write_bytes(
        path_of(p).read_text(encoding="utf-8").replace("made for tests", "très").encode("cp1252")
    )


@fault("L0/not-json")
def truncated(p: Project) -> None:
    data = path_of(p).read_bytes()
    path_of(p).write_bytes(data[: len(data) // 2])


@fault("L0/not-json", "actors", "line 3")
def broken_line(p: Project) -> None:
    lines = p.actors.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2][:-1]
    p.actors.write_text("\n".join(lines), encoding="utf-8")


@fault("L0/lfs-pointer")
def pointer(p: Project) -> None:
    path_of(p).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")


@fault("L0/empty-file")
def empty(p: Project) -> None:
    path_of(p).write_bytes(b"")


@fault("L0/name-twice", field="start")
def name_twice(p: Project) -> None:
    text = path_of(p).read_text(encoding="utf-8")
    path_of(p).write_text(text.replace('"start": ', '"start": 1, "start": ', 1), encoding="utf-8")


@fault("L0/file-form", field="mention")
def section_misspelt(p: Project) -> None:
    with gold(p) as data:
        data["mention"] = []


@fault("L0/file-form")
def list_instead_of_object(p: Project) -> None:
    path_of(p).write_text("[]")


@fault("L0/file-misnamed", field="article_id")
def misnamed(p: Project) -> None:
    path_of(p).rename(p.gold / "other.json")


@fault("L0/unreadable")
def dangling_link(p: Project) -> None:
    path_of(p).unlink()
    path_of(p).symlink_to("nowhere.json")


@fault("L0/registry-missing")
def no_registry(p: Project) -> None:
    p.actors.unlink()


@fault("L0/raw-missing", "articles", A, "source_file")
def raw_missing(p: Project) -> None:
    (p.raw / f"{A}.txt").unlink()


@fault("L0/raw-differs", "articles", A, "source_sha256")
def raw_differs(p: Project) -> None:
    (p.raw / f"{A}.txt").write_text("changed")


# L1


@fault("L1/missing-field", "mentions", f"{A}.m1", "mention_type")
def missing_field(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        del one["mention_type"]


@fault("L1/missing-field", "statements", f"{A}.S1", "cue_spans/0/end")
def missing_in_span(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        del one["cue_spans"][0]["end"]


@fault("L1/missing-field", "annotation", A, "text_sha256")
def missing_header(p: Project) -> None:
    with gold(p) as data:
        del data["text_sha256"]


@fault("L1/missing-field", "mentions", "mentions 0", "mention_id")
def missing_id(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        del one["mention_id"]


@fault("L1/unknown-field", "mentions", f"{A}.m1", "colour")
def unknown_field(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["colour"] = "red"


@fault("L1/derived-field-stored", "actions", f"{A}.E1", "goldstein")
def derived_stored(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["goldstein"] = -7.2


@fault("L1/wrong-type", "mentions", f"{A}.m1", "start")
def text_for_number(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["start"] = str(one["start"])


@fault("L1/wrong-type", "actors", "PUTIN", "affiliated_with")
def text_for_list(p: Project) -> None:
    with actor(p, "PUTIN") as one:
        one["affiliated_with"] = "RUS"


@fault("L1/null-not-allowed", "actions", f"{A}.E1", "status")
def null_status(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["status"] = None


@fault("L1/unknown-value", "actions", f"{A}.E1", "status")
def unknown_status(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["status"] = "happened"


@fault("L1/unknown-value", "actions", f"{A}.E1", "contexts/0")
def unknown_context(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["contexts"] = ["sports"]


@fault("L1/unknown-value", "annotation", A, "provenance/decision")
def unknown_decision(p: Project) -> None:
    with gold(p) as data:
        data["provenance"]["decision"] = "voted"


@fault("L1/unknown-value", "articles", A, "redistribution")
def unknown_redistribution(p: Project) -> None:
    with article(p) as one:
        one["redistribution"] = "yes"


@fault("L1/pattern", "actors", "FRA", "country_iso3")
def country_pattern(p: Project) -> None:
    with actor(p, "FRA") as one:
        one["country_iso3"] = "France"


@fault("L1/date-form", "articles", A, "published_on")
def no_such_day(p: Project) -> None:
    with article(p) as one:
        one["published_on"] = "2021-02-30"


@fault("L1/date-form", "articles", A, "published_on")
def lenient_day(p: Project) -> None:
    with article(p) as one:
        one["published_on"] = "2021-12-7"


@fault("L1/too-short", "statements", f"{A}.S1", "cue_spans")
def no_cue(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["cue_spans"] = []


@fault("L1/too-long", "mentions", f"{A}.{'m' * 200}", "mention_id")
def long_id(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["mention_id"] = f"{A}.{'m' * 200}"


@fault("L1/out-of-range", "mentions", f"{A}.m1", "start")
def negative(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["start"] = -1


@fault("L1/repeated-item", "actions", f"{A}.E1", "contexts")
def repeated(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["contexts"] = ["military", "military"]


@fault("L1/wrong-type", "articles", A, "extra")
def text_for_extra(p: Project) -> None:
    with article(p) as one:
        one["extra"] = "none"


@fault("L1/no-alternative", "mentions", f"{A}.m1", "code")
def two_alternatives(p: Project) -> None:
    path = p.schema / "mentions.schema.json"
    schema = read(path)
    schema["properties"]["code"] = {
        "type": "string",
        "oneOf": [{"minLength": 3}, {"pattern": "^a"}],
        "default": "a",
    }
    write(path, schema)
    with record(p, "mentions", "m1") as one:
        one["code"] = "abc"


@fault("L1/unstorable", "mentions", f"{A}.m1", "note")
def surrogate(p: Project) -> None:
    text = path_of(p).read_text(encoding="utf-8")
    path_of(p).write_text(text.replace(f'"{A}.m1",', f'"{A}.m1", "note": "\\ud800",', 1), encoding="utf-8")


@fault("L1/unstorable", "mentions", f"{A}.m1", "end")
def beyond_64_bits(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["end"] = 2**70


# L2


@fault("L2/key-repeated", "mentions", f"{A}.m1", "mention_id")
def repeated_id(p: Project) -> None:
    with record(p, "mentions", "m2") as one:
        one["mention_id"] = f"{A}.m1"


@fault("L2/key-repeated", "actors", "FRA", "actor_id")
def repeated_actor(p: Project) -> None:
    with registry(p) as lines:
        lines.append(dict(next(one for one in lines if one["actor_id"] == "FRA")))


@fault("L2/id-of-another-article", "mentions", "m1.x", "mention_id")
def foreign_id(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["mention_id"] = "m1.x"


@fault("L2/registry-id-of-an-article", "actors", f"{A}.X", "actor_id")
def group_in_registry(p: Project) -> None:
    with registry(p) as lines:
        copy = dict(next(one for one in lines if one["actor_id"] == "TREATY"))
        lines.append(copy | {"actor_id": f"{A}.X", "canonical_name": "X"})


@fault("L2/article-unknown", "actors", f"{A}.OFFICIALS", "article_id")
def article_gone(p: Project) -> None:
    (p.articles / f"{A}.json").unlink()
    with record(p, "events", "V1", B):
        pass


@fault("L2/actor-unknown", "mentions", f"{A}.m1", "actor_id")
def actor_misspelt(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["actor_id"] = "RUSS"


@fault("L2/actor-unknown", "statements", f"{A}.S1", "source_actor_ids/0")
def source_misspelt(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["source_actor_ids"] = ["KREML"]


@fault("L2/actor-unknown", "actions", f"{A}.E3", "targets/0/actor_id")
def target_misspelt(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["targets"][0]["actor_id"] = "RUSS"


@fault("L2/actor-unknown", "actors", "LEADERS", "set_members/1")
def member_misspelt(p: Project) -> None:
    with actor(p, "LEADERS") as one:
        one["set_members"] = ["BIDEN", "PUTN"]


@fault("L2/statement-unknown", "statements", f"{A}.S2", "parent_statement_id")
def parent_gone(p: Project) -> None:
    with record(p, "statements", "S2") as one:
        one["parent_statement_id"] = f"{A}.S9"


@fault("L2/statement-unknown", "actions", f"{A}.E4", "assertion_override/asserted_in")
def override_gone(p: Project) -> None:
    with record(p, "actions", "E4") as one:
        one["assertion_override"] = {"asserted_in": f"{A}.S9", "reason": "because"}


@fault("L2/event-unknown", "actions", f"{A}.E4", "event_id")
def event_gone(p: Project) -> None:
    with record(p, "actions", "E4") as one:
        one["event_id"] = f"{A}.V9"


@fault("L2/event-unknown", "event_links", f"same_as {B}.V1 {A}.V9", "to_event_id")
def link_gone(p: Project) -> None:
    with gold(p, B) as data:
        data["event_links"][0]["to_event_id"] = f"{A}.V9"


@fault("L2/reference-crosses-articles", "actions", f"{B}.E1", "realises_statement_id")
def crossing(p: Project) -> None:
    with record(p, "actions", "E1", B) as one:
        one["realises_statement_id"] = f"{A}.S5"


@fault("L2/reference-crosses-articles", "mentions", f"{B}.m2", "actor_id")
def group_of_another_article(p: Project) -> None:
    with record(p, "mentions", "m2", B) as one:
        one["actor_id"] = f"{A}.OFFICIALS"


@fault("L2/reference-crosses-articles", "event_links", f"response_to {B}.V1 {A}.V4", "to_event_id")
def crossing_link(p: Project) -> None:
    with gold(p, B) as data:
        data["event_links"][0]["type"] = "response_to"


@fault("L2/parent-cycle", "statements", f"{A}.S1", "parent_statement_id")
def circle(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["parent_statement_id"] = f"{A}.S2"


@fault("L2/parent-cycle", "statements", f"{A}.S4", "parent_statement_id")
def own_parent(p: Project) -> None:
    with record(p, "statements", "S4") as one:
        one["parent_statement_id"] = f"{A}.S4"


@fault("L2/link-to-itself", "event_links", f"condition_for {A}.V1 {A}.V1", "to_event_id")
def link_to_itself(p: Project) -> None:
    with gold(p) as data:
        data["event_links"][0]["from_event_id"] = f"{A}.V1"


@fault("L2/actor-contains-itself", "actors", "LEADERS", "set_members")
def own_member(p: Project) -> None:
    with actor(p, "LEADERS") as one:
        one["set_members"] = ["LEADERS", "BIDEN"]


@fault("L2/event-without-action", "events", f"{A}.V7", "event_id")
def event_alone(p: Project) -> None:
    with gold(p) as data:
        data["events"].append({"event_id": f"{A}.V7", "gloss": "nothing", "event_type": "AID"})


@fault("L2/group-without-mention", "actors", f"{A}.GROUP", "actor_id")
def group_unused(p: Project) -> None:
    with gold(p) as data:
        data["actors"].append(data["actors"][0] | {"actor_id": f"{A}.GROUP", "canonical_name": "a group"})


@fault("L2/actor-without-mention", "actors", "POL", "actor_id")
def actor_unused(p: Project) -> None:
    with registry(p) as lines:
        lines.append(
            next(one for one in lines if one["actor_id"] == "FRA")
            | {"actor_id": "POL", "canonical_name": "Poland", "country_iso3": "POL"}
        )


@fault("L2/narrator-missing", "actors", "AUTHOR", None)
def no_narrator(p: Project) -> None:
    with registry(p) as lines:
        lines.remove(next(one for one in lines if one["actor_id"] == "AUTHOR"))


@fault("L2/annotation-of-another-text", "annotation", A, "text_sha256")
def other_text(p: Project) -> None:
    with gold(p) as data:
        data["text_sha256"] = "0" * 64


@fault("L2/text-digest", "articles", A, "text_sha256")
def text_changed(p: Project) -> None:
    with article(p) as one:
        one["text"] = one["text"].replace("Geneva", "Vienna")


# L3


@fault("L3/span-empty", "mentions", f"{A}.m1", None)
def empty_span(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["end"] = one["start"]


@fault("L3/span-empty", "statements", f"{A}.S1", "content_spans/1")
def backward_span(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["content_spans"][1]["end"] = one["content_spans"][1]["start"] - 2


@fault("L3/span-beyond-text", "mentions", f"{A}.m12", "end")
def beyond(p: Project) -> None:
    with record(p, "mentions", "m12") as one:
        one["end"] = 5000


@fault("L3/span-beyond-text", "statements", f"{A}.S1", "content_spans/0/end")
def beyond_in_list(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["content_spans"][0]["end"] = 5000


@fault("L3/span-text-differs", "mentions", f"{A}.m1", "text")
def text_differs(p: Project) -> None:
    with record(p, "mentions", "m1") as one:
        one["text"] = "Rusia"


@fault("L3/span-text-differs", "actions", f"{A}.E3", "agents/0/span/text")
def agent_shifted(p: Project) -> None:
    with record(p, "actions", "E3") as one:
        one["agents"][0]["span"]["start"] += 1
        one["agents"][0]["span"]["end"] += 1


@fault("L3/span-text-differs", "statements", f"{A}.S3", "content_spans/0/text")
def parent_content_shifted(p: Project) -> None:
    with record(p, "statements", "S3") as one:
        one["content_spans"][0]["end"] -= 6


@fault("L3/span-text-differs", "actions", f"{A}.E1", "theme/text")
def theme_differs(p: Project) -> None:
    with record(p, "actions", "E1") as one:
        one["theme"]["text"] = "its troop"


@fault("L3/span-edge-space", "mentions", f"{A}.m7", "text")
def edge_space(p: Project) -> None:
    with record(p, "mentions", "m7") as one:
        one.update(span(TEXT_A, "President Putin "))


@fault("L3/spans-out-of-order", "statements", f"{A}.S1", "content_spans/1/start")
def out_of_order(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["content_spans"].reverse()


@fault("L3/spans-overlap", "statements", f"{A}.S1", "content_spans/1")
def overlap(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        whole = "Russia will withdraw its troops if Ukraine disarms"
        one["content_spans"] = [
            span(TEXT_A, whole),
            span(TEXT_A, "if Ukraine disarms"),
            span(TEXT_A, "and it expects Kyiv to agree"),
        ]


@fault("L3/spans-touch", "statements", f"{A}.S1", "content_spans/1")
def touching(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        words = ["Russia will withdraw its troops if Ukraine dis", "arms", "and it expects Kyiv to agree"]
        one["content_spans"] = [span(TEXT_A, word) for word in words]


@fault("L3/span-splits-character", "mentions", f"{B}.m4", "start")
def split_character(p: Project) -> None:
    import hashlib

    with article(p, B) as one:
        one["text"] = one["text"].replace("France sent aid", "Fra\u0302nce sent aid")
        digest = hashlib.sha256(one["text"].encode()).hexdigest()
        one["text_sha256"], one["char_count"] = digest, len(one["text"])
        one["zones"][0]["end"] += 1
        one["zones"][1]["start"] += 1
        one["zones"][1]["end"] += 1
        text = one["text"]
    with gold(p, B) as data:
        data["text_sha256"] = digest
        data["mentions"].append(
            {"mention_id": f"{B}.m4", "actor_id": "FRA", **span(text, "\u0302nce"), "mention_type": "NAM"}
        )
        for one in _spans_of(data):
            if one["text"] == "France":
                one.update(span(text, "Fra\u0302nce"))
            elif one["text"] != "\u0302nce":
                one.update(start=one["start"] + 1, end=one["end"] + 1)


def _spans_of(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "start" in node:
            yield node
        for child in node.values():
            yield from _spans_of(child)
    elif isinstance(node, list):
        for child in node:
            yield from _spans_of(child)


@fault("L3/child-outside-parent", "statements", f"{A}.S5", "source_spans/0")
def outside(p: Project) -> None:
    with record(p, "statements", "S5") as one:
        one["parent_statement_id"] = f"{A}.S3"


@fault("L3/child-outside-parent", "statements", f"{A}.S2", "content_spans/0")
def content_outside(p: Project) -> None:
    with record(p, "statements", "S2") as one:
        one["content_spans"] = [span(TEXT_A, "on Tuesday")]


@fault("L3/cue-in-content", "statements", f"{A}.S3", "cue_spans/0")
def cue_inside(p: Project) -> None:
    with record(p, "statements", "S3") as one:
        one["cue_spans"] = [span(TEXT_A, "attacked")]


@fault("L3/addressee-in-content", "statements", f"{A}.S1", "addressee_spans/0")
def addressee_inside(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["addressee_spans"] = [span(TEXT_A, "Kyiv")]
        one["addressee_actor_ids"] = ["UKR"]


@fault("L3/char-count", "articles", A, "char_count")
def wrong_count(p: Project) -> None:
    with article(p) as one:
        one["char_count"] += 1


@fault("L3/text-not-canonical", "articles", B, "text")
def control_character(p: Project) -> None:
    import hashlib

    with article(p, B) as one:
        one["text"] = one["text"].replace("no troops", "no\rtroops")
        one["text_sha256"] = hashlib.sha256(one["text"].encode()).hexdigest()
    with gold(p, B) as data:
        data["text_sha256"] = one["text_sha256"]
        data["statements"][0]["content_spans"][0]["text"] = "Paris sent no\rtroops"


@fault("L3/zone-beyond-text", "articles", A, "zones/5/end")
def zone_beyond(p: Project) -> None:
    with article(p) as one:
        one["zones"][5]["end"] = 5000


@fault("L3/zones-overlap", "articles", A, "zones/4/start")
def zones_overlap(p: Project) -> None:
    with article(p) as one:
        one["zones"][4]["start"] -= 5


@fault("L3/zone-gap", "articles", A, "zones/4/start")
def zone_gap(p: Project) -> None:
    with article(p) as one:
        one["zones"][4]["start"] += 5


@fault("L3/zone-gap", "articles", A, "zones/4/start")
def zone_gap_at_end(p: Project) -> None:
    with article(p) as one:
        del one["zones"][5]


@fault("L3/zone-id-repeated", "articles", A, "zones/4/zone_id")
def zone_id_repeated(p: Project) -> None:
    with article(p) as one:
        one["zones"][4]["zone_id"] = 3


@fault("L3/duplicate-zone-unknown", "articles", A, "zones/1/duplicate_of")
def duplicate_unknown(p: Project) -> None:
    with article(p) as one:
        one["zones"][1]["duplicate_of"] = 77


@fault("L3/duplicate-zone-differs", "articles", A, "zones/4/duplicate_of")
def duplicate_differs(p: Project) -> None:
    with article(p) as one:
        one["zones"][4]["duplicate_of"] = 3


@fault("L3/span-in-duplicate-zone", "mentions", f"{A}.m13", None)
def in_duplicate(p: Project) -> None:
    with gold(p) as data:
        words = span(TEXT_A, "the summit", 1)
        data["mentions"].append(
            {"mention_id": f"{A}.m13", **words, "mention_type": "NOM", "nonactor_type": "meeting"}
        )
