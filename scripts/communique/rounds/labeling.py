"""The labeling config: the annotation form as Label Studio's XML, derived from the schema."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from communique.rounds.form import (
    NEW_ACTOR,
    NO,
    RECORDS,
    REMARKS,
    SPAN,
    SPAN_ACTORS,
    YES,
    Anchored,
    Field,
    Form,
    values_of,
)
from communique.rounds.formbuild import make_form
from communique.schema import Schema, Value

#: Up to this many values lie open; more of them fold into a drop-down list.
_OPEN = 4

_STYLE = """
.cq{display:flex;gap:14px;align-items:flex-start}
.cq-text{flex:1 1 0;min-width:0}
.cq-top{position:sticky;top:0;z-index:5;background:var(--color-neutral-background,#fff);padding-bottom:4px}
.cq-text .lsf-richtext__container{white-space:pre-wrap;line-height:1.9;font-size:15px}
.cq-form{flex:0 0 340px;position:sticky;top:0;max-height:calc(100vh - 160px);overflow-y:auto;font-size:13px}
.cq-form .ant-collapse-content-box,.cq-form .ant-collapse-header{padding:6px 8px !important}
.cq-row{display:grid;grid-template-columns:104px 1fr;gap:6px;align-items:center;margin:0 0 4px}
.cq-row>*{margin:0 !important;min-width:0}
.cq-wide{margin:0 0 6px}
.cq-name .lsf-header,.cq-name h1,.cq-name h2,.cq-name h3,.cq-name h4,.cq-name h5,.cq-name h6,.cq-name *
{font-size:12px !important;line-height:1.25 !important;margin:0 !important;font-weight:500}
.cq-head *{font-size:15px !important;margin:0 0 4px !important}
.cq-form .ant-form-item,.cq-form .lsf-choices{margin:0 !important}
.cq-form textarea,.cq-form input{font-size:13px !important;min-height:0 !important}
.relations-overlay [class*=relationItem]{opacity:.25}
.relations-overlay [class*=relationItem]:not([class*=_highlighted]) text{display:none}
.relations-overlay [class*=relationItem]:not([class*=_highlighted]) rect[fill]:not([fill=none]){display:none}
.relations-overlay [class*=_highlighted]{opacity:1 !important}
.cq-help *{font-weight:400 !important;font-size:13px !important;line-height:1.5 !important}
.cq-help{color:#6b7280;font-size:13px;line-height:1.5}
"""

_HELP = (
    "Press a label's key, then mark words. Select a region to describe it here. "
    "Tie regions with Alt+R: from a cue to its source and content, from a trigger to its agents and targets; "
    "then choose the relation's name in the list of relations."
)


def config_xml(schema: Schema) -> str:
    """The labeling config of a schema. The same schema gives the same text."""
    return form_xml(make_form(schema))


def form_xml(form: Form) -> str:
    """As config_xml, of a form that is there already."""
    root = ET.Element("View", className="cq")
    _add(root, "Style").text = _STYLE
    left = _add(root, "View", className="cq-text")
    top = _add(left, "View", className="cq-top")
    labels = _add(top, "Labels", name=SPAN, toName="text", showInline="true")
    for label in form.labels.values():
        entry = _add(labels, "Label", value=label.name, background=label.color, hint=label.description)
        if label.hotkey:
            entry.set("hotkey", label.hotkey)
    _add(left, "Text", name="text", value="$text", granularity="symbol")
    relations = _add(left, "Relations")
    for name in form.relations:
        _add(relations, "Relation", value=name)
    right = _add(root, "View", className="cq-form")
    for anchored in form.anchored.values():
        _panel(right, anchored, form)
    _actor_panel(right, form)
    _document(right)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode") + "\n"


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _when(parent: ET.Element, labels: str) -> ET.Element:
    return _add(parent, "View", visibleWhen="region-selected", whenTagName=SPAN, whenLabelValue=labels)


def _panel(parent: ET.Element, anchored: Anchored, form: Form) -> None:
    panel = _when(parent, anchored.label)
    head = _add(panel, "View", className="cq-head")
    _add(head, "Header", value=anchored.label, size="5")
    fields = [*anchored.fields, *(anchored.cluster.fields if anchored.cluster else ())]
    free = {anchored.cluster.column} if anchored.cluster else set()
    for one in fields:
        if one.main:
            # Of an event, the first mention says all; a name or a relation ties the others to it.
            demand = one.required and one.table == anchored.table.name and one.column not in free
            _widget(panel, one, anchored.label, form, demand)
    folded = _folded(panel, "More")
    for one in fields:
        if not one.main:
            _widget(folded, one, anchored.label, form)
    raw = Field(anchored.more, anchored.table.name, "", "json", "Further columns, as JSON", "")
    _widget(folded, raw, anchored.label, form)


def _folded(parent: ET.Element, title: str) -> ET.Element:
    return _add(_add(parent, "Collapse"), "Panel", value=title)


def _actor_panel(parent: ET.Element, form: Form) -> None:
    """Whom a region that is no mention stands for, and a proposed actor for every region that has one."""
    bearing = [label.name for label in form.labels.values() if label.actors]
    plain = [name for name in bearing if name not in form.anchored]
    if plain:
        panel = _when(parent, ",".join(plain))
        actors = Field(SPAN_ACTORS, "", "", "actors", "Actors", "")
        _widget(panel, actors, ",".join(plain), form)
    if bearing:
        labels = ",".join(bearing)
        folded = _folded(_when(parent, labels), "Not in the list of actors?")
        name = Field(
            NEW_ACTOR,
            "",
            "",
            "text",
            "Name of the actor",
            "as usual in English; the same on all its mentions",
        )
        for one in (name, *form.proposal):
            _widget(folded, one, labels, form)


def _document(parent: ET.Element) -> None:
    empty = _add(parent, "View", visibleWhen="no-region-selected")
    _add(_add(empty, "View", className="cq-help"), "Header", value=_HELP, size="6")
    common = {"toName": "text", "maxSubmissions": "1", "editable": "true"}
    folded = _folded(parent, "The article as a whole")
    _add(folded, "TextArea", name=REMARKS, rows="2", placeholder="Remarks on the article", **common)
    says = 'Records without words in the text, as JSON: {"actors": [...]}'
    _add(folded, "TextArea", name=RECORDS, rows="2", placeholder=says, **common)


def _widget(parent: ET.Element, one: Field, labels: str, form: Form, demand: bool = False) -> None:
    """A name and the widget beside it, or above it where it needs the width."""
    row = _add(parent, "View", className="cq-row")
    _add(_add(row, "View", className="cq-name"), "Header", value=one.title, size="6")
    common = {"name": one.control, "toName": "text", "perRegion": "true", "whenTagName": SPAN}
    common["whenLabelValue"] = labels
    if demand:
        common |= {"required": "true", "requiredMessage": f"{one.title} is missing on a {labels}"}
    if one.kind in ("actor", "actors"):
        extra = {"maxUsages": "1"} if one.kind == "actor" else {}
        _add(row, "Taxonomy", value="$actors", placeholder="choose", **common, **extra)
    elif one.kind == "class":
        tree = _add(row, "Taxonomy", maxUsages="1", showFullPath="true", placeholder="choose", **common)
        for value in form.schema.values(values_of(one)).values:
            branch = _add(tree, "Choice", value=value.title, alias=value.const, hint=value.description)
            for mode in form.modes(value.const):
                alias = f"{value.const}/{mode.const}"
                _add(branch, "Choice", value=mode.title, alias=alias, hint=mode.description)
    elif one.kind == "tags":
        tree = _add(row, "Taxonomy", placeholder="choose any", **common)
        _choices(tree, form.schema.values(values_of(one)).values)
    elif one.kind in ("choice", "choices"):
        values = form.schema.values(values_of(one)).values
        several = one.kind == "choices"
        shape = {"showInline": "true"} if several or len(values) <= _OPEN else {"layout": "select"}
        choices = _add(row, "Choices", choice="multiple" if several else "single", **shape, **common)
        _choices(choices, values)
    elif one.kind in ("flag", "boolean"):
        choices = _add(row, "Choices", choice="single", showInline="true", **common)
        _add(choices, "Choice", value="yes", alias=YES, hint=one.description)
        if one.kind == "boolean":
            _add(choices, "Choice", value="no", alias=NO, hint=one.description)
    elif one.kind in ("number", "integer"):
        bounds = {
            name: str(one.spec[key])
            for name, key in (("min", "minimum"), ("max", "maximum"))
            if key in one.spec
        }
        _add(row, "Number", **common, **bounds)
    else:
        says = f"JSON: {one.description}" if one.kind == "json" else one.description
        area = {"maxSubmissions": "1", "editable": "true", "rows": "1", "placeholder": says or "JSON"}
        _add(row, "TextArea", **common, **area)


def _choices(parent: ET.Element, values: tuple[Value, ...]) -> None:
    shown: set[str] = set()
    for value in values:
        title = value.title if value.title not in shown else f"{value.title} ({value.const})"
        shown.add(title)
        _add(parent, "Choice", value=title, alias=value.const, hint=value.description)
