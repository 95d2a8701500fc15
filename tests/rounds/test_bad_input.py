"""What goes wrong at the command line of a round: a message of its own, an exit code, nothing half-written.

The API key appears in no output and no file, whatever fails.
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.source import Source
from communique.rounds import client, server
from communique.rounds.accounts import ensure_accounts
from communique.rounds.design import new_round
from communique.rounds.push import push_round
from communique.rounds.round import Annotator, annotation_path, pull_path

sys.path.insert(0, str(Path(__file__).parent))
import made
from commanded import COMMAND, communique, many, many_round
from test_pull_kill import region

KEY = "0123canary4567key89ab0123canary4567key89"
TEXT = "The minister said that \U0001f600 the army attacked."
COMMANDS = ("push", "status", "pull")
JSON = "application/json"
OLD = '{"release": "1.9.2.post0"}'
NEW = '{"release": "1.23.2"}'


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return made.project(tmp_path / "p", {"story": TEXT, "other": TEXT + " Again."})


def contents(source: Source) -> dict[Path, bytes]:
    """Every file of the project but Label Studio's own database, which has to know its keys."""
    files = [path for path in source.project.root.rglob("*") if path.is_file() and "sqlite3" not in path.name]
    return {path: path.read_bytes() for path in files}


def check_secret(source: Source, key: str, *runs: subprocess.CompletedProcess[str]) -> None:
    for run in runs:
        assert key not in run.stdout + run.stderr
        assert "Traceback" not in run.stderr, run.stderr
    for path, content in contents(source).items():
        assert key.encode() not in content, path


def failed(
    source: Source, says: str, *arguments: str | Path, key: str | None = KEY, code: int = 3
) -> subprocess.CompletedProcess[str]:
    """Run it; it must end with that code and message, and leave the project as it was."""
    before = contents(source)
    run = communique(source, *arguments, key=key)
    assert run.returncode == code, run
    assert says in run.stderr, run
    check_secret(source, key or KEY, run)
    assert contents(source) == before
    return run


@pytest.fixture
def answering() -> Iterator[Callable[[dict[str, tuple[int, str, str]]], str]]:
    """A small HTTP server that is no Label Studio; it answers by path, "*" for the rest."""
    running: list[ThreadingHTTPServer] = []

    def begin(answers: dict[str, tuple[int, str, str]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = answers.get(self.path.partition("?")[0], answers["*"])
                # A careless server may repeat what it was sent.
                data = body.replace("ECHO", str(self.headers.get("Authorization"))).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *_: object) -> None: ...

        running.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=running[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_port}"

    yield begin
    for one in running:
        one.shutdown()
        one.server_close()


STRANGERS = {
    "page": ({"*": (200, "text/html", "<html>Welcome</html>")}, "is not Label Studio's API"),
    "missing": ({"*": (404, "text/html", "<html>ECHO</html>")}, "is not Label Studio's API"),
    "old": ({"*": (200, JSON, OLD)}, "is too old\n  expected: version 1.20 or later\n  found: 1.9.2.post0"),
    "wrong key": (
        {"/api/version": (200, JSON, NEW), "*": (401, JSON, '{"detail": "Invalid token. ECHO"}')},
        "does not accept the API key",
    ),
    "fault": (
        {"/api/version": (200, JSON, NEW), "*": (500, JSON, '{"detail": "ECHO"}')},
        "the server failed on",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", STRANGERS)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_answers_is_no_usable_label_studio(
    source: Source, answering: Callable[..., str], case: str, command: str
) -> None:
    new_round(source, "r01", ["story"], [Annotator("ana")])
    answers, says = STRANGERS[case]
    failed(source, says, "round", command, "r01", "--url", answering(answers))


@pytest.mark.slow
def test_nobody_answers_or_no_key_is_there(source: Source, free_port: Callable[[], int]) -> None:
    new_round(source, "r01", ["story"], [Annotator("ana")])
    nowhere = f"http://127.0.0.1:{free_port()}"
    for command in COMMANDS:
        failed(source, f"no server answers at {nowhere}", "round", command, "r01", "--url", nowhere)
        failed(source, "communique round serve r01", "round", command, "r01")
        failed(source, "this is no web address", "round", command, "r01", "--url", "labels.example.org")
        failed(source, "No API key was given", "round", command, "r01", "--url", nowhere, key=None)
        failed(source, "There is no round 'r77'", "round", command, "r77", "--url", nowhere)
    failed(source, "the API key is empty or has", "round", "push", "r01", "--url", nowhere, key="two words")


EXPORTS = {
    "not there": (None, "There is no such file."),
    "no json": ("{", "This is not JSON"),
    "another form": ('[{"text": "x"}]', "not an export in Label Studio's format JSON"),
    "several accounts": (
        json.dumps(
            [{"data": {"article_id": "story"}, "annotations": [{"completed_by": 1}, {"completed_by": 2}]}]
        ),
        "by several accounts",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", EXPORTS)
def test_a_file_that_is_no_export(source: Source, tmp_path: Path, case: str) -> None:
    new_round(source, "r01", ["story"], [Annotator("ana"), Annotator("ben")])
    content, says = EXPORTS[case]
    path = tmp_path / "export.json"
    if content is not None:
        path.write_text(content)
    failed(source, says, "round", "pull", "r01", "--file", path, "--annotator", "ana")
    failed(source, "Whose work is the export?", "round", "pull", "r01", "--file", path)
    failed(source, "Nobody of this name", "round", "pull", "r01", "--file", path, "--annotator", "eve")


def export_of(source: Source, version: int) -> list[dict[str, Any]]:
    """An export of the first annotator's work as Label Studio's page gives it."""
    return [
        {
            "id": number,
            "data": source.article(article) | {"article_id": article},
            "annotations": [
                {
                    "id": number,
                    "completed_by": 2,
                    "updated_at": f"2026-01-0{version + 1}",
                    "result": region(version),
                }
            ],
        }
        for number, article in enumerate(sorted(source.articles), 1)
    ]


@pytest.mark.slow
def test_a_full_disk_stops_a_pull_at_a_whole_file(tmp_path: Path) -> None:
    """A limit on the size of files, since a disk that is full fails at the same place: in the midst of writing."""
    source = many(tmp_path / "p", 40)
    many_round(source, "r01", 1)
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export_of(source, 0)))
    arguments = ["round", "pull", "r01", "--file", str(path)]
    assert communique(source, *arguments).returncode == 0
    before = contents(source)
    size = max(len(content) for name, content in before.items() if name.parent.name == "p0")
    assert size < len(before[pull_path(source.project, "r01")])  # so that the limit falls between the two
    path.write_text(json.dumps(export_of(source, 1)))
    for limit in (100, size + 100):
        full = subprocess.run(
            [*COMMAND, *arguments],
            cwd=source.project.root,
            capture_output=True,
            text=True,
            preexec_fn=lambda limit=limit: (
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            ),
        )
        assert full.returncode == 3, full
        assert "The file cannot be written; nothing was written to it." in full.stderr
        assert "free some room on the disk" in full.stderr
        assert "Traceback" not in full.stderr
        assert contents(source) == before
    after = communique(source, *arguments)
    assert after.returncode == 0
    assert "40 taken" in after.stdout
    found = annotation_path(source.project, "r01", "p0", "n000").read_text(encoding="utf-8")
    assert json.loads(found)["mentions"][0]["start"] == 1


# ---- against the real server


@pytest.mark.slow
def test_a_wrong_key_for_the_real_server(source: Source, ls: client.LabelStudio) -> None:
    new_round(source, "r01", ["story"], [Annotator("ana")])
    for command in COMMANDS:
        failed(source, "does not accept the API key", "round", command, "r01", "--url", ls.url)


def says_so(run: subprocess.CompletedProcess[str], *words: str) -> None:
    for word in words:
        assert word in " ".join(run.stdout.split()), run


@pytest.mark.slow
def test_what_status_warns_of_and_pull_refuses(
    source: Source, ls: client.LabelStudio, ls_server: server.Server
) -> None:
    """Each fault alone, on the real server, by the commands; then mended, and all is well."""
    plan = new_round(source, "odd", ["all"], [Annotator("ann"), Annotator("bob")])
    key = ls_server.token().reveal()
    at = ("--url", ls.url)
    accounts = dict(zip(("ann", "bob", "eve"), ensure_accounts(ls, ["ann", "bob", "eve"]), strict=True))
    pushed = {one.annotator: one for one in push_round(source, plan, {"ann": ls, "bob": ls})}
    project = pushed["ann"].project_id
    task = {one["data"]["article_id"]: one for one in ls.tasks(project)}

    def call(who: str, method: str, path: str, **body: Any) -> Any:
        token = accounts[who].token
        assert token is not None
        with client.connect(ls.url, token) as own:
            answer = own.transport.request(method, path, json=body)
            return answer.json() if answer.content else None

    def status(code: int) -> subprocess.CompletedProcess[str]:
        run = communique(source, "round", "status", "odd", *at, key=key)
        assert run.returncode == code, run
        check_secret(source, key, run)
        return run

    def pull(code: int) -> subprocess.CompletedProcess[str]:
        run = communique(source, "round", "pull", "odd", *at, key=key)
        assert run.returncode == code, run
        check_secret(source, key, run)
        return run

    status(0)
    here = f"/api/tasks/{task['story']['id']}/annotations"
    number = call("ann", "POST", here, result=region(0), lead_time=1.0)["id"]
    status(0)
    pull(0)

    # Edited by somebody else: taken, and said.
    call("bob", "PATCH", f"/api/annotations/{number}", result=region(1))
    says_so(status(2), f"ann: story: annotation {number} of ann@localhost was edited by bob@localhost")
    says_so(pull(0), "was edited by bob@localhost")
    call("ann", "PATCH", f"/api/annotations/{number}", result=region(2))
    status(0)

    # More annotations than planned, and one by an account that is nobody's in the round.
    second = call("ann", "POST", here, result=region(3))["id"]
    says_so(status(2), "ann: story: 2 annotations where one was planned")
    ls.transport.request("DELETE", f"/api/annotations/{second}")
    status(0)
    foreign = call("eve", "POST", f"/api/tasks/{task['other']['id']}/annotations", result=region(0))["id"]
    says_so(status(2), f"ann: other: annotation {foreign} is by the unknown account eve@localhost")
    says_so(pull(1), "is by the unknown account eve@localhost")
    assert not annotation_path(source.project, "odd", "ann", "other").exists()
    ls.transport.request("DELETE", f"/api/annotations/{foreign}")
    status(0)
    pull(0)

    # A label that the schema does not have, by a form changed under way.
    config = ls.project_config(project)
    ls.update_config(project, config.replace('value="Mention"', 'value="Speaker"'))
    strange = json.loads(json.dumps(region(4)).replace('"Mention"', '"Speaker"'))
    third = call("ann", "POST", f"/api/tasks/{task['other']['id']}/annotations", result=strange)["id"]
    says_so(status(2), "ann: the form was changed on the server")
    says_so(pull(1), "ann, other:", "Speaker")
    assert not annotation_path(source.project, "odd", "ann", "other").exists()
    failed(source, "--update-config", "round", "push", "odd", *at, key=key)
    done = communique(source, "round", "push", "odd", *at, "--update-config", key=key)
    assert done.returncode == 0
    check_secret(source, key, done)
    ls.transport.request("DELETE", f"/api/annotations/{third}")
    status(0)

    # The text on the server is another one: offsets do not fit, so finished work is not taken.
    data = task["story"]["data"]
    path = annotation_path(source.project, "odd", "ann", "story")
    before = path.read_bytes()
    call("ann", "PATCH", f"/api/annotations/{number}", result=region(5))
    ls.transport.request(
        "PATCH", f"/api/tasks/{task['story']['id']}", json={"data": {**data, "text": "Other."}}
    )
    says_so(status(2), "ann: story: the text on the server is not the round's text")
    says_so(pull(1), "ann, story: the text on the server is not the round's text")
    assert path.read_bytes() == before
    ls.transport.request("PATCH", f"/api/tasks/{task['story']['id']}", json={"data": data})
    status(0)
    pull(0)
    assert path.read_bytes() != before

    # A task twice, as the server makes it when it repeats a request: pushed again, the idle one goes.
    body = [{"data": data}]
    answer = ls.transport.request(
        "POST", f"/api/projects/{project}/import", params={"return_task_ids": "true"}, json=body
    )
    (double,) = answer.json()["task_ids"]
    says_so(status(2), f"ann: story: the server holds it 2 times (tasks {task['story']['id']}, {double})")
    says_so(pull(1), "the server holds it 2 times")
    mended = communique(source, "round", "push", "odd", *at, key=key)
    assert "1 doubles removed" in mended.stdout, mended
    status(0)
    pull(0)

    # A second project of the same title, as a push leaves it that was killed while it made the first.
    made_twice = ls.transport.request("POST", "/api/projects", json={"title": "odd / ann"}).json()["id"]
    says_so(status(2), f"project {made_twice} on the server is empty and has the same title")
    ls.delete_project(made_twice)
    status(0)


@pytest.mark.slow
def test_work_that_did_not_start_from_the_prefill_is_said(
    tmp_path: Path, ls: client.LabelStudio, ls_server: server.Server
) -> None:
    """Label Studio's page may show a task without its prediction; then the work starts from nothing."""
    source = many(tmp_path / "p", 2)
    plan = many_round(source, "prefilled", 1)
    (pushed,) = push_round(source, plan, {"p0": ls})
    (account,) = ensure_accounts(ls, ["p0"], passwords={"p0": "pre-filled-pre"})
    assert account.token is not None
    key = ls_server.token().reveal()
    without = ""
    with client.connect(ls.url, account.token) as own:
        for task in ls.export_tasks(pushed.project_id):
            body: dict[str, Any] = {"result": region(0)}
            if without:
                body["parent_prediction"] = task["predictions"][0]
            own.transport.request("POST", f"/api/tasks/{task['id']}/annotations", json=body)
            without = without or task["data"]["article_id"]
    status = communique(source, "round", "status", "prefilled", "--url", ls.url, key=key)
    assert status.returncode == 2
    assert status.stdout.count("does not start from the prefill") == 1, status
    says_so(status, f"p0: {without}: annotation")
    pull = communique(source, "round", "pull", "prefilled", "--url", ls.url, key=key)
    assert pull.returncode == 0
    says_so(pull, "p0: 2 taken", f"p0, {without}: annotation", "does not start from the prefill")


@pytest.mark.slow
def test_an_export_made_by_hand_in_the_page(
    source: Source, tmp_path: Path, ls: client.LabelStudio, ls_server: server.Server, chromium: Any
) -> None:
    import browser

    plan = new_round(source, "hand", ["all"], [Annotator("ida"), Annotator("joe")])
    accounts = ensure_accounts(ls, ["ida", "joe"])
    pushed = push_round(source, plan, {"ida": ls, "joe": ls})[0]
    account = accounts[0]
    assert account.token is not None
    assert account.password is not None
    with client.connect(ls.url, account.token) as own:
        for version, task in enumerate(ls.tasks(pushed.project_id)):
            body = {"result": region(version)}
            own.transport.request("POST", f"/api/tasks/{task['id']}/annotations", json=body)
    path = tmp_path / "export.json"
    with browser.opened(chromium, width=1400, height=900) as tab:
        annotator = browser.LabelStudioTab(tab, ls.url)
        annotator.log_in(account.email, account.password.reveal())
        tab.page.goto(f"{ls.url}/projects/{pushed.project_id}/data/export")
        with tab.page.expect_download(timeout=60_000) as caught:
            tab.page.locator("button:has-text('Export')").last.click()
        caught.value.save_as(path)
    assert path.read_text().startswith("[")
    done = communique(source, "round", "pull", "hand", "--file", path, "--annotator", "ida")
    assert done.returncode == 0, done
    assert "ida: 2 taken" in done.stdout
    by_hand = {name: content for name, content in contents(source).items() if name.parent.name == "ida"}
    assert len(by_hand) == 2
    # The same as pulled from the server, so that either way may be mixed with the other.
    again = communique(source, "round", "pull", "hand", "--url", ls.url, key=ls_server.token().reveal())
    assert again.returncode == 0, again
    assert {
        name: content for name, content in contents(source).items() if name.parent.name == "ida"
    } == by_hand
