"""Figures with their 95 % intervals, and the tables that they are printed in.

A table is plain JSON: what is printed, stored and written into the documentation comes from the same cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Z: Final = 1.959964
"""Between -Z and Z lies 95 % of the standard normal distribution."""
# 95 % quantiles of Student's t for 1, 2, ... degrees of freedom; Z beyond them.
_STUDENT: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip

Figure: TypeAlias = dict[str, Any]
"""A number with what is known about it: `value`, the interval `low` to `high`, and `unit`."""
Cell: TypeAlias = "str | Figure"


def share(count: int, of: int) -> Figure:
    """Returns a share with its Wilson interval (Wilson 1927, "Probable inference", equation 5).

    >>> share(9, 10)
    {'value': 0.9, 'low': 0.5958, 'high': 0.9821, 'unit': 'share', 'count': 9, 'of': 10}
    """
    if of == 0:
        return {"value": None, "low": 0.0, "high": 1.0, "unit": "share", "count": 0, "of": 0}
    found = count / of
    middle = found + Z * Z / (2 * of)
    half = Z * math.sqrt(found * (1 - found) / of + Z * Z / (4 * of * of))
    low, high = ((middle + sign * half) / (1 + Z * Z / of) for sign in (-1, 1))
    return {
        "value": round(found, 4),
        "low": round(max(low, 0.0), 4),
        "high": round(min(high, 1.0), 4),
        "unit": "share",
        "count": count,
        "of": of,
    }


def mean(values: Sequence[float]) -> Figure:
    """Returns the mean of repeated measurements, with Student's interval of the mean.

    >>> mean([0.6, 0.62, 0.64])
    {'value': 0.62, 'low': 0.5703, 'high': 0.6697, 'unit': 'mean', 'of': 3}
    """
    middle = math.fsum(values) / len(values)
    half = 0.0
    if len(values) > 1:
        variance = math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)
        student = _STUDENT[len(values) - 2] if len(values) - 2 < len(_STUDENT) else Z
        half = student * math.sqrt(variance / len(values))
    return {
        "value": round(middle, 4),
        "low": round(middle - half, 4),
        "high": round(middle + half, 4),
        "unit": "mean",
        "of": len(values),
    }


def number(value: float, unit: str) -> Figure:
    """Returns a plain number: `unit` is `ratio`, `ms`, `MB`, `s`, `points`, `score` or `count`."""
    return {"value": round(value, 4), "unit": unit}


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table: each row starts with its name, and has a cell for each further heading."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the table as a JSON object."""
        return {
            "title": self.title,
            "headings": list(self.headings),
            "rows": [list(row) for row in self.rows],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one part of the benchmark found; `skipped` says why it found nothing."""

    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns the part as a JSON object."""
        return {
            "tables": [table.to_dict() for table in self.tables],
            "notes": list(self.notes),
            "skipped": self.skipped,
        }


def text_of(cell: Cell) -> str:
    """Returns a cell as tables show it.

    >>> text_of(share(9, 10)), text_of(mean([0.6, 0.62, 0.64])), text_of(number(2.345, "ratio"))
    ('90.0 % (59.6 to 98.2), 9 of 10', '.620 ± .050', '2.35 x')
    """
    if isinstance(cell, str):
        return cell
    value, unit = cell["value"], cell["unit"]
    if value is None:
        return "none"
    if unit == "share":
        interval = f"({100 * cell['low']:.1f} to {100 * cell['high']:.1f})"
        return f"{100 * value:.1f} % {interval}, {cell['count']:,} of {cell['of']:,}"
    if unit == "mean":
        within = f" ± {_fraction(cell['high'] - value)}" if cell["of"] > 1 else ""
        return f"{_fraction(value)}{within}"
    match unit:
        case "ratio":
            return f"{value:.2f} x"
        case "points":
            return f"{value:+.1f} points"
        case "score":
            return _fraction(value)
        case "count":
            return f"{value:,.0f}"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def _fraction(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1) if 0 <= value < 1 else f"{value:.3f}"


def markdown(part: Mapping[str, Any]) -> str:
    """Returns the tables and notes of a part, given as JSON, in Markdown."""
    if part["skipped"]:
        return f"Skipped: {part['skipped']}\n"
    blocks = [_table(table) for table in part["tables"]]
    return "\n".join([*blocks, *(f"{note}\n" for note in part["notes"])])


def _table(table: Mapping[str, Any]) -> str:
    cells = [table["headings"], *([text_of(cell) for cell in row] for row in table["rows"])]
    rows = [f"| {' | '.join(row)} |" for row in cells]
    rows.insert(1, "| " + " | ".join("---" for _ in table["headings"]) + " |")
    return f"**{table['title']}**\n\n" + "\n".join(rows) + "\n"
