"""Actions: which of the rules of their events, participants, views and links hold in a whole shard."""

from __future__ import annotations

from communique.validation.level2_circles import ONE_WAY, TWO_WAY
from communique.validation.level4_actions import idle_kinds
from communique.validation.paths import EACH
from communique.validation.screen_lists import Lists, mixed
from communique.validation.screen_references import ReferenceScreen
from communique.validation.screen_spans import SpanScreen


def action_rules(lists: Lists, spans: SpanScreen, references: ReferenceScreen) -> set[str]:
    """The rules of actions, their participants, views and events that hold in the whole shard."""
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
    if _named_alike(lists, spans):
        cleared.add("L4/words-of-another-actor")
    given = set(actions["status"].unique())
    if "conditional" not in given:
        cleared.add("L4/conditional-without-condition")
    if not actions["condition_spans"].list.len().sum():
        cleared.add("L4/condition-of-a-fact")
    return cleared | _other_views(lists) | _links(lists)


def _other_views(lists: Lists) -> set[str]:
    import polars as pl

    actions = lists.frames["actions"]
    rows, found = lists.items("actions", "other_views")
    if not len(rows):
        return set(_VIEWS)
    views, cleared = found.struct.unnest(), set()
    if lists.lengths("actions", "other_views").max() == 1:
        cleared.add("L4/view-repeated")
    same = pl.all_horizontal(
        [pl.col(name) == actions[name].gather(rows) for name in ("status", "polarity", "certainty")]
    )
    if not views.select(same.any()).item():
        cleared.add("L4/view-not-different")
    if "in_statement_id" not in views.columns:
        return cleared
    if views["in_statement_id"].null_count() == views.height:
        cleared.add("L4/view-of-another-source")
    if not (views["view_of"].is_null() & views["in_statement_id"].is_null()).any():
        cleared.add("L4/view-of-nobody")
    return cleared


_VIEWS = frozenset(
    {"L4/view-repeated", "L4/view-not-different", "L4/view-of-another-source", "L4/view-of-nobody"}
)


def _links(lists: Lists) -> set[str]:
    """Links between events: no circle where no event is both an end and a beginning of links of one type."""
    import polars as pl

    links, cleared = lists.frames["event_links"], set()
    given = set(links["type"].unique())
    if not given & set(TWO_WAY):
        cleared.add("L4/link-both-ways")
    if "same_as" not in given:
        cleared.add("L4/same-as-within-article")
    some = links.filter(pl.col("type").is_in(ONE_WAY)) if given & set(ONE_WAY) else links.clear()
    ends = [
        pl.Series(mixed(some["type"].hash(), some[name].hash())) for name in ("from_event_id", "to_event_id")
    ]
    if not ends[0].is_in(ends[1].implode()).any():
        cleared.add("L2/link-circle")
    return cleared


def _participants(lists: Lists) -> set[str]:
    import numpy as np
    import polars as pl

    idle = idle_kinds(lists.views.schema)
    cannot = pl.concat(
        [
            actors["actor_id"].filter(actors["actor_kind"].is_in(idle)).rename("id")
            for actors in lists.named_actors()
        ]
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


def _named_alike(lists: Lists, spans: SpanScreen) -> bool:
    """Whether the words of every participant, source and addressee are a mention of the same actor, or of none."""
    import numpy as np
    import polars as pl

    if spans.spans is None:
        return False
    mentions = lists.frames["mentions"]
    named = np.flatnonzero(mentions["actor_id"].is_not_null().to_numpy())
    places = mixed(lists.articles_of("mentions"), mentions["start"], mentions["end"])[named]
    pairs = mixed(places, mentions["actor_id"].hash().to_numpy()[named])
    there, who = [], []
    for role in ("agents", "targets"):
        rows, start, end = spans.spans.of("actions", role, EACH, "span")
        items = lists.items("actions", role)[1].struct
        spoken = np.flatnonzero(items.field("span").is_not_null().to_numpy())
        there.append(mixed(lists.articles_of("actions")[rows], start, end))
        who.append(items.field("actor_id").hash().to_numpy()[spoken])
    count = sum(map(len, there))
    owners = [np.arange(count)]
    for column, of in (("source_spans", "source_actor_ids"), ("addressee_spans", "addressee_actor_ids")):
        rows, start, end = spans.spans.of("statements", column, EACH)
        there.append(mixed(lists.articles_of("statements")[rows], start, end))
        counts, ids = lists.lengths("statements", of), lists.items("statements", of)[1].hash().to_numpy()
        # Each span with each actor of its statement.
        several = counts[rows]
        owners.append(count + np.repeat(np.arange(len(rows)), several))
        first = np.repeat((np.cumsum(counts) - counts)[rows] - (np.cumsum(several) - several), several)
        who.append(ids[first + np.arange(len(first))])
        count += len(rows)
    place, owner = np.concatenate(there), np.concatenate(owners)
    known = pl.Series(mixed(place[owner], np.concatenate(who))).is_in(pl.Series(pairs).implode()).to_numpy()
    # Whoever has no actor names nobody.
    loose = np.bincount(owner, minlength=count) > 0
    loose[owner[known]] = False
    return not pl.Series(place[loose]).is_in(pl.Series(places).implode()).any()
