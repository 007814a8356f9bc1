"""How long one trial may keep the sandbox busy: what takes for ever is refused in words, not waited for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from mapp.errors import MappError
from mapp.sandbox.around import Around
from mapp.sandbox.calls import Broker
from mapp.sandbox.executor import Executor, Job, Result

SECONDS: Final = 300.0
SECONDS_AN_INPUT: Final = 1.0
"""So much a trial may take, and so much more for each input that is drawn.

Most take five in all, but on a machine that is busy with other work twenty times as much.
"""


AT_ONCE: Final = 64
"""After so many jobs of a batch the time is looked at."""

Clock = Callable[[], float]


class OutOfTime(MappError):
    """A trial kept the sandbox busy for longer than it may."""

    code = "MAPP-0840"
    exit_code = 8


class Patience:
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
        """Counts the time of what is done within; raises OutOfTime where none was left for it."""
        if self._spent > self.seconds:
            raise OutOfTime(f"all runs of the trial together took more than {self.seconds:.0f} seconds")
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


class PatientExecutor(Around):
    """An Executor that gives up once the patience is at its end."""

    def __init__(self, executor: Executor, patience: Patience) -> None:
        super().__init__(executor)
        self._patience = patience

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Returns what came of the job; raises OutOfTime."""
        with self._patience.counted():
            return super().run(job, broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns what came of each job, in their order; raises OutOfTime."""
        found: list[Result] = []
        for start in range(0, len(jobs), AT_ONCE):
            with self._patience.counted():
                found += super().run_batch(jobs[start : start + AT_ONCE])
        return found
