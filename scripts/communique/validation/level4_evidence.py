"""L4: evidence of direct speech, forms of sources, views of others: what they must find in text and records."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, rule

_WITHHELD = "the words of the article are withheld"
#: A letter or digit; ASCII ones are found sooner.
WORD = r"[a-zA-Z\p{L}\p{N}]"
#: Quotation marks of Unicode (Quotation_Mark and the guillemets), ASCII ones, and the backtick pair.
_MARKS = "[\"'«»‘’‚‛“”„‟‹›「」『』〝〞〟﹁﹂＂＇`´]"


@rule(
    "L4/quote-marks-absent",
    "Quotation marks as evidence where there are none",
    view="evidence",
    columns=("statements.mode_evidence", "statements.content_spans", "articles.text"),
    why="The evidence is what a reader checks first: it must be seen at the content.",
    bad='"mode_evidence": "quote_marks" for: of deceit',
    good='"mode_evidence": "quote_marks" for: “we will withdraw”',
    mend="give the evidence that the text has, or another mode",
)
def quote_marks_absent(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("mode_evidence") == "quote_marks") & ~pl.col("around").str.contains(_MARKS)
    return Rule(
        where, "There is no quotation mark in or around “{found}”.", "mode_evidence", pl.col("around")
    )


@rule(
    "L4/colon-absent",
    "A colon as evidence where there is none",
    view="evidence",
    columns=("statements.mode_evidence", "statements.content_spans", "articles.text"),
    why="The evidence is what a reader checks first: it must be seen before the content.",
    bad='"mode_evidence": "colon" for: Biden accused Moscow of deceit',
    good='"mode_evidence": "colon" for: He said: we go',
    mend="give the evidence that the text has, or another mode",
)
def colon_absent(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("mode_evidence") == "colon") & ~pl.col("around").str.contains("[:：]")
    return Rule(
        where,
        "There is no colon before “{found}”.",
        "mode_evidence",
        pl.col("around"),
        unknown=pl.col("around").is_null() & (pl.col("mode_evidence") == "colon"),
        unknown_why=_WITHHELD,
    )


@rule(
    "L4/evidence-of-another-mode",
    "Evidence of direct speech for indirect speech",
    view="statements",
    columns=("statements.mode", "statements.mode_evidence"),
    severity="warning",
    why="Marks, a first person or a colon speak for the source's own words; the mode says that there are none.",
    bad='"mode": "indirect", "mode_evidence": "quote_marks"',
    good='"mode": "direct" or "mixed" with it',
    mend="correct the mode, or set the evidence to none",
)
def evidence_of_another_mode(schema: Schema) -> Rule:
    import polars as pl

    sign = ~pl.col("mode_evidence").is_in(["none", "first_person_inside_indirect", "inherited_from_parent"])
    where = pl.col("mode").is_in(["indirect", "reported"]) & sign
    return Rule(
        where,
        "The mode is {found}, the evidence {expected}.",
        "mode",
        pl.col("mode"),
        pl.col("mode_evidence"),
    )


@rule(
    "L4/cue-class-punctuation",
    "A cue of punctuation that has words, or words that are called punctuation",
    view="statements",
    columns=("statements.cue_class", "statements.cue_spans"),
    why="A colon or dash alone is a cue of its own class; a verb is of the class of its meaning.",
    bad='"cue_class": "punctuation" for "accused"',
    good='"cue_class": "accusing"',
    mend="correct the class or the cue",
)
def cue_class_punctuation(schema: Schema) -> Rule:
    import polars as pl

    # Null where a word is withheld.
    words = pl.col("cue_spans").list.eval(pl.element().struct.field("text"))
    texts = pl.when(words.list.len() > 0).then(words.list.join("", ignore_nulls=False))
    has_word = texts.str.contains(WORD)
    where = (pl.col("cue_class") == "punctuation") == has_word
    return Rule(
        where,
        "The cue “{found}” is called {expected}.",
        "cue_class",
        texts,
        pl.col("cue_class"),
        unknown=texts.is_null(),
        unknown_why=_WITHHELD,
    )


@rule(
    "L4/source-form-of-another-kind",
    "A form of source that its actor cannot have",
    view="sources",
    columns=("statements.source_form", "statements.source_actor_ids", "actors.actor_kind"),
    severity="warning",
    why="document, state and institution say what the words denote; a person is none of them.",
    bad='"source_form": "document" with a person as source',
    good='"source_form": "named"',
    mend="correct the form, the source, or the kind of the actor",
)
def source_form_of_another_kind(schema: Schema) -> Rule:
    import polars as pl

    form, kind = pl.col("source_form"), pl.col("actor_kind")
    where = ((form == "document") & (kind != "document")) | (
        form.is_in(["state", "institution"]) & (kind == "person")
    )
    return Rule(where, "The form is {found}, the source a {expected}.", "source_form", form, kind)


@rule(
    "L4/addressee-is-source",
    "Somebody who speaks to themselves",
    view="to_themselves",
    columns=("statements.source_actor_ids", "statements.addressee_actor_ids"),
    severity="warning",
    why="One actor as only source and only addressee is nearly always a wrong id in one of the two.",
    bad="source BIDEN, addressee BIDEN",
    good="source BIDEN, addressee PUTIN",
    mend="correct the addressee or the source",
)
def addressee_is_source(schema: Schema) -> Rule:
    import polars as pl

    found = pl.col("actor_id")
    return Rule(
        pl.lit(True), "{found} is source and addressee.", "addressee_actor_ids", found, "somebody else"
    )


@rule(
    "L4/addressee-implicit-without-actor",
    "An addressee that is understood, and nobody knows who",
    view="statements",
    columns=("statements.addressee_implicit", "statements.addressee_actor_ids"),
    severity="warning",
    why="addressee_implicit says that the text lets one see who is spoken to.",
    bad='"addressee_implicit": true with no addressee',
    good='"addressee_implicit": true, "addressee_actor_ids": ["RUS"]',
    mend="name the addressee, or set addressee_implicit to false",
)
def addressee_implicit_without_actor(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("addressee_implicit") & (pl.col("addressee_actor_ids").list.len() == 0)
    return Rule(where, "The addressee is implicit and not named.", "addressee_implicit", "no addressee")


@rule(
    "L4/act-of-a-state-of-mind",
    "An act of speech where nobody spoke",
    view="statements",
    columns=("statements.layer", "statements.speech_act"),
    severity="warning",
    why="The extended layer holds beliefs, intentions and attitudes: nothing was promised or denied by them.",
    bad='"layer": "extended", "speech_act": "promise"',
    good='"layer": "extended", "speech_act": "none"',
    mend="set the act to none, or make the statement one of the core with its kind",
)
def act_of_a_state_of_mind(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("layer") == "extended") & (pl.col("speech_act") != "none")
    return Rule(where, "The act is {found}.", "speech_act", pl.col("speech_act"), "none")


@rule(
    "L4/view-of-another-source",
    "A view in a statement of somebody else",
    view="views_in_statements",
    columns=("actions.other_views", "statements.source_actor_ids"),
    why="The statement that gives a view is one of those whose view it is.",
    bad='"view_of": "UKR" in a statement of PUTIN',
    good='"view_of": "PUTIN"',
    mend="correct view_of or in_statement_id",
)
def view_of_another_source(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("view_of").is_not_null() & pl.col("other")
    sources = pl.col("source_actor_ids").list.join(", ")
    return Rule(
        where, "The view is {found}'s, the statement of {expected}.", "view_of", pl.col("view_of"), sources
    )


@rule(
    "L4/view-of-nobody",
    "A view of nobody in no statement",
    view="other_views",
    columns=("actions.other_views",),
    why="view_of is null when a statement does not say whose view it gives; the narrator's own is AUTHOR's.",
    bad='"view_of": null, "in_statement_id": null',
    good='"view_of": null, "in_statement_id": "a.S3"',
    mend="name whose view it is or the statement that gives it, or remove the view",
)
def view_of_nobody(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("view_of").is_null() & pl.col("in_statement_id").is_null()
    return Rule(where, "Neither view_of nor in_statement_id is given.", "view_of", "null")


@rule(
    "L4/polarity-contradicts-status",
    "Something that has happened and is negated",
    view="actions",
    columns=("actions.status", "actions.polarity"),
    why="What did not happen has the status not_occurred; polarity says whether a demand or plan is against the act.",
    bad='"status": "occurred", "polarity": "negative"',
    good='"status": "not_occurred"',
    mend="set the status to not_occurred or the polarity to positive",
)
def polarity_contradicts_status(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("status").is_in(["occurred", "ongoing", "attempted"]) & (pl.col("polarity") == "negative")
    return Rule(where, "The status is {found}, the polarity negative.", "polarity", pl.col("status"))


@rule(
    "L4/override-without-reason",
    "An asserter set by hand without a reason",
    view="actions",
    columns=("actions.assertion_override",),
    why="Rule R3 decides who asserts; whoever decides otherwise says why.",
    bad='"reason": " "',
    good='"reason": "the clause is the narrator\'s aside"',
    mend="give the reason, or remove the override",
)
def override_without_reason(schema: Schema) -> Rule:
    import polars as pl

    reason = pl.col("assertion_override").struct.field("reason")
    where = reason.str.strip_chars() == ""
    return Rule(where, "The reason is blank.", "assertion_override/reason", "white space", "a reason")


@rule(
    "L4/same-as-within-article",
    "Two events of one article that are said to be the same",
    view="event_links",
    columns=("event_links",),
    why="Within an article the same event is one event with several actions; same_as links articles.",
    bad="V3 same_as V4",
    good="one event V3",
    mend="give the actions of both to one event and remove the other, or choose another link",
)
def same_as_within(schema: Schema) -> Rule:
    import polars as pl

    home = pl.col("article_id") + "."
    where = (pl.col("type") == "same_as") & pl.col("to_event_id").str.starts_with(home)
    where = where & (pl.col("from_event_id") != pl.col("to_event_id"))
    return Rule(where, "{found} is an event of the same article.", "to_event_id", pl.col("to_event_id"))


@rule(
    "L4/link-both-ways",
    "A link that says the same in both directions, twice",
    view="event_links",
    columns=("event_links",),
    severity="warning",
    why="opposite_of and same_as have no direction: the pair would be counted twice.",
    bad="V3 opposite_of V4 and V4 opposite_of V3",
    good="V3 opposite_of V4",
    mend="remove one of the two links",
)
def link_both_ways(schema: Schema) -> Rule:
    import polars as pl

    from communique.validation.level2_circles import TWO_WAY

    low, high = (
        pl.min_horizontal("from_event_id", "to_event_id"),
        pl.max_horizontal("from_event_id", "to_event_id"),
    )
    again = ~pl.struct(pl.col("type"), low.alias("low"), high.alias("high")).is_first_distinct()
    where = pl.col("type").is_in(TWO_WAY) & again
    return Rule(where, "The link stands before in the other direction.", "to_event_id", pl.col("to_event_id"))


@rule(
    "L4/event-twins",
    "Two events of one article with the same gloss and type",
    view="events",
    columns=("events.gloss", "events.event_type"),
    severity="warning",
    why="They are probably one event whose actions were not put together.",
    bad='V4 and V9, both CONSULT "summit"',
    good="one event, or glosses that tell the two apart",
    mend="give the actions of both to one event, or tell them apart in the gloss",
)
def event_twins(schema: Schema) -> Rule:
    import polars as pl

    gloss = pl.col("gloss").str.to_lowercase().alias("low")
    again = ~pl.struct("article_id", gloss, "event_type").is_first_distinct()
    return Rule(again, "An earlier event of the article has the gloss “{found}”.", "gloss", pl.col("gloss"))


@rule(
    "L4/mention-of-two-actors",
    "The same words as mentions of two actors",
    view="mentions",
    columns=("mentions.start", "mentions.end", "mentions.actor_id"),
    severity="warning",
    why="Words for several actors are a mention of a set; two mentions are two readings of which one is wrong.",
    bad='"Moscow" as a mention of RUS and of KREMLIN',
    good="one mention",
    mend="remove the mention that is wrong, or make both one mention of a set",
)
def mention_of_two_actors(schema: Schema) -> Rule:
    import polars as pl

    named = pl.col("actor_id").is_not_null()
    first = pl.struct("article_id", "start", "end").is_first_distinct()
    same = ~pl.struct("article_id", "start", "end", "actor_id").is_first_distinct()
    return Rule(
        named & ~first & ~same, "“{found}” is a mention of another actor as well.", "actor_id", pl.col("text")
    )


@rule(
    "L4/content-ends-with-punctuation",
    "A content that takes in the mark after it",
    view="statements",
    columns=("statements.content_spans",),
    severity="warning",
    why="Marks at the end stay outside, so that two annotators who mean the same words agree.",
    bad='"of deceit."',
    good='"of deceit"',
    mend="end the span before the mark",
)
def content_ends_with_punctuation(schema: Schema) -> Rule:
    import polars as pl

    text = pl.col("content_spans").list.last().struct.field("text")
    # The last four characters are all that can decide.
    where = text.str.tail(4).str.contains(r"[,;:]$|\p{Ll}{3}\.$")
    return Rule(where, "The content ends with “{found}”.", "content_spans", text.str.slice(-12), "no mark")
