"""Read UIMA CAS (XMI and JSON): our own exports, and those of INCEpTION, WebAnno and DKPro by a mapping."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from communique.articles.readers.text import from_text
from communique.exchange import cas_own
from communique.exchange.assemble import assemble, safe
from communique.exchange.format import (
    Document,
    ExchangeError,
    Log,
    Pass,
    Reading,
    ReadOptions,
    Record,
    bounded,
    files_of,
    need,
)
from communique.exchange.graph import Graph, Link, Mark
from communique.exchange.mapping import Mapping, load_mapping
from communique.exchange.received_text import REFUSED, storable
from communique.exchange.xml import refuse_dtd
from communique.schema import Schema
from communique.text.canonical import canonical

#: Layers of DKPro that are analysis, not annotation of ours.
_DKPRO = "de.tudarmstadt.ukp.dkpro.core.api."
_ANALYSIS = (
    "uima.",
    "org.dkpro.core.api.xml",
    *(_DKPRO + name for name in ("segmentation", "lexmorph", "metadata", "syntax")),
    "de.tudarmstadt.ukp.clarin.webanno.api.type",
)
_LABELS = ("value", "label", "identifier")


def read(path: Path, options: ReadOptions, schema: Schema, log: Log) -> Reading:
    """The documents below `path`: .xmi files with a `TypeSystem.xml` beside or above them, and CAS in .json.

    Several files over one text are passes of several annotators, named by the files. A mark's label is its
    layer's short name, followed by a colon and its value where the layer has one (`NamedEntity:PER`).
    """
    mapping = load_mapping(options.mapping, schema) if options.mapping else Mapping()
    documents: dict[str, Document] = {}
    registry: dict[str, Record] = {}
    for file in files_of(path, [".xmi", ".json"]):
        if file.name in ("actors.json", "exportedproject.json"):
            continue
        cas = _load(file, options)
        beside = file.with_name("actors.json")
        if cas_own.is_own(cas):
            document = cas_own.document(cas, file, schema, log)
            documents[document.name] = document
            if beside.exists():
                registry |= {
                    actor["actor_id"]: actor for actor in json.loads(beside.read_text(encoding="utf-8"))
                }
            continue
        raw_text = cas.sofa_string
        if not raw_text or not raw_text.strip():
            log.refuse(file, file.stem, "the CAS has no text")
            continue
        original = storable(raw_text, file, log)
        text = canonical(original, file=file)
        tables = assemble(_graph(cas, original, text, log, file), mapping, text, schema, log, file)
        if text not in documents:
            draft = from_text(text, "utf-8")
            documents[text] = Document(_name(file), draft, text.encode("utf-8"), [], file.name)
        documents[text].passes.append(Pass(safe(options.annotator or file.stem)[:40], tables))
    return Reading(list(documents.values()), list(registry.values()))


def _name(file: Path) -> str:
    """INCEpTION puts the files of the annotators into a folder named after the document."""
    return file.parent.stem if file.parent.suffix in (".txt", ".xmi", ".tsv", ".conllu") else file.stem


def _load(file: Path, options: ReadOptions) -> Any:
    cassis = need("cassis", "cas")
    data = bounded(file, options.limit)
    try:
        if file.suffix == ".json":
            return cassis.load_cas_from_json(data.decode("utf-8"))
        refuse_dtd(data, file)
        places = [
            file.with_name("TypeSystem.xml"),
            file.parent.parent / "TypeSystem.xml",
            file.with_name("typesystem.xml"),
        ]
        found = next((place for place in places if place.exists()), None)
        if found is None:
            raise ExchangeError(
                "An XMI file without its type system.", file=file, expected="TypeSystem.xml beside it"
            )
        types = bounded(found, options.limit)
        refuse_dtd(types, found)
        return cassis.load_cas_from_xmi(
            io.BytesIO(data), typesystem=cassis.load_typesystem(io.BytesIO(types))
        )
    except ExchangeError:
        raise
    except Exception as error:  # cassis and lxml raise many kinds
        raise ExchangeError(f"Not a CAS: {type(error).__name__}: {error}", file=file) from None


def _graph(cas: Any, original: str, text: str, log: Log, file: Path) -> Graph:
    """The annotation layers as marks and links. Offsets are code points of the CAS's text; CR LF becomes LF."""
    from communique.exchange.offsets import converters

    every = converters(original, text)
    convert = every.get("code-points with CR LF", every["code-points"]).convert
    graph = Graph()
    arcs: list[tuple[str, Any, Any]] = []
    ids: dict[int, str] = {}
    for kind in cas.typesystem.get_types():
        if kind.name.startswith(_ANALYSIS) or not cas.typesystem.is_instance_of(
            kind.name, "uima.tcas.Annotation"
        ):
            continue
        short = kind.name.rpartition(".")[2]
        names = {feature.name: feature.rangeType.name for feature in kind.all_features}
        for one in cas.select(kind.name):
            if one.type.name != kind.name:
                continue  # selected again under its own type
            values = {
                n: getattr(one, n)
                for n, range_ in names.items()
                if range_ == "uima.cas.String" and getattr(one, n, None)
            }
            label = next((f"{short}:{values[name]}" for name in _LABELS if name in values), short)
            if {"Governor", "Dependent"} <= set(names):
                arcs.append((label, one.Governor, one.Dependent))
                continue
            start, end = convert(one.begin), convert(one.end)
            if start is None or end is None:
                log.refuse(
                    file, f"{short} {one.xmiID}", f"the offsets {one.begin}-{one.end} lie outside the text"
                )
                continue
            id = f"{safe(short)}{len(ids) + 1}"
            ids[id_of(one)] = id
            rest = {n: v for n, v in values.items() if n not in _LABELS}
            graph.marks[id] = Mark(
                id, label, [(start, end)], {n: REFUSED.sub("\ufffd", v) for n, v in rest.items()}
            )
    for label, governor, dependent in arcs:
        if governor is None or dependent is None or id_of(governor) not in ids or id_of(dependent) not in ids:
            log.refuse(file, label, "a relation between what is no annotation of a known layer")
            continue
        graph.links.append(Link(label, ids[id_of(governor)], ids[id_of(dependent)]))
    return graph


def id_of(one: Any) -> int:
    """Identity of a feature structure within its CAS."""
    return id(one)
