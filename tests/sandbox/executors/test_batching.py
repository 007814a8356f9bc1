"""Batches of the forking executor: few workers, none left behind, and no job lost with a worker."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Grant, Job, Killed, Program, Result, Returned, Threw
from mapp.sandbox.executors import batching, protocol
from mapp.sandbox.executors.forking import ForkingExecutor
from mapp.sandbox.executors.lane import Lane
from support.scripts import children, job, status, value, wait_for, zygotes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

DOUBLE = job("function main(i) { return i * 2; }", 1)
SLOW = "function main(i) { let x = 0; for (let n = 0; n < 3e5; n++) x += n; return i; }"


@pytest.fixture(params=installed())
def executor(request: pytest.FixtureRequest) -> Iterator[ForkingExecutor]:
    with ForkingExecutor(lanes=1, engine=request.param) as made:
        yield made


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Returns a list that collects the number of jobs per worker."""
    found: list[int] = []
    run_many = Lane.run_many

    def counted(self: Lane, jobs: list[Job], payloads: list[bytes]) -> list[Result]:
        found.append(len(jobs))
        return run_many(self, jobs, payloads)

    monkeypatch.setattr(Lane, "run_many", counted)
    return found


def test_ordinary_jobs_share_workers(executor: ForkingExecutor, workers: list[int]) -> None:
    found = executor.run_batch([replace(DOUBLE, arguments=(str(number),)) for number in range(70)])

    assert [value(result) for result in found] == [*range(0, 140, 2)]
    assert workers == [32, 32, 6]


def test_a_worker_that_has_grown_is_replaced(executor: ForkingExecutor, workers: list[int]) -> None:
    source = (
        "function main(i) { const a = []; while (a.length < 120) a.push('x'.repeat(1e5) + i); return i; }"
    )
    executor.run_batch([job(source, number) for number in range(3)])

    assert workers == [3, 2, 1]


def test_a_batch_leaves_no_process(executor: ForkingExecutor) -> None:
    batch = [DOUBLE, job("function main() { for (;;); }", 1, wall_ms=50), DOUBLE, DOUBLE]
    executor.run_batch(batch)
    (zygote,) = zygotes()

    assert children(zygote) == []


@pytest.mark.parametrize("of_zygotes", [True, False])
def test_no_job_is_lost_with_its_worker(
    executor: ForkingExecutor, of_zygotes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kills again only after a job has ended: three losses of one run are a host fault by design."""
    decoded: list[int] = []
    decode = protocol.decode

    def counted(reply: bytes, one: Job, wall_ms: float) -> Result:
        decoded.append(1)
        return decode(reply, one, wall_ms)

    monkeypatch.setattr(protocol, "decode", counted)
    results: list[Result] = []
    batch = [job(SLOW, number) for number in range(200)]
    thread = threading.Thread(target=lambda: results.extend(executor.run_batch(batch)))
    thread.start()
    killed, ended = 0, -1
    while thread.is_alive() and killed < 5:
        if len(decoded) == ended:
            thread.join(0.05)
            continue
        at_work = [(zygote, child) for zygote in zygotes() for child in children(zygote)]
        for zygote, worker in at_work[:1]:
            with contextlib.suppress(ProcessLookupError):  # its job has just ended
                os.kill(zygote if of_zygotes else worker, signal.SIGKILL)
                killed, ended = killed + 1, len(decoded)
        thread.join(0.1)
    thread.join()

    assert killed == 5
    assert [value(result) for result in results] == [*range(200)]


def test_the_worker_of_a_batch_is_confined_like_any_other(executor: ForkingExecutor) -> None:
    hang = job("function main(i) { while (i > 1); return i; }", 1)
    thread = threading.Thread(target=executor.run_batch, args=([hang, replace(hang, arguments=("2",))],))
    thread.start()
    (worker,) = wait_for(lambda: [child for zygote in zygotes() for child in children(zygote)])
    wait_for(lambda: status(worker)["Seccomp"] == "2")
    locked = status(worker)
    while thread.is_alive():  # a job that was not its worker's first runs again in a separate one
        for worker in [child for zygote in zygotes() for child in children(zygote)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGXCPU)
        thread.join(0.05)

    assert locked["NoNewPrivs"] == "1"
    assert locked["CapEff"] == "0" * 16


def test_lanes_share_a_batch() -> None:
    with ForkingExecutor(lanes=2) as executor:
        found = executor.run_batch([job(SLOW, number) for number in range(60)])

        assert [value(result) for result in found] == [*range(60)]
        assert len(zygotes()) == 2


def test_jobs_are_grouped_by_program_subject_and_memory() -> None:
    other = replace(DOUBLE, program=Program(source="other"))
    asking = replace(DOUBLE, program=Program(source="x", capabilities=Grant(calls=("http",))))
    roomy = replace(DOUBLE, memory_mb=128)
    quick = replace(DOUBLE, wall_ms=1, seed=7, now_ms=7, arguments=("5",), entry="prop", output_kb=1)
    batch = [DOUBLE, quick, other, other, asking, asking, roomy, DOUBLE]

    assert [len(group) for group in batching.groups(batch, 1)] == [2, 2, 1, 1, 1, 1]
    assert [len(group) for group in batching.groups([DOUBLE] * 50, 2)] == [25, 25]
    assert [len(group) for group in batching.groups([DOUBLE] * 6 + [other] * 6, 2)] == [6, 6]
    assert [len(group) for group in batching.groups([DOUBLE] * 100, 2)] == [32, 32, 32, 4]


@pytest.mark.parametrize(
    ("result", "grown", "certain"),
    [
        (Returned(json="1", wall_ms=0), 5, True),
        (Returned(json="1", wall_ms=0), 40, False),
        (Killed(reason="wall", detail="", wall_ms=0), 0, True),
        (Killed(reason="output", detail="", wall_ms=0), 0, True),
        (Killed(reason="memory", detail="", wall_ms=0), 0, False),
        (Killed(reason="crash", detail="", wall_ms=0), 0, False),
        (Killed(reason="cpu", detail="", wall_ms=0), 0, False),
        (Threw(name="object", message="null", stack="", wall_ms=0), 1, False),
        (Threw(name="Error", message="null", stack="", wall_ms=0), 1, True),
    ],
)
def test_uncertain_results_are_repeated_in_a_separate_worker(
    result: Result, grown: float, certain: bool
) -> None:
    assert batching.is_certain(result, DOUBLE, grown) is certain
