"""How a run was ended that did not end by itself: by its limits, or by the death of its worker."""

from __future__ import annotations

import signal
import sys

from mapp.sandbox.executor import Job, Killed

EXHAUSTED = 71  # as in worker.py
ENGINE_MB = 128  # the engine's own limit
BARE_MB = 12  # what a worker has resident before it reads its job


def overdue(job: Job, wall_ms: float, cpu_ms: float | None = None) -> Killed:
    """The result of a script that was still running when its time was up."""
    spent = "" if cpu_ms is None else f", {cpu_ms:.0f} ms of it computing"
    return Killed(reason="wall", detail=f"still running after {job.wall_ms} ms{spent}", wall_ms=wall_ms)


def out_of_memory(job: Job, wall_ms: float) -> Killed:
    """The result of a script that wanted more memory than it may have."""
    return Killed(reason="memory", detail=f"more than {job.memory_mb} MB of memory", wall_ms=wall_ms)


def too_much_output(job: Job, wall_ms: float) -> Killed:
    """The result of a script that said more than it may."""
    return Killed(reason="output", detail=f"more than {job.output_kb} kB of output", wall_ms=wall_ms)


def is_exhausted(job: Job, grown_mb: float) -> bool:
    """Whether a worker that broke had used so much memory that its breaking is no surprise."""
    return grown_mb > min(job.memory_mb, ENGINE_MB) / 2


def grown_mb(peak: int) -> float:
    """Returns by how much a worker grew beyond its first state, from its `ru_maxrss`."""
    return peak / (2**20 if sys.platform == "darwin" else 2**10) - BARE_MB


def died(job: Job, code: int, grown_mb: float, wall_ms: float) -> Killed:
    """The result of a worker that ended without a reply; a negative `code` is a signal's."""
    if code == -getattr(signal, "SIGXCPU", 0) and code < 0:
        return Killed(reason="cpu", detail="used up its CPU time", wall_ms=wall_ms)
    if code == EXHAUSTED:
        return out_of_memory(job, wall_ms)
    if code < 0 and is_exhausted(job, grown_mb):  # the engine does not survive every failed allocation
        detail = f"{out_of_memory(job, wall_ms).detail}; {_words(code)}"
        return Killed(reason="memory", detail=detail, wall_ms=wall_ms)
    return Killed(reason="crash", detail=_words(code), wall_ms=wall_ms)


def _words(code: int) -> str:
    if code >= 0 or sys.platform == "win32":
        return f"the worker ended with status {code} and no reply"
    try:
        return f"the worker was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"the worker was killed by signal {-code}"
