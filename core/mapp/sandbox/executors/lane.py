"""One zygote and the conversations with its workers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine, host_faults
from mapp.sandbox.call_log import HostCallLog
from mapp.sandbox.executor import Isolation, Job, Killed, Result
from mapp.sandbox.executors import batching, protocol, termination

PATIENCE = 30.0  # seconds until what should answer at once is given up; a busy machine is slow
CHUNK = 1 << 18
READY: dict[bytes, Isolation] = {b"F": "full", b"P": "process"}  # as in worker.py
RUN, MANY, SPARE, WAIT, KILL = b"R", b"M", b"S", b"W", b"K"  # as in zygote.py
PROBE = b"T"  # as in probing.py, and the answers to it
HELD: dict[bytes, Isolation] = {b"F": "full", b"P": "process", b"N": "none"}
SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
REFUSED, UNBORN = b"!", 1 << 32  # as in zygote.py
ENDED = 24
AHEAD = 1 << 16  # bytes of a job that is sent while the worker is still busy: any socket holds as much


class LaneLost(Exception):
    """The zygote is gone or does not answer, or the worker was ended from outside: nothing says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """What a worker said, and why we stopped listening."""

    reply: bytes
    ending: Literal["answered", "hung up", "wall"]
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How a worker ended: exit code (negative for a signal), time it computed, memory it took.

    Where the system refused to fork there was no worker; `refused` is why, as in `errno`.
    """

    code: int
    cpu_ms: float
    grown_mb: float
    refused: int = 0


class Lane:
    """One zygote and the socket that steers it."""

    def __init__(self, process: int, control: socket.socket) -> None:
        self.process = process
        self._control = control
        self._isolation: Isolation | None = None
        self._spares = 0

    @classmethod
    def open(cls, name: str = engine.DEFAULT, environment: Mapping[str, str] = engine.ENVIRONMENT) -> Lane:
        """Starts a zygote without waiting for it; raises SandboxUnavailable."""
        ours, theirs = _pair()
        ours.settimeout(PATIENCE)
        try:
            return cls(_start(theirs.fileno(), name, environment), ours)
        except SandboxUnavailable:
            ours.close()
            raise
        finally:
            theirs.close()

    def isolation(self) -> Isolation:
        """Waits until the zygote is ready and returns how well it is locked in; raises SandboxUnavailable."""
        if self._isolation is None:
            said = b""
            with contextlib.suppress(OSError):
                said = self._control.recv(1)
            if said not in READY:
                raise self._refusal() if said == REFUSED else self._stillborn()
            self._isolation = READY[said]
        return self._isolation

    def _refusal(self) -> host_faults.Refused:
        """Reads what the system refused to the zygote."""
        said = b""
        with contextlib.suppress(OSError):
            while len(said) < 5 or len(said) < 5 + said[4]:
                part = self._control.recv(CHUNK)
                if not part:
                    break
                said += part
        return host_faults.Refused(said[5:].decode("utf-8", "replace"), int.from_bytes(said[:4], "big"))

    def _stillborn(self) -> SandboxUnavailable:
        """Returns why a zygote did not get ready that said nothing: its end, where the system tells it."""
        try:
            end = os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except (OSError, AttributeError):  # a parent that ignores its children; macOS
            end = None
        if end is not None and end.si_code != os.CLD_EXITED and termination.is_foreign(end.si_status):
            return host_faults.Lost(
                f"its process was ended from outside by {termination.name_of(end.si_status)}"
            )
        return engine.unavailable("its process ended at once")

    def measured(self) -> Isolation:
        """Has the zygote try out what its confinement holds back; raises SandboxUnavailable."""
        self.isolation()
        try:
            self._control.sendall(PROBE)
            said = self._control.recv(1)
        except OSError as error:
            raise host_faults.Lost(f"it could not be tried out: {error}") from error
        if said not in HELD:
            raise self._refusal() if said == REFUSED else host_faults.Lost("it ended while it was tried out")
        return HELD[said]

    def run(self, job: Job, payload: bytes, desk: HostCallLog) -> Result:
        """Runs one job; raises LaneLost, and SandboxUnavailable if the zygote never got ready."""
        self.isolation()
        try:
            with self._worker(RUN) as channel:
                _send(channel, payload)
                conversation = _listen(channel, desk, job, protocol.Inbox(job))
            return self._bury(job, conversation)
        except OSError as error:
            raise LaneLost(str(error)) from error

    def run_many(self, jobs: Sequence[Job], payloads: Sequence[bytes]) -> list[Result]:
        """Runs jobs of one program in one worker for as long as it is as good as new; raises as `run` does.

        Returns the results of the first few, of one at least.
        """
        self.isolation()
        try:
            self._prepare(batching.contexts(jobs))
            with self._worker(MANY) as channel:
                said = list(_listen_to_all(channel, jobs, payloads))
            last = self._bury(jobs[len(said) - 1], said[-1])
            if len(said) > 1 and isinstance(last, Killed):  # the worker computed for others before
                last = replace(last, cpu_ms=None)
        except OSError as error:
            raise LaneLost(str(error)) from error
        before = zip(jobs, said[:-1], strict=False)
        results = [protocol.decode(one.reply, job, one.wall_ms) for job, one in before]
        grown = [protocol.growth_mb(one.reply) for one in said]
        return list(_certain(jobs, [*results, last], grown))

    def _prepare(self, spares: int) -> None:
        """Has the zygote make fresh contexts, while no clock runs."""
        if spares > self._spares:
            self._control.sendall(SPARE + bytes([spares]))
            if self._control.recv(1) != SPARE:
                raise LaneLost("its process is gone")
            self._spares = spares

    def _bury(self, job: Job, conversation: Conversation) -> Result:
        """Ends the worker and returns what came of the job that it had last; raises LaneLost and Refused."""
        end = self._end(WAIT if conversation.ending == "hung up" else KILL)
        wall_ms = conversation.wall_ms
        match conversation.ending:
            case "answered":
                return protocol.decode(conversation.reply, job, wall_ms)
            case "wall":
                return termination.overdue(job, wall_ms, end.cpu_ms)
            case "hung up" if end.refused:
                raise host_faults.Refused("start a process for the run", end.refused)
            case "hung up":
                found = termination.died(job, end.code, end.grown_mb, wall_ms, end.cpu_ms)
                if isinstance(found, termination.Outside):
                    raise LaneLost(found.detail)
                return found

    def close(self) -> None:
        """Ends the zygote and whatever it has forked, and waits until they are gone."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process, 0)

    @contextlib.contextmanager
    def _worker(self, order: bytes) -> Iterator[socket.socket]:
        """Has the zygote fork a worker and yields what leads to it."""
        ours, theirs = _pair()
        with ours:
            with theirs:
                self._give(order, theirs)
            ours.settimeout(PATIENCE)
            yield ours

    def _give(self, order: bytes, channel: socket.socket) -> None:
        try:
            socket.send_fds(self._control, [order], [channel.fileno()])
        except OSError as error:
            if error.errno in host_faults.SCARCE:
                raise host_faults.refused("hand over a socket", error) from error
            raise

    def _end(self, order: bytes) -> End:
        """Has the zygote bury the worker and tell how it died."""
        self._control.sendall(order)
        answer = b""
        while len(answer) < ENDED:
            part = self._control.recv(ENDED - len(answer))
            if not part:
                raise LaneLost("its process is gone")
            answer += part
        status, microseconds, peak = (int.from_bytes(answer[at : at + 8], "big") for at in (0, 8, 16))
        if status >= UNBORN:
            return End(code=0, cpu_ms=0.0, grown_mb=0.0, refused=status - UNBORN)
        return End(
            code=os.waitstatus_to_exitcode(status),
            cpu_ms=microseconds / 1000,
            grown_mb=termination.grown_mb(peak),
        )


def _start(control: int, name: str, environment: Mapping[str, str]) -> int:
    files: list[tuple[Any, ...]] = [(os.POSIX_SPAWN_DUP2, control, 0)]
    for output in (1, 2):
        if Path(os.devnull).exists():
            files.append((os.POSIX_SPAWN_OPEN, output, os.devnull, os.O_WRONLY, 0))
        else:  # a bare chroot
            files.append((os.POSIX_SPAWN_CLOSE, output))
    command = engine.command("zygote", name)
    try:
        # A process group of its own: Ctrl-C is for us, and everything it forks can be ended at once.
        # No signal is ignored or blocked, whatever our parent does: a zygote has to see its children end.
        return os.posix_spawn(
            command[0],
            command,
            environment,
            file_actions=files,
            setpgroup=0,
            setsigmask=(),
            setsigdef=SIGNALS,
        )
    except OSError as error:
        if error.errno in host_faults.SCARCE:
            raise host_faults.refused("start its process", error) from error
        raise engine.unavailable(str(error)) from error


def _pair() -> tuple[socket.socket, socket.socket]:
    try:
        return socket.socketpair()
    except OSError as error:
        raise host_faults.refused("open a socket", error) from error


def _send(channel: socket.socket, payload: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # its end will say more
        channel.settimeout(PATIENCE)
        channel.sendall(payload)


def _listen_to_all(
    channel: socket.socket, jobs: Sequence[Job], payloads: Sequence[bytes]
) -> Iterator[Conversation]:
    """Gives a worker one job after the other, each while it is busy with the one before if that is safe."""
    sent, rest = 0, b""
    for number, job in enumerate(jobs):
        while sent <= number or (sent == number + 1 < len(jobs) and len(payloads[sent]) <= AHEAD):
            payload = payloads[sent]
            _send(channel, payload if sent else protocol.for_all(payload, jobs, max(map(len, payloads))))
            sent += 1
        inbox = protocol.Inbox(job, rest)
        conversation = _listen(channel, HostCallLog(job, None), job, inbox)
        if conversation.ending == "answered" and protocol.is_complete(conversation.reply):
            rest = inbox.take_rest()
            conversation = replace(conversation, reply=inbox.reply)
        yield conversation
        grown = protocol.growth_mb(conversation.reply)
        if conversation.ending != "answered" or not 0 <= grown <= batching.RETIRED_MB:
            return


def _certain(jobs: Sequence[Job], results: Sequence[Result], grown: Sequence[float]) -> Iterator[Result]:
    for number, result in enumerate(results):
        if number and not batching.is_certain(result, jobs[number], grown[number]):
            return
        yield result


def _listen(channel: socket.socket, desk: HostCallLog, job: Job, inbox: protocol.Inbox) -> Conversation:
    started = time.perf_counter()

    def spent() -> float:
        return time.perf_counter() - started - desk.seconds

    def stop(reason: Literal["answered", "hung up", "wall"]) -> Conversation:
        return Conversation(reply=inbox.reply, ending=reason, wall_ms=spent() * 1000)

    while not inbox.is_done:
        call = inbox.take_call()
        answer = None if call is None else desk.reply(call)
        left = job.wall_ms * job.patience / 1000 - spent()
        if left <= 0:
            return stop("wall")
        channel.settimeout(left)
        try:
            if not _exchange(channel, inbox, answer):
                return stop("hung up")
        except TimeoutError:
            return stop("wall")
        except (BrokenPipeError, ConnectionResetError):
            return stop("hung up")
    return stop("answered")


def _exchange(channel: socket.socket, inbox: protocol.Inbox, answer: bytes | None) -> bool:
    """Sends an answer, or receives what comes next; returns whether the worker is still there."""
    if answer is not None:
        channel.sendall(answer)
        return True
    chunk = channel.recv(CHUNK)
    inbox.add(chunk)
    return bool(chunk)
