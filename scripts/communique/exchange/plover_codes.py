"""Codes of PLOVER 0.5 (2016, 2017) that the manual of version 2.0 gave up, and what they became.

Types: PLOVER manual 2.0 draft. Modes and contexts: nearest value of the manual, as ruled in
`values.schema.json` (`event_type`, x-rulings). A code that stands in neither table nor schema is not
guessed: it is counted as not held.
"""

from __future__ import annotations

#: Old class to (type, mode).
TYPES: dict[str, tuple[str, str | None]] = {
    "DEMAND": ("REQUEST", None),
    "DISAPPROVE": ("ACCUSE", "disapprove"),
    "INVESTIGATE": ("ACCUSE", "investigate"),
    "FIGHT": ("ASSAULT", None),
}
MODES: dict[tuple[str, str], str] = {
    ("CONSULT", "host"): "visit",
    ("PROTEST", "strike-hun"): "hunger",
    ("PROTEST", "strike-gen"): "strike",
    ("PROTEST", "riot-spon"): "riot",
    ("PROTEST", "demo-org"): "demo",
    ("PROTEST", "demo-spon"): "demo",
    ("COERCE", "confiscate"): "seize",
    ("COERCE", "detain"): "arrest",
    ("COERCE", "ban"): "restrict",
    ("THREATEN", "curfew"): "restrict",
    ("THREATEN", "martial-law"): "restrict",
    ("THREATEN", "political"): "restrict",
    ("ASSAULT", "assassinate"): "targeted",
}
CONTEXTS: dict[str, str] = {
    "refugee": "asylum",
    "refugees": "asylum",
    "resource": "natural_resource",
    "resources": "natural_resource",
    "government": "executive",
    "rights": "human_rights",
    "religion": "religion_ethnicity",
}
