"""What a newcomer does with articles of their own: four formats in, annotated by hand, built and loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.commands.test_commands import run

import communique
from communique.project import Project
from communique.schema import load_schema

pytestmark = pytest.mark.slow  # whole projects are built, broken and built again

BODY = (
    "Foreign minister Ana Costa said on Monday that Norland would withdraw its troops from the island. "
    "“We will leave by June,” she told parliament in Vargas.",
    "The opposition has not yet answered. Talks between the two governments are due to start next week.",
)
URL = "https://www.norlandpost.example/world/2024/may/06/norland-to-leave-the-island"
FILES = {
    "scrape.txt": "\n".join(["20240506", URL, *BODY]) + "\n",
    "plain.txt": "\n\n".join(["Norland to leave the island", *BODY]) + "\n",
    "page.html": "".join(
        [
            "<html lang='en'><head><title>Norland to leave the island</title>",
            "<meta property='og:site_name' content='Norland Post'>",
            "<meta property='article:published_time' content='2024-05-06T10:00:00Z'>",
            f"<link rel='canonical' href='{URL}-html'></head>",
            "<body><article><h1>Norland to leave the island</h1>",
            *(f"<p>{one}</p>" for one in BODY),
            "</article></body></html>",
        ]
    ),
    "feed.jsonl": json.dumps(
        {
            "title": "Norland to leave",
            "url": f"{URL}-feed",
            "publishedAt": "2024-05-06",
            "source": {"name": "Norland Post"},
            "content": "\n".join(BODY),
            "score": 3,
        }
    )
    + "\n",
}


def _span(text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def _gold(article: dict[str, Any]) -> dict[str, Any]:
    """A small annotation as a person would write it: what goes without saying is left out."""
    text, own = article["text"], article["article_id"]
    said, told = _span(text, "said on Monday")["start"], _span(text, "told parliament")["start"]
    return {
        "article_id": own,
        "text_sha256": article["text_sha256"],
        "provenance": {
            "round": "r01",
            "annotators": ["me"],
            "annotator_kind": "person",
            "decision": "single",
            "reviewed_by_person": True,
            "guideline_version": "0.1.0",
        },
        "actors": [
            {
                "actor_id": f"{own}.PARLIAMENT",
                "canonical_name": "parliament of Norland",
                "actor_kind": "government_body",
                "qid_status": "none",
                "resolution": "nominal",
            }
        ],
        "mentions": [
            {
                "mention_id": f"{own}.m1",
                "actor_id": "COSTA",
                "mention_type": "NAM",
                **_span(text, "Ana Costa"),
            },
            {
                "mention_id": f"{own}.m2",
                "actor_id": "NORLAND",
                "mention_type": "NAM",
                **_span(text, "Norland would") | {"end": text.index("Norland would") + 7, "text": "Norland"},
            },
            {
                "mention_id": f"{own}.m3",
                "actor_id": f"{own}.PARLIAMENT",
                "mention_type": "NOM",
                **_span(text, "parliament"),
            },
        ],
        "statements": [
            {
                "statement_id": f"{own}.s1",
                "layer": "core",
                "statement_kind": "assertion",
                "source_actor_ids": ["COSTA"],
                "source_form": "named",
                "source_spans": [_span(text, "Foreign minister Ana Costa")],
                "cue_spans": [{"start": said, "end": said + 4, "text": "said"}],
                "cue_class": "neutral",
                "content_spans": [_span(text, "that Norland would withdraw its troops from the island")],
                "mode": "indirect",
                "speech_act": "commissive",
            },
            {
                "statement_id": f"{own}.s2",
                "layer": "core",
                "statement_kind": "commitment",
                "source_actor_ids": ["COSTA"],
                "source_form": "pronoun",
                "cue_spans": [{"start": told, "end": told + 4, "text": "told"}],
                "cue_class": "neutral",
                "content_spans": [_span(text, "“We will leave by June,”")],
                "mode": "direct",
                "mode_evidence": "quote_marks",
                "speech_act": "promise",
                "addressee_actor_ids": [f"{own}.PARLIAMENT"],
                "addressee_spans": [_span(text, "parliament")],
            },
        ],
        "actions": [
            {
                "action_id": f"{own}.a1",
                "event_id": f"{own}.e1",
                "trigger_spans": [_span(text, "withdraw")],
                "event_type": "RETREAT",
                "mode": "withdraw",
                "status": "planned",
                "agents": [
                    {
                        "actor_id": "NORLAND",
                        "span": {
                            "start": text.index("Norland would"),
                            "end": text.index("Norland would") + 7,
                            "text": "Norland",
                        },
                        "implicit": False,
                    }
                ],
                "contexts": ["military"],
            }
        ],
        "events": [
            {"event_id": f"{own}.e1", "gloss": "Norland withdraws from the island", "event_type": "RETREAT"}
        ],
        "event_links": [],
    }


ACTORS = [
    {
        "actor_id": "COSTA",
        "canonical_name": "Ana Costa",
        "actor_kind": "person",
        "sector_code": "GOV",
        "qid_status": "none",
        "resolution": "named",
    },
    {
        "actor_id": "NORLAND",
        "canonical_name": "Norland",
        "actor_kind": "state",
        "qid_status": "none",
        "resolution": "named",
    },
]
REGISTERED_BY = {
    "round": "r01", "annotators": ["me"], "annotator_kind": "person", "decision": "single",
    "reviewed_by_person": True, "guideline_version": "0.1.0",
}  # fmt: skip


def _annotate(project: Project) -> int:
    with project.actors.open("a", encoding="utf-8") as file:
        for actor in ACTORS:
            file.write(json.dumps({**actor, "provenance": REGISTERED_BY}) + "\n")
    articles = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(project.articles.glob("*.json"))
    ]
    for article in articles:
        path = project.gold / f"{article['article_id']}.json"
        path.write_text(json.dumps(_gold(article), ensure_ascii=False), encoding="utf-8")
    return len(articles)


@pytest.fixture
def mine(tmp_path: Path) -> Project:
    """A project of one's own with an article in each of the four formats, annotated."""
    received = tmp_path / "received"
    received.mkdir()
    for name, content in FILES.items():
        (received / name).write_text(content, encoding="utf-8")
    assert run("init", tmp_path / "mine").returncode == 0
    for name in FILES:
        options = ["--publisher", "Norland Post", "--date", "2024-05-06"] if name == "plain.txt" else []
        done = run(
            "ingest",
            received / name,
            "--language",
            "en",
            "--rights",
            "CC-BY-4.0",
            "--redistribution",
            "text_ok",
            *options,
            cwd=tmp_path / "mine",
        )
        assert done.returncode == 0, done.stdout + done.stderr
    project = Project(tmp_path / "mine")
    assert _annotate(project) == 4
    return project


def test_four_formats_are_annotated_validated_built_and_loaded(mine: Project, tmp_path: Path) -> None:
    from datasets import load_dataset

    assert run("build", cwd=mine.root).returncode == 0
    valid = run("validate", "--json", cwd=mine.root)
    assert (valid.returncode, json.loads(valid.stdout)["findings"]) == (0, [])
    rows = load_dataset(str(mine.corpus), "actions", split="train", cache_dir=str(tmp_path / "cache"))
    assert rows.num_rows == 4
    assert set(rows["source_format"] if "source_format" in rows.column_names else ["x"]) == {"x"}
    formats = communique.load("articles", path=mine.root)["source_format"]
    assert sorted(formats) == ["html", "jsonl", "scrape", "text"]
    claims = communique.load("claims", path=mine.root).to_pandas()
    assert set(claims["asserter_name"]) == {"Ana Costa"}
    assert set(claims["status"]) == {"planned"}
    assert not claims["exportable"].any()


def test_unknown_fields_of_a_feed_are_kept(mine: Project) -> None:
    run("build", cwd=mine.root)
    extras = [extra for extra in communique.load("articles", path=mine.root)["extra"] if extra]
    assert any(json.loads(extra).get("score") == 3 for extra in extras)


def test_build_stops_at_a_fault_and_names_it(mine: Project) -> None:
    path = next(mine.gold.glob("*.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    data["statements"][0]["content_spans"][0]["text"] = "something else"
    path.write_text(json.dumps(data), encoding="utf-8")
    built = run("build", cwd=mine.root)
    assert built.returncode == 1
    assert "L3/span-text-differs" in built.stdout + built.stderr
    assert not (mine.corpus / "manifest.json").exists()


def test_a_value_and_an_attribute_of_ones_own(mine: Project) -> None:
    """Editing the schema files is enough: Arrow, features, validation and codebook follow."""
    from communique.schema.arrow import arrow_schema
    from communique.schema.codebook import page
    from communique.schema.features import features

    values = mine.schema / "values.schema.json"
    data = json.loads(values.read_text(encoding="utf-8"))
    data["$defs"]["medium"]["oneOf"].append(
        {"const": "podcast", "title": "Podcast", "description": "A podcast."}
    )
    values.write_text(json.dumps(data), encoding="utf-8")
    statements = mine.schema / "statements.schema.json"
    data = json.loads(statements.read_text(encoding="utf-8"))
    data["properties"]["tone"] = {
        "title": "Tone",
        "description": "How it sounds.",
        "type": ["string", "null"],
        "enum": ["calm", "sharp", None],
        "default": None,
    }
    statements.write_text(json.dumps(data), encoding="utf-8")
    gold = sorted(mine.gold.glob("*.json"))
    data = json.loads(gold[0].read_text(encoding="utf-8"))
    data["statements"][0] |= {"tone": "sharp", "medium": "podcast"}
    gold[0].write_text(json.dumps(data), encoding="utf-8")

    schema = load_schema(mine.schema)
    assert "tone" in arrow_schema(schema.table("statements")).names
    assert "tone" in features(schema, schema.table("statements"))
    assert "podcast" in page(schema, "medium")
    assert "`tone`" in page(schema, "statements")
    assert run("build", cwd=mine.root).returncode == 0
    assert run("validate", cwd=mine.root).returncode == 0
    frame = communique.load("statements", path=mine.root).to_pandas()
    assert sorted(frame["tone"].dropna()) == ["sharp"]
    assert "podcast" in set(frame["medium"])

    data["statements"][0]["tone"] = "loud"
    gold[0].write_text(json.dumps(data), encoding="utf-8")
    refused = run("validate", "--json", cwd=mine.root)
    assert refused.returncode == 1
    found = [one for one in json.loads(refused.stdout)["findings"] if one["level"] == 1]
    assert [(one["field"].strip("/"), one["table"]) for one in found] == [("tone", "statements")]
