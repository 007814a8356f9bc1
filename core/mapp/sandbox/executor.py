"""Jobs, their results, and the Protocol of the executors that run them.

A script that misbehaves is data: the result is `Threw`, `Unserialisable` or `Killed`. Exceptions are for the
machine: `SandboxUnavailable` if it cannot run JavaScript at all, `HostFault` if it failed one run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self, runtime_checkable

from mapp.errors import HostFault, SandboxUnavailable

if TYPE_CHECKING:
    from mapp.sandbox.host_calls import Broker

Reason = Literal["wall", "cpu", "memory", "output", "crash"]
Isolation = Literal["full", "process", "none"]


class Granted(Protocol):
    """The capabilities of an app that the sandbox enforces."""

    @property
    def clock(self) -> bool:
        """Whether the script can read the time."""
        ...

    @property
    def random(self) -> bool:
        """Whether the script gets random numbers."""
        ...

    @property
    def calls(self) -> tuple[str, ...]:
        """The kinds of host call that the script may make: some of `http`, `store` and `llm`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """The parts of the host API that a script may use."""

    clock: bool = False
    random: bool = False
    calls: tuple[str, ...] = ()


NOTHING = Grant()


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One script (not a module) and its capabilities."""

    source: str
    capabilities: Granted = NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One call of one function of one script, in a fresh context.

    The function `entry` receives the `arguments` (JSON texts), then the host API if `host` is true. If there
    is a `subject`, the last argument is a function `run(input)`: it calls `main` of the subject in a separate
    fresh context and returns `{"output": …}` or `{"error": message}`.

    The same job always gives the same bytes: `now_ms` (milliseconds since 1970) and `seed` are the only
    sources of time and randomness. `patience` multiplies the wall-clock limit, for a busy machine; the limit
    on CPU time stays the same.
    """

    program: Program
    arguments: tuple[str, ...] = ()
    entry: str = "main"
    now_ms: int = 0
    seed: int = 0
    wall_ms: int = 2000
    memory_mb: int = 64
    output_kb: int = 1024
    subject: Program | None = None
    host: bool = True
    patience: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """The function, or the promise that it returned, produced a value. `json` keeps the order of the keys."""

    json: str
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Threw:
    """The script threw, did not parse, lacks the function, or left a rejected promise unhandled.

    `name` is the error's name; for a thrown value that is not an error, it is the type, such as `"string"`.
    The script controls all three texts. `stack` calls the script `main.js`, with the source's line numbers.
    """

    name: str
    message: str
    stack: str
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unserialisable:
    """The function returned something that JSON cannot represent; `message` starts with the path to it."""

    message: str
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Killed:
    """A limit ended the run or rejected its result; `detail` says which one, in plain words.

    `cpu_ms` is the CPU time used. It is set only if the wall-clock limit ended the run and the time is known.
    """

    reason: Reason
    detail: str
    wall_ms: float
    cpu_ms: float | None = None


Result = Returned | Threw | Unserialisable | Killed


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """The names of a script's top-level functions, in order."""

    functions: tuple[str, ...]


class Executor(Protocol):
    """Runs each job in its own process, which ends with the job. Safe to call from several threads."""

    @property
    def engine(self) -> str:
        """The engine and its version."""
        ...

    @property
    def isolation(self) -> Isolation:
        """How well the machine is protected from a script that has taken over the engine."""
        ...

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result.

        `broker` answers the script's host calls in this thread while the script waits. That time does not
        count towards `wall_ms`. An exception from the broker ends the run and is raised here.

        Raises:
            SandboxUnavailable: no worker can be started.
            HostFault: the machine failed the run, for example because it has too few processes or something
                else killed the worker. This never becomes a result.
        """
        ...

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script without calling any function, and lists its functions."""
        ...

    def warm(self) -> None:
        """Starts what the first run needs, without waiting for it; never fails."""
        ...

    def close(self) -> None:
        """Ends all helper processes. The executor cannot be used afterwards."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Batching(Protocol):
    """An executor that runs many jobs of one program faster than one by one."""

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs; raises SandboxUnavailable."""
        ...


def run_batch(executor: Executor, jobs: Sequence[Job]) -> list[Result]:
    """Returns the results in the order of the jobs: the same as calling `run` without a broker on each.

    If the executor supports it, consecutive jobs with the same program, subject and memory limit share a
    process, each in a separate context. Every job keeps its own limits, and one that ends the process does
    not affect the others. But no process boundary separates them: batch only jobs whose inputs the same
    script may see.

    Raises:
        SandboxUnavailable: no worker can be started.
    """
    if isinstance(executor, Batching):
        return executor.run_batch(jobs)
    return [executor.run(job) for job in jobs]


Then = Callable[[Result], Job | None]
"""Returns the question that the result of a run raises; None for none."""


@runtime_checkable
class Following(Protocol):
    """An executor that can put a second job to the process of the first, which saves starting another."""

    def run_then(self, job: Job, then: Then, broker: Broker | None = None) -> tuple[Result, Result | None]:
        """Returns the result of a job and that of the job that `then` makes of it; raises as `run` does."""
        ...


def run_then(
    executor: Executor, job: Job, then: Then, broker: Broker | None = None
) -> tuple[Result, Result | None]:
    """Returns the result of a job and that of a second job that depends on it; None if there is none.

    The second job runs in a fresh context and may not call its host. It may share the process of the first
    one, so that it should be a question about the same app. If the machine fails it, its result is None.

    Raises:
        SandboxUnavailable: no worker can be started.
        HostFault: the machine failed the first run.
    """
    if isinstance(executor, Following):
        return executor.run_then(job, then, broker)
    result = executor.run(job, broker)
    second = then(result)
    with contextlib.suppress(HostFault, SandboxUnavailable):  # the first result is not lost for that
        return result, None if second is None else executor.run(second)
    return result, None


STRENGTH: Final[dict[Isolation, int]] = {"none": 0, "process": 1, "full": 2}


def is_enough(isolation: Isolation, least: Isolation) -> bool:
    """Returns whether a level of isolation is at least `least`."""
    return STRENGTH[isolation] >= STRENGTH[least]
