"""Adjudication in Label Studio: one task a disagreement, candidates side by side, annotators unnamed.

The adjudicator takes a candidate, or a candidate with single fields of another, or mends fields by hand, or
says that there is nothing. A task names its candidates by letters, in an order that tells nothing of who they
are, and carries a key of what was shown: an answer to something that has changed since is not taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from communique.agreement.groups import Group
from communique.agreement.wording import say
from communique.rounds.adjudication import Adjudication, is_asked, place, task
from communique.rounds.client import LabelStudio
from communique.rounds.decisions import REASONS, Decision, DecisionError, parse_decision
from communique.rounds.importer import import_tasks
from communique.rounds.push import project_title

#: In the place of an annotator's name in the title of the project.
ADJUDICATION = "adjudication"
NOTHING = "nothing"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NO_RECORD = "nothing here"


@dataclass
class Pulled:
    """decisions: new ones, in the order of the server. problems: (unit, what is wrong with the answer)."""

    decisions: list[Decision] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def config(candidates: int) -> str:
    """The labeling config for disagreements of up to so many candidates."""
    root = ET.Element("View")
    ET.SubElement(root, "Header", value="$title", size="4")
    ET.SubElement(root, "Text", name="text", value="$text")
    row = ET.SubElement(root, "View", style="display:flex;gap:1em;align-items:flex-start")
    for letter in _LETTERS[:candidates]:
        column = ET.SubElement(row, "View", style="flex:1;min-width:0")
        ET.SubElement(column, "Header", value=f"Candidate {letter}", size="5")
        ET.SubElement(column, "Table", name=f"candidate_{letter}", value=f"$candidate_{letter}")
    _choices(root, "verdict", "Take", value="$verdicts", required="true", requiredMessage="Say what to take.")
    _choices(root, "fields", "Single fields of another candidate", value="$fields", choice="multiple")
    ET.SubElement(
        root, "Header", value='Mend: fields as JSON, for example {"speech_act": "denial"}', size="6"
    )
    ET.SubElement(root, "TextArea", name="set", toName="text", maxSubmissions="1", editable="true", rows="2")
    reason = _choices(root, "reason", "Reason", required="true", requiredMessage="Give the reason.")
    for const, meaning in REASONS.items():
        ET.SubElement(reason, "Choice", value=const.replace("_", " "), alias=const, hint=meaning)
    ET.SubElement(root, "Header", value="Why", size="6")
    ET.SubElement(root, "TextArea", name="note", toName="text", maxSubmissions="1", editable="true", rows="2")
    return ET.tostring(root, encoding="unicode")


def _choices(root: ET.Element, name: str, title: str, **attributes: str) -> ET.Element:
    ET.SubElement(root, "Header", value=title, size="6")
    return ET.SubElement(root, "Choices", {"name": name, "toName": "text", "choice": "single"} | attributes)


def candidates(group: Group) -> list[tuple[str, ...]]:
    """Annotators with the same record together, in an order that follows from the record alone."""
    same: dict[str, list[str]] = {}
    for name in group.members:
        values = {one.field: one.values.get(name) for one in group.differences}
        said = json.dumps([group.article_id, group.table, group.group_id, values], sort_keys=True)
        same.setdefault(hashlib.sha256(said.encode()).hexdigest(), []).append(name)
    return [tuple(names) for _, names in sorted(same.items())]


def task_key(state: Adjudication, group: Group) -> str:
    """A digest of the unit and of everything that is shown of it."""
    line = task(state, group)
    shown = [*place(group), line["text_sha256"], sorted(line["seen"].items())]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:24]


def project_tasks(state: Adjudication, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """A task for every open disagreement, heaviest first. No annotator is named in them."""
    width = _width(state)
    names = _names(state)
    return [_task(state, one, texts[one.article_id], width, names) for one in state.open]


def _task(
    state: Adjudication, group: Group, text: str, width: int, names: Mapping[str, str]
) -> dict[str, Any]:
    several = candidates(group)
    verdicts = [{"value": f"Candidate {letter}", "alias": letter} for letter in _LETTERS[: len(several)]]
    verdicts.append({"value": "Nothing here", "alias": NOTHING})
    fields = [
        {"value": f"{one.field}: {letter}", "alias": f"{one.field}={letter}"}
        for one in group.differences
        for letter in _LETTERS[: len(several)]
    ]
    words = task(state, group, text).get("text") or names.get(group.group_id, group.group_id)
    data: dict[str, Any] = {
        "article_id": group.article_id,
        "unit": f"{group.table} {group.group_id}",
        "key": task_key(state, group),
        "title": f"{group.table}: {names.get(group.group_id, group.group_id)}",
        "text": words,
        "verdicts": verdicts,
        "fields": fields or [{"value": "(none differ)", "alias": ""}],
    }
    absent = {"": _NO_RECORD}
    for number in range(width):
        shown = _shown(group, several[number][0], names) if number < len(several) else absent
        data[f"candidate_{_LETTERS[number]}"] = shown
    return {"data": data}


def _shown(group: Group, name: str, names: Mapping[str, str]) -> dict[str, str]:
    differing = {one.field for one in group.differences}
    record = group.members[name]
    hidden = {"article_id", "provenance", "note"}
    rows = {f"▶ {one.field}": say(one.values[name], names) for one in group.differences}
    rows |= {
        column: say(value, names)
        for column, value in record.items()
        if column not in hidden | differing and value not in (None, [], False)
    }
    return rows


def _names(state: Adjudication) -> dict[str, str]:
    from communique.agreement.wording import describe

    return {
        one.group_id: describe(one.table, next(iter(one.members.values())))
        for one in state.groups
        if one.table != "event_links"
    }


def _width(state: Adjudication) -> int:
    """As many columns as a unit of the round can have candidates: the same for all tasks of one plan."""
    return max(2, len(state.plan.annotators))


def _title(state: Adjudication, width: int) -> str:
    """A project for each width: a form with another column would not fit the tasks sent before."""
    return project_title(state.plan, ADJUDICATION if width == 2 else f"{ADJUDICATION} of {width}")


def push_adjudication(client: LabelStudio, state: Adjudication, texts: Mapping[str, str]) -> tuple[int, int]:
    """Send what is open: (project on the server, tasks sent). What is there already is not sent again."""
    tasks = project_tasks(state, texts)
    width = _width(state)
    project = client.get_or_create_project(_title(state, width), config(width))
    report = import_tasks(client, project.id, tasks, key="key", fresh=project.created)
    return project.id, report.sent


def pull_adjudication(client: LabelStudio, state: Adjudication, guideline_version: str) -> Pulled:
    """The decisions that the adjudication project holds on what is open still.

    Answers to what was decided meanwhile are passed over unless they say something else; that, an answer to
    what has changed since it was sent, one that cannot be read, and answers of two people that differ are
    problems. Of several answers of one person to one task the last counts.
    """
    tasks: list[Mapping[str, Any]] = []
    for width in range(2, _width(state) + 1):
        found = client.find_project(_title(state, width))
        if found is not None:
            tasks += client.export_tasks(found.id)
    return read_answers(tasks, state, guideline_version)


def read_answers(tasks: Iterable[Mapping[str, Any]], state: Adjudication, guideline_version: str) -> Pulled:
    """As pull_adjudication, from exported tasks."""
    by_key = {task_key(state, one): one for one in state.groups if is_asked(one)}
    settled = {f"{table} {unit}": decision for (_, table, unit), decision in state.settled.items()}
    pulled = Pulled()
    for one in tasks:
        data = one.get("data", {})
        unit, answers = str(data.get("unit")), _answers(one)
        if not answers:
            continue
        group, before = by_key.get(str(data.get("key"))), settled.get(unit)
        if group is None:
            if before is None:
                pulled.problems.append((unit, "what was shown has changed since"))
            continue
        try:
            given = [_decision(state, group, answer, guideline_version) for answer in answers]
        except (DecisionError, ValueError, KeyError, IndexError) as error:
            if before is None:
                pulled.problems.append((unit, _unreadable(error)))
            continue
        if len({decision.outcome for decision in given}) > 1:
            who = ", ".join(sorted(decision.by for decision in given))
            pulled.problems.append((unit, f"in conflict: {who} decide differently"))
        elif before is None:
            pulled.decisions.append(given[-1])
        elif before.outcome != given[-1].outcome:
            pulled.problems.append(
                (unit, f"in conflict: line {before.line} of decisions.jsonl decides differently")
            )
    return pulled


def _answers(task_: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The last answer of each person, the latest at the end; what was skipped is none."""
    kept: dict[str, Mapping[str, Any]] = {}
    made = [one for one in task_.get("annotations", []) if not one.get("was_cancelled")]
    for one in sorted(made, key=lambda one: (str(one.get("updated_at")), one["id"])):
        who = str(_adjudicator(one))
        kept.pop(who, None)
        kept[who] = one
    return list(kept.values())


def _unreadable(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the answer has no {error.args[0]}"
    return str(error).splitlines()[0]


def _adjudicator(answer: Mapping[str, Any]) -> str:
    who = answer.get("completed_by")
    email = who.get("email", "") if isinstance(who, dict) else ""
    return email.partition("@")[0] or (f"account {who}" if isinstance(who, int) else "adjudicator")


def _decision(state: Adjudication, group: Group, answer: Mapping[str, Any], version: str) -> Decision:
    given: dict[str, list[str]] = {}
    for item in answer["result"]:
        value = item["value"]
        given.setdefault(item["from_name"], []).extend(value.get("choices") or value.get("text") or [])
    several = candidates(group)

    def annotator(letter: str) -> str:
        return several[_LETTERS.index(letter)][0]

    verdict = given["verdict"][0]
    nothing = verdict == NOTHING
    fields = dict(one.split("=", 1) for one in given.get("fields", []) if one)
    mend = json.loads(" ".join(given.get("set", [])) or "{}")
    if not isinstance(mend, dict):
        raise ValueError("the mend is not a JSON object")
    line = task(state, group) | {
        "take": None if nothing else annotator(verdict),
        "fields": {column: annotator(letter) for column, letter in fields.items()},
        "set": mend,
        "nothing": nothing,
        "reason": given["reason"][0],
        "note": " ".join(given.get("note", [])) or None,
        "by": _adjudicator(answer),
        "by_kind": "person",
        "guideline_version": version,
    }
    return parse_decision(line, "Label Studio")
