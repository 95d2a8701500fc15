"""Whole rounds against a real Label Studio, through the interface and through the API."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.files import annotation_json, load_annotation, save_annotation
from communique.annotation.source import Source
from communique.rounds import client, server
from communique.rounds.accounts import ensure_accounts
from communique.rounds.convert_patch import differing
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.importer import find_doubles
from communique.rounds.pull import pull_round
from communique.rounds.push import ConfigChanged, project_title, push_round
from communique.rounds.round import Annotator, annotation_path, pull_path
from communique.rounds.serve import clients_of, serve_round
from communique.rounds.status import round_status

sys.path.insert(0, str(Path(__file__).parent))
import made

pytestmark = pytest.mark.slow

STORY = "The minister \U0001f600 said that \u0645\u0631\u062d\u0628\u0627  the army attacked.\nReporters heard it."


def choose(page: Any, control: str, value: Any) -> None:
    """Set the value of a widget of the selected region, by way of the page's own store."""
    script = """([name, value]) => {
      const annotation = Htx.annotationStore.selected, control = annotation.names.get(name);
      const area = annotation.selectedRegions[0];
      if (control.type === 'textarea') control.addText(value);
      else if (control.type === 'taxonomy') control.onChange(null, value.map(path => ({path})));
      else control.tiedChildren.forEach(one => { if (value.includes(one.alias)) one.toggleSelected(); });
      return area.id;
    }"""
    page.evaluate(script, [control, value])
    page.wait_for_timeout(200)


def select(page: Any, label: str, nth: int = 0) -> None:
    """Click a region in the list of regions."""
    script = """([label, nth]) => {
      const s = Htx.annotationStore.selected; s.unselectAll();
      s.selectArea(s.regions.filter(r => r.labels && r.labels.includes(label))[nth]);
    }"""
    page.evaluate(script, [label, nth])
    page.wait_for_timeout(300)


def click(page: Any, words: str) -> None:
    """Click into the middle of some words of the text."""
    import browser

    where = page.evaluate(browser._WHERE, [words, 0])
    page.mouse.click((where["x1"] + where["x2"]) / 2, where["y1"])
    page.wait_for_timeout(300)


def relate(page: Any, source: str, target: str, label: str) -> None:
    """Draw a relation from the region on `source` to the one on `target` by Alt+R and a click, and name it."""
    page.keyboard.press("Escape")
    click(page, source)
    page.keyboard.press("Alt+r")
    page.wait_for_timeout(200)
    click(page, target)
    page.wait_for_timeout(300)
    script = """label => {
      const relations = Htx.annotationStore.selected.relationStore.relations;
      const last = relations[relations.length - 1];
      last.setRelations([label]);
      return relations.length;
    }"""
    page.evaluate(script, label)


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return made.project(tmp_path / "project", {"story": STORY, "other": made.HOSTILE})


def everyone(ls: client.LabelStudio, *names: str) -> dict[str, client.LabelStudio]:
    return dict.fromkeys(names, ls)


def test_an_annotators_job_from_nothing(source: Source, ls: client.LabelStudio, chromium: Any) -> None:
    import browser

    plan = new_round(source, "job", ["story"], [Annotator("dora")])
    (account,) = ensure_accounts(ls, ["dora"])
    (pushed,) = push_round(source, plan, everyone(ls, "dora"))
    assert pushed.sent == 1
    assert account.password is not None
    with browser.opened(chromium, width=1400, height=900) as tab:
        annotator = browser.LabelStudioTab(tab, ls.url)
        page = annotator.page
        annotator.log_in(account.email, account.password.reveal())
        (task,) = ls.tasks(pushed.project_id)
        annotator.open_task(pushed.project_id, task["id"])
        for words, key in (
            ("The minister", "1"),
            ("said", "2"),
            ("that \u0645\u0631\u062d\u0628\u0627  the army attacked", "3"),
            ("the army", "1"),
            ("attacked", "4"),
            ("Reporters", "6"),
        ):
            page.keyboard.press("Escape")
            annotator.mark(words, hotkey=key)
        assert len([one for one in annotator.regions() if one["type"] == "labels"]) == 6
        for nth, actor in enumerate(("MIN", "ARMY")):
            select(page, "Mention", nth)
            choose(page, "mentions_actor_id", [[actor]])
            choose(page, "mentions_mention_type", ["NOM"])
        select(page, "Cue")
        for control, value in {
            "layer": "core",
            "statement_kind": "assertion",
            "source_form": "nominal",
            "cue_class": "neutral",
            "mode": "indirect",
            "speech_act": "assertive",
        }.items():
            choose(page, f"statements_{control}", [value])
        select(page, "Trigger")
        choose(page, "actions_event_id", "raid")
        choose(page, "actions_event_type", [["ASSAULT", "ASSAULT/aerial"]])
        choose(page, "actions_status", ["occurred"])
        select(page, "Addressee")
        choose(page, "new_actor", "the reporters \U0001f600")
        choose(page, "actors_actor_kind", ["collective_unnamed"])
        relate(page, "said", "The minister", "source")
        relate(page, "said", "that", "content")
        relate(page, "said", "Reporters", "addressee")
        relate(page, "attacked", "the army", "agent")
        annotator.submit()
        assert tab.errors == []
        assert tab.blocked == []
    report = pull_round(source, plan, everyone(ls, "dora"))
    entry = report["annotators"]["dora"]["story"]
    assert entry["state"] == "taken", entry
    found = load_annotation(annotation_path(source.project, "job", "dora", "story"), source.schema)
    (statement,) = found["statements"]
    (action,) = found["actions"]
    (group,) = found["actors"]
    assert statement["source_actor_ids"] == ["MIN"]
    assert statement["cue_spans"] == [made.span(STORY, "said")]
    assert statement["content_spans"] == [
        made.span(STORY, "that \u0645\u0631\u062d\u0628\u0627  the army attacked")
    ]
    assert statement["addressee_spans"] == [made.span(STORY, "Reporters")]
    assert statement["addressee_actor_ids"] == [group["actor_id"]]
    assert (group["canonical_name"], group["actor_kind"]) == (
        "the reporters \U0001f600",
        "collective_unnamed",
    )
    assert (statement["mode"], statement["statement_status"]) == ("indirect", "made")
    assert action["agents"] == [{"actor_id": "ARMY", "span": made.span(STORY, "the army"), "implicit": False}]
    assert (action["event_type"], action["mode"], action["status"]) == ("ASSAULT", "aerial", "occurred")
    assert found["events"][0]["event_id"] == action["event_id"] == "story.raid"
    assert found.provenance == plan.provenance("dora", True)
    assert "notes" not in entry


def test_prefilled_annotations_come_back_after_being_opened_and_saved(
    tmp_path: Path, ls: client.LabelStudio, chromium: Any
) -> None:
    """The real annotation and one of hostile text, prefilled, opened, saved without a change, and pulled."""
    import browser

    real, real_text = made.gold()
    text = made.HOSTILE
    source = made.project(tmp_path / "project", {real.article_id: real_text, "hostile": text})
    for path in (made.ROOT / "annotations" / "actors.jsonl",):
        source.project.actors.write_bytes(path.read_bytes())
    record = {
        "statement_id": "hostile.S1",
        "layer": "core",
        "statement_kind": "assertion",
        "source_actor_ids": ["BIDEN"],
        "source_form": "nominal",
        "source_spans": [made.span(text, "The minister \U0001f469\u200d\U0001f469\u200d\U0001f467")],
        "cue_spans": [made.span(text, "said"), made.span(text, "mark")],
        "cue_class": "neutral",
        "mode": "indirect",
        "content_spans": [made.span(text, "that   \u0645\u0631\u062d\u0628\u0627 would come.\n\n\n")],
        "speech_act": "assertive",
        "note": '  two\n\n lines \u2028 & <b>tags</b> "quoted" \U0001f600 ',
        "agreement": False,
        "concept_id": "{}",
    }
    mentions = [
        {"mention_id": f"hostile.m{n}", "mention_type": "NOM", "actor_id": "PUTIN", **made.span(text, words)}
        for n, words in enumerate(
            [
                "\u200d\U0001f469",
                "e\u0301cole",
                "\u00a0that   ",
                "&amp; <b>",
                "\ufeff",
                "\U0001d518",
                "\u202eabc\u202c",
                "\ttab  ",
            ]
        )
    ]
    tables = {"statements": [record], "mentions": mentions}
    save_annotation(
        made.annotation("hostile", text, tables, source.schema),
        source.project.gold / "hostile.json",
        source.schema,
    )
    save_annotation(real, source.project.gold / f"{real.article_id}.json", source.schema)
    from communique.annotation.source import open_source

    source = open_source(source.project)
    plan = new_round(source, "again", ["all"], [Annotator("saver")], prefill="gold")
    (account,) = ensure_accounts(ls, ["saver"])
    (pushed,) = push_round(source, plan, everyone(ls, "saver"))
    assert account.password is not None
    for task in ls.export_tasks(pushed.project_id):
        assert task["annotations"] == []  # prefill is a prediction, never an annotation
    with browser.opened(chromium, width=1400, height=900) as tab:
        annotator = browser.LabelStudioTab(tab, ls.url)
        annotator.log_in(account.email, account.password.reveal())
        for task in ls.tasks(pushed.project_id):
            annotator.open_task(pushed.project_id, task["id"])
            wait_for_regions(annotator)
            annotator.submit()
        assert tab.errors == []
    pull_round(source, plan, everyone(ls, "saver"))
    form = make_form(source.schema)
    for number in source.gold:
        found = load_annotation(annotation_path(source.project, "again", "saver", number), source.schema)
        wanted = source.annotation(number)
        assert wanted is not None
        assert differing(form, wanted, found) == []
        wanted.provenance = found.provenance
        for records in wanted.tables.values():
            for one in records:
                one["provenance"] = found.provenance
        assert annotation_json(found, source.schema) == annotation_json(wanted, source.schema)


def wait_for_regions(annotator: Any) -> None:
    """Until the prefill has been drawn: regions appear some time after the text."""
    count, since = -1, time.monotonic()
    while time.monotonic() - since < 1.5 or count <= 0:
        now = annotator.page.evaluate(
            "() => Htx.annotationStore.selected.regions.filter(r => r._spans).length"
        )
        if now != count:
            count, since = now, time.monotonic()
        annotator.page.wait_for_timeout(250)


def submit(
    ls: client.LabelStudio, url: str, token: Any, task: dict[str, Any], result: list[Any], **more: Any
) -> None:
    with client.connect(url, token) as own:
        own.transport.request(
            "POST", f"/api/tasks/{task['id']}/annotations/", json={"result": result, **more}
        )


def test_a_round_of_two_annotators_ends_in_their_files(source: Source, ls: client.LabelStudio) -> None:
    plan = new_round(source, "two", ["all"], [Annotator("gus"), Annotator("hal")], overlap=1, seed=3)
    clients = everyone(ls, "gus", "hal")
    accounts = dict(zip(("gus", "hal"), ensure_accounts(ls, ["gus", "hal"]), strict=True))
    first = push_round(source, plan, clients)
    again = push_round(source, plan, clients)
    assert [one.sent for one in again] == [0, 0]
    assert [one.present for one in again] == [len(own) for own in plan.assignments.values()]
    for one in first:
        assert find_doubles(ls, one.project_id) == {}
        assert [task["data"]["article_id"] for task in ls.tasks(one.project_id)] == plan.assignments[
            one.annotator
        ]

    empty = {one.annotator: one for one in round_status(source.schema, plan, clients)}
    assert empty["gus"].states == {"open": empty["gus"].assigned}
    at = {"start": 4, "end": 8}
    drawn = [
        {
            "id": "abc",
            "from_name": "span",
            "to_name": "text",
            "type": "labels",
            "value": {**at, "text": "?", "labels": ["Mention"]},
        },
        {
            "id": "abc",
            "from_name": "mentions_mention_type",
            "to_name": "text",
            "type": "choices",
            "value": {**at, "choices": ["NOM"]},
        },
    ]
    for one in first:
        account = accounts[one.annotator]
        assert account.token is not None
        for task in ls.tasks(one.project_id):
            submit(ls, ls.url, account.token, task, drawn, lead_time=12.5)
    # Somebody else reaches into gus's work, which the free edition does not hinder.
    (touched,) = list(ls.export_tasks(first[0].project_id))[:1]
    number = touched["annotations"][0]["id"]
    token = accounts["hal"].token
    assert token is not None
    with client.connect(ls.url, token) as other:
        other.transport.request("PATCH", f"/api/annotations/{number}/", json={"result": drawn})
    standings = {one.annotator: one for one in round_status(source.schema, plan, clients)}
    assert standings["hal"].states == {"done": standings["hal"].assigned}
    assert standings["hal"].warnings == []
    assert standings["hal"].lead_time > 12
    assert any("was edited by hal@localhost" in text for text in standings["gus"].warnings)

    pull_round(source, plan, clients)
    for name, articles in plan.assignments.items():
        for article in articles:
            found = load_annotation(annotation_path(source.project, "two", name, article), source.schema)
            assert found.provenance["annotators"] == [name]
            assert len(found["mentions"]) == 1
    folder = pull_path(source.project, "two").parent
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}
    pull_round(source, plan, clients)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")} == before

    # Somebody changes the form under way.
    project = first[0].project_id
    config = ls.project_config(project)
    ls.update_config(project, config.replace('value="Theme"', 'value="Topic"'))
    assert any("form was changed" in text for text in round_status(source.schema, plan, clients)[0].warnings)
    with pytest.raises(ConfigChanged, match="--update-config"):
        push_round(source, plan, clients)
    push_round(source, plan, clients, update_config=True)
    assert "Theme" in ls.project_config(project)
    assert project_title(plan, "gus") == "two / gus"


@pytest.fixture
def isolated(
    source: Source, ls_template: Path, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A round on servers of the annotators' own, started as `round serve --isolated` does."""
    from communique.rounds import serve

    monkeypatch.setattr(server, "FIRST_PORT", free_port())
    folder = serve.servers_folder(source.project)
    folder.mkdir(mode=0o700)
    for path in ls_template.glob("template-*.sqlite3"):
        (folder / path.name).write_bytes(path.read_bytes())
    plan = new_round(source, "own", ["story"], [Annotator("ida"), Annotator("jan")])
    serving = serve_round(source.project, plan, isolated=True)
    yield plan, serving
    serving.stop()


def test_isolated_servers_know_nothing_of_each_other(source: Source, isolated: Any) -> None:
    plan, serving = isolated
    assert len(set(serving.urls.values())) == 2
    assert all(account.password for account in serving.accounts.values())
    with clients_of(source.project, plan) as clients:
        push_round(source, plan, clients)
        titles = {name: [one["title"] for one in ls.projects()] for name, ls in clients.items()}
        assert titles == {"ida": ["own / ida"], "jan": ["own / jan"]}
        emails = {name: {user.email for user in ls.users()} for name, ls in clients.items()}
        assert "jan@localhost" not in emails["ida"]
        began = time.monotonic()
        assert pull_round(source, plan, clients)["annotators"]["jan"]["story"]["state"] == "open"
        assert time.monotonic() - began < 30
    folder = source.project.root / ".label-studio"
    assert (folder / ".gitignore").read_text() == "*\n"
    secrets = [account.password.reveal() for account in serving.accounts.values()]
    secrets += [one.token().reveal() for one in serving.servers]
    for path in source.project.root.rglob("*"):
        if path.is_file() and "sqlite3" not in path.name:
            content = path.read_bytes()
            assert not [one for one in secrets if one.encode() in content], path
    assert json.loads((source.project.rounds / "own" / "pull.json").read_text())["round"] == "own"
