"""L0, files: what must be so before a record can be read."""

from __future__ import annotations

from communique.validation.registry import declare

ENCODING = declare(
    "L0/not-utf8",
    "A file that is not UTF-8",
    why="Offsets count characters; bytes that are no characters cannot be counted.",
    bad="a gold file saved as Windows-1252",
    good="the same file saved as UTF-8",
    mend="save the file as UTF-8, or restore it from git",
)
JSON = declare(
    "L0/not-json",
    "A file or line that is not JSON",
    why="A cut or mistyped file cannot be read at all; its article is not checked.",
    bad='{"article_id": "a", "mentions": [',
    good='{"article_id": "a", "mentions": []}',
    mend="correct the JSON at the line and column named, or restore the file from git",
)
POINTER = declare(
    "L0/lfs-pointer",
    "A Git LFS pointer in place of the file",
    why="The file's content was never fetched.",
    bad="version https://git-lfs.github.com/spec/v1 …",
    good="the file itself",
    mend="run 'git lfs pull'",
)
EMPTY = declare(
    "L0/empty-file",
    "An empty file",
    why="An interrupted copy leaves files of no bytes.",
    bad="a gold file of 0 bytes",
    good="a file with content",
    mend="restore the file from git, or build the corpus again",
)
NAME_TWICE = declare(
    "L0/name-twice",
    "A name twice in one JSON object",
    why="Readers keep one of the two values and drop the other without a word.",
    bad='{"start": 3, "end": 9, "start": 4}',
    good='{"start": 4, "end": 9}',
    mend="remove the wrong one of the two",
)
FORM = declare(
    "L0/file-form",
    "A file that is not laid out as it should be",
    why="Without header and sections the records cannot be found.",
    bad='an annotation file with the section "mention"',
    good='an annotation file with the section "mentions"',
    mend="correct the name, or move the content where it belongs",
)
MISNAMED = declare(
    "L0/file-misnamed",
    "A file named after another article",
    why="An article is found by the name of its file.",
    bad="gold/b.json with the article_id a",
    good="gold/a.json with the article_id a",
    mend="rename the file, or correct the id",
)
NO_REGISTRY = declare(
    "L0/registry-missing",
    "There is no actor registry",
    why="Without its actors no reference to one can be resolved.",
    bad="annotations without actors.jsonl",
    good="annotations/actors.jsonl with at least AUTHOR",
    mend="restore annotations/actors.jsonl from git",
)
UNREADABLE = declare(
    "L0/unreadable",
    "A file that cannot be opened",
    why="What cannot be opened is not checked.",
    bad="a file without read permission, a broken link",
    good="a readable file",
    mend="give read permission, or restore the file",
)
RAW_MISSING = declare(
    "L0/raw-missing",
    "The raw file of an article is gone",
    why="The raw bytes are the evidence for the canonical text: without them it cannot be made again.",
    bad="source_file names a file that corpus/raw does not hold",
    good="the file lies in corpus/raw",
    mend="restore the raw file from git or from its source",
    severity="warning",
    columns=("articles.source_file",),
)
RAW_DIFFERS = declare(
    "L0/raw-differs",
    "The raw file of an article was changed",
    why="Raw files are kept exactly as received.",
    bad="a raw file that was edited after ingest",
    good="raw bytes whose SHA-256 is source_sha256",
    mend="restore the raw file; a new version of the article is ingested with --supersede",
    columns=("articles.source_file", "articles.source_sha256"),
)

# Built corpora

MANIFEST_MISSING = declare(
    "L0/manifest-missing",
    "A built corpus without manifest.json",
    why="Without it no file can be known to be whole.",
    bad="a folder of shards alone",
    good="manifest.json beside data/",
    mend="build the corpus again, or download it again",
)
MANIFEST_FORM = declare(
    "L0/manifest-form",
    "A manifest that lacks a part or has it in another form",
    why="The manifest is what the files are checked against.",
    bad='a manifest without "files"',
    good="the manifest as the build writes it",
    mend="build the corpus again, or download it again",
)
FILE_ABSENT = declare(
    "L0/file-absent",
    "A file of the manifest is not there",
    why="Its rows are missing without a trace in the tables.",
    bad="data/mentions without the file that the manifest lists",
    good="all files of the manifest",
    mend="build the corpus again, or download it again",
)
FILE_UNLISTED = declare(
    "L0/file-unlisted",
    "A file that the manifest does not list",
    why="Loaders read every file of the folder: a file left over from an earlier build doubles its rows.",
    bad="shards of two builds in one folder",
    good="the files of one build",
    mend="remove the file, or build the corpus again",
)
TRUNCATED = declare(
    "L0/file-size",
    "A file of another size than in the manifest",
    why="A copy that was cut off, or a file that was replaced.",
    bad="a shard of 3 kB that the manifest gives 40 kB",
    good="a shard of the size that the manifest gives",
    mend="copy or download the file again, or build the corpus again",
)
CHECKSUM = declare(
    "L0/checksum",
    "A file of another SHA-256 than in the manifest",
    why="The content was changed after the build.",
    bad="a shard edited by hand",
    good="the shard as built",
    mend="download the file again, or build the corpus again",
)
NOT_PARQUET = declare(
    "L0/not-parquet",
    "A shard that cannot be read as Parquet",
    why="Its rows cannot be read by anybody.",
    bad="a truncated or damaged shard",
    good="a whole shard",
    mend="download the file again, or build the corpus again",
)
ROWS = declare(
    "L0/row-count",
    "A shard with another number of rows than in the manifest",
    why="Rows were lost or added after the build.",
    bad="a shard of 99 rows that the manifest gives 100",
    good="as many rows as the manifest says",
    mend="download the file again, or build the corpus again",
)
DIGEST = declare(
    "L0/content-digest",
    "A table whose rows are not those of the manifest",
    why="The digest of the content is equal for equal rows whatever wrote the file: other rows, other corpus.",
    bad="a table rewritten with one changed row and new checksums",
    good="rows whose digest the manifest gives",
    mend="build the corpus again",
)
SHARD_NAME = declare(
    "L0/shard-name",
    "A file in data/ that is not named as a shard",
    why="Loaders take the split from the name.",
    bad="data/mentions/part1.parquet",
    good="data/mentions/train-00000-of-00004-0f2a….parquet",
    mend="remove it, or build the corpus again",
)
SHARD_COUNT = declare(
    "L0/shard-count",
    "Tables of different numbers of shards",
    why="Shards of different builds were mixed: rows are doubled or missing.",
    bad="mentions in 4 shards, articles in 2",
    good="every table in 4 shards",
    mend="build the corpus again",
)
MISALIGNED = declare(
    "L0/shard-misaligned",
    "Rows of an article in the wrong shard",
    why="Shards are checked, compared and distributed one by one: rows of one article "
    "must lie in the same shard of every table.",
    bad="an article in shard 1 whose id belongs to shard 3",
    good="every row in the shard of its article",
    mend="build the corpus again",
)
SPLIT_MISPLACED = declare(
    "L0/split-misplaced",
    "Rows of an article in a file of another split",
    why="Loading one split would give rows of another.",
    bad="an article of the split test in a file train-…",
    good="rows in the files of their article's split",
    mend="build the corpus again",
)
NO_ROWS = declare(
    "L0/shard-empty",
    "A shard without rows",
    why="Loaders of some libraries fail on it; a table without rows in a shard has no file.",
    bad="a shard with 0 rows",
    good="no file",
    mend="remove the file, or build the corpus again",
    severity="warning",
)
TABLE_ABSENT = declare(
    "L0/table-absent",
    "A table of the manifest without any file",
    why="References into it cannot be resolved.",
    bad="a corpus without data/actors",
    good="all tables of the manifest",
    mend="build the corpus again, or download it again",
)
FOREIGN_SCHEMA = declare(
    "L0/schema-differs",
    "Built under another schema than the one at hand",
    why="Values and columns of another schema are judged wrongly, or not at all.",
    bad="a corpus of version 1.0 checked with the schema of version 2.0",
    good="a corpus and the schema it was built with",
    mend="build the corpus again, or check it with the schema of its version",
    severity="warning",
)
MANIFEST_DIGEST = declare(
    "L0/manifest-digest",
    "A manifest whose digest is not that of its tables",
    why="The digest is what a reader cites: one that was edited names a corpus that nobody has.",
    bad="the digest of a table exchanged by hand",
    good="the digest that the build wrote",
    mend="build the corpus again, or restore the manifest from git or the Hub",
)
MANIFEST_NAMES = declare(
    "L0/manifest-other-corpus",
    "A manifest whose name or version is not that of corpus.json",
    why="Loaders, the card and releases say which corpus this is by these words.",
    bad='"name": "cammunique" in the manifest, "communique" in corpus.json',
    good="the same name, and the version that a build writes",
    mend="build the corpus again, or restore manifest.json or corpus.json from git",
)
MANIFEST_EDITED = declare(
    "L0/manifest-rewritten",
    "A manifest that no build has written",
    severity="warning",
    why="The manifest is made by a machine: other white space or another order show that a hand was at work.",
    bad="a manifest reformatted by an editor",
    good="the manifest as 'communique build' writes it",
    mend="build the corpus again",
)
SOURCE_CHANGED = declare(
    "L0/source-changed",
    "A source that has changed since the build",
    severity="warning",
    why="The tables say what the sources said then. Either the build is to be done again, or the change was none that "
    "anybody meant.",
    bad="a byte of a gold file flipped by a failing disk, where the words are still valid",
    good="the file as it was at the build, or a new build",
    mend="run 'communique build' if the change was meant, else restore the file from git",
)
CARD_CHANGED = declare(
    "L0/card-changed",
    "A card or Croissant file that was changed by hand",
    severity="warning",
    why="Both are written by the build and the release: a change by hand is lost, and until then contradicts the tables.",
    bad="a figure corrected in corpus/README.md",
    good="the words corrected in corpus/card.md, and a build",
    mend="run 'communique build'; restore croissant.json from the latest release or git",
)
SEALED = {
    "changed": declare(
        "L0/sealed-file-changed",
        "A file of a released folder that was changed",
        why="A released version and the public form never change: whoever cites them must find the same bytes.",
        bad="one byte flipped in corpus/versions/1.0.0/data/…",
        good="the file as SHA256SUMS says",
        mend="restore the file from git or the Hub; a correction is a new version",
    ),
    "absent": declare(
        "L0/sealed-file-absent",
        "A file of a released folder that is not there",
        why="What was released must be had whole.",
        bad="corpus/versions/1.0.0 without schema/values.schema.json",
        good="all files that SHA256SUMS names",
        mend="restore the file from git or the Hub",
    ),
    "added": declare(
        "L0/sealed-file-added",
        "A file in a released folder that the release did not have",
        why="Readers would take it for a part of the release.",
        bad="a note.txt in corpus/versions/1.0.0",
        good="only files that SHA256SUMS names",
        mend="remove the file",
    ),
    "form": declare(
        "L0/sums-form",
        "A SHA256SUMS with a line of another form",
        why="Without it nobody can tell whether the release is as it was.",
        bad="a line cut off in the middle",
        good="a SHA-256, two spaces, a path",
        mend="restore SHA256SUMS from git or the Hub",
    ),
}
STRAY = declare(
    "L0/file-stray",
    "A file that nothing reads",
    severity="warning",
    why="Somebody believes that it counts: a copy, a note, an annotation saved under another ending.",
    bad="annotations/gold/old/a.json, annotations/gold/a.JSON",
    good="annotations/gold/a.json",
    mend="move the file out of the folder, or rename it to <article_id>.json",
)
FACTS = declare(
    "L0/facts-form",
    "A corpus.json that lacks a part or has it in another form",
    why="Build, card, release and citation take name, version, licence and languages from it.",
    bad='"version": "v1"',
    good='"version": "1.0.0"',
    mend="correct corpus/corpus.json",
)
GUIDELINES = declare(
    "L0/guidelines-version",
    "Guidelines without a version",
    severity="warning",
    why="Every record says under which version of the guidelines it was made; the latest must be known to check that.",
    bad="annotations/guidelines/VERSION holding v0.2",
    good="0.2.0",
    mend="write the version as x.y.z into annotations/guidelines/VERSION",
)
SOURCES = declare(
    "L0/sources-contradict",
    "An inventory of raw files that contradicts files or articles",
    severity="warning",
    why="It says where each text comes from and under which rights: if article and inventory differ, one is wrong.",
    bad='"redistribution": "none" in sources.jsonl, text_ok in the article',
    good="the same in both",
    mend="correct the line in corpus/raw/sources.jsonl or the article, or ingest the file again",
)
RAW_PATH = declare(
    "L0/raw-path",
    "A raw file outside of corpus/raw",
    why="A path that leads out of the folder reads, and publishes, files that are none of the corpus.",
    bad='"source_file": "../../secret.txt"',
    good='"source_file": "a.txt"',
    mend="move the file into corpus/raw and correct source_file",
)
