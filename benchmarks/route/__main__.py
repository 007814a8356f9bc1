"""Measures recognising and routing, prints the tables, and writes them into the documentation.

Run: python -m benchmarks.route [--only starter,fresh,clinc,…] [--resamples 20] [--json FILE] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, Final

from benchmarks.measuring import machine
from benchmarks.route import answered, banking, clinc, fill, learning, matrix, pages, poison, warm
from benchmarks.route.data import NoData
from benchmarks.route.figures import Part, markdown

Measure = Callable[[argparse.Namespace], Part]
PARTS: Final[dict[str, Measure]] = {
    "starter": lambda given: answered.measure(
        answered.starter_cases(), "Held-back requests of the starter apps", show=given.rows
    ),
    "fresh": lambda given: answered.measure(
        answered.fresh_cases(answered.FRESH), "Fresh requests to the starter library"
    ),
    "development": lambda given: answered.measure(
        answered.fresh_cases(answered.DEVELOPMENT), "Requests to develop with", show=given.rows
    ),
    "clinc": lambda given: clinc.measure(given.resamples),
    "banking": lambda given: banking.measure(),
    "learning": lambda given: learning.measure(),
    "poison": lambda given: poison.measure(given.poison, every_kind=given.kinds),
    "warm": lambda given: warm.measure(given.warm),
    "matrix": lambda given: matrix.measure(given.every, given.numpy),
    "fill": lambda given: fill.measure(),
}

PUBLISHED: Final = tuple(name for name in PARTS if name != "development")
TIMED: Final = frozenset(["warm"])
"""Parts that measure time, and so run alone."""


def main(words: Sequence[str] | None = None) -> int:
    """Measures the wanted parts; returns the exit code."""
    given = _arguments(words)
    untimed = [name for name in given.only if name not in TIMED]
    if given.jobs > 1 and len(untimed) > 1 and not given.rows:
        found = side_by_side(untimed, given)
    else:
        found = ((name, measured(name, given)) for name in untimed)
    timed = ((name, measured(name, given)) for name in given.only if name in TIMED)
    for name, part in chain(found, timed):
        print(f"\n## {name}\n\n{markdown(part)}", flush=True)
        # At once, so that nothing is lost if a later part fails.
        for path in filter(None, (given.json, pages.RESULTS if given.write else None)):
            pages.store(path, {name: part}, PARTS)
    if given.write:
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def side_by_side(names: Sequence[str], given: argparse.Namespace) -> Iterator[tuple[str, dict[str, Any]]]:
    """Measures parts in processes of their own, so many at a time as there are jobs."""
    options = ["--jobs", "1", "--resamples", str(given.resamples), "--every", str(given.every)]
    options += ["--poison", ",".join(map(str, given.poison))]
    options += ["--kinds"] if given.kinds else []
    options += ["--numpy", ",".join(given.numpy)] if given.numpy else []

    def run(name: str) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "found.json"
            command = [sys.executable, "-m", "benchmarks.route", "--only", name, "--json", str(path)]
            subprocess.run([*command, *options], check=True, cwd=pages.ROOT, stdout=subprocess.DEVNULL)
            part: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))[name]
            return part

    with ThreadPoolExecutor(max_workers=given.jobs) as pool:
        yield from zip(names, pool.map(run, names), strict=True)


def measured(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """Returns what one part found, and what that took, as JSON."""
    began, spent = time.perf_counter(), cpu()
    try:
        part = PARTS[name](given)
    except NoData as error:
        part = Part(skipped=str(error))
    seconds = {"seconds": time.perf_counter() - began, "cpu": cpu() - spent}
    taken = {key: round(value, 1) for key, value in seconds.items()}
    print(f"{name}: {taken['seconds']} s, {taken['cpu']} s of CPU", file=sys.stderr)
    return {**part.to_dict(), "machine": machine(), **taken}


def cpu() -> float:
    """Returns the seconds of CPU that this process and its children have used."""
    return sum(os.times()[:4])


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.route", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PUBLISHED, metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="parts at a time")
    parser.add_argument("--resamples", type=int, default=3, help="of CLINC-150; 20 are published")
    parser.add_argument(
        "--poison", type=_sizes, default=(poison.STARTER,), metavar="APPS,…", help="library sizes"
    )
    parser.add_argument("--kinds", action="store_true", help="poison with every kind of greedy apps")
    sizes = (warm.STARTER, 1000, 10_000)
    parser.add_argument("--warm", type=_sizes, default=sizes, metavar="APPS,…", help="the same")
    parser.add_argument("--every", type=int, default=20, help="matrix: ask only every so many library rows")
    parser.add_argument("--numpy", type=_words, default=(), metavar="VERSION,…", help="matrix: install these")
    parser.add_argument("--rows", action="store_true", help="also print each row that did not go well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures into this file")
    parser.add_argument("--write", action="store_true", help="publish the figures in the documentation")
    return parser.parse_args(words)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _parts(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return names


if __name__ == "__main__":
    raise SystemExit(main())
