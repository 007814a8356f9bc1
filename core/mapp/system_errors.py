"""Distinguishes errors of the operating system from bugs in mapp.

libgit2 reports no error numbers, and SQLite has its own; this module recognises both.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import Final

from mapp.errors import Busy, MappError


def _numbers(*names: str) -> frozenset[int]:
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


_ROOM: Final = _numbers("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "EMFILE", "ENFILE")
"""Full disks, missing permissions, too many open files."""
_NUMBERS: Final = _ROOM | _numbers("ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP", "ENOENT")
"""The same, and missing or mistyped paths."""

_SQLITE: Final = frozenset(
    {
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR),
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
    }
)
_SQLITE_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

HINT: Final = "free some space or fix the permissions there, or choose another folder with --library"


class SystemRefused(MappError):
    """The system refused a file or folder."""

    code = "MAPP-0220"


def refused_by_system(error: BaseException) -> MappError | None:
    """Returns the error to show if the operating system caused an exception, else None.

    >>> print(refused_by_system(OSError(errno.ENOSPC, "No space left on device", "/x/journal")))
    /x/journal: No space left on device
    """
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error)
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        where = f"{error.filename}: " if error.filename else ""
        return SystemRefused(f"{where}{error.strerror}", hint=HINT)
    if (isinstance(error, OSError) and error.errno is None) or type(error).__name__ == "GitError":
        text = str(error)
        if any(os.strerror(number) in text for number in _ROOM):
            return SystemRefused(text, hint=HINT)
    return None


def _from_sqlite(error: sqlite3.Error) -> MappError | None:
    number = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if number in _SQLITE_BUSY:
        return Busy(f"a database of the library is in use: {error}", hint="try again in a moment")
    if number in _SQLITE:
        return SystemRefused(f"a database of the library cannot be used: {error}", hint=HINT)
    return None
