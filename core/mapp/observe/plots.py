"""Draws the statistics of a library over time: into a file with matplotlib, as text with plotille."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from mapp.errors import MappError, UsageError
from mapp.model.spend import MICROS
from mapp.model.statistics import DayCounts, Statistics

REQUIREMENTS: Final = ("matplotlib>=3.9", "plotille>=6,<7")
"""What the extra `plot` installs."""
FORMATS: Final = (".svg", ".png", ".pdf")
_SIZE: Final = (7.5, 8.0)
_COLOURS: Final = ("#2563a8", "#c2571a")
_TINTS: Final = ("blue", "red")
_MARKS: Final = ("o", "x")
_HEIGHT: Final = 10
_LEAST_WIDTH: Final = 20
_MARGIN: Final = 24
"""Columns beside the graph: the values of the axis."""


class NoPlot(MappError):
    """A plot cannot be drawn."""

    code = "MAPP-0680"


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One graph: its title, and lines of one value a day by name; None where there is no value."""

    title: str
    lines: tuple[tuple[str, tuple[float | None, ...]], ...]


def panels(days: Sequence[DayCounts]) -> tuple[Panel, ...]:
    """Returns the graphs: runs a day, shares, and dollars spent and avoided up to each day."""
    runs = ("runs", tuple(float(day.counts.runs) for day in days))
    failed = ("failed", tuple(float(day.counts.failed) for day in days))
    matched = ("requests matched", tuple(day.requests.match_rate for day in days))
    shared = ("runs from the library", tuple(day.requests.library_share(day.counts.runs) for day in days))
    spent = ("spent", tuple(sum_ / MICROS for sum_ in accumulate(day.spent_micros for day in days)))
    avoided = ("avoided", tuple(sum_ / MICROS for sum_ in accumulate(day.counts.micros for day in days)))
    return (
        Panel(title="Runs a day", lines=(runs, failed)),
        Panel(title="Share of requests and runs", lines=(matched, shared)),
        Panel(title="Dollars in total", lines=(spent, avoided)),
    )


def draw_file(found: Statistics, path: Path) -> None:
    """Draws the graphs into a file; its ending says which format.

    Raises:
        UsageError: the ending is none of `FORMATS`.
        NoPlot: nothing was recorded, matplotlib is not installed, or the file cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(
            f"{str(path)!r} is not a picture's name", hint=f"end it with {' or '.join(FORMATS)}; or use -"
        )
    _ensure_days(found)
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise _missing("matplotlib", REQUIREMENTS[0], error) from None
    # Dates as text and a fixed salt make the same figures the same file.
    with matplotlib.rc_context({"svg.hashsalt": "mapp", "svg.fonttype": "none"}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        graphs = panels(found.days)
        for axes, panel in zip(figure.subplots(len(graphs), sharex=True), graphs, strict=True):
            _draw(axes, panel, [day.day for day in found.days])
        try:
            figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise NoPlot(f"{path} cannot be written: {error.strerror}") from None


def _draw(axes: Any, panel: Panel, days: Sequence[str]) -> None:
    for colour, (name, values) in zip(_COLOURS, panel.lines, strict=True):
        axes.plot(
            days,
            [float("nan") if value is None else value for value in values],
            ".-",
            label=name,
            color=colour,
        )
    axes.set_title(panel.title, loc="left", fontsize="medium")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(_few_ticks())
    axes.grid(axis="y", alpha=0.3)
    axes.legend(frameon=False, fontsize="small")


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=6, integer=True)


def draw_text(found: Statistics, *, width: int, colour: bool) -> str:
    """Returns the graphs as text of `width` columns.

    Raises:
        NoPlot: nothing was recorded, or plotille is not installed.
    """
    _ensure_days(found)
    try:
        import plotille  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise _missing("plotille", REQUIREMENTS[1], error) from None
    days = [datetime.strptime(day.day, "%Y-%m-%d").replace(tzinfo=UTC) for day in found.days]
    return "\n\n".join(_text_of(plotille, panel, days, width, colour) for panel in panels(found.days))


def _text_of(plotille: Any, panel: Panel, days: Sequence[datetime], width: int, colour: bool) -> str:
    """Returns one graph."""
    figure = plotille.Figure()
    figure.width, figure.height = max(_LEAST_WIDTH, width - _MARGIN), _HEIGHT
    figure.with_colors = colour
    figure.x_label, figure.y_label = "day", ""
    figure.register_label_formatter(datetime, _date_label)
    figure.register_label_formatter(float, _number_label)
    highest = max((value for _, values in panel.lines for value in values if value is not None), default=0.0)
    figure.set_y_limits(min_=0.0, max_=highest * 1.1 or 1.0)
    figure.set_x_limits(min_=days[0], max_=days[-1] + timedelta(days=1))  # the last day is left of the edge
    for tint, mark, (name, values) in zip(_TINTS, _MARKS, panel.lines, strict=True):
        known = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
        if known:
            # Points, not lines: two lines look the same without colours, and a day may be missing.
            figure.scatter(*zip(*known, strict=True), lc=tint if colour else None, label=name, marker=mark)
    lines = [line.rstrip(" \u2800") for line in figure.show(legend=True).splitlines()]
    return "\n".join([panel.title, *lines])


def _number_label(value: float, chars: int, delta: Any, left: bool = False) -> str:
    """Returns a tick of the axis of values, three digits long."""
    text = f"{value:.3g}"
    return text.ljust(chars) if left else text.rjust(chars)


def _date_label(value: datetime, chars: int, delta: Any, left: bool = False) -> str:
    """Returns a tick of the time axis: the month and the day."""
    text = value.strftime("%m-%d")
    return text.ljust(chars) if left else text.rjust(chars)


def _ensure_days(found: Statistics) -> None:
    if not found.days:
        raise NoPlot("there is nothing to draw: no run was recorded in this time", hint="mapp stats")


def _missing(name: str, requirement: str, error: ImportError) -> NoPlot:
    if error.name not in (name, None) and not str(error.name).startswith(name):
        return NoPlot(f"{name} cannot be used: {error}", hint=f"pip install '{requirement}'")
    return NoPlot(f"{name} is not installed", hint=f"pip install '{requirement}'")
