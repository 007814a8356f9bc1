"""A bare process with engine and prelude loaded that forks one worker per run and never sees a script.

It is controlled over standard input, a stream socket. The parent sends `RUN` with the worker's socket
attached, then `WAIT` (the worker has hung up) or `KILL`; the answer to either says how the worker ended.
`MANY` is like `RUN` for a worker that receives several jobs, each for one of the spare contexts that the
order `SPARE`, with their number, has prepared. `PROBE` measures the isolation. The zygote touches neither
jobs nor replies, so nothing of one run is in the memory of the next.
"""

from __future__ import annotations

import gc
import os
import sys
from _socket import CMSG_LEN, CMSG_SPACE, socket

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from mapp.sandbox.child import confinement, escape_probe, worker
else:
    import confinement
    import escape_probe
    import worker  # started by path, outside any package

CONTROL, OUTPUT, ERRORS = 0, 1, 2
RUN, MANY, SPARE, WAIT, KILL = b"R", b"M", b"S", b"W", b"K"
ENDED = 24  # three big-endian numbers of 8 bytes: wait status, CPU microseconds, peak resident kilobytes
INTEGER = 4
PROMPT = 0.01  # seconds; a worker that takes longer gets a lower priority
BEHIND = 7  # added to its niceness: a sixth of the processor against a worker that has just started
NICEST = 19
REFUSED = b"!"  # sent instead of `READY`, followed by the reason: a number of `errno` and a description
UNBORN = 1 << 32  # an impossible wait status: the fork failed, and the rest is a number of `errno`


class Zygote:
    """The process that every worker is a copy of."""

    def __init__(self, interpreter: worker.Interpreter) -> None:
        self.walls = confinement.Confinement()
        self._interpreter = interpreter
        self._spares: list[worker.Interpreter] = []
        self._process = os.getpid()
        self._size = confinement.open_size()
        self.walls.settle()
        freeze()

    def answer(self, control: socket, order: bytes) -> bytes:
        """Carries out an order that needs no worker and returns the answer."""
        if order == escape_probe.PROBE:
            try:
                return escape_probe.verdict(self.walls)
            except OSError as error:
                return refusal("measure its isolation", error.errno or 0)
        self._spare(control.recv(1)[0])
        return SPARE

    def start(self, descriptor: int, order: bytes) -> int:
        """Forks a worker that owns `descriptor` and nothing else; returns its process id.

        If the system refuses, the number is negative: minus the reason, as in `errno`.
        """
        try:
            child = os.fork()
        except OSError as error:
            child = -(error.errno or 1)
        if child == 0:
            self._live(descriptor, order)
        os.close(descriptor)
        return child

    def _spare(self, count: int) -> None:
        """Makes contexts until there are `count`. All workers share them, as copies of this process."""
        while len(self._spares) < count:
            self._spares.append(self._interpreter.another())
        self.walls.mapped = confinement.size(self._size)
        freeze()

    def _live(self, descriptor: int, order: bytes) -> None:
        """Runs a worker from start to end. Never returns."""
        try:
            self.walls.detach(descriptor)
            if os.getppid() != self._process:  # the zygote died before the death signal was set
                os._exit(0)
            if order == MANY:
                worker.serve_many(self._interpreter, self._spares, self.walls, descriptor)
            worker.serve(self._interpreter, self.walls, descriptor, descriptor)
            worker.serve_second(self._interpreter, self._spares, descriptor)
        except confinement.Unconfined:
            confinement.give_up()
        except BaseException:
            os._exit(worker.BROKEN)
        finally:
            os._exit(0)


def main() -> None:
    """Serves runs one after another until the parent hangs up."""
    confinement.close_all_but(CONTROL, OUTPUT, ERRORS)
    control = socket(fileno=CONTROL)
    zygote = ready(control)
    control.sendall(worker.READY[zygote.walls.isolation])
    while (order := next_worker(control, zygote)) is not None:
        child = zygote.start(*order)
        control.sendall(end(child, next_order(control, child)))
    os._exit(0)


def ready(control: socket) -> Zygote:
    """Loads everything and confines this process. If the system refuses, reports why and ends."""
    try:
        return Zygote(worker.prepare(*sys.argv[1:]))
    except (OSError, MemoryError, confinement.Unconfined) as error:
        what = str(error) if isinstance(error, confinement.Unconfined) else "load its engine"
        control.sendall(refusal(what, confinement.reason(error)))
        os._exit(confinement.UNCONFINED)


def refusal(what: str, number: int) -> bytes:
    """Returns the bytes that report what the system refused, and why (as in `errno`)."""
    words = what.encode()
    return REFUSED + number.to_bytes(4, "big") + bytes([len(words)]) + words


def next_worker(control: socket, zygote: Zygote) -> tuple[int, bytes] | None:
    """Returns the socket for the next worker and the order to start it, or None when the parent is gone."""
    message, ancillary, _, _ = control.recvmsg(1, CMSG_SPACE(INTEGER))
    while message in (escape_probe.PROBE, SPARE):
        control.sendall(zygote.answer(control, message))
        message, ancillary, _, _ = control.recvmsg(1, CMSG_SPACE(INTEGER))
    if message not in (RUN, MANY) or not ancillary or len(ancillary[0][2]) != CMSG_LEN(INTEGER) - CMSG_LEN(0):
        return None
    return int.from_bytes(ancillary[0][2], sys.byteorder), message


def next_order(control: socket, child: int) -> bytes:
    """Waits for the order about a running worker. Lowers the priority of a worker that takes long."""
    control.settimeout(PROMPT)
    try:
        return control.recv(1)
    except TimeoutError:
        lower_priority(child)
    finally:
        control.settimeout(None)
    return control.recv(1)


def lower_priority(child: int) -> None:
    """Raises a worker's niceness. It is only a courtesy to other processes, so a refusal does no harm."""
    if child < 0:
        return
    try:
        niceness = os.getpriority(os.PRIO_PROCESS, child)
        os.setpriority(os.PRIO_PROCESS, child, min(NICEST, niceness + BEHIND))
    except OSError:
        return


def freeze() -> None:
    """Turns garbage collection off, because in a worker it would copy pages shared with the zygote."""
    gc.collect()
    gc.freeze()
    gc.disable()


def end(child: int, order: bytes) -> bytes:
    """Waits for the worker, killing it first unless it is ending by itself; returns how it ended."""
    if child < 0:
        return b"".join(number.to_bytes(8, "big") for number in (UNBORN - child, 0, 0))
    if order != WAIT:
        os.kill(child, confinement.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    microseconds = int((usage.ru_utime + usage.ru_stime) * 1e6)
    return b"".join(number.to_bytes(8, "big") for number in (status, microseconds, usage.ru_maxrss))
