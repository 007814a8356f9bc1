"""How long one trial may keep the sandbox busy: what takes for ever is refused in words, not waited for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from mapp.errors import MappError
from mapp.sandbox.calls import Broker
from mapp.sandbox.executor import Executor, Job, Killed, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor

SECONDS: Final = 300.0
SECONDS_AN_INPUT: Final = 1.0
"""So much a trial may take, and so much more for each input that is drawn.

Most take five in all, but on a machine that is busy with other work twenty times as much.
"""


AT_ONCE: Final = 64
"""After so many jobs of a batch the time is looked at."""

FURTHER: Final = 5
"""So many times further away is the wall of a job that was kept waiting."""
COMPUTING: Final = 0.75
"""A job that computed for less of its time was kept waiting."""
MAX_AGAIN: Final = 20
"""So many jobs of a trial at most are run again for that."""

Clock = Callable[[], float]


class TrialTimeout(MappError):
    """A trial kept the sandbox busy for longer than it may."""

    code = "MAPP-0840"
    exit_code = 8


class TimeBudget:
    """The time that is left for one trial; safe to use from several threads.

    It is counted while something runs, once also where several things do.
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
        """Counts the time of what is done within; raises TrialTimeout where none was left for it."""
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
    """An Executor that gives up once the patience is at its end.

    It tells a slow machine from a slow app: a job that reached its wall without having computed for most of
    that time was kept waiting. It is run again with a wall that is further away; its CPU time then decides.
    """

    def __init__(self, executor: Executor, patience: TimeBudget) -> None:
        super().__init__(executor)
        self._patience = patience
        self._again = MAX_AGAIN

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Returns what came of the job; raises TrialTimeout."""
        with self._patience.counted():
            result = super().run(job, broker)
        return result if broker is not None else self._fair(job, result)

    def _fair(self, job: Job, result: Result) -> Result:
        if not was_starved(job, result) or self._again == 0:
            return result
        self._again -= 1
        with self._patience.counted():
            return super().run(replace(job, patience=FURTHER))

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns what came of each job, in their order; raises TrialTimeout."""
        found: list[Result] = []
        for start in range(0, len(jobs), AT_ONCE):
            with self._patience.counted():
                found += super().run_batch(jobs[start : start + AT_ONCE])
        return [self._fair(job, result) for job, result in zip(jobs, found, strict=True)]


def was_starved(job: Job, result: Result) -> bool:
    """Returns whether a job is known to have reached its wall because the machine was busy."""
    if not isinstance(result, Killed) or result.reason != "wall" or job.patience > 1:
        return False
    return result.cpu_ms is not None and result.cpu_ms < COMPUTING * job.wall_ms
