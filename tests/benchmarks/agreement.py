"""Time of a full report: `python tests/benchmarks/agreement.py [articles] [units]`.

Two annotators of made-up articles: as many units as asked for, a third mentions, statements and actions
each; the second annotator leaves some out, moves bounds and changes labels. Prints seconds for alignment and
observation, for figures with 2,000 draws each, and for alpha of one column against the package krippendorff
and gamma of the cue spans against pygamma-agreement where those are installed.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import Any

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.figures import Sampling, figures
from communique.agreement.ratings import Ratings
from communique.agreement.report import agreement_report
from communique.annotation.files import fill
from communique.annotation.model import Annotation
from communique.schema import Schema, load_schema

ROOT = Path(__file__).resolve().parents[2]
PROVENANCE = {
    "round": "bench", "annotators": ["a"], "annotator_kind": "program", "decision": "single",
    "reviewed_by_person": False, "guideline_version": "0.1.0",
}  # fmt: skip


def made(article: str, units: int, schema: Schema, random_: random.Random) -> Annotation:
    """An annotation with `units` mentions, statements and actions altogether."""
    filled = {"article_id": article, "provenance": PROVENANCE}
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("actors", "mentions", "statements", "actions", "events", "event_links")
    }
    kinds = [value.const for value in schema.values("event_type").values]
    states = [value.const for value in schema.values("action_status").values]
    acts = [value.const for value in schema.values("speech_act").values]

    def span(start: int, size: int) -> dict[str, Any]:
        return {"start": start, "end": start + size, "text": "x" * size}

    for number in range(units // 3):
        at = number * 100
        actor = random_.choice(("USA", "RUS", "UKR", "DEU"))
        tables["mentions"].append(
            fill(
                schema.table("mentions"),
                {
                    "mention_id": f"{article}.m{number}",
                    "actor_id": actor,
                    "mention_type": "NAM",
                    **span(at, 6),
                },
                filled,
            )
        )
        tables["statements"].append(
            fill(
                schema.table("statements"),
                {
                    "statement_id": f"{article}.s{number}",
                    "layer": "core",
                    "statement_kind": "assertion",
                    "source_actor_ids": [actor],
                    "source_form": "state",
                    "source_spans": [span(at, 6)],
                    "cue_spans": [span(at + 8, 4)],
                    "cue_class": "neutral",
                    "content_spans": [span(at + 14, 60)],
                    "mode": "indirect",
                    "speech_act": random_.choice(acts),
                },
                filled,
            )
        )
        event = f"{article}.e{number % 20}"
        tables["actions"].append(
            fill(
                schema.table("actions"),
                {
                    "action_id": f"{article}.a{number}",
                    "event_id": event,
                    "trigger_spans": [span(at + 20, 7)],
                    "event_type": random_.choice(kinds),
                    "status": random_.choice(states),
                    "agents": [{"actor_id": actor, "span": None, "implicit": True}],
                },
                filled,
            )
        )
    tables["events"] = [
        fill(
            schema.table("events"),
            {"event_id": f"{article}.e{n}", "gloss": "event", "event_type": "CONSULT"},
            filled,
        )
        for n in range(min(20, units // 3))
    ]
    return Annotation(article, "0" * 64, PROVENANCE, None, tables)  # fmt: skip


def other(annotation: Annotation, random_: random.Random) -> Annotation:
    """What a second annotator made of it."""
    tables = {}
    for name, rows in annotation.tables.items():
        kept = []
        for row in rows:
            if name != "events" and random_.random() < 0.1:
                continue
            row = dict(row)
            if name == "mentions" and random_.random() < 0.2:
                row |= {"start": row["start"] + 2, "text": row["text"][2:]}
            if name == "actions" and random_.random() < 0.2:
                row["status"] = "planned"
            if name == "statements" and random_.random() < 0.2:
                first = row["content_spans"][0]
                row["content_spans"] = [
                    {"start": first["start"], "end": first["end"] - 5, "text": first["text"][:-5]}
                ]
            kept.append(row)
        tables[name] = kept
    return Annotation(annotation.article_id, annotation.text_sha256, PROVENANCE, None, tables)


def against_others(labels: list[tuple[Any, Any]]) -> None:
    """Alpha of one column here and by the package krippendorff."""
    started = time.perf_counter()
    value = krippendorff_alpha(Ratings.from_rows(labels)).value
    ours = time.perf_counter() - started
    print(f"alpha of {len(labels):,} pairs: {ours:.3f} s, {value:.6f}")
    try:
        import krippendorff
        import numpy as np
    except ImportError:
        print("  krippendorff is not installed")
        return
    codes = {
        label: number
        for number, label in enumerate(sorted({str(label) for pair in labels for label in pair}))
    }
    data = np.array([[codes[str(pair[side])] for pair in labels] for side in (0, 1)], dtype=float)
    started = time.perf_counter()
    theirs = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    seconds = time.perf_counter() - started
    print(f"  krippendorff: {seconds:.3f} s, {theirs:.6f}, ratio {ours / seconds:.2f}")


def gamma_of(annotation: Annotation, second: Annotation, units: int = 100) -> None:
    """Gamma of cue spans of one article by pygamma-agreement, against F1 and Dice of the same units here."""
    try:
        from pyannote.core import Segment
        from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
    except ImportError:
        print("pygamma-agreement is not installed")
        return
    continuum = Continuum()
    for name, one in (("a", annotation), ("b", second)):
        for row in one["statements"][:units]:
            continuum.add(
                name, Segment(row["cue_spans"][0]["start"], row["cue_spans"][0]["end"]), row["speech_act"]
            )
    started = time.perf_counter()
    value = continuum.compute_gamma(CombinedCategoricalDissimilarity(), n_samples=30).gamma
    print(f"gamma of {units} cues by pygamma-agreement: {time.perf_counter() - started:.2f} s, {value:.3f}")


def main(articles: int, units: int) -> None:
    schema, random_ = load_schema(ROOT / "annotations" / "schema"), random.Random(1)
    collected = {}
    for number in range(articles):
        first = made(f"art{number:05d}", units // articles // 2, schema, random_)
        collected[first.article_id] = {"a": first, "b": other(first, random_)}
    whole = sum(
        len(one[table])
        for by in collected.values()
        for one in by.values()
        for table in ("mentions", "statements", "actions")
    )
    started = time.perf_counter()
    report = agreement_report(
        collected, schema, sampling=Sampling(1, 0), lengths=dict.fromkeys(collected, 10**4)
    )
    without = time.perf_counter() - started
    started = time.perf_counter()
    made_figures = figures(report.seen, ("a", "b"), Sampling(1))
    withal = time.perf_counter() - started
    print(f"{articles:,} articles, 2 annotators, {whole:,} units, {len(made_figures)} figures")
    print(f"  aligned, observed, figures without intervals: {without:.1f} s")
    print(f"  figures with 2,000 draws each: {withal:.1f} s")
    labels = [pair for one in report.seen for pair in one.layers["action.status"].labels or []]
    against_others(labels)
    one = next(iter(collected.values()))
    gamma_of(one["a"], one["b"])


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]] or [1000, 100_000]
    main(sizes[0], sizes[1] if len(sizes) > 1 else sizes[0] * 100)
