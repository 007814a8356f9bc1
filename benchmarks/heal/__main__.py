"""Uses apps with bugs, heals them with fixes that are true and wrong, and prints the tables.

    python -m benchmarks.heal [--only noticed,fixes] [--every N] [--json FILE] [--write]

The public data are read beside the project (`../shared/data`, or where MAPP_BENCH_DATA says).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.classify.library import Engines, engines, opened
from benchmarks.heal.corpus import Bug, bugs
from benchmarks.heal.figures import fixes_part, noticed_part
from benchmarks.heal.fixing import PATCHES, Fixed, fix
from benchmarks.heal.noticing import Noticed, use
from benchmarks.measuring import machine
from benchmarks.route import pages
from benchmarks.route.figures import Part, markdown
from mapp.config import DEFAULT_ENGINE

PARTS: Final = ("noticed", "fixes")


def main(words: Sequence[str] | None = None) -> int:
    """Measures the wanted parts and prints the tables; returns the exit code."""
    given = _arguments(words)
    began = time.perf_counter()
    noticed: list[Noticed] = []
    fixed: list[Fixed] = []
    with engines() as shared:
        for number, bug in enumerate(bugs(shared[DEFAULT_ENGINE], given.every), 1):
            seen, patched = worked(bug, shared, fixes="fixes" in given.only)
            noticed.append(seen)
            fixed += patched
            landed = ", ".join(row.patch for row in patched if row.landed)
            line = f"{number} {bug.source} {bug.name} ({bug.kind}): {seen.by or 'not noticed'}"
            print(f"{line}; landed: {landed or 'nothing'}", file=sys.stderr, flush=True)
    parts: dict[str, Part] = {"noticed": noticed_part(noticed), "fixes": fixes_part(fixed)}
    spent = round(time.perf_counter() - began, 1)
    found: dict[str, Any] = {
        name: {**parts[name].to_dict(), "machine": machine(), "seconds": spent} for name in given.only
    }
    for name, part in found.items():
        print(f"\n## {name}\n\n{markdown(part)}", flush=True)
    if given.json:
        pages.store(given.json, found)
    if given.write:
        pages.store(pages.HEAL, found)
        for path in pages.write():
            print(f"wrote {path}", file=sys.stderr)
    return 0


def worked(bug: Bug, shared: Engines, *, fixes: bool) -> tuple[Noticed, list[Fixed]]:
    """Returns whether a bug is noticed in use, and what becomes of each patch for it."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "library"
        folder.mkdir()
        world = opened(folder, None, shared)
        try:
            seen = use(world, bug)
        finally:
            world.close()
        if not fixes or seen.incident is None:
            return seen, []
        return seen, [fix(folder, seen, patch, shared) for patch in PATCHES]


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.heal", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PART,…", help=", ".join(PARTS))
    parser.add_argument("--every", type=int, default=1, help="only one of so many apps")
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
