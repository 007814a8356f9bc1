"""Keeps what was found out about this machine's isolation until something changes that could change it."""

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
MATTERING = (
    "escape_attempt.py",
    "confinement.py",
    "escape_probe.py",
    "../executors/spawning.py",
    "worker.py",
    "zygote.py",
)


def noted(file: Path | None, name: str = engine.DEFAULT) -> Isolation | None:
    """Returns the level that was measured under the same circumstances, or None."""
    with contextlib.suppress(OSError, ValueError):
        if file is not None:
            level, _, circumstances = read_plain(file, follow=True).decode("utf-8").partition("\n")
            return LEVELS.get(level) if circumstances == _circumstances(name) else None
    return None


def note(file: Path | None, level: Isolation, name: str = engine.DEFAULT) -> None:
    """Keeps a level; where nothing can be written it is measured again the next time."""
    with contextlib.suppress(OSError):
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f"{file.name}.{os.getpid()}")
            draft.write_text(f"{level}\n{_circumstances(name)}", encoding="utf-8")
            draft.replace(file)


def _circumstances(name: str) -> str:
    """Boot, kernel, user, interpreter, engine, our own files; raises OSError where no boot is known."""
    if not hasattr(os, "uname"):
        raise OSError("nothing says here when the machine was started")
    states = (Path(engine.HERE, name).stat() for name in MATTERING)
    ours = [f"{state.st_size} {state.st_mtime_ns}" for state in states]
    kernel = os.uname()
    parts = (BOOT.read_text().strip(), kernel.release, kernel.version, kernel.machine, f"{os.geteuid()}")
    return "\n".join([*parts, sys.executable, engine.version(name), *ours]) + "\n"
