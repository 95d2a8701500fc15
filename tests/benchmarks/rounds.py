"""Push, pull and conversion: `python tests/benchmarks/rounds.py [tasks] [regions]`, 1000 tasks and 40 regions by default.

Articles of about 5 kB, each with a prefilled annotation. Prints the seconds of our push (articles read and
checked, annotations converted, every region checked, tasks sent and counted) over those of the bare SDK
sending the same payload in one go; the same for the pull (exported, checked, converted, files written) over
the SDK's export; peak memory; and regions per second of conversion alone. Starts a server of its own.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from communique.annotation.files import save_annotation
from communique.annotation.model import Annotation
from communique.annotation.source import open_source
from communique.rounds import client, server
from communique.rounds.convert_from import read_annotation
from communique.rounds.design import new_round
from communique.rounds.formbuild import make_form
from communique.rounds.labeling import form_xml
from communique.rounds.pull import pull_round
from communique.rounds.push import push_round
from communique.rounds.regions import read_result
from communique.rounds.round import Annotator
from communique.rounds.tasks import make_task, names_in_task
from communique.schema import Schema

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rounds"))
import made

ROOT = Path(__file__).resolve().parents[2]


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


def main(tasks: int, regions: int) -> None:
    from label_studio_sdk import LabelStudio as Sdk

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        schema = made.schema()
        pairs = [annotated(n, regions, schema) for n in range(tasks)]
        source = made.project(folder / "project", {one.article_id: text for one, text in pairs})
        for one, _ in pairs:
            save_annotation(one, source.project.gold / f"{one.article_id}.json", schema)
        source = open_source(source.project)
        form = make_form(schema)

        began = time.perf_counter()
        payload = [make_task(source.article(one.article_id), form, source.actors, one) for one, _ in pairs]
        there = time.perf_counter() - began
        results = [one["predictions"][0]["result"] for one in payload]
        began = time.perf_counter()
        for one, task in zip(pairs, payload, strict=True):
            result, problems = read_result(task["predictions"][0]["result"], len(one[1]), form)
            found, more = read_annotation(
                result, one[1], form, article_id=one[0].article_id, text_sha256=one[0].text_sha256,
                provenance=one[0].provenance, actor_names=names_in_task(task["data"]),
            )  # fmt: skip
            assert not problems
            assert not more
            assert len(found["mentions"]) == regions // 2
        back = time.perf_counter() - began
        size = len(json.dumps(payload)) / 1e6
        print(
            f"{tasks} tasks, {regions} regions each, {size:.1f} MB, {sum(map(len, results)) / tasks:.0f} results a task"
        )
        print(
            f"conversion: to tasks {tasks * regions / there:,.0f} regions/s, back {tasks * regions / back:,.0f} regions/s"
        )

        plan = new_round(source, "bench", ["all"], [Annotator("ann")], prefill="gold")
        with server.start(folder / "server", templates=ROOT / ".label-studio") as running:
            sdk = Sdk(base_url=running.url, api_key=running.token().reveal(), timeout=1800)
            with client.connect(running.url, running.token()) as ls:
                for turn in range(2):  # alternating, so that neither always meets the warmer server
                    project = sdk.projects.create(title=f"sdk {turn}", label_config=form_xml(form))
                    began = time.perf_counter()
                    sdk.projects.import_tasks(id=project.id, request=payload)
                    theirs = time.perf_counter() - began
                    began = time.perf_counter()
                    exported = sdk.projects.exports.as_json(project.id)
                    their_pull = time.perf_counter() - began
                    assert len(exported) == tasks
                    began = time.perf_counter()
                    (pushed,) = push_round(source, plan, {"ann": ls})
                    ours = time.perf_counter() - began
                    assert pushed.sent == tasks
                    if turn == 0:
                        ls.delete_project(pushed.project_id)
                    print(f"push {ours:.1f} s, SDK {theirs:.1f} s, ratio {ours / theirs:.2f}")
                for task in ls.tasks(pushed.project_id):
                    result = results[int(task["data"]["article_id"].rpartition("-")[2])]
                    ls.transport.request(
                        "POST", f"/api/tasks/{task['id']}/annotations/", json={"result": result}
                    )
                began = time.perf_counter()
                exported = sdk.projects.exports.as_json(pushed.project_id)
                their_pull = time.perf_counter() - began
                began = time.perf_counter()
                report = pull_round(source, plan, {"ann": ls})
                ours = time.perf_counter() - began
                states = [one["state"] for one in report["annotators"]["ann"].values()]
                assert states == ["taken"] * tasks, states[:3]
                print(f"pull {ours:.1f} s, SDK {their_pull:.1f} s, ratio {ours / their_pull:.2f}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*[*given, *[1000, 40][len(given) :]])
