"""How a worker that said nothing sensible ended: its exit status, in our words."""

from __future__ import annotations

import signal
import sys

from mapp.sandbox.executor import Job, Killed


def overdue(job: Job, wall_ms: float, cpu_ms: float | None = None) -> Killed:
    """The result of a script that was still running when its time was up."""
    spent = "" if cpu_ms is None else f", {cpu_ms:.0f} ms of it computing"
    return Killed(reason="wall", detail=f"still running after {job.wall_ms} ms{spent}", wall_ms=wall_ms)


def died(code: int, wall_ms: float) -> Killed:
    """The result of a worker that ended without a reply; a negative `code` is a signal's."""
    if code == -getattr(signal, "SIGXCPU", 0) and code < 0:
        return Killed(reason="cpu", detail="used up its CPU time", wall_ms=wall_ms)
    return Killed(reason="crash", detail=_words(code), wall_ms=wall_ms)


def _words(code: int) -> str:
    if code >= 0 or sys.platform == "win32":
        return f"the worker ended with status {code} and no reply"
    try:
        return f"the worker was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"the worker was killed by signal {-code}"
