"""L4, codebook: actions, their participants, events and times."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule


@rule(
    "L4/mode-of-another-type",
    "A mode that the event type does not have",
    view="actions",
    columns=("actions.event_type", "actions.mode"),
    why="Modes are finer classes of one type: visit is a CONSULT, never a SANCTION.",
    bad='"event_type": "SANCTION", "mode": "visit"',
    good='"event_type": "CONSULT", "mode": "visit"',
    mend="correct the mode or the type",
)
def mode_of_another_type(schema: Schema) -> Rule:
    import polars as pl

    allowed = {}
    for value in schema.values("event_type").values:
        modes = schema.modes(value.const)
        allowed[value.const] = [mode.const for mode in modes.values] if modes else []
    pairs = [f"{kind} {mode}" for kind, modes in allowed.items() for mode in modes]
    pair = pl.concat_str("event_type", "mode", separator=" ")
    words = {kind: ", ".join(modes) or "no mode" for kind, modes in allowed.items()}
    expected = pl.col("event_type").replace_strict(words, default="no mode", return_dtype=pl.String)
    return Rule(
        pl.col("mode").is_not_null() & ~pair.is_in(pairs),
        "The type has no mode {found}.",
        "mode",
        pair,
        expected,
    )


@rule(
    "L4/other-without-gloss",
    "An act of type OTHER without a gloss",
    view="actions",
    columns=("actions.event_type", "actions.gloss"),
    why="OTHER says only what it is not.",
    bad='"event_type": "OTHER", "gloss": null',
    good='"event_type": "OTHER", "gloss": "sues for libel"',
    mend="say in a few words what the act is",
)
def other_without_gloss(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("event_type") == "OTHER") & pl.col("gloss").fill_null("").str.strip_chars().eq("")
    return Rule(where, "The type is OTHER and there is no gloss.", "gloss", expected="a few words")


@rule(
    "L4/type-of-another-event",
    "An action of another type than its event",
    view="actions_in_event",
    columns=("actions.event_type", "events.event_type"),
    why="All mentions of one event name the same act.",
    bad="an action REJECT in an event CONSULT",
    good="an action CONSULT in an event CONSULT",
    mend="correct one of the types, or give the action an event of its own",
)
def type_of_another_event(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("event_type") != pl.col("type_of_event"), "The type is {found}, that of the event {expected}.", "event_type",
        pl.col("event_type"), pl.col("type_of_event"),
    )  # fmt: skip


@rule(
    "L4/implicit-with-span",
    "An implicit participant with words (rule R5)",
    view="participants",
    columns=("actions.agents", "actions.targets"),
    why="Implicit means understood, not written.",
    bad='{"actor_id": "RUS", "implicit": true, "span": {…}}',
    good='{"actor_id": "RUS", "implicit": true, "span": null}',
    mend="remove the span, or set implicit to false",
)
def implicit_with_span(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("implicit") & pl.col("span").is_not_null()
    found = pl.col("span").struct.field("text")
    return Rule(
        where, "The participant is implicit, but has the words “{found}”.", "implicit", found, "no span"
    )


@rule(
    "L4/explicit-without-span",
    "A participant without words that is not implicit (rule R5)",
    view="participants",
    columns=("actions.agents", "actions.targets"),
    why="Who is written has a place in the text.",
    bad='{"actor_id": "RUS", "implicit": false, "span": null}',
    good='{"actor_id": "RUS", "implicit": true, "span": null}',
    mend="give the span, or set implicit to true",
)
def explicit_without_span(schema: Schema) -> Rule:
    import polars as pl

    where = ~pl.col("implicit") & pl.col("span").is_null()
    return Rule(where, "{found} has no span and is not implicit.", "span", pl.col("actor_id"), "a span")


@rule(
    "L4/participant-repeated",
    "An actor twice in one role",
    view="participants",
    columns=("actions.agents", "actions.targets"),
    why="The dyad would be counted twice.",
    bad='agents ["RUS", "RUS"]',
    good='agents ["RUS"]',
    mend="remove the repetition",
)
def participant_repeated(schema: Schema) -> Rule:
    import polars as pl

    return Rule(pl.col("again"), "{found} stands twice in the same role.", "actor_id", pl.col("actor_id"))


def idle_kinds(schema: Schema) -> list[str]:
    """Kinds of actors that cannot be agents."""
    values = schema.values("actor_kind").values
    return [value.const for value in values if value.facts.get("may-be-agent") is False]


@rule(
    "L4/agent-cannot-act",
    "An agent of a kind that cannot act",
    view="participants",
    columns=("actions.agents", "actors.actor_kind"),
    why="A document can be a source, never an agent: somebody issued it.",
    bad='agent "MINSK" of the kind document',
    good='target or theme "the Minsk agreement"',
    mend="name those who act, or make the document the theme",
)
def agent_cannot_act(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("role") == "agents") & pl.col("actor_kind").is_in(idle_kinds(schema))
    return Rule(
        where,
        "{found}, which cannot act.",
        "actor_id",
        pl.format("{} is a {}", "actor_id", "actor_kind"),
        "an actor that can act",
    )


@rule(
    "L4/cue-not-realised",
    "An action that does not stand at the cue of the statement it realises (rule R7)",
    view="realised",
    columns=("actions.realises_statement_id", "actions.trigger_spans", "statements.cue_spans"),
    why="The action and the statement are one act: the trigger is the cue.",
    bad='trigger "agreed" and the cue "said"',
    good='trigger "agreed" and the cue "had agreed"',
    mend="name the statement whose cue the trigger is, or clear the field",
)
def cue_not_realised(schema: Schema) -> Rule:
    import polars as pl

    found = pl.col("trigger")
    return Rule(
        ~pl.col("meets"),
        "The trigger “{found}” is not in the cue “{expected}”.",
        "realises_statement_id",
        found,
        pl.col("cue"),
    )


@rule(
    "L4/conditional-without-condition",
    "A conditional action without its condition",
    view="conditions",
    columns=("actions.status", "actions.condition_spans", "event_links.type"),
    why="What it depends on is half of the fact.",
    bad='"status": "conditional" without condition_spans and condition_for',
    good="either of the two",
    mend="mark the if-clause, link the event that is the condition, or say in a note where the condition stands",
)
def conditional_without_condition(schema: Schema) -> Rule:
    import polars as pl

    where = (
        (pl.col("status") == "conditional")
        & (pl.col("spans") == 0)
        & ~pl.col("linked")
        & pl.col("note").is_null()
    )
    wanted = "condition_spans, a link condition_for, or a note"
    return Rule(
        where, "The status is conditional and there is no condition.", "condition_spans", expected=wanted
    )


@rule(
    "L4/condition-of-a-fact",
    "A condition on what has happened",
    view="conditions",
    columns=("actions.status", "actions.condition_spans"),
    severity="warning",
    why="What occurred depends on nothing any more: status or condition is wrong.",
    bad='"status": "occurred" with condition_spans',
    good='"status": "conditional" with condition_spans',
    mend="correct the status, or remove the condition",
)
def condition_of_a_fact(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("status").is_in(["occurred", "ongoing", "not_occurred"]) & (pl.col("spans") > 0)
    return Rule(where, "The status is {found}, yet there is a condition.", "status", pl.col("status"))


@rule(
    "L4/view-repeated",
    "Two views of one source",
    view="other_views",
    columns=("actions.other_views",),
    why="A source sees the action in one way.",
    bad='two other_views with "view_of": "USA"',
    good="one",
    mend="remove the wrong one",
)
def view_repeated(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("again"),
        "{found} has two views of the action.",
        "view_of",
        pl.col("view_of").fill_null("an unknown source"),
    )


@rule(
    "L4/view-not-different",
    "Another view that is the same",
    view="other_views",
    columns=("actions.other_views", "actions.status"),
    severity="warning",
    why="Other views are for sources that see the action differently.",
    bad="status, polarity and certainty equal to the action's",
    good="a view that differs in one of the three",
    mend="remove the view",
)
def view_not_different(schema: Schema) -> Rule:
    import polars as pl

    same = (pl.col("status") == pl.col("own_status")) & (pl.col("polarity") == pl.col("own_polarity"))
    where = same & (pl.col("certainty") == pl.col("own_certainty"))
    found = pl.concat_str("status", "polarity", "certainty", separator=", ")
    return Rule(where, "The view is that of the action: {found}.", "status", found, "a difference")


@rule(
    "L4/action-repeated",
    "Two actions with the same trigger, type and event",
    view="actions",
    columns=("actions.trigger_spans", "actions.event_type", "actions.event_id"),
    why="One mention would be counted twice.",
    bad="E4 and E5 with the same trigger, type and event",
    good="E4 alone",
    mend="remove one of the two",
)
def action_repeated(schema: Schema) -> Rule:
    import polars as pl

    start, end = pl.element().struct.field("start"), pl.element().struct.field("end")
    places = pl.col("trigger_spans").list.eval(start.cast(pl.Int64) * 2**31 + end)
    first = pl.struct("article_id", places, "event_type", "mode", "event_id", "status").is_first_distinct()
    found = pl.col("trigger_spans").list.first().struct.field("text")
    return Rule(
        ~first,
        "An earlier action has the same trigger (“{found}”), type, event and status.",
        "trigger_spans",
        found,
    )


@rule(
    "L4/time-impossible",
    "A time that no calendar has",
    view="times",
    columns=("statements.time", "actions.time"),
    why="EDTF and ISO 8601 readers refuse it.",
    bad='"value": "2021-02-30"',
    good='"value": "2021-02-28"',
    mend="correct the value, or give it with less precision",
)
def time_impossible(schema: Schema) -> Rule:
    import polars as pl

    day = pl.col("value").str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T|$)")
    month = pl.col("value").str.extract(r"^[0-9]{4}-([0-9]{2})(?:-|T|$)").cast(pl.Int32)
    where = (
        ~month.is_between(1, 12)
        | pl.col("value").str.starts_with("0000")
        | (day.is_not_null() & day.str.to_date("%Y-%m-%d", strict=False).is_null())
    )
    return Rule(where, "{found} is in no calendar.", "value", pl.col("value"), "an existing month and day")


@rule(
    "L4/time-without-basis",
    "A time without a basis",
    view="times",
    columns=("statements.time", "actions.time"),
    why="Words stand somewhere: the basis says where.",
    bad='"expression": "on Tuesday", "basis": "none"',
    good='"expression": "on Tuesday", "basis": "expression"',
    mend="give the basis, or clear the expression",
)
def time_without_basis(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("expression").is_not_null() & (pl.col("basis") == "none")
    said = "The basis is none, yet the time is “{found}”."
    return Rule(where, said, "basis", pl.col("expression"), "the basis of the value")


@rule(
    "L4/time-without-expression",
    "A time taken from words that are not given",
    view="times",
    columns=("statements.time", "actions.time"),
    why="The words are the evidence.",
    bad='"basis": "expression", "expression": null',
    good='"basis": "expression", "expression": "on Tuesday"',
    mend="give the words, or another basis",
)
def time_without_expression(schema: Schema) -> Rule:
    import polars as pl

    missing = (pl.col("basis") == "expression") & pl.col("expression").is_null()
    return Rule(
        missing & ~pl.col("withheld"),
        "The basis is expression and there is none.",
        "expression",
        expected="the words of the text",
        unknown=missing & pl.col("withheld"),
        unknown_why="the words of the article are withheld",
    )
