"""A base class for executors that wrap another one and change part of its behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from mapp.sandbox.executor import Executor, Inspection, Isolation, Job, Killed, Result, Threw, run_batch
from mapp.sandbox.host_calls import Broker


class DelegatingExecutor:
    """An Executor that passes every call to the one inside."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    @property
    def engine(self) -> str:
        """The engine and its version."""
        return self._executor.engine

    @property
    def isolation(self) -> Isolation:
        """How well the machine is protected from a script that has taken over the engine."""
        return self._executor.isolation

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result."""
        return self._executor.run(job, broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs."""
        return run_batch(self._executor, jobs)

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script without calling any function, and lists its functions."""
        return self._executor.inspect(source)

    def warm(self) -> None:
        """Starts what the first run needs."""
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
