"""Confines a child process in three steps before it runs an untrusted script.

`settle` runs once per helper process, when everything is loaded: user nobody without capabilities, separate
namespaces, no new privileges, and Landlock (no files, no network). `detach` runs in every worker: it dies
with its parent and keeps one descriptor. `commit` runs when the worker has read its job: it sets limits and a
seccomp filter that leaves only memory, the exchange with the parent, and exit. None of it can be undone. This
module runs in a bare interpreter and imports almost nothing.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `import typing` would double the time to start
if TYPE_CHECKING:
    from typing import Any

UNCONFINED = 72  # exit status: the kernel refused a step of the confinement
SIGUSR1 = 30 if sys.platform == "darwin" else 10

# linux/prctl.h, linux/seccomp.h
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
SECCOMP_MODE_FILTER, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS = 2, 0x7FFF0000, 0x80000000
SIGKILL, ENOMEM, EFAULT, PROT_EXEC = 9, 12, 14, 4

# linux/sched.h: namespaces. Inside the last one, a process without root may create all the others.
NEW_MOUNTS, NEW_UTS, NEW_IPC, NEW_NETWORK, NEW_USER = 0x20000, 0x4000000, 0x8000000, 0x40000000, 0x10000000
NAMESPACES = NEW_MOUNTS | NEW_UTS | NEW_IPC | NEW_NETWORK
NOBODY = 65534
STACK, MIN_STACK = 8 << 20, 2 << 20  # bytes: the usual system limit, and what the engine needs
LARGEST = 1 << 40  # bytes; more than any zygote maps
CAPABILITIES_VERSION = 0x20080522

# linux/bpf_common.h: load a word, compare with a constant, test bits, return
LOAD, EQUAL, TEST, RETURN = 0x20, 0x15, 0x45, 0x06
NUMBER, ARCHITECTURE, THIRD_ARGUMENT = 0, 4, 32  # offsets in struct seccomp_data, low words

# linux/landlock.h
LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # version of the interface: number of rights in it
TCP_RIGHTS, SCOPES = 0b11, 0b11

# The system calls that a worker needs once it has its job: architecture: (audit number, guarded, others).
# The guarded calls are mmap and mprotect: they must not make memory executable.
CALLS = {
    "x86_64": (
        0xC000003E,
        (9, 10),
        # read pread64 write munmap brk rt_sigaction rt_sigprocmask rt_sigreturn mremap madvise gettimeofday
        # getrusage sigaltstack futex clock_gettime exit_group getrandom exit
        (0, 17, 1, 11, 12, 13, 14, 15, 25, 28, 96, 98, 131, 202, 228, 231, 318, 60),
    ),
    "aarch64": (
        0xC00000B7,
        (222, 226),
        (63, 67, 64, 215, 214, 134, 135, 139, 216, 233, 169, 165, 132, 98, 113, 94, 278, 93),
    ),
}


class Unconfined(Exception):
    """The kernel refused a step of the confinement.

    Deliberately not an OSError: to an escape probe, an OSError means that a wall held.
    """

    def __init__(self, what: str, number: int) -> None:
        super().__init__(what)
        self.errno = number


def reason(error: BaseException) -> int:
    """Returns why the system refused something, as in `errno`."""
    return getattr(error, "errno", None) or (ENOMEM if isinstance(error, MemoryError) else 0)


def give_up() -> None:
    """Ends a worker that could not be confined with a signal, which a confined worker cannot send."""
    if sys.platform != "win32":
        os.kill(os.getpid(), SIGUSR1)
    os._exit(UNCONFINED)


class Confinement:
    """The means that this kernel offers to confine a process, detected once. None on systems but Linux."""

    def __init__(self) -> None:
        self._libc: Any = None
        self._landlock = 0
        self._filter: Any = None
        self.mapped = 0
        if sys.platform == "linux":
            import ctypes

            self._ctypes: Any = ctypes
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._landlock = max(0, self._libc.syscall(LANDLOCK_CREATE, None, 0, 1))
            self._filter = self._prepare_filter()

    @property
    def isolation(self) -> str:
        """`full` if files, network and system calls are all out of reach, else `process`."""
        return "full" if self._landlock and self._filter else "process"

    def settle(self) -> None:
        """Drops everything that a zygote and its workers no longer need once they are loaded."""
        self.mapped = _mapped()
        _room_on_the_stack()
        _set_limits({"RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0})
        if self._libc is not None:
            self._leave_machine()
            self._control(PR_SET_NO_NEW_PRIVS, 1, 0, "give up new privileges")
            if self._landlock:
                self._forbid_files_and_network()

    def detach(self, *kept: int) -> None:
        """Closes all descriptors but `kept` and makes this process die with its parent.

        The death signal is only for tidiness: the parent and the limits also end this process.
        """
        close_all_but(*kept)
        if self._libc is not None:
            self._libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)

    def commit(self, memory: int, seconds: int) -> None:
        """Limits memory (bytes beyond the initial mapping) and CPU time, and forbids all but `CALLS`."""
        limits = {"RLIMIT_NPROC": 0, "RLIMIT_NOFILE": 0}
        if self.mapped:
            limits["RLIMIT_AS"] = self.mapped + memory
        _set_limits(limits)
        _set_limits({"RLIMIT_CPU": seconds}, then=1)
        if self._filter:
            self._control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, self._filter, "filter system calls")

    def trace(self) -> None:
        """Asks to be traced by the parent; raises OSError if the system refuses."""
        if self._libc is None or self._libc.ptrace(0, 0, 0, 0) != 0:
            raise OSError("tracing is refused")

    def _leave_machine(self) -> None:
        """Enters empty namespaces and drops all privileges, as far as the kernel allows.

        A container or a strict distribution may refuse some of it. The promise rests on Landlock and seccomp.
        """
        if os.geteuid() == 0:
            self._libc.unshare(NAMESPACES)
            _become_nobody()
        else:
            self._libc.unshare(NEW_USER | NAMESPACES)
        header = (self._ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
        self._libc.capset(header, (self._ctypes.c_uint32 * 6)())

    def _prepare_filter(self) -> Any:
        """Returns a `struct sock_fprog`, or None if the kernel or this architecture is not supported."""
        filters = _filter(os.uname().machine)
        if not filters or not self._has_seccomp():
            return None
        self._code = self._ctypes.create_string_buffer(filters, len(filters))
        return (self._ctypes.c_uint64 * 2)(len(filters) // 8, self._ctypes.addressof(self._code))

    def _has_seccomp(self) -> bool:
        """Returns whether the kernel supports seccomp: only then does it read the filter's address."""
        refused: bool = self._libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, None, 0, 0) != 0
        return refused and self._ctypes.get_errno() == EFAULT

    def _control(self, option: int, value: int, pointer: object, what: str) -> None:
        if self._libc.prctl(option, value, pointer, 0, 0) != 0:
            raise Unconfined(what, self._ctypes.get_errno())

    def _forbid_files_and_network(self) -> None:
        """Applies a ruleset without rules, which forbids everything that it handles."""
        version = self._landlock
        rights = (1 << FILE_RIGHTS[min(version, max(FILE_RIGHTS))]) - 1
        numbers = [rights] + [TCP_RIGHTS] * (version >= 4) + [SCOPES] * (version >= 6)
        attributes = (self._ctypes.c_uint64 * len(numbers))(*numbers)
        ruleset = self._libc.syscall(LANDLOCK_CREATE, attributes, 8 * len(numbers), 0)
        if ruleset < 0 or self._libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) != 0:
            raise Unconfined("give up files and network (Landlock)", self._ctypes.get_errno())
        os.close(ruleset)


def _become_nobody() -> None:
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        pass  # root without other users, as in some containers


def close_all_but(*kept: int) -> None:
    """Closes every descriptor that is not in `kept`."""
    lowest = 0
    for descriptor in sorted(kept):
        if lowest < descriptor:  # the kernel would take an empty range for an unlimited one
            os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, _highest_descriptor())


def _highest_descriptor() -> int:
    """Returns the end of the range to close: Linux closes it in one call, other systems one by one."""
    if sys.platform == "linux":
        return 1 << 20
    return 2048 if sys.platform == "win32" else os.sysconf("SC_OPEN_MAX")


def open_meter() -> int | None:
    """Returns a descriptor for `peak` in a process that was not forked, or None if /proc is missing."""
    return _open("/proc/self/status")


def peak(meter: int | None = None) -> int:
    """Returns the peak resident memory of this process in kilobytes, or 0 if unknown.

    Without a meter it uses `getrusage`. The kernel resets that figure at a fork, but at an exec it carries
    over the size of the process before.
    """
    if meter is not None:
        return int(os.pread(meter, 4096, 0).partition(b"VmHWM:")[2].split(None, 1)[0])
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def open_size() -> int | None:
    """Returns a descriptor for `size`; None on systems where it has no meaning. Call it before `settle`."""
    return _open("/proc/self/statm")


def _open(path: str) -> int | None:
    """Opens a file of /proc, or returns None in a bare chroot."""
    if sys.platform != "linux":
        return None
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None


def size(descriptor: int | None) -> int:
    """Returns the size of this process's address space in bytes, or 0 on systems where it has no meaning."""
    if descriptor is None:
        return _search_size() if sys.platform == "linux" else 0
    return int(os.pread(descriptor, 64, 0).split()[0]) * os.sysconf("SC_PAGESIZE")


def _search_size() -> int:
    """Finds the size without /proc: the lowest limit that still allows one more page."""
    import mmap
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, LARGEST if before[1] == resource.RLIM_INFINITY else min(LARGEST, before[1])
    while high - low > mmap.PAGESIZE:
        middle = (low + high) // 2
        if _has_room(middle, before[1]):
            high = middle
        else:
            low = middle
    resource.setrlimit(resource.RLIMIT_AS, before)
    return high


def _has_room(limit: int, hard: int) -> bool:
    """Returns whether one more page can be mapped under a soft memory limit. Removes the limit again."""
    import mmap
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        mmap.mmap(-1, mmap.PAGESIZE).close()
    except (OSError, MemoryError):
        return False
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    return True


def _mapped() -> int:
    descriptor = open_size()
    try:
        return size(descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _set_limits(limits: dict[str, int], then: int = 0) -> None:
    """Sets limits. Hard limits are higher by `then`, so that the kernel sends the catchable signal first."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, value in limits.items():
        number = getattr(resource, name)
        try:
            try:
                resource.setrlimit(number, (value, value + then))
            except ValueError:  # the limit is already lower and cannot be raised
                _, hard = resource.getrlimit(number)
                resource.setrlimit(number, (min(value, hard), hard))
        except (OSError, ValueError) as error:
            raise Unconfined(f"set {name}", reason(error)) from None


def _room_on_the_stack() -> None:
    """Raises a stack limit that is lower than usual.

    The engine limits its own depth; if the stack ends before that, the process crashes instead. Raises
    Unconfined if the system allows too little stack.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    most = STACK if hard == resource.RLIM_INFINITY else min(STACK, hard)
    if most < MIN_STACK:
        raise Unconfined("get 2 MB of stack (ulimit -s)", 0)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
    except (OSError, ValueError):
        if soft < MIN_STACK:
            raise Unconfined("get 2 MB of stack (ulimit -s)", 0) from None


def _filter(machine: str) -> bytes:
    """Returns the filter that allows only this machine's `CALLS`, or nothing for an unknown architecture."""
    if machine not in CALLS:
        return b""
    architecture, guarded, others = CALLS[machine]
    forbidden, allowed = [(RETURN, 0, 0, SECCOMP_RET_KILL_PROCESS)], [(RETURN, 0, 0, SECCOMP_RET_ALLOW)]
    program = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), *forbidden, (LOAD, 0, 0, NUMBER)]
    for number in others:
        program += [(EQUAL, 0, 1, number), *allowed]
    for number in guarded:
        program += [(EQUAL, 0, 4, number), (LOAD, 0, 0, THIRD_ARGUMENT), (TEST, 0, 1, PROT_EXEC)]
        program += [*forbidden, *allowed]
    return b"".join(map(_instruction, program + forbidden))


def _instruction(parts: tuple[int, int, int, int]) -> bytes:
    code, if_true, if_false, constant = parts
    word = constant.to_bytes(4, sys.byteorder)
    return code.to_bytes(2, sys.byteorder) + bytes((if_true, if_false)) + word
