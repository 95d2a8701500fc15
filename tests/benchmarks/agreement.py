"""Time of a full report: `python tests/benchmarks/agreement.py [articles] [units]`.

Two annotators of made-up articles: as many units as asked for, a third mentions, statements and actions
each; the second annotator leaves some out, moves bounds and changes labels. Prints processor seconds for
alignment and observation, for figures with 2,000 draws each, for the page, and ratios on the same units: alpha
of one column to the package krippendorff, gamma and alpha_U of cue spans to pygamma-agreement.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from communique.agreement.alpha import krippendorff_alpha
from communique.agreement.alpha_u import alpha_u
from communique.agreement.continuum import Continuum
from communique.agreement.figures import Sampling, figures
from communique.agreement.gamma import _silent as silent
from communique.agreement.gamma import gamma
from communique.agreement.groups import group_article
from communique.agreement.html import page
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


def seconds_of(run: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """(median of the processor seconds, the last result); the first run, which compiles and imports, apart."""
    found = run()
    spent = []
    for _ in range(times):
        started = time.process_time()
        found = run()
        spent.append(time.process_time() - started)
    return statistics.median(spent), found


def against_krippendorff(labels: list[tuple[Any, Any]]) -> None:
    """Alpha of one column here and by the package krippendorff, both from pairs of labels."""
    ours, mine = seconds_of(lambda: krippendorff_alpha(Ratings.from_rows(labels)).value)
    print(f"alpha_nominal of {len(labels):,} pairs of labels: {ours:.3f} s, {mine:.12f}")
    try:
        import krippendorff
        import numpy as np
    except ImportError:
        print("  krippendorff is not installed")
        return

    def theirs() -> float:
        names = [[str(pair[side]) for pair in labels] for side in (0, 1)]
        codes = np.unique(names, return_inverse=True)[1].reshape(2, -1)
        return float(krippendorff.alpha(reliability_data=codes.astype(float), level_of_measurement="nominal"))

    seconds, value = seconds_of(theirs)
    print(f"  krippendorff: {seconds:.3f} s, {value:.12f}; here {ours / seconds:.2f} of its time")


def against_pygamma(first: Annotation, second: Annotation, units: int = 100) -> None:
    """Gamma of the cues of one article by pygamma-agreement itself and through `agreement.gamma`, which also
    gives gamma-cat and gamma-k; and alpha_U of the same units."""
    marked = [
        (name, row["cue_spans"][0]["start"], row["cue_spans"][0]["end"], row["speech_act"])
        for name, one in (("a", first), ("b", second))
        for row in one["statements"][:units]
    ]
    length = max(one[2] for one in marked)
    ours, alpha = seconds_of(lambda: alpha_u(Continuum.of(marked, length, "ab")).overall.value)
    print(f"alpha_u of {len(marked)} cues: {ours:.4f} s, {alpha:.3f}")
    try:
        from pyannote.core import Segment
        from pygamma_agreement import CombinedCategoricalDissimilarity
        from pygamma_agreement import Continuum as TheirContinuum
    except ImportError:
        print("  pygamma-agreement is not installed")
        return
    import numpy as np

    def theirs() -> float:
        np.random.seed(1)
        continuum = TheirContinuum()
        for name, start, end, kind in marked:
            continuum.add(name, Segment(start, end), kind)
        dissimilarity = CombinedCategoricalDissimilarity(alpha=3.0, beta=1.0, delta_empty=1.0)
        return float(continuum.compute_gamma(dissimilarity, n_samples=30).gamma)

    with silent():
        seconds, value = seconds_of(theirs, 3)
        here, through = seconds_of(lambda: gamma(marked, "ab", seed=1).gamma.value, 3)
    print(
        f"  gamma by pygamma-agreement: {seconds:.2f} s, {value:.3f}; alpha_u takes 1/{seconds / ours:.0f} of it"
    )
    print(
        f"  agreement.gamma (gamma, gamma-cat, gamma-k): {here:.2f} s, {through:.3f}; {here / seconds:.2f} of it"
    )


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
    started = time.process_time()
    report = agreement_report(
        collected, schema, sampling=Sampling(1, 0), lengths=dict.fromkeys(collected, 10**4)
    )
    without = time.process_time() - started
    started = time.process_time()
    made_figures = figures(report.seen, ("a", "b"), Sampling(1))
    withal = time.process_time() - started
    print(
        f"{articles:,} articles, 2 annotators, {whole:,} units, {len(made_figures)} figures (processor seconds)"
    )
    print(f"  aligned, observed, figures without intervals: {without:.1f} s")
    print(f"  figures with 2,000 draws each: {withal:.1f} s")
    started = time.process_time()
    whole_page = page(report, [group_article(by, schema, ["a", "b"]) for by in collected.values()], {})
    print(f"  the page: {time.process_time() - started:.1f} s, {len(whole_page) / 1e6:.1f} MB")
    labels = [pair for one in report.seen for pair in one.layers["action.status"].labels or []]
    against_krippendorff(labels)
    one = made("gamma", 300, schema, random_)
    against_pygamma(one, other(one, random_))


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]] or [1000, 100_000]
    main(sizes[0], sizes[1] if len(sizes) > 1 else sizes[0] * 100)
