"""Which actors a region stands for: chosen from the list, or proposed by name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from communique.annotation.model import Record
from communique.rounds.convert_fields import from_widget
from communique.rounds.form import NEW_ACTOR, SPAN_ACTORS, Form
from communique.rounds.regions import Region


@dataclass
class Actors:
    """The actors known to a task, and those that its annotator proposes.

    names: canonical name by id, of the registry and of the article's own. proposed: new records by id.
    """

    form: Form
    prefix: str
    names: Mapping[str, str] = field(default_factory=dict)
    proposed: dict[str, Record] = field(default_factory=dict)

    def of(self, region: Region) -> list[str]:
        """Ids of the actors of a region, each once."""
        found: list[str] = []
        for control in region.fields:
            one = self.form.fields.get(control)
            if control == SPAN_ACTORS or (one is not None and one.kind == "actor" and one.part is None):
                found += [path[-1] for path in region.fields[control]]
        words = "\n".join(region.fields.get(NEW_ACTOR, [])).strip()
        if words:
            found.append(self._named(words, region))
        return list(dict.fromkeys(found))

    def _named(self, words: str, region: Region) -> str:
        if words in self.names:
            return words
        if self.prefix + words in self.names:
            return self.prefix + words
        for number, name in self.names.items():
            if name == words:
                return number
        number = self.prefix + short_name(words)
        record = self.proposed.setdefault(number, {"actor_id": number, "canonical_name": words})
        for one in self.form.proposal:
            if one.control in region.fields and one.column not in record:
                record[one.column] = from_widget(
                    one, region.fields[one.control], self.form, self.prefix, set()
                )
        return number

    def proposals(self) -> list[dict[str, Any]]:
        """The proposed actors with what is assumed of them."""
        return [{**self.form.assumed, **record} for record in self.proposed.values()]


def short_name(words: str) -> str:
    """A name for an id from words in any script: capitals and digits, or a digest where none are left."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    name = re.sub("[^A-Za-z0-9]+", "_", plain).strip("_").upper()[:40]
    return name or "A" + hashlib.sha256(words.encode()).hexdigest()[:8]
