"""Rules that look at few values, run once for each different value: what a shard says again and again is judged once.

A rule is run as it stands, only on fewer rows, so that it holds of the shard exactly if it holds of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.validation.paths import Path
from communique.validation.registry import checks, rule_of
from communique.validation.screen_lists import Lists
from communique.validation.views_words import all_labels

if TYPE_CHECKING:
    import polars as pl

_LABELS = ("L4/label-untidy", "L4/label-not-composed", "L4/scripts-mixed")
_MENTIONS = ("L4/mention-without-word", "L4/mention-crosses-lines")
#: Rules of times that read nothing but the time.
_TIMES = (
    "L4/time-impossible",
    "L4/time-without-basis",
    "L4/time-without-expression",
    "L4/time-says-nothing",
    "L4/time-value-without-basis",
)
#: Rules of times that also read the day of the article or the status of the action.
_DATED = ("L4/time-default-differs", "L4/time-after-publication")


def distinct_rules(lists: Lists) -> set[str]:
    """The rules of labels, words of mentions, times and classes of cues that hold in the whole shard."""
    return _labels(lists) | _mentions(lists) | _times(lists) | _cues(lists)


def _holding(lists: Lists, ids: tuple[str, ...], frame: pl.DataFrame) -> set[str]:
    """Of the rules those that no row of `frame`, which has the columns that their conditions read, breaks."""
    known = checks()
    wheres = {id_: rule_of(known[id_], lists.views.schema).where for id_ in ids}
    seen = frame.select(where.any().alias(id_) for id_, where in wheres.items()).row(0, named=True)
    return {id_ for id_, broken in seen.items() if not broken}


def _labels(lists: Lists) -> set[str]:
    import polars as pl

    parts: dict[bool, list[pl.Series]] = {True: [], False: []}
    for name, column in all_labels(lists.views.schema):
        values = lists.frames[name][column]
        if values.null_count() < len(values):
            parts[column == "note"].append(values.unique().rename("value"))
    frames = [
        pl.concat(found).to_frame().with_columns(note=pl.lit(note)) for note, found in parts.items() if found
    ]
    return _holding(lists, _LABELS, pl.concat(frames)) if frames else set(_LABELS)


def _mentions(lists: Lists) -> set[str]:
    return _holding(lists, _MENTIONS, lists.frames["mentions"]["text"].unique().to_frame("text"))


def _times(lists: Lists) -> set[str]:
    import polars as pl

    articles, parts, quoted = lists.frames["articles"], [], False
    # Of times whose words are withheld it is said how many cannot be judged.
    if articles["text"].null_count():
        return set()
    for table in ("statements", "actions"):
        rows, found = lists.values(Path(table, ("time",)))
        if not len(rows):
            continue
        art = lists.articles_of(table)[rows]
        if (art < 0).any():
            return set()
        frame, source = found.struct.unnest(), lists.frames[table]
        quoted = quoted or frame["expression"].null_count() < frame.height
        status = source["status"].gather(rows) if "status" in source.columns else pl.lit(None, pl.String)
        day = articles["published_on"].gather(art)
        parts.append(
            frame.select("value", "expression", "basis", "modifier", published_on=day, status=status)
        )
    if not parts:
        return {*_TIMES, *_DATED, "L4/time-expression-not-in-text"}
    different = pl.concat(parts).unique().with_columns(withheld=pl.lit(False))
    return _holding(lists, (*_TIMES, *_DATED), different) | (
        set() if quoted else {"L4/time-expression-not-in-text"}
    )


def _cues(lists: Lists) -> set[str]:
    """That no cue is punctuation, or called so."""
    import polars as pl

    from communique.validation.level4_evidence import WORD

    statements = lists.frames["statements"]
    texts = lists.items("statements", "cue_spans")[1].struct.field("text")
    if texts.null_count() or (lists.lengths("statements", "cue_spans") == 0).any():
        return set()
    wordless = texts.unique().to_frame("text").select(~pl.col("text").str.contains(WORD)).to_series()
    called = (statements["cue_class"] == "punctuation").any()
    return set() if called or wordless.any() else {"L4/cue-class-punctuation"}
