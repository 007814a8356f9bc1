"""Locks between processes: one per app, one for the library; a dead holder's is taken over."""

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
"""Seconds that a command waits for another process."""

Tell = Callable[[str], None]


@contextlib.contextmanager
def holding(
    folder: Path, name: str, *, tell: Tell | None = None, patience: float = PATIENCE
) -> Iterator[bool]:
    """Holds a lock for the length of a `with`; yields whether its last holder died holding it.

    The lock itself is the operating system's, so a killed process never keeps one; beside it lies a note
    that says who holds it since when, for the message and for the clean-up after a kill.

    Raises:
        Busy: when another process holds it for longer than `patience` seconds.
    """
    import filelock

    private_root(folder.parent)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{name}.lock"
    try:
        ensure_plain(place)
    except NotPlain as error:
        raise IntegrityError(f"{place} {error}", hint="remove it", code="MAPP-0621") from None
    lock = filelock.FileLock(place, mode=0o600, thread_local=False)
    note = folder / f"{name}.holder"
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        if tell is not None:
            tell(f"waiting: {name} is {_holder(note)}")
        try:
            lock.acquire(timeout=patience, poll_interval=0.02)
        except filelock.Timeout:
            raise Busy(f"{name} is {_holder(note)}", hint="try again when it has finished") from None
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
    """Returns whether a process of that number runs; where that cannot be told, True."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
