"""Lives through the stream with healing and without, and prints costs and results week by week.

python -m benchmarks.stream [--requests N] [--json FILE] [--write]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from typing import Any, Final

from benchmarks.measuring import machine
from benchmarks.options import parsed, publishing
from benchmarks.plot import Panel, svg
from benchmarks.route import pages
from benchmarks.route.figures import Cell, Part, Table, markdown, number, share
from benchmarks.stream.life import Row, lived
from benchmarks.stream.wishes import REQUESTS, WEEKS, stream

PARTS: Final = ("stream",)
PLOT: Final = pages.ROOT / "docs" / "explanation" / "weeks-of-use.svg"
CAME: Final = ("right", "asked", "declined", "missed", "wrong", "failed")


def main(words: Sequence[str] | None = None) -> int:
    """Runs the stream and prints the tables; returns the exit code."""
    given = _arguments(words)
    began = time.perf_counter()
    wishes = stream(given.requests)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        healing, never = pool.map(lived, (wishes, wishes), (True, False))
    spent = round(time.perf_counter() - began, 1)
    found: dict[str, Any] = {
        "stream": {**part(healing, never).to_dict(), "machine": machine(), "seconds": spent}
    }
    print(markdown(found["stream"]))
    if given.json:
        rows = {"heals": [asdict(row) for row in healing], "never": [asdict(row) for row in never]}
        pages.store(given.json, {"stream": {**found["stream"], "rows": rows}})
    if given.write:
        pages.store(pages.STREAM, found)
        PLOT.write_text(plot(healing, never), encoding="utf-8")
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def part(healing: Sequence[Row], never: Sequence[Row]) -> Part:
    """Returns the tables: each week of the stream, and the ways to live compared."""
    incidents = Counter(row.incident for row in healing if row.incident)
    classes = ", ".join(f"`{name}` {count}" for name, count in incidents.most_common()) or "none"
    notes = (
        f"Incidents by class: {classes}. Heals tried: {sum(row.tried for row in healing)}; "
        f"merged: {sum(row.healed for row in healing)}; rolled back: {sum(row.back for row in healing)}; "
        f"bad ones that slipped past: {sum(row.bad for row in healing)}; reverted: {_reverts(healing)}.",
    )
    return Part(tables=(by_week(healing), compared(healing, never)), notes=notes)


def by_week(rows: Sequence[Row]) -> Table:
    """Returns how requests ended in each week."""
    lines: list[tuple[Cell, ...]] = []
    for name, week in [*((str(at + 1), part) for at, part in enumerate(weeks(rows))), ("all", rows)]:
        counts = Counter(row.came for row in week)
        free = share(sum(row.ran != "" and not row.model for row in week), len(week))
        lines.append(
            (
                name,
                *(str(counts[came]) for came in CAME),
                free,
                str(sum(row.model for row in week)),
                f"{sum(row.micros for row in week) / 1e6:.3f}",
                str(sum(bool(row.incident) for row in week)),
                str(sum(row.healed for row in week)),
            )
        )
    headings = (
        "week", "right unasked", "right when asked", "rightly declined", "not answered", "wrong", "failed",
        "ran without a model", "model calls", "$", "incidents", "heals",
    )  # fmt: skip
    return Table(title="Week by week", headings=headings, rows=tuple(lines))


def compared(healing: Sequence[Row], never: Sequence[Row]) -> Table:
    """Returns the three ways to live: heal, never heal, and ask the model each time."""
    lines: list[tuple[Cell, ...]] = []
    for name, rows in (("mapp", healing), ("compile once, never heal", never)):
        called = [row for row in rows if row.kind in ("called", "late")]
        asked = [row for row in rows if row.kind not in ("called", "late")]
        good = share(sum(row.came == "right" for row in called), len(called))
        said = share(sum(row.came in ("right", "asked", "declined") for row in asked), len(asked))
        wrong = share(sum(row.came == "wrong" for row in rows), len(rows))
        calls = str(sum(row.model for row in rows))
        lines.append((name, said, good, wrong, calls, number(sum(row.micros for row in rows) / 1e6, "score")))
    each = number(sum(row.each_time for row in healing) / 1e6, "score")
    unknown = ("not measured",) * 3
    lines.append(("the model does it each time", *unknown, str(len(healing)), each))
    headings = ("", "requests met", "calls by programs answered right", "wrong answers", "model calls", "$")
    return Table(title="Three ways to live", headings=headings, rows=tuple(lines))


def weeks(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """Returns the rows of each week."""
    size = max(1, -(-len(rows) // WEEKS))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def plot(healing: Sequence[Row], never: Sequence[Row]) -> str:
    """Returns the picture: failures and wrong answers, and dollars, over time."""
    bad = {
        name: _running([row.came in ("wrong", "failed") for row in rows])
        for name, rows in (("mapp", healing), ("never heal", never))
    }
    paid = {
        "mapp": _running([row.micros / 1e6 for row in healing]),
        "model each time": _running([row.each_time / 1e6 for row in healing]),
    }
    panels = [
        Panel(title="Wrong or failed", top=_top(bad), lines=bad),
        Panel(title="Dollars", top=_top(paid), lines=paid),
    ]
    return svg(panels, len(healing))


def _running(values: Sequence[float]) -> list[tuple[float, float]]:
    total, found = 0.0, []
    for at, value in enumerate(values, 1):
        total += value
        found.append((float(at), total))
    return found


def _top(lines: dict[str, list[tuple[float, float]]]) -> float:
    return max(1e-6, *(value for line in lines.values() for _, value in line))


def _reverts(rows: Sequence[Row]) -> int:
    """Returns how many heals were reverted: a row has the number of reverts so far of the app that ran."""
    most: dict[str, int] = {}
    for row in rows:
        most[row.ran] = max(most.get(row.ran, 0), row.reverted)
    return sum(most.values())


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = publishing("stream", __doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="how many requests and calls")
    return parsed(parser, words, lambda given: given.requests < REQUESTS)


if __name__ == "__main__":
    sys.exit(main())
