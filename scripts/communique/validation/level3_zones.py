"""L2 and L3: the article itself, its digests, its characters, its zones."""

from __future__ import annotations

from communique.schema import Schema
from communique.validation.registry import Rule, declare, rule

_ZONES = ("articles.zones", "articles.text")

DIGEST = declare(
    "L2/text-digest",
    "A text that is not the text of its digest",
    columns=("articles.text", "articles.text_sha256"),
    why="Every offset points into one exact text; a changed text shifts them all.",
    bad="a corrected typo in text with the old text_sha256",
    good="text and digest as ingest wrote them",
    mend="restore the text; a new version of it is ingested with --supersede",
)


@rule(
    "L3/char-count",
    "A wrong number of characters",
    view="articles",
    columns=("articles.char_count", "articles.text"),
    why="Readers size buffers and check offsets by it.",
    bad='"char_count": 6171 for a text of 6170',
    good='"char_count": 6170',
    mend="correct the number",
)
def char_count(schema: Schema) -> Rule:
    import polars as pl

    size = pl.col("chars")
    return Rule(
        pl.col("char_count") != size, "char_count is {found}, the text has {expected} characters.", "char_count",
        pl.col("char_count").cast(pl.String), size.cast(pl.String),
    )  # fmt: skip


@rule(
    "L3/text-not-canonical",
    "A text with control characters",
    view="articles",
    columns=("articles.text",),
    why="The normaliser refuses them: JSON and XML readers drop or change them, and every offset after them shifts.",
    bad="a text with CR or NUL",
    good="a text with line feeds only",
    mend="restore the text, or ingest the raw file again",
)
def text_not_canonical(schema: Schema) -> Rule:
    import polars as pl

    refused = "[\x00-\x08\x0b-\x1f\x7f-\x9f]|^\ufeff"
    found = pl.col("text").str.extract(f"({refused})").cast(pl.Binary).bin.encode("hex")
    # The texts are searched only where a quick look at their bytes found something.
    return Rule(
        pl.col("suspect") & pl.when("suspect").then(pl.col("text")).str.contains(refused),
        "The text holds the bytes {found}.",
        "text",
        found,
        "no control characters",
    )


@rule(
    "L3/zone-beyond-text",
    "A zone that is empty or ends after the text",
    view="zones",
    columns=_ZONES,
    why="The zone covers nothing that can be read.",
    bad="a zone 6100–6200 in a text of 6170 characters",
    good="a zone 6100–6170",
    mend="correct start and end",
)
def zone_beyond_text(schema: Schema) -> Rule:
    import polars as pl

    where = (pl.col("end") > pl.col("size")) | (pl.col("end") <= pl.col("start"))
    found = pl.format("{}–{}", "start", "end")
    return Rule(
        where, "The zone {found} is not within the text.", "end", found, pl.format("within 0–{}", "size")
    )


@rule(
    "L3/zones-overlap",
    "Zones that overlap or are out of order",
    view="zones",
    columns=_ZONES,
    why="Each character belongs to one zone.",
    bad="zones 0–155 and 150–310",
    good="zones 0–155 and 155–310",
    mend="correct the offsets, or sort the zones",
)
def zones_overlap(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{} after {}", "start", "prev_end")
    return Rule(
        pl.col("start") < pl.col("prev_end"),
        "The zone starts at {found}, the end of the one before it.",
        "start",
        found,
        "ordered and disjoint",
    )


@rule(
    "L3/zone-gap",
    "Text that is in no zone",
    view="zones",
    columns=_ZONES,
    why="What is in no zone is neither text to annotate nor boilerplate to skip.",
    bad="zones 0–155 and 200–310 with words between",
    good="nothing but line breaks between zones",
    mend="extend a zone, or add one",
)
def zone_gap(schema: Schema) -> Rule:
    import polars as pl

    text = pl.col("gap").str.strip_chars()
    return Rule(text.str.len_bytes() > 0, "“{found}” is in no zone.", "start", text.str.slice(0, 60))


@rule(
    "L3/zone-id-repeated",
    "A zone id twice in one article",
    view="zones",
    columns=_ZONES,
    why="duplicate_of refers by it.",
    bad="zone_id 3 twice",
    good="zone_id 3 and 4",
    mend="number the zones anew, and correct duplicate_of",
)
def zone_id_repeated(schema: Schema) -> Rule:
    import polars as pl

    return Rule(
        pl.col("twice"), "The zone_id {found} is used before.", "zone_id", pl.col("zone_id").cast(pl.String)
    )


@rule(
    "L3/duplicate-zone-unknown",
    "A duplicate of a zone that is not before it",
    view="zones",
    columns=_ZONES,
    why="Only the first copy is annotated: a duplicate points back at it.",
    bad='"duplicate_of": 9 in zone 3',
    good='"duplicate_of": 0 in zone 1',
    mend="give the zone_id of the first copy",
)
def duplicate_zone_unknown(schema: Schema) -> Rule:
    import polars as pl

    where = pl.col("duplicate_of").is_not_null() & ~pl.col("original_before")
    return Rule(
        where,
        "duplicate_of is {found}, which is no earlier zone.",
        "duplicate_of",
        pl.col("duplicate_of").cast(pl.String),
        "an earlier zone_id",
    )


@rule(
    "L3/duplicate-zone-differs",
    "A duplicate with other words than its first copy",
    view="zones",
    columns=_ZONES,
    why="A zone that says something new must be annotated.",
    bad="“Photograph: AP” as duplicate of “Photograph: AFP”",
    good="equal words",
    mend="clear duplicate_of",
)
def duplicate_zone_differs(schema: Schema) -> Rule:
    import polars as pl

    words = [pl.col(name).cast(pl.String, strict=False).str.strip_chars() for name in ("slice", "original")]
    return Rule(
        pl.col("original_before") & (words[0] != words[1]),
        "The zone says “{found}”, its first copy “{expected}”.",
        "duplicate_of",
        words[0].str.slice(0, 60), words[1].str.slice(0, 60),
    )  # fmt: skip


@rule(
    "L3/span-in-duplicate-zone",
    "An annotation in a copy of a zone",
    view="duplicate_spans",
    columns=("every span", "articles.zones"),
    why="Only the first copy is annotated, or everything in it is counted twice.",
    bad="a mention in the repeated caption",
    good="the mention in the first caption",
    mend="move the span to the first copy, or remove the record",
)
def span_in_duplicate_zone(schema: Schema) -> Rule:
    import polars as pl

    found = pl.format("{}–{}", "start", "end")
    return Rule(
        pl.col("zone_id").is_not_null(),
        "The span {found} is in a duplicate zone.",
        "",
        found,
        pl.format("the zone {}", "duplicate_of"),
    )
