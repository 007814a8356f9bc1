"""Caches this machine's measured isolation until something changes that could affect it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from mapp.plain_files import read_plain
from mapp.sandbox import engine
from mapp.sandbox.executor import Isolation

LEVELS: dict[str, Isolation] = {"full": "full", "process": "process", "none": "none"}
BOOT = Path("/proc/sys/kernel/random/boot_id")
RELEVANT_FILES = (
    "escape_attempt.py",
    "confinement.py",
    "escape_probe.py",
    "../executors/spawning.py",
    "worker.py",
    "zygote.py",
)


def load(file: Path | None, name: str = engine.DEFAULT) -> Isolation | None:
    """Returns the level that was measured under the same circumstances, or None."""
    with contextlib.suppress(OSError, ValueError):
        if file is not None:
            level, _, circumstances = read_plain(file, follow=True).decode("utf-8").partition("\n")
            return LEVELS.get(level) if circumstances == _circumstances(name) else None
    return None


def save(file: Path | None, level: Isolation, name: str = engine.DEFAULT) -> None:
    """Saves a level. If the file cannot be written, the next executor measures again."""
    with contextlib.suppress(OSError):
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f"{file.name}.{os.getpid()}")
            draft.write_text(f"{level}\n{_circumstances(name)}", encoding="utf-8")
            draft.replace(file)


def _circumstances(name: str) -> str:
    """Returns boot, kernel, user, interpreter, engine and files; raises OSError if the boot is unknown."""
    if not hasattr(os, "uname"):
        raise OSError("this system does not say when it was started")
    states = (Path(engine.HERE, name).stat() for name in RELEVANT_FILES)
    ours = [f"{state.st_size} {state.st_mtime_ns}" for state in states]
    kernel = os.uname()
    parts = (BOOT.read_text().strip(), kernel.release, kernel.version, kernel.machine, f"{os.geteuid()}")
    return "\n".join([*parts, sys.executable, engine.version(name), *ours]) + "\n"
