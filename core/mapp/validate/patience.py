"""How long one trial may keep the sandbox busy: what takes for ever is refused in words, not waited for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Final, Self

from mapp.errors import MappError
from mapp.sandbox.calls import Broker
from mapp.sandbox.executor import (
    Executor,
    Inspection,
    Isolation,
    Job,
    Killed,
    Result,
    Threw,
    run_batch,
)

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


class PatientExecutor:
    """An Executor that gives up once the patience is at its end."""

    def __init__(self, executor: Executor, patience: Patience) -> None:
        self._executor = executor
        self._patience = patience

    @property
    def engine(self) -> str:
        """The engine and its version."""
        return self._executor.engine

    @property
    def isolation(self) -> Isolation:
        """What stands between a broken engine and the machine."""
        return self._executor.isolation

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Returns what came of the job; raises OutOfTime."""
        with self._patience.counted():
            return self._executor.run(job, broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns what came of each job, in their order; raises OutOfTime."""
        found: list[Result] = []
        for start in range(0, len(jobs), AT_ONCE):
            with self._patience.counted():
                found += run_batch(self._executor, jobs[start : start + AT_ONCE])
        return found

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script, calls nothing, and lists its functions."""
        return self._executor.inspect(source)

    def warm(self) -> None:
        """Starts what the first run will need."""
        self._executor.warm()

    def close(self) -> None:
        """Ends all helper processes."""
        self._executor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
