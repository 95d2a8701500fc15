"""L6, release: what only shows against the versions released before."""

from __future__ import annotations

from communique.validation.registry import declare

DAMAGED = declare(
    "L6/version-changed",
    "A released version that is not as it was released",
    why="Who cites a version relies on getting the same bytes years later.",
    bad="a corrected typo in corpus/versions/1.0.0/",
    good="the correction in a new version",
    mend="restore the folder from git or the Hub, and release the correction as a new version",
)
STEP = declare(
    "L6/version-step",
    "A version that does not go on from the latest release",
    why="A reader takes a higher number for newer, and a patch for harmless.",
    columns=("manifest.version",),
    bad="other tables under the number of the latest release, or records removed under a minor step",
    good="a higher number: major when results would change, minor when records are added",
    mend="raise 'version' in corpus/corpus.json and build again",
)
CHANGELOG = declare(
    "L6/changelog-missing",
    "A version that the changelog does not have",
    why="What changed, and why, is not in the tables.",
    columns=("CHANGELOG.md",),
    severity="warning",
    bad="version 1.1.0 released, CHANGELOG.md ends with 1.0.0",
    good="a heading [1.1.0] with what was added and changed",
    mend="write the section of the version",
)
JUMP = declare(
    "L6/size-jumped",
    "A table that grew or shrank by more than half",
    severity="warning",
    why="Most often a folder was forgotten or read twice.",
    columns=("manifest.tables",),
    bad="9,000 mentions after 20,000",
    good="20,400 mentions after 20,000",
    mend="find out why; grade this check down with a reason if it is meant",
)
GONE = declare(
    "L6/id-gone",
    "An id of the latest release that is no longer there",
    severity="warning",
    why="Whoever refers to it by id finds nothing. That takes a major step.",
    columns=("every table's key",),
    bad="mention a.m7 removed in 1.1.0",
    good="mention a.m7 kept, or removed in 2.0.0",
    mend="restore the record, or release a major version",
)
REUSED = declare(
    "L6/id-reused",
    "An id that names another record than in a release",
    why="Ids are never reused: who joins two versions by id joins different things.",
    columns=("every table's key", "every span"),
    bad="mention a.m7 at 10–15, in the release before at 300–310 of the same text",
    good="a new id for the new record",
    mend="give the record an id that was never used",
)
RELABELLED = declare(
    "L6/relabelled-silently",
    "A label changed without a word in the provenance",
    severity="warning",
    why="Somebody decided it: round, annotators and decision say who.",
    columns=("every value of a list", "provenance of every record"),
    bad='"status": "occurred" instead of "planned" under the same provenance',
    good="the new label with the round that decided it",
    mend="record the round and decision of the change, or restore the label",
)
TEXT = declare(
    "L6/text-changed",
    "Another text under the id of a released article",
    why="All offsets and all citations of the article mean the text of the release.",
    columns=("articles.text_sha256",),
    bad="a corrected article under its old id",
    good="the corrected article under an id of its own",
    mend="ingest the new text with --supersede",
)
SPLIT = declare(
    "L6/split-moved",
    "An article that changed its split",
    why="Splits are frozen: results on a test set that changes cannot be compared.",
    columns=("articles.split",),
    bad="an article of test moved to train",
    good="new articles in any split, old ones where they were",
    mend="restore the split",
)
SCHEMA_STEP = declare(
    "L6/schema-step",
    "Another schema under a patch step",
    why="A patch changes prose and metadata only; loaders rely on it.",
    columns=("manifest.schema",),
    bad="a new column in 1.0.1",
    good="a new column in 1.1.0",
    mend="raise the minor or major number",
)
