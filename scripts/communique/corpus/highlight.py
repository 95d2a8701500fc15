"""The text of an article with its annotation marked: cut into runs once, rendered for terminal or notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

    from communique.corpus.document import Article

Record = dict[str, Any]

#: Colour of a trigger by the group of its status.
STATUS_STYLE = {
    "real": "bold green",
    "intended": "bold cyan",
    "pressed": "bold magenta",
    "possible": "bold yellow",
    "negated": "bold red strike",
}
_CSS = {
    "real": "#1a7f37", "intended": "#0b7285", "pressed": "#862e9c", "possible": "#9a6700", "negated": "#c92a2a",
}  # fmt: skip
_DEPTH_STYLE = ("on grey11", "on grey19", "on grey27", "on grey35")


@dataclass(frozen=True)
class Run:
    """A stretch of text between two boundaries of annotation; offsets in code points."""

    start: int
    end: int
    depth: int
    cue: bool
    mention: bool
    status_group: str | None


class Highlight:
    """Marks of one article. Content is shaded by its depth of nesting, cues are italic, mentions
    underlined, triggers coloured by the group of their status."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self.text: str = article.record["text"]
        self.runs = tuple(self._runs())

    def __str__(self) -> str:
        return self.text

    def __rich__(self) -> Text:
        return self.rich(0, len(self.text))

    def rich(self, start: int, end: int) -> Text:
        """The marked text of `[start, end)` for a rich console."""
        from rich.text import Text

        out = Text()
        for run in self.runs:
            low, high = max(run.start, start), min(run.end, end)
            if low < high:
                out.append(self.text[low:high], style=_style(run))
        return out

    def html(self) -> str:
        """The marked text as HTML for a notebook; text is escaped."""
        parts = []
        for run in self.runs:
            css = []
            if run.depth:
                css.append(f"background:rgba(120,120,120,{min(0.12 * run.depth, 0.5):.2f})")
            if run.cue:
                css.append("font-style:italic;font-weight:600")
            if run.mention:
                css.append("text-decoration:underline")
            if run.status_group:
                css.append(f"color:{_CSS[run.status_group]};font-weight:700")
            piece = html.escape(self.text[run.start : run.end])
            parts.append(f'<span style="{";".join(css)}">{piece}</span>' if css else piece)
        return f'<div style="white-space:pre-wrap;max-width:44em;line-height:1.6">{"".join(parts)}</div>'

    def _runs(self) -> Iterator[Run]:
        marks = list(self._marks())
        edges = sorted({0, len(self.text), *(mark[0] for mark in marks), *(mark[1] for mark in marks)})
        for start, end in pairwise(edges):
            here = [mark for mark in marks if mark[0] <= start and end <= mark[1]]
            kinds = {mark[2] for mark in here}
            group = next((mark[3] for mark in here if mark[2] == "trigger"), None)
            depth = sum(1 for mark in here if mark[2] == "content")
            yield Run(start, end, depth, "cue" in kinds, "mention" in kinds, group)

    def _marks(self) -> Iterator[tuple[int, int, str, str | None]]:
        for row in self.article.rows["mentions"]:
            yield row["start"], row["end"], "mention", None
        for row in self.article.rows["statements"]:
            for kind, column in (("cue", "cue_spans"), ("content", "content_spans")):
                for span in row[column]:
                    yield span["start"], span["end"], kind, None
        for row in self.article.rows["actions"]:
            for span in row["trigger_spans"]:
                yield span["start"], span["end"], "trigger", self.article.status_groups.get(row["status"])


def _style(run: Run) -> str:
    parts = []
    if run.depth:
        parts.append(_DEPTH_STYLE[min(run.depth, len(_DEPTH_STYLE)) - 1])
    if run.cue:
        parts.append("italic bold")
    if run.mention:
        parts.append("underline")
    if run.status_group:
        parts.append(STATUS_STYLE[run.status_group])
    return " ".join(parts)
