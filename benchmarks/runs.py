"""The time of one isolated run, compared with less isolated and slower ways to run the same function.

Run: python -m benchmarks.runs [ROUNDS]
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from benchmarks.measuring import Series, against, command, interleave, machine, table, timed_row, world
from mapp.config import load_config
from mapp.model.arguments import with_defaults
from mapp.ops.manage.setup import ensure_library
from mapp.ops.run.execute import execute
from mapp.ops.workspace import Workspace
from mapp.sandbox.app_job import job_for
from mapp.sandbox.executor import Executor, Job, Returned

ARGUMENTS = {"price": 240, "rate": 20, "direction": "add"}
ANSWER = "288"
ROUNDS = 200
SLOW_ROUNDS = 10
THREADS = (1, 2, 4)
RUNS_A_THREAD = 150


def main(rounds: int = ROUNDS) -> None:
    """Prints the tables of single runs and of runs per second."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(config=load_config(environment=world(folder)))
        try:
            ensure_library(workspace)
            quick, slow = measure(workspace, rounds)
            single = rows(quick, slow, workspace.executor.isolation)
            many = [throughput(workspace.executor, job_of(workspace), count) for count in THREADS]
        finally:
            workspace.close()
    table(f"One run of `vat` ({machine()})", ("way", "median", "p99", "runs", "against"), single)
    table("Runs a second through one executor", ("threads", "runs", "a second"), many)


def measure(workspace: Workspace, rounds: int) -> tuple[dict[str, Series], dict[str, Series]]:
    """Returns the times of the fast ways, and of those that start a new process."""
    job = job_of(workspace)
    executor = workspace.executor
    quick = {
        "isolated run": lambda: _check(executor, job),
        "execute(), app read and journal written": lambda: execute(workspace, "vat", {"price": 240}),
        "dukpy in this process": in_process(job),
    }
    return interleave(quick, rounds=rounds, warm_up=5), interleave(processes(job), rounds=SLOW_ROUNDS)


def processes(job: Job) -> dict[str, Callable[[], object]]:
    """Returns the ways that start a process for each run."""
    script = f"{job.program.source}\nconsole.log(JSON.stringify(main({json.dumps(ARGUMENTS)})))"
    python = f"import dukpy\nprint(dukpy.evaljs({_expression(job)!r}))"
    found = {"a fresh Python importing dukpy": command(sys.executable, "-c", python, says=ANSWER)}
    if node := shutil.which("node"):
        found["a fresh node"] = command(node, "-e", script, says=ANSWER)
    return found


def in_process(job: Job) -> Callable[[], object]:
    """Returns the way without any isolation: a new context of the same engine in this process."""
    import dukpy  # type: ignore[import-untyped]

    def run() -> None:
        assert dukpy.evaljs(_expression(job)) == int(ANSWER)

    return run


def rows(quick: dict[str, Series], slow: dict[str, Series], isolation: str) -> list[list[str]]:
    """Returns the rows of the table of single runs."""
    run, executed, bare = quick.values()
    found = [
        timed_row(run, f"{against(run, bare)}; isolation {isolation}; limit 5 ms"),
        timed_row(executed, f"{executed.median / run.median:.2f} x the run alone"),
        timed_row(bare, "no limits, no isolation"),
    ]
    found += [timed_row(each, f"{each.median / run.median:.0f} x `isolated run`") for each in slow.values()]
    return found


def throughput(executor: Executor, job: Job, threads: int) -> list[str]:
    """Returns a row: how many runs a second so many threads get out of one executor."""

    def work() -> None:
        for _ in range(RUNS_A_THREAD):
            _check(executor, job)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    runs = threads * RUNS_A_THREAD
    return [str(threads), str(runs), f"{runs / (time.perf_counter() - began):,.0f}"]


def job_of(workspace: Workspace) -> Job:
    """Returns the job that runs `vat`."""
    from mapp.library import read

    app = read.load_runnable(workspace.home, "vat")
    return job_for(app, with_defaults(app.manifest, {"price": 240}), now_ms=0, seed=0)


def _expression(job: Job) -> str:
    return f"(function () {{ {job.program.source}\nreturn main({json.dumps(ARGUMENTS)}); }})()"


def _check(executor: Executor, job: Job) -> None:
    result = executor.run(job)
    assert isinstance(result, Returned) and result.json == ANSWER, result


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
