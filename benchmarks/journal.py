"""How many runs a second the journal takes, and how long `mapp stats` takes over many runs.

Run: python -m benchmarks.journal [RUNS] [--stats RUNS]

On a busy machine, only the rate for each second of a processor says what the journal does.

Every run is recorded in a transaction of its own, with `synchronous = NORMAL` in write-ahead mode: a run that
was recorded survives a kill of the process. One series deletes old runs all the time, one has a secret to
look for in every text, and two share the file between threads and between processes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.measuring import machine, table, world
from mapp.config import load_config
from mapp.observe.journal import Journal, Run, new_id
from mapp.ops.manage.statistics import statistics
from mapp.ops.workspace import Workspace
from mapp.sandbox.broker.redaction import Redactor

RUNS: Final = 20_000
MANY: Final = 1_000_000
WORKERS: Final = 4
LEAST: Final = 2_000
"""Runs a second that the journal must take."""
RUN: Final = Run(
    id="",
    started=0.0,
    app="vat",
    commit="c" * 40,
    tree="t" * 40,
    version="1.0.0",
    request="what is 240 euros plus 20% VAT",
    input='{"direction":"add","price":240,"rate":20}',
    output="288",
    outcome="ok",
    detail="",
    now_ms=0,
    seed=1,
    wall_ms=1.0,
    total_ms=4.0,
    engine="quickjs-ng",
    isolation="full",
)


def main() -> None:
    """Prints both tables."""
    given = _arguments()
    rows = []
    for name, measured in _series().items():
        before = processor_time()
        with tempfile.TemporaryDirectory() as folder:
            rate = measured(Path(folder) / "journal.sqlite", given.runs)
        busy = given.runs / (processor_time() - before)
        against = f"{rate / LEAST:.1f} x {LEAST:,}"
        rows.append([name, f"{given.runs:,}", f"{rate:,.0f}", f"{busy:,.0f}", against])
    headings = ("way", "runs", "a second", "a second of a processor", "against")
    table(f"Runs recorded ({machine()})", headings, rows)
    with tempfile.TemporaryDirectory() as folder:
        seconds, processor = stats_over(folder, given.stats)
    cells = [[f"{given.stats:,}", f"{seconds:.2f} s", f"{processor:.2f} s"]]
    table("`mapp stats`, a new process", ("runs", "time", "of a processor"), cells)


def processor_time() -> float:
    """Returns the seconds of a processor that this process and its ended children have used."""
    import resource

    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(row.ru_utime + row.ru_stime for row in used)


def _series() -> dict[str, Callable[[Path, int], float]]:
    return {
        "one after the other": lambda path, runs: _rate(opened(path), runs),
        "deleting all but 1,000": lambda path, runs: _rate(opened(path, keep_runs=1_000), runs),
        "two keys to look for": lambda path, runs: _rate(opened(path, redact=_redactor()), runs),
        f"{WORKERS} threads": threaded,
        f"{WORKERS} processes": in_processes,
    }


def opened(path: Path, *, keep_runs: int = 10_000_000, redact: Callable[[str], str] = str) -> Journal:
    """Returns a journal."""
    return Journal(path, keep_runs=keep_runs, keep_days=90, keep_inputs=True, redact=redact)


def record(journal: Journal, runs: int) -> None:
    """Records runs one after the other."""
    for number in range(runs):
        journal.record(replace(RUN, id=new_id(), started=time.time(), seed=number))


def _rate(journal: Journal, runs: int) -> float:
    with closing(journal):
        record(journal, 100)
        began = time.perf_counter()
        record(journal, runs)
        return runs / (time.perf_counter() - began)


def threaded(path: Path, runs: int) -> float:
    """Returns the rate of threads that share one journal."""
    journal = opened(path)
    threads = [threading.Thread(target=record, args=(journal, runs // WORKERS)) for _ in range(WORKERS)]
    with closing(journal):
        record(journal, 100)
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return runs / (time.perf_counter() - began)


def in_processes(path: Path, runs: int) -> float:
    """Returns the rate of processes that share one file; their start does not count."""
    with closing(opened(path)) as journal:
        record(journal, 1)
    script = "from benchmarks.journal import worker; import sys; worker(sys.argv[1], int(sys.argv[2]))"
    command = [sys.executable, "-c", script, str(path), str(runs // WORKERS)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(WORKERS)
    ]
    for process in workers:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    began = time.perf_counter()
    for process in workers:
        process.communicate(b"go\n")
        assert process.returncode == 0
    return runs / (time.perf_counter() - began)


def worker(path: str, runs: int) -> None:
    """Records runs as one of several processes, once it reads a line."""
    with closing(opened(Path(path))) as journal:
        record(journal, 1)
        print("ready", flush=True)
        sys.stdin.readline()
        record(journal, runs)


def _redactor() -> Redactor:
    return Redactor({"ANTHROPIC": "sk-ant-0123456789abcdef0123456789abcdef", "TOKEN": "ghp_0123456789abcdef"})


def stats_over(folder: str, runs: int) -> tuple[float, float]:
    """Returns the time and the processor time of `mapp stats` over that many runs, in seconds."""
    environment = world(folder)
    fill(Path(environment["MAPP_HOME"]) / "journal.sqlite", runs)
    workspace = Workspace(config=load_config(environment=environment))
    with closing(workspace):
        assert statistics(workspace).counts.runs == runs
    before, began = processor_time(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "mapp_cli", "stats", "--json"],
        env=environment,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began, processor_time() - before


def fill(path: Path, runs: int) -> None:
    """Writes runs of 200 apps over 90 days into a journal, in one transaction."""
    with closing(opened(path)) as journal, journal.reading() as connection:
        now = time.time()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            """
            WITH RECURSIVE numbers(number) AS (
                SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < :runs
            )
            INSERT INTO runs
            SELECT printf('%032x', number), :now - 7776000.0 * (1 - number * 1.0 / :runs),
                'app-' || (number % 200), 'c', 't', '1.0.0', 'double 21', '{"number":21}', '42',
                CASE number % 25 WHEN 0 THEN 'threw' WHEN 1 THEN 'error:no' WHEN 2 THEN 'wall' ELSE 'ok' END,
                '', 1, number % 4294967296, 1.0, 2.0, 'quickjs-ng', 'full'
            FROM numbers
            """,
            {"runs": runs, "now": now},
        )
        connection.execute("COMMIT")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journal")
    parser.add_argument("runs", nargs="?", type=int, default=RUNS)
    parser.add_argument("--stats", type=int, default=MANY, metavar="RUNS")
    return parser.parse_args()


if __name__ == "__main__":
    main()
