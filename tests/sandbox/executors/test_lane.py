"""One lane: its zygote starts once, runs jobs in workers of their own, and takes them along when it ends."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine, host_faults
from mapp.sandbox.call_log import HostCallLog
from mapp.sandbox.executor import STRENGTH, Job, Killed, Result, Threw
from mapp.sandbox.executors import protocol
from mapp.sandbox.executors.lane import Lane, LaneLost
from support.scripts import PLENTY_MS, children, expression, job, value

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def lane() -> Iterator[Lane]:
    opened = Lane.open()
    yield opened
    opened.close()


def _run(lane: Lane, one: Job) -> Result:
    return lane.run(one, protocol.encode(one), HostCallLog(one, None))


def test_jobs_run_one_after_another_and_leave_no_worker(lane: Lane) -> None:
    assert [value(_run(lane, expression("input + 1", number))) for number in range(3)] == [1, 2, 3]
    assert isinstance(_run(lane, job("function main() { throw new Error('a'); }")), Threw)
    assert children(lane.process) == []


def test_a_job_over_its_time_is_ended_and_the_lane_goes_on(lane: Lane) -> None:
    result = _run(lane, job("function main() { for (;;) {} }", wall_ms=200))

    assert isinstance(result, Killed)
    assert result.reason == "wall"
    assert result.wall_ms >= 200
    assert value(_run(lane, expression("1"))) == 1


def test_a_batch_ends_at_the_first_job_that_ends_its_worker(lane: Lane) -> None:
    source = "function main(input) { for (; input === 1; ) {} return input; }"
    jobs = [job(source, number, wall_ms=300 if number == 1 else PLENTY_MS) for number in (0, 1, 2)]
    results = lane.run_many(jobs, [protocol.encode(one) for one in jobs])

    assert value(results[0]) == 0
    assert [type(result) for result in results[1:]] == [Killed]
    assert children(lane.process) == []


def test_a_lane_whose_zygote_was_killed_is_lost(lane: Lane) -> None:
    lane.isolation()
    os.kill(lane.process, signal.SIGKILL)

    with pytest.raises(LaneLost):
        _run(lane, expression("1"))


def test_a_zygote_that_was_ended_before_it_was_ready_names_the_signal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "command", lambda *words: ["/bin/sleep", "60"])
    opened = Lane.open()
    try:
        os.kill(opened.process, signal.SIGTERM)
        os.waitid(os.P_PID, opened.process, os.WEXITED | os.WNOWAIT)
        with pytest.raises(host_faults.Lost, match="SIGTERM"):
            opened.isolation()
    finally:
        opened.close()


def test_a_zygote_that_ends_by_itself_is_an_engine_that_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "command", lambda *words: ["/bin/false"])
    opened = Lane.open()
    try:
        with pytest.raises(SandboxUnavailable, match="its process ended at once"):
            opened.isolation()
    finally:
        opened.close()
    monkeypatch.setattr(engine, "command", lambda *words: ["/nowhere/python"])
    with pytest.raises(SandboxUnavailable, match="No such file"):
        Lane.open()


def test_closing_ends_the_zygote_and_no_job_runs_afterwards() -> None:
    lane = Lane.open()
    assert STRENGTH[lane.isolation()] > STRENGTH["none"]
    lane.close()

    assert not Path(f"/proc/{lane.process}").exists()
    with pytest.raises(LaneLost):
        _run(lane, expression("1"))
