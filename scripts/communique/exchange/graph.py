"""A foreign annotation before it is understood: labelled marks, links between them, frames over them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Mark:
    """A labelled stretch of text; several fragments when it is discontinuous. Offsets are code points."""

    id: str
    label: str
    spans: list[tuple[int, int]]
    values: dict[str, str] = field(default_factory=dict)
    words: str | None = None


@dataclass(frozen=True)
class Link:
    """A labelled arc between two marks."""

    label: str
    source: str
    target: str


@dataclass
class Frame:
    """An event-like record: a trigger and arguments, each a mark or another frame."""

    id: str
    label: str
    trigger: str | None
    args: list[tuple[str, str]]
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Graph:
    """All of one annotator's annotation of one text."""

    marks: dict[str, Mark] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    frames: dict[str, Frame] = field(default_factory=dict)

    def labels(self) -> set[str]:
        """Labels of marks and frames; a frame's own trigger mark is named by its frame."""
        return {mark.label for mark in self.marks.values()} | {frame.label for frame in self.frames.values()}
