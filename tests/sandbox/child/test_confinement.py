"""What a worker that has been taken over can still do: native code stands in for a broken engine."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from mapp.sandbox import engine
from mapp.sandbox.child.confinement import CALLS, Confinement, _filter

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or Confinement().isolation != "full",
    reason="this kernel offers neither or only one",
)

START = """
import sys; sys.path.insert(0, {folder!r})
import confinement, ctypes, mmap, os, resource
from _socket import socket, AF_INET, AF_UNIX
doors = confinement.Confinement()
doors.settle()
"""
COMMIT = "doors.commit(64 << 20, 5)\n"
END = "\nos.write(1, b'went through'); os._exit(0)"


def outcome(attempt: str, *, committed: bool) -> tuple[int, str]:
    """Returns exit code and output of a process that locks itself in and then tries `attempt`."""
    program = START.format(folder=str(engine.HERE)) + COMMIT * committed + attempt + END
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, capture_output=True, env=engine.ENVIRONMENT)
    return done.returncode, (done.stdout + done.stderr).decode()


def test_an_honest_worker_notices_nothing() -> None:
    assert outcome("bytes(10 << 20); confinement.peak()", committed=True) == (0, "went through")


@pytest.mark.parametrize(
    "attempt",
    [
        "os.open('/etc/passwd', os.O_RDONLY)",
        "os.stat('/')",
        "os.listdir('/')",
        "os.unlink('/nowhere')",
        "socket(AF_INET)",
        "socket(AF_UNIX)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.kill(1, 9)",
        "os.getpid()",
        "os.dup(0)",
        "os.pipe()",
        "os.setuid(0)",
        "os.nice(1)",
        "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
        "ctypes.CDLL(None).ptrace(0, 0, 0, 0)",
        "ctypes.CDLL(None).unshare(0x10000000)",
        "ctypes.CDLL(None).syscall(1 | 0x40000000, 1, b'x', 1)",
        "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)",
    ],
)
def test_any_other_system_call_is_the_end(attempt: str) -> None:
    code, output = outcome(attempt, committed=True)

    assert code == -signal.SIGSYS, output
    assert output == ""


@pytest.mark.parametrize(
    "attempt",
    [
        "os.open('/etc/passwd', os.O_RDONLY)",
        "os.open('/tmp/mapp-test', os.O_WRONLY | os.O_CREAT)",
        "os.listdir('/')",
        "os.mkdir('/tmp/mapp-test')",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_even_a_zygote_sees_no_file(attempt: str) -> None:
    code, output = outcome(attempt, committed=False)

    assert code == 1
    assert "PermissionError" in output


def test_memory_is_bounded_even_for_native_code() -> None:
    attempt = "try: bytearray(100 << 20)\nexcept MemoryError: os._exit(9)"

    assert outcome(attempt, committed=True) == (9, "")


def test_cpu_time_is_limited_even_without_a_parent_that_watches() -> None:
    code, _ = outcome("doors.commit(1 << 20, 1)\nwhile True: pass", committed=False)

    assert code in (-signal.SIGXCPU, -signal.SIGKILL)


ALLOWED, DEADLY = 0x7FFF0000, 0x80000000


def judged(program: bytes, architecture: int, number: int, third: int = 0) -> int:
    """Returns what the kernel would: runs the filter on one call."""
    data = {0: number, 4: architecture, 32: third}
    steps = [program[at : at + 8] for at in range(0, len(program), 8)]
    at, word = 0, 0
    while True:
        code, constant = (
            int.from_bytes(steps[at][:2], sys.byteorder),
            int.from_bytes(steps[at][4:], sys.byteorder),
        )
        if_true, if_false = steps[at][2:4]
        at += 1
        if code == 0x20:
            word = data[constant]
        elif code == 0x06:
            return constant
        else:
            assert code in (0x15, 0x45), code
            at += if_true if (word == constant if code == 0x15 else word & constant) else if_false


@pytest.mark.parametrize("machine", CALLS)
def test_the_filter_of_every_machine_lets_its_list_through_and_nothing_else(machine: str) -> None:
    program = _filter(machine)
    architecture, guarded, others = CALLS[machine]

    assert len(program) % 8 == 0
    assert len(program) // 8 < 4096
    through = {number for number in range(600) if judged(program, architecture, number) == ALLOWED}
    assert through == {*guarded, *others}


@pytest.mark.parametrize("machine", CALLS)
def test_no_allowed_call_makes_memory_executable_or_bypasses_the_filter(machine: str) -> None:
    program = _filter(machine)
    architecture, guarded, others = CALLS[machine]

    for number in guarded:
        assert judged(program, architecture, number, 0b011) == ALLOWED
        assert judged(program, architecture, number, 0b111) == DEADLY
    for number in others:
        assert judged(program, architecture, number | 0x40000000) == DEADLY
        assert judged(program, 0x40000003, number) == judged(program, 0x40000028, number) == DEADLY


def test_a_machine_whose_calls_are_not_known_gets_no_filter() -> None:
    assert _filter("riscv64") == b""
