"""What it means to run a stranger's JavaScript: the job, what can come of it, and who runs it.

A script that misbehaves is data: it comes back as `Threw`, `Unserialisable` or `Killed`. Only a machine that
cannot run JavaScript at all is an exception (`SandboxUnavailable`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    from mapp.sandbox.calls import Broker

Reason = Literal["wall", "cpu", "memory", "output", "crash"]
Isolation = Literal["full", "process", "none"]


class Granted(Protocol):
    """The part of an app's capabilities that lies inside the sandbox."""

    @property
    def clock(self) -> bool:
        """Whether the script sees the time."""
        ...

    @property
    def random(self) -> bool:
        """Whether the script sees a source of chance."""
        ...

    @property
    def calls(self) -> tuple[str, ...]:
        """What it may ask of a broker: some of `http`, `store` and `llm`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Which parts of the host API a script sees."""

    clock: bool = False
    random: bool = False
    calls: tuple[str, ...] = ()


NOTHING = Grant()


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One script (not a module) and what it may ask of the host."""

    source: str
    capabilities: Granted = NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One call of one function of one script, in a fresh context.

    The function `entry` gets the `arguments` (JSON texts), then the host API if `host`, then, if there is a
    `subject`, a function `run(input)` that calls `main` of the subject in a fresh context of its own and
    returns `{"output": …}` or `{"error": message}`. Same job, same bytes: `now_ms` (since 1970) and `seed`
    are the only time and chance there are. `patience` puts the wall so many times further away, for a machine
    that is busy; the CPU time stays limited as it is.
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
    """The function, or the promise it returned, gave a value: its JSON text, keys in their order."""

    json: str
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Threw:
    """The script threw, did not parse, has no such function, or left a rejected promise behind.

    `name` is the error's name, or the type (`"string"`) of a thrown value that is no error. All three texts
    are the script's own words. Lines of `stack` call the script `main.js` and count as in the source.
    """

    name: str
    message: str
    stack: str
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unserialisable:
    """The function returned something that JSON cannot carry; `message` starts with the path to it."""

    message: str
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Killed:
    """The run was ended, or its result refused, by a limit; `detail` says by which, in words for people.

    `cpu_ms` is how long it computed, where that is known and the wall ended it.
    """

    reason: Reason
    detail: str
    wall_ms: float
    cpu_ms: float | None = None


Result = Returned | Threw | Unserialisable | Killed


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What a script defines: the names of the functions of its top level, in order."""

    functions: tuple[str, ...]


class Executor(Protocol):
    """Runs jobs, each in a process of its own that dies with it; safe to call from several threads."""

    @property
    def engine(self) -> str:
        """The engine and its version."""
        ...

    @property
    def isolation(self) -> Isolation:
        """What stands between a script that has broken the engine, and the machine."""
        ...

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Returns what came of the job; raises SandboxUnavailable if no worker can be started.

        If the machine fails the run (too few processes, a worker killed from outside), that is HostFault and
        never what came of the job.

        `broker` answers what the script asks of its host, in this thread, while the script waits; that time
        does not count against `wall_ms`. What the broker raises ends the run and is raised here.
        """
        ...

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script, calls nothing, and lists its functions."""
        ...

    def warm(self) -> None:
        """Starts what the first run will need, without waiting for it; never fails."""
        ...

    def close(self) -> None:
        """Ends all helper processes; the executor cannot be used any more."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@runtime_checkable
class Batching(Protocol):
    """An executor that is faster at many jobs of one program than at one after the other."""

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns what came of each job, in their order; raises SandboxUnavailable."""
        ...


def run_batch(executor: Executor, jobs: Sequence[Job]) -> list[Result]:
    """Returns what came of each job, in their order: the same as `run` without a broker, job by job.

    Where the executor can, jobs that follow one another and share program, subject and memory limit share a
    process, each in a context of its own. Limits are those of each job; one that ends the process takes
    nothing with it. What they lose is the wall of the process between one another: give to a batch only jobs
    whose inputs one author's script may see.

    Raises:
        SandboxUnavailable: if no worker can be started.
    """
    if isinstance(executor, Batching):
        return executor.run_batch(jobs)
    return [executor.run(job) for job in jobs]


STRENGTH: Final[dict[Isolation, int]] = {"none": 0, "process": 1, "full": 2}


def is_enough(isolation: Isolation, least: Isolation) -> bool:
    """Returns whether one level of isolation is at least another."""
    return STRENGTH[isolation] >= STRENGTH[least]
