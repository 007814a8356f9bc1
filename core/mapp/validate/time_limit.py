"""The time limit of a trial: one that takes too long fails with a reason instead of blocking."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from mapp.errors import MappError
from mapp.sandbox.executor import Executor, Job, Killed, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.host_calls import Broker

SECONDS: Final = 300.0
SECONDS_AN_INPUT: Final = 1.0
"""A trial may take `SECONDS`, plus `SECONDS_AN_INPUT` for each drawn input.

Most take five seconds in all, but twenty times as long on a busy machine.
"""

BATCH: Final = 64
"""How many jobs run between two looks at the clock."""

EXTENSION: Final = 5
"""The wall limit of a starved job is extended by this factor when it runs again."""
MIN_CPU_SHARE: Final = 0.75
"""A job that used less than this share of its time as CPU time was starved."""
MAX_RERUNS: Final = 20
"""At most this many starved jobs of a trial run again."""

Clock = Callable[[], float]


class TrialTimeout(MappError):
    """A trial kept the sandbox busy for too long."""

    code = "MAPP-0840"
    exit_code = 8


class TimeBudget:
    """The time left for one trial; safe to use from several threads.

    Time counts while at least one job runs; parallel jobs count once.
    """

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._spent = 0.0
        self._since = 0.0
        self._running = 0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Counts the time spent inside the block; raises TrialTimeout if none is left."""
        if self._spent > self.seconds:
            raise TrialTimeout(f"all runs of the trial together took more than {self.seconds:.0f} seconds")
        with self._lock:
            if not self._running:
                self._since = self._clock()
            self._running += 1
        try:
            yield
        finally:
            self._account()

    def _account(self) -> None:
        with self._lock:
            now = self._clock()
            self._spent, self._since = self._spent + now - self._since, now
            self._running -= 1


class TimeLimitedExecutor(DelegatingExecutor):
    """An Executor that gives up when the time budget is used up.

    It distinguishes a slow machine from a slow app. A job that reached its wall limit but got little CPU time
    was starved. It runs again with a longer wall limit, so that its CPU limit decides.
    """

    def __init__(self, executor: Executor, budget: TimeBudget) -> None:
        super().__init__(executor)
        self._budget = budget
        self._reruns_left = MAX_RERUNS

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result; raises TrialTimeout."""
        with self._budget.counted():
            result = super().run(job, broker)
        return result if broker is not None else self._fair(job, result)

    def _fair(self, job: Job, result: Result) -> Result:
        if not was_starved(job, result) or self._reruns_left == 0:
            return result
        self._reruns_left -= 1
        with self._budget.counted():
            return super().run(replace(job, patience=EXTENSION))

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Runs jobs and returns their results in order; raises TrialTimeout."""
        found: list[Result] = []
        for start in range(0, len(jobs), BATCH):
            with self._budget.counted():
                found += super().run_batch(jobs[start : start + BATCH])
        return [self._fair(job, result) for job, result in zip(jobs, found, strict=True)]


def was_starved(job: Job, result: Result) -> bool:
    """Returns whether a job reached its wall limit because the machine was busy."""
    if not isinstance(result, Killed) or result.reason != "wall" or job.patience > 1:
        return False
    return result.cpu_ms is not None and result.cpu_ms < MIN_CPU_SHARE * job.wall_ms
