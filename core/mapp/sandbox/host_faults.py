"""Faults of the machine: what it refused to the sandbox, why no script is to blame, and what helps."""

from __future__ import annotations

import errno
import os
from typing import Final

from mapp.errors import HostFault

LATER: Final = "run the command again; if it keeps happening: mapp doctor"
STACK: Final = "raise the limit of the stack, for example with: ulimit -s 8192"
HINTS: Final = {
    errno.EAGAIN: "too many processes: end some, or raise the limit (ulimit -u, a container's pids limit)",
    errno.ENOMEM: "too little memory: end other programs, or give the container more",
    errno.EMFILE: "too few file descriptors: raise the limit, for example with: ulimit -n 1024",
    errno.ENFILE: "the system has no file descriptors left: end other programs, then run the command again",
    errno.EPERM: "a policy of the system forbids it (seccomp, SELinux): allow it, then run: mapp doctor",
}
HINTS[errno.EACCES] = HINTS[errno.EPERM]
HINTS[errno.ENOBUFS] = HINTS[errno.ENOMEM]
if hasattr(errno, "ETOOMANYREFS"):  # descriptors on their way through sockets
    HINTS[errno.ETOOMANYREFS] = HINTS[errno.EMFILE]

SCARCE: Final = tuple(number for number in HINTS if number not in (errno.EPERM, errno.EACCES))
"""What there is too little of: a moment later, when another program has ended, there may be enough."""


class Refused(HostFault):
    """The system refused something that the sandbox needs; `number` is its reason (see `errno`)."""

    def __init__(self, what: str, number: int) -> None:
        reason = f": {os.strerror(number)}" if number else ""
        super().__init__(
            f"The sandbox could not {what}{reason}. The app is not to blame.",
            hint=STACK if "stack" in what else HINTS.get(number, LATER),
        )
        self.is_transient = number in SCARCE


class Lost(HostFault):
    """A process of the sandbox was ended from outside, or broke before it had met the script."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The sandbox was lost: {what}. The app is not to blame.", hint=LATER)


def fault_of(error: BaseException) -> HostFault | None:
    """Returns the fault of the host behind an exception of Python: too few processes, memory, descriptors."""
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return Refused("start a thread", errno.EAGAIN)
    if isinstance(error, MemoryError):
        return Refused("have more memory", errno.ENOMEM)
    if isinstance(error, OSError) and error.errno in SCARCE and error.strerror == os.strerror(error.errno):
        return Refused("have what it needs of the system", error.errno)  # else: a full pipe (EAGAIN) is none
    return None


def refused(what: str, error: OSError) -> Refused:
    """Returns the fault for what the system refused, such as `refused("start a process", error)`."""
    return Refused(what, error.errno or 0)
