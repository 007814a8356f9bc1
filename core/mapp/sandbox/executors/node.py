"""Runs jobs in `node` to compare engines. This is not a sandbox for untrusted code.

A node context does not isolate. The process itself is limited by node's permission flags (no files, no
processes), disabled compilers, a heap limit, an empty folder, an empty environment, and a timer that ends the
whole process group. The network is open. So `isolation` is `none`, and mapp uses this executor only when a
person asks for a comparison.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from mapp.config import environment
from mapp.errors import SandboxUnavailable
from mapp.sandbox import engine, host_faults
from mapp.sandbox.executor import Inspection, Isolation, Job, Killed, Result, Threw
from mapp.sandbox.executors import protocol, termination
from mapp.sandbox.host_calls import Broker

OLDEST: Final = 20
TOO_LARGE: Final = (
    "Array buffer allocation failed",
    "Invalid string length",
    "Invalid typed array length",
    "Maximum BigInt size",
)
PATIENCE: Final = 20.0
"""Seconds that node may take to start, and to notice that a job's time is over."""
HEADER: Final = 32  # bytes before the job itself, as in worker.py
SCRIPT: Final = Path(__file__).with_name("node.js")
# Code from strings is refused outside the contexts: a script that escapes one would need it first.
FLAGS: Final = ("--jitless", "--no-warnings", "--disallow-code-generation-from-strings")
# Features that node 20 implements but hides behind flags.
HIDDEN_FEATURES: Final = (
    "--harmony-iterator-helpers",
    "--harmony-rab-gsab-transfer",
)
HINT: Final = f"install node {OLDEST} or newer and make sure that `node` is on the PATH"


class Gone(Exception):
    """The process ended before it replied, by itself or because its time was up."""


def find_node() -> str | None:
    """Returns the path of node, or None if it is not installed."""
    return shutil.which("node", path=environment().get("PATH"))


class NodeExecutor:
    """An Executor that runs a batch of jobs in one node process, each in a separate context.

    Host calls are refused.
    """

    def __init__(self) -> None:
        """Finds node; raises SandboxUnavailable if it is not installed or too old."""
        path = find_node()
        if path is None:
            raise SandboxUnavailable("Cannot compare with node: it is not installed.", hint=HINT)
        self._node = path
        self._closed = False
        if self._major < OLDEST:
            raise SandboxUnavailable(f"Cannot compare with {self.engine}: it is too old.", hint=HINT)

    @cached_property
    def engine(self) -> str:
        """The engine and its version."""
        try:
            command = [self._node, "--version"]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=PATIENCE, env={}
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SandboxUnavailable(f"node does not report its version: {error}.", hint=HINT) from error
        return f"node {done.stdout.strip().removeprefix('v')}"

    @property
    def isolation(self) -> Isolation:
        """How well the machine is protected from a script that has taken over the engine: not at all."""
        return "none"

    def run(self, job: Job, broker: Broker | None = None) -> Result:
        """Runs a job and returns its result; raises SandboxUnavailable. Ignores the broker."""
        return self.run_batch([job])[0]

    def run_batch(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results in the order of the jobs; raises SandboxUnavailable if node does not start."""
        if self._closed:
            raise SandboxUnavailable("The sandbox has been closed.")
        results: list[Result] = []
        while len(results) < len(jobs):
            results += self._run_until_gone(jobs[len(results) :])
        return results

    def inspect(self, source: str) -> Inspection | Threw | Killed:
        """Evaluates the script without calling any function, and lists its functions."""
        job = protocol.inspection(source)
        with self._process(job.memory_mb) as process:
            return protocol.functions_of(_converse(process, job, inspect=True))

    def warm(self) -> None:
        """Does nothing: every batch starts a new process."""

    def close(self) -> None:
        """Makes further runs an error. No process is left to end."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run_until_gone(self, jobs: Sequence[Job]) -> list[Result]:
        """Returns the results of the first jobs, at least one, up to the job that ended the process."""
        results: list[Result] = []
        with self._process(max(job.memory_mb for job in jobs)) as process:
            for job in jobs:
                results.append(_converse(process, job))
                if process.poll() is not None:
                    break
        return results

    @property
    def _major(self) -> int:
        return int(self.engine.removeprefix("node ").partition(".")[0])

    @contextlib.contextmanager
    def _process(self, memory_mb: int) -> Iterator[subprocess.Popen[bytes]]:
        with tempfile.TemporaryDirectory(prefix="mapp-node-") as folder:
            process = self._start(folder, memory_mb)
            try:
                _await_ready(process)
                yield process
            finally:
                _end(process)

    def _start(self, folder: str, memory_mb: int) -> subprocess.Popen[bytes]:
        flags = [*FLAGS, f"--max-old-space-size={memory_mb}"]
        flags.append("--permission" if self._major >= 23 else "--experimental-permission")
        flags += HIDDEN_FEATURES if self._major == OLDEST else []
        try:
            process = subprocess.Popen(
                [self._node, *flags, "-e", SCRIPT.read_text(encoding="utf-8")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=engine.ENVIRONMENT,
                cwd=folder,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxUnavailable(f"node did not start: {error}.", hint=HINT) from error
        _limit(process.pid)
        return process


def _limit(process: int) -> None:
    """Forbids writing files and core dumps, on systems that can set another process's limits."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError):
            for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
                resource.prlimit(process, what, (0, 0))


def _streams(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _await_ready(process: subprocess.Popen[bytes]) -> None:
    prelude, mathematics = ((engine.HERE / name).read_text(encoding="utf-8") for name in engine.PRELUDE)
    sources = json.dumps({"prelude": prelude, "mathematics": mathematics}).encode()
    try:
        line = _exchange(process, sources, seconds=PATIENCE, longest=100)
    except Gone as error:
        raise SandboxUnavailable("node did not start: its process ended at once.", hint=HINT) from error
    if line != b"ready\n":
        raise SandboxUnavailable("node did not start: its answer was unexpected.", hint=HINT)


def _converse(process: subprocess.Popen[bytes], job: Job, *, inspect: bool = False) -> Result:
    """Runs one job and returns its result. The job may end the process."""
    try:
        payload = protocol.encode(job, inspect=inspect)
    except protocol.InputTooLarge as error:
        return Killed(reason="memory", detail=str(error), wall_ms=0.0)
    size = int.from_bytes(payload[:8], "big")
    texts = (payload[HEADER : HEADER + size], payload[HEADER + size :])
    text, subject = (part.decode("utf-8", "surrogatepass") for part in texts)
    order = json.dumps({"job": text, "subject": subject, "wall": job.wall_ms}).encode()
    started = time.perf_counter()
    try:
        line = _exchange(
            process, order, seconds=job.wall_ms / 1000 + PATIENCE, longest=2 * protocol.reply_limit(job)
        )
    except Gone:
        wall_ms = (time.perf_counter() - started) * 1000
        code = process.wait()
        if code == -signal.SIGABRT:  # how node ends when it runs out of memory
            return termination.out_of_memory(job, wall_ms)
        if code == -signal.SIGKILL:
            return termination.overdue(job, wall_ms)
        result = termination.died(job, code, 0.0, wall_ms)
        if isinstance(result, termination.Outside):
            raise host_faults.Lost(result.detail) from None
        return result
    return _result(line, job, (time.perf_counter() - started) * 1000)


def _result(line: bytes, job: Job, wall_ms: float) -> Result:
    try:
        tag, body = json.loads(line)
        data = body.encode("utf-8", "replace")
        reply = tag.encode() + len(data).to_bytes(8, "big") + bytes(8) + data
    except (ValueError, TypeError, AttributeError):
        return termination.too_much_output(job, wall_ms)
    result = termination.overdue(job, wall_ms) if tag == "T" else protocol.decode(reply, job, wall_ms)
    # QuickJS throws an InternalError for these. Node's results are only compared, so trusting it is harmless.
    if isinstance(result, Threw) and result.name == "RangeError" and result.message.startswith(TOO_LARGE):
        return termination.out_of_memory(job, wall_ms)
    return result


def _exchange(process: subprocess.Popen[bytes], line: bytes, *, seconds: float, longest: int) -> bytes:
    """Sends a line and returns the answer; raises Gone. Kills the process when its time is up."""
    source, sink = _streams(process)
    timer = threading.Timer(seconds, _kill, [process])
    timer.start()
    try:
        source.write(line + b"\n")
        source.flush()
        answer = sink.readline(longest)
    except OSError as error:
        raise Gone from error
    finally:
        timer.cancel()
        timer.join()
    if not answer:
        raise Gone
    return answer


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill(process)
    process.wait()
    for stream in _streams(process):
        with contextlib.suppress(OSError):
            stream.close()
