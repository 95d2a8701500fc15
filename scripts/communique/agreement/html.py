"""The report as one self-contained page: how far annotators agree, where they differ, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from communique.agreement.elements import Child, Element, document, el, table
from communique.agreement.figures import MEASURES, REST, Figure
from communique.agreement.gains import Pattern, closed_layers, confusion, patterns
from communique.agreement.groups import Difference, Group, Grouping, Kind
from communique.agreement.parallel import anchor, around, card, parallel, place
from communique.agreement.report import Report
from communique.agreement.wording import NOTHING, say, words_of

KINDS: dict[Kind, str] = {
    "missing": "Missing: only some marked it",
    "link": "Link: another actor, parent, event or participant",
    "boundary": "Boundary: the same unit with other words",
    "label": "Label: another value",
}

#: Layer and measure of the figures shown first.
MAIN = (
    ("mention.span", "f1_exact"), ("mention.span", "f1_overlap"), ("mention.actor", "b3_f1"),
    ("mention.actor.cross_paragraph", "agreement"),
    ("statement.found", "f1_cue_and_content"), ("statement.source", "f1_exact"), ("statement.cue", "f1_exact"),
    ("statement.content", "f1_exact"), ("statement.content", "dice"), ("statement.parent", "agreement"),
    ("statement.layer", "alpha_nominal"), ("statement.mode", "alpha_nominal"), ("statement.cue_class", "alpha_nominal"),
    ("statement.speech_act", "alpha_nominal"), ("statement.status", "alpha_nominal"),
    ("statement.source_actors", "alpha_masi"), ("action.trigger", "f1_overlap"), ("action.event_type", "alpha_nominal"),
    ("action.mode", "alpha_nominal"), ("action.quad", "alpha_nominal"), ("action.status", "alpha_nominal"),
    ("action.status_group", "alpha_nominal"), ("action.polarity", "alpha_nominal"), ("action.agents", "alpha_masi"),
    ("action.targets", "alpha_masi"), ("action.asserted_by", "agreement"), ("event.cluster", "b3_f1"),
    ("event.link", "f1_end_to_end"), ("event.link", "f1_given_ends"),
)  # fmt: skip
_COUNTS = (
    "Units: what either annotator marked. Matched: how many of them both did; measures of labels rest on those alone. "
    "1 is full agreement; alpha and AC1 are 0 for what chance alone would give."
)
_ARTICLES = 20
_SHOWN = 400
_PATTERNS = 40
#: Confusion tables that need no click, those with the most disagreements.
_OPEN = 3
_WORDS = 70


def page(
    report: Report,
    groupings: Sequence[Grouping],
    texts: Mapping[str, str],
    kinds_of_annotators: Mapping[str, str] | None = None,
) -> str:
    """The page. `texts`: article id -> text; an article without text is listed without its parallel view.

    Everything that comes from the project is put in as text, and the page may load nothing.
    """
    groups = [group for one in groupings for group in one.groups]
    recurring = patterns(groups, report.seen)
    names = {one.article_id: words_of(one) for one in groupings}
    body = [
        el("a", "Skip to the disagreements", href="#disagreements", class_="skip"),
        _head(report, groups, recurring, kinds_of_annotators or {}),
        _figures(report),
        _gains(recurring, names),
        _articles(groupings, texts),
        _differences(groupings, texts, names),
        _confusions(report),
        _all_figures(report),
    ]
    return document(f"Agreement {report.round or ''}".strip(), body)


def _head(report: Report, groups: list[Group], recurring: list[Pattern], kinds: Mapping[str, str]) -> Element:
    agreed = sum(one.agreed for one in groups)
    by_kind = Counter(one.kind for one in groups if one.kind)
    counts = "; ".join(f"{by_kind[kind]} {kind}" for kind in KINDS if by_kind[kind])
    who = ", ".join(
        f"{name} ({kinds[name].replace('_', ' ')}, {_articles_of(number)})"
        if name in kinds
        else f"{name} ({_articles_of(number)})"
        for name, number in report.articles.items()
    )
    why = [
        f"{_field(one)}: {one.pattern} ({one.units} units)" + (f": {_who(one)}" if _who(one) else "")
        for one in recurring[:8]
    ]
    return el(
        "header",
        el("h1", f"Agreement{f' of round {report.round}' if report.round else ''}"),
        el("p", f"Annotators: {who}."),
        el(
            "p",
            f"All annotators of an article say the same of {agreed} of {len(groups)} units. They differ in "
            f"{len(groups) - agreed}: {counts or 'none'}. A unit with several disagreements counts once, by the gravest.",
        ),
        el("p", "Why they differ, what recurs most:") if why else None,
        el("ul", [el("li", one) for one in why]) if why else None,
        None if report.seen else el("p", "No article has two annotators: there is no agreement to report.", class_="dim"),
        el(
            "nav",
            [el("a", title, href=f"#{target}") for target, title in (
                ("figures", "Figures"), ("gains", "What rules would gain"), ("text", "Text in parallel"),
                ("disagreements", "Disagreements"), ("confusion", "Confusion"), ("all", "All figures"))],
        ),
    )  # fmt: skip


def _figures(report: Report) -> Element:
    rows: list[list[Child]] = []
    for layer, measure in MAIN:
        rows += [
            _row(one)
            for one in report.figures
            if (one.layer, one.measure, one.label) == (layer, measure, None)
        ]
    return el(
        "section",
        el("h2", "Figures", id="figures"),
        el("p", _intervals(report), class_="dim"),
        _wide(table(["layer", "measure", "annotators", "value", "95 % interval", "units", "matched"], rows)),
        el("details", el("summary", "What the measures are"), _meanings({str(row[1]) for row in rows})),
    )


def _meanings(measures: set[str]) -> Element:
    return el("dl", [part for name, words in MEASURES.items() if name in measures
                     for part in (el("dt", name), el("dd", words))])  # fmt: skip


def _wide(made: Element) -> Element:
    """A table that scrolls by itself where the window is narrow, by keyboard too."""
    return el("div", made, class_="wide", tabindex="0")


def _articles_of(number: int) -> str:
    return f"{number} article{'' if number == 1 else 's'}"


def _who(one: Pattern) -> str:
    """Which annotator stands where, so that a habit can be told from an accident."""
    return "; ".join(
        f"{name} " + ", ".join(f"{stance} {number}" for stance, number in stances.most_common(3))
        for name, stances in sorted(one.who.items())
    )


def _intervals(report: Report) -> str:
    reasons = {one.interval_reason for one in report.figures if one.value is not None}
    if len(reasons) == 1 and None not in reasons:
        return f"No 95 % interval: {reasons.pop()}. " + _COUNTS
    return (
        f"Intervals: documents resampled {report.sampling.draws:,} times (seed {report.sampling.seed}). "
        + _COUNTS
    )


def _row(one: Figure) -> list[Child]:
    value = f"{one.value:.3f}" if one.value is not None else f"undefined: {one.reason}"
    interval = f"{one.low:.3f} – {one.high:.3f}" if one.low is not None and one.high is not None else NOTHING
    who = " – ".join("the others" if name == REST else name for name in one.pair)
    if one.pair == (REST, REST):
        who = "all pairs"
    layer = one.layer if one.label is None else f"{one.layer} = {one.label}"
    return [layer, one.measure, who, value, interval, str(one.units), str(one.matched)]


def _field(one: Pattern) -> str:
    return f"{one.table}, {one.field}"


def _gains(recurring: list[Pattern], names: Mapping[str, Mapping[str, str]]) -> Element:
    rows: list[list[Child]] = []
    for one in [pattern for pattern in recurring if pattern.units > 1][:_PATTERNS]:
        known = one.alpha is not None and one.alpha_then is not None
        alpha = f"{one.alpha:.2f} → {one.alpha_then:.2f}" if known else NOTHING
        rows.append(
            [
                _field(one),
                one.pattern,
                _who(one),
                _example(one, names),
                str(one.units),
                str(one.settled),
                alpha,
            ]
        )
    return el(
        "section",
        el("h2", "What a change of guidelines would gain", id="gains"),
        el("p", "One row is a disagreement that recurs. A rule that settles it removes it from so many units; so many of "
           "them would then be agreed on altogether; the alpha of the column would change as shown.", class_="dim"),
        _wide(
            table(
                ["column", "disagreement", "who", "for example", "units", "agreed altogether", "alpha now → then"],
                rows,
            )
        ),
    )  # fmt: skip


def _example(one: Pattern, names: Mapping[str, Mapping[str, str]]) -> Element | None:
    """The first unit with the disagreement, as a link to it, and what each annotator says of it."""
    if one.example is None:
        return None
    group, difference = one.example
    words = names[group.article_id]
    unit = words[group.group_id]
    said = ""
    if difference is not None:
        each = sorted(difference.values.items())
        said = ": " + " / ".join(f"{name} {_cut(say(value, words))}" for name, value in each)
    return el("span", el("a", _cut(unit) or group.group_id, href=f"#{card(group)}"), said)


def _cut(words: str) -> str:
    return words if len(words) <= _WORDS else words[: _WORDS - 1].rstrip() + "…"


def _articles(groupings: Sequence[Grouping], texts: Mapping[str, str]) -> Element:
    heaviest = sorted(
        (one for one in groupings if one.article_id in texts and len(one.annotators) > 1),
        key=lambda one: (-sum(not group.agreed for group in one.groups), one.article_id),
    )
    shown: list[Element] = []
    for one in heaviest[:_ARTICLES]:
        apart = sum(not group.agreed for group in one.groups)
        shown += [el("h3", f"{one.article_id}: {apart} disagreements"), parallel(texts[one.article_id], one)]
    left = len(heaviest) - len(heaviest[:_ARTICLES])
    key = [("content", "content"), ("source", "source"), ("cue", "cue"), ("trigger", "trigger of an action"),
           ("mention", "mention"), ("differs", "marked differently"), ("other", "label or link differs")]  # fmt: skip
    return el(
        "section",
        el("h2", "Text in parallel", id="text"),
        el("p", [el("span", words, class_=name) for name, words in key], class_="key"),
        el("p", el("label", el("input", type="checkbox", id="only"), " only paragraphs with disagreements")),
        shown or el("p", "No text was given.", class_="dim"),
        el("p", f"{left} more articles with fewer disagreements are not shown.", class_="dim")
        if left
        else None,
    )


def _differences(
    groupings: Sequence[Grouping], texts: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> Element:
    found = []
    for grouping in groupings:
        weights = grouping.weights()
        found += [
            (weights[one.table, one.group_id], one, words[one.article_id], texts.get(one.article_id))
            for one in grouping.groups
            if not one.agreed
        ]
    found.sort(key=lambda one: (-one[0], one[1].table, one[1].article_id, one[1].group_id))
    parts: list[Element] = [el("h2", "Disagreements by kind, heaviest first", id="disagreements")]
    parts.append(
        el(
            "p",
            "The weight counts what hangs on a unit: the kind of disagreement, the fields in which it shows, and the "
            "records that refer to it. Events and actors that only some have follow from other disagreements.",
            class_="dim",
        )
    )
    for kind, title in KINDS.items():
        here = [one for one in found if one[1].kind == kind]
        shown = [_difference(*one) for one in here[:_SHOWN]]
        if len(here) > len(shown):
            shown.append(el("p", f"{len(here) - len(shown)} lighter ones are not shown.", class_="dim"))
        parts.append(
            el(
                "details",
                el("summary", el("strong", f"{title} ({len(here)})")),
                shown,
                open="open",
                class_=f"kind-{kind}",
            )
        )
    return el("section", parts)


def _difference(weight: float, group: Group, names: Mapping[str, str], text: str | None) -> Element:
    where = place(group)
    words: list[Child] = [names[group.group_id]]
    if where is not None and text is not None:
        start, end = where
        before, after = around(text, start, end)
        words = [before, el("mark", text[start:end]), after]
    title = el("h4", f"{group.table}: ", *words)
    rows: list[list[Child]] = []
    annotators = sorted([*group.members, *group.absent])
    if group.absent:
        rows.append(["unit", *(_there(group, name, names) for name in annotators)])
    rows += [_values(one, annotators, names) for one in group.differences]
    target = el("a", group.group_id.rpartition(".")[2], href=f"#{anchor(group)}") if where else None
    return el(
        "div",
        el("span", f"weight {weight:g} ", target, class_="weight"),
        title,
        _wide(table(["", *annotators], rows)),
        class_="difference",
        id=card(group),
    )


def _there(group: Group, name: str, names: Mapping[str, str]) -> str:
    if name in group.absent:
        return "nothing here"
    record = group.members[name]
    said = [f"{key} {say(record[key], names)}" for key in ("mention_type", "actor_id", "layer", "speech_act", "event_type",
            "status", "type") if record.get(key) is not None]  # fmt: skip
    return "; ".join(said) or names[group.group_id]


def _values(one: Difference, annotators: list[str], names: Mapping[str, str]) -> list[Child]:
    return [
        one.field,
        *(say(one.values[name], names) if name in one.values else "nothing here" for name in annotators),
    ]


def _confusions(report: Report) -> Element:
    parts: list[Element] = [el("h2", "Confusion", id="confusion")]
    found = []
    for pair in combinations(report.annotators, 2):
        seen = [one for one in report.seen if one.pair == pair]
        for layer in closed_layers(seen):
            counts = confusion(seen, layer)
            apart = sum(number for (left, right), number in counts.items() if left != right)
            if apart:
                found.append((apart, layer, pair, counts))
    # the order of layers in the report breaks ties
    for number, (apart, layer, pair, counts) in enumerate(sorted(found, key=lambda one: -one[0])):
        title = f"{layer}, {pair[0]} (rows) and {pair[1]} (columns): {apart} of {sum(counts.values())} differ"
        opened = {"open": "open"} if number < _OPEN else {}
        parts.append(el("details", el("summary", title), _wide(_confusion(counts)), **opened))
    if len(parts) == 1:
        parts.append(el("p", "No label of a matched unit differs.", class_="dim"))
    return el("section", parts)


def _confusion(counts: dict[tuple[str, str], int]) -> Element:
    labels = sorted({label for pair in counts for label in pair})
    rows = []
    for left in labels:
        cells = [el("th", left)]
        for right in labels:
            number = counts.get((left, right), 0)
            kind = "same" if left == right else "apart" if number else "none"
            cells.append(el("td", str(number) if number else "", class_=kind))
        rows.append(el("tr", cells))
    heads = el("tr", el("th"), [el("th", label) for label in labels])
    return el("table", el("thead", heads), el("tbody", rows), class_="confusion")


def _all_figures(report: Report) -> Element:
    return el(
        "section",
        el("h2", "All figures", id="all"),
        el(
            "details",
            el("summary", f"{len(report.figures)} figures"),
            _wide(
                table(
                    ["layer", "measure", "annotators", "value", "95 % interval", "units", "matched"],
                    [_row(one) for one in report.figures],
                )
            ),
        ),
    )
