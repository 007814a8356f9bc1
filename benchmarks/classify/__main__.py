"""Injects faults into apps in use, compares the classes that they get with the causes, and prints the tables.

    python -m benchmarks.classify [--every N] [--apps NAME,…] [--jobs N] [--json FILE] [--rows FILE] [--write]
                                 [--only-unseen]

Every case is a real run of a real app in a library of its own: sandbox, broker, journal and classifier are
those that `mapp exec` uses. Services answer on loopback. With `--rows`, a run that was ended goes on where it
was.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks.classify.figures import part
from benchmarks.classify.playing import Played, listed, names, play_app, read_rows
from benchmarks.measuring import machine
from benchmarks.route import pages
from benchmarks.route.figures import markdown

PARTS: Final = ("classes",)


def main(words: Sequence[str] | None = None) -> int:
    """Plays the wanted cases and prints the tables; returns the exit code."""
    given = _arguments(words)
    began = time.perf_counter()
    wanted = {
        name: listed(name, given.every, at % given.every, only_unseen=given.only_unseen)
        for at, name in enumerate(given.apps or names())
    }
    rows = played({name: [*cases] for name, cases in wanted.items()}, given.jobs, given.rows)
    found: dict[str, Any] = {
        "classes": {
            **part(rows).to_dict(),
            "machine": machine(),
            "seconds": round(time.perf_counter() - began, 1),
        }
    }
    print(markdown(found["classes"]))
    if given.json:
        pages.store(given.json, found)
    if given.write:
        pages.store(pages.CLASSIFY, found)
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def played(wanted: Mapping[str, Collection[int]], jobs: int, path: Path | None = None) -> list[Played]:
    """Returns how the wanted cases of some apps ended, each app in a process of its own.

    Cases that the file of rows has are not played again.
    """
    rows = [row for row in read_rows(path) if row.number in wanted.get(row.app, ())]
    known = {(row.app, row.number) for row in rows}
    left = {
        name: [number for number in numbers if (name, number) not in known]
        for name, numbers in wanted.items()
    }
    total = len(rows) + sum(map(len, left.values()))
    print(f"{total} cases of {len(wanted)} apps, {len(rows)} of them known", file=sys.stderr, flush=True)
    longest = sorted(left, key=lambda name: -len(left[name]))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(play_app, name, left[name], path) for name in longest if left[name]]
        for done in as_completed(running):
            rows += done.result()
            print(f"{len(rows)} of {total} cases", file=sys.stderr, flush=True)
    return sorted(rows, key=lambda row: (row.app, row.number))


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only one of so many cases of each app")
    parser.add_argument("--apps", type=_names, default=(), metavar="NAME,…", help="only these apps")
    parser.add_argument("--jobs", type=int, default=1, help="how many apps at a time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures into this file")
    parser.add_argument(
        "--rows",
        type=Path,
        metavar="FILE",
        help="add every case to this file; what it has is not played again",
    )
    parser.add_argument("--only-unseen", action="store_true", help="only faults written without the rules")
    parser.add_argument("--write", action="store_true", help="publish the figures in the documentation")
    given = parser.parse_args(words)
    if given.write and (given.every > 1 or given.apps or given.only_unseen):
        parser.error("--write publishes the whole, not a sample")
    return given


def _names(text: str) -> tuple[str, ...]:
    unknown = [name for name in text.split(",") if name not in names()]
    if unknown:
        raise argparse.ArgumentTypeError(f"no app {', '.join(unknown)}; there are {', '.join(names())}")
    return tuple(text.split(","))


if __name__ == "__main__":
    sys.exit(main())
