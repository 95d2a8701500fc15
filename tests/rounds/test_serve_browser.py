"""`communique round serve` as annotators at one machine meet it: several logins in one browser."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from communique.annotation.source import Source
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.round import Annotator
from communique.rounds.serve import local_page, servers_folder
from communique.rounds.transport import Transport

sys.path.insert(0, str(Path(__file__).parent))
import made
from commanded import begin, communique, finish

TEXT = "The minister \U0001f600 said that \u0645\u0631\u062d\u0628\u0627 the army attacked."


def test_every_login_has_a_host_name_that_label_studio_takes() -> None:
    taken: set[str] = set()
    url = "http://127.0.0.1:8090"
    pages = [local_page(url, name, taken) for name in ("Ann_1", "ann-1", "b_", "b", "b-2", "9")]
    assert len(set(pages)) == 6
    for page in pages:
        host = page.removeprefix("http://").removesuffix(":8090")
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?\.localhost", host), page
        # The same address given to --url is understood, whatever the C library resolves.
        assert Transport(page, "key").url == url
    assert local_page("http://10.0.0.5:8090", "ann", taken) == "http://10.0.0.5:8090"


@pytest.fixture
def source(tmp_path: Path, ls_template: Path) -> Source:
    source = made.project(tmp_path / "p", {"story": TEXT})
    folder = servers_folder(source.project)
    folder.mkdir(mode=0o700)
    for path in ls_template.glob("template-*.sqlite3"):
        (folder / path.name).write_bytes(path.read_bytes())
    return source


@pytest.fixture
def served(source: Source, free_port: Callable[[], int]) -> Iterator[dict[str, tuple[str, str, str]]]:
    """What the command prints: page, e-mail address and password by name, while it serves."""
    new_round(source, "own", ["story"], [Annotator("Ann_1"), Annotator("ben")])
    process = begin(source, "round", "serve", "own", "--isolated", "--push", "--port", str(free_port()))
    assert process.stdout is not None
    shown = {}
    for line in process.stdout:
        found = re.match(r"(http://\S+)  (\S+)  (\S+)  password (\S+)", line)
        if found and found[2] != "lead":
            shown[found[2]] = (found[1], found[3], found[4])
        elif found:
            shown[f"lead of {found[1]}"] = (found[1], found[3], found[4])
        if line.startswith("Serving."):
            break
    yield shown
    process.send_signal(signal.SIGINT)
    ended = finish(process)
    assert (ended.returncode, ended.stderr) == (0, "")


def asked(annotator: Any, path: str) -> Any:
    """What the server answers this login, asked by the page itself."""
    return annotator.page.evaluate("path => fetch(path).then(answer => answer.json())", path)


@pytest.mark.slow
def test_two_annotators_in_one_browser_do_not_log_each_other_out(
    source: Source, served: dict[str, tuple[str, str, str]], chromium: Any
) -> None:
    import browser
    from visible import VisibleForm, open_from_list

    assert len(served) == 4
    assert len({page for page, _, _ in served.values()}) == 4
    with browser.opened(chromium, width=1400, height=900) as tab:
        tabs = {}
        for name, (page, email, password) in served.items():
            own = browser.Tab(tab.page.context.new_page())
            own.page.on("pageerror", lambda error: tab.errors.append(str(error)[:300]))
            tabs[name] = browser.LabelStudioTab(own, page)
            tabs[name].log_in(email, password)
        for name, annotator in tabs.items():
            who = asked(annotator, "/api/current-user/whoami")
            assert who["email"] == served[name][1]
        for name in ("Ann_1", "ben"):
            annotator = tabs[name]
            (project,) = asked(annotator, "/api/projects")["results"]
            assert project["title"] == f"own / {name}"
            annotator.page.bring_to_front()  # what lies behind is slowed down
            open_from_list(annotator, project["id"])
            annotator.mark("The minister", hotkey="1")
            seen = VisibleForm(annotator, make_form(source.schema))
            seen.select("The minister")
            seen.choose("mentions_mention_type", "NOM")
            assert annotator.submit()["completed_by"] is not None
        assert tab.errors == []
        assert tab.blocked == []
    pulled = communique(source, "round", "pull", "own")
    assert "Ann_1: 1 taken" in pulled.stdout, pulled
    assert "ben: 1 taken" in pulled.stdout, pulled

    # What the names are for: by one host name and two ports, the second login ends the first.
    with browser.opened(chromium) as tab:
        plain = []
        for name in ("Ann_1", "ben"):
            page, email, password = served[name]
            port = page.rpartition(":")[2]
            annotator = browser.LabelStudioTab(
                browser.Tab(tab.page.context.new_page()), f"http://127.0.0.1:{port}"
            )
            annotator.log_in(email, password)
            plain.append(annotator)
        plain[0].page.goto(f"{plain[0].url}/projects")
        assert "/user/login" in plain[0].page.url
