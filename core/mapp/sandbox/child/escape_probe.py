"""Tries, in a child locked in like a worker, what a worker must not be able to do.

A zygote forks a child for each attempt; without `fork` a process is started for each (`attempt.py`). A level
of isolation that was not tried out would only be a hope.
"""

from __future__ import annotations

import os
from _socket import socket

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from collections.abc import Callable

    from mapp.sandbox.child import confinement

PROBE = b"T"  # the order, as in forking.py
LEVELS = {"full": b"F", "process": b"P", "none": b"N"}  # the answer
REFUSED = 9  # exit status of a child that got an error instead of what it wanted
SIGSYS = 31
MEMORY, SECONDS = 64 << 20, 1


MAX_DESCRIPTORS = 256


def verdict(doors: confinement.Confinement) -> bytes:
    """Returns the level that holds here, tried out by forked children."""
    level = measured(doors.isolation, lambda attempts: endings(attempts, doors))
    return LEVELS[level]


def measured(claimed: str, ends: Callable[[tuple[str, ...]], list[int]]) -> str:
    """Returns the highest level for which every attempt failed, at most the one that is claimed.

    `ends` makes attempts, each in a process of its own, and returns their exit codes: failed is what ended by
    the kernel's hand or in an error.
    """
    for level, attempts in ATTEMPTS.items():
        wanted = claimed == "full" or level == "process"
        if wanted and all(code in (REFUSED, -SIGSYS) for code in ends(attempts)):
            return level
    return "none"


def endings(attempts: tuple[str, ...], doors: confinement.Confinement) -> list[int]:
    """Forks a child for each attempt, as many at once as the system allows; returns their exit codes.

    Raises OSError if it allows none.
    """
    codes: list[int] = []
    running: list[int] = []
    for attempt in attempts:
        try:
            running.append(launch(attempt, doors))
        except OSError:
            if not running:
                raise
            codes += map(ended, running)
            running = [launch(attempt, doors)]
    return codes + list(map(ended, running))


def ended(child: int) -> int:
    """Waits for a child; returns its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def launch(attempt: str, doors: confinement.Confinement) -> int:
    """Starts the child that makes one attempt; returns its process id."""
    child = os.fork()
    if child == 0:
        make(attempt, doors)
    return child


def make(attempt: str, doors: confinement.Confinement) -> None:
    """Locks this process in as a worker and makes one attempt. Never returns."""
    try:
        doors.detach()
        doors.commit(MEMORY, SECONDS)
        if attempt == "trace":
            doors.trace()
        else:
            MADE[attempt]()
    except OSError:
        os._exit(REFUSED)
    finally:
        os._exit(0)


def inherit() -> None:
    """Finds something that whoever started it had open, to read from or write to."""
    for descriptor in range(MAX_DESCRIPTORS):
        if is_open(descriptor):
            return
    raise OSError("nothing is left of it")


def is_open(descriptor: int) -> bool:
    """Returns whether a descriptor can be read or written, by calls that a worker may make."""
    try:
        os.read(descriptor, 0)
    except OSError:
        try:
            os.write(descriptor, b"")
        except OSError:
            return False
    return True


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


MADE: dict[str, Callable[[], None]] = {
    "open": open_file,
    "connect": open_socket,
    "execute": execute,
    "fork": fork,
    "inherit": inherit,
}
# The attempts that must fail at a level, the highest level first; `trace` is the confinement's own.
ATTEMPTS = {"full": ("inherit", "open", "connect", "execute", "fork", "trace"), "process": ("inherit",)}
