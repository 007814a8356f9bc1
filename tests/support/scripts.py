"""Short ways to build jobs and read results, and to inspect processes from outside."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mapp.sandbox.executor import Executor, Grant, Job, Program, Result, Returned, Threw

T = TypeVar("T")
DEADLINE = 60.0  # seconds; long enough for a loaded machine, so only a defect exceeds it
PLENTY_MS = 60_000  # the wall-clock limit of a script that ends by itself or is ended by the test


def job(source: str, *inputs: Any, clock: bool = False, random: bool = False, **options: Any) -> Job:
    """Returns the job that calls `main` of `source` on the inputs."""
    program = Program(source=source, capabilities=Grant(clock=clock, random=random))
    arguments = tuple(json.dumps(value) for value in inputs)
    return Job(program=program, arguments=arguments, **{"wall_ms": PLENTY_MS, **options})


def expression(text: str, *inputs: Any, **options: Any) -> Job:
    """Returns the job whose output is the value of one JavaScript expression over `input` and `host`."""
    return job(f"function main(input, host) {{ return {text}; }}", *(inputs or (None,)), **options)


def value(result: Result) -> Any:
    """Returns the value of a successful run."""
    assert isinstance(result, Returned), result
    return json.loads(result.json)


def thrown(result: Result) -> Threw:
    """Returns the error of a run that threw."""
    assert isinstance(result, Threw), result
    return result


def evaluate(executor: Executor, text: str, *inputs: Any, **options: Any) -> Any:
    """Returns the value of one JavaScript expression."""
    return value(executor.run(expression(text, *inputs, **options)))


def children(process: int) -> list[int]:
    """Returns the ids of a process's children, including dead ones; Linux only."""
    identities = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # the process has ended
            continue
        if int(fields[1]) == process:
            identities.append(int(status.parent.name))
    return identities


def zygotes() -> list[int]:
    """Returns the ids of the zygotes of this process."""
    identities = []
    for child in children(os.getpid()):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if b"zygote" in command:
            identities.append(child)
    return identities


def status(process: int) -> dict[str, str]:
    """Returns the fields of a process's /proc/PID/status; Linux only."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def wait_for(look: Callable[[], T]) -> T:
    """Returns the first true result of `look`; fails if there is none within a minute."""
    end = time.monotonic() + DEADLINE
    while not (result := look()):
        assert time.monotonic() < end, "the condition did not become true within a minute"
        time.sleep(0.01)
    return result
