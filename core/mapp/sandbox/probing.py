"""Tries, in a child locked in like a worker, what a worker must not be able to do.

Runs in the zygote, which imports it before it loses sight of files. A level of isolation that was not tried
out would only be a hope.
"""

from __future__ import annotations

import os
from _socket import socket

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from collections.abc import Callable

    from mapp.sandbox import confinement

PROBE = b"T"  # the order, as in forking.py
HELD, BREACHED = b"1", b"0"
REFUSED = 9  # exit status of a child that got an error instead of what it wanted
SIGSYS = 31
MEMORY, SECONDS = 64 << 20, 1


def verdict(doors: confinement.Confinement) -> bytes:
    """Returns whether every attempt failed: by the end of the child that made it, or by an error."""
    attempts = (open_file, open_socket, execute, fork, doors.trace)
    children = [launch(attempt, doors) for attempt in attempts]
    endings = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return HELD if all(ending in (REFUSED, -SIGSYS) for ending in endings) else BREACHED


def launch(attempt: Callable[[], None], doors: confinement.Confinement) -> int:
    """Starts the child that makes one attempt; returns its process id."""
    child = os.fork()
    if child:
        return child
    try:
        doors.detach()
        doors.commit(MEMORY, SECONDS)
        attempt()
    except OSError:
        os._exit(REFUSED)
    finally:
        os._exit(0)


def open_file() -> None:
    """Reads what everybody may read."""
    os.close(os.open("/", os.O_RDONLY))


def open_socket() -> None:
    """Opens the way to the network."""
    socket().close()


def execute() -> None:
    """Becomes another program."""
    os.execv("/bin/true", ["true"])


def fork() -> None:
    """Makes a second process."""
    os.fork()
