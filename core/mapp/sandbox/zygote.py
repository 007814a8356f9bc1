"""A bare process with engine and prelude loaded that forks one worker per run and never sees a script.

Speaks over standard input, a stream socket. The parent sends `RUN` with the worker's own socket attached,
then `WAIT` (the worker has hung up) or `KILL`; the answer to either is how the worker ended. To `PROBE` it
answers whether the confinement holds. The zygote
touches neither job nor reply, so nothing of one run is in the memory of the next.
"""

from __future__ import annotations

import gc
import os
import sys
from _socket import CMSG_LEN, CMSG_SPACE, socket

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from mapp.sandbox import confinement, probing, worker
else:
    import confinement
    import probing
    import worker  # started by path, outside any package

CONTROL, OUTPUT, ERRORS = 0, 1, 2
RUN, WAIT, KILL = b"R", b"W", b"K"
ENDED = 24  # three big-endian numbers of 8 bytes: wait status, CPU microseconds, peak resident kilobytes
INTEGER = 4


def main() -> None:
    """Serves runs one after the other until the parent hangs up."""
    confinement.close_all_but(CONTROL, OUTPUT, ERRORS)
    interpreter = worker.prepare(*sys.argv[1:])
    doors = confinement.Confinement()
    doors.settle()
    gc.collect()
    gc.freeze()  # a collection in a worker would copy pages that it shares with us
    gc.disable()
    control = socket(fileno=CONTROL)
    control.sendall(worker.READY[doors.isolation])
    while (descriptor := next_run(control, doors)) is not None:
        child = start(interpreter, doors, descriptor)
        control.sendall(end(child, control.recv(1)))
    os._exit(0)


def next_run(control: socket, doors: confinement.Confinement) -> int | None:
    """Returns the socket for the next worker, or None when the parent is gone."""
    message, ancillary, _, _ = control.recvmsg(1, CMSG_SPACE(INTEGER))
    while message == probing.PROBE:
        control.sendall(probing.verdict(doors))
        message, ancillary, _, _ = control.recvmsg(1, CMSG_SPACE(INTEGER))
    if message != RUN or not ancillary or len(ancillary[0][2]) != CMSG_LEN(INTEGER) - CMSG_LEN(0):
        return None
    return int.from_bytes(ancillary[0][2], sys.byteorder)


def start(interpreter: worker.Interpreter, doors: confinement.Confinement, descriptor: int) -> int:
    """Forks a worker that owns `descriptor` and nothing else; returns its process id."""
    zygote = os.getpid()
    child = os.fork()
    if child == 0:
        live(interpreter, doors, descriptor, zygote)
    os.close(descriptor)
    return child


def live(
    interpreter: worker.Interpreter, doors: confinement.Confinement, descriptor: int, zygote: int
) -> None:
    """The whole life of a worker. Never returns."""
    try:
        doors.detach(descriptor)
        if os.getppid() == zygote:  # else it died before the death signal was armed
            worker.serve(interpreter, doors, descriptor, descriptor)
    except BaseException:
        os._exit(worker.BROKEN)
    finally:
        os._exit(0)


def end(child: int, order: bytes) -> bytes:
    """Waits for the worker, killing it first unless it is ending by itself; tells how it ended."""
    if order != WAIT:
        os.kill(child, confinement.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    microseconds = int((usage.ru_utime + usage.ru_stime) * 1e6)
    return b"".join(number.to_bytes(8, "big") for number in (status, microseconds, usage.ru_maxrss))
