"""A bare process with engine and prelude loaded that forks one worker per run and never sees a script.

Speaks over standard input, a stream socket. The parent sends `RUN` with the worker's own socket attached,
then `WAIT` (the worker has hung up) or `KILL`; the answer to either is how the worker ended. `MANY` is `RUN`
for a worker that gets several jobs, each in one of the spare contexts that `SPARE` with their number has made
before. To `PROBE` it answers whether the confinement holds. The zygote touches neither job nor reply, so
nothing of one run is in the memory of the next.
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
PROMPT = 0.01  # seconds after which a worker is one that takes long
BEHIND = 7  # so much nicer it is then: a sixth of the processor against one that has just begun
NICEST = 19
REFUSED = b"!"  # instead of `READY`: what follows is why, a number of `errno` and some words
UNBORN = 1 << 32  # a wait status that no process has: there was no worker, the rest is a number of `errno`


class Zygote:
    """What every worker is a copy of."""

    def __init__(self, interpreter: worker.Interpreter) -> None:
        self.doors = confinement.Confinement()
        self._interpreter = interpreter
        self._spares: list[worker.Interpreter] = []
        self._process = os.getpid()
        self._size = confinement.open_size()
        self.doors.settle()
        freeze()

    def answer(self, control: socket, order: bytes) -> bytes:
        """Does what needs no worker and returns what to say."""
        if order == escape_probe.PROBE:
            try:
                return escape_probe.verdict(self.doors)
            except OSError as error:
                return refusal("try out its walls", error.errno or 0)
        self._spare(control.recv(1)[0])
        return SPARE

    def start(self, descriptor: int, order: bytes) -> int:
        """Forks a worker that owns `descriptor` and nothing else; returns its process id.

        Where the system refuses, the number is below 0: the reason, as in `errno`.
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
        """Makes contexts until there are so many, so that a worker need not: all of its copies share them."""
        while len(self._spares) < count:
            self._spares.append(self._interpreter.another())
        self.doors.mapped = confinement.size(self._size)
        freeze()

    def _live(self, descriptor: int, order: bytes) -> None:
        """The whole life of a worker. Never returns."""
        try:
            self.doors.detach(descriptor)
            if os.getppid() != self._process:  # it died before the death signal was armed
                os._exit(0)
            if order == MANY:
                worker.serve_many(self._interpreter, self._spares, self.doors, descriptor)
            worker.serve(self._interpreter, self.doors, descriptor, descriptor)
        except confinement.Unconfined:
            confinement.give_up()
        except BaseException:
            os._exit(worker.BROKEN)
        finally:
            os._exit(0)


def main() -> None:
    """Serves runs one after the other until the parent hangs up."""
    confinement.close_all_but(CONTROL, OUTPUT, ERRORS)
    control = socket(fileno=CONTROL)
    zygote = ready(control)
    control.sendall(worker.READY[zygote.doors.isolation])
    while (order := next_worker(control, zygote)) is not None:
        child = zygote.start(*order)
        control.sendall(end(child, next_order(control, child)))
    os._exit(0)


def ready(control: socket) -> Zygote:
    """Loads everything and locks this process in; what the system refuses is said before we end."""
    try:
        return Zygote(worker.prepare(*sys.argv[1:]))
    except (OSError, MemoryError, confinement.Unconfined) as error:
        what = str(error) if isinstance(error, confinement.Unconfined) else "load its engine"
        control.sendall(refusal(what, confinement.reason(error)))
        os._exit(confinement.UNCONFINED)


def refusal(what: str, number: int) -> bytes:
    """Returns the bytes that say what the system refused, and why (as in `errno`)."""
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
    """Waits for what to do with a worker; one that takes long has to stand back behind those that do not."""
    control.settimeout(PROMPT)
    try:
        return control.recv(1)
    except TimeoutError:
        stand_back(child)
    finally:
        control.settimeout(None)
    return control.recv(1)


def stand_back(child: int) -> None:
    """Makes a worker nicer than it is, for the sake of order only: a system that refuses loses nothing."""
    if child < 0:
        return
    try:
        niceness = os.getpriority(os.PRIO_PROCESS, child)
        os.setpriority(os.PRIO_PROCESS, child, min(NICEST, niceness + BEHIND))
    except OSError:
        return


def freeze() -> None:
    """Sees to it that no collection in a worker copies pages that it shares with us."""
    gc.collect()
    gc.freeze()
    gc.disable()


def end(child: int, order: bytes) -> bytes:
    """Waits for the worker, killing it first unless it is ending by itself; tells how it ended."""
    if child < 0:
        return b"".join(number.to_bytes(8, "big") for number in (UNBORN - child, 0, 0))
    if order != WAIT:
        os.kill(child, confinement.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    microseconds = int((usage.ru_utime + usage.ru_stime) * 1e6)
    return b"".join(number.to_bytes(8, "big") for number in (status, microseconds, usage.ru_maxrss))
