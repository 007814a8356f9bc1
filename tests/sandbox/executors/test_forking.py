"""The forking executor replaces lost zygotes and workers and leaves no process behind."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapp.errors import HostFault, SandboxUnavailable
from mapp.sandbox import engine, host_faults
from mapp.sandbox.engine import installed
from mapp.sandbox.executor import Executor, Killed, Result
from mapp.sandbox.executors.forking import STARTS, ForkingExecutor
from mapp.sandbox.executors.lane import Lane
from support.scripts import PLENTY_MS, children, evaluate, expression, job, status, value, wait_for, zygotes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

HANG = "function main() { for (;;); }"


@pytest.fixture(params=installed())
def executor(request: pytest.FixtureRequest) -> Iterator[ForkingExecutor]:
    with ForkingExecutor(lanes=1, engine=request.param) as made:
        yield made


def in_background(
    executor: Executor, source: str, wall_ms: int = PLENTY_MS
) -> tuple[threading.Thread, list[Result]]:
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(executor.run(job(source, None, wall_ms=wall_ms))))
    thread.start()
    return thread, results


def test_nothing_is_started_before_the_first_run() -> None:
    with ForkingExecutor():
        assert zygotes() == []


def test_warm_starts_the_zygote_of_the_first_run(executor: ForkingExecutor) -> None:
    executor.warm()
    started = wait_for(zygotes)

    assert evaluate(executor, "1") == 1
    assert zygotes() == started


def test_one_zygote_serves_many_runs(executor: ForkingExecutor) -> None:
    evaluate(executor, "1")
    first = zygotes()
    for wall_ms in (50, 2000):
        executor.run(job(HANG if wall_ms == 50 else "function main() { return 1; }", None, wall_ms=wall_ms))

    assert zygotes() == first


def test_a_zygote_killed_between_runs_is_replaced(executor: ForkingExecutor) -> None:
    evaluate(executor, "1")
    (before,) = zygotes()
    os.kill(before, signal.SIGKILL)

    assert evaluate(executor, "2") == 2
    assert before not in zygotes()


def test_a_run_is_retried_when_its_zygote_is_killed(executor: ForkingExecutor) -> None:
    evaluate(executor, "1")
    (before,) = zygotes()
    thread, results = in_background(executor, HANG)
    (worker,) = wait_for(lambda: children(before))
    os.kill(before, signal.SIGKILL)
    (after,) = wait_for(lambda: [each for each in zygotes() if each != before and children(each)])
    os.kill(children(after)[0], signal.SIGXCPU)
    thread.join()

    assert [result.reason for result in results if isinstance(result, Killed)] == ["cpu"]
    assert before not in children(os.getpid())
    wait_for(lambda: not _runs(worker))


def test_a_run_that_loses_its_sandbox_several_times_is_a_host_fault(executor: ForkingExecutor) -> None:
    faults: list[HostFault] = []

    def run() -> None:
        with pytest.raises(HostFault) as caught:
            executor.run(job(HANG, None))
        faults.append(caught.value)

    thread = threading.Thread(target=run)
    thread.start()
    killed: set[int] = set()
    while len(killed) < 3:
        zygote = wait_for(lambda: [each for each in zygotes() if each not in killed and children(each)])[0]
        killed.add(zygote)
        os.kill(zygote, signal.SIGKILL)
    thread.join()

    assert [(fault.code, fault.exit_code) for fault in faults] == [("MAPP-0410", 71)]
    assert "lost" in faults[0].message
    assert evaluate(executor, "1") == 1


@pytest.mark.parametrize(
    ("number", "reason", "word"),
    [
        (signal.SIGSEGV, "crash", "SIGSEGV"),
        (signal.SIGXCPU, "cpu", "CPU"),
    ],
)
def test_a_worker_that_dies_is_classified_by_its_signal(
    executor: ForkingExecutor, number: signal.Signals, reason: str, word: str
) -> None:
    evaluate(executor, "1")
    (zygote,) = zygotes()
    thread, results = in_background(executor, HANG)
    (worker,) = wait_for(lambda: children(zygote))
    os.kill(worker, number)
    thread.join()

    (result,) = results
    assert isinstance(result, Killed)
    assert result.reason == reason
    assert word in result.detail


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_is_retried_when_its_worker_is_killed_from_outside(
    executor: ForkingExecutor, number: signal.Signals
) -> None:
    evaluate(executor, "1")
    (before,) = zygotes()
    thread, results = in_background(executor, HANG)
    (worker,) = wait_for(lambda: children(before))
    os.kill(worker, number)
    (after,) = wait_for(lambda: [each for each in zygotes() if each != before and children(each)])
    os.kill(children(after)[0], signal.SIGXCPU)
    thread.join()

    assert [result.reason for result in results if isinstance(result, Killed)] == ["cpu"]


def test_every_worker_is_gone_after_its_run(executor: ForkingExecutor) -> None:
    for text in ("1", "(() => { for (;;); })()", "'x'.repeat(1e7)"):
        executor.run(expression(text, wall_ms=100))
    (zygote,) = zygotes()

    assert children(zygote) == []


def test_closing_ends_a_run_that_another_thread_waits_for() -> None:
    executor = ForkingExecutor(lanes=1)
    thread, results = in_background(executor, HANG, 500)
    wait_for(zygotes)
    executor.close()
    thread.join()

    assert len(results) == 1
    assert zygotes() == []


def test_there_are_at_most_as_many_zygotes_as_lanes() -> None:
    with ForkingExecutor(lanes=2) as executor:
        threads = [threading.Thread(target=evaluate, args=(executor, "1")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 1 <= len(zygotes()) <= 2


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EMFILE])
def test_a_batch_falls_back_to_one_lane_when_a_second_zygote_is_refused(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lane = Lane.open
    refusals = []

    def opened(*words: Any) -> Lane:
        if zygotes():
            refusals.append(number)
            raise host_faults.Refused("start its process", number)
        return open_lane(*words)

    monkeypatch.setattr(Lane, "open", opened)
    with ForkingExecutor(lanes=2) as executor:
        executor.run(expression("0"))
        jobs = [expression(f"{number}") for number in range(80)]

        assert [value(result) for result in executor.run_batch(jobs)] == list(range(80))
        assert len(zygotes()) == 1
    assert refusals


def test_a_batch_runs_on_one_lane_when_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with ForkingExecutor(lanes=2) as executor:
        results = executor.run_batch([expression("1"), expression("2")])

    assert [value(result) for result in results] == [1, 2]


def test_a_batch_on_a_machine_without_any_process_is_a_host_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*words: Any) -> Lane:
        raise host_faults.Refused("start its process", errno.EAGAIN)

    monkeypatch.setattr(Lane, "open", refused)
    with pytest.raises(HostFault, match="The app is not to blame"), ForkingExecutor(lanes=2) as executor:
        executor.run_batch([expression("1"), expression("2")])


def test_what_would_not_help_later_is_raised_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = []

    def refused(*words: Any) -> Lane:
        attempts.append(words)
        raise host_faults.Refused("start its process", errno.EPERM)

    monkeypatch.setattr(Lane, "open", refused)
    with pytest.raises(HostFault, match="not permitted"), ForkingExecutor(lanes=2) as executor:
        executor.run_batch([expression(f"{number}") for number in range(4)])
    assert len(attempts) <= 2 * STARTS * 2


def test_the_zygote_ends_when_its_parent_does() -> None:
    ours, theirs = os.pipe()
    parent = os.fork()
    if parent == 0:  # a process that starts a zygote and dies without a word
        executor = ForkingExecutor(lanes=1)
        evaluate(executor, "1")
        os.write(theirs, f"{zygotes()[0]}".encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    zygote = int(os.read(ours, 100))
    os.close(ours)
    os.close(theirs)

    wait_for(lambda: not _runs(zygote))


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_has_one_descriptor_and_no_privileges(executor: ForkingExecutor) -> None:
    evaluate(executor, "1")
    (zygote,) = zygotes()
    thread, _ = in_background(executor, HANG)
    (worker,) = wait_for(lambda: children(zygote))
    proc = Path(f"/proc/{worker}")
    wait_for(lambda: status(worker)["Seccomp"] == "2")  # the last wall
    descriptors = list((proc / "fd").iterdir())
    locked, limits = status(worker), (proc / "limits").read_text()
    environment = (proc / "environ").read_bytes()
    os.kill(worker, signal.SIGXCPU)  # not tried again
    thread.join()

    assert len(descriptors) == 1
    assert locked["NoNewPrivs"] == "1"
    for name in ("Max open files", "Max processes", "Max file size", "Max core file size"):
        assert f"{name:26}0 " in limits
    assert b"PATH" not in environment


def test_a_long_run_gets_a_lower_priority(executor: ForkingExecutor) -> None:
    evaluate(executor, "1")
    (zygote,) = zygotes()
    thread, _ = in_background(executor, HANG)
    (worker,) = wait_for(lambda: children(zygote))
    wait_for(lambda: os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, zygote))
    os.kill(worker, signal.SIGXCPU)  # not tried again
    thread.join()

    assert evaluate(executor, "2") == 2


def test_an_engine_that_does_not_start_is_an_error_that_says_so(
    executor: ForkingExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "extension", lambda name: Path("/nowhere/_dukpy.so"))

    with pytest.raises(SandboxUnavailable, match="did not start") as caught:
        executor.run(expression("1"))
    assert "pip install" in caught.value.hint
