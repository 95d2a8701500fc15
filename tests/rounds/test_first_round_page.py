"""The page "Your first round", done to the letter: its commands, in its order, end in two annotation files."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from communique.annotation.files import load_annotation
from communique.project import Project
from communique.rounds import client
from communique.rounds.accounts import user_token
from communique.schema import load_schema

sys.path.insert(0, str(Path(__file__).parent))
import made
from commanded import COMMAND
from test_pull_kill import region

PAGE = made.ROOT / "annotations" / "your_first_round.md"
ARTICLE = """20240506
https://www.norlandpost.example/world/2024/may/06/norland-to-leave-the-island
Foreign minister Ana Costa said on Monday that Norland would withdraw its troops from the island.
The opposition has not yet answered. Talks between the two governments are due to start next week.
"""


def commands() -> list[list[str]]:
    """The lines of the page's code blocks that are commands to type."""
    blocks = re.findall(r"^```\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.split() for line in lines if line.startswith(("communique ", "cd "))]


def test_the_page_shows_the_commands_that_this_test_does() -> None:
    assert [words[1:3] if words[1] == "round" else words[:2] for words in commands()] == [
        ["communique", "init"],
        ["cd", "my-corpus"],
        ["communique", "ingest"],
        *(["round", verb] for verb in ("new", "serve", "status", "pull")),
    ]


def test_pictures_and_files_that_the_page_names_are_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"\((pictures/[^)]+)\)|`(guidelines/[^`]+)`", text):
        assert (PAGE.parent / (name[0] or name[1])).is_file(), name


@pytest.mark.slow
def test_a_newcomer_ends_in_two_annotation_files(tmp_path: Path, ls_template: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "first.txt").write_text(ARTICLE, encoding="utf-8")
    cwd, serving = tmp_path, None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LABEL_STUDIO")}
    try:
        for words in commands():
            if words[0] == "cd":
                cwd = cwd / words[1]
                continue
            if words[1:3] == ["round", "serve"]:
                # The database that takes forty seconds to make is copied.
                (cwd / ".label-studio").mkdir(mode=0o700)
                for path in ls_template.glob("template-*.sqlite3"):
                    (cwd / ".label-studio" / path.name).write_bytes(path.read_bytes())
                serving = subprocess.Popen(
                    [*COMMAND, *words[1:]], cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True
                )
                assert serving.stdout is not None
                shown = ""
                for line in serving.stdout:
                    shown += line
                    if line.startswith("Serving."):
                        break
                _annotate(shown)
                continue
            done = subprocess.run(
                [*COMMAND, *words[1:]], cwd=cwd, env=environment, capture_output=True, text=True
            )
            assert (done.returncode, done.stderr) == (0, ""), (words, done)
    finally:
        if serving is not None:
            serving.send_signal(signal.SIGINT)
            assert serving.wait(300) == 0
            assert serving.stdout is not None
            serving.stdout.close()
    project = Project(cwd)
    schema = load_schema(project.schema)
    files = sorted((project.rounds / "r01").glob("*/*.json"))
    assert [path.parent.name for path in files] == ["ana", "ben"]
    assert files[0].name == files[1].name
    for path in files:
        found = load_annotation(path, schema)
        assert len(found["mentions"]) == 1
        assert found.provenance["annotators"] == [path.parent.name]
    report = json.loads((project.rounds / "r01" / "pull.json").read_text(encoding="utf-8"))
    assert [entry["state"] for own in report["annotators"].values() for entry in own.values()] == [
        "taken"
    ] * 2


def _annotate(shown: str) -> None:
    """Log in with what `serve` printed, a line a person, and hand in one mention each."""
    lines = re.findall(r"^(http://\S+)  (\S+)  (\S+)  password (\S+)$", shown, re.M)
    assert [who for _, who, _, _ in lines] == ["lead", "ana", "ben"], shown
    assert "ana: 1 sent, 0 there already" in shown
    for url, who, email, password in lines[1:]:
        with client.connect(
            url, user_token(url.replace(f"{who}.localhost", "127.0.0.1"), email, password)
        ) as own:
            project = own.find_project(f"r01 / {who}")
            assert project is not None
            (task,) = own.tasks(project.id)
            own.transport.request(
                "POST", f"/api/tasks/{task['id']}/annotations", json={"result": region(3), "lead_time": 9}
            )
