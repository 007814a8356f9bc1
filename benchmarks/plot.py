"""Draws what `amortise --json` wrote as an SVG: `python -m benchmarks.plot IN.json OUT.svg`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, GAP = 720, 150, 56, 46
WINDOW: Final = 25
COLOURS: Final = ("#2563a8", "#c2571a", "#5b5b5b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One graph: its title, the highest value of its axis, and lines of points (request, value) by name."""

    title: str
    top: float
    lines: Mapping[str, Sequence[tuple[float, float]]]


def panels_of(rows: Sequence[Mapping[str, Any]]) -> list[Panel]:
    """Returns the three graphs of a stream: what was served, what it cost, how the library grew."""
    shares = {
        "ran without a model": [row["came"] in ("matched", "asked") for row in rows],
        "wrong app ran": [row["came"] == "wrong" for row in rows],
    }
    costs = {
        "mapp": [row["spend"]["cost_micros"] / 1e6 for row in rows],
        "a program each time": [row["programming"] / 1e6 for row in rows],
        "an answer each time": [row["answering"] / 1e6 for row in rows],
    }
    growth = {
        name: [(float(row["number"]), float(row[key])) for row in rows]
        for name, key in (("apps", "apps"), ("intents asked for", "intents"))
    }
    most = max(value for line in growth.values() for _, value in line)
    paid = {name: _means(values) for name, values in costs.items()}
    return [
        Panel(
            title="Share of requests", top=1.0, lines={name: _means(line) for name, line in shares.items()}
        ),
        Panel(
            title="Dollars a request",
            top=max(value for line in paid.values() for _, value in line),
            lines=paid,
        ),
        Panel(title="Library", top=max(1.0, most), lines=growth),
    ]


def svg(panels: Sequence[Panel], last: int) -> str:
    """Returns the panels one below the other; `last` is the number of the last request."""
    height = len(panels) * (HEIGHT + GAP) + 24
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12" role="img">'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    )
    drawn = [_drawn(panel, place * (HEIGHT + GAP) + 30, last) for place, panel in enumerate(panels)]
    return "\n".join([head, *drawn, "</svg>", ""])


def _means(values: Sequence[float]) -> list[tuple[float, float]]:
    """Returns a point for each whole window: its last request, and the mean."""
    parts = [values[start : start + WINDOW] for start in range(0, len(values), WINDOW)]
    ends = (min(len(values), (place + 1) * WINDOW) for place in range(len(parts)))
    return [(float(end), sum(part) / len(part)) for end, part in zip(ends, parts, strict=True)]


def _drawn(panel: Panel, top: float, last: int) -> str:
    right, bottom = WIDTH - 16, top + HEIGHT
    parts = [f'<text x="{LEFT}" y="{top - 10}" font-weight="bold">{escape(panel.title)}</text>']
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * HEIGHT
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#d8d8d8"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{share * panel.top:.3g}</text>')
    for place, (name, line) in enumerate(panel.lines.items()):
        colour, x = COLOURS[place], LEFT + 140 + 170 * place
        points = " ".join(
            f"{LEFT + at / last * (right - LEFT):.1f},{bottom - value / panel.top * HEIGHT:.1f}"
            for at, value in line
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x}" y="{top - 10}" fill="{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{right}" y="{bottom + 14}" text-anchor="end">request {last}</text>')
    return "\n".join(parts)


def main(source: str, target: str) -> None:
    """Draws the rows of one file into another."""
    rows = json.loads(Path(source).read_text(encoding="utf-8"))["rows"]
    Path(target).write_text(svg(panels_of(rows), rows[-1]["number"]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
