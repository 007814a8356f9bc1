"""Files and folders that survive a power cut."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mapp.errors import AlreadyExists


def _rename_new(building: Path, path: Path) -> None:
    try:
        # A rename onto a folder that is not empty fails on every platform: this is the commit point.
        building.rename(path)
    except OSError:
        if path.exists():
            raise AlreadyExists(f"{path.stem} is already in the library") from None
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Makes the names in a folder durable, where the platform can."""
    with contextlib.suppress(OSError, AttributeError):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
