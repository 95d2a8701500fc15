"""An annotator's job from nothing, by mouse and keyboard alone, and what a pull makes of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import load_annotation
from communique.rounds import client
from communique.rounds.accounts import ensure_accounts
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.pull import pull_round
from communique.rounds.push import push_round
from communique.rounds.round import Annotator, annotation_path

sys.path.insert(0, str(Path(__file__).parent))
import made

pytestmark = pytest.mark.slow

HELLO = "\u0645\u0631\u062d\u0628\u0627"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
CONTENT = f"that {HELLO}  the army {FAMILY} attacked"
STORY = f"The minister \U0001f600 said {CONTENT}.\nReporters heard it."
DRAWN = [
    ("The minister \U0001f600", "1", "Mention"),
    ("said", "2", "Cue"),
    (CONTENT, "3", "Content"),
    ("the army", "1", "Mention"),
    ("attacked", "4", "Trigger"),
    ("Reporters", "6", "Addressee"),
]


def test_an_annotators_job_from_nothing(tmp_path: Path, ls: client.LabelStudio, chromium: Any) -> None:
    import browser
    from visible import VisibleForm

    source = made.project(tmp_path / "project", {"story": STORY})
    form = make_form(source.schema)
    plan = new_round(source, "job", ["story"], [Annotator("dora")])
    (account,) = ensure_accounts(ls, ["dora"])
    (pushed,) = push_round(source, plan, {"dora": ls})
    assert account.password is not None
    with browser.opened(chromium, width=1400, height=1000) as tab:
        annotator = browser.LabelStudioTab(tab, ls.url)
        page = annotator.page
        annotator.log_in(account.email, account.password.reveal())
        (task,) = ls.tasks(pushed.project_id)
        annotator.open_task(pushed.project_id, task["id"])
        for words, key, _ in DRAWN:
            page.keyboard.press("Escape")
            annotator.mark(words, hotkey=key)
        labels = [one["value"]["labels"] for one in annotator.regions() if one["type"] == "labels"]
        assert labels == [[label] for _, _, label in DRAWN]
        seen = VisibleForm(annotator, form)

        seen.select("The minister \U0001f600")
        seen.climb("Actor", "The Minister")
        seen.choose("mentions_mention_type", "NOM")
        seen.select("the army")
        seen.climb("Actor", "The Army")
        page.keyboard.press(seen.key_of("mentions_mention_type", "NOM"))

        seen.select("said")
        for control, value in {
            "layer": "core",
            "statement_kind": "assertion",
            "source_form": "nominal",
            "cue_class": "neutral",
            "mode": "indirect",
            "speech_act": "assertive",
        }.items():
            seen.choose(f"statements_{control}", value)

        seen.select("attacked")
        seen.write("Event", "raid")
        (aerial,) = [one.title for one in form.modes("ASSAULT") if one.const == "aerial"]
        seen.climb("Type of action", seen.shown("actions_event_type", "ASSAULT"), aerial)
        seen.climb("Contexts", seen.shown("actions_contexts", "military"))
        seen.choose("actions_status", "occurred")
        seen.write("Event: gloss", "the raid \U0001f600")

        seen.select("Reporters")
        seen.unfold("Not in the list of actors?")
        seen.write("Name of the actor", f"the reporters \U0001f600 {HELLO}")
        seen.choose("actors_actor_kind", "collective_unnamed")

        seen.relate("said", "The minister \U0001f600", "source")
        seen.relate("said", "that", "content")
        seen.relate("said", "Reporters", "addressee")
        seen.relate("attacked", "the army", "agent", "target")
        annotator.submit()
        assert tab.errors == []
        assert tab.blocked == []
    entry = pull_round(source, plan, {"dora": ls})["annotators"]["dora"]["story"]
    assert entry["state"] == "taken", entry
    assert "notes" not in entry, entry
    found = load_annotation(annotation_path(source.project, "job", "dora", "story"), source.schema)
    army = made.span(STORY, "the army")
    assert [
        (one["actor_id"], one["mention_type"], one["start"], one["text"]) for one in found["mentions"]
    ] == [
        ("MIN", "NOM", 0, "The minister \U0001f600"),
        ("ARMY", "NOM", army["start"], "the army"),
    ]
    (group,) = found["actors"]
    assert group["canonical_name"] == f"the reporters \U0001f600 {HELLO}"
    assert group["actor_kind"] == "collective_unnamed"
    (statement,) = found["statements"]
    meant = {
        "layer": "core",
        "statement_kind": "assertion",
        "source_form": "nominal",
        "cue_class": "neutral",
        "mode": "indirect",
        "speech_act": "assertive",
        "statement_status": "made",
        "source_actor_ids": ["MIN"],
        "source_spans": [made.span(STORY, "The minister \U0001f600")],
        "cue_spans": [made.span(STORY, "said")],
        "content_spans": [made.span(STORY, CONTENT)],
        "addressee_spans": [made.span(STORY, "Reporters")],
        "addressee_actor_ids": [group["actor_id"]],
        "parent_statement_id": None,
    }
    assert {name: statement[name] for name in meant} == meant
    (action,) = found["actions"]
    person = {"actor_id": "ARMY", "span": army, "implicit": False}
    meant = {
        "event_id": "story.raid",
        "event_type": "ASSAULT",
        "mode": "aerial",
        "contexts": ["military"],
        "status": "occurred",
        "polarity": "positive",
        "certainty": "certain",
        "trigger_spans": [made.span(STORY, "attacked")],
        "agents": [person],
        "targets": [person],
    }
    assert {name: action[name] for name in meant} == meant
    (event,) = found["events"]
    assert (event["event_id"], event["event_type"], event["gloss"]) == (
        "story.raid",
        "ASSAULT",
        "the raid \U0001f600",
    )
    assert found["event_links"] == []
    assert found.provenance == plan.provenance("dora", True)
