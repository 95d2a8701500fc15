"""What is certainly sound in a shard, found by a few long operations over all of it.

On a sound shard nearly every rule is false of every row; to say so takes no view. The screen decides, with numpy and
long columns that all rules share, which checks can have no finding here: those are `cleared` and not run. For the
others the views say exactly what is wrong, and where. It errs on one side only: what it can't decide, or what
a hash says in doubt, is left to the views, so that findings never depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from communique.validation.frames import key_expr
from communique.validation.paths import EACH, Path
from communique.validation.screen_actions import action_rules
from communique.validation.screen_distinct import distinct_rules
from communique.validation.screen_lists import Lists, mixed
from communique.validation.screen_long import Place
from communique.validation.screen_references import ReferenceScreen
from communique.validation.screen_spans import SpanScreen
from communique.validation.screen_statements import statement_rules
from communique.validation.screen_texts import TextScreen
from communique.validation.views import Views

if TYPE_CHECKING:
    from communique.validation.frames import Shard


@dataclass
class Screened:
    """What needs no view. Checks that are in neither field are run as ever."""

    #: Ids of checks without a finding in this shard.
    cleared: set[str] = field(default_factory=set)
    #: For checks with findings in a few columns only, these.
    places: dict[str, set[Place]] = field(default_factory=dict)
    #: Paths of references to be looked at; None for all.
    references: set[Path] | None = None
    #: By id how many rows cannot be judged.
    unknown: dict[str, int] = field(default_factory=dict)


def screen(shard: Shard, views: Views) -> Screened:
    """Look over a shard. `views` gets what both need: the parents of statements."""
    if shard.frames["articles"].is_empty():
        return Screened()
    lists, found = Lists(views), Screened()
    spans = SpanScreen(lists)
    (repeated, different), astray = _keys(lists), _astray(lists)
    if different:
        found.cleared.add("L2/id-in-two-tables")
    if not repeated:
        found.cleared.add("L2/key-repeated")
    if not astray:
        found.cleared.add("L2/id-of-another-article")
    references = ReferenceScreen(lists, repeated, astray)
    found.references = references.suspects
    if spans.spans is not None:
        against = TextScreen(views, spans.spans)
        judged, unknown = against.judged()
        found.unknown["L3/span-text-differs"] = unknown
        if against.whole_words:
            found.cleared.add("L3/span-cuts-word")
        for id_, places in judged.items():
            if places:
                found.places[id_] = places
            else:
                found.cleared.add(id_)
    if shard.unbroken:
        found.cleared.add("L2/line-break-in-value")
    found.cleared |= spans.zones()
    found.cleared |= statement_rules(lists, spans, references)
    found.cleared |= action_rules(lists, spans, references)
    found.cleared |= distinct_rules(lists)
    found.cleared |= _repeated(lists, spans)
    if not len(lists.items("articles", "detections")[0]):
        found.cleared |= {"L4/detection-value", "L4/detection-repeated"}
    if not any(len(lists.items("actors", name)[0]) for name in ("affiliated_with", "set_members")):
        found.cleared |= {"L2/actor-circle", "L2/actor-contains-itself"}
    return found


def _keys(lists: Lists) -> tuple[set[str], bool]:
    """The tables of which an id may stand twice, and whether no id is that of two records of the shard."""
    import polars as pl

    tables = lists.views.schema.tables
    hashes = {
        name: frame.select(key_expr(tables[name]).hash()).to_series()
        for name, frame in lists.frames.items()
        if not frame.is_empty()
    }
    if pl.concat([part.rename("key") for part in hashes.values()]).n_unique() == sum(
        map(len, hashes.values())
    ):
        return set(), True
    return {name for name, part in hashes.items() if part.n_unique() < len(part)}, False


def _astray(lists: Lists) -> set[str]:
    """The tables of which an id may not begin with its article's."""
    import polars as pl

    astray = set()
    homes = lists.frames["articles"]["article_id"] + "."
    for name, frame in lists.frames.items():
        if name == "articles" or frame.is_empty() or "article_id" not in frame.columns:
            continue
        own = "from_event_id" if name == "event_links" else lists.views.schema.table(name).key[0]
        value, rows = pl.col(own), lists.articles_of(name)
        if (rows < 0).any():
            article = pl.col("article_id")
            begins = value.str.starts_with(article) & value.str.strip_prefix(article).str.starts_with(".")
            begins = article.is_null() | begins
        else:
            begins = value.str.starts_with(pl.lit(homes.gather(rows)))
        if not frame.select(begins.all()).item():
            astray.add(name)
    return astray


def _repeated(lists: Lists, spans: SpanScreen) -> set[str]:
    """Records that differ in some of the values that make a repetition differ in them all."""
    import polars as pl

    cleared: set[str] = set()
    for id_, table, parts in (
        ("L4/mention-repeated", "mentions", ()),
        ("L4/statement-repeated", "statements", ("cue_spans", "content_spans")),
        ("L4/action-repeated", "actions", ("trigger_spans",)),
    ):
        frame = lists.frames[table]
        if frame.is_empty():
            cleared.add(id_)
            continue
        mix = mixed(lists.articles_of(table))
        if table == "mentions":
            mix = mixed(mix, frame["start"], frame["end"])
        for column in parts:
            if spans.spans is None:
                break
            mix = mixed(mix, *_first(spans, table, column, frame.height))
        if table == "actions":
            mix = mixed(mix, frame["event_id"].hash().to_numpy(), frame["event_type"].hash().to_numpy())
        if pl.Series(mix).n_unique() == frame.height:
            cleared.add(id_)
            if table == "mentions":
                cleared.add("L4/mention-of-two-actors")
    events = lists.frames["events"]
    said = (events["gloss"].str.to_lowercase().hash(), events["event_type"].hash())
    if pl.Series(mixed(lists.articles_of("events"), *said)).n_unique() == events.height:
        cleared.add("L4/event-twins")
    return cleared


def _first(spans: SpanScreen, table: str, column: str, height: int) -> list[Any]:
    import numpy as np

    assert spans.spans is not None
    found = []
    rows, start, end = spans.spans.of(table, column, EACH)
    for values in (start, end):
        # Written from the back, so that the first of each record stays.
        firsts = np.full(height, -1, dtype=np.int64)
        firsts[rows[::-1]] = values[::-1]
        found.append(firsts)
    return found
