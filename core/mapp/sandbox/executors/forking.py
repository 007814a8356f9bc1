"""Runs jobs in workers forked from a zygote: the fast way, on systems with `fork`.

A lane is one zygote process (see `mapp.sandbox.child.zygote`) and handles one run at a time. There is one
lane per core, opened when it is first needed. The parent, not the zygote, watches time and output. The
zygote runs no untrusted code, so it always obeys an order to kill. If the zygote is lost anyway, or something
outside ends a worker, the run is repeated in a new one. It is not repeated once the script has made a host
call, the only side effect that a script can have. A run that is lost several times is a fault of the host
(`HostFault`).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from mapp.errors import Busy, HostFault, SandboxUnavailable
from mapp.sandbox import engine, host_faults, isolation_cache
from mapp.sandbox.call_log import HostCallLog
from mapp.sandbox.executor import (
    Inspection,
    Isolation,
    Job,
    Killed,
    Result,
    Returned,
    Then,
    Threw,
    is_enough,
)
from mapp.sandbox.executors import batching, protocol
from mapp.sandbox.executors.lane import Lane, LaneLost
from mapp.sandbox.host_calls import Broker

STARTS = 3  # failed starts of a zygote before the run fails
LOSSES = 3  # losses of the sandbox before a run fails
PAUSES = (0.0, 0.1, 0.4, 1.0)  # seconds before each further attempt when a resource is scarce
Answer = TypeVar("Answer")
MAX_QUEUE = 1000  # callers that may wait for a lane; further ones get Busy


class ForkingExecutor:
    """An Executor with one zygote per lane."""

    def __init__(
        self,
        *,
        lanes: int | None = None,
        queue: int = MAX_QUEUE,
        notes: Path | None = None,
        engine: str = engine.DEFAULT,
        environment: Mapping[str, str] = engine.ENVIRONMENT,
    ) -> None:
        """Prepares the executor without starting a process.

        `notes` is a file that caches the measured isolation until the machine restarts. `environment` holds
        the zygotes' environment variables; scripts must give the same results in any environment.
        """
        self._environment = environment
        self._engine = engine
        self._lanes = lanes or os.cpu_count() or 1
        self._free = threading.BoundedSemaphore(self._lanes)
        self._lock = threading.Lock()
        self._idle: list[Lane] = []
        self._closed = False
        self._queue = queue
        self._waiting = 0
        self._notes = notes
        self._isolation: Isolation | None = None

    @property
    def engine(self) -> str:
        """The engine and its version."""
        return engine.version(self._engine)

    @property
    def isolation(self) -> Isolation:
        """How well the machine is protected from a script that has taken over the engine.

        Once per start of the machine, a zygote's children try to break out to measure it.
        """
        if self._isolation is None:
            self._isolation = isolation_cache.load(self._notes, self._engine)
        if self._isolation is None:
            self._isolation = self._measure()
            isolation_cache.save(self._notes, self._isolation, self._engine)
        return self._isolation

    def _measure(self) -> Isolation:
        failures = 0
        with self._turn():
            while True:
                try:
                    with self._lane() as lane:
                        return lane.measured()
                except SandboxUnavailable as error:
                    failures += 1
                    self._pause_or_raise(error, failures)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Waits for a free lane; raises Busy if too many callers are already waiting."""
        with self._lock:
            if self._waiting >= self._queue:
                raise Busy(f"{self._waiting} runs already wait for the sandbox.", hint="run fewer at a time")
            self._waiting += 1
        try:
            self._free.acquire()
        finally:
            with self._lock:
                self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result; raises SandboxUnavailable or HostFault (the machine failed)."""
        try:
            return self._run(job, protocol.encode(job), HostCallLog(job, broker))
        except protocol.InputTooLarge as error:
            return Killed(reason="memory", detail=str(error), wall_ms=0.0)

    def run_then(self, job: Job, then: Then, broker: Broker | None = None) -> tuple[Result, Result | None]:
        """Returns the result of a job and that of a second one, if possible from the same worker.

        A worker that has too little left for the second job of what the first was allowed is replaced.
        """
        try:
            payload = protocol.encode(job)
        except protocol.InputTooLarge as error:
            return Killed(reason="memory", detail=str(error), wall_ms=0.0), None
        log, asked = HostCallLog(job, broker), list[Job]()

        def once(result: Result) -> Job | None:
            asked[:] = [second for second in [then(result)] if second is not None]
            return asked[0] if asked else None

        result, said = self._with_lane(log, lambda lane: lane.run_then(job, payload, log, once))
        if asked and not isinstance(said, Returned) and not _is_overdue(said):
            with contextlib.suppress(HostFault, SandboxUnavailable):
                return result, self.run(asked[0])
        return result, said

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs; raises SandboxUnavailable.

        Jobs of one program share workers, and all lanes are used. If the system has too few processes for
        several lanes, the rest of the jobs run on one.
        """
        groups = list(batching.groups(jobs, self._lanes))
        parallel = len(groups) > 1 and self._lanes > 1
        done = self._run_in_parallel(groups) if parallel else [None] * len(groups)
        if parallel and None in done:
            self._close_idle(keep=1)
        results: list[Result] = []
        for group, found in zip(groups, done, strict=True):
            results += self._run_group(group) if found is None else found
        return results

    def _run_in_parallel(self, groups: Sequence[Sequence[Job]]) -> list[list[Result] | None]:
        """Runs groups on all lanes; None stands for a group for which something was scarce."""
        from concurrent.futures import ThreadPoolExecutor

        scarce = threading.Event()

        def attempt(group: Sequence[Job]) -> list[Result] | None:
            if scarce.is_set():
                return None
            try:
                return self._run_group(group)
            except host_faults.Refused as error:
                if not error.is_transient:
                    raise
                scarce.set()
                return None

        started = []
        with ThreadPoolExecutor(min(self._lanes, len(groups))) as threads:
            try:
                for group in groups:
                    started.append(threads.submit(attempt, group))
            except RuntimeError as error:
                if host_faults.fault_of(error) is None:
                    raise
                scarce.set()
        done = [future.result() if future.done() else None for future in started]
        return [*done, *[None] * (len(groups) - len(done))]

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script without calling any function, and lists its functions."""
        job = protocol.inspection(source)
        return protocol.functions_of(
            self._run(job, protocol.encode(job, inspect=True), HostCallLog(job, None))
        )

    def warm(self) -> None:
        """Starts the first zygote in the background."""
        with contextlib.suppress(SandboxUnavailable):
            self._give_back(self._take())

    def close(self) -> None:
        """Ends all idle zygotes; a busy one ends with its run."""
        with self._lock:
            self._closed = True
        self._close_idle(keep=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, job: Job, payload: bytes, call_log: HostCallLog) -> Result:
        return self._with_lane(call_log, lambda lane: lane.run(job, payload, call_log))

    def _with_lane(self, call_log: HostCallLog, ask: Callable[[Lane], Answer]) -> Answer:
        """Returns what a lane answers, and asks another one if it is lost before the script made a call."""
        with self._turn():
            losses = failures = 0
            while True:
                try:
                    with self._lane() as lane:
                        self._ensure_walls(lane)
                        return ask(lane)
                except LaneLost as error:
                    losses += 1
                    if losses == LOSSES or call_log.calls:
                        raise host_faults.Lost(f"{error or 'its process is gone'}") from error
                except SandboxUnavailable as error:
                    failures += 1
                    self._pause_or_raise(error, failures)

    def _pause_or_raise(self, error: SandboxUnavailable, failures: int) -> None:
        """Waits before the next attempt, or raises the error if another attempt would not help."""
        scarce = isinstance(error, host_faults.Refused) and error.is_transient
        if self._closed or failures > (len(PAUSES) if scarce else STARTS - 1):
            raise error
        if scarce:
            time.sleep(PAUSES[failures - 1])

    def _ensure_walls(self, lane: Lane) -> None:
        """Raises HostFault if a zygote's isolation is weaker than the level measured on this machine."""
        if self._isolation is None or is_enough(lane.isolation(), self._isolation):
            return
        measured, self._isolation = self._isolation, None
        if self._notes is not None:
            self._notes.unlink(missing_ok=True)
        raise HostFault(
            f"The sandbox now has the isolation {lane.isolation()!r}, but {measured!r} was measured before.",
            hint="run the command again: it measures the isolation again",
        )

    def _run_group(self, jobs: Sequence[Job]) -> list[Result]:
        """Runs jobs that may share a worker, in as few workers as possible."""
        if len(jobs) == 1:
            return [self.run(jobs[0])]
        try:
            payloads = [protocol.encode(job) for job in jobs]
        except protocol.InputTooLarge:
            return [self.run(job) for job in jobs]
        results: list[Result] = []
        while (done := len(results)) < len(jobs):
            try:
                with self._turn(), self._lane() as lane:
                    self._ensure_walls(lane)
                    results += lane.run_many(jobs[done:], payloads[done:])
            except (LaneLost, SandboxUnavailable):
                results.append(self.run(jobs[done]))  # retries as often as is useful
        return results

    @contextlib.contextmanager
    def _lane(self) -> Iterator[Lane]:
        lane = self._take()
        try:
            yield lane
        except BaseException:
            lane.close()  # interrupted in the middle of a run: its next reply would be meaningless
            raise
        self._give_back(lane)

    def _take(self) -> Lane:
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("The sandbox has been closed.")
            if self._idle:
                return self._idle.pop()
        return Lane.open(self._engine, self._environment)

    def _close_idle(self, *, keep: int) -> None:
        with self._lock:
            self._idle, surplus = self._idle[:keep], self._idle[keep:]
        for lane in surplus:
            lane.close()

    def _give_back(self, lane: Lane) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(lane)
                return
        lane.close()


def _is_overdue(result: Result | None) -> bool:
    return isinstance(result, Killed) and result.reason == "wall"
