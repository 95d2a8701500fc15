"""The pages about the whole corpus: index, tables, actors, network, timeline, rounds."""

from __future__ import annotations

from collections.abc import Mapping

from communique.explore.charts import network, timeline
from communique.explore.chunks import Chunks
from communique.explore.codebook import actor_address
from communique.explore.desk import Desk
from communique.explore.links import file_name, wikidata
from communique.explore.rounds import round_page
from communique.explore.sheets import ACTORS, ARTICLES, CLAIMS, EVENTS, STATEMENTS, TIES
from communique.explore.tally import TIES as TIE_WORDS
from communique.explore.tally import Tally

#: The drawings of the network: kinds of tie, ink, title, explanation.
_GRAPHS = (
    (
        ("narrated",),
        "own",
        "Who acts on whom: narrated",
        "Actions that the article itself asserts, of any status.",
    ),
    (
        ("reported",),
        "other",
        "Who acts on whom: only reported",
        "Claimed, demanded, denied: on the word of others.",
    ),
    (("about",), "other", "Who speaks about whom", "The speaker, and the actors named in what is said."),
    (("to",), "other", "Who speaks to whom", "The speaker and the addressees."),
)
_BOUND = (
    "This site holds the words of {:,} article(s) that may not be passed on: keep it to yourself, "
    "and make the site to publish from the public corpus, in which they are withheld."
)


def write_tables(
    desk: Desk, sheets: dict[str, Chunks], tally: Tally, first: list[tuple[str, str]], bound: int
) -> None:
    """Index, actions and statements; `first` are articles for readers without scripts, `bound` those not to pass on."""
    rows = {name: entry["rows"] for name, entry in desk.corpus.manifest["tables"].items()}
    withheld = desk.corpus.manifest.get("withheld")
    names = {key: one["canonical_name"] for key, one in desk.corpus.actors.items()}
    asserting = {key: counts["asserts"] for key, counts in tally.numbers.items() if counts["asserts"]}
    voices = sorted(asserting.items(), key=lambda item: (-item[1], item[0]))[:12]
    desk.table(
        ARTICLES,
        sheets["articles"],
        "index.html",
        str(desk.site["title"]),
        ["Who says that who does what to whom: news articles with their statements, actions and actors."],
        template="index.html",
        numbers=[
            (desk.corpus.schema.tables[name].title.lower(), rows[name])
            for name in ("articles", "statements", "actions", "events", "actors", "mentions")
            if name in rows
        ],
        notices=[
            *([f"The words of {withheld['articles']:,} articles are withheld."] if withheld else []),
            *([_BOUND.format(bound)] if bound else []),
        ],
        first=first,
        voices=[(key, names[key], count, desk.actor_files.get(key)) for key, count in voices],
        groups=[(one, tally.own[one["group"]], tally.reported[one["group"]]) for one in desk.words.legend()],
    )
    desk.table(
        CLAIMS,
        sheets["actions"],
        "actions.html",
        "Actions",
        [
            "One line is one action as one source sees it. An action that is denied, demanded or conditional "
            "has not happened; “not to happen” means that the source speaks of the act not taking place."
        ],
    )
    desk.table(
        STATEMENTS,
        sheets["statements"],
        "statements.html",
        "Statements",
        ["Acts of communication, and beliefs, intentions and attitudes reported of somebody."],
    )


def write_actors(desk: Desk, tally: Tally) -> None:
    """The table of actors, and a page for each of the registry."""
    chunks = Chunks(desk.folder / "data", ACTORS.name)
    ordered = sorted(
        desk.corpus.actors.values(),
        key=lambda one: (one["article_id"] is not None, -one["mention_count"], one["actor_id"]),
    )
    for one in ordered:
        numbers = tally.numbers[one["actor_id"]]
        counts = [one["mention_count"], one["article_count"]]
        counts += [numbers[kind] for kind in ("says", "asserts", "does", "suffers")]
        aliases = ", ".join(alias for alias in one["aliases"] if alias is not None)
        head = [
            one["canonical_name"],
            one["actor_kind"],
            aliases,
            one["country_iso3"],
            one["wikidata_qid"],
        ]
        chunks.add([*head, *counts, one["actor_id"], one["article_id"], actor_address(one)])
    desk.table(
        ACTORS,
        chunks,
        "actors.html",
        "Actors",
        ["Actors of the registry first, then unnamed groups, which belong to one article each."],
    )
    for key, one in desk.registry.items():
        desk.page(
            "actor.html",
            f"actors/{desk.actor_files[key]}.html",
            "../",
            actor=one,
            kind=desk.words.title("actor_kind", one["actor_kind"]).lower(),
            wikidata=wikidata(one["wikidata_qid"]),
            qid_status=desk.words.title("qid_status", one["qid_status"]).lower(),
            related=_linked(desk, one["affiliated_with"]),
            members=_linked(desk, one["set_members"]),
            numbers={kind: tally.numbers[key][kind] for kind in ("says", "asserts", "does", "suffers")},
            listed={kind: tally.listed[key][kind] for kind in ("says", "asserts", "does", "suffers")},
        )


def _linked(desk: Desk, ids: list[str]) -> list[tuple[str, str, str]]:
    known = [key for key in ids if key in desk.registry]
    return [(key, desk.registry[key]["canonical_name"], desk.actor_files[key]) for key in known]


def write_network(desk: Desk, tally: Tally) -> None:
    """Who speaks about or acts on whom."""
    names = {key: one["canonical_name"] for key, one in desk.corpus.actors.items()}
    chunks = Chunks(desk.folder / "data", TIES.name)
    for (tie, one, other), count in sorted(tally.ties.items(), key=lambda item: (-item[1], item[0])):
        chunks.add([names.get(one, one), TIE_WORDS[tie], names.get(other, other), count])
    desk.table(
        TIES,
        chunks,
        "network.html",
        "Network",
        ["An arrow runs from the one who acts or speaks; its width is the number of times."],
        template="network.html",
        graphs=[
            {"title": title, "text": text, "ink": ink, "drawing": network(tally.ties, kinds, names)}
            for kinds, ink, title, text in _GRAPHS
        ],
    )


def write_timeline(desk: Desk, events: Chunks, tally: Tally) -> None:
    """Events by date and status."""
    groups = [one["group"] for one in desk.words.legend()]
    charts = [
        {
            "title": "Actions whose time the text states",
            "drawing": timeline(tally.times["stated"], groups),
        },
        {
            "title": "Actions without a stated time, by date of publication",
            "drawing": timeline(tally.times["published"], groups),
        },
    ]
    intro = [
        "A dot's area is the number of actions. The date of publication never stands in for the time of an act."
    ]
    if tally.undated:
        intro.append(f"{tally.undated:,} actions have neither a stated time nor a date of publication.")
    desk.table(
        EVENTS,
        events,
        "timeline.html",
        "Timeline",
        intro,
        template="timeline.html",
        charts=charts,
        legend=desk.words.legend(),
    )


def write_rounds(desk: Desk, texts: Mapping[str, str]) -> None:
    """A page a round, with both annotations in parallel, and a list of them."""
    if not desk.rounds:
        return
    (desk.folder / "rounds").mkdir()
    for one in desk.rounds:
        page = round_page(one, desk.corpus.schema, {key: texts[key] for key in one.collected if key in texts})
        (desk.folder / "rounds" / f"{file_name(one.name)}.html").write_bytes(page.encode("utf-8", "replace"))
    listed = [(one.name, file_name(one.name), one.kinds, sorted(one.collected)) for one in desk.rounds]
    desk.page("rounds.html", "rounds.html", "", rounds=listed, words=desk.words)
