"""What an app's own predicates cost on runs in use, and how many of the runs they judge.

Run: python -m benchmarks.predicates [RUNS]

Each app runs in one process, as `mapp serve` and `mapp map` do; the first runs of a commit, which are all
checked, are left out. The share is that of the check in the time of the rest of the same run.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from typing import Final

from benchmarks.measuring import machine, table, world
from mapp.config import load_config
from mapp.library import read
from mapp.ops.manage.setup import ensure_library
from mapp.ops.run.execute import execute
from mapp.ops.run.predicates import FIRST, SHARE
from mapp.ops.workspace import Workspace

APPS: Final = ("vat", "luhn-check", "roman-decode", "slugify", "csv-to-json", "week-number")
RUNS: Final = 200


def main(runs: int = RUNS) -> bool:
    """Prints the table; returns whether the median check keeps within its share."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(config=load_config(environment=world(folder)))
        try:
            ensure_library(workspace)
            found = {name: measured(workspace, name, runs) for name in APPS}
        finally:
            workspace.close()
    rows = [
        (
            f"`{name}`",
            f"{statistics.median(total for total, _ in pairs):.2f} ms",
            f"{statistics.median(check for _, check in pairs if check):.2f} ms",
            f"{statistics.median(check / total for total, check in pairs if check):.0%}",
            f"{sum(check for _, check in pairs) / sum(total for total, _ in pairs):.0%}",
            f"{sum(check > 0 for _, check in pairs) / runs:.0%}",
        )
        for name, pairs in found.items()
    ]
    headings = ("app", "run without it", "check", "share where checked", "share of all time", "runs checked")
    table(f"Predicates on runs in use, medians ({machine()})", headings, rows)
    median = statistics.median(check / total for pairs in found.values() for total, check in pairs)
    print(f"\nmedian share of a run {median:.0%}, at most {SHARE:.0%} is allowed")
    return median <= SHARE


def measured(workspace: Workspace, name: str, runs: int) -> list[tuple[float, float]]:
    """Returns the milliseconds of the rest of each run, and of its check (0.0 if it was not checked)."""
    app = read.load(workspace.home, name)
    inputs = [dict(row.input) for row in app.examples if row.error is None]
    done = [execute(workspace, name, inputs[at % len(inputs)]).run for at in range(FIRST + runs)][FIRST:]
    times = {run.id: run.total_ms for run in workspace.journal.runs(app=name, most=runs)}
    notes = workspace.journal.notes(done)
    checks = {run: float((note.check or {}).get("ms", 0.0)) for run, note in notes.items()}
    return [(times[run] - checks.get(run, 0.0), checks.get(run, 0.0)) for run in done]


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
