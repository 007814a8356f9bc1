"""Simulates a system that refuses: folders without write permission, and full disks."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from support.terminal import Answer

_DROP_FROM_BOUNDING_SET = 24
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: with them root may write anywhere


def _as_anybody() -> None:
    """Drops the capabilities that let root ignore file modes; runs between fork and exec."""
    libc = ctypes.CDLL(None)
    for capability in _OVERRIDES:
        libc.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


def mapp_without_rights(*words: str) -> Answer:
    """Returns the result of a command for which file modes count, even as root."""
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        preexec_fn=_as_anybody,
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


def mapp_with_small_files(most: int, *words: str) -> Answer:
    """Returns the result of a command that cannot write more than some bytes to a file."""
    import resource

    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Makes a folder and everything in it read-only during a `with` block."""
    places = [folder, *folder.rglob("*")]
    modes = [place.stat().st_mode for place in places]
    for place, mode in zip(places, modes, strict=True):
        place.chmod(mode & ~0o222)
    try:
        yield folder
    finally:
        for place, mode in zip(places, modes, strict=True):
            place.chmod(mode)


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[bool]:
    """Mounts a small disk at a folder during a `with` block; yields whether this machine allows it."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield False
        return
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
