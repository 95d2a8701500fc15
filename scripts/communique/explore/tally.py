"""What runs over the whole corpus: who says and does how much, who speaks about or acts on whom, and when."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from typing import Any

from communique.annotation.model import AUTHOR
from communique.corpus.document import Article
from communique.explore.notes import ActionNote, Notes, excerpt
from communique.explore.vocabulary import Vocabulary

Record = dict[str, Any]

#: A page of an actor lists this many items of each kind.
LISTED = 200
#: The ties of the network, in words; the first is narrated, the second reported, the others speech.
TIES = {
    "narrated": "acts on (narrated)",
    "reported": "acts on (only reported)",
    "about": "speaks about",
    "to": "speaks to",
}
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Tally:
    """Counts of a corpus, taken article by article."""

    def __init__(self, words: Vocabulary, registry: set[str]) -> None:
        self.words = words
        self.registry = registry
        self.numbers: dict[str, Counter[str]] = defaultdict(Counter)
        self.ties: Counter[tuple[str, str, str]] = Counter()
        self.times: dict[str, Counter[tuple[str, str]]] = {"stated": Counter(), "published": Counter()}
        self.undated = 0
        #: Actions by status group, in the narrator's voice and on the word of others.
        self.own: Counter[str] = Counter()
        self.reported: Counter[str] = Counter()
        self.listed: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self.examples: dict[tuple[str, str], list[tuple[str, str, str | None]]] = defaultdict(list)
        self.values: Counter[tuple[str, str]] = Counter()

    def add(self, article: Article, notes: Notes, file: str) -> None:
        """Count one article, whose page is `file`."""
        self._statements(article, file)
        for row in article.rows["actions"]:
            self._action(row, notes.by_id[row["action_id"]], file)
        self._times(article)
        self._values(article)

    def _keep(self, actor: str, kind: str, item: Any) -> None:
        self.numbers[actor][kind] += 1
        if actor in self.registry and len(self.listed[actor][kind]) < LISTED:
            self.listed[actor][kind].append(item)

    def _statements(self, article: Article, file: str) -> None:
        mentions = [row for row in article.mentions if row["actor_id"]]
        starts = [row["start"] for row in mentions]
        above = {row["statement_id"]: row["source_names"] for row in article.rows["statements"]}
        for row in article.rows["statements"]:
            words = (row["cue_text"] or row["cue_lemma"], excerpt(row["content_text"], 220))
            facts = (
                [self.words.title("statement_kind", row["statement_kind"])]
                if row["layer"] == "extended"
                else []
            )
            if row["statement_status"] not in ("made", None):
                facts.append(self.words.title("statement_status", row["statement_status"]))
            facts = [fact.lower() for fact in facts]
            # None for what the article itself reports; else who says that it was said.
            via = above.get(row["parent_statement_id"])
            item = (file, row["statement_id"], *words, facts, via, row["published_on"])
            about = {
                mentions[at]["actor_id"]
                for span in row["content_spans"]
                for at in range(bisect_left(starts, span["start"]), bisect_left(starts, span["end"]))
            }
            for source in row["source_actor_ids"]:
                self._keep(source, "says", item)
                self.ties.update(("about", source, one) for one in about if one != source)
                self.ties.update(("to", source, one) for one in row["addressee_actor_ids"] if one != source)

    def _action(self, row: Record, note: ActionNote, file: str) -> None:
        item = (file, note, row["published_on"])
        for asserter in row["asserted_by"]:
            self._keep(asserter, "asserts", item)
        agents, targets = ([one["actor_id"] for one in row[side]] for side in ("agents", "targets"))
        for one in dict.fromkeys(agents):
            self._keep(one, "does", item)
        for one in dict.fromkeys(targets):
            self._keep(one, "suffers", item)
        group = self.words.groups.get(row["status"], "")
        (self.own if row["asserted_in"] == AUTHOR else self.reported)[group] += 1
        tie = "narrated" if row["asserted_in"] == AUTHOR else "reported"
        self.ties.update((tie, one, other) for one in set(agents) for other in set(targets) if one != other)

    def _times(self, article: Article) -> None:
        published = article.record["published_on"]
        for row in article.rows["actions"]:
            group = self.words.groups.get(row["status"], "")
            value = (row["time"] or {}).get("value")
            found = _DATE.match(value or "")
            if found:
                self.times["stated"][(found[0], group)] += 1
            elif published:
                self.times["published"][(published, group)] += 1
            else:
                self.undated += 1

    def _values(self, article: Article) -> None:
        for name, key, shown in (
            ("mentions", "mention_id", "text"),
            ("statements", "statement_id", "cue_text"),
            ("actions", "action_id", "trigger_text"),
        ):
            table = self.words.schema.table(name)
            columns = [column for column in table.columns if column.values]
            for row in article.rows[name]:
                for column in columns:
                    value = row[column.name]
                    for one in value if isinstance(value, list) else [value]:
                        if one is not None:
                            self._example(column.values or "", one, article, row[key], row[shown])
                if name == "actions" and row["mode"]:
                    self._example(f"mode of {row['event_type']}", row["mode"], article, row[key], row[shown])

    def _example(self, values: str, value: str, article: Article, key: str, shown: str | None) -> None:
        self.values[(values, value)] += 1
        if len(self.examples[(values, value)]) < 3:
            self.examples[(values, value)].append((article.record["article_id"], key, shown))
