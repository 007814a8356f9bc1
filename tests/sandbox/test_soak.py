"""Many runs while zygotes and workers are killed at random: no run is lost and no process is left."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mapp.sandbox import engine
from mapp.sandbox.executor import Job, Killed, Program, Result, Returned, Threw, Unserialisable
from mapp.sandbox.executors.forking import ForkingExecutor
from support.scripts import children, wait_for, zygotes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

BATCH = 20
BODIES = {
    "value": "return input * 2;",
    "threw": "throw new Error('no');",
    "refused": "return NaN;",
    "wall": "for (;;);",
    "memory": "const a = []; for (;;) a.push(Array(1000).fill(1));",
    "output": "return 'x'.repeat(200000);",
}
WEIGHTS = (90, 4, 3, 1, 1, 1)
BATCHES = 0.05  # the share of batches among the runs of a thread
THREADS = 4


class Soak:
    """Threads that run jobs, and one that kills processes."""

    def __init__(self, executor: ForkingExecutor, *, seconds: float, runs: int) -> None:
        self.executor = executor
        self.ended: Counter[str] = Counter()
        self.started = 0
        self.rounds = [0] * THREADS
        self.kills = 0
        self._lock = threading.Lock()
        self._end = time.monotonic() + seconds
        self._runs = runs

    def run(self) -> None:
        """Runs until the time is up or the number of runs is reached."""
        workers = [threading.Thread(target=self._work, args=(seed,)) for seed in range(THREADS)]
        killer = threading.Thread(target=self._kill)
        for thread in (*workers, killer):
            thread.start()
        for thread in (*workers, killer):
            thread.join()

    def _goes_on(self) -> bool:
        return time.monotonic() < self._end and self.started < self._runs

    def _work(self, seed: int) -> None:
        chance = random.Random(seed)
        while self._goes_on():
            (kind,) = chance.choices(list(BODIES), WEIGHTS)
            count = BATCH if chance.random() < BATCHES else 1
            numbers = [chance.randrange(1000) for _ in range(count)]
            with self._lock:
                self.started += count
            jobs = [job_of(kind, number) for number in numbers]
            results = [self.executor.run(jobs[0])] if count == 1 else self.executor.run_batch(jobs)
            with self._lock:
                for number, result in zip(numbers, results, strict=True):
                    self.ended[f"{kind}: {name_of(result, number)}"] += 1
                self.rounds[seed] += 1

    def _kill(self) -> None:
        """Kills a process every 0.2 s, but only after every thread has ended a run since the last kill.

        A run that loses its sandbox three times in a row fails by design. On a busy machine a zygote may take
        longer to start than the pause between two kills.
        """
        chance = random.Random(99)
        before = [0] * THREADS
        while self._goes_on():
            time.sleep(0.2)
            if any(now <= then for now, then in zip(self.rounds, before, strict=True)):
                continue
            before = [*self.rounds]
            helpers = zygotes()
            victims = [*helpers, *(child for helper in helpers for child in children(helper))]
            if victims:
                self._end_one(chance.choice(victims))

    def _end_one(self, victim: int) -> None:
        try:
            os.kill(victim, signal.SIGKILL)
            self.kills += 1
        except ProcessLookupError:
            pass


def job_of(kind: str, number: int) -> Job:
    source = f"function main(input) {{ {BODIES[kind]} }}"
    program = Program(source=source)
    return Job(program=program, arguments=(str(number),), wall_ms=300, memory_mb=32, output_kb=100)


def name_of(result: Result, number: int) -> str:
    match result:
        case Returned(json=text):
            return "value" if json.loads(text) == number * 2 else "another's value"
        case Threw():
            return "threw"
        case Unserialisable():
            return "refused"
        case Killed(reason=reason):
            return reason


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident_kb() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0])


def left(mark: bytes) -> list[int]:
    """Returns the live workers, found by the mark in their command line, and dead ones that were not reaped.

    Zygotes do not count: one that was killed between runs stays a zombie until the next run in its lane.
    Process ids alone prove nothing: in twenty minutes the kernel reuses each of them many times.
    """
    marked, dead = set(), []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        process = int(stat.parent.name)
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:  # gone since
            continue
        if state in "ZX":
            dead.append((process, int(parent)))
        elif mark in command:
            marked.add(process)
    workers = marked - {*children(os.getpid())}
    return [*workers, *(process for process, parent in dead if parent in marked)]


def marked(mark: bytes) -> Callable[..., list[str]]:
    """Returns `engine.command` with a mark in the command line, which all forked processes inherit."""
    command = engine.command

    def with_mark(module: str, name: str = engine.DEFAULT) -> list[str]:
        python, *rest = command(module, name)
        return [python, "-X", mark.decode(), *rest]

    return with_mark


def check(seconds: float, runs: int) -> Soak:
    with pytest.MonkeyPatch.context() as patch:
        mark = f"soak-of-{os.getpid()}".encode()
        patch.setattr(engine, "command", marked(mark))
        return check_marked(mark, seconds, runs)


def check_marked(mark: bytes, seconds: float, runs: int) -> Soak:
    before, own = descriptors(), children(os.getpid())
    with ForkingExecutor(lanes=2) as executor:
        executor.run(job_of("value", 1))
        memory = resident_kb()
        soak = Soak(executor, seconds=seconds, runs=runs)
        soak.run()
        grown = resident_kb() - memory
        assert len({*children(os.getpid())} - {*own}) <= 2
        # The workers of a zygote that was killed die with it, but not at the same moment.
        wait_for(lambda: not left(mark))

    assert zygotes() == []
    wait_for(lambda: not left(mark))
    assert sum(soak.ended.values()) == soak.started
    wrong = {
        kind for kind in soak.ended if not {kind.split(": ")[0], "crash", "wall"} & {kind.split(": ")[1]}
    }
    assert not wrong, soak.ended
    assert descriptors() <= before
    assert set(children(os.getpid())) <= set(own)
    assert grown < 20_000, grown
    return soak


def test_a_short_soak_loses_no_run_and_leaves_no_process() -> None:
    soak = check(seconds=30, runs=100_000)

    assert soak.kills > 0
    assert soak.ended["value: value"] > 0


@pytest.mark.sweep
def test_a_long_soak_loses_no_run_and_leaves_no_process() -> None:
    soak = check(seconds=1200, runs=1_000_000)

    assert soak.kills > 1000 or soak.started >= 1_000_000
