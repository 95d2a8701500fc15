"""The real command in a process of its own, on a project with many small prefilled articles."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import warm

from communique.annotation.files import save_annotation
from communique.annotation.source import Source, open_source
from communique.rounds import client
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.push import project_title
from communique.rounds.round import Annotator, Round
from communique.rounds.tasks import make_task

sys.path.insert(0, str(Path(__file__).parent))
import made
from tapped import some_moment, tapped

CODE = "from communique.commands import main; main()"
COMMAND = [sys.executable, "-c", CODE]
SCHEMA = made.schema()


def small_text(number: int) -> str:
    return (
        f"{number}: \U0001f600 the minister said that \u0645\u0631\u062d\u0628\u0627 the army attacked. " * 3
    )


def many(folder: Path, articles: int) -> Source:
    """A project of `articles` small articles, each with gold to prefill from."""
    texts = {f"n{number:03}": small_text(number) for number in range(articles)}
    source = made.project(folder, texts)
    for name, text in texts.items():
        rows = [
            {
                "mention_id": f"{name}.m{n}",
                "mention_type": "NOM",
                "actor_id": actor,
                **made.span(text, words, n),
            }
            for n in range(3)
            for actor, words in (("MIN", "the minister"), ("ARMY", "the army"))
        ]
        for n, row in enumerate(rows):
            row["mention_id"] = f"{name}.m{n}"
        save_annotation(
            made.annotation(name, text, {"mentions": rows}, SCHEMA),
            source.project.gold / f"{name}.json",
            SCHEMA,
        )
    return open_source(source.project)


def many_round(source: Source, name: str, people: int, overlap: int | str = "all", seed: int = 0) -> Round:
    who = [Annotator(f"p{number}") for number in range(people)]
    return new_round(source, name, ["all"], who, overlap=overlap, seed=seed, prefill="gold")


def begin(
    source: Source, *arguments: str | Path, key: str | None = None, before: str = ""
) -> subprocess.Popen[str]:
    """`communique ARGUMENTS` inside the project, with the key in the environment and nowhere else.

    before: code that the process runs first.
    """
    kept = {name: value for name, value in os.environ.items() if name != "LABEL_STUDIO_API_KEY"}
    return warm.Popen(
        [sys.executable, "-c", f"{before}\n{CODE}", *map(str, arguments)],
        cwd=source.project.root,
        env=kept | ({} if key is None else {"LABEL_STUDIO_API_KEY": key}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], timeout: float = 600) -> subprocess.CompletedProcess[str]:
    out, err = process.communicate(timeout=timeout)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def communique(
    source: Source, *arguments: str | Path, key: str | None = None, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """`communique ARGUMENTS`, run to its end."""
    return finish(begin(source, *arguments, key=key, before=before))


#: For a push after one whose last request is known to be over, so that there is nothing to wait out.
AT_ONCE = """
from communique.rounds import importer
importer.import_encoded.__kwdefaults__["quiet"] = 0.1
"""


def killed_while_talking(
    source: Source,
    *arguments: str | Path,
    url: str,
    key: str,
    rng: random.Random,
    whole: int,
    before: str = "",
    drained: bool = True,
) -> bool:
    """Kill the command at some moment of its conversation with the server; whether it was still at work.

    whole: bytes of the conversation. drained: return only when the server is done with what it was asked.
    """
    moment = some_moment(rng, whole, lambda: os.kill(process.pid, signal.SIGKILL))
    with tapped(url, moment) as tap:
        process = begin(source, *arguments, "--url", tap.url, key=key, before=before)
        tap.open()
        finish(process)
        if drained:
            tap.drain()
    assert process.returncode == (-signal.SIGKILL if moment.come else 0), process.returncode
    return moment.come


def on_server(ls: client.LabelStudio, plan: Round) -> int:
    """How many tasks of the round are on the server, in whichever projects of its titles."""
    titles = {project_title(plan, one.name) for one in plan.annotators}
    return sum(one["task_number"] or 0 for one in ls.projects() if one["title"] in titles)


def check_pushed(ls: client.LabelStudio, source: Source, plan: Round) -> None:
    """Every assigned article is one task with data and prediction as meant, in one project an annotator."""
    form = make_form(source.schema)
    meant: dict[str, dict[str, Any]] = {}
    for number in source.articles:
        meant[number] = make_task(source.article(number), form, source.actors, source.annotation(number))
    for one in plan.annotators:
        title = project_title(plan, one.name)
        filled = [found for found in ls.projects() if found["title"] == title and found["task_number"]]
        assert len(filled) == 1, (title, filled)
        found = list(ls.export_tasks(int(filled[0]["id"]), predictions=True))
        assert [task["data"]["article_id"] for task in sorted(found, key=lambda task: task["id"])] == list(
            plan.assignments[one.name]
        )
        for task in found:
            wanted = meant[task["data"]["article_id"]]
            assert task["data"] == wanted["data"]
            (prediction,) = task["predictions"]
            assert prediction["result"] == wanted["predictions"][0]["result"]
            assert task["annotations"] == []
