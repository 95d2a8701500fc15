"""L2, keys and references."""

from __future__ import annotations

from communique.annotation.model import AUTHOR
from communique.schema import Schema
from communique.validation.registry import Rule, declare, rule

_REFERENCE = "A reference that leads nowhere loses the fact that it stands for."


@rule(
    "L2/key-repeated",
    "Two records with the same id",
    view="keys",
    columns=("every table's key",),
    why="An id names one record; of two with the same id one is lost in every join.",
    bad="two mentions a.m7",
    good="a.m7 and a.m8",
    mend="give the later record an id that was never used in the article, and correct the references to it",
)
def key_repeated(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("twice"),
        "The id {found} was used before in the same table.",
        field=pl.col("own_name"),
        found=pl.col("key"),
    )


@rule(
    "L2/id-of-another-article",
    "An id that does not begin with its article's id",
    view="keys",
    columns=("every table's key", "article_id"),
    why="Ids are unique in the corpus because each begins with the id of its article.",
    bad='"m7" or "b.m7" in the article a',
    good='"a.m7"',
    mend="write the id of the article and a dot before the name",
)
def id_of_another_article(schema: Schema) -> Rule:
    import polars as pl

    owned = pl.col("article_id").is_not_null() & (pl.col("table") != "articles")
    wrong = ~pl.col("own").str.starts_with(pl.concat_str(pl.col("article_id"), pl.lit(".")))
    expected = pl.concat_str(pl.col("article_id"), pl.lit(".…"))
    return Rule(
        owned & wrong,
        "The id {found} does not belong to the article.",
        pl.col("own_name"),
        pl.col("own"),
        expected,
    )


@rule(
    "L2/registry-id-of-an-article",
    "A registry actor whose id belongs to an article",
    view="actors",
    columns=("actors.actor_id", "actors.article_id"),
    why="Ids with a dot are those of unnamed groups, which live and stay in their article.",
    bad='"a.OFFICIALS" in actors.jsonl',
    good='"a.OFFICIALS" in gold/a.json',
    mend="move the group into the annotation file of its article, or give the actor an id of its own",
)
def registry_id(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("article_id").is_null() & pl.col("actor_id").str.contains(".", literal=True)
    return Rule(where, "The registry holds {found}, an id of an article.", "actor_id", pl.col("actor_id"))


UNKNOWN = {
    "articles": declare(
        "L2/article-unknown",
        "A record of an article that does not exist",
        why="Without its article no offset of it means anything.",
        bad="gold/b.json without corpus/articles/b.json",
        good="both files",
        columns=("article_id",),
        mend="ingest the article, correct the id, or move the annotation away",
    ),
    "actors": declare(
        "L2/actor-unknown",
        "An actor id that neither registry nor article has",
        why=_REFERENCE,
        bad='"actor_id": "PUTN"',
        good='"actor_id": "PUTIN"',
        columns=("every reference to actors.actor_id",),
        mend="correct the id, or add the actor to annotations/actors.jsonl (unnamed groups: to the article's file)",
    ),
    "statements": declare(
        "L2/statement-unknown",
        "A statement id that does not exist",
        why=_REFERENCE,
        bad='"parent_statement_id": "a.S99"',
        good='"parent_statement_id": "a.S9"',
        columns=("every reference to statements.statement_id",),
        mend="correct the id, or restore the statement",
    ),
    "events": declare(
        "L2/event-unknown",
        "An event id that does not exist",
        why=_REFERENCE,
        bad='"event_id": "a.V99"',
        good='"event_id": "a.V9"',
        columns=("every reference to events.event_id",),
        mend="correct the id, or add the event",
    ),
    "actions": declare(
        "L2/action-unknown",
        "An action id that does not exist",
        why=_REFERENCE,
        bad='"action_ids": ["a.E99"]',
        good='"action_ids": ["a.E9"]',
        columns=("every reference to actions.action_id",),
        mend="correct the id, or build the corpus again",
    ),
    "": declare(
        "L2/reference-unknown",
        "A reference of the user's own schema that leads nowhere",
        why=_REFERENCE,
        bad="a reference to a record that was removed",
        good="a reference to a record that exists",
        mend="correct the id",
    ),
}

CROSSES = declare(
    "L2/reference-crosses-articles",
    "A reference into another article",
    why="Annotations of one article stand alone; only same_as links and registry actors reach beyond it.",
    bad='an action of a with "event_id": "b.V1"',
    good='an action of a with "event_id": "a.V1"',
    columns=("every reference to a record of an article",),
    mend="refer to a record of the same article, or link the events by same_as",
)


@rule(
    "L2/parent-cycle",
    "Statements that are each other's parents",
    view="parents",
    columns=("statements.parent_statement_id",),
    why="Nesting is a tree (rule R2); in a circle nobody says anything.",
    bad="S1 in S2 and S2 in S1",
    good="S2 in S1",
    mend="decide which content holds the other and clear the other parent",
)
def parent_cycle(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("chain").is_not_null(),
        "The parents run in a circle: {found}.",
        "parent_statement_id",
        pl.col("chain"),
        "a tree",
    )


@rule(
    "L2/link-to-itself",
    "An event linked to itself",
    view="event_links",
    columns=("event_links.from_event_id", "event_links.to_event_id"),
    why="An event is neither its own cause nor its own condition.",
    bad="V1 condition_for V1",
    good="V1 condition_for V2",
    mend="correct one of the two ends, or remove the link",
)
def link_to_itself(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("from_event_id") == pl.col("to_event_id"),
        "Both ends are {found}.",
        "to_event_id",
        pl.col("to_event_id"),
    )


@rule(
    "L2/actor-contains-itself",
    "An actor that is its own member or affiliate",
    view="actors",
    columns=("actors.set_members", "actors.affiliated_with"),
    why="Expanding the set at export would never end.",
    bad='TWOLEAD with the set_members ["TWOLEAD"]',
    good='TWOLEAD with the set_members ["BIDEN", "PUTIN"]',
    mend="remove the actor from its own list",
)
def actor_contains_itself(schema: Schema) -> Rule:
    import polars as pl

    own = pl.col("actor_id")
    member = pl.col("set_members").list.contains(own)
    where = member | pl.col("affiliated_with").list.contains(own)
    field = pl.when(member).then(pl.lit("set_members")).otherwise(pl.lit("affiliated_with"))
    return Rule(where, "{found} is in its own list.", field, own)


@rule(
    "L2/event-without-action",
    "An event that no action mentions",
    view="event_use",
    whole=("actions",),
    columns=("events.event_id", "actions.event_id"),
    why="An event is a cluster of action mentions; without one nothing in the text attests it.",
    bad="V7 with no action of event_id V7",
    good="V7 with the action E12",
    mend="remove the event, or give its action the event_id",
)
def event_without_action(schema: Schema) -> Rule:
    import polars as pl

    return Rule(~pl.col("used"), "No action belongs to the event {found}.", "event_id", pl.col("event_id"))


GROUP_UNUSED = declare(
    "L2/group-without-mention",
    "An unnamed group that is never mentioned (rule R4)",
    why="A group that lives in one article must be mentioned there, or be marked implicit.",
    columns=("actors.actor_id", "mentions.actor_id"),
    bad="a.OFFICIALS without a mention",
    good="a.OFFICIALS with the mention “officials”, or with the resolution implicit",
    mend="add the mention, set the resolution to implicit, or remove the group",
)
ACTOR_UNUSED = declare(
    "L2/actor-without-mention",
    "A registry actor that is never mentioned (rule R4)",
    severity="warning",
    why="Every actor has a mention or is implicit; a registry that keeps what no article needs grows stale.",
    columns=("actors.actor_id", "mentions.actor_id"),
    bad="FRA in the registry and in no text",
    good="FRA with a mention, or with the resolution implicit",
    mend="remove the actor, or set the resolution to implicit",
)
NO_AUTHOR = declare(
    "L2/narrator-missing",
    f"The registry does not have {AUTHOR}",
    why="What no statement asserts is asserted by the narrator, who is a row of the registry.",
    columns=("actors.actor_id",),
    bad="a registry without AUTHOR",
    good='{"actor_id": "AUTHOR", "actor_kind": "media", …}',
    mend=f"restore the line of {AUTHOR} in annotations/actors.jsonl",
)
OTHER_TEXT = declare(
    "L2/annotation-of-another-text",
    "An annotation of another version of the text",
    why="Its offsets point into a text that is not the article's text of today.",
    columns=("text_sha256",),
    bad="an annotation whose text_sha256 is not the article's",
    good="equal digests",
    mend="re-anchor the annotation to the present text, or restore the article",
)
