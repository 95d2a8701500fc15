"""A realistic corpus of any size in our full schema, with planted faults and the list of what was planted.

    python tests/benchmarks/validation_corpus.py FOLDER --articles 10000 [--faults 40] [--seed 0]

Some hundred template articles are generated with nested and discontinuous statements, multi-byte text in three of
ten, participants, views, events and links, and derived by the package itself. Every article is a template under its
own id and with its own actors of the registry. `planted.json` lists every fault as id, table, key and field.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from communique.annotation.derive import cameo_actor_code, derive
from communique.annotation.model import Annotation
from communique.corpus.claims import claims
from communique.corpus.digest import combined, row_digest
from communique.corpus.manifest import manifest_json
from communique.corpus.parquet import write_parquet
from communique.corpus.shards import shard_count, shard_name, shard_of
from communique.corpus.tableset import content_digest
from communique.schema import Schema, load_schema
from communique.schema.arrow import arrow_schema
from communique.validation.frames import table_types

Record = dict[str, Any]

ID, BLOCK = "@ARTICLE@", "@BLOCK@"
BLOCK_SIZE = 10
TEMPLATES = 1000
PROVENANCE = {
    "round": "bench",
    "annotators": ["ann", "bob"],
    "annotator_kind": "person",
    "decision": "agreed",
    "reviewed_by_person": True,
    "guideline_version": "0.1.0",
}
WORDS = """
    minister president talks border troops sanctions gas pipeline summit treaty alliance officials
    parliament vote after before during because although without against between towards under region
    agency report deal crisis the a of in on for with that which who said would could had been was were
    is are not more than about over new old large small next last early late joint secret public
    military economic foreign national regional
""".split()  # noqa: SIM905
WIDE = ["naïve", "São", "Żółć", "“Zürich”", "漢字", "Київ", "Москва", "coup d’état", "—", "🕊"]


class Writer:
    """Text that grows, and spans into it."""

    def __init__(self, rng: random.Random, wide: bool) -> None:
        self.rng, self.wide, self.parts, self.size = rng, wide, [], 0

    def add(self, words: str) -> Record:
        start = self.size
        self.parts.append(words)
        self.size += len(words)
        return {"start": start, "end": self.size, "text": words}

    def filler(self, count: int) -> Record:
        words = [
            self.rng.choice(WIDE) if self.wide and self.rng.random() < 0.1 else self.rng.choice(WORDS)
            for _ in range(count)
        ]
        return self.add(" ".join(words))

    def space(self) -> None:
        self.add(" ")


def template(rng: random.Random, schema: Schema, actors: dict[str, Record]) -> dict[str, list[Record]]:
    """All rows of one article under placeholder ids."""
    out = Writer(rng, rng.random() < 0.3)
    rows: dict[str, list[Record]] = {name: [] for name in schema.tables}
    zones: list[Record] = []
    names = {actor_id: actor["canonical_name"] for actor_id, actor in actors.items()}

    def actor() -> str:
        return f"ACT{BLOCK}{rng.randrange(BLOCK_SIZE)}"

    def mention(who: str, words: str | None = None, kind: str = "NAM") -> Record:
        span = out.add(words or names[who])
        number = len(rows["mentions"]) + 1
        rows["mentions"].append(
            record(
                "mentions", {"mention_id": f"{ID}.m{number}", "actor_id": who, **span, "mention_type": kind}
            )
        )
        return span

    def record(table: str, given: Record) -> Record:
        base = {"article_id": ID, "provenance": PROVENANCE}
        stored = schema.table(table).stored
        return {
            column.name: given.get(column.name, base.get(column.name, column.default)) for column in stored
        }

    def action(
        trigger: Record,
        agent: tuple[str, Record],
        target: tuple[str, Record | None],
        event: str | None = None,
    ) -> str:
        kind = rng.choice([value for value in schema.values("event_type").values if value.const != "OTHER"])
        if event is not None:
            known = {one["event_id"]: one["event_type"] for one in rows["events"]}
            kind = schema.values("event_type")[known[event]]
        modes = schema.modes(kind.const)
        if event is None:
            event = f"{ID}.V{len(rows['events']) + 1}"
            given = {"event_id": event, "gloss": f"event {len(rows['events'])}", "event_type": kind.const}
            rows["events"].append(record("events", given))
        status = rng.choice(["occurred", "ongoing", "planned", "demanded", "denied", "predicted"])
        given = {
            "action_id": f"{ID}.E{len(rows['actions']) + 1}",
            "event_id": event,
            "trigger_spans": [trigger],
            "event_type": kind.const,
            "mode": rng.choice(modes.values).const if modes and rng.random() < 0.7 else None,
            "contexts": rng.sample(
                [value.const for value in schema.values("context").values], rng.randrange(3)
            ),
            "status": status,
            "agents": [{"actor_id": agent[0], "span": agent[1], "implicit": False}],
            "targets": [{"actor_id": target[0], "span": target[1], "implicit": target[1] is None}],
            "time": {
                "value": "2022-03",
                "expression": None,
                "basis": "publication_default",
                "modifier": None,
            },
        }
        if rng.random() < 0.2:
            other = "denied" if status != "denied" else "occurred"
            view = {
                "view_of": target[0],
                "in_statement_id": None,
                "status": other,
                "polarity": "positive",
                "certainty": "certain",
            }
            given["other_views"] = [view]
        rows["actions"].append(record("actions", given))
        return event

    def statement(given: Record) -> str:
        name = f"{ID}.S{len(rows['statements']) + 1}"
        base = {
            "statement_id": name,
            "layer": "core",
            "statement_kind": "assertion",
            "source_form": "named",
            "cue_class": "neutral",
            "cue_lemma": "say",
            "mode": "indirect",
            "speech_act": "assertive",
        }
        rows["statements"].append(record("statements", {**base, **given}))
        return name

    for paragraph in range(4):
        start = out.size
        out.filler(rng.randrange(8, 20))
        out.space()
        speaker = actor()
        source = mention(speaker)
        out.space()
        cue = out.add("said")
        out.space()
        content_start = out.size
        who, whom = actor(), actor()
        outer_agent = mention(who)
        out.space()
        trigger = out.add("attacked")
        out.space()
        outer_target = mention(whom)
        out.space()
        event = action(trigger, (who, outer_agent), (whom, outer_target))
        nested: Record | None = None
        if paragraph % 2:
            inner_source = mention(who, "he", "PRO")
            out.space()
            inner_cue = out.add("expects")
            out.space()
            inner_content = out.filler(rng.randrange(4, 9))
            out.space()
            nested = {"source": inner_source, "cue": inner_cue, "content": inner_content}
        out.filler(rng.randrange(4, 12))
        first = {"start": content_start, "end": out.size, "text": None}
        spans = [first]
        if paragraph % 3 == 0:
            out.add(", the ")
            out.filler(2)
            out.add(" added, ")
            spans.append(out.filler(rng.randrange(4, 12)))
        outer = statement(
            {
                "source_actor_ids": [speaker],
                "source_spans": [source],
                "cue_spans": [cue],
                "content_spans": spans,
            }
        )
        if nested:
            statement(
                {
                    "parent_statement_id": outer,
                    "layer": "extended",
                    "statement_kind": "belief",
                    "source_actor_ids": [who],
                    "source_form": "pronoun",
                    "source_spans": [nested["source"]],
                    "cue_spans": [nested["cue"]],
                    "cue_class": "epistemic",
                    "content_spans": [nested["content"]],
                    "speech_act": "none",
                }
            )
        if paragraph % 4 == 0:
            out.add(". ")
            agent = actor()
            agent_span = mention(agent, None)
            out.space()
            action(out.add("met"), (agent, agent_span), (actor(), None), event)
        out.filler(rng.randrange(110, 170))
        out.add(".")
        zones.append(
            {"zone_id": paragraph, "zone": "body", "start": start, "end": out.size, "duplicate_of": None}
        )
        out.add("\n")
    start = out.size
    out.add(ID_LINE)
    zones.append({"zone_id": 4, "zone": "url_line", "start": start, "end": out.size, "duplicate_of": None})
    out.add("\n")
    text = "".join(out.parts)
    for one in rows["statements"]:
        for span in one["content_spans"]:
            span["text"] = text[span["start"] : span["end"]]
    if len(rows["events"]) > 1:
        ends = {"from_event_id": f"{ID}.V1", "to_event_id": f"{ID}.V2"}
        rows["event_links"].append(record("event_links", {"type": "response_to", **ends}))
    article = {
        "article_id": ID,
        "url": f"https://news.example/{ID}",
        "publisher": "News",
        "title": None,
        "byline": None,
        "published_on": "2022-03-01",
        "date_raw": "20220301",
        "language": "en",
        "paragraph_order": "original",
        "quotation_marks": "kept",
        "apostrophes": "kept",
        "detections": [],
        "rights": "CC-BY-4.0",
        "rights_holder": None,
        "redistribution": "text_ok",
        "split": "train",
        "source_format": "text",
        "source_file": f"{ID}.txt",
        "source_record": None,
        "source_sha256": "0" * 64,
        "normaliser": "communique-text/1",
        "text_sha256": "@SHA@",
        "char_count": len(text),
        "extra": None,
        "zones": zones,
        "text": text,
        "remarks": None,
        "guideline_version": "0.1.0",
    }
    article = {column.name: article.get(column.name) for column in schema.table("articles").columns}
    made = derive(Annotation(ID, "@SHA@", PROVENANCE, None, {**rows, "actors": []}), article, actors, schema)
    glosses = {event["event_id"]: event["gloss"] for event in made["events"]}
    made["claims"] = claims(
        made["actions"], glosses, {actor_id: one["canonical_name"] for actor_id, one in actors.items()}
    )
    made["articles"] = [article]
    return made


#: The last line of a text tells the article, so that no two texts are equal. Ids have one length.
ID_LINE = "@ARTICLELINE@"


def article_id(number: int) -> str:
    return f"n{number:010d}"


def registry_actor(number: str) -> Record:
    actor = {
        "actor_id": f"ACT{number}",
        "article_id": None,
        "canonical_name": f"Actor {number}",
        "actor_kind": "person",
        "country_iso3": "FRA",
        "nonstate_code": None,
        "sector_code": "GOV",
        "other_sector_codes": [],
        "role_in_text": None,
        "affiliated_with": [],
        "set_members": [],
        "wikidata_qid": None,
        "qid_status": "none",
        "resolution": "named",
        "note": None,
        "provenance": PROVENANCE,
        "cameo_actor_code": "FRAGOV",
        "aliases": [],
        "mention_count": 0,
        "article_count": 0,
    }
    assert cameo_actor_code(actor) == "FRAGOV"
    return actor


Fault = Callable[[dict[str, list[Record]]], tuple[str, str, str, str]]


def _faults() -> list[Fault]:
    def shifted(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["mentions"][3]
        one["text"] = "x" * len(one["text"])
        return "L3/span-text-differs", "mentions", one["mention_id"], "text"

    def beyond(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["statements"][-1]
        one["content_spans"][-1]["end"] = 10**6
        return (
            "L3/span-beyond-text",
            "statements",
            one["statement_id"],
            f"content_spans/{len(one['content_spans']) - 1}/end",
        )

    def unknown_actor(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["actions"][1]
        one["agents"][0]["actor_id"] = "NOBODY"
        return "L2/actor-unknown", "actions", one["action_id"], "agents/0/actor_id"

    def unknown_value(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["actions"][0]
        one["status"] = "happened"
        return "L1/unknown-value", "actions", one["action_id"], "status"

    def repeated(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["mentions"][5]
        one["mention_id"] = rows["mentions"][4]["mention_id"]
        return "L2/key-repeated", "mentions", one["mention_id"], "mention_id"

    def wrong_mode(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["actions"][2]
        one["event_type"], one["mode"] = "AID", "visit"
        next(event for event in rows["events"] if event["event_id"] == one["event_id"])["event_type"] = "AID"
        for other in rows["actions"]:
            if other["event_id"] == one["event_id"] and other is not one:
                other.update(event_type="AID", mode=None)
        return "L4/mode-of-another-type", "actions", one["action_id"], "mode"

    def direct(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = rows["statements"][0]
        one["mode"] = "direct"
        return "L4/direct-without-evidence", "statements", one["statement_id"], "mode_evidence"

    def outside(rows: dict[str, list[Record]]) -> tuple[str, str, str, str]:
        one = next(one for one in rows["statements"] if one["parent_statement_id"])
        one["parent_statement_id"] = rows["statements"][0]["statement_id"]
        return "L3/child-outside-parent", "statements", one["statement_id"], "source_spans/0"

    return [shifted, beyond, unknown_actor, unknown_value, repeated, wrong_mode, direct, outside]


def generate(folder: Path, schema: Schema, articles: int, faults: int = 0, seed: int = 0) -> dict[str, int]:
    """Write a built corpus of `articles` articles into `folder`; rows by table."""
    rng = random.Random(seed)
    known = {f"ACT{BLOCK}{number}": registry_actor(f"{BLOCK}{number}") for number in range(BLOCK_SIZE)}
    known["AUTHOR"] = registry_actor("0") | {"actor_id": "AUTHOR"}
    templates = []
    for _ in range(min(TEMPLATES, articles)):
        rows = template(rng, schema, known)
        head = rows["articles"][0]
        blobs = {
            name: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
            for name, found in rows.items()
        }
        templates.append((head["text"], blobs, rows))
    shards = shard_count(articles)
    blocks = max(1, articles // 20)
    by_shard: dict[int, list[int]] = {}
    for number in range(articles):
        by_shard.setdefault(shard_of(article_id(number), shards), []).append(number)
    chosen = dict(
        zip(
            rng.sample(range(articles), min(faults, articles)),
            (kind for _ in range(faults) for kind in _faults()),
            strict=False,
        )
    )
    planted: list[dict[str, str]] = []
    counts = dict.fromkeys(schema.tables, 0)
    files: dict[str, list[Record]] = {name: [] for name in schema.tables}
    digests: dict[str, list[bytes]] = {name: [] for name in schema.tables}
    for shard, numbers in sorted(by_shard.items()):
        parts: dict[str, list[str]] = {name: [] for name in schema.tables}
        for number in numbers:
            name = article_id(number)
            text, blobs, rows = templates[number % len(templates)]
            block = f"{number % blocks:07d}"
            line = name + "-" * (len(ID_LINE) - len(name))
            digest = hashlib.sha256(text.replace(ID_LINE, line).replace(BLOCK, block).encode()).hexdigest()
            if number in chosen:
                spoilt = json.loads(json.dumps(rows))
                where = chosen[number](spoilt)
                blobs = {
                    key: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
                    for key, found in spoilt.items()
                }
                planted.append(
                    dict(
                        zip(
                            ("id", "table", "key", "field"),
                            (part.replace(ID, name) for part in where),
                            strict=True,
                        )
                    )
                )
            for table, blob in blobs.items():
                parts[table].append(
                    blob.replace(ID_LINE, line)
                    .replace(ID, name)
                    .replace(BLOCK, block)
                    .replace("@SHA@", digest)
                )
        if shard == 0:
            parts["actors"] = [
                json.dumps(registry_actor(f"{number:07d}{digit}")) + "\n"
                for number in range(blocks)
                for digit in range(BLOCK_SIZE)
            ]
            parts["actors"].append(
                json.dumps(
                    registry_actor("0")
                    | {"actor_id": "AUTHOR", "actor_kind": "media", "cameo_actor_code": None}
                )
                + "\n"
            )
        for table, blobs_ in parts.items():
            if any(blobs_):
                entry = _write(
                    folder,
                    schema,
                    table,
                    shard,
                    shards,
                    "".join(blobs_),
                    digests[table] if articles <= 1500 else None,
                )
                files[table].append(entry)
                counts[table] += entry["rows"]
    tables = {
        name: {"rows": counts[name], "digest": combined(digests[name]), "files": files[name]}
        for name in schema.tables
    }
    manifest = {
        "name": "bench",
        "version": "0.0.0",
        "schema": schema.fingerprint,
        "shards": shards,
        "digest": content_digest(tables),
        "tables": tables,
    }
    (folder / "manifest.json").write_text(manifest_json(manifest), encoding="utf-8")
    (folder / "planted.json").write_text(
        json.dumps(sorted(planted, key=lambda one: one["key"]), indent=1), encoding="utf-8"
    )
    return counts


def _write(
    folder: Path, schema: Schema, table: str, shard: int, shards: int, blob: str, digests: list[bytes] | None
) -> Record:
    spec = schema.table(table)
    types = table_types(spec, derived=True)
    # Days are text in JSON.
    dates = [name for name, kind in types.items() if kind == pl.Date]
    read = {name: pl.String if name in dates else kind for name, kind in types.items()}
    frame = pl.read_ndjson(io.BytesIO(blob.encode()), schema=read).with_columns(
        pl.col(dates).str.to_date("%Y-%m-%d")
    )
    frame = frame.sort(list(spec.key))
    path = (
        folder
        / "data"
        / table
        / shard_name("train", shard, shards, hashlib.sha256(blob.encode()).hexdigest())
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(spec, frame.to_arrow().cast(arrow_schema(spec)), path)
    if digests is not None:
        import pyarrow.parquet as pq

        from communique.corpus.parquet import records

        digests += [row_digest(row) for row in records(pq.read_table(path, partitioning=None), spec)]
    data = path.read_bytes()
    return {
        "path": path.relative_to(folder).as_posix(),
        "split": "train",
        "shard": shard,
        "rows": frame.height,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    schema = load_schema(Path(__file__).parents[2] / "annotations" / "schema")
    counts = generate(given.folder, schema, given.articles, given.faults, given.seed)
    print(json.dumps(counts), sum(counts.values()))


if __name__ == "__main__":
    main()
