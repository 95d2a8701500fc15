"""The client and the importer against a real server, and against everything that is none."""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communique.rounds import accounts, client, exports, importer, server, transport

KEY = "0123canary4567key89ab0123canary4567key89"
Answer = tuple[int, str, str]


def task(name: str) -> dict[str, Any]:
    value = {"start": 0, "end": len(name), "text": name, "labels": ["Cue"]}
    region = {"id": "r", "from_name": "span", "to_name": "text", "type": "labels", "value": value}
    data = {"article_id": name, "text": f"{name} \U0001f600 said so."}
    return {"data": data, "predictions": [{"result": [region]}]}


@pytest.fixture
def standin() -> Iterator[Callable[[dict[str, Answer | None]], str]]:
    """Start a stand-in server that answers by path ("*" for the rest); None cuts the connection."""
    running: list[ThreadingHTTPServer] = []
    over = threading.Event()

    def begin(answers: dict[str, Answer | None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                answer = answers.get(self.path.partition("?")[0], answers.get("*"))
                if answer is None:
                    self.close_connection = True
                    return
                status, kind, body = answer
                if body == "sleep":
                    over.wait()
                    return
                # A careless server or proxy may repeat what it was sent.
                body = body.replace("ECHO", str(self.headers.get("Authorization")))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                if 300 <= status < 400:
                    self.send_header("Location", "https://elsewhere.example/login")
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_POST = do_GET

            def log_message(self, *_: object) -> None: ...

        running.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=running[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_port}"

    yield begin
    over.set()
    for one in running:
        one.shutdown()
        one.server_close()


JSON = "application/json"
VERSION: Answer = (200, JSON, '{"release": "1.23.2"}')
FAILURES: dict[str, tuple[dict[str, Answer | None], type[transport.LabelStudioError], str]] = {
    "html page": (
        {"*": (200, "text/html", "<html>Welcome</html>")},
        transport.WrongAddress,
        "not Label Studio",
    ),
    "html 404": ({"*": (404, "text/html", "<html>ECHO</html>")}, transport.WrongAddress, "404"),
    "redirect": ({"*": (302, "text/html", "")}, transport.WrongAddress, "elsewhere.example"),
    "other json": ({"*": (200, JSON, '{"app": "other"}')}, transport.WrongAddress, "names no release"),
    "json list": ({"*": (200, JSON, "[]")}, transport.WrongAddress, "names no release"),
    "old": (
        {"/api/version": (200, JSON, '{"release": "1.9.2.post0"}')},
        transport.OldServer,
        "1.20 or later",
    ),
    "wrong key": (
        {"/api/version": VERSION, "*": (401, JSON, '{"detail": "Invalid token. ECHO"}')},
        transport.WrongKey,
        "does not accept the API key",
    ),
    "legacy off": (
        {
            "/api/version": VERSION,
            "*": (401, JSON, '{"detail": "legacy token authentication has been disabled"}'),
        },
        transport.WrongKey,
        "allow legacy tokens",
    ),
    "forbidden": (
        {"/api/version": VERSION, "*": (403, JSON, '{"detail": "ECHO"}')},
        transport.Refused,
        "403",
    ),
    "fault": (
        {"/api/version": VERSION, "*": (500, JSON, '{"detail": "ECHO"}')},
        transport.ServerFault,
        "500",
    ),
    "fault page": ({"/api/version": VERSION, "*": (500, "text/html", "ECHO")}, transport.ServerFault, "500"),
    "disk full": (
        {"/api/version": VERSION, "*": (500, JSON, '{"detail": "database or disk is full"}')},
        transport.ServerDiskFull,
        "free some room",
    ),
    "proxy": ({"/api/version": VERSION, "*": (504, "text/html", "")}, transport.OutcomeUnknown, "504"),
    "cut": ({"/api/version": VERSION, "*": None}, transport.ConnectionLost, "broke off"),
    "slow": (
        {"/api/version": VERSION, "*": (200, JSON, "sleep")},
        transport.OutcomeUnknown,
        "no answer to",
    ),
}


@pytest.mark.parametrize("parts", [1, 3], ids=["token", "personal"])
@pytest.mark.parametrize("name", FAILURES)
def test_each_failure_has_its_own_error_and_none_shows_the_key(
    name: str,
    parts: int,
    standin: Callable[[dict[str, Answer | None]], str],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers, kind, words = FAILURES[name]
    caplog.set_level(logging.DEBUG)
    with pytest.raises(transport.LabelStudioError) as caught:
        connect_with_canary(standin(answers), timeout=0.3 if name == "slow" else 60.0, parts=parts)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert_hidden(caught.value, caplog, capsys)


def connect_with_canary(url: str, timeout: float = 60.0, parts: int = 1) -> client.LabelStudio:
    """With a legacy token, or with a personal access token, which has three parts.

    The key is put together here, so that no frame of a test itself holds it as text.
    """
    return client.connect(url, transport.Secret(".".join([KEY] * parts)), timeout=timeout)


def assert_hidden(error: BaseException, caplog: Any, capsys: Any) -> None:
    """The key is in no traceback, not even one with local variables, no chained error, no log, no output."""
    seen = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    seen += repr(error) + str(error) + repr(error.__context__) + repr(error.__cause__) + caplog.text
    seen += "".join(capsys.readouterr())
    assert error.__context__ is None
    assert KEY not in seen
    assert "Authorization" not in seen


def test_nothing_listens(free_port: Callable[[], int], caplog: Any, capsys: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(transport.NoServer, match="no server answers") as caught:
        connect_with_canary(f"http://127.0.0.1:{free_port()}")
    assert_hidden(caught.value, caplog, capsys)


@pytest.mark.parametrize("url", ["", "localhost:8090", "ftp://x", "http://", "http://:80", "not an address"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(transport.WrongAddress, match="no web address"):
        connect_with_canary(url)


def test_an_address_with_a_password_is_refused_unseen() -> None:
    with pytest.raises(transport.WrongAddress) as caught:
        connect_with_canary("http://me:hunter2@127.0.0.1:1")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "two words", "line\n", "k\u00e9y"])
def test_a_key_that_cannot_be_one_is_not_sent_or_shown(key: str, standin: Any) -> None:
    with pytest.raises(transport.WrongKey) as caught:
        client.connect(standin({"*": VERSION}), key)
    assert not key or key not in str(caught.value)


def test_a_post_is_sent_once_whatever_happens(standin: Any) -> None:
    """The SDK would send a lost or failed request again, which doubles tasks."""
    for answer in (None, (500, JSON, "{}"), (503, JSON, "{}"), (200, JSON, "sleep")):
        counted = Counting({"*": answer})
        timeout = 0.3 if answer and answer[2] == "sleep" else 60.0
        wire = transport.Transport(standin(counted), KEY, timeout=timeout)
        with pytest.raises(transport.LabelStudioError):
            wire.request("POST", "/api/projects/1/import", json=[])
        deadline = time.monotonic() + 60
        while not counted.asked and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        assert counted.asked == 1, answer
        wire.close()


class Counting(dict[str, Any]):
    asked = 0

    def get(self, *args: Any) -> Any:
        if args[0] != "*":
            self.asked += 1
        return super().get(*args)


def test_a_long_reason_is_cut(standin: Any) -> None:
    body = json.dumps({"detail": "x" * 5000})
    with pytest.raises(transport.Refused) as caught:
        connect_with_canary(standin({"/api/version": VERSION, "*": (400, JSON, body)}))
    assert len(str(caught.value)) < 800


def test_array_members_come_one_by_one() -> None:
    assert list(exports.items(b'[{"a": "]"} , \n {"b": [1, {}]}]\n')) == [{"a": "]"}, {"b": [1, {}]}]
    assert list(exports.items(b"[]")) == []


@given(
    st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()))), st.integers(1, 40)
)
def test_array_members_are_whole_wherever_the_window_ends(members: list[dict[str, Any]], window: int) -> None:
    for ascii_only in (True, False):
        content = json.dumps(members, ensure_ascii=ascii_only).encode("utf-8")
        assert list(exports.items(content, window)) == members
        if len(content) > 2:
            with pytest.raises(json.JSONDecodeError):
                list(exports.items(content[:-1], window))


# ---- the real server


@pytest.mark.slow
def test_wrong_key_on_a_real_server(ls_server: server.Server, caplog: Any, capsys: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(transport.WrongKey, match="Invalid token") as caught:
        connect_with_canary(ls_server.url)
    assert_hidden(caught.value, caplog, capsys)
    with pytest.raises(transport.WrongAddress, match="not Label Studio"):
        connect_with_canary(f"{ls_server.url}/projects/1")


@pytest.mark.slow
def test_accounts_are_made_once(ls: client.LabelStudio, ls_server: server.Server) -> None:
    first = accounts.ensure_accounts(ls, ["a1", "B2", "a1"], passwords={"B2": "chosen by hand 1"})
    assert [(one.email, one.created) for one in first] == [("a1@localhost", True), ("b2@localhost", True)]
    assert {user.id: user.email for user in ls.users()}.items() >= {(one.user_id, one.email) for one in first}
    again = accounts.ensure_accounts(ls, ["B2", "a1"])
    assert [(one.user_id, one.created, one.password, one.token) for one in again] == [
        (first[1].user_id, False, None, None),
        (first[0].user_id, False, None, None),
    ]
    assert first[0].token is not None
    assert first[0].password is not None
    with client.connect(ls.url, first[0].token) as theirs:
        assert theirs.user == client.User(first[0].user_id, "a1@localhost")
    known = accounts.ensure_accounts(ls, ["a1"], passwords={"a1": first[0].password})
    assert known[0].token == first[0].token
    assert first[0].password.reveal() not in repr(first) + repr(known)
    with pytest.raises(accounts.AccountRefused, match="8–128 characters"):
        accounts.ensure_accounts(ls, ["c3"], passwords={"c3": "123"})
    with pytest.raises(accounts.AccountRefused, match="valid email"):
        accounts.ensure_accounts(ls, ["c 3"])
    with pytest.raises(accounts.AccountRefused, match="don't match"):
        accounts.user_token(ls.url, "a1@localhost", "wrong")
    wrong = transport.Secret("-".join(["hunter", "22"]))
    with pytest.raises(accounts.AccountRefused) as caught:
        accounts.user_token(ls.url, "a1@localhost", wrong)
    shown_locals = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert "hunter-22" not in "".join(shown_locals)
    log = (ls_server.folder / "server.log").read_text()
    invitation = ls.transport.get("/api/invite")["token"]
    shown = [first[0].password, first[0].token, first[1].token, ls_server.token()]
    assert not [one for one in shown if one and one.reveal() in log]
    # The link that is in the log was renewed since.
    assert "/user/signup/?token=" in log
    assert invitation not in log


@pytest.mark.slow
def test_legacy_tokens_switched_off_and_on(ls: client.LabelStudio, ls_server: server.Server) -> None:
    personal = ls.transport.request("POST", "/api/token/").json()["token"]
    with client.connect(ls.url, personal) as modern:
        settings = modern.transport.get("/api/jwt/settings")
        assert accounts.enable_legacy_tokens(modern) is False
        off = {**settings, "legacy_api_tokens_enabled": False}
        modern.transport.request("POST", "/api/jwt/settings", json=off)
        try:
            with pytest.raises(transport.WrongKey, match="allow legacy tokens"):
                client.connect(ls.url, ls_server.token())
            # An access token that has run out is renewed.
            modern.transport._access = (transport.Secret("Bearer e.y.J"), time.monotonic())
            assert modern.users()
        finally:
            assert accounts.enable_legacy_tokens(modern) is True
    client.connect(ls.url, ls_server.token()).transport.close()


@pytest.mark.slow
def test_projects(ls: client.LabelStudio, simple_config: str) -> None:
    made = ls.get_or_create_project(
        "round r1 a1", simple_config, maximum_annotations=2, show_skip_button=True
    )
    again = ls.get_or_create_project("round r1 a1", "<View/>")
    assert (made.created, again.created, again.id) == (True, False, made.id)
    assert ls.project_config(made.id) == simple_config
    assert ls.project(made.id)["maximum_annotations"] == 2
    changed = simple_config.replace('value="Source"', 'value="Speaker"')
    ls.update_config(made.id, changed)
    assert ls.project_config(made.id) == changed
    with pytest.raises(transport.Refused, match="label_config") as caught:
        ls.get_or_create_project("round r1 broken", "<View><Labels")
    assert caught.value.status == 400
    assert ls.find_project("round r1 broken") is None
    for title in ("ab", "x" * 51):
        with pytest.raises(transport.Refused, match="3 to 50"):
            ls.get_or_create_project(title, simple_config)

    # A namesake without tasks, as a repeated create leaves it, does not hide the one with tasks.
    body = {"title": "round r1 a1", "label_config": simple_config}
    namesake = ls.transport.request("POST", "/api/projects", json=body).json()["id"]
    importer.import_tasks(ls, namesake, [task("x")], fresh=True)
    assert ls.get_or_create_project("round r1 a1", simple_config).id == namesake
    importer.import_tasks(ls, made.id, [task("x")], fresh=True)
    with pytest.raises(client.ProjectAmbiguous, match=f"project {made.id} "):
        ls.find_project("round r1 a1")
    ls.delete_project(namesake)
    assert ls.get_or_create_project("round r1 a1", simple_config).id == made.id


@pytest.mark.slow
def test_export_has_everything(ls: client.LabelStudio, simple_config: str) -> None:
    project = ls.get_or_create_project("export", simple_config).id
    ids = importer.import_tasks(ls, project, [task(f"e{number}") for number in range(4)], fresh=True).ids
    region = task("e0")["predictions"][0]["result"]
    (annotator,) = accounts.ensure_accounts(ls, ["exporter"])
    assert annotator.token is not None
    with client.connect(ls.url, annotator.token) as theirs:
        post = theirs.transport.request
        post("POST", f"/api/tasks/{ids['e0']}/annotations", json={"result": region, "lead_time": 3.5})
        post("POST", f"/api/tasks/{ids['e1']}/drafts", json={"result": region})
        post("POST", f"/api/tasks/{ids['e2']}/annotations", json={"result": region, "was_cancelled": True})
    for predictions in (False, True):
        found = {one["data"]["article_id"]: one for one in ls.export_tasks(project, predictions=predictions)}
        assert set(found) == set(ids)
        (done,) = found["e0"]["annotations"]
        assert done["completed_by"]["email"] == "exporter@localhost"
        assert (done["completed_by"]["id"], done["lead_time"]) == (annotator.user_id, 3.5)
        assert done["result"][0]["value"] == region[0]["value"]
        assert found["e1"]["drafts"][0]["result"][0]["value"] == region[0]["value"]
        assert found["e2"]["annotations"][0]["was_cancelled"] is True
        assert found["e3"]["annotations"] == []
        (prediction,) = found["e3"]["predictions"]
        assert isinstance(prediction, dict) is predictions
    assert ls.transport.get(f"/api/projects/{project}/exports/") == []


# ---- the interface in a real browser


@pytest.mark.slow
def test_an_annotator_works_in_the_browser_and_nothing_leaves_the_machine(
    ls: client.LabelStudio, simple_config: str, chromium: Any
) -> None:
    import browser

    project = ls.get_or_create_project("browser", simple_config).id
    text = "\U0001f600 Smith said that \u0645\u0631\u062d\u0628\u0627 was heard."
    job = {"data": {"article_id": "b1", "text": text}, "predictions": []}
    number = importer.import_tasks(ls, project, [job], fresh=True).ids["b1"]
    (account,) = accounts.ensure_accounts(ls, ["browsing"])
    assert account.password is not None
    with browser.opened(chromium) as tab:
        annotator = browser.LabelStudioTab(tab, ls.url)
        annotator.log_in(account.email, account.password.reveal())
        annotator.open_task(project, number)
        annotator.mark("said", hotkey="1")
        annotator.mark("Smith", hotkey="2")
        assert len(annotator.regions()) == 2
        annotator.submit()
        assert tab.blocked == []
        assert tab.errors == []
    (task_there,) = ls.export_tasks(project)
    (done,) = task_there["annotations"]
    assert done["completed_by"]["email"] == account.email
    spans = {
        (one["value"]["labels"][0], text[one["value"]["start"] : one["value"]["end"]])
        for one in done["result"]
    }
    assert spans == {("Cue", "said"), ("Source", "Smith")}
