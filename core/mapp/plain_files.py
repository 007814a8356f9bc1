"""Reads untrusted files safely, never waiting for a named pipe or opening a device; writes files atomically.

Opening a named pipe blocks until somebody writes to it, so a pipe in a repository or folder could hang every
command. All reads of such files go through this module. Input that the user names, such as
`--input <(command)`, may be a pipe and does not.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from mapp.errors import HostFault

_NO_WAITING: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOWING: Final = getattr(os, "O_NOFOLLOW", 0)
_KINDS: Final = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class NotPlain(OSError):
    """Something other than a plain file."""

    def __str__(self) -> str:
        return str(self.strerror)


class TooLarge(OSError):
    """A file is larger than its reader accepts."""

    def __str__(self) -> str:
        return str(self.strerror)


SHORTAGES: Final = frozenset([errno.EMFILE, errno.ENFILE, errno.ENOMEM])
"""Errors with which the machine, not the file, is at fault."""
SHORTAGE: Final = "end other programs, or raise the limit, for example with: ulimit -n 1024"


def open_plain(path: str | Path, *, follow: bool = False) -> int:
    """Opens a plain file for reading and returns its descriptor; with `follow`, follows links.

    Raises:
        NotPlain: it is a pipe, a socket, a device, a folder, or a link without `follow`.
        HostFault: the machine is short of file descriptors or memory; nothing is known about the file.
        OSError: it does not exist, or cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_WAITING | (0 if follow else _NO_FOLLOWING))
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EOPNOTSUPP):
            raise _not_plain(path) from None
        if os.name == "nt" and os.path.isdir(path):  # noqa: PTH112 - Windows says "permission denied"
            raise _not_plain(path) from None
        if error.errno in SHORTAGES:
            message = f"the machine is short of file descriptors or memory: {path} cannot be read"
            raise HostFault(message, hint=f"{error.strerror}: {SHORTAGE}") from None
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise NotPlain(errno.EINVAL, f"is {kind_of(mode)}, not a plain file", str(path))
    return descriptor


def read_plain(path: str | Path, *, most: int | None = None, follow: bool = False) -> bytes:
    """Returns the content of a plain file.

    Raises:
        NotPlain: see `open_plain`.
        TooLarge: it has more than `most` bytes.
        OSError: it does not exist, or cannot be read.
    """
    with os.fdopen(open_plain(path, follow=follow), "rb", buffering=0) as file:
        if most is None:
            return file.readall()
        if os.fstat(file.fileno()).st_size > most:
            raise TooLarge(errno.EFBIG, f"is larger than {most:,} bytes", str(path))
        return file.read(most) or b""


def write_whole(path: Path, data: bytes) -> None:
    """Replaces a file atomically and durably: readers see the old or the new content, never a mixture."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def ensure_plain(path: Path) -> None:
    """Checks a path before another library opens it; a missing file is fine.

    Raises:
        NotPlain: it is a pipe, a socket, a device or a folder.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise NotPlain(errno.EINVAL, f"is {kind_of(mode)}, not a plain file", str(path))


def kind_of(mode: int) -> str:
    """Describes the type of a file from its `st_mode`.

    >>> kind_of(0o010600)
    'a named pipe'
    """
    return next((words for test, words in _KINDS if test(mode)), "something unknown")


def _not_plain(path: str | Path) -> NotPlain:
    try:
        kind = kind_of(os.lstat(path).st_mode)
    except OSError:
        kind = "something unknown"
    return NotPlain(errno.EINVAL, f"is {kind}, not a plain file", str(path))
