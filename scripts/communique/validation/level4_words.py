"""L4: labels that people write, and words that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from communique.schema import Schema
from communique.validation.registry import Rule, rule

if TYPE_CHECKING:
    import polars as pl

_HIDDEN = r"\u{AD}\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2028}\u{2029}\u{2060}-\u{206F}\u{FEFF}\u{FFFD}"
_LABEL = rf"^\s|\s$|^$|[\p{{Cc}}{_HIDDEN}]"
_NOTE = r"[\x00-\x08\x0B-\x1F\x7F\u{202A}-\u{202E}\u{2066}-\u{2069}\u{FFFD}]"
_OTHER = r"\p{Cyrillic}\p{Greek}\p{Armenian}"


@rule(
    "L4/label-untidy",
    "A label with white space at its edge, or with characters that nobody sees",
    view="labels",
    columns=("names, glosses, lemmas, notes",),
    why="Two labels that look the same are then two, and a blank one says nothing.",
    bad='" France", "Fra\\u200bnce", "   "',
    good='"France"',
    mend="write the label anew, in visible characters",
)
def label_untidy(schema: Schema) -> Rule:
    import polars as pl

    value, note = pl.col("value"), pl.col("note")
    where = (~note & value.str.contains(_LABEL)) | (note & value.str.contains(_NOTE))
    return Rule(where, "The value is {found}.", pl.col("column"), _shown(value), "visible characters")


@rule(
    "L4/label-not-composed",
    "A label that is not in Unicode's composed form (NFC)",
    view="labels",
    columns=("names, glosses, lemmas",),
    why="“é” is one character or two; labels are compared, sorted and joined character by character.",
    bad='"Franc\\u0327e"',
    good='"Fran\\u00e7e"',
    mend="write the label in NFC",
)
def label_not_composed(schema: Schema) -> Rule:
    import polars as pl

    value = pl.col("value")
    wide = value.str.len_bytes() != value.str.len_chars()
    # Nothing is normalised where all labels are ASCII.
    normal = pl.when(wide).then(value).str.normalize("NFC")
    where = ~pl.col("note") & wide & (normal != value)
    return Rule(where, "The value “{found}” is not composed.", pl.col("column"), value, normal)


@rule(
    "L4/scripts-mixed",
    "A word of letters of two scripts",
    view="labels",
    columns=("names, glosses, lemmas",),
    severity="warning",
    why="Latin and Cyrillic share the looks of many letters: the word is not found by anybody who types it.",
    bad='"Fr\\u0430nce" with a Cyrillic a',
    good='"France"',
    mend="type the word anew in one script",
)
def scripts_mixed(schema: Schema) -> Rule:
    import polars as pl

    value = pl.col("value")
    wide = value.str.len_bytes() != value.str.len_chars()
    # Nothing is searched where all labels are ASCII.
    mixed = pl.when(wide).then(value).str.contains(rf"\p{{Latin}}[{_OTHER}]|[{_OTHER}]\p{{Latin}}")
    return Rule(~pl.col("note") & wide & mixed, "“{found}” mixes scripts.", pl.col("column"), value)


@rule(
    "L4/mention-without-word",
    "A mention without a letter or digit",
    view="mentions",
    columns=("mentions.text",),
    why="Nothing is named by a mark alone: the offsets have slipped.",
    bad='"—"',
    good='"Nato"',
    mend="correct start and end, or remove the mention",
)
def mention_without_word(schema: Schema) -> Rule:
    import polars as pl

    where = ~pl.col("text").str.contains(r"[a-zA-Z\p{L}\p{N}\p{So}\p{Sc}]")
    return Rule(where, "“{found}” has no letter.", "text", pl.col("text"), "a word")


@rule(
    "L4/mention-of-implicit-actor",
    "A mention of an actor that is said never to be named",
    view="mentions_of_implicit",
    columns=("mentions.actor_id", "actors.resolution"),
    severity="warning",
    why="implicit is for actors without words; whoever looks for mentions passes over them.",
    bad='"resolution": "implicit" on an actor with mentions',
    good='"resolution": "named"',
    mend="set the resolution to named or nominal, or correct the actor of the mention",
)
def mention_of_implicit(schema: Schema) -> Rule:
    import polars as pl

    return Rule(pl.lit(True), "{found} is implicit.", "actor_id", pl.col("actor_id"), "named or nominal")


@rule(
    "L4/words-of-another-actor",
    "Words for one actor that are the mention of another",
    view="named_spans",
    columns=(
        "actions.agents",
        "actions.targets",
        "statements.source_spans",
        "statements.addressee_spans",
        "mentions",
    ),
    severity="warning",
    why="The same words name one actor in one table and another in the next: one of the two is wrong.",
    bad='agent BIDEN with the span "Moscow", which is a mention of RUS',
    good="agent RUS",
    mend="correct the actor or the span of the participant, or the actor of the mention",
)
def participant_of_another(schema: Schema) -> Rule:
    import polars as pl

    said = "{found}, but the words are the mention of {expected}."
    return Rule(pl.lit(True), said, pl.col("field"), pl.col("actor_id"), pl.col("actor_id_there"))


def _shown(value: pl.Expr) -> pl.Expr:
    """The value with what nobody sees written out."""
    import polars as pl

    return value.map_elements(ascii, return_dtype=pl.String)
