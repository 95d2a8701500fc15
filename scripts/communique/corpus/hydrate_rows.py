"""Records of one withheld article with their words again, each span by its own check or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from communique.corpus.seal import key_of, unseal, unwrap
from communique.corpus.walk import WORDS_OF, Kind, Walker, put
from communique.schema import Schema
from communique.text.anchors import Anchored, Report, together
from communique.text.canonical import digest
from communique.text.keys import Keyed
from communique.text.reanchor import reanchor_keyed
from communique.text.spans import joined

Record = dict[str, Any]
Places = dict[tuple[int, int], Anchored]

_WORDS = {
    table: [(column, spans) for (of, column), spans in WORDS_OF.items() if of == table]
    for table, _ in WORDS_OF
}


class Lost(NamedTuple):
    """One span, or list of spans, that isn't restored, and why. Offsets are those of the withheld text.

    `near`: where a person should look in the reader's text; a hint, never an anchor.
    """

    table: str
    key: str
    path: str
    status: str
    reason: str
    spans: list[tuple[int, int]]
    near: tuple[int, int] | None = None


@dataclass
class Restored:
    """What became of one article: the report of its text, its values that were sealed, and what was lost."""

    article_id: str
    report: Report
    text: str
    sealed: list[tuple[str, str, list[str | int], Any]] = field(default_factory=list)
    opened: bool = True
    lost: list[Lost] = field(default_factory=list)
    spans: int = 0
    recovered: int = 0

    @property
    def whole(self) -> bool:
        """Whether all spans and all sealed values came back."""
        return not self.lost and self.opened


def restore(line: Record, new: Keyed) -> tuple[Restored, Places]:
    """Anchor the spans of a line of `withheld.jsonl` in the reader's canonical text, and open its values.

    Raises TextError when the fingerprint is damaged or of an unknown kind.
    """
    source = line["fingerprint"]
    report, secret = reanchor_keyed(source, line["spans"], new)
    places = {
        (check["start"], check["end"]): anchored
        for check, anchored in zip(line["spans"], report.spans, strict=True)
    }
    made = Restored(line["article_id"], report, new.text)
    if "sealed" in line:
        key: bytes | None = None
        if report.status in ("identical", "normalised"):
            key = key_of(new)
        elif secret and line.get("wrapped"):
            key = unwrap(line["wrapped"], secret)
        values = unseal(line["sealed"], key) if key else None
        made.sealed, made.opened = values or [], values is not None
    return made, places


def restore_row(name: str, row: Record, walker: Walker, made: Restored, places: Places) -> Record | None:
    """One row of the article with its spans; None for a mention that is lost, to which nothing refers."""

    def anchored(value: Record) -> Anchored:
        return places[value["start"], value["end"]]

    def lose(path: tuple[str | int, ...], status: str, reason: str | None, values: list[Record]) -> None:
        near = next((one.near for one in map(anchored, values) if one.near), None)
        offsets = [(one["start"], one["end"]) for one in values]
        where = "/".join(str(part) for part in path)
        made.lost.append(Lost(name, walker.key(row), where, status, reason or "", offsets, near))

    def visit(kind: Kind, value: Any, path: tuple[str | int, ...]) -> Any:
        if kind == "spans":
            made.spans += len(value)
            unit = together([anchored(one) for one in value])
            if value and not unit.spans:
                lose(path, unit.status, unit.reason, value)
            made.recovered += len(unit.spans)
            return unit.spans
        if kind in ("span", "place"):
            made.spans += 1
            one = anchored(value)
            if not one.recovered:
                lose(path, one.status, one.reason, [value])
                return None
            made.recovered += 1
            start, end = one.start, one.end
            return {**value, "start": start, "end": end, **({"text": one.text} if kind == "span" else {})}
        return value

    new = walker.rewrite(row, visit)
    if walker.is_span:
        made.spans += 1
        one = anchored(row)
        if not one.recovered:
            lose((), one.status, one.reason, [row])
            return None
        made.recovered += 1
        new.update(start=one.start, end=one.end, text=one.text)
    for column, spans in _WORDS.get(name, ()):
        new[column] = joined(new[spans]) or None
    if name == "articles":
        _article(new, made)
    return new


def _article(row: Record, made: Restored) -> None:
    kept = [zone for zone in row["zones"] if zone is not None]
    if made.report.status not in ("identical", "normalised"):
        kept = laid_out(kept, made.text)
    known = {zone["zone_id"] for zone in kept}
    row["zones"] = [
        {**zone, "duplicate_of": zone["duplicate_of"] if zone["duplicate_of"] in known else None}
        for zone in kept
    ]
    row.update(text=made.text, text_sha256=digest(made.text), char_count=len(made.text))


def laid_out(zones: list[Record], text: str) -> list[Record]:
    """Zones in the order of another text, each with the signs beside it that its line has gained.

    A line that is in no zone, as of an advertisement, stays in none.
    """
    zones = [dict(zone) for zone in sorted(zones, key=lambda zone: (zone["start"], zone["end"]))]
    nexts = [*(zone["start"] for zone in zones[1:]), len(text)]
    for zone, after in zip(zones, nexts, strict=False):
        line = text.find("\n", zone["end"])
        high = min(after, line if line >= 0 else len(text))
        zone["end"] += len(text[zone["end"] : high].rstrip())
    for zone, before in zip(zones, [0, *(zone["end"] for zone in zones)], strict=False):
        low = max(before, text.rfind("\n", 0, zone["start"]) + 1)
        zone["start"] -= len(text[low : zone["start"]].lstrip())
    return zones


def unseal_rows(tables: dict[str, list[Record]], schema: Schema, restored: list[Restored]) -> None:
    """Put the sealed values of all articles back to their places."""
    wanted: dict[tuple[str, str], list[tuple[tuple[str | int, ...], Any]]] = {}
    for one in restored:
        for table, key, path, value in one.sealed:
            wanted.setdefault((table, key), []).append((tuple(path), value))
    for name, rows in tables.items():
        if not any(table == name for table, _ in wanted):
            continue
        walker = Walker(schema.table(name))
        for row in rows:
            for place, value in wanted.get((name, walker.key(row)), ()):
                put(row, place, value)


def claims_of(rows: list[Record], actions: dict[str, Record]) -> None:
    """The words and the place of each claim's trigger, as its action has them."""
    for row in rows:
        action = actions.get(row["action_id"])
        if action is None:
            continue
        spans = action["trigger_spans"]
        row["trigger_text"] = action["trigger_text"]
        row["start"] = min((span["start"] for span in spans), default=None)
        row["end"] = max((span["end"] for span in spans), default=None)
