"""Which exceptions are faults of the machine, and which hints they give."""

from __future__ import annotations

import errno
import os

import pytest

from mapp.errors import HostFault
from mapp.sandbox.host_faults import LATER, SCARCE, STACK, Lost, Refused, fault_of, refused


def _system_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize("number", SCARCE)
def test_a_shortage_of_the_system_is_a_transient_fault(number: int) -> None:
    fault = fault_of(_system_error(number))

    assert isinstance(fault, Refused)
    assert fault.is_transient
    assert os.strerror(number) in fault.message


@pytest.mark.parametrize(
    "error",
    [
        _system_error(errno.ENOENT),
        _system_error(errno.EPERM),
        OSError(errno.EAGAIN, "write could not complete without blocking"),
        OSError("no number"),
        RuntimeError("dictionary changed size during iteration"),
        ValueError("can't start new thread"),
    ],
)
def test_an_error_of_the_program_is_not_a_fault_of_the_machine(error: Exception) -> None:
    assert fault_of(error) is None


def test_python_itself_reports_a_lack_of_threads_and_memory_without_a_number() -> None:
    threads, memory = fault_of(RuntimeError("can't start new thread")), fault_of(MemoryError())

    assert isinstance(threads, Refused) and isinstance(memory, Refused)
    assert "start a thread" in threads.message
    assert "more memory" in memory.message
    assert threads.hint != memory.hint
    assert threads.is_transient and memory.is_transient


def test_a_policy_that_forbids_something_does_not_pass_by_itself() -> None:
    fault = refused("start a process", PermissionError(errno.EACCES, "no"))

    assert not fault.is_transient
    assert fault.hint is not None and "policy" in fault.hint
    assert fault.hint == refused("start a process", _system_error(errno.EPERM)).hint


def test_an_error_without_a_known_reason_says_only_what_failed() -> None:
    fault = refused("open a socket", OSError("no number"))

    assert fault.message == "The sandbox could not open a socket. The app is not to blame."
    assert (fault.hint, fault.is_transient) == (LATER, False)
    assert Refused("get a stack of 8 MiB", errno.ENOMEM).hint == STACK


def test_a_lost_sandbox_is_a_fault_of_the_machine_that_names_its_cause() -> None:
    fault = Lost("it was ended by SIGTERM")

    assert isinstance(fault, HostFault)
    assert fault.message == "The sandbox was lost: it was ended by SIGTERM. The app is not to blame."
    assert (fault.hint, fault.exit_code) == (LATER, 71)
