"""Inputs per second through an app and its predicates: in the sandbox, and in node under fast-check.

Run: python -m benchmarks.properties [FOLDER [INPUTS]]

FOLDER is one in which `npm install fast-check` was run; without it, or without node, only our half is
measured. Our times hold everything: drawing in a child, every run of `main`, every predicate, every run that
one asks for. Those of fast-check hold neither the start of node nor any wall: all code runs in one context.
Where other work goes on, `inputs per CPU s` says what a free core would do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import mapp.starter
from benchmarks.measuring import machine, table
from mapp.library.app_folder import read_folder
from mapp.model.app import App, read_app
from mapp.sandbox.executors.select import open_executor
from mapp.validate.checks.properties import check_properties, check_total
from mapp.validate.trial import Trial

INPUTS: Final = 1000
APPS: Final = (
    "vat",
    "age-on",
    "roman-encode",
    "dedupe-lines",
    "statistics",
    "semver-compare",
    "cron-explain",
)
HEADINGS: Final = (
    *("app", "predicates", "mapp, inputs/s", "inputs per CPU s", "drawing", "main", "predicates"),
    *("node + fast-check, inputs/s", "mapp / node"),
)


def main(folder: Path | None = None, inputs: int = INPUTS) -> None:
    """Prints the table."""
    apps = [read_app(read_folder(Path(mapp.starter.__file__).parent / "apps" / name)[0]) for name in APPS]
    with open_executor() as executor:
        list(Trial(app=apps[0], executor=executor, inputs=5).outcomes)  # helpers are up
        trials = [Trial(app=app, executor=executor, inputs=inputs) for app in apps]
        rival = fast_check(folder, trials, inputs)
        rows = [measured(trial, rival) for trial in trials]
        table(f"Properties, {inputs} inputs ({machine()}, {executor.engine})", HEADINGS, rows)
    if not rival:
        print("\nfast-check was left out: give a folder in which `npm install fast-check` was run.")


def measured(trial: Trial, rival: dict[str, Any]) -> list[str]:
    """Returns the row of one app; every property must hold."""
    began, spent_before = time.perf_counter(), cpu_seconds()
    count = len(trial.drawn)
    drawn = time.perf_counter()
    list(trial.outcomes)
    ran = time.perf_counter()
    for found in (check_total(trial), check_properties(trial)):
        if not found.passed:
            raise RuntimeError(f"{trial.app.name}: {found.problems[0]}")
    ended, spent_after = time.perf_counter(), cpu_seconds()
    rate = count / (ended - began)
    seconds = [f"{spent:.2f} s" for spent in (drawn - began, ran - drawn, ended - ran)]
    worked = f"{count / (spent_after - spent_before):,.0f}" if spent_after > spent_before else "-"
    theirs = rival.get(trial.app.name)
    shown = ["-", "-"]
    if theirs:
        other = theirs["inputs"] / theirs["seconds"]
        shown = [f"{other:,.0f}{' (failed)' if theirs['failed'] else ''}", f"{rate / other:.2f}"]
    return [trial.app.name, str(len(trial.predicates)), f"{rate:,.0f}", worked, *seconds, *shown]


def fast_check(folder: Path | None, trials: list[Trial], inputs: int) -> dict[str, Any]:
    """Returns what node made of the same apps and predicates, by name; {} where it is not there."""
    node = shutil.which("node")
    library = folder / "node_modules" / "fast-check" / "lib" / "fast-check.js" if folder else None
    if library is not None and not library.is_file():
        found = sorted(library.parent.parent.glob("lib/**/fast-check.js"))
        library = found[0] if found else None
    if node is None or library is None:
        return {}
    job = {"fastCheck": str(library), "inputs": inputs, "apps": [described(trial) for trial in trials]}
    script = Path(__file__).with_name("fast_check.mjs")
    done = subprocess.run(
        [node, str(script)], input=json.dumps(job), capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def cpu_seconds() -> float:
    """Returns the CPU time of this process, its helpers and all that these have buried; 0 where not told."""
    own = os.times()
    total = own.user + own.system + own.children_user + own.children_system
    for process in Path("/proc/self/task").glob("*/children"):
        for child in process.read_text().split():
            # man 5 proc_pid_stat: utime, stime, cutime and cstime are fields 14 to 17.
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total if sys.platform == "linux" else 0.0


def described(trial: Trial) -> dict[str, Any]:
    """Returns what node needs of an app."""
    app: App = trial.app
    arguments = app.manifest.arguments
    return {
        "name": app.name,
        "source": app.source,
        "properties": app.properties,
        "predicates": list(trial.predicates),
        "fields": {row.name: row.schema.to_dict() for row in arguments},
        "required": [row.name for row in arguments if not row.optional],
        "defaults": {row.name: row.schema.default for row in arguments if row.schema.has_default},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None, *map(int, sys.argv[2:3]))
