"""Uses apps with bugs, heals them with fixes that are true and wrong, and prints the tables.

    python -m benchmarks.heal [--only noticed,fixes] [--every N] [--wrong N] [--jobs N]
        [--rows FILE] [--json FILE] [--write]
    python -m benchmarks.heal --coder local:FILE.gguf [--every N] [--jobs N] [--rows FILE]

All bugs are used and all true fixes are tried. Of the kinds of wrong patches each bug gets `--wrong`, picked
by its hash. With `--rows` what is known about each app is kept in a file, and a run that was interrupted
goes on from there. With `--coder` a real coder heals the bugs instead, each within MAPP_BUDGET_CHANGE. The
public data are read beside the project (`../shared/data`, or where MAPP_BENCH_DATA says).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.heal.corpus import origins
from benchmarks.heal.figures import Seen, coder_part, fixes_part, noticed_part
from benchmarks.heal.fixing import Fixed
from benchmarks.heal.working import measured
from benchmarks.measuring import machine
from benchmarks.route import pages
from benchmarks.route.figures import Part, markdown

PARTS: Final = ("noticed", "fixes")
WRONG: Final = 1
"""How many kinds of wrong patches are tried for each bug."""


def main(words: Sequence[str] | None = None) -> int:
    """Measures the wanted parts and prints the tables; returns the exit code."""
    given = _arguments(words)
    if given.coder:
        found = measured(origins(given.every), None, jobs=given.jobs, rows=given.rows, coder=given.coder)
        print(markdown(coder_part([row for _, patched in found for row in patched]).to_dict()))
        return 0
    began = time.perf_counter()
    noticed: list[Seen] = []
    fixed: list[Fixed] = []
    wrong = given.wrong if "fixes" in given.only else None
    for seen, patched in measured(origins(given.every), wrong, jobs=given.jobs, rows=given.rows):
        noticed += seen
        fixed += patched
    parts: dict[str, Part] = {"noticed": noticed_part(noticed), "fixes": fixes_part(fixed)}
    spent = round(time.perf_counter() - began, 1)
    figures: dict[str, Any] = {
        name: {**parts[name].to_dict(), "machine": machine(), "seconds": spent} for name in given.only
    }
    for name, part in figures.items():
        print(f"\n## {name}\n\n{markdown(part)}", flush=True)
    if given.json:
        pages.store(given.json, figures)
    if given.write:
        pages.store(pages.HEAL, figures)
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heal", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--every", type=int, default=1, help="only one of so many apps")
    parser.add_argument("--wrong", type=int, default=WRONG, help="kinds of wrong patches for each bug")
    parser.add_argument("--coder", default="", help="the coder that heals, as the setting `coder` names it")
    parser.add_argument("--jobs", type=int, default=2, help="processes that work at the same time")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="keep what is known, and go on from it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures into this file")
    parser.add_argument("--write", action="store_true", help="publish the figures in the documentation")
    given = parser.parse_args(words)
    if given.write and given.every > 1:
        parser.error("--write publishes the whole, not a sample")
    return given


def _parts(text: str) -> tuple[str, ...]:
    unknown = [name for name in text.split(",") if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return tuple(text.split(","))


if __name__ == "__main__":
    sys.exit(main())
