"""One planted fault for each check of level 5 that shows in JSON files."""

from __future__ import annotations

import hashlib
from typing import Any

from faults_json import actor, article, fault, gold, record, registry
from sound import PROVENANCE, A, B, read, write

from communique.project import Project


@fault("L5/agreed-by-one", "statements", f"{A}.S1", "provenance/decision")
def agreed_alone(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["provenance"] = PROVENANCE | {"annotators": ["ann"]}


@fault("L5/single-of-several", "statements", f"{A}.S1", "provenance/decision")
def single_of_two(p: Project) -> None:
    with record(p, "statements", "S1") as one:
        one["provenance"] = PROVENANCE | {"decision": "single"}


@fault("L5/annotator-repeated", "actors", "FRA", "provenance/annotators")
def same_annotator(p: Project) -> None:
    with actor(p, "FRA") as one:
        one["provenance"]["annotators"] = ["ann", "ann"]


@fault("L5/guideline-unknown", "actors", "FRA", "provenance/guideline_version")
def future_guidelines(p: Project) -> None:
    with actor(p, "FRA") as one:
        one["provenance"]["guideline_version"] = "99.0.0"


@fault("L5/guidelines-mixed", "statements", f"{A}.S3", "provenance/guideline_version")
def mixed(p: Project) -> None:
    with record(p, "statements", "S3") as one:
        one["provenance"] = PROVENANCE | {"guideline_version": "0.0.9"}


@fault("L5/rights-missing", "articles", A, "rights")
def no_rights(p: Project) -> None:
    with article(p) as one:
        one["rights"] = None


@fault("L5/text-repeated", "articles", "c-20211207-copy", "text_sha256")
def copy_of_article(p: Project) -> None:
    one = read(p.articles / f"{B}.json")
    own = own_source(p, "c-20211207-copy", one["text"])
    write(p.articles / "c-20211207-copy.json", one | own)


def own_source(p: Project, article_id: str, text: str) -> dict[str, Any]:
    """The id of an article of its own, with an address and a raw file."""
    (p.raw / f"{article_id}.txt").write_text(text, encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    source = {
        "source_file": f"{article_id}.txt",
        "source_sha256": digest,
        "url": f"https://news.example/{article_id}",
    }
    return source | {"article_id": article_id}


def long_article(p: Project, article_id: str, words: list[str], **more: Any) -> None:
    text = " ".join(words) + "\n"
    one = read(p.articles / f"{B}.json") | {
        **own_source(p, article_id, text),
        "text": text,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "char_count": len(text),
        "zones": [{"zone_id": 0, "zone": "body", "start": 0, "end": len(text) - 1, "duplicate_of": None}],
    }
    write(p.articles / f"{article_id}.json", one | more)


@fault("L5/near-duplicate-across-splits", "articles", "d-20211209-copy", "split")
def near_copy(p: Project) -> None:
    words = [f"word{number}" for number in range(200)]
    long_article(p, "c-20211207-report", words)
    later = {"split": "test", "published_on": "2021-12-09", "date_raw": None}
    long_article(p, "d-20211209-copy", ["another", "headline", *words], **later)


@fault("L5/split-not-by-time", "articles", "c-20211201-early", "split")
def test_before_train(p: Project) -> None:
    early = {"split": "test", "published_on": "2021-12-01", "date_raw": None}
    long_article(p, "c-20211201-early", ["word"], **early)


@fault("L5/qid-shared", "actors", "FRA", "wikidata_qid")
def shared_item(p: Project) -> None:
    with actor(p, "FRA") as one:
        one.update(wikidata_qid="Q6279", qid_status="verified")


@fault("L5/actor-twins", "actors", "FRA2", "canonical_name")
def twins(p: Project) -> None:
    with registry(p) as lines:
        france = next(one for one in lines if one["actor_id"] == "FRA")
        lines.append(france | {"actor_id": "FRA2", "canonical_name": "FRANCE", "resolution": "implicit"})


@fault("L5/name-of-several-actors", "mentions", "n", None)
def one_name(p: Project) -> None:
    words = ["n"] * 5
    long_article(p, "c-20211207-names", words)
    template = read(p.gold / f"{B}.json")
    text = " ".join(words) + "\n"
    mentions = [
        {
            "mention_id": f"c-20211207-names.m{number}",
            "actor_id": who,
            "start": 2 * number,
            "end": 2 * number + 1,
            "text": "n",
            "mention_type": "NAM",
        }
        for number, who in enumerate(["FRA", "RUS", "UKR", "BIDEN", "PUTIN"])
    ]
    data = {key: template[key] for key in ("provenance",)} | {
        "article_id": "c-20211207-names",
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "mentions": mentions,
    }
    write(p.gold / "c-20211207-names.json", data)


@fault("L5/few-annotated-twice", None, None, None)
def all_single(p: Project) -> None:
    single = PROVENANCE | {"decision": "single", "annotators": ["ann"]}
    for number in range(60):
        name = f"c-20211207-n{number}"
        words = ["France", str(number)]
        long_article(p, name, words)
        text = " ".join(words) + "\n"
        data = {
            "article_id": name,
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "provenance": single,
            "mentions": [
                {
                    "mention_id": f"{name}.m1",
                    "actor_id": "FRA",
                    "start": 0,
                    "end": 6,
                    "text": "France",
                    "mention_type": "NAM",
                }
            ],
        }
        write(p.gold / f"{name}.json", data)


@fault("L4/value-of-another-version", "statements", f"{A}.S1", "speech_act")
def value_of_later_guidelines(p: Project) -> None:
    path = p.schema / "values.schema.json"
    values = read(path)
    option = next(one for one in values["$defs"]["speech_act"]["oneOf"] if one["const"] == "promise")
    option["x-since"] = "0.2.0"
    write(path, values)


@fault("L4/value-of-another-version", "actions", f"{A}.E4", "contexts/0")
def value_of_earlier_guidelines(p: Project) -> None:
    path = p.schema / "values.schema.json"
    values = read(path)
    option = next(one for one in values["$defs"]["context"]["oneOf"] if one["const"] == "diplomatic")
    option["x-until"] = "0.0.9"
    write(path, values)


@fault("L2/action-unknown", "mentions", f"{A}.m1", "of_action")
def reference_of_a_users_column(p: Project) -> None:
    path = p.schema / "mentions.schema.json"
    schema = read(path)
    column = {"type": ["string", "null"], "x-references": "actions.action_id", "default": None}
    schema["properties"]["of_action"] = column
    write(path, schema)
    with record(p, "mentions", "m1") as one:
        one["of_action"] = f"{A}.E99"


@fault("L2/reference-unknown", "places", "a.p1", "near")
def reference_of_a_users_table(p: Project) -> None:
    """A table of the user's own, whose records refer to each other."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "places.schema.json",
        "title": "Places",
        "description": "One row is one place.",
        "type": "object",
        "x-key": ["place_id"],
        "properties": {
            "place_id": {"type": "string", "title": "Place id", "description": "A name."},
            "near": {
                "type": ["string", "null"],
                "title": "Near",
                "description": "Another place.",
                "x-references": "places.place_id",
            },
        },
        "required": ["place_id"],
        "additionalProperties": False,
    }
    write(p.schema / "places.schema.json", schema)
    with gold(p) as data:
        data["places"] = [{"place_id": "a.p1", "near": "a.p2"}]
