"""Who says what about whom, as a graph: GraphML (Brandes et al. 2002) and GEXF 1.3.

Nodes are actors. A `says_of` edge runs from the source of a statement to each actor that its content
mentions or that takes part in an action reported in it; an `acts_on` edge from each agent to each target of
an action. Every `acts_on` edge says who asserts it and with which status: nothing here is bare fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from communique.annotation.model import AUTHOR
from communique.annotation.source import Source
from communique.exchange.format import Record, WriteOptions, Written
from communique.exchange.items import Item, items, put
from communique.text.spans import covers

NODE_FIELDS = ("label", "actor_kind", "country_iso3", "sector_code")
EDGE_FIELDS = (
    "relation",
    "article_id",
    "record_id",
    "label",
    "event_type",
    "status",
    "polarity",
    "asserted_by",
    "claim",
    "published_on",
)
_GEXF = "http://gexf.net/1.3"
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"


@dataclass(frozen=True)
class Edge:
    """One directed edge with its fields."""

    source: str
    target: str
    fields: Record


def edges(item: Item) -> Iterator[Edge]:
    """The edges of one article."""
    rows = item.rows
    place = {"article_id": item.id, "published_on": item.article["published_on"]}
    for statement in rows.get("statements", ()):
        content = statement["content_spans"]
        about = [m["actor_id"] for m in rows["mentions"] if m["actor_id"] and covers(content, [m])]
        for action in rows.get("actions", ()):
            if covers(content, action["trigger_spans"]):
                about += [one["actor_id"] for role in ("agents", "targets") for one in action[role]]
        fields = {
            "relation": "says_of", "record_id": statement["statement_id"], "label": statement["cue_text"],
            "event_type": statement["speech_act"], "status": statement["statement_status"], **place,
        }  # fmt: skip
        for source in statement["source_actor_ids"]:
            for target in dict.fromkeys(about):
                yield Edge(source, target, fields)
    for action in rows.get("actions", ()):
        fields = {
            "relation": "acts_on", "record_id": action["action_id"], "label": action["trigger_text"],
            "event_type": action["event_type"], "status": action["status"], "polarity": action["polarity"],
            "asserted_by": "; ".join(action["asserted_by"]), "claim": str(action["asserted_in"] != AUTHOR).lower(), **place,
        }  # fmt: skip
        for agent in action["agents"]:
            for target in action["targets"]:
                if agent["actor_id"] != target["actor_id"]:
                    yield Edge(agent["actor_id"], target["actor_id"], fields)


def collect(source: Source, options: WriteOptions, written: Written) -> tuple[dict[str, Record], list[Edge]]:
    """Nodes by id, those with an edge or a mention, and all edges."""
    nodes: dict[str, Record] = {}
    found: list[Edge] = []
    for item in items(source, options):
        here = list(edges(item))
        ids = {end for edge in here for end in (edge.source, edge.target)}
        ids |= {m["actor_id"] for m in item.rows.get("mentions", ()) if m["actor_id"]}
        for id in sorted(ids):
            actor = item.actors[id]
            nodes[id] = {"label": actor["canonical_name"], **{name: actor[name] for name in NODE_FIELDS[1:]}}
        found += here
    written.counts.update(nodes=len(nodes), edges=len(found))
    for edge in found:
        written.counts[edge.fields["relation"]] += 1
    return nodes, found


def write_graphml(source: Source, out: Path, options: WriteOptions) -> Written:
    """`network.graphml`, a directed multigraph."""
    written = Written()
    nodes, found = collect(source, options, written)
    root = ET.Element("graphml", xmlns=_GRAPHML)
    for kind, names in (("node", NODE_FIELDS), ("edge", EDGE_FIELDS)):
        for name in names:
            ET.SubElement(
                root, "key", {"id": f"{kind}_{name}", "for": kind, "attr.name": name, "attr.type": "string"}
            )
    graph = ET.SubElement(root, "graph", id="communique", edgedefault="directed")
    for id, fields in nodes.items():
        _data(ET.SubElement(graph, "node", id=id), "node", fields)
    for number, edge in enumerate(found):
        _data(
            ET.SubElement(graph, "edge", id=f"e{number}", source=edge.source, target=edge.target),
            "edge",
            edge.fields,
        )
    put(out, "network.graphml", _xml(root), written)
    return written


def _data(element: ET.Element, kind: str, fields: Record) -> None:
    for name, value in fields.items():
        if value is not None:
            ET.SubElement(element, "data", key=f"{kind}_{name}").text = str(value)


def write_gexf(source: Source, out: Path, options: WriteOptions) -> Written:
    """`network.gexf` for Gephi."""
    written = Written()
    nodes, found = collect(source, options, written)
    root = ET.Element("gexf", xmlns=_GEXF, version="1.3")
    graph = ET.SubElement(root, "graph", defaultedgetype="directed", mode="static")
    for kind, names in (("node", NODE_FIELDS[1:]), ("edge", EDGE_FIELDS)):
        declared = ET.SubElement(graph, "attributes", {"class": kind})
        for name in names:
            ET.SubElement(declared, "attribute", id=f"{kind}_{name}", title=name, type="string")
    place = ET.SubElement(graph, "nodes")
    for id, fields in nodes.items():
        node = ET.SubElement(place, "node", id=id, label=fields["label"])
        _values(node, "node", {name: fields[name] for name in NODE_FIELDS[1:]})
    place = ET.SubElement(graph, "edges")
    for number, edge in enumerate(found):
        element = ET.SubElement(place, "edge", id=str(number), source=edge.source, target=edge.target)
        _values(element, "edge", edge.fields)
    put(out, "network.gexf", _xml(root), written)
    return written


def _values(element: ET.Element, kind: str, fields: Record) -> None:
    values = ET.SubElement(element, "attvalues")
    for name, value in fields.items():
        if value is not None:
            ET.SubElement(values, "attvalue", {"for": f"{kind}_{name}", "value": str(value)})


def _xml(root: Any) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
