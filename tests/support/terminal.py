"""The command line as a person or a script uses it: in this process, or as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
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


def mapp_process(*words: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> Answer:
    """Returns what a command says, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "mapp_cli", *words], input=stdin, capture_output=True, check=False, env=env
    )
    return Answer(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())
