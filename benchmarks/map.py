"""The time of `mapp map` for many rows, compared with a fresh `node` for every row.

Run: python -m benchmarks.map [ROWS]
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import Series, command, machine, milliseconds, table, world
from mapp.config import load_config
from mapp.library import read
from mapp.ops.manage.setup import ensure_library
from mapp.ops.run.batch import map_rows
from mapp.ops.workspace import Workspace

ROWS = 10_000
PARTS = 10  # of the rows, with some of the rival's between them, so that both meet the same machine
RIVALS = 6  # a part
FLOOR = 20


def main(rows: int = ROWS) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(config=load_config(environment=world(folder)))
        try:
            ensure_library(workspace)
            mapped, node = measure(workspace, Path(folder), rows // PARTS)
        finally:
            workspace.close()
    a_row, rival = sum(mapped) / rows, Series(name="node", times=node)
    mean = sum(node) / len(node)
    cells = [
        ["mapp map", milliseconds(a_row), f"{1 / a_row:,.0f}", str(rows), ""],
        ["a fresh node", milliseconds(mean), f"{1 / mean:,.0f}", str(len(node)), ""],
    ]
    cells[0][4] = f"{mean / a_row:.1f} x as fast as a fresh node (at least {FLOOR} x)"
    cells[1][4] = f"median {milliseconds(rival.median)}"
    table(f"Rows of `vat` ({machine()})", ("way", "a row", "rows a second", "rows", "against"), cells)


def measure(workspace: Workspace, folder: Path, part: int) -> tuple[list[float], tuple[float, ...]]:
    """Returns the seconds of every part of the rows, and of every rival."""
    source = read.load_runnable(workspace.home, "vat").source
    mapped: list[float] = []
    node: list[float] = []
    for number in range(PARTS):
        rows = folder / f"rows{number}.jsonl"
        prices = range(number * part, (number + 1) * part)
        rows.write_text("".join(json.dumps({"price": price}) + "\n" for price in prices))
        began = time.perf_counter()
        done = map_rows(workspace, "vat", rows, folder / f"out{number}.jsonl")
        mapped.append(time.perf_counter() - began)
        assert (done.rows, done.failed) == (part, 0), done
        node += [_rival(source, price) for price in prices[:RIVALS]]
    return mapped, tuple(node)


def _rival(source: str, price: int) -> float:
    arguments = json.dumps({"price": price, "rate": 20, "direction": "add"})
    script = f"{source}\nconsole.log(JSON.stringify(main({arguments})))"
    run = command(shutil.which("node") or "node", "-e", script)
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
