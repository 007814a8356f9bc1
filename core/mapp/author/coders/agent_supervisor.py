"""Starts an agent and kills all its processes at the end: a script for a bare interpreter.

Standard input is one line of JSON; after that it is a lifeline: when it closes, everything is killed. If the
kernel allows it, the agent runs in its own process namespace, so all its processes die with it, however often
they forked; it has its own `/proc`, and some folders are hidden. Otherwise this process adopts orphaned
descendants and kills until none is left. Landlock, if available, restricts writing to the agent's folders.
Exits with the agent's status. Imports nothing of mapp.
"""
# ruff: noqa: PTH110, PTH112, PTH123, PTH208
# Importing pathlib would double the start-up time.

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# linux/prctl.h, linux/sched.h, linux/mount.h, linux/landlock.h
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS = 0x20000, 0x8000000, 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITE_FILE, TRUNCATE = 1 << 1, 1 << 14
CHANGES = {
    1: 0x1FF2,
    2: 0x3FF2,
    3: 0x7FF2,
}  # version of the interface: all rights but those to read and execute
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/urandom", "/dev/random")
LOOK_EVERY = 0.25
CANNOT_START, TOO_MANY = 127, 254


def main() -> int:
    """Runs one agent to its end."""
    job = json.loads(_line(0))
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    alone = _leave(libc, job["namespaces"])
    first = os.fork()
    if first == 0:
        os._exit(_keep(job, libc, alone))
    ended, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if libc else os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    status = _wait(first, ended)
    _end(first)
    return status


def _line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and (more := os.read(descriptor, 65536)):
        line += more
    return line


def _wait(first: int, ended: int) -> int:
    """Returns the status of the first child, or 255 if the lifeline closed first."""
    while True:
        pid, status = os.waitpid(first, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status) & 0xFF
        ready, _, _ = select.select([0, ended], [], [])
        if 0 in ready:
            return 255
        os.read(ended, 4096)


def _end(first: int) -> None:
    """Kills all descendants of this process and waits until they are gone."""
    for group in (first, -first):
        try:
            os.kill(group, signal.SIGKILL)
        except OSError:
            continue
    while True:
        for pid in _descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.01)


def _descendants(root: int) -> list[int]:
    """Returns the descendants of a process from /proc; none if there is no /proc."""
    parents = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    parents[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
    found, known = [root], {root}
    for above in found:
        below = [pid for pid, parent in parents.items() if parent == above and pid not in known]
        known.update(below)
        found.extend(below)
    return found[1:]


def _leave(libc: Any, namespaces: bool) -> bool:
    """Makes this process adopt orphaned descendants, and puts its children into their own namespaces."""
    if libc is None:
        return False
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if not namespaces:
        return False
    spaces = NEW_PIDS | NEW_MOUNTS | NEW_IPC
    if os.geteuid() == 0:
        return bool(libc.unshare(spaces) == 0)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(NEW_USER | spaces) != 0:
        return False
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    return True


def _keep(job: dict[str, Any], libc: Any, alone: bool) -> int:
    """Starts the agent and waits for it; in a namespace, all other processes die with this one."""
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    seen = alone and _hide(job, libc)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    if libc is not None:
        _forbid_writing(job["writable"], libc)
    agent = os.fork()
    if agent == 0:
        _become(job)
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG if seen else 0)
        if pid == agent:
            return os.waitstatus_to_exitcode(status) & 0xFF
        if pid == 0:
            if sum(name.isdigit() for name in os.listdir("/proc")) > job["processes"]:
                return TOO_MANY
            time.sleep(LOOK_EVERY)


def _become(job: dict[str, Any]) -> None:
    import resource

    limits = {**job["limits"], "RLIMIT_NPROC": job["processes"] * 8}
    try:
        for name, value in limits.items():
            kind = getattr(resource, name, None)
            if kind is not None:
                _, hard = resource.getrlimit(kind)
                value = value if hard == resource.RLIM_INFINITY else min(value, hard)
                resource.setrlimit(kind, (value, value))
        os.chdir(job["folder"])
        os.closerange(3, 1024)
        os.execve(job["command"][0], job["command"], job["environment"])
    except OSError as error:
        os.write(2, f"cannot be started: {error.strerror}\n".encode())
    finally:
        os._exit(CANNOT_START)


def _hide(job: dict[str, Any], libc: Any) -> bool:
    """Mounts something empty over what the agent must not see; returns whether /proc is its own."""
    libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    for path in job["hidden"]:
        if os.path.isdir(path):
            libc.mount(b"tmpfs", os.fsencode(path), b"tmpfs", MS_NOSUID | MS_NODEV, b"size=4k,mode=700")
        elif os.path.exists(path):
            libc.mount(os.fsencode(os.devnull), os.fsencode(path), None, MS_BIND, None)
    return bool(libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None) == 0)


def _forbid_writing(writable: list[str], libc: Any) -> None:
    """Restricts writing to some folders, for this process and its descendants; not on old kernels."""
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    version = libc.syscall(LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return
    rights = CHANGES[min(version, 3)]
    handled = (ctypes.c_uint64 * 1)(rights)
    rules = libc.syscall(LANDLOCK_CREATE, handled, 8, 0)
    if rules < 0:
        return
    for path in writable:
        _let(libc, rules, path, rights)
    for path in DEVICES:
        _let(libc, rules, path, rights & (WRITE_FILE | TRUNCATE))
    libc.syscall(LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)


def _let(libc: Any, rules: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rule = rights.to_bytes(8, sys.byteorder) + opened.to_bytes(4, sys.byteorder)
    libc.syscall(LANDLOCK_ADD, rules, 1, rule, 0)
    os.close(opened)


if __name__ == "__main__":
    sys.exit(main())
