"""`croissant.json`: the tables for machines, with keys, references and responsible-AI fields (Croissant 1.1)."""

from __future__ import annotations

import json
from typing import Any

from communique.corpus.card_figures import authors
from communique.corpus.manifest import Record
from communique.schema import Column, Schema, Table
from communique.schema.arrow import arrow_type

CROISSANT = "croissant.json"
CONFORMS = "http://mlcommons.org/croissant/1.1"
RAI = "http://mlcommons.org/croissant/RAI/1.0"

_TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "float64": "sc:Float",
    "date32": "sc:Date",
}
#: The context that mlcroissant 1.1 writes.
CONTEXT: Record = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant_json(schema: Schema, manifest: Record, facts: Record) -> str:
    """The description as its file holds it."""
    return json.dumps(croissant(schema, manifest, facts), indent=2, ensure_ascii=False) + "\n"


def croissant(schema: Schema, manifest: Record, facts: Record) -> Record:
    """The description of a built corpus. Tables without rows have no files and no record set.

    `facts` is what the corpus says of itself; its `rai` object, name to text, overrides the responsible-AI
    statements below. Nothing in it is taken from the articles.
    """
    tables = {name: entry for name, entry in manifest["tables"].items() if entry["rows"]}
    licences = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}
    stated = str(facts.get("annotations_licence", "other"))
    distribution: list[Record] = [
        {
            "@type": "cr:FileObject",
            "@id": "repo",
            "name": "repo",
            "description": "The folder of the corpus.",
            "contentUrl": ".",
            "encodingFormat": "git+https",
            "sha256": "main",
        }
    ]
    for name, entry in tables.items():
        splits = list(dict.fromkeys(file["split"] for file in entry["files"]))
        distribution.append(
            {
                "@type": "cr:FileSet",
                "@id": f"{name}-files",
                "name": f"{name}-files",
                "containedIn": {"@id": "repo"},
                "encodingFormat": "application/x-parquet",
                "includes": [f"data/{name}/{split}-*.parquet" for split in splits],
            }
        )
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": manifest["name"],
        "description": facts.get("description", manifest["name"]),
        "conformsTo": [CONFORMS, RAI],
        "version": manifest["version"].partition("+")[0],
        "license": licences.get(stated, stated),
        "inLanguage": facts.get("language", []),
        "url": facts.get("url", f"https://example.org/{manifest['name']}"),
        "creator": [{"@type": "sc:Organization", "name": name} for name in authors(facts)],
        "citeAs": facts.get(
            "cite_as", f"{facts.get('title', manifest['name'])}, version {manifest['version']}"
        ),
        "isLiveDataset": False,
        **{f"rai:{key}": value for key, value in (_RAI | facts.get("rai", {})).items()},
        "distribution": distribution,
        "recordSet": [_record_set(schema.table(name), tables) for name in tables],
    }


_RAI: dict[str, str] = {
    "dataCollection": "Articles are received as files and kept untouched; nothing is scraped by this project.",
    "dataAnnotationProtocol": "Stand-off annotation under written guidelines, several annotators an article, "
    "adjudicated; each record states round, annotators, their kind, and the decision.",
    "dataUseCases": "Quotation attribution, event coding with asserter and status, discourse networks.",
    "dataLimitations": "An action is a mention in a text and not a fact; see its status and asserter.",
    "dataBiases": "The selection of articles and publishers is not representative of any news market.",
    "personalSensitiveInformation": "Names and public acts of public persons, as printed.",
    "dataReleaseMaintenancePlan": "Semantic versions; released bytes never change.",
}


def _record_set(table: Table, tables: Record) -> Record:
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.description,
        "key": [{"@id": f"{table.name}/{column}"} for column in table.key],
        "field": [_field(table, column, tables) for column in table.columns],
    }


def _field(table: Table, column: Column, tables: Record) -> Record:
    kind = arrow_type(column.json)
    name = f"{table.name}/{column.name}"
    field: Record = {
        "@type": "cr:Field",
        "@id": name,
        "name": name,
        "description": column.description or column.title,
    }
    source = {"fileSet": {"@id": f"{table.name}-files"}, "extract": {"column": column.name}}
    if kind[0] == "list":
        field["repeated"] = True
        kind = kind[1]
    if isinstance(kind, list) and kind[0] == "struct":
        field["subField"] = _sub_fields(table, column, kind[1], name, ())
        return field
    field["dataType"] = _TYPES[str(kind)]
    field["source"] = source
    target, _, key = (column.references or "").partition(".")
    if not column.is_list and target in tables and _followed(table.name, target):
        field["references"] = {"field": {"@id": f"{target}/{key}"}}
    return field


#: Record sets that others refer to. They refer to none themselves: mlcroissant 1.1 loads a record set
#: that is on both sides of a reference as the names of its fields (seen by running it).
_TARGETS = ("articles", "events", "actors")


def _followed(table: str, target: str) -> bool:
    return target in _TARGETS and table not in _TARGETS


def _sub_fields(
    table: Table, column: Column, fields: list[Any], prefix: str, path: tuple[str, ...]
) -> list[Record]:
    found: list[Record] = []
    for name, kind in fields:
        repeated = kind[0] == "list"
        inner = kind[1] if repeated else kind
        if isinstance(inner, list) and inner[0] == "struct" and not repeated:
            found += _sub_fields(table, column, inner[1], f"{prefix}/{name}", (*path, name))
            continue
        if isinstance(inner, list):
            raise TypeError(f"{prefix}/{name}: lists of structures inside structures have no Croissant form")
        found.append(
            {
                "@type": "cr:Field",
                "@id": f"{prefix}/{name}",
                "name": f"{prefix}/{name}",
                "dataType": _TYPES[str(inner)],
                **({"repeated": True} if repeated else {}),
                "source": {
                    "fileSet": {"@id": f"{table.name}-files"},
                    "extract": {"column": column.name},
                    "transform": {"jsonPath": ".".join((*path, name))},
                },
            }
        )
    return found
