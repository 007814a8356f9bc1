"""The results of workers that died."""

from __future__ import annotations

import signal
import sys

import pytest

from mapp.sandbox.executor import Killed
from mapp.sandbox.executors import termination
from support.scripts import job

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals")

JOB = job("function main() {}", memory_mb=32, wall_ms=2000)


@pytest.mark.parametrize(
    ("code", "grown_mb", "reason", "detail"),
    [
        (-signal.SIGXCPU, 0.0, "cpu", "used up its CPU time"),
        (-signal.SIGSEGV, 0.0, "crash", "the worker was killed by SIGSEGV"),
        (-signal.SIGSYS, 1.0, "crash", "the worker was killed by SIGSYS"),
        (-signal.SIGSEGV, 31.0, "memory", "more than 32 MB of memory; the worker was killed by SIGSEGV"),
        (-signal.SIGKILL, 31.0, "memory", "more than 32 MB of memory; the worker was killed by SIGKILL"),
        (71, 0.0, "memory", "more than 32 MB of memory"),
        (70, 31.0, "crash", "the worker ended with status 70 and no reply"),
        (72, 0.0, "crash", "the worker ended with status 72 and no reply"),
        (-250, 0.0, "crash", "the worker was killed by signal 250"),
    ],
)
def test_a_dead_worker_is_classified_by_status_and_size(
    code: int, grown_mb: float, reason: str, detail: str
) -> None:
    result = termination.died(JOB, code, grown_mb, 5.0)

    assert isinstance(result, Killed)
    assert (result.reason, result.detail, result.wall_ms) == (reason, detail, 5.0)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_other_signals_came_from_outside(number: signal.Signals) -> None:
    found = termination.died(JOB, -number, 0.0, 5.0)

    assert isinstance(found, termination.Outside)
    assert number.name in found.detail


def test_a_worker_that_could_not_be_confined_says_nothing_about_its_script() -> None:
    found = termination.died(JOB, -signal.SIGUSR1, 0.0, 5.0)

    assert isinstance(found, termination.Outside)
    assert "confine" in found.detail


def test_a_kill_after_the_cpu_limit_counts_as_the_cpu_limit() -> None:
    found = termination.died(JOB, -signal.SIGKILL, 0.0, 5.0, cpu_ms=4000.0)

    assert isinstance(found, Killed)
    assert found.reason == "cpu"


def test_an_overdue_run_reports_its_cpu_time() -> None:
    assert (
        termination.overdue(JOB, 2001.0, 40.0).detail == "still running after 2000 ms, 40 ms of it computing"
    )
    assert termination.overdue(JOB, 2001.0).detail == "still running after 2000 ms"
