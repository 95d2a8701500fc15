"""Whole rounds against a real Label Studio, through the interface and through the API."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pace import slowness

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


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return made.project(tmp_path / "project", {"story": STORY, "other": made.HOSTILE})


def everyone(ls: client.LabelStudio, *names: str) -> dict[str, client.LabelStudio]:
    return dict.fromkeys(names, ls)


def test_prefilled_annotations_come_back_after_being_opened_and_saved(
    tmp_path: Path, ls: client.LabelStudio, chromium: Any
) -> None:
    """The real annotation and one of hostile text, prefilled, opened, saved without a change, and pulled."""
    import browser
    from visible import open_from_list, wait_for_regions

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
        for nth in range(len(source.gold)):
            open_from_list(annotator, pushed.project_id, nth)
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
    source: Source,
    ls_template: Path,
    free_port: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    warm_servers: None,
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
        assert time.monotonic() - began < 30 * slowness()
    folder = source.project.root / ".label-studio"
    assert (folder / ".gitignore").read_text() == "*\n"
    secrets = [account.password.reveal() for account in serving.accounts.values()]
    secrets += [one.token().reveal() for one in serving.servers]
    for path in source.project.root.rglob("*"):
        if path.is_file() and "sqlite3" not in path.name:
            content = path.read_bytes()
            assert not [one for one in secrets if one.encode() in content], path
    assert json.loads((source.project.rounds / "own" / "pull.json").read_text())["round"] == "own"
