"""Helper processes for tests: writers, lock holders, and commands that a test kills at a chosen moment."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

_WRITER = """
import sys
from support.apps import app
from support.library import Built
built = Built()
me, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    built.put(app("double").file("README.md", f"{me} {number}"), subject=f"{me} {number}")
"""

_HOLDER = """
import sys, time
from pathlib import Path
from mapp.library.locks import holding
with holding(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


def start(code: str, *words: str) -> subprocess.Popen[bytes]:
    """Starts a Python script that can import the tests' modules."""
    tests = Path(__file__).parent.parent
    head = f"import sys; sys.path.insert(0, {str(tests)!r})\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def writer(name: str, count: int) -> subprocess.Popen[bytes]:
    """Starts a process that commits the app "double" `count` times, each time with a different README."""
    return start(_WRITER, name, str(count))


def holder(folder: Path, name: str) -> subprocess.Popen[bytes]:
    """Starts a process that takes a lock, and returns once it holds it."""
    process = start(_HOLDER, str(folder), name)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes]) -> bytes:
    """Waits for a process that must succeed, and returns its output."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()
    return out


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kills a process with SIGKILL and reaps it."""
    process.kill()
    process.communicate()


def started(words: Sequence[str], output: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Starts `mapp` with the given arguments."""
    command = [sys.executable, "-m", "mapp_cli", *words]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


def duration(words: Sequence[str]) -> float:
    """Returns how long a command takes, in seconds."""
    began = time.monotonic()
    started(words).wait()
    return time.monotonic() - began


def marked(word: str) -> list[int]:
    """Returns the ids of the processes with `word` in their command line."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                line = (place / "cmdline").read_bytes()
            except OSError:
                continue
            if word.encode() in line:
                found.append(int(place.name))
    return found
