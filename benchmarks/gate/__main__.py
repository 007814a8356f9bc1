"""Measures the gate, prints the tables, and writes them into the documentation.

Run: python -m benchmarks.gate [--only patches,bugs] [--every N] [--json FILE] [--write]

`python -m benchmarks.gate.tokens` is apart: it takes hours.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from benchmarks.gate import bugs, patches
from benchmarks.measuring import machine
from benchmarks.options import listed, parsed, publishing
from benchmarks.route import pages
from benchmarks.route.data import NoData
from benchmarks.route.figures import Part, markdown

PARTS: Final[dict[str, Callable[[argparse.Namespace], Part]]] = {
    "patches": lambda given: patches.measure(given.every, given.apps),
    "bugs": lambda given: bugs.measure(given.every),
}


def main(words: Sequence[str] | None = None) -> int:
    """Measures the wanted parts; returns the exit code."""
    given = _arguments(words)
    found = {name: measured(name, given) for name in given.only}
    for name, part in found.items():
        print(f"\n## {name}\n\n{markdown(part)}", flush=True)
    if given.json:
        pages.store(given.json, found)
    if given.write:
        pages.store(pages.GATE, found)
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def measured(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """Returns what one part found, as JSON."""
    began = time.perf_counter()
    try:
        part = PARTS[name](given)
    except NoData as error:
        part = Part(skipped=str(error))
    return {**part.to_dict(), "machine": machine(), "seconds": round(time.perf_counter() - began, 1)}


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser, parts = publishing("gate", __doc__), listed("part", PARTS)
    parser.add_argument("--only", type=parts, default=tuple(PARTS), metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--every", type=int, default=1, help="only one of so many rows")
    parser.add_argument("--apps", type=listed("app"), default=(), metavar="NAME,…", help="only these apps")
    return parsed(parser, words, lambda given: given.every > 1 or given.apps)


if __name__ == "__main__":
    raise SystemExit(main())
