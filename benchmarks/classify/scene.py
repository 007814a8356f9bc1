"""A scene: one library in use, which a case breaks and then uses; and what became of the runs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import threading
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.classify.library import Patient, Template, World, install
from benchmarks.classify.network import Network
from mapp.errors import HostFault, InvalidArguments, MappError, PermissionNeeded, SandboxUnavailable
from mapp.keys import KeyNeeded
from mapp.model.app import MANIFEST, PROPERTIES, SOURCE, App
from mapp.model.incident import FailureClass
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.observe.incidents import Incidents
from mapp.ops.run.execute import execute
from mapp.sandbox.executor import Executor, Grant, Job, Result
from mapp.sandbox.executors.delegating import DelegatingExecutor
from mapp.sandbox.host_calls import Broker, CallRefused, HostAnswer, HostCall

KEY_OF_ENGINE: Final = "MAPP_ENGINE"
NONE: Final = "none"
"""What is said of a run of which nothing is said."""
REAPED_AFTER: Final = 0.02
"""Seconds between two looks for processes in which scripts run."""
TOLD: Final[tuple[tuple[type[Exception], FailureClass], ...]] = (
    (InvalidArguments, "caller_input"),
    (PermissionNeeded, "permission"),
    (KeyNeeded, "credential"),
    (HostFault, "host_fault"),
    (SandboxUnavailable, "host_fault"),
    (OSError, "host_fault"),
)
"""The failures that the command reports at once, by the error that it raises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How one use of an app ended: the class's name of the error that was raised, or the run's outcome."""

    raised: str = ""
    told: str = NONE
    outcome: Outcome | None = None
    run: str = ""

    @property
    def threw(self) -> bool:
        """Returns whether a program that knows only exceptions would say that something failed."""
        return bool(self.raised) or isinstance(self.outcome, Failed)


class Scene:
    """What a case may do: break things, and use the app. Every use is remembered."""

    def __init__(self, world: World, template: Template) -> None:
        self.world = world
        self.template = template
        self.app: App = template.app
        self.asked: list[Mapping[str, Any]] = []
        self.ended: list[Ended] = []

    @property
    def network(self) -> Network:
        """Returns the network of the app's services."""
        assert self.world.network is not None
        return self.world.network

    def use(self, arguments: Mapping[str, Any], *, times: int = 1) -> Ended:
        """Runs the app as `mapp exec` does, once or several times, and returns how it last ended."""
        for _ in range(times):
            self.asked.append(arguments)
            self.ended.append(self._use(arguments))
        return self.ended[-1]

    def _use(self, arguments: Mapping[str, Any]) -> Ended:
        try:
            done = execute(self.world, self.app.name, arguments)
        except (MappError, OSError, sqlite3.Error) as error:
            told = next((label for kind, label in TOLD if isinstance(error, kind)), NONE)
            return Ended(raised=type(error).__name__, told=told)
        return Ended(outcome=done.outcome, run=done.run)

    def replaced(self, *, source: str = "", manifest: str = "", properties: str = "") -> None:
        """Commits another tree on `main`, as the next patch version; nobody asks the gate."""
        given = {SOURCE: source, MANIFEST: manifest, PROPERTIES: properties}
        changed = {
            **self.template.files,
            **{path: text.encode() for path, text in given.items() if text},
        }
        text = changed[MANIFEST].decode().replace('version = "1.0.0"', 'version = "1.0.1"', 1)
        self.app = install(self.world, {**changed, MANIFEST: text.encode()})

    def run_by(self, executor: Executor) -> None:
        """Makes another executor run the app from now on."""
        self.world.__dict__["executor"] = executor

    def hurried(self) -> Executor:
        """Returns the executor without its patience, for scripts whose time limit is the matter."""
        executor: Executor = self.world.executor
        return executor.inside if isinstance(executor, Patient) else executor

    def leaks(self, capabilities: Grant) -> None:
        """Makes the sandboxes of all engines leak from now on; scripts get these capabilities."""
        own = self.world.__dict__
        own["executor"] = Leaky(own["executor"], capabilities)
        own["other_executors"] = {
            name: Leaky(executor, capabilities) for name, executor in own["other_executors"].items()
        }

    def said(self) -> str:
        """Returns the class that mapp gives: that of the newest incident, else of the error that told it."""
        found = Incidents(self.world.home.journal).all(self.app.name)
        if found:
            return found[0].failure
        return next((row.told for row in reversed(self.ended) if row.told != NONE), NONE)


class Shooting(DelegatingExecutor):
    """Ends the process in which a script runs with a signal, when the script makes a host call."""

    def __init__(self, executor: Executor, number: int, *, times: int = 10**6) -> None:
        super().__init__(executor)
        self._number = number
        self._left = times

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result."""
        if broker is None:
            return super().run(job, None)
        return super().run(job, _ShootingBroker(broker, self))

    def shoot(self) -> None:
        """Sends the signal to every process that runs a script for this process."""
        if self._left:
            self._left -= 1
            for worker in workers():
                os.kill(worker, self._number)


class Reaping(DelegatingExecutor):
    """Kills the processes in which scripts run, and those they are forked from, soon after a script began."""

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result."""
        over = threading.Event()
        reaper = threading.Thread(target=self._reap, args=(over,), daemon=True)
        reaper.start()
        try:
            return super().run(job, broker)
        finally:
            over.set()
            reaper.join()

    def _reap(self, over: threading.Event) -> None:
        while not over.wait(REAPED_AFTER):
            for process in [*workers(), *zygotes()]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)


@dataclass
class _ShootingBroker:
    inside: Broker
    owner: Shooting

    def answer(self, call: HostCall, *, seconds: float) -> HostAnswer | CallRefused:
        """Shoots, and answers a process that is gone."""
        found = self.inside.answer(call, seconds=seconds)
        self.owner.shoot()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)


class Leaky(DelegatingExecutor):
    """A sandbox with a leak: scripts see the real time and fresh chance instead of what is recorded.

    `seed` and `now_ms` change with every run, so that the same job does not end in the same way.
    """

    def __init__(self, executor: Executor, capabilities: Grant) -> None:
        super().__init__(executor)
        self._count = 0
        self._capabilities = capabilities

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result."""
        return super().run(self._leaked(job), broker)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs."""
        return super().run_batch([self._leaked(job) for job in jobs])

    def _leaked(self, job: Job) -> Job:
        self._count += 1
        program = replace(job.program, capabilities=self._capabilities)
        moment = job.now_ms + 86_400_000 * self._count
        seed = zlib.crc32(f"{job.seed} {self._count}".encode())
        return replace(job, program=program, seed=seed, now_ms=moment)


def workers() -> list[int]:
    """Returns the processes that run scripts for this process: the children of its zygotes."""
    return [worker for zygote in children(os.getpid()) for worker in children(zygote)]


def zygotes() -> list[int]:
    """Returns the processes from which those are forked."""
    return [child for child in children(os.getpid()) if b"sys.path.insert" in _command(child)]


def children(parent: int) -> list[int]:
    """Returns the processes that a process started, from all its threads."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found += map(int, task.read_text(encoding="ascii").split())
        except OSError:  # it has ended
            continue
    return found


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


SIGKILL: Final = signal.SIGKILL
SIGSEGV: Final = signal.SIGSEGV


def shape(value: Any, path: str = "") -> set[tuple[str, str]]:
    """Returns the types of a JSON value at each path; all rows of a list have the same path."""
    match value:
        case dict():
            return {(path, "object")}.union(
                *(shape(inner, f"{path}.{name}") for name, inner in value.items())
            )
        case list():
            return {(path, "array")}.union(*(shape(inner, f"{path}[]") for inner in value))
        case None:
            return {(path, "null")}
        case bool():
            return {(path, "boolean")}
        case int() | float():
            return {(path, "number")}
    return {(path, "string")}


def same_end(one: Outcome | None, other: Outcome | None) -> bool:
    """Returns whether two outcomes are the same for the person who waits for them."""
    match one, other:
        case Value(output=first), Value(output=second):
            return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
        case Declared(error=first_error), Declared(error=second_error):
            return first_error == second_error
    return False
