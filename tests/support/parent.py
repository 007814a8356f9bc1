"""Runs a command under a difficult parent: with unusual limits, signals, streams or privileges. Linux only.

`PYTHONPATH=tests python -m support.parent --nice 12 --unprivileged -- python -m pytest tests/sandbox` runs a
part of the suite under such a parent.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path

UNUSED_USER = 20_000 + os.getpid() % 40_000
"""A user without other processes, so that a limit on processes counts only ours."""
FILES = 0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: the interpreter may be in root's home folder
CALLS = {
    "x86_64": {
        "setpriority": 141,
        "unshare": 272,
        "landlock_create_ruleset": 444,
        "landlock_restrict_self": 446,
    },
    "aarch64": {
        "setpriority": 140,
        "unshare": 97,
        "landlock_create_ruleset": 444,
        "landlock_restrict_self": 446,
    },
}
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW, EPERM = 0x50000, 0x7FFF0000, 1
LIMITS = {"files": resource.RLIMIT_NOFILE, "processes": resource.RLIMIT_NPROC}


def options() -> argparse.ArgumentParser:
    """Returns the parser of the command line."""
    parser = argparse.ArgumentParser(prog="parent")
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--files", type=int)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--stack", type=int, help="soft and hard limit in kilobytes")
    parser.add_argument("--soft-stack", type=int, help="kilobytes")
    parser.add_argument("--unprivileged", action="store_true")
    parser.add_argument("--user", type=int, default=UNUSED_USER, help="the user id for --unprivileged")
    parser.add_argument("--without", action="append", default=[], help="a system call to refuse")
    parser.add_argument("--ignore", action="append", default=[], help="a signal to ignore, or `all`")
    parser.add_argument("--block", action="append", default=[], help="a signal to block, or `all`")
    parser.add_argument("--close", action="append", default=[], type=int, help="a descriptor")
    parser.add_argument("--umask", type=lambda text: int(text, 8))
    parser.add_argument("--no-terminal", action="store_true")
    parser.add_argument("--no-folder", action="store_true", help="delete the working folder")
    parser.add_argument("command", nargs="+")
    return parser


def main() -> None:
    """Applies the options and executes the command in this process."""
    asked = options().parse_args()
    os.nice(asked.nice)
    _set_environment(asked)
    for name, number in LIMITS.items():
        if (most := getattr(asked, name)) is not None:
            resource.setrlimit(number, (most, most))
    if asked.stack:
        resource.setrlimit(resource.RLIMIT_STACK, (asked.stack << 10, asked.stack << 10))
    if asked.soft_stack:
        hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
        resource.setrlimit(resource.RLIMIT_STACK, (asked.soft_stack << 10, hard))
    if asked.unprivileged and os.geteuid() == 0:
        become(asked.user)
    for name in asked.without:
        refuse(name)
    _signals(asked)
    for descriptor in asked.close:
        os.close(descriptor)
    os.execvp(asked.command[0], asked.command)


def _set_environment(asked: argparse.Namespace) -> None:
    if asked.no_terminal:
        os.setsid() if os.getpgrp() != os.getpid() else None
    if asked.umask is not None:
        os.umask(asked.umask)
    if asked.no_folder:
        gone = Path(tempfile.mkdtemp())
        os.chdir(gone)
        gone.rmdir()


def _signals(asked: argparse.Namespace) -> None:
    everything = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}
    for name in asked.ignore:
        for number in everything if name == "all" else [signal.Signals[name]]:
            signal.signal(number, signal.SIG_IGN)
    for name in asked.block:
        signal.pthread_sigmask(signal.SIG_BLOCK, everything if name == "all" else [signal.Signals[name]])


def become(user: int) -> None:
    """Changes to another user without root's capabilities, except the right to read all files."""
    libc = ctypes.CDLL(None, use_errno=True)
    _must(libc.prctl(8, 1, 0, 0, 0), "PR_SET_KEEPCAPS")
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _must(libc.capset(header, (ctypes.c_uint32 * 6)(FILES, FILES, FILES, 0, 0, 0)), "capset")
    for number in (1, 2):
        _must(libc.prctl(47, 2, number, 0, 0), "PR_CAP_AMBIENT_RAISE")


def refuse(name: str) -> None:
    """Makes the kernel refuse a system call with EPERM, for this process and all its children."""
    number = CALLS[os.uname().machine][name]
    program = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (0x06, 0, 0, SECCOMP_RET_ERRNO | EPERM)]
    program.append((0x06, 0, 0, SECCOMP_RET_ALLOW))
    code = b"".join(
        code.to_bytes(2, sys.byteorder) + bytes((true, false)) + constant.to_bytes(4, sys.byteorder)
        for code, true, false, constant in program
    )
    text = ctypes.create_string_buffer(code, len(code))
    libc = ctypes.CDLL(None, use_errno=True)
    _must(libc.prctl(38, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    _must(libc.prctl(22, 2, (ctypes.c_uint64 * 2)(len(program), ctypes.addressof(text)), 0, 0), "seccomp")


def _must(answer: int, what: str) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main()
