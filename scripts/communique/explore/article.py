"""What the page of one article shows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from communique.annotation.model import AUTHOR
from communique.corpus.document import Article
from communique.explore.cards import cards
from communique.explore.links import web_address, wikidata
from communique.explore.notes import Notes, Person
from communique.explore.pieces import marks, pieces
from communique.explore.vocabulary import Vocabulary

Record = dict[str, Any]

#: Zones that stand in front of or beside the text proper.
_PROSE = ("body", "headline", "standfirst")


def article_page(article: Article, notes: Notes) -> Record:
    """The values of the template `article.html`. A withheld text leaves the paragraphs without pieces."""
    record, words = article.record, notes.words
    zones = _zones(record)
    margins = notes.margins([zone["start"] for zone in zones])
    found = marks(article.rows, words.groups)
    paragraphs, number = [], 0
    for zone, margin in zip(zones, margins, strict=True):
        if zone["zone"] in _PROSE and zone["duplicate_of"] is None:
            number += 1
        numbered = zone["zone"] in _PROSE and zone["duplicate_of"] is None
        cut = [] if record["text"] is None else _pieces(record, zone, found)
        paragraphs.append(
            {
                "zone": zone["zone"],
                "label": "" if zone["zone"] == "body" else words.title("zone", zone["zone"]),
                "again": zone["duplicate_of"] is not None,
                "number": number if numbered else None,
                "pieces": cut,
                "margin": margin,
            }
        )
    return {
        "article": record,
        "id": record["article_id"],
        "heading": heading(record),
        "address": web_address(record["url"]),
        "withheld": record["text"] is None,
        "warnings": _warnings(record),
        "paragraphs": paragraphs,
        "places": {
            note.id: paragraph["number"]
            for paragraph in paragraphs
            for note in paragraph["margin"].narrator + _below(paragraph["margin"].statements)
        },
        "events": notes.events(article),
        "people": _people(article, notes),
        "voices": _voices(notes),
        "counts": {name: len(rows) for name, rows in article.rows.items()},
        "reported": sum(note.reported for note in notes.by_id.values()),
        "presupposed": sum(note.inside and not note.reported for note in notes.by_id.values()),
        "extended": any(row["layer"] == "extended" for row in article.rows["statements"]),
        "legend": words.legend(),
        "ways": _ways(article, words),
        "cards": cards(article, words),
        "annotated": any(article.rows[name] for name in ("mentions", "statements", "actions")),
    }


def heading(record: Record) -> str:
    """A heading for an article: its title, else its first headline, standfirst or sentence, else its id in words."""
    if record["title"]:
        return str(record["title"])
    for kind in ("headline", "standfirst", "body"):
        for zone in record["zones"]:
            if record["text"] is not None and zone["zone"] == kind:
                text = " ".join(record["text"][zone["start"] : zone["end"]].split())
                if text:
                    return text if len(text) <= 140 else text[:130].rsplit(" ", 1)[0] + " …"
    return str(record["article_id"]).replace("-", " ")


def _zones(record: Record) -> list[Record]:
    """The zones in order, with a body zone wherever text that is not blank lies in none."""
    zones = sorted(record["zones"], key=lambda zone: (zone["start"], zone["end"]))
    text, at, whole = record["text"], 0, []
    end = len(text) if text is not None else 0
    for zone in [*zones, {"start": end, "end": end, "zone": ""}]:
        if text is not None and text[at : zone["start"]].strip():
            whole.append({"zone": "body", "start": at, "end": zone["start"], "duplicate_of": None})
        if zone["end"] > zone["start"]:
            whole.append(zone)
        at = max(at, zone["end"])
    return whole or [{"zone": "body", "start": 0, "end": end, "duplicate_of": None}]


def _pieces(record: Record, zone: Record, found: list[Any]) -> list[Any]:
    return list(pieces(record["text"], zone["start"], zone["end"], found, record["article_id"]))


def _below(statements: Any) -> list[Any]:
    flat: list[Any] = []
    for one in statements:
        flat += [one, *one.actions, *_below(one.children)]
    return flat


def _warnings(record: Record) -> list[str]:
    """What happened to the text on its way here, as far as it limits what can be read from it."""
    found = []
    if record["paragraph_order"] == "shuffled":
        found.append("The paragraphs stand in another order than they were published in.")
    lost = [
        name
        for column, name in (("quotation_marks", "quotation marks"), ("apostrophes", "apostrophes"))
        if record[column] == "stripped"
    ]
    if lost:
        found.append(f"The text came here without its {' and '.join(lost)}.")
    return found


def _ways(article: Article, words: Vocabulary) -> list[Record]:
    """How the records came about: annotators, decision, review; with the number of records of each."""
    counted: Counter[tuple[str, str, str, bool]] = Counter()
    for table in ("mentions", "statements", "actions", "events"):
        for row in article.rows[table]:
            way = row["provenance"]
            counted[
                (
                    ", ".join(way["annotators"]),
                    words.title("annotator_kind", way["annotator_kind"]).lower(),
                    words.title("decision", way["decision"]).lower(),
                    way["reviewed_by_person"],
                )
            ] += 1
    return [
        {"annotators": names, "kind": kind, "decision": decision, "reviewed": reviewed, "count": count}
        for (names, kind, decision, reviewed), count in counted.most_common()
    ]


def _voices(notes: Notes) -> list[tuple[Person, int]]:
    """Who asserts how many actions, the narrator first, then by number and name."""
    counted: Counter[Person] = Counter()
    for note in notes.by_id.values():
        for person in note.views[0].who if note.views else ():
            counted[person] += 1
    return sorted(counted.items(), key=lambda item: (item[0][0] != AUTHOR, -item[1], item[0][1]))


def _people(article: Article, notes: Notes) -> list[Record]:
    """The actors of the article in the order of their names, with their mentions."""
    mentions: dict[str, list[Record]] = {}
    for row in article.mentions:
        if row["actor_id"] is not None:
            mentions.setdefault(row["actor_id"], []).append(row)
    used = set(mentions)
    for note in notes.by_id.values():
        used.update(note.actors.split())
    for row in article.rows["statements"]:
        used.update([*row["source_actor_ids"], *row["addressee_actor_ids"]])
    people = []
    for key in used & article.actors.keys():
        actor = article.actors[key]
        people.append(
            {
                "id": key,
                "name": actor["canonical_name"],
                "kind": notes.words.title("actor_kind", actor["actor_kind"]).lower(),
                "local": actor["article_id"] is not None,
                "wikidata": wikidata(actor["wikidata_qid"]),
                "qid": actor["wikidata_qid"],
                "proposed": actor["qid_status"] == "proposed",
                "mentions": [(row["mention_id"], row["text"]) for row in mentions.get(key, ())],
            }
        )
    return sorted(people, key=lambda one: (one["name"].casefold(), one["id"]))
