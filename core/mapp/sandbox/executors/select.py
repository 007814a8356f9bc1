"""Selects the executor for this system."""

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
    """Returns the best executor that this system supports.

    Args:
        least: the weakest isolation to accept. For anything but "none", processes try to break out to measure
            the isolation.
        notes: a file that caches the measured isolation until the machine restarts.
        engine: one of `ENGINES`.
        environment: the environment variables of the engine's processes.

    Raises:
        SandboxUnavailable: the isolation is weaker than `least`, or the engine is not installed.
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
    """Returns the error for a machine whose isolation is weaker than a setting requires."""
    scripts = {"isolation": "Scripts", "isolation_strangers": "Third-party apps"}[setting]
    return SandboxUnavailable(
        f"{scripts} need the isolation {least!r}, but this machine offers only {isolation!r}.",
        hint=f"run them on another machine, or accept less: mapp config {setting} {isolation}",
    )


def _best(notes: Path | None, engine: str, environment: Mapping[str, str]) -> Executor:
    if hasattr(os, "fork") and hasattr(os, "posix_spawn"):
        from mapp.sandbox.executors.forking import ForkingExecutor

        return ForkingExecutor(notes=notes, engine=engine, environment=environment)
    from mapp.sandbox.executors.spawning import SpawningExecutor

    return SpawningExecutor(notes=notes, engine=engine, environment=environment)
