"""The words of the schema that pages use: titles of columns, values and status groups."""

from __future__ import annotations

from typing import Any

from communique.schema import Schema
from communique.schema.model import core

#: Order, sign and wording of the status groups that the shipped schema knows; others come after them.
SIGNS = {"real": "●", "intended": "◐", "pressed": "▲", "possible": "○", "negated": "✕"}


class Vocabulary:
    """Titles and definitions, looked up once for a whole site."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.statuses = schema.values("action_status")
        self.groups = {value.const: str(value.facts.get("group", "")) for value in self.statuses.values}
        self.modes = {
            value.const: {mode.const: mode.title for mode in found.values}
            for value in schema.values("event_type").values
            if (found := schema.modes(value.const))
        }

    def title(self, name: str, const: str | None) -> str:
        """The title of a value; the value itself when the list does not know it, "" for none."""
        if const is None:
            return ""
        found = self.schema.lists.get(name)
        return found[const].title if found and const in found else const

    def status(self, status: str, polarity: str) -> str:
        """A status in words; a negative polarity says that the act is not to happen."""
        label = self.title("action_status", status)
        return label if polarity == "positive" else f"{label} not to happen"

    def kind(self, event_type: str, mode: str | None) -> str:
        """Type and mode of an action in words."""
        label = self.title("event_type", event_type)
        return f"{label}, {self.modes.get(event_type, {}).get(mode, mode).lower()}" if mode else label

    def legend(self) -> list[dict[str, Any]]:
        """The status groups, each with its sign and the statuses in it."""
        names = [*SIGNS, *dict.fromkeys(self.groups.values())]
        made = []
        for group in dict.fromkeys(names):
            titles = [
                value.title.lower() for value in self.statuses.values if self.groups[value.const] == group
            ]
            if titles:
                made.append({"group": group, "sign": SIGNS.get(group, "◇"), "statuses": ", ".join(titles)})
        return made

    def for_script(self) -> dict[str, Any]:
        """Titles of columns with the value list of each, and titles, definitions and groups of values."""
        tables = {
            name: {
                column.name: [column.title, column.values, column.description, bool(column.references)]
                for column in table.columns
            }
            for name, table in self.schema.tables.items()
            if not table.is_view
        }
        inner = {}
        for table in self.schema.tables.values():
            for column in table.columns:
                node = core(column.json)
                parts = core(node.get("items", {})).get("properties") or node.get("properties") or {}
                for key, part in parts.items():
                    refers = "x-references" in core(part) or key.endswith("_id") or key == "view_of"
                    inner[key] = [part.get("title", key), core(part).get("x-values"), "", refers]
        lists = {
            name: {
                value.const: [value.title, value.description, value.facts.get("group")]
                for value in found.values
            }
            for name, found in self.schema.lists.items()
        }
        return {"tables": tables, "inner": inner, "lists": lists, "modes": self.modes, "signs": SIGNS}
