"""Injects faults into apps in use, compares the classes that they get with the causes, and prints the tables.

    python -m benchmarks.classify [--every N] [--apps NAME,…] [--jobs N] [--json FILE] [--rows FILE] [--write]
                                 [--only-unseen]

Every case is a real run of a real app in a library of its own: sandbox, broker, journal and classifier are
those that `mapp exec` uses. Services answer on loopback.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks.classify.figures import part
from benchmarks.classify.playing import Played, names, play_app
from benchmarks.measuring import machine
from benchmarks.route import pages
from benchmarks.route.figures import markdown

PARTS: Final = ("classes",)


def main(words: Sequence[str] | None = None) -> int:
    """Plays the wanted cases and prints the tables; returns the exit code."""
    given = _arguments(words)
    began = time.perf_counter()
    rows = played(given.apps or names(), given.every, given.jobs, only_unseen=given.only_unseen)
    if given.rows:
        text = json.dumps([row.to_dict() for row in rows], indent=1, ensure_ascii=False)
        given.rows.write_text(f"{text}\n", encoding="utf-8")
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


def played(chosen: Sequence[str], every: int, jobs: int, *, only_unseen: bool = False) -> list[Played]:
    """Returns how the cases of some apps ended, each app in a process of its own."""
    rows: list[Played] = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = [
            pool.submit(play_app, name, every, at % every, only_unseen=only_unseen)
            for at, name in enumerate(chosen)
        ]
        for done in as_completed(running):
            rows += done.result()
    return sorted(rows, key=lambda row: (row.app, row.label, row.fault))


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classify", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only one of so many cases of each app")
    parser.add_argument("--apps", type=_names, default=(), metavar="NAME,…", help="only these apps")
    parser.add_argument("--jobs", type=int, default=1, help="how many apps at a time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures into this file")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write every case into this file")
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
