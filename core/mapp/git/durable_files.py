"""Files and renames that survive a power cut."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from mapp.errors import AlreadyExists


def rename_new(building: Path, path: Path) -> None:
    """Renames a finished folder to a name that must be free; raises AlreadyExists if it is taken."""
    try:
        # This is the commit point: on every platform, a rename onto a folder that is not empty fails.
        building.rename(path)
    except OSError:
        if path.exists():
            raise AlreadyExists(f"{path.stem} is already in the library") from None
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flushes a folder's entries to disk, where the platform can."""
    with contextlib.suppress(OSError, AttributeError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_all(path: Path) -> None:
    """Flushes everything in a folder to disk at once, where the platform can.

    On Linux that is one call for the file system (syncfs(2)): for a repository with dozens of new files it
    takes as long as flushing one or two of them.
    """
    if sys.platform == "linux" and _sync_filesystem(path):
        return
    for folder, _, files in os.walk(path):
        for name in files:
            with contextlib.suppress(OSError):
                descriptor = os.open(Path(folder) / name, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        sync_folder(Path(folder))


def _sync_filesystem(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        failed: int = ctypes.CDLL(None).syncfs(descriptor)
        return failed == 0
    except (OSError, AttributeError):
        return False
    finally:
        os.close(descriptor)
