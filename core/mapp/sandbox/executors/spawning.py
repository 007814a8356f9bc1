"""Runs each job in a new bare interpreter: the slow way, for systems without `fork`.

Uses only pipes and one timer, so that it works the same on every system.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine, host_faults, isolation_cache
from mapp.sandbox.call_log import HostCallLog
from mapp.sandbox.child.escape_probe import measured
from mapp.sandbox.executor import Inspection, Isolation, Job, Killed, Result, Threw
from mapp.sandbox.executors import protocol, termination
from mapp.sandbox.host_calls import Broker

PATIENCE = 30.0  # seconds a worker may take to start, and to read its job
CHUNK = 1 << 18
UNKNOWN_MB = 0.0  # without a zygote, nothing reports how much a dead worker had grown
READY: dict[bytes, Isolation] = {b"F": "full", b"P": "process"}  # as in worker.py


class SpawningExecutor:
    """An Executor with one fresh interpreter per run."""

    def __init__(
        self,
        *,
        engine: str = engine.DEFAULT,
        environment: Mapping[str, str] = engine.ENVIRONMENT,
        notes: Path | None = None,
    ) -> None:
        """Prepares the executor without starting a process.

        `notes` is a file that caches the measured isolation until the machine restarts.
        """
        self._closed = False
        self._notes = notes
        self._isolation: Isolation | None = None
        self._engine = engine
        self._environment = environment

    @property
    def engine(self) -> str:
        """The engine and its version."""
        return engine.version(self._engine)

    @property
    def isolation(self) -> Isolation:
        """How well the machine is protected from a script that has taken over the engine.

        Once per start of the machine, processes confined like workers try to break out to measure it.
        """
        if self._isolation is None:
            self._isolation = isolation_cache.load(self._notes, self._engine)
        if self._isolation is None:
            self._isolation = self._measure()
            isolation_cache.save(self._notes, self._isolation, self._engine)
        return self._isolation

    def _measure(self) -> Isolation:
        with _worker(self._engine, self._environment) as (_, claimed):
            level = measured(claimed, self._exit_codes)
        return isolation_cache.LEVELS[level]

    def _exit_codes(self, attempts: tuple[str, ...]) -> list[int]:
        """Makes each attempt in a separate process and returns the exit codes."""
        command = engine.command("escape_attempt", self._engine)
        try:
            processes = [
                subprocess.Popen(
                    [*command, attempt],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=self._environment,
                )
                for attempt in attempts
            ]
        except OSError as error:
            raise host_faults.refused("start a process", error) from error
        return [_exit_code(process) for process in processes]

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result; raises SandboxUnavailable or HostFault (the machine failed)."""
        try:
            return self._run(job, protocol.encode(job), HostCallLog(job, broker))
        except protocol.InputTooLarge as error:
            return Killed(reason="memory", detail=str(error), wall_ms=0.0)

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script without calling any function, and lists its functions."""
        job = protocol.inspection(source)
        return protocol.functions_of(
            self._run(job, protocol.encode(job, inspect=True), HostCallLog(job, None))
        )

    def warm(self) -> None:
        """Does nothing: every run starts a new interpreter."""

    def close(self) -> None:
        """Makes further runs an error. No process is left to end."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, job: Job, payload: bytes, call_log: HostCallLog) -> Result:
        if self._closed:
            raise SandboxUnavailable("The sandbox has been closed.")
        try:
            return self._attempt(job, payload, call_log)
        except host_faults.Lost:
            if call_log.calls:
                raise
        return self._attempt(job, payload, call_log)

    def _attempt(self, job: Job, payload: bytes, call_log: HostCallLog) -> Result:
        with _worker(self._engine, self._environment) as (process, _):
            _hand_over(process, payload)
            result = _listen(process, job, call_log)
        if isinstance(result, termination.Outside):
            raise host_faults.Lost(result.detail)
        return result


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    """Returns the exit code of a process that should end at once; 0, a failed wall, if it does not."""
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return 0


@contextlib.contextmanager
def _worker(name: str, environment: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], Isolation]]:
    try:
        process = subprocess.Popen(
            engine.command("worker", name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )
    except OSError as error:
        if error.errno in host_faults.SCARCE:
            raise host_faults.refused("start its process", error) from error
        raise engine.unavailable(str(error), name) from error
    try:
        yield process, _await_ready(process)
    finally:
        process.kill()
        process.wait()
        for stream in _streams(process):
            stream.close()


def _streams(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _await_ready(process: subprocess.Popen[bytes]) -> Isolation:
    _, sink = _streams(process)
    with _deadline(process, PATIENCE) as passed:
        isolation = READY.get(sink.read(1))
        code = 0 if isolation else process.wait()  # it may hang up and still keep running
    if isolation is not None:
        return isolation
    if passed.is_set():
        raise host_faults.Lost(f"its process was not ready after {PATIENCE:.0f} seconds")
    if code < 0 and termination.is_foreign(-code):
        raise host_faults.Lost(termination.ended_from_outside(-code).detail)
    raise engine.unavailable("its process ended at once")


def _hand_over(process: subprocess.Popen[bytes], payload: bytes) -> None:
    source, _ = _streams(process)
    view = memoryview(payload)
    with _deadline(process, PATIENCE), contextlib.suppress(OSError):  # its exit status will say more
        while view:
            view = view[source.write(view) or 0 :]


@contextlib.contextmanager
def _deadline(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kills the process after `seconds`; the event is set if that happened."""
    passed = threading.Event()

    def end() -> None:
        passed.set()
        process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield passed
    finally:
        timer.cancel()
        timer.join()


def _listen(
    process: subprocess.Popen[bytes], job: Job, call_log: HostCallLog
) -> Result | termination.Outside:
    """Receives and answers host calls until the reply is complete, the worker ends or time is up."""
    started = time.perf_counter()
    inbox = protocol.Inbox(job)
    answer, code, late = b"", 0, False
    while not (inbox.is_done or late):
        left = job.wall_ms * job.patience / 1000 - (time.perf_counter() - started - call_log.seconds)
        with _deadline(process, max(left, 0.0)) as passed:
            alive = _exchange(process, inbox, answer)
            code = 0 if alive else process.wait()  # it may hang up and still keep running
        late = passed.is_set()
        if not alive:
            break
        call = inbox.take_call()
        answer = b"" if call is None else call_log.reply(call)
    wall_ms = (time.perf_counter() - started - call_log.seconds) * 1000
    if inbox.is_done:
        return protocol.decode(inbox.reply, job, wall_ms)
    if late:
        return termination.overdue(job, wall_ms)
    return termination.died(job, code, UNKNOWN_MB, wall_ms)


def _exchange(process: subprocess.Popen[bytes], inbox: protocol.Inbox, answer: bytes) -> bool:
    """Sends an answer, then receives until a call or a reply is complete.

    Returns whether the worker is still connected.
    """
    source, sink = _streams(process)
    view = memoryview(answer)
    with contextlib.suppress(OSError):  # its exit status will say more
        while view:
            view = view[source.write(view) or 0 :]
    while not (inbox.is_done or inbox.has_call):
        chunk = sink.read(CHUNK)
        if not chunk:
            return False
        inbox.add(chunk)
    return True
