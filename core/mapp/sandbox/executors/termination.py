"""Results of runs that did not end by themselves: a limit ended them, or their worker died."""

from __future__ import annotations

import math
import signal
import sys
from dataclasses import dataclass

from mapp.sandbox.executor import Job, Killed

EXHAUSTED = 71  # as in worker.py
UNCONFINED = "SIGUSR1"  # how a worker ends that could not be confined; as in confinement.py
OWN = frozenset(
    getattr(signal, name)
    for name in (
        *("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS"),
        *("SIGXCPU", "SIGXFSZ", "SIGPIPE"),
    )
    if hasattr(signal, name)
)
"""The signals that a process can cause itself; any other came from outside."""
ENGINE_MB = 128  # the engine's own limit
BARE_MB = 12  # resident memory of a worker before it reads its job


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """Something other than the script ended the worker; `detail` says what, in plain words."""

    detail: str


def overdue(job: Job, wall_ms: float, cpu_ms: float | None = None) -> Killed:
    """Returns the result of a script that was still running when its time was up."""
    spent = "" if cpu_ms is None else f", {cpu_ms:.0f} ms of it computing"
    detail = f"still running after {job.wall_ms * job.patience} ms{spent}"
    return Killed(reason="wall", detail=detail, wall_ms=wall_ms, cpu_ms=cpu_ms)


def out_of_memory(job: Job, wall_ms: float) -> Killed:
    """Returns the result of a script that exceeded its memory limit."""
    return Killed(reason="memory", detail=f"more than {job.memory_mb} MB of memory", wall_ms=wall_ms)


def too_much_output(job: Job, wall_ms: float) -> Killed:
    """Returns the result of a script that exceeded its output limit."""
    return Killed(reason="output", detail=f"more than {job.output_kb} kB of output", wall_ms=wall_ms)


def is_exhausted(job: Job, grown_mb: float) -> bool:
    """Returns whether a worker had used so much memory that this explains its failure."""
    return grown_mb > min(job.memory_mb, ENGINE_MB) / 2


def grown_mb(peak: int) -> float:
    """Returns how much a worker grew beyond its initial size, in MB, from its `ru_maxrss`."""
    return peak / (2**20 if sys.platform == "darwin" else 2**10) - BARE_MB


def died(job: Job, code: int, grown_mb: float, wall_ms: float, cpu_ms: float = 0.0) -> Killed | Outside:
    """Returns the result of a worker that ended without a reply. A negative `code` is a signal's number."""
    spent = cpu_ms > 1000 * cpu_seconds(job)  # a worker that blocks the first signal receives the second
    if code < 0 and (code == -getattr(signal, "SIGXCPU", 0) or (code == -9 and spent)):
        return Killed(reason="cpu", detail="used up its CPU time", wall_ms=wall_ms)
    if code == EXHAUSTED:
        return out_of_memory(job, wall_ms)
    if code < 0 and is_exhausted(job, grown_mb):  # the engine does not survive every failed allocation
        detail = f"{out_of_memory(job, wall_ms).detail}; {_words(code)}"
        return Killed(reason="memory", detail=detail, wall_ms=wall_ms)
    if code < 0 and is_foreign(-code):
        return ended_from_outside(-code)
    return Killed(reason="crash", detail=_words(code), wall_ms=wall_ms)


def ended_from_outside(number: int) -> Outside:
    """Returns the result of a process that a foreign signal ended."""
    name = name_of(number)
    if name == UNCONFINED:
        return Outside(detail="the system refused to confine its process")
    return Outside(detail=f"its process was ended from outside by {name}")


def cpu_seconds(job: Job) -> int:
    """Returns the limit of CPU time for a job in seconds; normally the wall-clock limit ends it first."""
    return math.ceil(job.wall_ms / 1000) + 1


def is_foreign(number: int) -> bool:
    """Returns whether a signal must have come from outside: from a person, or a system short of memory."""
    return number in signal.valid_signals() - OWN


def _words(code: int) -> str:
    if code >= 0 or sys.platform == "win32":
        return f"the worker ended with status {code} and no reply"
    return f"the worker was killed by {name_of(-code)}"


def name_of(number: int) -> str:
    """Returns a signal's name, such as `SIGKILL`."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
