"""Measures alternatives in turns, so that other work affects all of them alike, and prints tables."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Action = Callable[[], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """The times of one rival, in seconds, in the order in which they were taken."""

    name: str
    times: tuple[float, ...]

    @property
    def median(self) -> float:
        """Returns the time that half of the runs stay below."""
        return statistics.median(self.times)

    @property
    def high(self) -> float:
        """Returns the time that 99 of 100 runs stay below; of few runs, the longest."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))]


def interleave(actions: Mapping[str, Action], *, rounds: int, warm_up: int = 1) -> dict[str, Series]:
    """Returns the times of every action, one of each a round, the first rounds thrown away."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(warm_up + rounds):
        for name, action in actions.items():
            began = time.perf_counter()
            action()
            spent = time.perf_counter() - began
            if number >= warm_up:
                times[name].append(spent)
    return {name: Series(name=name, times=tuple(found)) for name, found in times.items()}


def repeated(name: str, action: Action, *, rounds: int, warm_up: int = 0) -> Series:
    """Returns the times of one action that has no rival to take turns with."""
    return interleave({name: action}, rounds=rounds, warm_up=warm_up)[name]


def ratio(series: Series, base: Series) -> float:
    """Returns how many times as long as its rival something takes: the median over pairs of one round.

    Pairs, because both halves of a pair met the same machine.
    """
    return statistics.median(mine / its for mine, its in zip(series.times, base.times, strict=True))


def command(*words: str, environment: Mapping[str, str] | None = None, says: str | None = None) -> Action:
    """Returns an action that runs a command to its end and fails when that does, or says something else."""
    known = {**os.environ, **(environment or {})}

    def run() -> None:
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=known)
        if done.returncode != 0 or (says is not None and done.stdout.strip() != says):
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")

    return run


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table in Markdown, so that it can go into the documentation as it stands."""
    cells = [list(headings), *map(list, rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(headings))]
    print(f"\n### {title}\n")
    for number, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if number == 0:
            print("| " + " | ".join("-" * width for width in widths) + " |")


def milliseconds(seconds: float) -> str:
    """Returns a time as the tables show it."""
    spent = seconds * 1000
    return f"{spent:,.0f} ms" if spent >= 100 else f"{spent:.1f} ms" if spent >= 1 else f"{spent:.3f} ms"


def timed_row(series: Series, *rest: str) -> list[str]:
    """Returns a row: name, median, p99, number of runs, and what else there is to say."""
    times = (milliseconds(series.median), milliseconds(series.high))
    return [series.name, *times, str(len(series.times)), *rest]


def against(series: Series, base: Series, limit: float | None = None) -> str:
    """Returns a cell: how many times as long as the rival, and how many times there may be."""
    said = f"{ratio(series, base):.2f} x `{base.name}`"
    return said if limit is None else f"{said} (limit {limit:g} x)"


def world(folder: str) -> dict[str, str]:
    """Returns the environment of a person who has never used mapp, all of it below a folder."""
    places = {"MAPP_HOME": "library", "MAPP_CACHE": "cache", "MAPP_CONFIG": "config.toml"}
    return {name: f"{folder}/{place}" for name, place in places.items()}


def machine() -> str:
    """Returns the line that says what the figures were taken on, and how busy it was."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}, "
        f"Python {sys.version.split()[0]}, load {load:.1f}"
    )
