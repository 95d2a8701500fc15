"""The order of records, annotators and articles and the ids of records decide no figure of the report."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from communique.agreement.figures import Sampling
from communique.agreement.report import agreement_report
from communique.annotation.files import load_annotation
from communique.annotation.model import Annotation
from communique.schema import load_schema

sys.path.insert(0, str(Path(__file__).parent))
from perturbed import perturbed, rewritten

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = "guardian-20211207-joe-biden-vladimir-putin-virtual"
SCHEMA = load_schema(ROOT / "annotations" / "schema")
TEXT = json.loads((ROOT / "corpus" / "articles" / f"{ARTICLE}.json").read_text(encoding="utf-8"))["text"]
FIRST = {
    name: load_annotation(ROOT / "annotations" / "rounds" / "r01" / name / f"{ARTICLE}.json", SCHEMA)
    for name in ("model-a", "model-b")
}
NAMES = {"model-a": "zoe", "model-b": "adam", "third": "mia"}


def collected(seed: int, articles: int) -> dict[str, dict[str, Annotation]]:
    """Two or three annotators of some articles, all of them passes over the text of r01."""
    found: dict[str, dict[str, Annotation]] = {}
    for number in range(articles):
        one: dict[str, Annotation] = {
            name: perturbed(annotation, TEXT, SCHEMA, seed * 100 + number * 10 + place, 0.25)
            for place, (name, annotation) in enumerate(FIRST.items())
        }
        if number % 3 == 0:
            one["third"] = perturbed(FIRST["model-a"], TEXT, SCHEMA, seed * 100 + number * 10 + 7, 0.4)
        found[f"art{number}"] = {name: replace(each, article_id=f"art{number}") for name, each in one.items()}
    return found


def figures(collected_: dict[str, dict[str, Annotation]], names: dict[str, str]) -> list[Any]:
    """All of `--json` that is a judgement, in an order of its own; `names` puts the old names back."""
    report = agreement_report(
        collected_, SCHEMA, lengths=dict.fromkeys(collected_, len(TEXT)), sampling=Sampling(1, 60)
    )
    found = report.as_dict()["figures"]
    for one in found:
        one["pair"] = sorted(names.get(name, name) for name in one["pair"])
    return sorted(found, key=lambda one: (one["pair"], one["layer"], one["measure"], one["label"] or ""))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_written_down_another_way_it_is_the_same_report(seed: int) -> None:
    """Bit by bit, intervals included."""
    plain = collected(seed, 5)
    other = {
        article: {
            NAMES[name]: rewritten(one, SCHEMA, seed + place)
            for place, (name, one) in enumerate(reversed(by_name.items()))
        }
        for article, by_name in reversed(plain.items())
    }
    back = {new: old for old, new in NAMES.items()}
    assert figures(other, back) == figures(plain, {})


@pytest.mark.slow
def test_renamed_articles_give_the_same_values() -> None:
    plain = collected(9, 5)
    other = {
        f"x{9 - int(article[3:])}": {
            name: replace(one, article_id=f"x{9 - int(article[3:])}") for name, one in by_name.items()
        }
        for article, by_name in plain.items()
    }
    assert figures(other, {}) == figures(plain, {})


def test_on_the_files_of_r01() -> None:
    plain = {ARTICLE: FIRST}
    other = {ARTICLE: {name: rewritten(one, SCHEMA, 5) for name, one in reversed(FIRST.items())}}
    assert figures(other, {}) == figures(plain, {})
