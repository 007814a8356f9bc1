"""Measures the isolation: tries what a worker must not be able to do, in children confined like workers.

A zygote forks a child for each attempt. Without `fork`, the parent starts a process for each
(`escape_attempt.py`).
"""

from __future__ import annotations

import os
from _socket import socket

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from collections.abc import Callable

    from mapp.sandbox.child import confinement

PROBE = b"T"  # the order, as in lane.py
LEVELS = {"full": b"F", "process": b"P", "none": b"N"}  # the answer
REFUSED = 9  # exit status of a child that got an error instead of what it wanted
SIGSYS = 31
MEMORY, SECONDS = 64 << 20, 1
MAX_DESCRIPTORS = 256


def verdict(walls: confinement.Confinement) -> bytes:
    """Returns the level that forked children measured."""
    level = measured(walls.isolation, lambda attempts: exit_codes(attempts, walls))
    return LEVELS[level]


def measured(claimed: str, run_attempts: Callable[[tuple[str, ...]], list[int]]) -> str:
    """Returns the highest level, up to the claimed one, at which every attempt failed.

    `run_attempts` makes each attempt in a separate process and returns the exit codes. An attempt failed if
    the kernel killed its process or refused it with an error.
    """
    for level, attempts in ATTEMPTS.items():
        applies = claimed == "full" or level == "process"
        if applies and all(code in (REFUSED, -SIGSYS) for code in run_attempts(attempts)):
            return level
    return "none"


def exit_codes(attempts: tuple[str, ...], walls: confinement.Confinement) -> list[int]:
    """Forks a child for each attempt, as many at once as the system allows; returns their exit codes.

    Raises OSError if the system allows none.
    """
    codes: list[int] = []
    running: list[int] = []
    for attempt in attempts:
        try:
            running.append(launch(attempt, walls))
        except OSError:
            if not running:
                raise
            codes += map(wait_for, running)
            running = [launch(attempt, walls)]
    return codes + list(map(wait_for, running))


def wait_for(child: int) -> int:
    """Waits for a child and returns its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def launch(attempt: str, walls: confinement.Confinement) -> int:
    """Starts the child that makes one attempt and returns its process id."""
    child = os.fork()
    if child == 0:
        make(attempt, walls)
    return child


def make(attempt: str, walls: confinement.Confinement) -> None:
    """Confines this process like a worker and makes one attempt. Never returns."""
    try:
        walls.detach()
        walls.commit(MEMORY, SECONDS)
        if attempt == "trace":
            walls.trace()
        else:
            ACTIONS[attempt]()
    except OSError:
        os._exit(REFUSED)
    finally:
        os._exit(0)


def inherit() -> None:
    """Finds a descriptor that the process inherited, to read from or write to."""
    for descriptor in range(MAX_DESCRIPTORS):
        if is_open(descriptor):
            return
    raise OSError("no descriptor was inherited")


def is_open(descriptor: int) -> bool:
    """Returns whether a descriptor can be read or written, using only calls that a worker may make."""
    try:
        os.read(descriptor, 0)
    except OSError:
        try:
            os.write(descriptor, b"")
        except OSError:
            return False
    return True


def open_file() -> None:
    """Opens a folder that everyone may read."""
    os.close(os.open("/", os.O_RDONLY))


def open_socket() -> None:
    """Opens a network socket."""
    socket().close()


def execute() -> None:
    """Replaces this process with another program."""
    os.execv("/bin/true", ["true"])


def fork() -> None:
    """Starts a second process."""
    os.fork()


ACTIONS: dict[str, Callable[[], None]] = {
    "open": open_file,
    "connect": open_socket,
    "execute": execute,
    "fork": fork,
    "inherit": inherit,
}
# The attempts that must fail at each level, highest level first. `trace` is a method of Confinement.
ATTEMPTS = {"full": ("inherit", "open", "connect", "execute", "fork", "trace"), "process": ("inherit",)}
