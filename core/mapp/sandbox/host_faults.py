"""Faults of the machine: what the system refused to the sandbox, and how to fix it."""

from __future__ import annotations

import errno
import os
from typing import Final

from mapp.errors import HostFault

LATER: Final = "run the command again; if it keeps happening: mapp doctor"
STACK: Final = "raise the stack limit, for example with: ulimit -s 8192"
HINTS: Final = {
    errno.EAGAIN: "too many processes: end some, or raise the limit (ulimit -u, a container's pids limit)",
    errno.ENOMEM: "too little memory: end other programs, or give the container more",
    errno.EMFILE: "too few file descriptors: raise the limit, for example with: ulimit -n 1024",
    errno.ENFILE: "the system has no file descriptors left: end other programs, then run the command again",
    errno.EPERM: "a system policy forbids it (seccomp, SELinux): allow it, then run: mapp doctor",
}
HINTS[errno.EACCES] = HINTS[errno.EPERM]
HINTS[errno.ENOBUFS] = HINTS[errno.ENOMEM]
if hasattr(errno, "ETOOMANYREFS"):  # too many descriptors in transit through sockets
    HINTS[errno.ETOOMANYREFS] = HINTS[errno.EMFILE]

SCARCE: Final = tuple(number for number in HINTS if number not in (errno.EPERM, errno.EACCES))
"""Shortages: they may be over a moment later, when another program has ended."""


class Refused(HostFault):
    """The system refused something that the sandbox needs; `number` is the reason, as in `errno`."""

    def __init__(self, what: str, number: int) -> None:
        reason = f": {os.strerror(number)}" if number else ""
        super().__init__(
            f"The sandbox could not {what}{reason}. The app is not to blame.",
            hint=STACK if "stack" in what else HINTS.get(number, LATER),
        )
        self.is_transient = number in SCARCE


class Lost(HostFault):
    """Something outside ended a sandbox process, or the process broke before it received the script."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The sandbox was lost: {what}. The app is not to blame.", hint=LATER)


def fault_of(error: BaseException) -> HostFault | None:
    """Returns the HostFault behind a Python exception: a lack of processes, memory or descriptors."""
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return Refused("start a thread", errno.EAGAIN)
    if isinstance(error, MemoryError):
        return Refused("get more memory", errno.ENOMEM)
    if isinstance(error, OSError) and error.errno in SCARCE and error.strerror == os.strerror(error.errno):
        return Refused(
            "get what it needs from the system", error.errno
        )  # a full pipe (EAGAIN) is not a fault
    return None


def refused(what: str, error: OSError) -> Refused:
    """Returns the fault for something that the system refused, as in `refused("start a process", error)`."""
    return Refused(what, error.errno or 0)
