"""Locks between processes, one per app and one for the lock file; a dead process never keeps one."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mapp.errors import Busy, IntegrityError
from mapp.library.privacy import private_root, private_umask
from mapp.plain_files import NotPlain, ensure_plain, read_plain

PATIENCE: Final = 60.0
"""How many seconds a command waits for another process."""

Tell = Callable[[str], None]


@contextlib.contextmanager
def holding(
    folder: Path, name: str, *, tell: Tell | None = None, patience: float = PATIENCE
) -> Iterator[bool]:
    """Holds a lock during a `with` block; yields whether the previous holder died with it.

    The lock is the operating system's, so a killed process releases it. A note next to it records the
    holder and the time, for the message and for cleaning up after a kill.

    Raises:
        Busy: another process held it for more than `patience` seconds.
    """
    import filelock

    private_root(folder.parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.lock"
    try:
        ensure_plain(path)
    except NotPlain as error:
        raise IntegrityError(f"{path} {error}", hint="remove it", code="MAPP-0621") from None
    lock = filelock.FileLock(path, mode=0o600, thread_local=False)
    note = folder / f"{name}.holder"
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        if tell is not None:
            tell(f"waiting: {name} is {_holder(note)}")
        try:
            lock.acquire(timeout=patience, poll_interval=0.02)
        except filelock.Timeout:
            raise Busy(
                f"{name} is {_holder(note)}", hint="try again when that process has finished"
            ) from None
    try:
        with private_umask():
            abandoned = note.exists()
            _write_note(note)
            yield abandoned
            note.unlink(missing_ok=True)
    except Exception:
        note.unlink(missing_ok=True)
        raise
    finally:
        lock.release()


def _write_note(note: Path) -> None:
    building = note.with_suffix(".building")
    building.write_text(json.dumps({"pid": os.getpid(), "since": time.time()}))
    building.replace(note)


def _holder(note: Path) -> str:
    try:
        known = json.loads(read_plain(note))
        since = datetime.fromtimestamp(known["since"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"held by pid {known['pid']} since {since}"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return "held by another process"


def alive(pid: int) -> bool:
    """Returns whether a process with this id is running; True if that cannot be determined."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
