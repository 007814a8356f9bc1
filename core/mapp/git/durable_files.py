"""Renames that survive a power cut."""

from __future__ import annotations

import contextlib
import os
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
