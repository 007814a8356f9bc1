"""Runs jobs in workers forked from a zygote: the fast way, where there is `fork`.

A lane is one zygote process (see `mapp.sandbox.child.zygote`) and does one run at a time; there is one lane a
core, opened when it is first needed. We, not the zygote, watch clock and output. The zygote runs nothing of a
stranger's, so it can always be told to kill. If it is lost all the same, or a worker is ended from outside,
the run is repeated in a new one, unless the script has called its host by then: it has no other side effects.
A run that is lost again and again is a fault of the host (`HostFault`).
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from mapp.errors import Busy, HostFault, SandboxUnavailable
from mapp.sandbox import engine, host_faults
from mapp.sandbox.call_log import HostCallLog
from mapp.sandbox.calls import Broker
from mapp.sandbox.executor import Inspection, Isolation, Job, Killed, Result, Threw, is_enough
from mapp.sandbox.executors import batching, protocol
from mapp.sandbox.executors.lane import Lane, LaneLost
from mapp.sandbox.isolation_cache import note, noted

STARTS = 3  # a zygote that does not get ready as often as this never will
LOSSES = 3  # a run that loses its sandbox as often as this has no other attempt
PAUSES = (0.0, 0.1, 0.4, 1.0)  # seconds before each further attempt where something is scarce
MAX_QUEUE = 1000  # callers waiting for a lane; one more is told to come back


class ForkingExecutor:
    """An Executor with one zygote a lane."""

    def __init__(
        self,
        *,
        lanes: int | None = None,
        queue: int = MAX_QUEUE,
        notes: Path | None = None,
        engine: str = engine.DEFAULT,
        environment: Mapping[str, str] = engine.ENVIRONMENT,
    ) -> None:
        """`notes` is a file for the verdict on this machine, kept until it is started anew.

        `environment` is that of the zygotes; scripts must come to the same in any.
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
        """What stands between a broken engine and the machine.

        The first time on a machine since it was started, a zygote has children try to break out.
        """
        if self._isolation is None:
            self._isolation = noted(self._notes, self._engine)
        if self._isolation is None:
            self._isolation = self._measured()
            note(self._notes, self._isolation, self._engine)
        return self._isolation

    def _measured(self) -> Isolation:
        failures = 0
        with self._turn():
            while True:
                try:
                    with self._lane() as lane:
                        return lane.measured()
                except SandboxUnavailable as error:
                    failures += 1
                    self._be_patient(error, failures)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Waits for a free lane; raises Busy if too many do so already."""
        with self._lock:
            if self._waiting >= self._queue:
                raise Busy(f"{self._waiting} runs wait for the sandbox already.", hint="run fewer at a time")
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
        """Returns what came of the job; raises SandboxUnavailable, and HostFault if the machine failed it."""
        try:
            return self._run(job, protocol.encode(job), HostCallLog(job, broker))
        except protocol.InputTooLarge as error:
            return Killed(reason="memory", detail=str(error), wall_ms=0.0)

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns what came of each job, in their order; raises SandboxUnavailable.

        Jobs of one program share workers, and all lanes are used.
        """
        found = list(batching.groups(jobs, self._lanes))
        if len(found) == 1 or self._lanes == 1:
            return [result for group in found for result in self._run_group(group)]
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(self._lanes, len(found) or 1)) as threads:
            return [result for results in threads.map(self._run_group, found) for result in results]

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script, calls nothing, and lists its functions."""
        job = protocol.inspection(source)
        return protocol.functions_of(
            self._run(job, protocol.encode(job, inspect=True), HostCallLog(job, None))
        )

    def warm(self) -> None:
        """Starts the first zygote, so that it gets ready while others work."""
        with contextlib.suppress(SandboxUnavailable):
            self._give_back(self._take())

    def close(self) -> None:
        """Ends all zygotes; those at work end with their run."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for lane in idle:
            lane.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, job: Job, payload: bytes, desk: HostCallLog) -> Result:
        with self._turn():
            losses = failures = 0
            while True:
                try:
                    with self._lane() as lane:
                        self._ensure_walls(lane)
                        return lane.run(job, payload, desk)
                except LaneLost as error:
                    losses += 1
                    if losses == LOSSES or desk.calls:
                        raise host_faults.Lost(f"{error or 'its process is gone'}") from error
                except SandboxUnavailable as error:
                    failures += 1
                    self._be_patient(error, failures)

    def _be_patient(self, error: SandboxUnavailable, failures: int) -> None:
        """Waits before another attempt, or raises the error where there is no use in one."""
        scarce = isinstance(error, host_faults.Refused) and error.is_transient
        if self._closed or failures > (len(PAUSES) if scarce else STARTS - 1):
            raise error
        if scarce:
            time.sleep(PAUSES[failures - 1])

    def _ensure_walls(self, lane: Lane) -> None:
        """Raises HostFault if a zygote is locked in less well than was once measured on this machine."""
        if self._isolation is None or is_enough(lane.isolation(), self._isolation):
            return
        measured, self._isolation = self._isolation, None
        if self._notes is not None:
            self._notes.unlink(missing_ok=True)
        raise HostFault(
            f"The sandbox has the isolation {lane.isolation()!r} here, and {measured!r} was measured before.",
            hint="run the command again; the isolation is then measured anew",
        )

    def _run_group(self, jobs: Sequence[Job]) -> list[Result]:
        """Runs jobs that may share a worker, in as few as it takes."""
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
                results.append(self.run(jobs[done]))  # which knows how often to try again
        return results

    @contextlib.contextmanager
    def _lane(self) -> Iterator[Lane]:
        lane = self._take()
        try:
            yield lane
        except BaseException:
            lane.close()  # in the middle of a run nobody knows what it will say next
            raise
        self._give_back(lane)

    def _take(self) -> Lane:
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("The sandbox has been closed.")
            if self._idle:
                return self._idle.pop()
        return Lane.open(self._engine, self._environment)

    def _give_back(self, lane: Lane) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(lane)
                return
        lane.close()
