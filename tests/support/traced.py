"""Kills a process right before its Nth write, or fills its disk there; ptrace makes the timing exact.

Linux on x86-64 only; `can_trace` says whether this machine supports it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mapp.system_errors import refused_by_system

# linux/ptrace.h
TRACE_ME, POKE_REGISTER, SET_OPTIONS, SYSCALL, SYSCALL_INFO = 0, 6, 0x4200, 24, 0x420E
RESULT, CALL = 80, 120  # offsets of rax and orig_rax in struct user, sys/user.h
SYSGOOD, TRACE_CLONE, EXIT_KILL = 0x1, 0x8, 0x100000
WALL: Final = 0x40000000
ENTRY: Final = 1
_INFO: Final = struct.Struct("=BxxxIQQQ6Q")
# arch/x86/entry/syscalls/syscall_64.tbl: calls whose first argument is a descriptor, or the path's position
BY_DESCRIPTOR: Final = frozenset({1, 18, 20, 74, 75, 77, 91, 285, 296, 326})
BY_PATH: Final = {
    76: 0,
    82: 0,
    83: 0,
    84: 0,
    85: 0,
    86: 1,
    87: 0,
    90: 0,
    258: 1,
    263: 1,
    264: 1,
    265: 3,
    316: 1,
}
OPEN: Final = {2: (0, 1), 257: (1, 2)}
# What needs room on the disk: write, pwrite64, writev, pwritev, fallocate, mkdir, link, symlink, their *at.
GROWING: Final = frozenset({1, 18, 20, 296, 285, 83, 258, 86, 265, 88, 266})
MAX_PATH_LENGTH: Final = 4096


@dataclass(frozen=True)
class Traced:
    """How a process ended: the number of writes, whether it was killed, and its last write.

    Of a process whose disk was full, `killed` says that it got to that write, and `raised` which error ended
    it, "" for none.
    """

    writes: int
    killed: bool
    last: str = ""
    raised: str = ""


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    return libc


def killed_at(action: Callable[[], None], root: Path, number: int) -> Traced:
    """Runs an action in a child and kills the child right before write number `number` below `root`.

    Writes are system calls that change a file or a folder; those of the child's own children do not count.
    With a `number` of zero it only counts.
    """
    child = os.fork()
    if child == 0:
        _act(action)
    libc = _libc()
    os.waitpid(child, WALL)
    libc.ptrace(SET_OPTIONS, child, None, SYSGOOD | TRACE_CLONE | EXIT_KILL)
    libc.ptrace(SYSCALL, child, None, None)
    return _followed(libc, child, str(root).encode(), number)


def full_at(action: Callable[[], None], root: Path, number: int) -> Traced:
    """Runs an action in a child for which the disk of `root` is full from write number `number` on.

    From there on, what needs room fails with ENOSPC. An error that ends the action has the name of the
    error that a command shows for it.
    """
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        _act(lambda: _told(action, sink))
    os.close(sink)
    libc = _libc()
    os.waitpid(child, WALL)
    libc.ptrace(SET_OPTIONS, child, None, SYSGOOD | TRACE_CLONE | EXIT_KILL)
    libc.ptrace(SYSCALL, child, None, None)
    traced = _followed(libc, child, str(root).encode(), number, full=True)
    with os.fdopen(source) as stream:
        return replace(traced, raised=stream.read())


def _told(action: Callable[[], None], sink: int) -> None:
    try:
        action()
    except Exception as error:
        os.write(sink, type(refused_by_system(error) or error).__name__.encode())


def _act(action: Callable[[], None]) -> None:
    code = 1
    try:
        _libc().ptrace(TRACE_ME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        action()
        code = 0
    finally:
        os._exit(code)


def _followed(libc: ctypes.CDLL, child: int, root: bytes, number: int, *, full: bool = False) -> Traced:
    writes, last, refused = 0, "", set[int]()
    while True:
        thread, status = os.waitpid(-1, WALL)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            if thread == child:
                assert os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, status
                return Traced(writes, killed=full and 0 < number <= writes, last=last)
            continue
        deliver = 0
        if os.WSTOPSIG(status) == signal.SIGTRAP | 0x80:
            if thread in refused:
                refused.discard(thread)
                libc.ptrace(POKE_REGISTER, thread, RESULT, -errno.ENOSPC)
                libc.ptrace(SYSCALL, thread, None, 0)
                continue
            found = _write(libc, thread, root)
            writes += bool(found)
            last = found or last
            if full and found and 0 < number <= writes and _needs_room(found):
                libc.ptrace(POKE_REGISTER, thread, CALL, -1)
                refused.add(thread)
            elif not full and found and writes == number:
                _kill(child)
                return Traced(writes, killed=True, last=last)
        elif os.WSTOPSIG(status) not in (signal.SIGTRAP, signal.SIGSTOP):
            deliver = os.WSTOPSIG(status)
        libc.ptrace(SYSCALL, thread, None, deliver)


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:  # its threads end one by one, the main thread last
            thread, status = os.waitpid(-1, WALL)
            if thread == child and os.WIFSIGNALED(status):
                return


def _write(libc: ctypes.CDLL, thread: int, root: bytes) -> str:
    """Returns a description of the write below `root` that a thread is about to make, or an empty string."""
    block = ctypes.create_string_buffer(_INFO.size)
    if libc.ptrace(SYSCALL_INFO, thread, _INFO.size, ctypes.addressof(block)) < 0:
        return ""
    op, _, _, _, call, *arguments = _INFO.unpack(block.raw)
    if op != ENTRY:
        return ""
    if call in BY_DESCRIPTOR:
        path = _opened(thread, arguments[0])
    elif call in BY_PATH:
        path = _path(thread, arguments, BY_PATH[call])
    elif call in OPEN and arguments[OPEN[call][1]] & (os.O_CREAT | os.O_TRUNC):
        path = _path(thread, arguments, OPEN[call][0])
    else:
        return ""
    return f"{call} {os.fsdecode(path)}" if path.startswith(root) else ""


def _needs_room(found: str) -> bool:
    """Returns whether a write fails on a full disk: what grows a file, or makes a new one."""
    call, _, path = found.partition(" ")
    return int(call) in GROWING or (int(call) in OPEN and not Path(path).exists())


def _opened(thread: int, descriptor: int) -> bytes:
    try:
        return os.fsencode(Path(f"/proc/{thread}/fd/{descriptor}").readlink())
    except OSError:
        return b""


def _path(thread: int, arguments: list[int], place: int) -> bytes:
    """Returns the path that an argument points to; a relative one starts at the argument before it."""
    try:
        with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:
            memory.seek(arguments[place])
            found = memory.read(MAX_PATH_LENGTH)
    except (OSError, ValueError, OverflowError):
        return b""
    path = (found or b"").partition(b"\0")[0]
    if path.startswith(b"/") or place == 0:
        return path
    return _opened(thread, arguments[place - 1]) + b"/" + path


def can_trace() -> bool:
    """Returns whether this machine allows tracing; some containers forbid it."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return False
    child = os.fork()
    if child == 0:
        os._exit(0 if _libc().ptrace(TRACE_ME, 0, None, None) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0
