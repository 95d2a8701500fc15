"""The design of a round: who annotates which articles, and in which order."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from communique.annotation.files import load_annotation
from communique.annotation.source import Source
from communique.rounds.round import (
    PREFILL_GOLD,
    PREFILL_NONE,
    Annotator,
    Round,
    RoundArticle,
    RoundError,
    checked_name,
    round_path,
    save_round,
)

ALL = "all"


def parse_overlap(words: str) -> int | str:
    """What `--overlap` takes: "all", a number of articles, or a share below 1. Raises RoundError."""
    if words == ALL:
        return ALL
    try:
        return int(words) if words.strip().isdigit() else f"{_share(words):g}"
    except ValueError:
        raise RoundError(
            "This is no overlap.",
            found=repr(words),
            expected="'all', a number of articles, or a share such as 0.2",
        ) from None


def _share(words: str) -> float:
    share = float(words)
    if not 0 <= share <= 1:
        raise ValueError
    return share


def shared_count(overlap: int | str, articles: int) -> int:
    """How many of the articles every annotator gets; a share is rounded to the nearest number."""
    if overlap == ALL:
        return articles
    number = overlap if isinstance(overlap, int) else round(_share(overlap) * articles)
    return min(number, articles)


def in_own_order(articles: Iterable[str], annotator: str, seed: int) -> list[str]:
    """The articles in the order in which this annotator works: shuffled by the seed and the name, so that
    nobody's order follows from another's, nor from who else is in the round."""
    own = sorted(articles)
    random.Random(f"{seed}/{annotator}").shuffle(own)
    return own


def assign(
    articles: Sequence[str], annotators: Sequence[str], overlap: int | str, seed: int
) -> dict[str, list[str]]:
    """Article ids by annotator in the order of working.

    Shuffled by the seed, the first `shared_count` articles go to everybody, the others in turn to one
    annotator each, so that the numbers differ by at most one. Each annotator's order is shuffled by the
    seed and the annotator's name, so that nobody's order follows from another's.
    """
    drawn = sorted(articles)
    random.Random(f"{seed}").shuffle(drawn)
    shared = drawn[: shared_count(overlap, len(drawn))]
    rest = drawn[len(shared) :]
    return {
        name: in_own_order([*shared, *rest[turn :: len(annotators)]], name, seed)
        for turn, name in enumerate(annotators)
    }


def new_round(
    source: Source,
    name: str,
    articles: Sequence[str],
    annotators: Sequence[Annotator],
    *,
    overlap: int | str = ALL,
    seed: int = 0,
    prefill: str = PREFILL_NONE,
    guideline_version: str | None = None,
) -> Round:
    """Make and save a round.

    articles: ids; "all" for every article of the project. prefill: "none", "gold", or the path of an
    annotation file. guideline_version: by default that of `annotations/guidelines/VERSION`.
    Raises RoundError when the round exists, or an article, name or prefill is not usable.
    """
    project = source.project
    path = round_path(project, name)
    if path.exists():
        raise RoundError(
            "This round exists already.",
            file=path,
            mend=f"choose another name, or add an annotator to it: communique round add {name} --annotator …",
        )
    ids = sorted(source.articles) if list(articles) == [ALL] else list(dict.fromkeys(articles))
    unknown = [one for one in ids if one not in source.articles]
    if unknown or not ids:
        raise RoundError(
            "There is no such article.",
            found=unknown[0] if unknown else "no article at all",
            expected=", ".join(list(source.articles)[:5]) or "articles in corpus/articles",
            mend="ingest it first: communique ingest FILE",
        )
    if not annotators or len({one.name.lower() for one in annotators}) < len(annotators):
        raise RoundError("A round needs annotators, each with a name of its own.", field="annotators")
    for one in annotators:
        checked_name(one.name, "an annotator")
    plan = Round(
        name,
        [RoundArticle(one, text_digest(source, one)) for one in ids],
        list(annotators),
        overlap,
        seed,
        guideline_version or current_guidelines(source),
        source.schema.fingerprint,
        prefill,
        assign(ids, [one.name for one in annotators], overlap, seed),
    )
    check_prefill(source, plan)
    save_round(project, plan)
    return plan


def text_digest(source: Source, article_id: str) -> str:
    """Digest of an article's text, checked. Raises RoundError when the text is not there or another one."""
    article = source.article(article_id)
    text, digest = article.get("text"), str(article.get("text_sha256"))
    if (
        not isinstance(text, str)
        or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != digest
    ):
        raise RoundError(
            "The article's text is missing or is not the one that its digest is of.",
            file=source.articles[article_id],
            field="text",
            mend="communique hydrate, or ingest the article again",
        )
    return digest


def current_guidelines(source: Source) -> str:
    """The version that stands in `annotations/guidelines/VERSION`. Raises RoundError when there is none."""
    path = source.project.guidelines / "VERSION"
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise RoundError(
            "The guidelines have no version, which every annotation carries.",
            file=path,
            expected="one line such as 0.1.0",
            mend="write the file, or give --guidelines 0.1.0",
        ) from None


def prefill_path(source: Source, plan: Round, article_id: str) -> Path | None:
    """The annotation file that an article is prefilled from, or None."""
    if plan.prefill == PREFILL_NONE:
        return None
    if plan.prefill == PREFILL_GOLD:
        return source.gold.get(article_id)
    path = Path(plan.prefill)
    path = path if path.is_absolute() else source.project.root / path
    if path.is_dir():
        return path / f"{article_id}.json" if (path / f"{article_id}.json").exists() else None
    return path if len(plan.articles) == 1 or path.stem == article_id else None


def check_prefill(source: Source, plan: Round) -> None:
    """Raises RoundError when a prefill is asked for and no article has one."""
    if plan.prefill == PREFILL_NONE:
        return
    found = [
        path
        for one in plan.articles
        if (path := prefill_path(source, plan, one.article_id)) and path.exists()
    ]
    if not found:
        raise RoundError(
            "There is nothing to prefill the round from.",
            field="prefill",
            found=plan.prefill,
            expected="'none', 'gold' with annotated articles, an annotation file, or a folder of them",
        )
    for path in found:
        load_annotation(path, source.schema)
