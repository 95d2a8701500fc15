"""Push, pull and conversion: `python tests/benchmarks/rounds.py [tasks] [regions] [turns]`, 1000, 40 and 3 by default.

Articles of about 5 kB, each with a prefilled annotation, on a server of its own. Every turn runs the bare SDK and
ours in turn, each in a process of its own: the seconds of our push (articles read and checked, annotations converted,
every region checked, tasks sent and counted) over those of the SDK sending the same payload in one go; the same for
the pull (exported, checked, converted, files written) over the SDK's export as JSON; peak memory of either process;
and regions per second of conversion alone, in seconds of the processor; all as medians of the turns.

Seen on 2026-11-25 on two cores: 1000 tasks (32 MB, 1 turn, nothing else running) push 0.81, pull 0.86 of the SDK's
time, 97 and 96 MB where the SDK's process takes 638 and 513 MB; conversion 20,000 regions/s to tasks and 56,000 back.
5000 tasks (159 MB, 1 turn, on 2026-11-30, next to nothing else running) push 0.69 (59 s against 86), pull 0.80 (52 s
against 65); 228 MB in a push and 147 MB in a pull, where the SDK's process takes 2411 and 1798 MB.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from communique.annotation.files import load_annotation, save_annotation
from communique.annotation.model import Annotation
from communique.annotation.source import Source, open_source
from communique.project import Project
from communique.rounds import client, server
from communique.rounds.convert_from import read_annotation
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.labeling import form_xml
from communique.rounds.pull import pull_round
from communique.rounds.push import project_title, push_round
from communique.rounds.regions import read_result
from communique.rounds.round import Annotator, Round, load_round, round_folder, save_round
from communique.rounds.tasks import make_task, names_in_task
from communique.schema import Schema

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rounds"))
import made

ROOT = Path(__file__).resolve().parents[2]
ROUND, PERSON = "bench", "ann"


def annotated(number: int, regions: int, schema: Schema) -> tuple[Annotation, str]:
    """An article of 5 kB with as many regions as asked for: half mentions, and statements of four regions."""
    rng = random.Random(number)
    article = f"bench-{number}"
    text = " ".join(
        rng.choice(("the", "minister", "said", "army", "caf\u00e9", "\U0001f600", "river"))
        for _ in range(1000)
    )[:5000]
    mentions, statements = [], []
    step = len(text) // regions - 1

    def span(at: int) -> dict[str, Any]:
        start = at * step
        return {"start": start, "end": start + 7, "text": text[start : start + 7]}

    for n in range(regions // 2):
        actor = rng.choice(("MIN", "ARMY"))
        mentions.append(
            {"mention_id": f"{article}.m{n}", "actor_id": actor, "mention_type": "NOM", **span(n)}
        )
    for n in range(regions // 2, regions - 1, 2):
        fixed = {
            "layer": "core",
            "statement_kind": "assertion",
            "source_form": "named",
            "cue_class": "neutral",
        }
        spans = {"source_spans": [], "cue_spans": [span(n)], "content_spans": [span(n + 1)]}
        said = {
            "statement_id": f"{article}.S{n}",
            "source_actor_ids": ["MIN"],
            "mode": "indirect",
            "speech_act": "assertive",
        }
        statements.append({**fixed, **spans, **said})
    return made.annotation(article, text, {"mentions": mentions, "statements": statements}, schema), text


def conversion(source: Source, regions: int) -> dict[str, Any]:
    """Regions per second to tasks and back, each with all its checks; makes the payload of the SDK's push."""
    form = make_form(source.schema)
    pairs = [(source.article(one), load_annotation(path, source.schema)) for one, path in source.gold.items()]
    began = time.process_time()
    payload = [make_task(article, form, source.actors, one) for article, one in pairs]
    there = time.process_time() - began
    began = time.process_time()
    for (article, one), task in zip(pairs, payload, strict=True):
        text = article["text"]
        result, problems = read_result(task["predictions"][0]["result"], len(text), form)
        found, more = read_annotation(
            result, text, form, article_id=one.article_id, text_sha256=one.text_sha256,
            provenance=one.provenance, actor_names=names_in_task(task["data"]),
        )  # fmt: skip
        assert not problems
        assert not more
        assert len(found["mentions"]) == regions // 2
    back = time.process_time() - began
    count = len(pairs) * regions
    (source.project.root / "payload.json").write_text(json.dumps(payload), encoding="utf-8")
    return {"to": count / there, "back": count / back}


def part(what: str, folder: Path, url: str, key: str, regions: int) -> dict[str, Any]:
    """One measurement, in a process of its own: seconds, and what else it counts."""
    if what.startswith("sdk"):
        return {"seconds": of_sdk(what, folder, url, key)}
    source = open_source(Project(folder / "project"))
    if what == "conversion":
        return conversion(source, regions)
    plan = load_round(source.project, ROUND)
    with client.connect(url, key) as ls:
        if what == "push":
            began = time.perf_counter()
            (pushed,) = push_round(source, plan, {PERSON: ls})
            seconds = time.perf_counter() - began
            assert pushed.sent == len(source.articles)
            return {"seconds": seconds, "project": pushed.project_id}
        shutil.rmtree(round_folder(source.project, ROUND) / PERSON, ignore_errors=True)
        (round_folder(source.project, ROUND) / "pull.json").unlink(missing_ok=True)
        began = time.perf_counter()
        report = pull_round(source, plan, {PERSON: ls})
        seconds = time.perf_counter() - began
    states = [one["state"] for one in report["annotators"][PERSON].values()]
    assert states == ["taken"] * len(source.articles), states[:3]
    return {"seconds": seconds}


def of_sdk(what: str, folder: Path, url: str, key: str) -> float:
    from label_studio_sdk import LabelStudio

    sdk = LabelStudio(base_url=url, api_key=key, timeout=1800)
    if what == "sdk push":
        payload = json.loads((folder / "project" / "payload.json").read_text(encoding="utf-8"))
        config = form_xml(make_form(made.schema()))
        began = time.perf_counter()
        project = sdk.projects.create(title="sdk", label_config=config)
        sdk.projects.import_tasks(id=project.id, request=payload)
        seconds = time.perf_counter() - began
        sdk.projects.delete(project.id)
        return seconds
    (project,) = [one for one in sdk.projects.list() if one.title == f"{ROUND} / {PERSON}"]
    began = time.perf_counter()
    found = sdk.projects.exports.as_json(project.id, timeout=1800)
    seconds = time.perf_counter() - began
    assert all(one["annotations"] for one in found)
    return seconds


def work_done(ls: client.LabelStudio, plan: Round, folder: Path) -> None:
    """The project as it is when the annotator has confirmed every prefilled task."""
    found = ls.find_project(project_title(plan, PERSON))
    assert found is not None
    ls.delete_project(found.id)
    config = form_xml(make_form(made.schema()))
    project = ls.get_or_create_project(project_title(plan, PERSON), config)
    payload = json.loads((folder / "project" / "payload.json").read_text(encoding="utf-8"))
    for low in range(0, len(payload), 250):
        tasks = payload[low : low + 250]
        for task in tasks:
            task["annotations"] = [{"result": task["predictions"][0]["result"], "ground_truth": False}]
        ls.transport.request("POST", f"/api/projects/{project.id}/import", json=tasks, timeout=1800)


def peak_memory() -> float:
    """Of this process, in MB. Not `ru_maxrss`, which a process has from the one that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024


def main(tasks: int, regions: int, turns: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schema = made.schema()
        pairs = [annotated(n, regions, schema) for n in range(tasks)]
        source = made.project(folder / "project", {one.article_id: text for one, text in pairs})
        for one, _ in pairs:
            save_annotation(one, source.project.gold / f"{one.article_id}.json", schema)
        source = open_source(source.project)
        plan = new_round(source, ROUND, ["all"], [Annotator(PERSON)], prefill="gold")
        save_round(source.project, plan)
        with (
            server.start(folder / "server", templates=ROOT / ".label-studio") as running,
            client.connect(running.url, running.token()) as ls,
        ):
            measure(ls, plan, folder, running, tasks, regions, turns)


def measure(
    ls: client.LabelStudio,
    plan: Round,
    folder: Path,
    running: server.Server,
    tasks: int,
    regions: int,
    turns: int,
) -> None:
    def alone(what: str) -> dict[str, Any]:
        job = [sys.executable, __file__, "part", what, str(folder), running.url, str(regions)]
        done = subprocess.run(
            job, input=running.token().reveal(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    speeds = [alone("conversion") for _ in range(turns)]
    size = (folder / "project" / "payload.json").stat().st_size / 1e6
    print(f"{tasks} tasks of {regions} regions, {size:.1f} MB")
    to, back = (statistics.median(one[way] for one in speeds) for way in ("to", "back"))
    print(f"conversion alone: to tasks {to:,.0f} regions/s, back {back:,.0f} regions/s", flush=True)

    def forget(made: dict[str, Any], last: bool) -> None:
        if not last:
            ls.delete_project(made["project"])

    compare("push", turns, alone, forget)
    work_done(ls, plan, folder)
    compare("pull", turns, alone, lambda made, last: None)


def compare(
    what: str,
    turns: int,
    alone: Callable[[str], dict[str, Any]],
    afterwards: Callable[[dict[str, Any], bool], None],
) -> None:
    """Theirs and ours in turn, so that neither always meets the warmer server."""
    pairs = []
    for turn in range(turns):
        pair = {}
        for name in (f"sdk {what}", what) if turn % 2 else (what, f"sdk {what}"):
            pair[name] = alone(name)
            if name == what:
                afterwards(pair[name], turn == turns - 1)
        pairs.append((pair[what], pair[f"sdk {what}"]))
    ours, theirs = (statistics.median(one["seconds"] for one in side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine["seconds"] / other["seconds"] for mine, other in pairs)
    peak, peak_sdk = (max(one["peak"] for one in side) for side in zip(*pairs, strict=True))
    print(
        f"{what}: {ours:.1f} s, SDK {theirs:.1f} s, ratio {ratio:.2f}; "
        f"peak memory {peak:.0f} MB, SDK {peak_sdk:.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        job, home, address, count = sys.argv[2:]
        told = part(job, Path(home), address, sys.stdin.read(), int(count))
        print(json.dumps({**told, "peak": peak_memory()}))
    else:
        numbers = [int(one) for one in sys.argv[1:]]
        main(*(numbers + [1000, 40, 3][len(numbers) :]))
