"""A small sound project for tests: two articles, nested and discontinuous statements, a set, a group, links."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from communique.project import Project

REPOSITORY = Path(__file__).parents[2]

TEXT_A = (
    "Naïve hopes — 漢字 🕊 — at the summit.\n"
    "Naïve hopes — 漢字 🕊 — at the summit.\n"
    "20211207\n"
    "“Russia will withdraw its troops if Ukraine disarms,” the Kremlin said on Tuesday, “and it expects Kyiv to agree.”\n"
    "Officials told reporters that President Putin had claimed Ukraine attacked the town with drones.\n"
    "The two leaders met in Geneva. Biden accused Moscow of deceit.\n"
)
TEXT_B = "France sent aid to Ukraine.\nParis sent no troops, a minister said.\n"

PROVENANCE = {
    "round": "pilot",
    "annotators": ["ann", "bob"],
    "annotator_kind": "person",
    "decision": "agreed",
    "reviewed_by_person": True,
    "guideline_version": "0.1.0",
}


def span(text: str, words: str, nth: int = 0) -> dict[str, Any]:
    """The span of the nth occurrence of `words`."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return {"start": start, "end": start + len(words), "text": words}


def article(
    article_id: str, text: str, zones: list[tuple[str, int | None]], raw: str, **more: Any
) -> dict[str, Any]:
    """The record of an article whose zones are its lines."""
    made, at = [], 0
    for number, (line, (zone, duplicate)) in enumerate(zip(text.splitlines(), zones, strict=True)):
        made.append(
            {"zone_id": number, "zone": zone, "start": at, "end": at + len(line), "duplicate_of": duplicate}
        )
        at += len(line) + 1
    record = {
        "article_id": article_id,
        "url": f"https://news.example/{article_id}",
        "publisher": "News",
        "title": None,
        "byline": None,
        "published_on": "2021-12-07",
        "date_raw": "20211207",
        "language": "en",
        "paragraph_order": "original",
        "quotation_marks": "kept",
        "apostrophes": "kept",
        "detections": [],
        "rights": "CC-BY-4.0",
        "rights_holder": "News",
        "redistribution": "text_ok",
        "split": "train",
        "source_format": "text",
        "source_file": raw,
        "source_record": None,
        "source_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "normaliser": "communique-text/1",
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "char_count": len(text),
        "extra": {"section": "world"},
        "zones": made,
        "text": text,
    }
    return record | more


def actor(actor_id: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    record = {
        "actor_id": actor_id,
        "canonical_name": name,
        "actor_kind": kind,
        "qid_status": "none",
        "resolution": "named",
    }
    return record | more


REGISTRY = [
    actor("AUTHOR", "media", "the narrator") | {"provenance": PROVENANCE},
    actor(
        "BIDEN",
        "person",
        "Joe Biden",
        country_iso3="USA",
        sector_code="GOV",
        wikidata_qid="Q6279",
        qid_status="verified",
    )
    | {"provenance": PROVENANCE},
    actor("FRA", "state", "France", country_iso3="FRA") | {"provenance": PROVENANCE},
    actor(
        "KREMLIN",
        "government_body",
        "the Kremlin",
        country_iso3="RUS",
        sector_code="GOV",
        other_sector_codes=["MIL"],
    )
    | {"provenance": PROVENANCE},
    actor("LEADERS", "set", "Biden and Putin", set_members=["BIDEN", "PUTIN"], resolution="nominal")
    | {"provenance": PROVENANCE},
    actor("PUTIN", "person", "Vladimir Putin", country_iso3="RUS", affiliated_with=["RUS"])
    | {"provenance": PROVENANCE},
    actor("RUS", "state", "Russia", country_iso3="RUS") | {"provenance": PROVENANCE},
    actor("UKR", "state", "Ukraine", country_iso3="UKR") | {"provenance": PROVENANCE},
    actor("TREATY", "document", "the treaty", resolution="implicit") | {"provenance": PROVENANCE},
]


def gold_a() -> dict[str, Any]:
    t, a = TEXT_A, "a-20211207-summit"

    def i(name: str) -> str:
        return f"{a}.{name}"

    def mention(
        name: str, who: str | None, words: str, kind: str = "NAM", nth: int = 0, **more: Any
    ) -> dict[str, Any]:
        return {"mention_id": i(name), "actor_id": who, **span(t, words, nth), "mention_type": kind, **more}

    def part(who: str, words: str | None, nth: int = 0) -> dict[str, Any]:
        return {"actor_id": who, "span": span(t, words, nth) if words else None, "implicit": words is None}

    return {
        "article_id": a,
        "text_sha256": hashlib.sha256(t.encode()).hexdigest(),
        "provenance": PROVENANCE,
        "remarks": "made for tests",
        "actors": [
            actor(i("OFFICIALS"), "collective_unnamed", "officials", sector_code="GOV", resolution="nominal"),
            actor(i("REPORTERS"), "collective_unnamed", "reporters", sector_code="JRN", resolution="nominal"),
        ],
        "mentions": [
            mention("m1", "RUS", "Russia"),
            mention("m2", "UKR", "Ukraine"),
            mention("m3", "KREMLIN", "the Kremlin"),
            mention("m4", "UKR", "Kyiv", metonymy="capital_for_government"),
            mention("m5", i("OFFICIALS"), "Officials", "NOM"),
            mention("m6", i("REPORTERS"), "reporters", "NOM"),
            mention("m7", "PUTIN", "President Putin"),
            mention("m8", "UKR", "Ukraine", nth=1),
            mention("m9", "LEADERS", "The two leaders", "NOM"),
            mention("m10", None, "Geneva", nonactor_type="place"),
            mention("m11", "BIDEN", "Biden"),
            mention("m12", "RUS", "Moscow"),
        ],
        "statements": [
            {
                "statement_id": i("S1"),
                "layer": "core",
                "statement_kind": "commitment",
                "source_actor_ids": ["KREMLIN"],
                "source_form": "institution",
                "source_spans": [span(t, "the Kremlin")],
                "cue_spans": [span(t, "said")],
                "cue_lemma": "say",
                "cue_class": "neutral",
                "content_spans": [
                    span(t, "Russia will withdraw its troops if Ukraine disarms"),
                    span(t, "and it expects Kyiv to agree"),
                ],
                "mode": "direct",
                "mode_evidence": "quote_marks",
                "speech_act": "promise",
                "medium": "press_briefing",
                "time": {
                    "value": "2021-12-07",
                    "expression": "on Tuesday",
                    "basis": "expression",
                    "modifier": None,
                },
            },
            {
                "statement_id": i("S2"),
                "parent_statement_id": i("S1"),
                "layer": "extended",
                "statement_kind": "belief",
                "source_actor_ids": ["RUS"],
                "source_form": "pronoun",
                "source_spans": [span(t, "it", 3)],
                "cue_spans": [span(t, "expects")],
                "cue_lemma": "expect",
                "cue_class": "epistemic",
                "content_spans": [span(t, "Kyiv to agree")],
                "mode": "indirect",
                "speech_act": "none",
            },
            {
                "statement_id": i("S3"),
                "layer": "core",
                "statement_kind": "assertion",
                "source_actor_ids": [i("OFFICIALS")],
                "source_form": "collective",
                "source_spans": [span(t, "Officials")],
                "cue_spans": [span(t, "told")],
                "cue_lemma": "tell",
                "cue_class": "neutral",
                "content_spans": [
                    span(t, "that President Putin had claimed Ukraine attacked the town with drones")
                ],
                "mode": "indirect",
                "speech_act": "assertive",
                "addressee_actor_ids": [i("REPORTERS")],
                "addressee_spans": [span(t, "reporters")],
            },
            {
                "statement_id": i("S4"),
                "parent_statement_id": i("S3"),
                "layer": "core",
                "statement_kind": "accusation",
                "source_actor_ids": ["PUTIN"],
                "source_form": "named",
                "source_spans": [span(t, "President Putin")],
                "cue_spans": [span(t, "had claimed")],
                "cue_lemma": "claim",
                "cue_class": "distancing",
                "content_spans": [span(t, "Ukraine attacked the town with drones")],
                "mode": "indirect",
                "speech_act": "accusation",
            },
            {
                "statement_id": i("S5"),
                "layer": "core",
                "statement_kind": "accusation",
                "source_actor_ids": ["BIDEN"],
                "source_form": "named",
                "source_spans": [span(t, "Biden")],
                "cue_spans": [span(t, "accused")],
                "cue_lemma": "accuse",
                "cue_class": "accusing",
                "content_spans": [span(t, "of deceit")],
                "mode": "reported",
                "speech_act": "accusation",
                "addressee_actor_ids": ["RUS"],
                "addressee_implicit": True,
            },
        ],
        "actions": [
            {
                "action_id": i("E1"),
                "event_id": i("V1"),
                "trigger_spans": [span(t, "will withdraw")],
                "event_type": "RETREAT",
                "mode": "withdraw",
                "contexts": ["military"],
                "status": "conditional",
                "agents": [part("RUS", "Russia")],
                "condition_spans": [span(t, "if Ukraine disarms")],
                "theme": span(t, "its troops"),
            },
            {
                "action_id": i("E2"),
                "event_id": i("V2"),
                "trigger_spans": [span(t, "disarms")],
                "event_type": "RETREAT",
                "mode": "disarm",
                "status": "hypothetical",
                "agents": [part("UKR", "Ukraine")],
            },
            {
                "action_id": i("E3"),
                "event_id": i("V3"),
                "trigger_spans": [span(t, "attacked")],
                "event_type": "ASSAULT",
                "mode": "drone",
                "status": "occurred",
                "agents": [part("UKR", "Ukraine", 1)],
                "targets": [part("RUS", None)],
                "other_views": [
                    {
                        "view_of": "UKR",
                        "in_statement_id": None,
                        "status": "denied",
                        "polarity": "positive",
                        "certainty": "certain",
                    }
                ],
                "instrument": span(t, "drones"),
                "location": span(t, "the town"),
            },
            {
                "action_id": i("E4"),
                "event_id": i("V4"),
                "trigger_spans": [span(t, "met")],
                "event_type": "CONSULT",
                "mode": "third-party",
                "contexts": ["diplomatic"],
                "status": "occurred",
                "agents": [part("LEADERS", "The two leaders")],
                "time": {
                    "value": "2021-12",
                    "expression": None,
                    "basis": "publication_default",
                    "modifier": None,
                },
            },
            {
                "action_id": i("E5"),
                "event_id": i("V5"),
                "trigger_spans": [span(t, "accused")],
                "event_type": "ACCUSE",
                "mode": "allege",
                "status": "occurred",
                "agents": [part("BIDEN", "Biden")],
                "targets": [part("RUS", "Moscow")],
                "realises_statement_id": i("S5"),
            },
            {
                "action_id": i("E6"),
                "event_id": i("V6"),
                "trigger_spans": [span(t, "deceit")],
                "event_type": "OTHER",
                "gloss": "deceives",
                "status": "occurred",
                "agents": [part("RUS", "Moscow")],
            },
        ],
        "events": [
            {"event_id": i("V1"), "gloss": "Russia withdraws", "event_type": "RETREAT"},
            {"event_id": i("V2"), "gloss": "Ukraine disarms", "event_type": "RETREAT"},
            {"event_id": i("V3"), "gloss": "drone attack", "event_type": "ASSAULT"},
            {"event_id": i("V4"), "gloss": "summit", "event_type": "CONSULT"},
            {"event_id": i("V5"), "gloss": "accusation", "event_type": "ACCUSE"},
            {"event_id": i("V6"), "gloss": "deceit", "event_type": "OTHER"},
        ],
        "event_links": [{"type": "condition_for", "from_event_id": i("V2"), "to_event_id": i("V1")}],
    }


def gold_b() -> dict[str, Any]:
    t, b = TEXT_B, "b-20211207-help"

    def i(name: str) -> str:
        return f"{b}.{name}"

    return {
        "article_id": b,
        "text_sha256": hashlib.sha256(t.encode()).hexdigest(),
        "provenance": PROVENANCE,
        "actors": [actor(i("MINISTER"), "collective_unnamed", "a minister", resolution="nominal")],
        "mentions": [
            {"mention_id": i("m1"), "actor_id": "FRA", **span(t, "France"), "mention_type": "NAM"},
            {"mention_id": i("m2"), "actor_id": "UKR", **span(t, "Ukraine"), "mention_type": "NAM"},
            {
                "mention_id": i("m3"),
                "actor_id": i("MINISTER"),
                **span(t, "a minister"),
                "mention_type": "NOM",
            },
        ],
        "statements": [
            {
                "statement_id": i("S1"),
                "layer": "core",
                "statement_kind": "assertion",
                "source_actor_ids": [i("MINISTER")],
                "source_form": "nominal",
                "source_spans": [span(t, "a minister")],
                "cue_spans": [span(t, "said")],
                "cue_class": "neutral",
                "content_spans": [span(t, "Paris sent no troops")],
                "mode": "free_indirect",
                "speech_act": "denial",
            }
        ],
        "actions": [
            {
                "action_id": i("E1"),
                "event_id": i("V1"),
                "trigger_spans": [span(t, "sent")],
                "event_type": "AID",
                "status": "occurred",
                "agents": [{"actor_id": "FRA", "span": span(t, "France"), "implicit": False}],
                "targets": [{"actor_id": "UKR", "span": span(t, "Ukraine"), "implicit": False}],
            }
        ],
        "events": [{"event_id": i("V1"), "gloss": "aid", "event_type": "AID"}],
        "event_links": [{"type": "same_as", "from_event_id": i("V1"), "to_event_id": "a-20211207-summit.V4"}],
    }


A, B = "a-20211207-summit", "b-20211207-help"
ZONES_A = [
    ("caption", None),
    ("caption", 0),
    ("date_line", None),
    ("body", None),
    ("body", None),
    ("body", None),
]
ZONES_B = [("body", None), ("body", None)]


def make_project(root: Path) -> Project:
    """Write the project below `root`. It gives no finding."""
    shutil.copytree(REPOSITORY / "annotations" / "schema", root / "annotations" / "schema")
    shutil.copytree(REPOSITORY / "annotations" / "guidelines", root / "annotations" / "guidelines")
    project = Project(root)
    for folder in (project.articles, project.raw, project.gold, project.rounds):
        folder.mkdir(parents=True)
    for article_id, text, zones in ((A, TEXT_A, ZONES_A), (B, TEXT_B, ZONES_B)):
        (project.raw / f"{article_id}.txt").write_bytes(text.encode())
        write(project.articles / f"{article_id}.json", article(article_id, text, zones, f"{article_id}.txt"))
    write(project.gold / f"{A}.json", gold_a())
    write(project.gold / f"{B}.json", gold_b())
    project.actors.write_text(
        "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in REGISTRY), encoding="utf-8"
    )
    facts = json.loads((REPOSITORY / "corpus" / "corpus.json").read_text(encoding="utf-8"))
    write(project.facts, facts)
    shutil.copy(REPOSITORY / "corpus" / "card.md", project.corpus / "card.md")
    return project


def write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(copy.deepcopy(data), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
