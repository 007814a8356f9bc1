"""Picks the executor that suits this system."""

from __future__ import annotations

import os
from pathlib import Path

from mapp.errors import SandboxUnavailable
from mapp.sandbox.executor import Executor

STRENGTH = {"none": 0, "process": 1, "full": 2}
WEAKEST = "process"  # what both executors give anywhere


def open_executor(*, least: str = "process", notes: Path | None = None) -> Executor:
    """Returns the best executor that this system offers.

    `least` is the weakest isolation to accept: "none", "process" or "full". Only the last has to be found out
    by starting a helper process; otherwise nothing starts before the first run. `notes` is a file that keeps
    what was found out until the machine is started anew.

    Raises:
        SandboxUnavailable: if that isolates less than `least`.
    """
    executor = _best(notes)
    if STRENGTH[least] <= STRENGTH[WEAKEST]:
        return executor
    isolation = executor.isolation
    if STRENGTH[isolation] >= STRENGTH[least]:
        return executor
    executor.close()
    raise SandboxUnavailable(
        f"Scripts are isolated by {isolation!r} here, and the settings demand at least {least!r}.",
        hint=f"allow it with: mapp config isolation {isolation}",
    )


def _best(notes: Path | None) -> Executor:
    if hasattr(os, "fork") and hasattr(os, "posix_spawn"):
        from mapp.sandbox.forking import ForkingExecutor

        return ForkingExecutor(notes=notes)
    from mapp.sandbox.spawning import SpawningExecutor

    return SpawningExecutor()
