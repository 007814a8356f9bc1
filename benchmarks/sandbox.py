"""The time of a sandboxed run, compared with the engine in this process, a fresh Node and a fresh Python.

Run: python -m benchmarks.sandbox [ROUNDS]
"""

# ruff: noqa: E501
from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.measuring import (
    Action,
    Series,
    against,
    command,
    interleave,
    machine,
    ratio,
    repeated,
    table,
    timed_row,
)
from mapp.sandbox import engine
from mapp.sandbox.executor import Job, Program, Result, Returned
from mapp.sandbox.executors.forking import ForkingExecutor

SOURCE = "function main(input) { return { sum: input.a + input.b }; }"
INPUT = '{"a":1,"b":2}'
ROUNDS = 200
SLOW = 20  # rounds of what takes long
Engines = dict[str, ForkingExecutor]
HEADINGS = ("what", "median", "p99", "runs", "against")
PLENTY = 60_000  # milliseconds: what is slow on a loaded machine is a figure, not a failure
HANG = Job(program=Program(source="function main() { for (;;); }"), wall_ms=300)
BUSY = {
    "fib(22)": "const f = (n) => (n < 2 ? n : f(n - 1) + f(n - 2)); return f(22);",
    "sieve of 200,000": "const s = new Uint8Array(2e5); let c = 0; for (let i = 2; i < 2e5; i++) { if (s[i]) continue; c++; for (let j = i * 2; j < 2e5; j += i) s[j] = 1; } return c;",
    "sort 30,000": "let x = 1; const a = Array.from({length: 3e4}, () => (x = (x * 48271) % 2147483647)); a.sort((p, q) => p - q); return a[99];",
    "build a text": "let s = ''; for (let i = 0; i < 5e4; i++) s = (s + i).slice(-50); return s;",
    "count words": "const m = new Map(); for (let i = 0; i < 1e5; i++) { const k = 'w' + (i % 997); m.set(k, (m.get(k) || 0) + 1); } return m.size;",
    "match": "let n = 0; for (let i = 0; i < 2e4; i++) n += /(\\d+)-(\\d+)/.test('row ' + i + '-' + i) ? 1 : 0; return n;",
    "mathematics": "let s = 0; for (let i = 0; i < 5e4; i++) s += Math.sin(i) * Math.exp(-i / 5e4) + Math.pow(i, 0.3); return s;",
    "big integers": "let a = 0n, b = 1n; for (let i = 0; i < 5000; i++) [a, b] = [b, a + b]; return String(a).length;",
}


def main(rounds: int = ROUNDS) -> None:
    """Prints all tables."""
    with contextlib.ExitStack() as stack:
        engines = {
            name: stack.enter_context(ForkingExecutor(lanes=1, engine=name)) for name in engine.installed()
        }
        compare_runs(engines, rounds)
        compare_busy(engines)
        move_much(engines)
        weigh(engines[engine.DEFAULT])
    count_per_second()
    compare_batches()
    slow_down(rounds)


def in_process(source: str, call: str) -> Action:
    """Returns an action that evaluates in this process, without a sandbox, as the base of comparison."""
    sys.path.insert(0, str(engine.HERE))
    import worker  # type: ignore[import-not-found]  # as the zygote does, outside the package

    loaded = worker.load_engine(str(engine.extension()))
    prelude, mathematics = (Path(engine.HERE, name).read_bytes() for name in engine.PRELUDE)
    meta = {"source": source, "entry": "main", "now": 0, "seed": [0, 0], "limit": 1 << 20}
    text = f"[{json.dumps(meta)},[{call}]]".encode()
    quoted = worker.quoted(mathematics)
    return lambda: worker.Interpreter(loaded, prelude, quoted, eager=False).run(text)


def compare_runs(engines: Engines, rounds: int) -> None:
    """Small runs: the sandbox is all of the cost."""
    executor = engines[engine.DEFAULT]
    job = Job(program=Program(source=SOURCE), arguments=(INPUT,), wall_ms=PLENTY)
    node = [shutil.which("node") or "node", "-e", f"{SOURCE}\nconsole.log(JSON.stringify(main({INPUT})))"]
    actions: dict[str, Action] = {"in process": in_process(SOURCE, INPUT)}
    actions |= {_isolated(name): run(made, job) for name, made in engines.items()}
    fast = interleave(actions, rounds=rounds)
    slow = interleave(
        {
            "isolated": lambda: executor.run(job),
            "fresh Python": command(sys.executable, "-I", "-S", "-c", "pass"),
            "fresh node": command(*node, says='{"sum":3}'),
        },
        rounds=SLOW,
    )
    rows = [
        timed_row(fast["in process"], ""),
        *(
            timed_row(fast[_isolated(name)], against(fast[_isolated(name)], fast["in process"], 4))
            for name in engines
        ),
    ]
    rows += [
        timed_row(slow[name], against(slow[name], slow["isolated"]))
        for name in ("fresh Python", "fresh node")
    ]
    table(f"A small run, fully locked in ({machine()})", HEADINGS, rows)


def compare_busy(engines: Engines) -> None:
    """Scripts that compute: the engine is all of the cost. A fresh node includes its start."""
    rows = []
    for name, body in BUSY.items():
        source = f"function main() {{ {body} }}"
        job = Job(program=Program(source=source), wall_ms=PLENTY)
        node = [shutil.which("node") or "node", "-e", f"{source}\nconsole.log(main())"]
        actions = {_isolated(one): run(made, job) for one, made in engines.items()}
        found = interleave({**actions, "fresh node": command(*node)}, rounds=5)
        rows += [[name, *_row(series, found["fresh node"])] for series in found.values()]
    table("Scripts that compute", ("script", *HEADINGS), rows)


def _isolated(name: str) -> str:
    return "isolated" if name == engine.DEFAULT else f"isolated, {name}"


def _row(series: Series, rival: Series) -> list[str]:
    return timed_row(series, "" if series is rival else against(series, rival))


def run(executor: ForkingExecutor, job: Job) -> Action:
    """Returns an action that runs a job and insists on a result."""

    def act() -> None:
        result = executor.run(job)
        if not isinstance(result, Returned):
            raise RuntimeError(f"{result}")

    return act


def move_much(engines: Engines) -> None:
    """1.2 MB of JSON in and out again; node reads it from standard input."""
    rows = [{"id": number, "name": f"name {number}", "price": number / 7} for number in range(22_000)]
    text = json.dumps(rows, separators=(",", ":"))
    program = Program(source="function main(i) { return i; }")
    echo = Job(program=program, arguments=(text,), output_kb=4096, wall_ms=PLENTY)
    actions = {_isolated(name): run(made, echo) for name, made in engines.items()}
    found = interleave({**actions, "fresh node": _echo_in_node(text)}, rounds=SLOW)
    title = f"{len(text) / 1e6:.1f} MB of JSON in and out"
    table(title, HEADINGS, [_row(series, found["fresh node"]) for series in found.values()])


def _echo_in_node(text: str) -> Action:
    code = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf8'))))"

    def act() -> None:
        subprocess.run(
            [shutil.which("node") or "node", "-e", code],
            input=text.encode(),
            stdout=subprocess.PIPE,
            check=True,
        )

    return act


def weigh(executor: ForkingExecutor) -> None:
    """The memory that a worker shares with nobody, read while it runs."""
    thread = threading.Thread(target=executor.run, args=(HANG,))
    thread.start()
    time.sleep(0.15)
    found = subprocess.run(["pgrep", "-f", "import zygote"], capture_output=True, text=True, check=False)
    private = [kilobytes for process in found.stdout.split() if (kilobytes := private_of(process))]
    thread.join()
    table(
        "Private memory (kB) of the processes of the sandbox",
        ("process", "kB"),
        [[f"{n + 1}", f"{kb}"] for n, kb in enumerate(private)],
    )


def private_of(process: str) -> int:
    """Returns the kilobytes of a process that no other shares, or 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def compare_batches(inputs: int = 1000, rounds: int = 5) -> None:
    """Many inputs of one program, run by run and as a batch, in turn."""
    jobs = [
        Job(program=Program(source=SOURCE), arguments=(f'{{"a":{number},"b":2}}',), wall_ms=PLENTY)
        for number in range(inputs)
    ]
    rows = []
    for lanes in (1, 2):
        with ForkingExecutor(lanes=lanes) as executor, ThreadPoolExecutor(lanes) as threads:
            ways: dict[str, Action] = {
                "run": partial(insist, lambda: list(threads.map(executor.run, jobs)), inputs),
                "run_batch": partial(insist, lambda: executor.run_batch(jobs), inputs),
            }
            found = interleave(ways, rounds=rounds)
        one, batch = found["run"], found["run_batch"]
        gain = f"{1 / ratio(batch, one):.1f} x"
        rows.append([f"{lanes}", f"{inputs / one.median:,.0f}", f"{inputs / batch.median:,.0f}", gain])
    table(f"Inputs a second ({machine()})", ("lanes", "run", "run_batch", "gain"), rows)


def insist(results: Callable[[], list[Result]], count: int) -> None:
    """Fails unless there are as many values as there were inputs."""
    found = results()
    if len(found) != count or not all(isinstance(result, Returned) for result in found):
        raise RuntimeError("not every input has a value")


def count_per_second(seconds: float = 5.0) -> None:
    """Runs as many as possible, from as many threads as there are lanes."""
    job = Job(program=Program(source=SOURCE), arguments=(INPUT,), wall_ms=PLENTY)
    rows = []
    for lanes in (1, 2):
        with ForkingExecutor(lanes=lanes) as executor:
            counts = [0] * lanes
            threads = [
                threading.Thread(target=keep_running, args=(executor, job, seconds, counts, at))
                for at in range(lanes)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        rows.append([f"{lanes}", f"{sum(counts) / seconds:.0f}"])
    table("Runs a second", ("lanes", "runs"), rows)


def keep_running(executor: ForkingExecutor, job: Job, seconds: float, counts: list[int], at: int) -> None:
    """Counts the runs of one thread."""
    executor.run(job)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        executor.run(job)
        counts[at] += 1


def slow_down(rounds: int, blocks: int = 10) -> None:
    """What a neighbour with helpers of its own feels of hostile scripts on another lane.

    Blocks without and with them take turns, so that what else the machine does falls on both alike.
    """
    job = Job(program=Program(source=SOURCE), arguments=(INPUT,), wall_ms=PLENTY)
    alone: list[float] = []
    beside: list[float] = []
    with ForkingExecutor(lanes=1) as ours, ForkingExecutor(lanes=1) as theirs:
        measured = partial(repeated, "block", run(ours, job), rounds=max(rounds // blocks, 1))
        measured()
        for _ in range(blocks):
            alone += measured().times
            beside += beside_hostile(theirs, measured).times
    series = [
        Series(name="alone", times=tuple(alone)),
        Series(name="beside hostile scripts", times=tuple(beside)),
    ]
    shares = [f"p50 {series[1].median / series[0].median:.2f} x, p99 {series[1].high / series[0].high:.2f} x"]
    table(f"A neighbour ({machine()})", HEADINGS, list(map(timed_row, series, ["", *shares])))


def beside_hostile(executor: ForkingExecutor, measure: Callable[[], Series]) -> Series:
    """Measures while one hostile script follows another."""
    stop = threading.Event()

    def attack() -> None:
        while not stop.is_set():
            executor.run(HANG)

    thread = threading.Thread(target=attack)
    thread.start()
    try:
        return measure()
    finally:
        stop.set()
        thread.join()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
