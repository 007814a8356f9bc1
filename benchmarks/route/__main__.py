"""Measures recognising and routing, prints the tables, and writes them into the documentation.

Run: python -m benchmarks.route [--only starter,fresh,clinc,…] [--resamples 20] [--json FILE] [--write]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.measuring import machine
from benchmarks.route import answered, banking, clinc, fill, matrix, pages, poison, warm
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
    "poison": lambda given: poison.measure(given.poison),
    "warm": lambda given: warm.measure(given.warm),
    "matrix": lambda given: matrix.measure(given.every, given.numpy),
    "fill": lambda given: fill.measure(),
}


def main(words: Sequence[str] | None = None) -> int:
    """Measures the wanted parts; returns the exit code."""
    given = _arguments(words)
    found: dict[str, Any] = {}
    for name in given.only:
        found[name] = measured(name, given)
        print(f"\n## {name}\n\n{markdown(found[name])}", flush=True)
    if given.json:
        store(given.json, found)
    if given.write:
        store(pages.RESULTS, found)
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def measured(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """Returns what one part found, and what that took, as JSON."""
    began, spent = time.perf_counter(), time.process_time()
    try:
        part = PARTS[name](given)
    except NoData as error:
        part = Part(skipped=str(error))
    seconds = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - spent}
    taken = {key: round(value, 1) for key, value in seconds.items()}
    print(f"{name}: {taken['seconds']} s, {taken['cpu']} s of CPU in this process", file=sys.stderr)
    return {**part.to_dict(), "machine": machine(), **taken}


def store(path: Path, found: dict[str, Any]) -> None:
    """Writes figures into a file, beside those of other parts that it has; a skipped part changes nothing."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    fresh = {name: part for name, part in found.items() if not part["skipped"] or name not in known}
    merged = {**known, **fresh}
    ordered = {name: merged[name] for name in PARTS if name in merged}
    path.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.route", description=__doc__)
    parser.add_argument("--only", type=_parts, default=tuple(PARTS), metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--resamples", type=int, default=3, help="of CLINC-150; 20 are published")
    parser.add_argument("--poison", type=_sizes, default=(72, 1000), metavar="APPS,…", help="library sizes")
    parser.add_argument("--warm", type=_sizes, default=(72, 1000, 10_000), metavar="APPS,…", help="the same")
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
