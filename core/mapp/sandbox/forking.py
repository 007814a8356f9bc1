"""Runs jobs in workers forked from a zygote: the fast way, where there is `fork`.

A lane is one zygote process (see `mapp.sandbox.zygote`) and does one run at a time; there is one lane a
core, opened when it is first needed. We, not the zygote, watch clock and output. The zygote runs nothing of a
stranger's, so it can always be told to kill. If it is lost all the same, the run is repeated once in a new
one: a script has no side effects.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from mapp.errors import SandboxUnavailable
from mapp.sandbox import ending, engine, wire
from mapp.sandbox.executor import Inspection, Isolation, Job, Killed, Result, Threw

PATIENCE = 10.0  # seconds until a zygote or a worker that should answer at once is given up
CHUNK = 1 << 18
READY: dict[bytes, Isolation] = {b"F": "full", b"P": "process"}  # as in worker.py
RUN, WAIT, KILL = b"R", b"W", b"K"  # as in zygote.py
ENDED = 24


class LaneLost(Exception):
    """The zygote is gone or does not answer; nothing is known of the run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """What a worker said, and why we stopped listening."""

    reply: bytes
    ending: Literal["answered", "hung up", "wall"]
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How a worker ended: exit code (negative for a signal), time it computed, memory it took."""

    code: int
    cpu_ms: float
    grown_mb: float


class Lane:
    """One zygote and the socket that steers it."""

    def __init__(self, process: int, control: socket.socket) -> None:
        self.process = process
        self._control = control
        self._isolation: Isolation | None = None

    @classmethod
    def open(cls) -> Lane:
        """Starts a zygote without waiting for it; raises SandboxUnavailable."""
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        try:
            return cls(_start(theirs.fileno()), ours)
        except SandboxUnavailable:
            ours.close()
            raise
        finally:
            theirs.close()

    def isolation(self) -> Isolation:
        """Waits until the zygote is ready and returns how well it is locked in; raises SandboxUnavailable."""
        if self._isolation is None:
            with contextlib.suppress(OSError):
                self._isolation = READY.get(self._control.recv(1))
        if self._isolation is None:
            raise engine.unavailable("its process ended at once")
        return self._isolation

    def run(self, job: Job, payload: bytes) -> Result:
        """Runs one job; raises LaneLost, and SandboxUnavailable if the zygote never got ready."""
        self.isolation()
        try:
            conversation = self._converse(job, payload)
            end = self._end(WAIT if conversation.ending == "hung up" else KILL)
        except OSError as error:
            raise LaneLost from error
        wall_ms = conversation.wall_ms
        match conversation.ending:
            case "answered":
                return wire.decode(conversation.reply, job, wall_ms)
            case "wall":
                return ending.overdue(job, wall_ms, end.cpu_ms)
            case "hung up":
                return ending.died(job, end.code, end.grown_mb, wall_ms)

    def close(self) -> None:
        """Ends the zygote and whatever it has forked, and waits until they are gone."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process, 0)

    def _converse(self, job: Job, payload: bytes) -> Conversation:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self._control, [RUN], [theirs.fileno()])
            ours.settimeout(PATIENCE)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                ours.sendall(payload)
            return _listen(ours, job)

    def _end(self, order: bytes) -> End:
        """Has the zygote bury the worker and tell how it died."""
        self._control.sendall(order)
        answer = b""
        while len(answer) < ENDED:
            part = self._control.recv(ENDED - len(answer))
            if not part:
                raise LaneLost
            answer += part
        status, microseconds, peak = (int.from_bytes(answer[at : at + 8], "big") for at in (0, 8, 16))
        return End(
            code=os.waitstatus_to_exitcode(status),
            cpu_ms=microseconds / 1000,
            grown_mb=ending.grown_mb(peak),
        )


def _start(control: int) -> int:
    files = [
        (os.POSIX_SPAWN_DUP2, control, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    command = engine.command("zygote")
    try:
        # A process group of its own: Ctrl-C is for us, and everything it forks can be ended at once.
        return os.posix_spawn(command[0], command, engine.ENVIRONMENT, file_actions=files, setpgroup=0)
    except OSError as error:
        raise engine.unavailable(str(error)) from error


def _listen(channel: socket.socket, job: Job) -> Conversation:
    started = time.perf_counter()
    limit, reply = wire.reply_limit(job), bytearray()

    def stop(reason: Literal["answered", "hung up", "wall"]) -> Conversation:
        return Conversation(reply=bytes(reply), ending=reason, wall_ms=(time.perf_counter() - started) * 1000)

    while len(reply) <= limit and not wire.is_complete(reply):
        left = started + job.wall_ms / 1000 - time.perf_counter()
        if left <= 0:
            return stop("wall")
        channel.settimeout(left)
        try:
            chunk = channel.recv(CHUNK)
        except TimeoutError:
            continue
        except ConnectionResetError:
            return stop("hung up")
        if not chunk:
            return stop("hung up")
        reply += chunk
    return stop("answered")


class ForkingExecutor:
    """An Executor with one zygote a lane."""

    def __init__(self, *, lanes: int | None = None) -> None:
        self._free = threading.BoundedSemaphore(lanes or os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._idle: list[Lane] = []
        self._closed = False

    @property
    def engine(self) -> str:
        """The engine and its version."""
        return engine.version()

    @property
    def isolation(self) -> Isolation:
        """What stands between a broken engine and the machine; asks a zygote, so it may have to start one."""
        with self._free, self._lane() as lane:
            return lane.isolation()

    def run(self, job: Job) -> Result:
        """Returns what came of the job; raises SandboxUnavailable."""
        try:
            return self._run(job, wire.encode(job))
        except wire.InputTooLarge as error:
            return Killed(reason="memory", detail=str(error), wall_ms=0.0)

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script, calls nothing, and lists its functions."""
        job = wire.inspection(source)
        return wire.functions_of(self._run(job, wire.encode(job, inspect=True)))

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

    def _run(self, job: Job, payload: bytes) -> Result:
        with self._free:
            for _ in range(2):
                with contextlib.suppress(LaneLost), self._lane() as lane:
                    return lane.run(job, payload)
        return Killed(reason="crash", detail="the sandbox was lost twice during this run", wall_ms=0.0)

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
        return Lane.open()

    def _give_back(self, lane: Lane) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(lane)
                return
        lane.close()
