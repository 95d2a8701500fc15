"""The text of an article once for each annotator, side by side, with what each one marked."""

from __future__ import annotations

from collections.abc import Iterator

from communique.agreement.elements import Element, el
from communique.agreement.groups import Group, Grouping
from communique.annotation.model import Record

#: Role of a marked stretch -> the class of its element. Contents lie under everything else.
_ROLES = ("content", "source", "cue", "trigger", "mention")

Mark = tuple[int, int, str, Group]


def anchor(group: Group) -> str:
    """The id by which the lists of disagreements point into the text."""
    return f"{group.table}-{group.group_id}".replace(" ", "_")


def card(group: Group) -> str:
    """The id by which the text points to the lists of disagreements."""
    return f"why-{anchor(group)}"


def around(text: str, start: int, end: int, room: int = 60) -> tuple[str, str]:
    """Some whole words before and after a stretch, with dots where more would follow."""
    before, after = text[max(0, start - room) : start], text[end : end + room]
    if start > room:
        before = "… " + before.partition(" ")[2]
    if end + room < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, after


def place(group: Group) -> tuple[int, int] | None:
    """First and last position of what names the unit; None for units without a place."""
    spans = [span for record in group.members.values() for span in _spans(group.table, record, named=True)]
    return (min(one[0] for one in spans), max(one[1] for one in spans)) if spans else None


def parallel(text: str, grouping: Grouping) -> Element:
    """One row a paragraph, one column an annotator. Stretches whose marks differ have the class `differs`,
    units on whose labels or links the annotators differ the class `other`."""
    marks = {name: _marks(grouping, name) for name in grouping.annotators}
    anchored: set[str] = set()
    rows = []
    for start, end in _paragraphs(text):
        columns = {name: [one for one in marks[name] if one[0] < end and one[1] > start] for name in marks}
        cuts = {start, end} | {
            min(max(edge, start), end) for one in columns.values() for mark in one for edge in mark[:2]
        }
        edges = sorted(cuts)
        pieces = {name: [_covering(one, here) for here in edges[:-1]] for name, one in columns.items()}
        structure = [
            len({frozenset(mark[2] for mark in pieces[name][number]) for name in marks}) > 1
            for number in range(len(edges) - 1)
        ]
        cells = [_cell(name, text, edges, pieces[name], structure, anchored) for name in marks]
        differing = any(structure) or any(not mark[3].agreed for one in columns.values() for mark in one)
        rows.append(el("tr", cells, class_="apart" if differing else "alike"))
    heads = el("tr", [el("th", name) for name in marks])
    return el("table", el("thead", heads), el("tbody", rows), class_="parallel")


def _cell(
    name: str,
    text: str,
    edges: list[int],
    pieces: list[list[Mark]],
    structure: list[bool],
    anchored: set[str],
) -> Element:
    parts: list[Element | str] = []
    for number, marks in enumerate(pieces):
        words = text[edges[number] : edges[number + 1]]
        if not marks and not structure[number]:
            parts.append(words)
            continue
        classes = [role for role in _ROLES if any(mark[2] == role for mark in marks)]
        if structure[number]:
            classes.append("differs")
        named = [mark for mark in marks if mark[2] in ("cue", "trigger", "mention")]
        if any(mark[3].kind in ("label", "link") for mark in named):
            classes.append("other")
        reasons = [mark[3] for mark in marks if not mark[3].agreed]
        made = el("span", words, class_=" ".join(classes))
        if reasons:
            # what is named here comes first, then what only lies over it
            reasons.sort(key=lambda group: all(mark[3] is not group for mark in named))
            made = el("a", words, class_=" ".join(classes), href=f"#{card(reasons[0])}")
        if marks:
            made.set(
                "title",
                "; ".join(sorted({f"{mark[2]} {mark[3].group_id.rpartition('.')[2]}" for mark in marks})),
            )
        for mark in named:
            if anchor(mark[3]) not in anchored:
                anchored.add(anchor(mark[3]))
                parts.append(el("a", id=anchor(mark[3])))
        parts.append(made)
    return el("td", *parts, data_name=name)


def _marks(grouping: Grouping, name: str) -> list[Mark]:
    found = []
    for group in grouping.groups:
        if name in group.members:
            found += [(*span, group) for span in _spans(group.table, group.members[name])]
    return found


def _spans(table: str, record: Record, *, named: bool = False) -> list[tuple[int, int, str]]:
    """(start, end, role) of a record; with `named` only what names it."""
    if table == "mentions":
        return [(record["start"], record["end"], "mention")]
    roles = {
        "statements": {"cue_spans": "cue"}
        | ({} if named else {"source_spans": "source", "content_spans": "content"}),
        "actions": {"trigger_spans": "trigger"},
    }.get(table, {})
    return [(span["start"], span["end"], role) for column, role in roles.items() for span in record[column]]


def _covering(marks: list[Mark], here: int) -> list[Mark]:
    return [one for one in marks if one[0] <= here < one[1]]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, start + len(line)
        start += len(line) + 1
