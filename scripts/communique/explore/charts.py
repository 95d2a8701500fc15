"""The two drawings, as numbers for an SVG template: the network on a circle, and dots over time.

They are plain enough that a chart library would be the larger part of every page that shows them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Record = dict[str, Any]

#: The drawing shows this many actors; the table below it has all.
DRAWN = 24
_WIDTH, _HEIGHT, _RADIUS = 800, 520, 190
#: More columns than this and the next coarser unit of time is taken.
COLUMNS = 40


def network(
    ties: Mapping[tuple[str, str, str], int], kinds: Sequence[str], names: Mapping[str, str]
) -> Record:
    """Nodes on a circle with their ties of `kinds`, the actors with the most ties first chosen.

    Their places follow the names.
    """
    weight: Counter[str] = Counter()
    for (kind, source, target), count in ties.items():
        if kind in kinds:
            weight[source] += count
            weight[target] += count
    chosen = sorted(weight, key=lambda one: (-weight[one], names.get(one, one), one))[:DRAWN]
    ordered = sorted(chosen, key=lambda one: (names.get(one, one).casefold(), one))
    spot = {one: 2 * math.pi * i / max(1, len(ordered)) - math.pi / 2 for i, one in enumerate(ordered)}
    found: Counter[tuple[str, str]] = Counter()
    for (kind, source, target), count in ties.items():
        if kind in kinds and source in spot and target in spot:
            found[(source, target)] += count
    most = max(found.values(), default=1)
    edges = [
        {
            "path": _curve(spot[source], spot[target]),
            "width": round(0.8 + 4 * math.sqrt(count / most), 2),
            "title": f"{names.get(source, source)} → {names.get(target, target)}: {count}",
        }
        for (source, target), count in sorted(found.items(), key=lambda item: (item[1], item[0]))
    ]
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "edges": edges,
        "nodes": [_node(one, spot[one], names.get(one, one)) for one in ordered],
        "left_out": len(weight) - len(ordered),
    }


def _point(angle: float, radius: float) -> tuple[float, float]:
    return (
        round(_WIDTH / 2 + radius * 1.15 * math.cos(angle), 1),
        round(_HEIGHT / 2 + radius * 1.15 * math.sin(angle), 1),
    )


def _node(key: str, angle: float, name: str) -> Record:
    x, y = _point(angle, _RADIUS)
    tx, ty = _point(angle, _RADIUS + 10)
    side = math.cos(angle)
    anchor = "middle" if abs(side) < 0.15 else "start" if side > 0 else "end"
    label = name if len(name) <= 24 else name[:23] + "…"
    shift = -4 if abs(side) < 0.15 and math.sin(angle) < 0 else 10 if abs(side) < 0.15 else 4
    return {
        "id": key,
        "x": x,
        "y": y,
        "tx": tx,
        "ty": ty + shift,
        "anchor": anchor,
        "label": label,
        "name": name,
    }


def _curve(start: float, end: float) -> str:
    """From one place to the other, bent to the right of the way, so that there and back are two lines."""
    (x1, y1), (x2, y2) = _point(start, _RADIUS - 5), _point(end, _RADIUS - 5)
    cx, cy = _WIDTH / 2, _HEIGHT / 2
    mx, my = (x1 + x2) / 2, (y1 + y2) / 2
    bend_x, bend_y = mx + (cx - mx) * 0.45 + (y2 - y1) * 0.12, my + (cy - my) * 0.45 - (x2 - x1) * 0.12
    return f"M{x1:.1f} {y1:.1f}Q{bend_x:.1f} {bend_y:.1f} {x2:.1f} {y2:.1f}"


def timeline(counts: Mapping[tuple[str, str], int], groups: Sequence[str]) -> Record:
    """A row a status group, a column a day, month or year; the area of a dot is the number of actions."""
    days = sorted({day for day, _ in counts})
    length = 10
    for shorter in (7, 4):
        if len({day[:length] for day in days}) > COLUMNS:
            length = shorter
    columns = sorted({day[:length] for day in days})
    cells: Counter[tuple[str, str]] = Counter()
    for (day, group), count in counts.items():
        cells[(day[:length], group)] += count
    most = max(cells.values(), default=1)
    step, left, row = max(18, min(92, 700 // max(1, len(columns)))), 96, 46
    dots = []
    for (column, group), count in sorted(cells.items()):
        if group not in groups:
            continue
        radius = round(2.5 + 14.5 * math.sqrt(count / most), 1)
        x, y = left + step * columns.index(column) + step / 2, 26 + row * groups.index(group)
        dots.append(
            {"x": x, "y": y, "r": min(radius, step / 2), "group": group, "count": count, "column": column}
        )
    every = max(1, math.ceil(80 / step))
    labels = [
        {"x": left + step * i + step / 2, "text": one} for i, one in enumerate(columns) if i % every == 0
    ]
    return {
        "width": left + step * max(1, len(columns)) + 20,
        "height": row * len(groups) + 40,
        "rows": [{"group": group, "y": 26 + row * i} for i, group in enumerate(groups)],
        "dots": dots,
        "labels": labels,
        "left": left,
        "total": sum(cells.values()),
        "table": [(column, [cells[(column, group)] for group in groups]) for column in columns],
    }
