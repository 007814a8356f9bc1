"""Keeps a library private to its owner: files have mode 0600 or less, folders 0700, whatever the umask.

The root folder's mode already keeps others out. Everything below is private too, so that a copy or an archive
of a part stays private. On platforms without such modes, this module has no effect.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapp.plain_files import ensure_plain

_OTHERS: Final = 0o077
_lock = threading.Lock()
_depth = 0
_umask = 0


@contextlib.contextmanager
def private_umask() -> Iterator[None]:
    """Makes files that this process creates during a `with` block private; threads may overlap."""
    global _depth, _umask  # a umask belongs to the process
    with _lock:
        if _depth == 0:
            _umask = os.umask(_OTHERS)
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                os.umask(_umask)


def private_root(root: Path) -> None:
    """Makes a library's folder private; if others had access, everything in it is tightened too."""
    try:
        mode = root.stat().st_mode
    except FileNotFoundError:
        root.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            root.mkdir(mode=0o700)
        return
    if mode & _OTHERS:
        tighten(root)


def private_file(path: Path) -> None:
    """Creates an empty private file, or makes an existing file private.

    SQLite gives its `-wal` and `-shm` the mode of the database.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            with contextlib.suppress(FileNotFoundError):
                _tighten_one(each)


def open_private_database(
    path: Path, *, root: Path | None = None, timeout: float = 30.0, any_thread: bool = False
) -> sqlite3.Connection:
    """Opens an SQLite file of a library without implicit transactions; creates it if it is missing.

    `root` is the library's folder, unless the file is directly in it. The connection waits `timeout` seconds
    for a lock, and belongs to the thread that opened it unless `any_thread`.

    Raises:
        NotPlain: the path is a pipe, a socket, a device or a folder.
    """
    private_root(root or path.parent)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    ensure_plain(path)
    private_file(path)
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=not any_thread)


def tighten(root: Path) -> int:
    """Removes others' access to a folder and everything in it; returns how many paths were open."""
    count = _tighten_one(root)
    for folder, names, files in os.walk(root):
        count += sum(_tighten_one(Path(folder) / name) for name in (*names, *files))
    return count


def _tighten_one(path: Path) -> int:
    """Returns 1 if others had access, else 0; files of other users are left alone."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & _OTHERS:
            return 0
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except OSError:  # it is gone, belongs to another user, or the disk is read-only
        return 0
    return 1
