"""Runs the command line: in this process, in a process of its own, or at a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from mapp_cli.group import group


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Returns the JSON answer, which is the last line of the output."""
        return json.loads(self.out.splitlines()[-1])


def mapp(*words: str, stdin: str | bytes = "") -> Answer:
    """Runs a command in this process."""
    found = CliRunner().invoke(group, list(words), input=stdin, prog_name="mapp")
    return Answer(code=found.exit_code, out=found.stdout, err=found.stderr)


PATIENCE = 300
"""Seconds after which a command at a terminal is killed."""


def mapp_at_terminal(*words: str, typed: str, watched: bool = False) -> Answer:
    """Runs a command at a terminal at which a person types; `err` is what the terminal shows.

    The output goes into a pipe, or to the terminal too if it is `watched`.
    """
    ours, theirs = os.openpty()
    screen = bytearray()
    # A terminal buffers only a few kilobytes; without a reader, the command would block.
    watcher = threading.Thread(target=_watch, args=(ours, screen))
    with subprocess.Popen(
        [sys.executable, "-m", "mapp_cli", *words],
        stdin=theirs,
        stdout=theirs if watched else subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        watcher.start()
        os.write(ours, typed.encode())
        limit = threading.Timer(PATIENCE, process.kill)  # it asks for more than is typed
        limit.start()
        out = b"" if process.stdout is None else process.stdout.read()
    limit.cancel()
    watcher.join()
    os.close(ours)
    return Answer(code=process.returncode, out=out.decode(), err=screen.decode())


def _watch(terminal: int, screen: bytearray) -> None:
    """Collects what a terminal shows until its last writer is gone."""
    with contextlib.suppress(OSError):  # raised when the last writer is gone
        while chunk := os.read(terminal, 4096):
            screen += chunk


def mapp_process(*words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> Answer:
    """Runs a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words], input=stdin, capture_output=True, check=False, env=env
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())
