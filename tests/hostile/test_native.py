"""An attacker who has taken over the engine and runs native code in a fully confined worker.

Each probe is Python that runs in a real worker of the real executor in place of the engine. Almost all probes
must kill the worker (SIGSYS: a system call outside the allow-list); a few must end in a kernel error.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from mapp.sandbox import engine
from mapp.sandbox.child.confinement import Confinement
from mapp.sandbox.executor import Killed, Result, Returned
from mapp.sandbox.executors.forking import ForkingExecutor
from support import compromised_command
from support.scripts import children, evaluate, job, status, wait_for

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or Confinement().isolation != "full",
        reason="this machine does not isolate fully",
    ),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the call numbers are those of x86-64"),
]

HONEST = engine.command

# Every one of these must kill the worker.
DEADLY = {
    "open a file": "os.open('/etc/passwd', os.O_RDONLY)",
    "openat2": "libc.syscall(437, -100, b'/etc/passwd', bytes(24), 24)",
    "open for writing": "os.open('/tmp/mapp-escape', os.O_WRONLY | os.O_CREAT)",
    "read the environment": "os.open('/proc/self/environ', os.O_RDONLY)",
    "read the parent's memory": "os.open(f'/proc/{1}/mem', os.O_RDONLY)",
    "list a folder": "os.listdir('/')",
    "look at a file": "os.stat('/etc/passwd')",
    "read a link": "os.readlink('/proc/self/exe')",
    "remove a file": "os.unlink('/tmp/mapp-escape')",
    "make a folder": "os.mkdir('/tmp/mapp-escape')",
    "change folder": "os.chdir('/')",
    "chroot": "os.chroot('/')",
    "an internet socket": "_socket.socket(_socket.AF_INET)",
    "a datagram socket": "_socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)",
    "a local socket": "_socket.socket(_socket.AF_UNIX)",
    "a netlink socket": "_socket.socket(16, _socket.SOCK_RAW)",
    "a pair of sockets": "_socket.socketpair()",
    "connect": "libc.syscall(42, 3, bytes(16), 16)",
    "bind": "libc.syscall(49, 3, bytes(16), 16)",
    "listen": "libc.syscall(50, 3, 1)",
    "send a message with a descriptor": "libc.syscall(46, 3, bytes(56), 0)",
    "receive a descriptor": "libc.syscall(47, 3, bytes(56), 0)",
    "fork": "os.fork()",
    "raw fork": "libc.syscall(57)",
    "vfork": "libc.syscall(58)",
    "clone": "libc.syscall(56, 17, 0, 0, 0, 0)",
    "clone3": "libc.syscall(435, bytes(88), 88)",
    "execve": "os.execv('/bin/true', ['true'])",
    "execveat": "libc.syscall(322, -100, b'/bin/true', 0, 0, 0)",
    "be traced": "libc.ptrace(0, 0, 0, 0)",
    "trace the parent": "libc.ptrace(16, 1, 0, 0)",
    "kill the parent": "os.kill(1, 9)",
    "signal everybody": "os.kill(-1, 9)",
    "tgkill": "libc.syscall(234, 1, 1, 9)",
    "executable memory": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
    "writable and executable memory": "libc.syscall(9, 0, 4096, 7, 34, -1, 0)",
    "make memory executable": "libc.mprotect(libc.mmap(0, 4096, 3, 34, -1, 0), 4096, 5)",
    "pkey_mprotect": "libc.syscall(329, 0, 4096, 5, -1)",
    "shared memory": "libc.syscall(29, 0, 4096, 0o1777)",
    "a file in memory": "libc.syscall(319, b'x', 0)",
    "io_uring": "libc.syscall(425, 1, bytes(120))",
    "userfaultfd": "libc.syscall(323, 0)",
    "bpf": "libc.syscall(321, 0, bytes(120), 120)",
    "perf_event_open": "libc.syscall(298, bytes(128), 0, -1, -1, 0)",
    "keyctl": "libc.syscall(250, 0, -3, 0)",
    "add_key": "libc.syscall(248, b'user', b'x', b'y', 1, -3)",
    "unshare": "libc.syscall(272, 0x10000000)",
    "setns": "libc.syscall(308, 3, 0)",
    "mount": "libc.syscall(165, b'none', b'/', b'tmpfs', 0, 0)",
    "pivot_root": "libc.syscall(155, b'/', b'/')",
    "new privileges": "libc.prctl(38, 0, 0, 0, 0)",
    "outlive the parent": "libc.prctl(1, 0, 0, 0, 0)",
    "another filter": "libc.prctl(22, 2, 0, 0, 0)",
    "seccomp": "libc.syscall(317, 1, 0, 0)",
    "read another process": "libc.syscall(310, 1, 0, 0, 0, 0, 0)",
    "write another process": "libc.syscall(311, 1, 0, 0, 0, 0, 0)",
    "pidfd_open": "libc.syscall(434, 1, 0)",
    "pidfd_getfd": "libc.syscall(438, 3, 0, 0)",
    "kcmp": "libc.syscall(312, 1, 1, 0, 0, 0)",
    "become root": "os.setuid(0)",
    "capabilities": "libc.capset(bytes(8), bytes(24))",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
    "prlimit": "libc.syscall(302, 0, 7, bytes(16), 0)",
    "who am I": "os.getpid()",
    "who started me": "os.getppid()",
    "dup": "os.dup(3)",
    "pipe": "os.pipe()",
    "eventfd": "libc.syscall(290, 0, 0)",
    "fcntl": "fcntl.fcntl(3, 1)",
    "ioctl": "fcntl.ioctl(3, 0x541B, b'    ')",
    "personality": "libc.personality(0x0400000)",
    "a 32-bit machine's call": "libc.syscall(0x40000000 | 39)",
    "a 32-bit machine's write": "libc.syscall(0x40000000 | 1, 1, b'x', 1)",
    "an unknown call": "libc.syscall(9999)",
    "a negative call": "libc.syscall(-2)",
    "sleep": "time.sleep(1)",
    "an interval timer": "signal.setitimer(signal.ITIMER_REAL, 1)",
    "change the clock": "libc.syscall(227, 0, bytes(16))",
    "load a kernel module": "libc.syscall(313, 3, b'', 0)",
    "reboot": "libc.syscall(169, 0xFEE1DEAD, 672274793, 0, 0)",
    "seize a core": "os.sched_setaffinity(0, {0})",
    "be nicer to myself": "os.setpriority(os.PRIO_PROCESS, 0, -20)",
}

# These fail with an error or return nothing useful.
HARMLESS = {
    "write to what the zygote had open": (
        "found = [n for n in (0, 1, 2, *range(10, 64)) if libc.write(n, b'x', 1) == 1]",
        "[]",
    ),
    "read what the zygote had open": (
        "found = [n for n in (0, 1, 2, *range(10, 64)) if libc.read(n, bytes(1), 1) >= 0]",
        "[]",
    ),
    "more memory than allowed": ("bytearray(100 << 20)", "refused MemoryError"),
    "more memory in pieces": ("found = [bytearray(1 << 20) for _ in range(200)]", "refused MemoryError"),
    "memory on a given page": ("found = libc.syscall(9, 0, 4096, 3, 0x32, -1, 0)", "-1"),
    "the environment": ("found = sorted(os.environ)", "['LC_ALL', 'TZ']"),
    "a handler for the end": (
        "found = signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "0",
    ),
}


@pytest.fixture(scope="module", params=engine.installed())
def owned(request: pytest.FixtureRequest) -> Iterator[ForkingExecutor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "command", compromised_command.command)
        with ForkingExecutor(lanes=1, engine=request.param) as executor:
            yield executor


def attack(executor: ForkingExecutor, probe: str) -> Result:
    return executor.run(job(probe, memory_mb=32))


def test_the_compromised_worker_runs_python(owned: ForkingExecutor) -> None:
    """Otherwise all probes below would fail for the wrong reason."""
    result = attack(owned, "found = 6 * 7")

    assert isinstance(result, Returned), result
    assert json.loads(result.json) == "42"


@pytest.mark.parametrize("probe", DEADLY.values(), ids=DEADLY)
def test_a_system_call_outside_the_allow_list_kills_the_worker(owned: ForkingExecutor, probe: str) -> None:
    result = attack(owned, probe)

    assert isinstance(result, Killed), result
    assert (result.reason, "SIGSYS" in result.detail) == ("crash", True), result.detail


@pytest.mark.parametrize(("probe", "answer"), HARMLESS.values(), ids=HARMLESS)
def test_allowed_system_calls_give_an_attacker_nothing(
    owned: ForkingExecutor, probe: str, answer: str
) -> None:
    result = attack(owned, probe)

    assert isinstance(result, Returned), result
    assert json.loads(result.json) == answer


def test_a_32_bit_system_call_kills_the_worker(owned: ForkingExecutor) -> None:
    """`int 0x80` enters the kernel in another way, with other call numbers: 20 is getpid there."""
    result = attack(owned, INT80)

    assert isinstance(result, Killed), result
    assert "SIG" in result.detail


# Executable memory cannot be mapped, so the probe searches for the bytes `cd 80` in code already mapped.
INT80 = """
start = ctypes.cast(libc.write, ctypes.c_void_p).value & ~0xfff
code = ctypes.string_at(start, 1 << 16)
at = code.find(b'\\xcd\\x80')
target = start + at if at >= 0 else 0
ctypes.CFUNCTYPE(ctypes.c_int)(target)()
"""


def test_a_busy_attacker_is_stopped_at_the_time_limit(owned: ForkingExecutor) -> None:
    result = owned.run(job("signal.signal(15, signal.SIG_IGN)\nwhile True: pass", wall_ms=200))

    assert isinstance(result, Killed), result
    assert result.reason == "wall"


@pytest.mark.parametrize(
    "reply",
    [
        "b'J' + bytes([255] * 8) + bytes(8)",
        "b'J' + (5).to_bytes(8, 'big') + bytes(8) + b'[[[[['",
        "b'X' + bytes(16)",
        "b'J' + (9).to_bytes(8, 'big') + bytes(8) + b'x' * 3000000",
        "bytes(100)",
        "b'H' + (2).to_bytes(8, 'big') + bytes(8) + b'{}'",
        "b'H' + bytes([255] * 8) + bytes(8)",
    ],
)
def test_a_malformed_reply_is_a_failed_run(owned: ForkingExecutor, reply: str) -> None:
    """The attacker's only way out is the socket; the parent only parses what arrives on it."""
    probe = f"text = {reply}\nfor n in range(64):\n    libc.write(n, text, len(text))\nos._exit(0)"
    result = owned.run(job(probe))

    assert isinstance(result, Killed), result


@pytest.mark.parametrize("code", [0, 1, 70, 72, 137, 255])
def test_no_exit_status_counts_as_a_fault_of_the_machine(owned: ForkingExecutor, code: int) -> None:
    result = attack(owned, f"os._exit({code})")

    assert isinstance(result, Killed), result
    assert result.reason == "crash"


@pytest.mark.parametrize("number", ["SIGKILL", "SIGUSR1", "SIGTERM"])
def test_an_attacker_cannot_pretend_to_be_killed_from_outside(owned: ForkingExecutor, number: str) -> None:
    result = attack(owned, f"libc.kill(libc.getpid(), signal.{number}); os._exit(0)")

    assert isinstance(result, Killed), result
    assert (result.reason, "SIGSYS" in result.detail) == ("crash", True)


def test_the_attacker_runs_as_nobody(owned: ForkingExecutor) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    attack(owned, "found = 1")
    zygote = owned._idle[0].process
    thread = threading.Thread(target=attack, args=(owned, "while True: pass"))
    thread.start()
    (attacker,) = wait_for(lambda: children(zygote))
    found = status(attacker)
    os.kill(attacker, signal.SIGXCPU)  # not tried again
    thread.join()

    assert found["Uid"].split() == found["Gid"].split() == ["65534"] * 4
    assert int(found["CapEff"], 16) == int(found["CapPrm"], 16) == 0


def test_the_next_run_after_an_attack_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "command", HONEST)

    with ForkingExecutor(lanes=1) as executor:
        assert evaluate(executor, "1 + 1") == 2


def test_the_measured_isolation_is_lower_without_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "command", lambda *given: compromised_command.command(*given, "commit"))

    with ForkingExecutor(lanes=1) as executor:
        assert executor.isolation == "process"
