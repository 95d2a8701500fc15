"""What is certainly sound in a shard, found by a few long operations over all of it.

On a sound shard nearly every rule is false of every row; to say so takes no view. The screen decides, with numpy and
long columns that all rules share, which checks can have no finding here: those are `cleared` and not run. For the
others the views say exactly what is wrong, and where. It errs on one side only: what it can't decide, or what
a hash says in doubt, is left to the views, so that findings never depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from communique.validation.level4_actions import idle_kinds
from communique.validation.paths import Path
from communique.validation.screen_lists import Lists
from communique.validation.screen_references import ReferenceScreen
from communique.validation.screen_spans import Place, SpanScreen
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
    repeated, astray = _keys(lists)
    if not repeated:
        found.cleared.add("L2/key-repeated")
    if not astray:
        found.cleared.add("L2/id-of-another-article")
    references = ReferenceScreen(lists, repeated, astray)
    found.references = references.suspects
    if spans.spans is not None:
        judged, unknown = spans.judged()
        found.unknown["L3/span-text-differs"] = unknown
        for id_, places in judged.items():
            if places:
                found.places[id_] = places
            else:
                found.cleared.add(id_)
    found.cleared |= spans.zones()
    found.cleared |= _statements(lists, spans, references)
    found.cleared |= _actions(lists, spans, references)
    found.cleared |= _repeated(lists, spans)
    return found


def _keys(lists: Lists) -> tuple[set[str], set[str]]:
    """The tables of which an id may stand twice, and of which one may not begin with its article's."""
    import polars as pl

    from communique.validation.frames import key_expr

    repeated, astray = set(), set()
    for name, frame in lists.frames.items():
        if frame.is_empty():
            continue
        key, own = key_expr(lists.views.schema.table(name)), lists.views.schema.table(name).key[0]
        own = "from_event_id" if name == "event_links" else own
        asked = [((key > key.shift(1)).sum() == pl.len() - 1).alias("ascending")]
        if "article_id" in frame.columns and name != "articles":
            article, value = pl.col("article_id"), pl.col(own)
            begins = value.str.starts_with(article) & value.str.strip_prefix(article).str.starts_with(".")
            asked.append((article.is_null() | begins).all().alias("begins"))
        seen = frame.select(asked).row(0, named=True)
        if not seen["ascending"] and frame.select(key.hash().n_unique()).item() < frame.height:
            repeated.add(name)
        if not seen.get("begins", True):
            astray.add(name)
    return repeated, astray


def _statements(lists: Lists, spans: SpanScreen, references: ReferenceScreen) -> set[str]:
    import polars as pl

    statements, cleared = lists.frames["statements"], set()
    parents = references.targets("statements", "parent_statement_id")
    if parents is not None:
        known = pl.Series("at", parents).cast(pl.Int64)
        lists.views.parents = pl.select(
            pl.when(known >= 0).then(known).cast(pl.UInt32).alias("at")
        ).to_series()
        if not lists.views.cyclic.any():
            cleared.add("L2/parent-cycle")
        if spans.nesting_holds(parents):
            cleared.add("L3/child-outside-parent")
        if spans.innermost(parents):
            cleared.add("L3/parent-not-innermost")
    for id_, table, column, other, modes in (
        ("L3/cue-in-content", "statements", "cue_spans", "content_spans", None),
        ("L3/source-in-content", "statements", "source_spans", "content_spans", None),
        ("L3/addressee-in-content", "statements", "addressee_spans", "content_spans", statements["mode"]),
        ("L3/source-in-cue", "statements", "source_spans", "cue_spans", None),
        ("L3/condition-holds-trigger", "actions", "condition_spans", "trigger_spans", None),
    ):
        if spans.disjoint(table, column, other, modes):
            cleared.add(id_)
    return cleared


def _actions(lists: Lists, spans: SpanScreen, references: ReferenceScreen) -> set[str]:
    import numpy as np

    actions, events, cleared = lists.frames["actions"], lists.frames["events"], set()
    of_event = references.targets("actions", "event_id")
    if of_event is not None:
        has = np.flatnonzero(of_event >= 0)
        theirs = events["event_type"].gather(of_event[has])
        if not (actions["event_type"].gather(has) != theirs).any():
            cleared.add("L4/type-of-another-event")
        if len(np.unique(of_event[has])) == events.height:
            cleared.add("L2/event-without-action")
    realised = references.targets("actions", "realises_statement_id")
    if realised is not None and spans.realised_holds(realised):
        cleared.add("L4/cue-not-realised")
    cleared |= _participants(lists)
    if _named_alike(lists):
        cleared.add("L4/words-of-another-actor")
    if not len(lists.items("actions", "other_views")[0]):
        cleared |= {"L4/view-repeated", "L4/view-not-different"}
    times = [lists.frames[name]["time"] for name in ("statements", "actions")]
    if all(time.null_count() == len(time) for time in times):
        cleared |= {
            "L4/time-impossible",
            "L4/time-without-basis",
            "L4/time-value-without-basis",
            "L4/time-without-expression",
        }
    return cleared


def _participants(lists: Lists) -> set[str]:
    import numpy as np
    import polars as pl

    shard, idle = lists.views.shard, idle_kinds(lists.views.schema)
    known = [shard.frames["actors"]] + ([] if shard.registry is None else [shard.registry])
    cannot = pl.concat(
        [actors.filter(pl.col("actor_kind").is_in(idle))["actor_id"].rename("id") for actors in known]
    )
    agents = lists.items("actions", "agents")[1]
    cleared = {"L4/implicit-with-span", "L4/explicit-without-span", "L4/participant-repeated"}
    if (
        not len(agents)
        or not len(cannot)
        or not agents.struct.field("actor_id").is_in(cannot.implode()).any()
    ):
        cleared.add("L4/agent-cannot-act")
    for role in ("agents", "targets"):
        rows, found = lists.items("actions", role)
        if not len(rows):
            continue
        items = found.struct.unnest()
        spoken = pl.col("span").is_not_null()
        asked = items.select(
            (pl.col("implicit") & spoken).any().alias("with"),
            (~pl.col("implicit") & ~spoken).any().alias("without"),
        )
        if asked["with"].any():
            cleared.discard("L4/implicit-with-span")
        if asked["without"].any():
            cleared.discard("L4/explicit-without-span")
        several = np.flatnonzero(lists.lengths("actions", role)[rows] > 1)
        if len(several):
            pairs = pl.DataFrame({"row": rows[several], "actor": items["actor_id"].gather(several)})
            if pairs.n_unique() < len(several):
                cleared.discard("L4/participant-repeated")
    return cleared


def _named_alike(lists: Lists) -> bool:
    """Whether the words of every participant, source and addressee are a mention of the same actor, or of none."""
    import numpy as np
    import polars as pl

    mentions = lists.frames["mentions"]
    named = np.flatnonzero(mentions["actor_id"].is_not_null().to_numpy())
    place = _mixed(lists.articles_of("mentions"), mentions["start"], mentions["end"])[named]
    places = pl.Series(place).implode()
    both = pl.Series(_mixed(place, mentions["actor_id"].hash().to_numpy()[named])).implode()
    for role in ("agents", "targets"):
        rows, found = lists.items("actions", role)
        span = found.struct.field("span")
        spoken = np.flatnonzero(span.is_not_null().to_numpy())
        ends = [span.struct.field(name).gather(spoken) for name in ("start", "end")]
        there = _mixed(lists.articles_of("actions")[rows[spoken]], *ends)
        who = found.struct.field("actor_id").hash().to_numpy()[spoken]
        other = ~pl.Series(_mixed(there, who)).is_in(both)
        if other.any() and pl.Series(there).filter(other).is_in(places).any():
            return False
    for column, of in (("source_spans", "source_actor_ids"), ("addressee_spans", "addressee_actor_ids")):
        rows, found = lists.items("statements", column)
        ends = [found.struct.field(name) for name in ("start", "end")]
        there = _mixed(lists.articles_of("statements")[rows], *ends)
        rows, there = (part[pl.Series(there).is_in(places).to_numpy()] for part in (rows, there))
        counts, who = lists.lengths("statements", of), lists.items("statements", of)[1].hash().to_numpy()
        firsts, alike = np.cumsum(counts) - counts, counts[rows] == 0
        for step in range(int(counts.max(initial=0))):
            has = np.flatnonzero(counts[rows] > step)
            alike[has] |= pl.Series(_mixed(there[has], who[firsts[rows[has]] + step])).is_in(both).to_numpy()
        if not alike.all():
            return False
    return True


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
        mix = _mixed(lists.articles_of(table))
        if table == "mentions":
            mix = _mixed(mix, frame["start"], frame["end"])
        for column in parts:
            if spans.spans is None:
                break
            mix = _mixed(mix, *_first(spans, table, column, frame.height))
        if table == "actions":
            mix = _mixed(mix, frame["event_id"].hash().to_numpy(), frame["event_type"].hash().to_numpy())
        if pl.Series(mix).n_unique() == frame.height:
            cleared.add(id_)
            if table == "mentions":
                cleared.add("L4/mention-of-two-actors")
    return cleared


def _mixed(*parts: Any) -> Any:
    """One 64-bit number of several: equal parts give equal numbers, different parts nearly always different ones."""
    import numpy as np

    with np.errstate(over="ignore"):
        mix: Any = np.uint64(0)
        for part in parts:
            values = np.asarray(part).astype(np.uint64)
            mix = (mix ^ values) * np.uint64(0x9E3779B97F4A7C15)
            mix = mix ^ (mix >> np.uint64(29))
        return mix


def _first(spans: SpanScreen, table: str, column: str, height: int) -> list[Any]:
    import numpy as np

    assert spans.spans is not None
    found = []
    rows, start, end = spans.spans.of(table, column)
    for values in (start, end):
        # Written from the back, so that the first of each record stays.
        firsts = np.full(height, -1, dtype=np.int64)
        firsts[rows[::-1]] = values[::-1]
        found.append(firsts)
    return found
