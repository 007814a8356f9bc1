"""Picks the executor that suits this system."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mapp.errors import SandboxUnavailable
from mapp.sandbox.engine import DEFAULT, ENVIRONMENT, extension
from mapp.sandbox.executor import Executor, Isolation, is_enough


def open_executor(
    *,
    least: Isolation = "process",
    notes: Path | None = None,
    engine: str = DEFAULT,
    environment: Mapping[str, str] = ENVIRONMENT,
) -> Executor:
    """Returns the best executor that this system offers.

    `least` is the weakest isolation to accept: "none", "process" or "full". All but the first have to be
    found out, by processes that try to break out; `notes` is a file that keeps what they found until the
    machine is started anew. `engine` is one of `ENGINES`; `environment` is that of its processes.

    Raises:
        SandboxUnavailable: if that isolates less than `least`, or there is no such engine here.
    """
    extension(engine)
    executor = _best(notes, engine, environment)
    if least == "none":
        return executor
    isolation = executor.isolation
    if is_enough(isolation, least):
        return executor
    executor.close()
    raise too_little(isolation, least, "isolation")


def too_little(isolation: Isolation, least: Isolation, setting: str) -> SandboxUnavailable:
    """Returns the error for a machine that isolates less than a setting demands."""
    whose = {"isolation": "Scripts", "isolation_strangers": "Apps that others wrote"}[setting]
    return SandboxUnavailable(
        f"{whose} need the isolation {least!r}, and this machine has {isolation!r}.",
        hint=f"run them elsewhere, or accept less: mapp config {setting} {isolation}",
    )


def _best(notes: Path | None, engine: str, environment: Mapping[str, str]) -> Executor:
    if hasattr(os, "fork") and hasattr(os, "posix_spawn"):
        from mapp.sandbox.executors.forking import ForkingExecutor

        return ForkingExecutor(notes=notes, engine=engine, environment=environment)
    from mapp.sandbox.executors.spawning import SpawningExecutor

    return SpawningExecutor(notes=notes, engine=engine, environment=environment)
