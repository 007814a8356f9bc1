"""A lane: one zygote process, and the exchange of jobs and replies with its workers."""

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
from mapp.sandbox.executor import Isolation, Job, Killed, Result, Then
from mapp.sandbox.executors import batching, protocol, termination

PATIENCE = 30.0  # seconds to wait for a process that should answer at once; a busy machine is slow
CHUNK = 1 << 18
READY: dict[bytes, Isolation] = {b"F": "full", b"P": "process"}  # as in worker.py
RUN, MANY, SPARE, WAIT, KILL = b"R", b"M", b"S", b"W", b"K"  # as in zygote.py
PROBE = b"T"  # as in escape_probe.py, with the answers below
HELD: dict[bytes, Isolation] = {b"F": "full", b"P": "process", b"N": "none"}
SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
REFUSED, UNBORN = b"!", 1 << 32  # as in zygote.py
ENDED = 24
AHEAD = 1 << 16  # the largest job in bytes to send while the worker is still busy: any socket buffers as much


class LaneLost(Exception):
    """The zygote is gone or does not answer, or something outside ended the worker. The cause is unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A worker's reply, and why we stopped listening."""

    reply: bytes
    ending: Literal["answered", "hung up", "wall"]
    wall_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """How a worker ended: its exit code (negative for a signal), CPU time and memory.

    If the system refused to fork, there was no worker; `refused` is the reason, as in `errno`.
    """

    code: int
    cpu_ms: float
    grown_mb: float
    refused: int = 0


class Lane:
    """One zygote and the socket that controls it."""

    def __init__(self, process: int, control: socket.socket) -> None:
        self.process = process
        self._control = control
        self._isolation: Isolation | None = None
        self._spares = 0
        self._followed = 0

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
        """Waits until the zygote is ready and returns its isolation; raises SandboxUnavailable."""
        if self._isolation is None:
            answer = b""
            with contextlib.suppress(OSError):
                answer = self._control.recv(1)
            if answer not in READY:
                raise self._refusal() if answer == REFUSED else self._failed_start()
            self._isolation = READY[answer]
        return self._isolation

    def _refusal(self) -> host_faults.Refused:
        """Reads what the system refused to the zygote."""
        answer = b""
        with contextlib.suppress(OSError):
            while len(answer) < 5 or len(answer) < 5 + answer[4]:
                part = self._control.recv(CHUNK)
                if not part:
                    break
                answer += part
        return host_faults.Refused(answer[5:].decode("utf-8", "replace"), int.from_bytes(answer[:4], "big"))

    def _failed_start(self) -> SandboxUnavailable:
        """Returns the error for a zygote that ended silently, with the signal that ended it if known."""
        try:
            end = os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except (OSError, AttributeError):  # a parent that ignores its children; macOS
            end = None
        if end is not None and end.si_code != os.CLD_EXITED and termination.is_foreign(end.si_status):
            return host_faults.Lost(termination.ended_from_outside(end.si_status).detail)
        return engine.unavailable("its process ended at once")

    def measured(self) -> Isolation:
        """Measures the isolation by having the zygote's children try to escape; raises SandboxUnavailable."""
        self.isolation()
        try:
            self._control.sendall(PROBE)
            answer = self._control.recv(1)
        except OSError as error:
            raise host_faults.Lost(f"its isolation could not be measured: {error}") from error
        if answer == REFUSED:
            raise self._refusal()
        if answer not in HELD:
            raise host_faults.Lost("it ended while its isolation was measured")
        return HELD[answer]

    def run(self, job: Job, payload: bytes, call_log: HostCallLog) -> Result:
        """Runs one job; raises LaneLost, or SandboxUnavailable if the zygote never got ready."""
        self.isolation()
        try:
            with self._worker(RUN) as channel:
                _send(channel, payload)
                conversation = _listen(channel, call_log, job, protocol.Inbox(job))
            return self._finish(job, conversation)
        except OSError as error:
            raise LaneLost(str(error)) from error

    def run_then(
        self, job: Job, payload: bytes, call_log: HostCallLog, then: Then
    ) -> tuple[Result, Result | None]:
        """Runs one job, and in the same worker the one that `then` makes of its result; raises as `run` does.

        The second result is None if there is no second job, or if the worker was lost with it.
        """
        self.isolation()
        try:
            if self._followed:  # a command that runs one app once has no use for a context made in advance
                self._prepare(1)
            with self._worker(RUN) as channel:
                _send(channel, payload)
                conversation = _listen(channel, call_log, job, protocol.Inbox(job))
                said = self._second(channel, job, conversation, then)
            return self._finish(job, conversation), said
        except OSError as error:
            raise LaneLost(str(error)) from error

    def _second(
        self, channel: socket.socket, job: Job, conversation: Conversation, then: Then
    ) -> Result | None:
        """Puts the second job to a worker that has answered the first, and returns its result."""
        if conversation.ending != "answered":
            return None
        second = then(protocol.decode(conversation.reply, job, conversation.wall_ms))
        if second is None:
            return None
        self._followed += 1
        try:
            _send(channel, protocol.encode(second))
            said = _listen(channel, HostCallLog(second, None), second, protocol.Inbox(second))
        except (OSError, protocol.InputTooLarge):
            return None
        match said.ending:
            case "answered":
                return protocol.decode(said.reply, second, said.wall_ms)
            case "wall":
                return termination.overdue(second, said.wall_ms, None)
        return None

    def run_many(self, jobs: Sequence[Job], payloads: Sequence[bytes]) -> list[Result]:
        """Runs jobs of one program in one worker until it needs replacing; raises as `run` does.

        Returns the results of the first jobs, at least one.
        """
        self.isolation()
        try:
            self._prepare(batching.contexts(jobs))
            with self._worker(MANY) as channel:
                replies = list(_listen_to_all(channel, jobs, payloads))
            last = self._finish(jobs[len(replies) - 1], replies[-1])
            if len(replies) > 1 and isinstance(last, Killed):  # its CPU time includes the jobs before
                last = replace(last, cpu_ms=None)
        except OSError as error:
            raise LaneLost(str(error)) from error
        before = zip(jobs, replies[:-1], strict=False)
        results = [protocol.decode(one.reply, job, one.wall_ms) for job, one in before]
        grown = [protocol.growth_mb(one.reply) for one in replies]
        return list(_certain(jobs, [*results, last], grown))

    def _prepare(self, spares: int) -> None:
        """Has the zygote make fresh contexts before any job's time starts."""
        if spares > self._spares:
            self._control.sendall(SPARE + bytes([spares]))
            if self._control.recv(1) != SPARE:
                raise LaneLost("its process is gone")
            self._spares = spares

    def _finish(self, job: Job, conversation: Conversation) -> Result:
        """Ends the worker and returns the result of its last job; raises LaneLost and Refused."""
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
                result = termination.died(job, end.code, end.grown_mb, wall_ms, end.cpu_ms)
                if isinstance(result, termination.Outside):
                    raise LaneLost(result.detail)
                return result

    def close(self) -> None:
        """Ends the zygote and everything it has forked, and waits for it."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.process, 0)

    @contextlib.contextmanager
    def _worker(self, order: bytes) -> Iterator[socket.socket]:
        """Has the zygote fork a worker and yields the socket that leads to it."""
        ours, theirs = _pair()
        with ours:
            with theirs:
                self._hand_over(order, theirs)
            ours.settimeout(PATIENCE)
            yield ours

    def _hand_over(self, order: bytes, channel: socket.socket) -> None:
        try:
            socket.send_fds(self._control, [order], [channel.fileno()])
        except OSError as error:
            if error.errno in host_faults.SCARCE:
                raise host_faults.refused("hand over a socket", error) from error
            raise

    def _end(self, order: bytes) -> End:
        """Has the zygote reap the worker and report how it ended."""
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
        # A separate process group: Ctrl-C reaches only us, and we can end everything that the zygote forks.
        # No signal is ignored or blocked, even if our parent does so: a zygote must see its children end.
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
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the worker's exit status will say more
        channel.settimeout(PATIENCE)
        channel.sendall(payload)


def _listen_to_all(
    channel: socket.socket, jobs: Sequence[Job], payloads: Sequence[bytes]
) -> Iterator[Conversation]:
    """Yields the replies of a worker that receives one job after another.

    A small job is sent ahead, while the worker is still busy with the one before.
    """
    sent, rest = 0, b""
    for number, job in enumerate(jobs):
        while sent <= number or (sent == number + 1 < len(jobs) and len(payloads[sent]) <= AHEAD):
            payload = payloads[sent]
            _send(channel, payload if sent else protocol.for_all(payload, jobs, max(map(len, payloads))))
            sent += 1
        inbox = protocol.Inbox(job, rest)
        conversation = _listen(channel, HostCallLog(job, None), job, inbox)  # no host calls in a batch
        if conversation.ending == "answered" and protocol.is_complete(conversation.reply):
            rest = inbox.take_rest()
            conversation = replace(conversation, reply=inbox.reply)
        yield conversation
        grown = protocol.growth_mb(conversation.reply)
        if conversation.ending != "answered" or not 0 <= grown <= batching.RETIRED_MB:
            return


def _certain(jobs: Sequence[Job], results: Sequence[Result], grown: Sequence[float]) -> Iterator[Result]:
    """Yields the results up to the first one that may differ in a separate worker."""
    for number, result in enumerate(results):
        if number and not batching.is_certain(result, jobs[number], grown[number]):
            return
        yield result


def _listen(channel: socket.socket, call_log: HostCallLog, job: Job, inbox: protocol.Inbox) -> Conversation:
    """Receives and answers host calls until the reply is complete, the worker hangs up or time is up."""
    started = time.perf_counter()

    def spent() -> float:
        return time.perf_counter() - started - call_log.seconds

    def stop(reason: Literal["answered", "hung up", "wall"]) -> Conversation:
        return Conversation(reply=inbox.reply, ending=reason, wall_ms=spent() * 1000)

    while not inbox.is_done:
        call = inbox.take_call()
        answer = None if call is None else call_log.reply(call)
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
    """Sends an answer or receives the next bytes; returns whether the worker is still connected."""
    if answer is not None:
        channel.sendall(answer)
        return True
    chunk = channel.recv(CHUNK)
    inbox.add(chunk)
    return bool(chunk)
