"""The command line as a person or a script uses it: in this process, or as a process of its own."""

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
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Returns its answer, which `--json` promises to be the last line."""
        return json.loads(self.out.splitlines()[-1])


def mapp(*words: str, stdin: str | bytes = "") -> Answer:
    """Returns what a command says, run in this process."""
    found = CliRunner().invoke(group, list(words), input=stdin, prog_name="mapp")
    return Answer(code=found.exit_code, out=found.stdout, err=found.stderr)


def mapp_at_terminal(*words: str, typed: str) -> Answer:
    """Returns what a command says to a person who types something; `err` is what the terminal shows."""
    ours, theirs = os.openpty()
    screen = bytearray()
    # A terminal holds a few kilobytes: whoever fills it waits until somebody looks.
    watcher = threading.Thread(target=_watch, args=(ours, screen))
    with subprocess.Popen(
        [sys.executable, "-m", "mapp_cli", *words], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        watcher.start()
        os.write(ours, typed.encode())
        assert process.stdout is not None
        out = process.stdout.read()
    watcher.join()
    os.close(ours)
    return Answer(code=process.returncode, out=out.decode(), err=screen.decode())


def _watch(terminal: int, screen: bytearray) -> None:
    """Keeps what a terminal shows until nobody is left who writes to it."""
    with contextlib.suppress(OSError):  # how a terminal says so
        while chunk := os.read(terminal, 4096):
            screen += chunk


def mapp_process(*words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> Answer:
    """Returns what a command says, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words], input=stdin, capture_output=True, check=False, env=env
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())
