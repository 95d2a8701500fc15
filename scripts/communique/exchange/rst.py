"""Rhetorical structure (rs3 and rs4): which elementary units say who attributes what to whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from communique.exchange.format import ExchangeError
from communique.exchange.xml import parse_xml


@dataclass
class Node:
    """A segment (`text`) or a group (`kind` span or multinuc) and how it hangs on its parent."""

    id: str
    parent: str | None
    relation: str | None
    kind: str
    text: str | None = None


@dataclass
class Tree:
    """A document's tree. `segments` are the ids of the elementary units in order."""

    nodes: dict[str, Node] = field(default_factory=dict)
    segments: list[str] = field(default_factory=list)
    multinuclear: set[str] = field(default_factory=set)
    children: dict[str, list[Node]] = field(default_factory=dict)

    def relations(self) -> Counter[str]:
        """How often each relation is used."""
        return Counter(n.relation for n in self.nodes.values() if n.relation and n.relation != "span")

    def _belongs(self, child: Node, group: Node) -> bool:
        """Whether `child` is a part of the group rather than a satellite of it."""
        if group.kind == "multinuc":
            return child.relation in self.multinuclear
        return child.relation == "span"

    def units(self, id: str) -> list[int]:
        """Positions of the elementary units under a node, satellites of the node itself left out."""
        return sorted(self._collect(id, set()))

    def _collect(self, id: str, seen: set[str]) -> set[int]:
        if id in seen:
            raise ValueError(f"the node {id} is its own ancestor")
        seen.add(id)
        node = self.nodes[id]
        if node.text is not None:
            return {self.segments.index(id)}
        found: set[int] = set()
        for child in self.children.get(id, ()):
            if self._belongs(child, node):
                found |= self._collect(child.id, seen)
                for other in self.children.get(child.id, ()):
                    if not self._belongs(other, child) or child.text is not None:
                        found |= self._whole(other.id, seen)
        return found

    def _whole(self, id: str, seen: set[str]) -> set[int]:
        """A satellite with its own satellites."""
        found = self._collect(id, seen)
        node = self.nodes[id]
        for child in self.children.get(id, ()):
            if node.text is not None or not self._belongs(child, node):
                found |= self._whole(child.id, seen)
        return found

    def satellite(self, id: str) -> list[int]:
        """Positions of the units of a satellite, its own satellites included."""
        return sorted(self._whole(id, set()))

    def attributions(self) -> list[Node]:
        """The satellites that attribute: their parent is what is attributed."""
        return [
            n
            for n in self.nodes.values()
            if n.relation and n.relation.startswith("attribution") and n.parent in self.nodes
        ]


def parse(data: bytes, file: Path | str) -> Tree:
    """The tree of an rs3 or rs4 file. Raises ExchangeError when it is none."""
    root = parse_xml(data, file)
    tree = Tree()
    tree.multinuclear = {r.get("name") for r in root.iter("rel") if r.get("type") == "multinuc"}
    for element in root.iter("segment", "group"):
        text = "".join(element.itertext()).strip() if element.tag == "segment" else None
        node = Node(
            element.get("id"),
            element.get("parent"),
            element.get("relname"),
            element.get("type", "segment"),
            text,
        )
        tree.nodes[node.id] = node
        if text is not None:
            tree.segments.append(node.id)
    if not tree.segments:
        raise ExchangeError("No segments here.", file=file, expected="an rs3 or rs4 file")
    for node in tree.nodes.values():
        if node.parent is not None:
            tree.children.setdefault(node.parent, []).append(node)
    return tree
